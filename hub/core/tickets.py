"""The life of a ticket: one table of states and steps.

An illegal step raises `IllegalStep`, which names state and step, and changes nothing.
The diagram in `docs/states.md` is generated from `TRANSITIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ORDINARY = ""
"""The class of a ticket without priority. Priority classes are named in the plan."""

APPOINTMENT = "appointment"
"""The class of whoever comes at an agreed time."""


KIOSK_ALONE = "kiosk-alone"
"""The channel of a number that a kiosk printed from its own series while it was cut off."""

ANY_COUNTER = ""
"""In place of a counter's id on a ticket of an assigned hall: whoever is free calls it."""

WITHOUT_NUMBER = "without_number"
"""The channel of whoever was served without a number, by a counter that was cut off."""


class TicketState(StrEnum):
    """Where a ticket stands."""

    BOOKED = "booked"
    WAITING = "waiting"
    CALLED = "called"
    RECALLED = "recalled"
    SERVING = "serving"
    HELD = "held"
    DONE = "done"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Step(StrEnum):
    """What can happen to a ticket."""

    CHECK_IN = "check_in"
    CALL = "call"
    RECALL = "recall"
    START = "start"
    DONE = "done"
    ONWARD = "onward"
    NO_SHOW = "no_show"
    COME_BACK = "come_back"
    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    RELEASE = "release"
    CANCEL = "cancel"
    EXPIRE = "expire"
    VOID = "void"
    UNDO_NO_SHOW = "undo_no_show"
    UNDO_DONE = "undo_done"
    UNDO_ONWARD = "undo_onward"
    UNDO_TRANSFER = "undo_transfer"


_S = TicketState

_CALLS = (_S.CALLED, _S.RECALLED, _S.SERVING)

IN_HAND = frozenset(_CALLS)
"""In these states exactly one counter has the ticket in hand; in the others none does."""

ALIVE = frozenset({*IN_HAND, _S.WAITING, _S.HELD})
"""Whoever has one of these is still to be served today."""

TRANSITIONS: dict[tuple[TicketState, Step], TicketState] = {
    (_S.BOOKED, Step.CHECK_IN): _S.WAITING,
    (_S.BOOKED, Step.CANCEL): _S.CANCELLED,
    (_S.BOOKED, Step.EXPIRE): _S.EXPIRED,
    (_S.WAITING, Step.CALL): _S.CALLED,
    (_S.WAITING, Step.CANCEL): _S.CANCELLED,
    (_S.WAITING, Step.EXPIRE): _S.EXPIRED,
    (_S.CALLED, Step.RECALL): _S.RECALLED,
    (_S.CALLED, Step.START): _S.SERVING,
    (_S.RECALLED, Step.RECALL): _S.RECALLED,
    (_S.RECALLED, Step.START): _S.SERVING,
    # A service may only be presumed to have started: the clerk can still take that back.
    (_S.SERVING, Step.RECALL): _S.RECALLED,
    **{(state, Step.DONE): _S.DONE for state in _CALLS},
    **{(state, Step.ONWARD): _S.WAITING for state in _CALLS},
    **{(state, Step.NO_SHOW): _S.NO_SHOW for state in _CALLS},
    **{(state, Step.HOLD): _S.HELD for state in _CALLS},
    **{(state, Step.TRANSFER): _S.WAITING for state in _CALLS},
    **{(state, Step.EXPIRE): _S.EXPIRED for state in _CALLS},
    # Only what was called a moment ago can be taken back as if it had not been called.
    (_S.CALLED, Step.VOID): _S.WAITING,
    (_S.RECALLED, Step.VOID): _S.WAITING,
    (_S.SERVING, Step.VOID): _S.WAITING,
    (_S.HELD, Step.RESUME): _S.SERVING,
    (_S.HELD, Step.RELEASE): _S.WAITING,
    (_S.HELD, Step.CANCEL): _S.CANCELLED,
    (_S.HELD, Step.EXPIRE): _S.EXPIRED,
    (_S.NO_SHOW, Step.COME_BACK): _S.WAITING,
    (_S.NO_SHOW, Step.UNDO_NO_SHOW): _S.CALLED,
    (_S.DONE, Step.UNDO_DONE): _S.SERVING,
    (_S.WAITING, Step.UNDO_ONWARD): _S.SERVING,
    (_S.WAITING, Step.UNDO_TRANSFER): _S.SERVING,
}
"""Every legal step. CANCELLED and EXPIRED are ends; DONE and NO_SHOW are, but for an undo or,
within its grace, a citizen who comes back."""


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

    `service` is what it waits for or is served with now, `further` what comes after in the
    same visit. `kind` is its class: ordinary, an appointment, or a priority class of the plan.
    `since` is when the present state began; `call_id`, `counter` and `clerk` name the last
    call. `bound` is the only counter that may call it (a transfer, or a hold); `label` the
    counter printed on it, from which an idle one may take it, or ANY_COUNTER. `person` is the
    keyed hash of an identity, never the identity. `due_at` is the time of an appointment,
    `held_s` how long the service of the last call was interrupted.
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
    kind: str = ORDINARY
    further: tuple[str, ...] = ()
    bound: str | None = None
    label: str | None = None
    person: str | None = None
    due_at: float | None = None
    call_id: str | None = None
    counter: str | None = None
    clerk: str | None = None
    called_at: float | None = None
    recalls: int = 0
    held_s: float = 0.0

    @property
    def credit_s(self) -> float:
        """The wait that counts for it, up to its last call: what it keeps when it waits again."""
        return max(0.0, (self.called_at or self.since) - self.queued_at)
