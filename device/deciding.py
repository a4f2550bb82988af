"""What a unit decides by itself: from a press to a record, from a kept record to the picture. PURE.

Each press becomes one record at most. It is written before anything follows from it: the call
is shown, told to boards and spoken only once its record is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from device.alone import DECISIONS, DecisionRecord, Desk, NoGrant, Press, Refused, after
from device.asking import Asking, OpenInvitation
from device.events import Anomaly, Body, Effect, Remark, Tell, Write
from device.moment import Moment
from wire.messages import (
    Call,
    CalledRecord,
    CounterPicture,
    Done,
    Grant,
    Next,
    State,
    StepRecord,
    TicketInHand,
    WithoutNumberRecord,
)

OFFER_S: Final = 10.0
"""For so many real seconds the clerk may confirm a service without a number."""
OFFER_SETTLE_S: Final = 0.7
"""A second press so soon after the first, in real seconds, is no confirmation."""


@dataclass(frozen=True)
class Offer:
    """The clerk may serve without a number by pressing next again, from `from_s` on."""

    from_s: float
    until_s: float


@dataclass(frozen=True)
class Remembered:
    """What an earlier run of this unit has left behind.

    `state` is the last that it used, as it was at `told_s` of this boot's clock, which is
    `sure` unless the clocks of both runs may differ. `decisions` are those, with their
    sequence, that this state or the hub may lack.
    """

    state: State | None = None
    told_s: float = 0.0
    sure: bool = False
    decisions: Sequence[tuple[int, DecisionRecord]] = ()


class Deciding:
    """One run's own decisions. `desk` is the counter while it decides alone.

    `second_s` is how far the clock advances in a real second.
    """

    def __init__(
        self,
        run: str,
        counter: str,
        asking: Asking,
        second_s: float,
        earlier: Sequence[tuple[int, DecisionRecord]],
    ) -> None:
        self.desk: Desk | None = None
        self.offer: Offer | None = None
        self._run = run
        self._counter = counter
        self._asking = asking
        self._second_s = second_s
        self._decisions = list(earlier)  # that the last state may lack
        self._through = max((sequence for sequence, _ in earlier), default=0)
        self._used = {body.ticket for _, body in earlier if isinstance(body, CalledRecord)}
        self._writing: DecisionRecord | None = None
        self._undecided: str | None = None  # a `next` sent in vain that no record names yet
        self._following: Press | None = None  # a `next` that waits for its `done` to be kept

    @property
    def unfinished(self) -> bool:
        """Whether there are decisions that the last state lacks."""
        return bool(self._decisions)

    # --- alone, or not ---

    def begin(self, base: CounterPicture, told_s: float, since_s: float) -> None:
        """Decide from now on, from the hub's picture as of `told_s` and what came after it."""
        for _, body in self._decisions:
            base = after(base, body, 0.0)
        self.desk = Desk(self._run, self._counter, base, told_s, since_s)

    def end(self) -> None:
        """The hub decides again, or refuses this unit; the local picture is dropped."""
        self.desk = self.offer = self._undecided = self._following = None

    def compare(self, committed: int) -> bool:
        """Whether the hub has committed all that was written here."""
        self._decisions = [d for d in self._decisions if d[0] > committed]
        if self._writing is not None or committed < self._through:
            return False
        self._used.clear()
        return True

    # --- a press ---

    def decide(
        self, desk: Desk, press: Press, grants: Sequence[Grant], at: Moment, *, finishes: bool
    ) -> list[Effect] | Refused:
        """Decide a press; `grants` are those whose lease runs.

        `finishes`: by the hall's rules `next` ends the service at hand as well. That is a record
        of its own; the rest of the press is decided once it is kept: see `following`.
        """
        if self._writing is not None:
            return [Remark(f"{press.action.action} while a record is being written: ignored")]
        if finishes and isinstance(press.action, Next) and desk.picture.ticket:
            self._following = press
            press = replace(press, action=Done(action="done"), command=None)
        if isinstance(press.action, Next):
            press = replace(press, command=self._undecided or press.command)
        offer, self.offer = self.offer, None
        confirmed = offer is not None and at.boot_s >= offer.from_s
        grant = next((one for one in grants if one.ticket not in self._used), None)
        match desk.decide(press, grant, confirmed, at):
            case Refused() as refused:
                self._following = None
                return refused
            case NoGrant():
                self._undecided = press.command
                self.offer = offer or self._make_offer(at)
                return []
            case body:
                self._writing = body
                return [Write(body)]

    def following(self) -> Press | None:
        """The press of which one half is kept and the other still to be decided, once."""
        if self._writing is not None:
            return None
        press, self._following = self._following, None
        return press

    def unseen(self, press: Press) -> None:
        """A press was answered by the hub, whose state has not come.

        If it was a `next`, nobody has seen what it called: the next call made here is in its
        place.
        """
        if isinstance(press.action, Next):
            self._undecided = press.fresh_id

    def _make_offer(self, at: Moment) -> Offer:
        from_s = at.boot_s + OFFER_SETTLE_S * self._second_s
        return Offer(from_s, at.boot_s + OFFER_S * self._second_s)

    # --- a record ---

    def kept(self, body: Body, sequence: int, invite_s: float, at: Moment) -> list[Effect]:
        """A record is on disk: do what it says, if it is a decision."""
        self._through = max(self._through, sequence)
        if not isinstance(body, DECISIONS) or body is not self._writing:
            return []
        self._writing = None
        self._decisions.append((sequence, body))
        return self._carry_out(self.desk, body, invite_s, at) if self.desk else []

    def not_kept(self, body: Body) -> None:
        """A record is not on disk: it has not been decided, and a `next` may be still."""
        if body is not self._writing:
            return
        self._writing = self._following = None
        if isinstance(body, CalledRecord | WithoutNumberRecord):
            self._undecided = body.command

    def _carry_out(
        self, desk: Desk, body: DecisionRecord, invite_s: float, at: Moment
    ) -> list[Effect]:
        before = desk.picture.ticket
        desk.follow(body, at.boot_s)
        match body:
            case CalledRecord():
                self._used.add(body.ticket)
                self._undecided = None
                return [self._tell(desk, again=False, at=at)]
            case WithoutNumberRecord():
                self._undecided = None
            case StepRecord(step="recall"):
                return [self._tell(desk, again=True, at=at)]
            case StepRecord(step="done") if before:
                return self._asking.invite(_asked(body, before, invite_s, at), at)
        return []

    def _tell(self, desk: Desk, *, again: bool, at: Moment) -> Effect:
        ticket = desk.picture.ticket
        if ticket is None:
            return Anomaly("a call without a ticket")
        call = Call(
            run=self._run,
            at=at.wall,
            kind="recalled" if again else "called",
            call_id=ticket.call_id,
            number=ticket.number,
            counter=self._counter,
            counter_number=desk.picture.number,
            service=ticket.service,
            service_name=ticket.service_name,
        )
        return Tell(call)


def _asked(body: StepRecord, done: TicketInHand, invite_s: float, at: Moment) -> OpenInvitation:
    ends_s = at.boot_s + invite_s
    return OpenInvitation(body.call_id, body.ticket, done.number, body.clerk, at.boot_s, ends_s)
