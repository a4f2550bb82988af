"""What can happen in a hall, by name. `hub.core.event` says what an event is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.core.event import Event
from hub.core.event import OfCall as _OfCall
from hub.core.events_of_balance import (
    AdviceClosed,
    AdviceGiven,
    AdviceUndone,
    AdviceWeighed,
    Flagged,
    ServiceAdded,
    ServiceTakenBack,
)
from hub.core.events_of_kiosks import NumberSetAside
from hub.core.events_of_operators import AlarmAcknowledged
from hub.core.events_of_people import (
    AccountChanged,
    AccountMade,
    AccountRemoved,
    CommandGiven,
    PasswordSet,
    TokenMade,
    TokenRevoked,
)
from hub.core.events_of_restores import (
    AnotherAnswered,
    GrantsDoubted,
    NumberSeen,
    OutboxRenamed,
    RecordRead,
    RecordsLost,
    RestoreBegan,
    RestoreEnded,
    UnitAnswered,
)
from hub.core.events_of_units import (
    AloneStepUnused,
    CalledApart,
    EndedApart,
    ForkReviewed,
    GrantsEnded,
    GrantsGiven,
    GrantsWithdrawn,
    HealthNoted,
    OrderKept,
    Rated,
    RatingTagged,
    RecordQuarantined,
    RunPlaced,
    ServedUnnumbered,
    UnitBack,
    UnitClock,
    UnitJoined,
    UnitLost,
    Unrated,
)

__all__ = [
    "AccountChanged",
    "AccountMade",
    "AccountRemoved",
    "AdviceClosed",
    "AdviceGiven",
    "AdviceUndone",
    "AdviceWeighed",
    "AlarmAcknowledged",
    "AloneStepUnused",
    "AnotherAnswered",
    "AttendanceNoted",
    "CallVoided",
    "CalledApart",
    "ClerkSignedIn",
    "ClerkSignedOut",
    "CommandGiven",
    "Configured",
    "CounterClosed",
    "CounterOpened",
    "CounterPaused",
    "CounterResumed",
    "DayBegan",
    "EndedApart",
    "EpochStarted",
    "Event",
    "Flagged",
    "ForkReviewed",
    "GrantsDoubted",
    "GrantsEnded",
    "GrantsGiven",
    "GrantsWithdrawn",
    "HallClosed",
    "HallOpened",
    "HealthNoted",
    "NoticeSet",
    "NumberSeen",
    "NumberSetAside",
    "OrderKept",
    "OutboxRenamed",
    "PasswordSet",
    "PlanFileSeen",
    "Rated",
    "RatingTagged",
    "RecordQuarantined",
    "RecordRead",
    "RecordsLost",
    "RestoreBegan",
    "RestoreEnded",
    "RunPlaced",
    "ServedUnnumbered",
    "ServiceAdded",
    "ServiceStarted",
    "ServiceTakenBack",
    "SignInFailed",
    "StepUndone",
    "TicketBooked",
    "TicketCalled",
    "TicketCancelled",
    "TicketCheckedIn",
    "TicketDone",
    "TicketExpired",
    "TicketHeld",
    "TicketIssued",
    "TicketMissed",
    "TicketRecalled",
    "TicketReleased",
    "TicketResumed",
    "TicketReturned",
    "TicketTransferred",
    "TokenMade",
    "TokenRevoked",
    "UnitAnswered",
    "UnitBack",
    "UnitClock",
    "UnitJoined",
    "UnitLost",
    "Unrated",
    "event_of",
]


# --- the hub itself ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Configured(Event):
    """The hall's plan was set; `plan` is its content, `changed` the places that differ since.

    `by` is who did it and `reason` what they said about it; empty for a file, of whose plan
    `file` is then the digest. `undoes` is the sequence of the plan that is in force again.
    """

    plan: dict[str, Any]
    by: str = ""
    reason: str = ""
    changed: tuple[str, ...] = ()
    file: str = ""
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class PlanFileSeen(Event):
    """The hub has started with a file whose plan is the one in force; `file` is its digest."""

    file: str


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


@dataclass(frozen=True, slots=True)
class NoticeSet(Event):
    """What the hall's boards and kiosks tell everybody from now on.

    Each is a text in both languages ("zh" and "en"), or None to tell nothing. An emergency
    goes over everything else.
    """

    notice: dict[str, str] | None
    emergency: dict[str, str] | None
    by: str


# --- tickets -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TicketIssued(Event):
    """Somebody took a number.

    `kind` is its class, `further` the services after the first in the same visit, `label` the
    counter printed on it, `person` the keyed hash of an identity.
    """

    ticket: str
    number: str
    service: str
    queued_at: float
    channel: str
    kind: str = ""
    further: tuple[str, ...] = ()
    label: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class TicketBooked(Event):
    """Somebody agreed to come at `due_at`. The number is given at check-in."""

    ticket: str
    service: str
    due_at: float
    channel: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class TicketCheckedIn(Event):
    """Who has an appointment is here. Too late for it, the ticket is an ordinary one."""

    ticket: str
    number: str
    queued_at: float
    kind: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class TicketCalled(_OfCall):
    """A counter calls a ticket, and now has it in hand. `reason` explains the choice."""

    reason: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TicketRecalled(_OfCall):
    """The same call once more."""


@dataclass(frozen=True, slots=True)
class CallVoided(Event):
    """A call is taken back as if it had not been: the ticket goes back to its place."""

    ticket: str
    call_id: str
    counter: str
    why: str


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
class TicketMissed(_OfCall):
    """The person called did not come; the counter lets go of the ticket."""


@dataclass(frozen=True, slots=True)
class TicketReturned(Event):
    """Who missed the call is back, and waits again with the wait up to that call."""

    ticket: str
    queued_at: float


@dataclass(frozen=True, slots=True)
class TicketHeld(_OfCall):
    """The service is interrupted (a copy, a form); the counter may serve others meanwhile."""


@dataclass(frozen=True, slots=True)
class TicketResumed(_OfCall):
    """The counter goes on with a ticket that it had put on hold."""


@dataclass(frozen=True, slots=True)
class TicketReleased(Event):
    """A ticket on hold, or one kept for a counter, waits for any counter that serves it."""

    ticket: str
    counter: str
    queued_at: float
    why: str


@dataclass(frozen=True, slots=True)
class TicketTransferred(_OfCall):
    """The ticket waits for another service or counter, with its number and its wait so far.

    `bound` is the only counter that may call it, if one was named.
    """

    service: str
    bound: str | None
    queued_at: float


@dataclass(frozen=True, slots=True)
class TicketDone(_OfCall):
    """The service has ended; the rating of this call is invited for `invite_s`.

    `onward` is the next service of the same visit: the ticket then waits for that.
    """

    since: float
    invite_s: float
    onward: str | None = None
    queued_at: float | None = None


@dataclass(frozen=True, slots=True)
class TicketCancelled(Event):
    """The citizen, or somebody for them, gave the ticket up."""

    ticket: str
    by: str


@dataclass(frozen=True, slots=True)
class TicketExpired(Event):
    """The day ended before the ticket was called, or before its service was ended."""

    ticket: str
    counter: str | None


@dataclass(frozen=True, slots=True)
class StepUndone(_OfCall):
    """A clerk took the last step back: no_show, done or transfer. The ticket is in hand again."""

    step: str


# --- counters ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _OfClerk(Event):
    """Something that a clerk did at a counter."""

    counter: str
    clerk: str


@dataclass(frozen=True, slots=True)
class ClerkSignedIn(_OfClerk):
    """A clerk took the counter."""


@dataclass(frozen=True, slots=True)
class ClerkSignedOut(_OfClerk):
    """The clerk left the counter."""


@dataclass(frozen=True, slots=True)
class SignInFailed(_OfClerk):
    """A PIN was wrong. `hand` is whose page it came from; empty: from the counter itself."""

    hand: str = ""


@dataclass(frozen=True, slots=True)
class CounterOpened(_OfClerk):
    """The counter serves."""


@dataclass(frozen=True, slots=True)
class CounterClosed(Event):
    """The counter does not serve."""

    counter: str
    clerk: str | None


@dataclass(frozen=True, slots=True)
class CounterPaused(_OfClerk):
    """The clerk is away for a while. `back_at` is when they said they would be back."""

    reason: str
    back_at: float | None


@dataclass(frozen=True, slots=True)
class CounterResumed(_OfClerk):
    """The clerk is back."""


@dataclass(frozen=True, slots=True)
class AttendanceNoted(Event):
    """A fact about a clerk's presence, for the journal; nobody is punished by a program.

    `what` is absent (not signed in `minutes` after the shift began), late (signed in so long
    after), elsewhere (signed in at another counter than the roster's) or overdue (away longer
    than announced).
    """

    clerk: str
    counter: str
    what: str
    minutes: float


_TUPLES = ("changed", "further", "roles", "tags", "tickets", "units", "without")
"""Fields that are tuples, which JSON knows as lists."""

_KINDS = {
    name: kind
    for name, kind in globals().items()
    if isinstance(kind, type) and issubclass(kind, Event) and kind not in {Event, _OfCall, _OfClerk}
}


def event_of(kind: str, at: float, content: dict[str, Any]) -> Event:
    """An event from its name and content, as the journal keeps them.

    Raises KeyError for an unknown kind and TypeError for content that does not fit it.
    """
    texts = {name: tuple(content[name]) for name in _TUPLES if name in content}
    content = {**content, **texts}
    return _KINDS[kind](at=at, **content)
