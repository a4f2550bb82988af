"""The life of a ticket: one table of states and steps, and the line in which it waits.

An illegal step raises `IllegalStep`, which names state and step, and changes nothing.
The diagram in `docs/states.md` is generated from `TRANSITIONS`.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from enum import StrEnum


class TicketState(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CALLED = "called"
    RECALLED = "recalled"
    SERVING = "serving"
    DONE = "done"
    NO_SHOW = "no_show"
    EXPIRED = "expired"


class Step(StrEnum):
    """What can happen to a ticket."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    DONE = "done"
    NO_SHOW = "no_show"
    EXPIRE = "expire"


_S = TicketState

TRANSITIONS: dict[tuple[TicketState, Step], TicketState] = {
    (_S.WAITING, Step.CALL): _S.CALLED,
    (_S.WAITING, Step.EXPIRE): _S.EXPIRED,
    (_S.CALLED, Step.RECALL): _S.RECALLED,
    (_S.CALLED, Step.START): _S.SERVING,
    (_S.CALLED, Step.DONE): _S.DONE,
    (_S.CALLED, Step.NO_SHOW): _S.NO_SHOW,
    (_S.CALLED, Step.EXPIRE): _S.EXPIRED,
    (_S.RECALLED, Step.RECALL): _S.RECALLED,
    (_S.RECALLED, Step.START): _S.SERVING,
    (_S.RECALLED, Step.DONE): _S.DONE,
    (_S.RECALLED, Step.NO_SHOW): _S.NO_SHOW,
    (_S.RECALLED, Step.EXPIRE): _S.EXPIRED,
    # A service may only be presumed to have started: the clerk can still take that back.
    (_S.SERVING, Step.RECALL): _S.RECALLED,
    (_S.SERVING, Step.NO_SHOW): _S.NO_SHOW,
    (_S.SERVING, Step.DONE): _S.DONE,
    (_S.SERVING, Step.EXPIRE): _S.EXPIRED,
}
"""Every legal step. DONE, NO_SHOW and EXPIRED are ends."""

HELD = frozenset({_S.CALLED, _S.RECALLED, _S.SERVING})
"""In these states exactly one counter holds the ticket; in the others none does."""


class IllegalStep(Exception):
    """A step that the state of the ticket does not allow."""

    def __init__(self, state: TicketState, step: Step) -> None:
        super().__init__(f"a ticket that is {state} cannot {step}")
        self.state = state
        self.step = step


def after(state: TicketState, step: Step) -> TicketState:
    """The state after a step.

    Raises IllegalStep if the table does not have it.
    """
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise IllegalStep(state, step) from None


@dataclass(slots=True)
class Ticket:
    """One ticket of the day. Times are wall seconds.

    `since` is when the present state began; `call_id`, `counter` and `clerk` name the last call.
    """

    id: str
    number: str
    service: str
    issued_at: float
    queued_at: float
    channel: str
    state: TicketState
    since: float
    order: int
    call_id: str | None = None
    counter: str | None = None
    clerk: str | None = None
    called_at: float | None = None
    recalls: int = 0


@dataclass(slots=True)
class Line:
    """The tickets of one service that wait, in the order of `queued_at`."""

    _entries: list[tuple[float, int, str]] = field(default_factory=list)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._entries)

    def add(self, ticket: Ticket) -> None:
        """Put a ticket at its place; equal times keep the order of issue."""
        insort(self._entries, (ticket.queued_at, ticket.order, ticket.id))

    def remove(self, ticket: Ticket) -> None:
        """Take a ticket out, wherever it stands."""
        self._entries.remove((ticket.queued_at, ticket.order, ticket.id))

    def head(self) -> str | None:
        """The ticket that waits longest, or None."""
        return self._entries[0][2] if self._entries else None

    def last_queued_at(self) -> float:
        """When the last in line was queued; 0 if nobody waits."""
        return self._entries[-1][0] if self._entries else 0.0

    def tickets(self) -> list[str]:
        """All of them, first in line first."""
        return [entry[2] for entry in self._entries]

    def ahead_of(self, ticket: Ticket) -> int:
        """How many stand before a ticket of this line."""
        return self._entries.index((ticket.queued_at, ticket.order, ticket.id))
