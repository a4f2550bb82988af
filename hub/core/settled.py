"""What people have settled: alarms they have seen, advice they have answered, forks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Acknowledged:
    """Somebody (`by`) has seen an alarm `at` a time. It stood since `since`."""

    alarm: str
    since: float
    by: str
    at: float


@dataclass(slots=True)
class Settled:
    """An advice that was `applied` or `dismissed` (`outcome`) by a person, `at` a time.

    The other fields are those of the advice.
    """

    id: str
    action: str
    counter: str
    service: str | None
    gain_min: float
    reason: dict[str, Any]
    given_at: float
    outcome: str
    by: str
    at: float


@dataclass(slots=True)
class Desk:
    """What the pages remember: answered advice, seen alarms, an emergency's begin.

    And `forks`, the hashes of those that a person has decided about.
    """

    settled: dict[str, Settled] = field(default_factory=dict)
    seen: dict[str, Acknowledged] = field(default_factory=dict)
    emergency_since: float = 0.0
    forks: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        settled: dict[str, Any],
        seen: dict[str, Any],
        emergency_since: float,
        forks: Iterable[str] = (),
    ) -> Desk:
        """A desk from plain data."""
        return cls(
            {key: Settled(**item) for key, item in settled.items()},
            {key: Acknowledged(**item) for key, item in seen.items()},
            emergency_since,
            list(forks),
        )
