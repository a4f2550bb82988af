"""The counter's session: what a unit does with news, key presses and the passing of time. PURE.

`Session.handle` takes one event and the moment, and returns effects for the shell to carry
out in order. A stage follows from the table of `device.stages` and from nothing else. The shell
answers each `Write` with `Kept` or `NotKept`, so that thanks and calls can only follow a commit.

While the hub is heard it decides. A counter that does not hear it, or has waited in vain for
an answer, decides alone (`device.alone`) until a state shows that the hub has all it wrote.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from device.alone import Desk, Press, Refused
from device.asking import Asking, OpenInvitation, OpenTags, Thanked
from device.cues import cue_of
from device.deciding import Deciding, Offer, Remembered
from device.dialogue import Dialogue, Meant, Onward, Standing, standing
from device.entry import Entry
from device.events import (
    Anomaly,
    AnswerCame,
    Body,
    DigitPressed,
    Effect,
    Event,
    HealthCame,
    Heard,
    Kept,
    Light,
    LinkDown,
    LinkUp,
    NotKept,
    RatingPressed,
    Remark,
    Say,
    Send,
    StaffKey,
    StaffPressed,
    StateCame,
    TagsDone,
    TagTouched,
    Tick,
    Write,
)
from device.hearing import SILENCE_S, Hearing
from device.moment import Moment
from device.notices import Notice, NoticeKind
from device.stages import Stage, step
from device.stamps import health_record
from device.wishes import asked_by, refusal_of
from wire.messages import (
    Answer,
    Command,
    CounterPicture,
    HealthRecord,
    Level,
    RatingOption,
    RatingRecord,
    State,
)

NOTICE_S: Final = 4.0
ANSWER_S: Final = 1.0
"""A command without an answer for so many real seconds has none."""
SECOND_PRESS_S: Final = 0.4
"""The same key again within this time is a hasty hand: twice "next" would send a person away
unserved, twice "pause" would open again. Holds even if the first press is answered by then."""


@dataclass(frozen=True)
class _Pressed:
    """The last press that was for the counter, and what the clerk was shown then."""

    key: StaffKey
    picture: CounterPicture | None
    at_s: float


@dataclass(frozen=True)
class _Waiting:
    """A command that was sent for the picture `seen`. `settled`: a later picture has come."""

    press: Press
    seen: int
    until_s: float
    answered: bool = False
    settled: bool = False


class Session:
    """One run of one counter unit.

    `closed_calls` are the calls whose invitation has ended before this run, by a rating or
    by its time; they are not invited again. `second_s` is how far the clock advances in a
    real second, by which the hub's answers are waited for.
    """

    def __init__(
        self,
        run: str,
        counter: str,
        closed_calls: Iterable[str] = (),
        second_s: float = 1.0,
        remembered: Remembered | None = None,
    ) -> None:
        remembered = remembered or Remembered()
        epoch = (remembered.state.epoch, remembered.state.epoch_id) if remembered.state else ()
        self.stage = Stage.CONNECTING
        self.hearing = Hearing(run, second_s, *epoch)
        self.state: State | None = None
        self.notice: Notice | None = None
        self._counter = counter
        self._second_s = second_s
        self._asking = Asking(run, counter, closed_calls, second_s)
        self._own = Deciding(run, counter, self._asking, second_s, remembered.decisions)
        self._remembered = remembered
        self._recall_s: float | None = None  # when what is remembered has to do
        self._dialogue = Dialogue(second_s)
        self._waiting: _Waiting | None = None
        self._pressed: _Pressed | None = None
        self._lit: frozenset[Level] | None = None

    # --- what is the case ---

    @property
    def picture(self) -> CounterPicture | None:
        """The counter as the hub last described it, or as it has become since without the hub.

        None before the first description, and while the hub refuses this unit.
        """
        if self.state is None or self.state.refused is not None:
            return None
        return self.alone.picture if self.alone else self.state.counter

    @property
    def alone(self) -> Desk | None:
        """The counter as it stands while this unit decides alone."""
        return self._own.desk

    @property
    def offer(self) -> Offer | None:
        """To serve without a number, if it is on offer."""
        return self._own.offer

    @property
    def told_s(self) -> float | None:
        """When the hub told what `state` says, on this unit's clock."""
        if self.hearing.heard_s is None and self.state:
            return self._remembered.told_s
        return self.hearing.heard_s

    @property
    def as_of_s(self) -> float | None:
        """The time that the spans in `picture` are reckoned from."""
        return self.alone.as_of_s if self.alone else self.told_s

    @property
    def sure_of_time(self) -> bool:
        """Whether it is known how long ago `told_s` was."""
        return self.hearing.heard_s is not None or self._remembered.sure

    @property
    def entry(self) -> Entry | None:
        """What a clerk has typed to sign in."""
        return self._dialogue.entry

    @property
    def onward(self) -> Onward | None:
        """The choice of where to send the ticket in hand on to."""
        return self._dialogue.onward

    @property
    def invitation(self) -> OpenInvitation | None:
        """The open invitation."""
        return self._asking.invitation

    @property
    def thanked(self) -> Thanked | None:
        """The rating that is being thanked for."""
        return self._asking.thanked

    @property
    def tags(self) -> OpenTags | None:
        """The reasons that may be given for the last rating."""
        return None if self._asking.invitation else self._asking.tags

    @property
    def options(self) -> tuple[RatingOption, ...]:
        """The hall's rating scheme."""
        return tuple(self.state.rating) if self.state else ()

    @property
    def deadline_s(self) -> float | None:
        """When a `Tick` is wanted next."""
        timed = (self.notice, self.offer, self._waiting)
        times = [item.until_s for item in timed if item] + self._asking.times
        times += self._dialogue.times
        wanted = (self.hearing.deadline_s, self._recall_s)
        times += [time_s for time_s in wanted if time_s is not None]
        return min(times, default=None)

    def handle(self, event: Event, at: Moment) -> list[Effect]:
        """Take one event; what has run out by then has run out before it."""
        effects = self._expire(at)
        match event:
            case StateCame(state):
                effects += self._state_came(state, at)
            case AnswerCame(answer):
                effects += self._answer_came(answer, at)
            case StaffPressed() | DigitPressed():
                effects += self._clerk(event, at)
            case Kept(body, sequence):
                effects += self._kept(body, sequence, at)
            case NotKept(body, full):
                effects += self._not_kept(body, full, at)
            case RatingPressed() | TagTouched() | TagsDone():
                effects += self._citizen(event, at)
            case HealthCame():
                effects.append(Write(health_record(self.hearing.run, event, at)))
            case LinkUp() | LinkDown() | Tick():
                effects += self._listen(event, at)
        self._weigh(at)
        self._follow_dialogue(at)
        self.stage = step(self.stage, cue_of(self))
        return effects + self._lamps()

    # --- time ---

    def _expire(self, at: Moment) -> list[Effect]:
        self._remember(at)
        self._weigh(at)
        effects = self._asking.expire(at)
        if self.notice and at.boot_s >= self.notice.until_s:
            self.notice = None
        if self.offer and at.boot_s >= self.offer.until_s:
            self._own.offer = None
        self._follow_dialogue(at)
        if self._waiting and at.boot_s >= self._waiting.until_s:
            effects += self._waited_in_vain(self._waiting, at)
        return effects

    def _listen(self, event: LinkUp | LinkDown | Tick, at: Moment) -> list[Effect]:
        match event:
            case LinkUp():
                return [Say(self.hearing.connect(at.boot_s))]
            case LinkDown():
                self.hearing.lose()
                return []
            case Tick():
                beat = self.hearing.due(at.boot_s)
                return [Say(beat)] if beat else []

    def _notify(self, kind: NoticeKind, at: Moment, code: str | None = None) -> None:
        self.notice = Notice(kind, at.boot_s + NOTICE_S, code)

    def _remember(self, at: Moment) -> None:
        """With no word from the hub for as long as silence lasts, what is remembered has to do."""
        if self.state is not None or self._remembered.state is None:
            self._recall_s = None
        elif self._recall_s is None:
            self._recall_s = at.boot_s + SILENCE_S * self._second_s
        elif at.boot_s >= self._recall_s:
            self.state, self._recall_s = self._remembered.state, None

    # --- alone, or not ---

    def _weigh(self, at: Moment) -> None:
        """A counter that knows how it stood, and does not hear the hub, is alone."""
        if self.alone is None and self.picture and not self.hearing.hears(at.boot_s):
            self._go_alone(at)

    def _go_alone(self, at: Moment) -> None:
        told_s = self.told_s
        if self.state is None or self.state.counter is None or told_s is None:
            return
        since_s = at.boot_s if self.hearing.hears(at.boot_s) else told_s
        self._own.begin(self.state.counter, told_s, since_s)

    def _follow(self, state: State, at: Moment) -> list[Effect]:
        """Let the hub decide again if it has all that was written here; not before."""
        if self._own.compare(state.committed):
            self._own.end()
        elif self.alone is None and self._own.unfinished:
            self._go_alone(at)
        if self.alone or state.counter is None:
            return []
        return self._asking.follow(state.counter, at)

    # --- the hub ---

    def _state_came(self, state: State, at: Moment) -> list[Effect]:
        if not self.hearing.usable(state):
            return [Anomaly("a state for another run, or older than the last one")]
        beat = self.hearing.accept(state, at.boot_s)
        self.state = state
        if state.refused is not None:
            self._own.end()
            return [Remark(f"the hub refuses this unit: {state.refused.code}")]
        self._settle(state)
        effects: list[Effect] = [Heard(state.epoch, state.outbox, state.committed)]
        effects += self._follow(state, at)
        return effects + ([Say(beat)] if beat else [])

    def _settle(self, state: State) -> None:
        """A command for an older picture has acted by now, or never will."""
        waiting = self._waiting
        if waiting and state.counter and state.counter.version > waiting.seen:
            self._waiting = replace(waiting, settled=True)

    def _answer_came(self, answer: Answer, at: Moment) -> list[Effect]:
        waiting = self._waiting
        if waiting is None or answer.id != waiting.press.fresh_id:
            return [Anomaly("an answer to no open command")]
        if answer.outcome == "done":
            # Pressed again before the state arrives, a key would quote a picture that is past.
            self._waiting = replace(waiting, answered=True)
            return []
        self._waiting = None
        nobody = answer.outcome == "nothing_waiting"
        kind = NoticeKind.NOBODY_WAITING if nobody else NoticeKind.REFUSED
        self._notify(kind, at, refusal_of(waiting.press.action, answer.code))
        return []

    # --- staff keys ---

    def _clerk(self, event: StaffPressed | DigitPressed, at: Moment) -> list[Effect]:
        """A key is the dialogue's while one is open; else it asks for what is printed on it."""
        meant = self._dialogue.take(event, self._standing(), at.boot_s)
        if meant is Meant.DIALOGUE or isinstance(event, DigitPressed):
            return []
        if isinstance(meant, Meant):
            return self._press(event.key, event.fresh_id, at)
        return self._ask(Press(meant, event.fresh_id), at)

    def _standing(self) -> Standing:
        """The hub alone knows a PIN, and where a ticket may be sent on to."""
        waits = self.picture is None or self._waits_for(self.picture)
        return standing(self.state, asks=self.alone is None, waits=waits)

    def _follow_dialogue(self, at: Moment) -> None:
        ended = self._dialogue.follow(self._standing(), at.boot_s)
        ticket = self.picture.ticket if self.picture else None
        if ended is None or ticket is None or ticket.call_id != ended.call_id:
            return
        if self.alone:
            self._notify(NoticeKind.REFUSED, at, "cut_off")
        else:
            self._notify(NoticeKind.NOT_SENT_ON, at)

    def _press(self, key: StaffKey, fresh_id: str, at: Moment) -> list[Effect]:
        """Who decides a press of a staff key: the hub while it is heard, otherwise this unit."""
        picture = self.picture
        if picture is None:
            self._notify(NoticeKind.NOT_CONNECTED, at)
            return []
        if self._hasty(key, at):
            return [Remark(f"{key.value} pressed a second time in haste: ignored")]
        return self._ask(Press(asked_by(key, picture), fresh_id), at)

    def _hasty(self, key: StaffKey, at: Moment) -> bool:
        """Whether this is one press with the one before, which has become what is shown now."""
        before, self._pressed = self._pressed, _Pressed(key, self.picture, at.boot_s)
        if before is None or before.key is not key or before.picture is self.picture:
            return False
        if at.boot_s - before.at_s >= SECOND_PRESS_S * self._second_s:
            return False
        self._pressed = replace(before, at_s=at.boot_s)  # a third one is of the same haste
        return True

    def _ask(self, press: Press, at: Moment) -> list[Effect]:
        picture = self.picture
        if picture is None or self._waits_for(picture):
            return [Remark(f"{press.action.action} again before the hub's answer: ignored")]
        self.notice = None
        if self.alone:
            return self._decide(self.alone, press, at)
        until_s = at.boot_s + ANSWER_S * self._second_s
        self._waiting = _Waiting(press, picture.version, until_s)
        command = Command(
            id=press.fresh_id,
            run=self.hearing.run,
            n=self.hearing.answered_n,
            counter=self._counter,
            seen=picture.version,
            request=press.action,
        )
        return [Send(command)]

    def _waits_for(self, picture: CounterPicture) -> bool:
        waiting = self._waiting
        if waiting is None or waiting.settled:
            return False
        return self.alone is not None or waiting.seen == picture.version

    def _waited_in_vain(self, waiting: _Waiting, at: Moment) -> list[Effect]:
        """The hub has not answered, so the counter is alone and decides that press itself."""
        self._waiting = None
        if waiting.settled:
            return []
        if waiting.answered:
            self._own.unseen(waiting.press)
            return []
        if self.picture and self.alone is None:
            self._go_alone(at)
        if self.alone is None:
            self._notify(NoticeKind.NOT_CONNECTED, at)
            return []
        return self._decide(self.alone, replace(waiting.press, command=waiting.press.fresh_id), at)

    def _decide(self, desk: Desk, press: Press, at: Moment) -> list[Effect]:
        lent = self.state.grants if self.state and self.hearing.may_call(at.boot_s) else ()
        finishes = self.state is not None and self.state.next_finishes
        decided = self._own.decide(desk, press, lent, at, finishes=finishes)
        if isinstance(decided, Refused):
            self._notify(NoticeKind.REFUSED, at, decided.code)
            return []
        return decided

    # --- the citizen, and what else is written ---

    def _citizen(self, event: RatingPressed | TagTouched | TagsDone, at: Moment) -> list[Effect]:
        match event:
            case RatingPressed(level):
                return self._asking.press(level, self._levels(), at)
            case TagTouched(code):
                return self._asking.choose(code, at)
            case TagsDone():
                return self._asking.finish_tags(at)

    # --- the outbox ---

    def _kept(self, body: Body, sequence: int, at: Moment) -> list[Effect]:
        if isinstance(body, RatingRecord):
            self._asking.kept(body, self.options, at)
        invite_s = self.state.invite_s if self.state else 0.0
        effects = self._own.kept(body, sequence, invite_s, at)
        following = self._own.following()
        if self.alone and following:
            effects += self._decide(self.alone, following, at)
        return effects

    def _not_kept(self, body: Body, full: bool, at: Moment) -> list[Effect]:
        self._own.not_kept(body)
        if isinstance(body, RatingRecord):
            self._asking.not_kept()
        if not isinstance(body, HealthRecord):
            self._notify(NoticeKind.DISK_FULL if full else NoticeKind.DISK_BROKEN, at)
        return [Remark(f"a record of kind {body.kind} could not be kept")]

    # --- what follows from the facts ---

    def _levels(self) -> frozenset[Level]:
        return frozenset(option.level for option in self.options)

    def _lamps(self) -> list[Effect]:
        lit = self._asking.lit(self._levels())
        if lit == self._lit:
            return []
        self._lit = lit
        return [Light(lit)]
