"""The counter as its unit knows it while it decides alone. PURE.

It begins with the hub's last picture and follows the unit's own records: what is in hand, what
is on hold, who is away. `TABLE` has the steps of a ticket's life that a counter takes, the same
as the hub's (`hub.core.tickets`); what it does not have is refused with the hub's own codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from device.moment import Moment
from device.stamps import Stamps, stamps
from wire.messages import (
    Action,
    AwayRecord,
    CalledRecord,
    CounterPicture,
    CounterState,
    Grant,
    Next,
    Pause,
    PausePicture,
    Resume,
    StepRecord,
    Text,
    TicketInHand,
    TicketName,
    Unpause,
    WithoutNumberRecord,
)


class Phase(StrEnum):
    """Where a ticket stands, as the hub names it."""

    GRANTED = "waiting"
    CALLED = "called"
    RECALLED = "recalled"
    SERVING = "serving"
    HELD = "held"
    DONE = "done"
    NO_SHOW = "no_show"


class Step(StrEnum):
    """What a counter does with a ticket, as the hub names it."""

    CALL = "call"
    RECALL = "recall"
    NO_SHOW = "no_show"
    START = "start"
    DONE = "done"
    HOLD = "hold"
    RESUME = "resume"


_IN_HAND: Final = (Phase.CALLED, Phase.RECALLED, Phase.SERVING)

TABLE: Final[Mapping[tuple[Phase, Step], Phase]] = MappingProxyType(
    {
        (Phase.GRANTED, Step.CALL): Phase.CALLED,
        (Phase.CALLED, Step.START): Phase.SERVING,
        (Phase.RECALLED, Step.START): Phase.SERVING,
        **{(phase, Step.RECALL): Phase.RECALLED for phase in _IN_HAND},
        **{(phase, Step.DONE): Phase.DONE for phase in _IN_HAND},
        **{(phase, Step.NO_SHOW): Phase.NO_SHOW for phase in _IN_HAND},
        **{(phase, Step.HOLD): Phase.HELD for phase in _IN_HAND},
        (Phase.HELD, Step.RESUME): Phase.SERVING,
    }
)
"""Every step that a counter may take alone."""

DecisionRecord: TypeAlias = CalledRecord | WithoutNumberRecord | StepRecord | AwayRecord
"""What a press that is decided here becomes."""

DECISIONS: Final = get_args(DecisionRecord)

_StepName: TypeAlias = Literal["recall", "no_show", "start", "done", "hold", "resume"]


@dataclass(frozen=True)
class Press:
    """What a press of a key asks for. `command` names it if it was sent and had no answer."""

    action: Action
    fresh_id: str
    command: str | None = None


@dataclass(frozen=True)
class Refused:
    """Nothing is done, for the reason that `code` names as the hub would."""

    code: str


@dataclass(frozen=True)
class NoGrant:
    """There is no granted ticket to call: the clerk may serve without a number."""


Decision: TypeAlias = DecisionRecord | Refused | NoGrant


class Desk:
    """A counter that decides alone since `since_s`. `picture` is as of `as_of_s`."""

    def __init__(
        self, run: str, counter: str, picture: CounterPicture, as_of_s: float, since_s: float
    ) -> None:
        self._run = run
        self._counter = counter
        self.picture = picture
        self.as_of_s = as_of_s
        self.since_s = since_s

    def decide(self, press: Press, grant: Grant | None, confirmed: bool, at: Moment) -> Decision:
        """What a press leads to. Nothing has changed until the record is kept: see `follow`.

        `grant` is the ticket to be called next; without one, and `confirmed`, the service is
        one without a number.
        """
        if isinstance(press.action, Next):
            return self._call(press, grant, confirmed, at)
        if isinstance(press.action, Pause | Unpause):
            return self._leave(press, at)
        if isinstance(press.action, Resume):
            return self._resume(press, at)
        name = press.action.action
        return self._step(press, Step(name), at) if name in set(Step) else Refused("cut_off")

    def follow(self, body: DecisionRecord, now_s: float) -> None:
        """A record is kept: the picture is what it says."""
        later_s = max(0.0, now_s - self.as_of_s)
        self.picture, self.as_of_s = after(self.picture, body, later_s), self.as_of_s + later_s

    # --- each action ---

    def _call(self, press: Press, grant: Grant | None, confirmed: bool, at: Moment) -> Decision:
        refused = self._off_duty() or self._busy()
        if refused:
            return refused
        stamped, call_id, clerk = self._stamps(at), f"{press.fresh_id}-c", self._clerk()
        if grant is not None:
            return CalledRecord(
                **stamped,
                call_id=call_id,
                ticket=grant.ticket,
                clerk=clerk,
                number=grant.number,
                service=grant.service,
                command=press.command,
            )
        if not self.picture.services:
            return Refused("no_service")
        if not confirmed:
            return NoGrant()
        return WithoutNumberRecord(
            **stamped,
            call_id=call_id,
            ticket=f"{press.fresh_id}-t",
            clerk=clerk,
            service=self.picture.services[0].id,
            command=press.command,
        )

    def _leave(self, press: Press, at: Moment) -> Decision:
        leaves = isinstance(press.action, Pause)
        refused = self._off_duty() or (self._busy() if leaves else None)
        if refused:
            return refused
        return AwayRecord(
            **self._stamps(at), clerk=self._clerk(), away=leaves, command=press.command
        )

    def _resume(self, press: Press, at: Moment) -> Decision:
        refused = self._busy()
        if refused:
            return refused
        held = next((ticket for ticket in self.picture.on_hold if ticket.call_id), None)
        if held is None or held.call_id is None:
            return Refused("nothing_on_hold")
        return self._stepped(press, "resume", held.id, held.call_id, at)

    def _step(self, press: Press, step: Step, at: Moment) -> Decision:
        ticket, phase = self.picture.ticket, phase_of(self.picture)
        if ticket is None or (phase, step) not in TABLE:
            return Refused("nothing_in_hand")
        if step is Step.RECALL and not ticket.number:
            return Refused("no_number")
        name = _STEP_NAMES[step]
        return self._stepped(press, name, ticket.id, ticket.call_id, at)

    def _stepped(
        self, press: Press, step: _StepName, ticket: str, call_id: str, at: Moment
    ) -> StepRecord:
        return StepRecord(
            **self._stamps(at),
            call_id=call_id,
            ticket=ticket,
            clerk=self._clerk(),
            step=step,
            command=press.command,
        )

    def _off_duty(self) -> Refused | None:
        if self.picture.clerk is None:
            return Refused("not_signed_in")
        return Refused("closed") if self.picture.state is CounterState.CLOSED else None

    def _busy(self) -> Refused | None:
        return Refused("busy") if self.picture.ticket else None

    def _clerk(self) -> str | None:
        return self.picture.clerk.id if self.picture.clerk else None

    def _stamps(self, at: Moment) -> Stamps:
        return stamps(self._run, self._counter, at)


_STEP_NAMES: Final[Mapping[Step, _StepName]] = MappingProxyType(
    {
        Step.RECALL: "recall",
        Step.NO_SHOW: "no_show",
        Step.START: "start",
        Step.DONE: "done",
        Step.HOLD: "hold",
        Step.RESUME: "resume",
    }
)


# --- what a record makes of a picture ----------------------------------------------------


def phase_of(picture: CounterPicture) -> Phase | None:
    """Where the ticket in hand stands; None if there is none."""
    if picture.ticket is None:
        return None
    if picture.state is CounterState.SERVING:
        return Phase.SERVING
    return Phase.RECALLED if picture.ticket.recalls else Phase.CALLED


def after(picture: CounterPicture, body: DecisionRecord, later_s: float) -> CounterPicture:
    """The picture `later_s` after it was true, when a record has been kept.

    A record that does not fit the picture, which happens when the hub has thought better of
    it, leaves it as it is.
    """
    older = aged(picture, later_s)
    match body:
        case CalledRecord():
            return _holding(older, _called(older, body), CounterState.CALLED)
        case WithoutNumberRecord():
            return _holding(older, _unnumbered(older, body), CounterState.SERVING)
        case AwayRecord():
            return _away(older, leaves=body.away)
        case StepRecord(step="resume"):
            return _resumed(older, body)
        case StepRecord():
            return _stepped(older, body)


def aged(picture: CounterPicture, by_s: float) -> CounterPicture:
    """The same picture when it has become older."""
    ticket, pause = picture.ticket, picture.pause
    if ticket:
        ticket = ticket.model_copy(update={"since_s": ticket.since_s + by_s})
    if pause:
        back_in_s = None if pause.back_in_s is None else pause.back_in_s - by_s
        pause = PausePicture(reason=pause.reason, since_s=pause.since_s + by_s, back_in_s=back_in_s)
    return picture.model_copy(update={"ticket": ticket, "pause": pause, "invitation": None})


def _holding(picture: CounterPicture, ticket: TicketInHand, state: CounterState) -> CounterPicture:
    return picture.model_copy(update={"ticket": ticket, "state": state, "pause": None})


def _called(picture: CounterPicture, body: CalledRecord) -> TicketInHand:
    return _in_hand(picture, body.ticket, body.number, body.service, body.call_id)


def _unnumbered(picture: CounterPicture, body: WithoutNumberRecord) -> TicketInHand:
    return _in_hand(picture, body.ticket, "", body.service, body.call_id)


def _in_hand(
    picture: CounterPicture, ticket: str, number: str, service: str, call_id: str
) -> TicketInHand:
    return TicketInHand(
        id=ticket,
        number=number,
        service=service,
        service_name=service_name(picture, service),
        call_id=call_id,
        recalls=0,
        since_s=0.0,
    )


def service_name(picture: CounterPicture, service: str) -> Text:
    """A service's name; its id if it is none of this counter's."""
    names = [known.name for known in picture.services if known.id == service]
    return names[0] if names else Text(zh=service, en=service)


def _away(picture: CounterPicture, *, leaves: bool) -> CounterPicture:
    if picture.ticket is not None or picture.state is CounterState.CLOSED:
        return picture
    pause = PausePicture(reason="", since_s=0.0, back_in_s=None) if leaves else None
    state = CounterState.PAUSED if leaves else CounterState.IDLE
    return picture.model_copy(update={"state": state, "pause": pause})


def _resumed(picture: CounterPicture, body: StepRecord) -> CounterPicture:
    held = next((ticket for ticket in picture.on_hold if ticket.id == body.ticket), None)
    if held is None or picture.ticket is not None:
        return picture
    rest = [ticket for ticket in picture.on_hold if ticket.id != body.ticket]
    ticket = _in_hand(picture, held.id, held.number, held.service, body.call_id)
    served = _holding(picture, ticket, CounterState.SERVING)
    return served.model_copy(update={"on_hold": rest})


def _stepped(picture: CounterPicture, body: StepRecord) -> CounterPicture:
    ticket = picture.ticket
    phase = TABLE.get((phase_of(picture) or Phase.DONE, Step(body.step)))
    if ticket is None or ticket.call_id != body.call_id or phase is None:
        return picture
    if phase in _IN_HAND:
        recalls = ticket.recalls + (phase is Phase.RECALLED)
        changed = ticket.model_copy(update={"recalls": recalls, "since_s": 0.0})
        state = CounterState.SERVING if phase is Phase.SERVING else CounterState.CALLED
        return _holding(picture, changed, state)
    return _let_go(picture, ticket, phase)


def _let_go(picture: CounterPicture, ticket: TicketInHand, phase: Phase) -> CounterPicture:
    kept = TicketName(
        id=ticket.id, number=ticket.number, service=ticket.service, call_id=ticket.call_id
    )
    return picture.model_copy(
        update={
            "ticket": None,
            "state": CounterState.IDLE,
            "on_hold": [*picture.on_hold, kept] if phase is Phase.HELD else picture.on_hold,
            "served_today": picture.served_today + (phase is Phase.DONE),
        }
    )
