"""What was found of the load, advised about it, and done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.core.event import Event


@dataclass(frozen=True, slots=True)
class ServiceAdded(Event):
    """A counter serves one more of the services that it has the skill for. `by` is who said so."""

    counter: str
    service: str
    by: str
    reason: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ServiceTakenBack(Event):
    """A counter no longer serves what was added to it."""

    counter: str
    service: str
    by: str
    reason: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AdviceGiven(Event):
    """The hub advises to `add` a service to a counter, `take_back` one, `open` or `close` it.

    `gain_min` is the expected gain of the hall's mean wait, in minutes.
    """

    advice: str
    action: str
    counter: str
    service: str | None
    gain_min: float
    reason: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AdviceWeighed(Event):
    """What an advice that stands is worth by now, and why: as in `AdviceGiven`."""

    advice: str
    gain_min: float
    reason: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AdviceClosed(Event):
    """An advice was followed, dismissed, or has become pointless (`outcome`)."""

    advice: str
    outcome: str
    by: str


@dataclass(frozen=True, slots=True)
class Flagged(Event):
    """A line or counter became hot, cold or slow, or is so no longer. `evidence` says why."""

    kind: str
    scope: str
    target: str
    on: bool
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AdviceUndone(Event):
    """An advice that was followed or dismissed stands again: somebody (`by`) took that back."""

    advice: str
    by: str
