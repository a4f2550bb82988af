"""What can happen in a hall. An event is a fact: frozen, in the past, never changed.

`at` is wall time in seconds. Every field is text, a number, a truth value or a plain
dictionary of those, so an event goes through JSON unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Any event."""

    at: float

    def content(self) -> dict[str, Any]:
        """The fields by name, without `at`."""
        return {name: getattr(self, name) for name in _names(type(self))}


_NAMES: dict[type[Event], tuple[str, ...]] = {}


def _names(kind: type[Event]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind) if field.name != "at")
    return _NAMES[kind]


# --- the hub itself ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Configured(Event):
    """The hall's plan was set; `plan` is its content."""

    plan: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EpochStarted(Event):
    """The hub has started."""

    epoch: int
    epoch_id: str


@dataclass(frozen=True, slots=True)
class DayBegan(Event):
    """A business day begins: number series start again, calls that are too old are forgotten."""

    day: str


@dataclass(frozen=True, slots=True)
class HallOpened(Event):
    """Tickets are issued from now on."""


@dataclass(frozen=True, slots=True)
class HallClosed(Event):
    """No more tickets are issued; those that wait are still served."""


# --- tickets -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TicketIssued(Event):
    """Somebody took a number."""

    ticket: str
    number: str
    service: str
    queued_at: float
    channel: str


@dataclass(frozen=True, slots=True)
class TicketCalled(Event):
    """A counter calls a ticket, and now holds it. `reason` explains the choice."""

    ticket: str
    call_id: str
    counter: str
    clerk: str
    reason: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TicketRecalled(Event):
    """The same call once more."""

    ticket: str
    call_id: str
    counter: str
    clerk: str


@dataclass(frozen=True, slots=True)
class ServiceStarted(Event):
    """The service runs since `since`.

    `presumed` if nobody said so but the call was neither recalled nor missed for a while.
    """

    ticket: str
    call_id: str
    counter: str
    since: float
    presumed: bool


@dataclass(frozen=True, slots=True)
class TicketMissed(Event):
    """The person called did not come; the counter lets go of the ticket."""

    ticket: str
    call_id: str
    counter: str
    clerk: str


@dataclass(frozen=True, slots=True)
class TicketDone(Event):
    """The service has ended; the rating of this call is invited for `invite_s`."""

    ticket: str
    call_id: str
    counter: str
    clerk: str
    since: float
    invite_s: float


@dataclass(frozen=True, slots=True)
class TicketExpired(Event):
    """The day ended before the ticket was called, or before its service was ended."""

    ticket: str
    counter: str | None


# --- counters ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClerkSignedIn(Event):
    """A clerk took the counter."""

    counter: str
    clerk: str


@dataclass(frozen=True, slots=True)
class ClerkSignedOut(Event):
    """The clerk left the counter."""

    counter: str
    clerk: str


@dataclass(frozen=True, slots=True)
class SignInFailed(Event):
    """A PIN was wrong."""

    counter: str
    clerk: str


@dataclass(frozen=True, slots=True)
class CounterOpened(Event):
    """The counter serves."""

    counter: str
    clerk: str


@dataclass(frozen=True, slots=True)
class CounterClosed(Event):
    """The counter does not serve."""

    counter: str
    clerk: str | None


# --- units and their records -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitJoined(Event):
    """A run of a unit said hello. `boot_at` is the wall time at which its CLOCK_BOOTTIME was 0."""

    unit: str
    run: str
    outbox: str
    through: int
    head: str
    software: str
    boot_at: float


@dataclass(frozen=True, slots=True)
class UnitClock(Event):
    """The hub's clock and a unit's have moved apart: its CLOCK_BOOTTIME was 0 at `boot_at`."""

    unit: str
    run: str
    boot_at: float


@dataclass(frozen=True, slots=True)
class UnitLost(Event):
    """Nothing was heard of a unit for some seconds."""

    unit: str


@dataclass(frozen=True, slots=True)
class UnitBack(Event):
    """A unit that was lost is heard again, in the same run."""

    unit: str


@dataclass(frozen=True, slots=True)
class Rated(Event):
    """A rating was pressed. `at` is the press; `sure` says how the time is known.

    `counted` only for the first rating of a call that ended at this counter; otherwise
    `why_not` says what is the matter, and a person decides.
    """

    unit: str
    outbox: str
    sequence: int
    counter: str
    clerk: str | None
    call_id: str
    ticket: str
    level: str
    after_ms: int
    sure: str
    counted: bool
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Unrated(Event):
    """An invitation ran out without an answer, which is a state of its own, not a level."""

    unit: str
    outbox: str
    sequence: int
    counter: str
    clerk: str | None
    call_id: str
    ticket: str
    sure: str
    counted: bool
    why_not: str | None


@dataclass(frozen=True, slots=True)
class RecordQuarantined(Event):
    """A record could not be read or believed; its bytes are kept and nothing was counted."""

    unit: str
    outbox: str | None
    sequence: int | None
    code: str
    detail: str


_KINDS = {
    name: kind
    for name, kind in globals().items()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}


def event_of(kind: str, at: float, content: dict[str, Any]) -> Event:
    """An event from its name and content, as the journal keeps them.

    Raises KeyError for an unknown kind and TypeError for content that does not fit it.
    """
    return _KINDS[kind](at=at, **content)
