"""Commands, what somebody wants, and decisions, what follows from them.

New ids come with a command, because the core draws nothing at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from hub.core import events as e
from hub.core.commands_of_forks import ReviewFork
from hub.core.commands_of_people import OfPeople
from hub.core.commands_of_plans import Configure
from hub.core.people import Hand
from hub.core.state import CounterState, State
from hub.core.tickets import ORDINARY
from wire import messages as w


@dataclass(frozen=True, slots=True)
class Issue:
    """Somebody takes a number. `ticket` is a fresh id, `channel` where it was taken.

    `kind` is the class of priority, `further` the services after the first in the same visit,
    `person` the keyed hash of an identity, `asker` the account or token that asks for it: the
    answer tells the slip, and is given again to nobody else who knows the command's id.
    """

    service: str
    ticket: str
    channel: str
    kind: str = ORDINARY
    further: tuple[str, ...] = ()
    person: str | None = None
    asker: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """Somebody agrees to come at `due_at` (wall seconds). `ticket` is a fresh id.

    `asker` is the account or token that asks, empty for the public.
    """

    service: str
    ticket: str
    channel: str
    due_at: float
    person: str | None = None
    asker: str = ""


@dataclass(frozen=True, slots=True)
class OnTicket:
    """A citizen, or somebody for them (`by`), does something with a ticket that is not called.

    `release` is for the operator: a ticket kept for one counter may be called by all.
    `not_called` is somebody's word that a ticket which only a unit may call that is cut off was
    not called: the citizen's, who is still there, or the operator's. It counts once the unit can
    call it no more: its lease is over, or the operator says that it is off (`unit_off`).
    """

    ticket: str
    wish: Literal["check_in", "come_back", "cancel", "release", "not_called"]
    by: str
    unit_off: bool = False


@dataclass(frozen=True, slots=True)
class RateByPhone:
    """Whoever holds a ticket rates one of its calls, on the page that follows it."""

    ticket: str
    call_id: str
    level: str


@dataclass(frozen=True, slots=True)
class TagByPhone:
    """The same person's reasons for that rating, by their codes."""

    ticket: str
    call_id: str
    tags: tuple[str, ...]


class Patience(IntEnum):
    """How long an answer may wait for a ticket that another unit has to give back."""

    NONE = 0
    WITH_NOBODY_ELSE = 1
    FOR_THE_BEST = 2


@dataclass(frozen=True, slots=True)
class AtCounter:
    """Somebody commands a counter.

    `seen` is the version of the counter's picture that the person saw (None: a program that
    has no picture); `call_id` a fresh id; `pin_right` the outcome of checking a sign-in's PIN;
    `patience` says for what the answer may wait: for the best ticket, which another unit has to
    give back first, or, with nobody else to call, for any. `hand` is who commands it from a page;
    None for its own unit.
    """

    counter: str
    request: w.Action
    seen: int | None
    call_id: str
    pin_right: bool = False
    patience: Patience = Patience.NONE
    hand: Hand | None = None


@dataclass(frozen=True, slots=True)
class Rearrange:
    """An operator (`by`) changes what a counter serves."""

    wish: Literal["add", "take_back"]
    counter: str
    service: str
    by: str


@dataclass(frozen=True, slots=True)
class OnAdvice:
    """An operator (`by`) follows or dismisses an advice, or takes that back."""

    advice: str
    wish: Literal["apply", "dismiss", "undo"]
    by: str


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """An operator (`by`) has seen these alarms, if they stood `since` then (wall s)."""

    alarms: tuple[str, ...]
    since: float
    by: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """An operator (`by`) closes the numbers that kiosks printed alone before a time.

    Their people were served while the hall was cut off. `before` is in wall seconds.
    """

    before: float
    by: str


@dataclass(frozen=True, slots=True)
class SetNotice:
    """An operator (`by`) says what boards and kiosks tell everybody; None: nothing.

    A text is given in both languages, "zh" and "en".
    """

    notice: dict[str, str] | None
    emergency: dict[str, str] | None
    by: str


@dataclass(frozen=True, slots=True)
class GoOn:
    """A person (`by`) lets a hall go on that was put back from a backup, `without` some units.

    They are named so that nobody is passed over whom the person has not seen to be missing.
    """

    without: tuple[str, ...]
    by: str


ByPhone = RateByPhone | TagByPhone

Command = (
    Issue
    | Book
    | OnTicket
    | ByPhone
    | AtCounter
    | Rearrange
    | OnAdvice
    | Acknowledge
    | Sweep
    | SetNotice
    | GoOn
    | ReviewFork
    | OfPeople
    | Configure
)


PENDING = "pending"
"""The outcome of a decision that has only begun."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a command. A refusal has a `code`; `reason` is for people.

    With the outcome "pending" the events are the beginning, and it is to be asked again.
    """

    events: tuple[e.Event, ...] = ()
    outcome: str = "done"
    code: str | None = None
    ticket: str | None = None
    reason: str | None = None


def refuse(code: str, reason: str, *events: e.Event) -> Decision:
    """A decision that changes nothing but what `events` record."""
    return Decision(events, "refused", code, None, reason)


def busy(state: State, counter: CounterState) -> Decision:
    """The refusal of a counter that has somebody in hand, naming the ticket."""
    ticket = state.tickets[str(counter.ticket)]
    who = ticket.number or "somebody without a number"
    return Decision((), "refused", "busy", ticket.id, f"{who} is still at this counter")
