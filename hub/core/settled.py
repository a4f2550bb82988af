"""What operators have settled: alarms that they have seen, advice that they have answered."""

from __future__ import annotations

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
    """What the operators' page remembers: answered advice, seen alarms, an emergency's begin."""

    settled: dict[str, Settled] = field(default_factory=dict)
    seen: dict[str, Acknowledged] = field(default_factory=dict)
    emergency_since: float = 0.0

    @classmethod
    def of(cls, settled: dict[str, Any], seen: dict[str, Any], emergency_since: float) -> Desk:
        """A desk from plain data."""
        return cls(
            {key: Settled(**item) for key, item in settled.items()},
            {key: Acknowledged(**item) for key, item in seen.items()},
            emergency_since,
        )
