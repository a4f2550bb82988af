"""The counter's session: what a unit does with news, key presses and the passing of time. PURE.

`Session.handle` takes one event and the moment, and returns effects for the shell to carry
out in order. A stage follows from the table of `device.stages` and from nothing else. The shell
answers each `Write` with `Kept` or `NotKept`, so that thanks can only follow a commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from device.events import (
    Anomaly,
    AnswerCame,
    Effect,
    Event,
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
    Tick,
    Write,
)
from device.hearing import Hearing
from device.moment import Moment
from device.stages import Cue, Stage, step
from wire.messages import (
    Action,
    Answer,
    Command,
    CounterPicture,
    CounterState,
    Done,
    Hold,
    Invitation,
    Level,
    Next,
    NoShow,
    Pause,
    RatingOption,
    RatingRecord,
    Recall,
    Resume,
    State,
    Undo,
    Unpause,
    UnratedRecord,
)

THANKS_S: Final = 3.0
NOTICE_S: Final = 4.0
ANSWER_S: Final = 1.0
"""A command without an answer for so many real seconds has none."""

_REMEMBERED_CALLS: Final = 500

_AT_WORK: Final[Mapping[CounterState | None, Cue]] = MappingProxyType(
    {
        CounterState.CALLED: Cue.CALLED,
        CounterState.SERVING: Cue.SERVED,
        CounterState.PAUSED: Cue.PAUSED,
    }
)
"""What a counter shows though an invitation be open, which then lies beneath it."""


# --- facts -------------------------------------------------------------------------------


class NoticeKind(Enum):
    """What a notice tells; a refusal's code says why."""

    NOT_CONNECTED = "not_connected"
    NO_ANSWER = "no_answer"
    NOBODY_WAITING = "nobody_waiting"
    REFUSED = "refused"
    DISK_FULL = "disk_full"
    DISK_BROKEN = "disk_broken"


@dataclass(frozen=True)
class Notice:
    """A short word on the screen, until `until_s`."""

    kind: NoticeKind
    until_s: float
    code: str | None = None


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation with its times on this unit's clock."""

    call_id: str
    ticket: str
    number: str
    clerk: str | None
    opened_s: float
    ends_s: float
    answered: bool = False


@dataclass(frozen=True)
class Thanked:
    """A rating that has been kept, thanked for until `until_s`."""

    call_id: str
    number: str
    level: Level
    until_s: float


@dataclass(frozen=True)
class _Waiting:
    """A command that was sent for the picture `seen`."""

    id: str
    seen: int
    until_s: float
    answered: bool = False


_ACTIONS: Final[Mapping[StaffKey, Action]] = MappingProxyType(
    {
        StaffKey.NEXT: Next(action="next"),
        StaffKey.RECALL: Recall(action="recall"),
        StaffKey.NO_SHOW: NoShow(action="no_show"),
        StaffKey.DONE: Done(action="done"),
        StaffKey.HOLD: Hold(action="hold"),
        StaffKey.RESUME: Resume(action="resume"),
        StaffKey.PAUSE: Pause(action="pause"),
        StaffKey.UNDO: Undo(action="undo"),
    }
)


def asked_by(key: StaffKey, picture: CounterPicture) -> Action:
    """What a key asks for at the counter that its clerk sees: two of them toggle."""
    if key is StaffKey.PAUSE and picture.state is CounterState.PAUSED:
        return Unpause(action="unpause")
    if key is StaffKey.HOLD and picture.ticket is None and picture.on_hold:
        return _ACTIONS[StaffKey.RESUME]
    return _ACTIONS[key]


class Session:
    """One run of one counter unit.

    `closed_calls` are the calls whose invitation has ended before this run, by a rating or
    by its time; they are not invited again. `second_s` is how far the clock advances in a
    real second, by which the hub's answers are waited for.
    """

    def __init__(
        self, run: str, counter: str, closed_calls: Iterable[str] = (), second_s: float = 1.0
    ) -> None:
        self.stage = Stage.CONNECTING
        self.hearing = Hearing(run, second_s)
        self.state: State | None = None
        self.invitation: OpenInvitation | None = None
        self.thanked: Thanked | None = None
        self.notice: Notice | None = None
        self._counter = counter
        self._answer_s = ANSWER_S * second_s
        self._closed_calls = dict.fromkeys(closed_calls)
        self._writing: tuple[OpenInvitation, Level] | None = None
        self._waiting: _Waiting | None = None
        self._lit: frozenset[Level] | None = None

    @property
    def picture(self) -> CounterPicture | None:
        """The counter as the hub last described it; None while it refuses this unit."""
        return self.state.counter if self.state and self.state.refused is None else None

    @property
    def options(self) -> tuple[RatingOption, ...]:
        """The hall's rating scheme."""
        return tuple(self.state.rating) if self.state else ()

    @property
    def deadline_s(self) -> float | None:
        """When a `Tick` is wanted next."""
        timed = (self.thanked, self.notice, self._waiting)
        times = [item.until_s for item in timed if item]
        if self.invitation and not self._writing:
            times.append(self.invitation.ends_s)
        if self.hearing.deadline_s is not None:
            times.append(self.hearing.deadline_s)
        return min(times, default=None)

    def handle(self, event: Event, at: Moment) -> list[Effect]:
        """Take one event; what has run out by then has run out before it."""
        effects = self._expire(at)
        match event:
            case StateCame(state):
                effects += self._state_came(state, at)
            case AnswerCame(answer):
                effects += self._answer_came(answer, at)
            case RatingPressed(level):
                effects += self._rating_pressed(level, at)
            case StaffPressed(key, fresh_id):
                effects += self._decide(key, fresh_id, at)
            case Kept(body):
                self._kept(body, at)
            case NotKept(body, full):
                effects += self._not_kept(body, full, at)
            case LinkUp():
                effects.append(Say(self.hearing.connect(at.boot_s)))
            case LinkDown():
                self.hearing.lose()
            case Tick():
                effects += self._beat(at)
        self.stage = step(self.stage, self._cue())
        return effects + self._lamps()

    # --- time ---

    def _expire(self, at: Moment) -> list[Effect]:
        now_s = at.boot_s
        if self.notice and now_s >= self.notice.until_s:
            self.notice = None
        if self.thanked and now_s >= self.thanked.until_s:
            self.thanked = None
        if self._waiting and now_s >= self._waiting.until_s:
            if not self._waiting.answered:
                self._notify(NoticeKind.NO_ANSWER, at)
            self._waiting = None
        if self.invitation and not self._writing and now_s >= self.invitation.ends_s:
            return self._end_unanswered(self.invitation, at)
        return []

    def _beat(self, at: Moment) -> list[Effect]:
        beat = self.hearing.due(at.boot_s)
        return [Say(beat)] if beat else []

    def _notify(self, kind: NoticeKind, at: Moment, code: str | None = None) -> None:
        self.notice = Notice(kind, at.boot_s + NOTICE_S, code)

    # --- the hub ---

    def _state_came(self, state: State, at: Moment) -> list[Effect]:
        if not self.hearing.usable(state):
            return [Anomaly("a state for another run, or older than the last one")]
        beat = self.hearing.accept(state, at.boot_s)
        self.state = state
        if state.refused is not None:
            return [Remark(f"the hub refuses this unit: {state.refused.code}")]
        effects: list[Effect] = [Heard(state.epoch, state.outbox, state.committed)]
        if state.counter is not None:
            effects += self._follow(state.counter, at)
        return effects + ([Say(beat)] if beat else [])

    def _follow(self, picture: CounterPicture, at: Moment) -> list[Effect]:
        """Open, keep or withdraw the invitation as the picture says.

        One that has merely gone from the picture keeps its time here: the hub's own timer may
        be a moment ahead, and the citizen is still reading.
        """
        asked = picture.invitation
        mine = self.invitation
        if mine and picture.ticket and picture.ticket.call_id == mine.call_id:
            self.invitation = None  # the end of the service was taken back
            return []
        if asked is None or asked.call_id in self._closed_calls:
            return []
        if mine is None:
            self._invite(asked, at)
        elif mine.call_id != asked.call_id:
            effects = self._end_unanswered(mine, at)
            self._invite(asked, at)
            return effects
        return []

    def _invite(self, asked: Invitation, at: Moment) -> None:
        """Open an invitation. The thanks for the one before have had their time by then."""
        opened_s = at.boot_s - asked.age_s
        if asked.age_s >= asked.length_s:
            return
        self.thanked = None
        self.invitation = OpenInvitation(
            asked.call_id,
            asked.ticket,
            asked.number,
            asked.clerk,
            opened_s,
            opened_s + asked.length_s,
        )

    def _answer_came(self, answer: Answer, at: Moment) -> list[Effect]:
        waiting = self._waiting
        if waiting is None or answer.id != waiting.id:
            return [Anomaly("an answer to no open command")]
        if answer.outcome == "done":
            # Pressed again before the state arrives, a key would quote a picture that is past.
            self._waiting = _Waiting(waiting.id, waiting.seen, waiting.until_s, answered=True)
            return []
        self._waiting = None
        nobody = answer.outcome == "nothing_waiting"
        kind = NoticeKind.NOBODY_WAITING if nobody else NoticeKind.REFUSED
        self._notify(kind, at, answer.code)
        return []

    # --- keys ---

    def _decide(self, key: StaffKey, fresh_id: str, at: Moment) -> list[Effect]:
        """Who decides a press of a staff key: the hub while it is heard, otherwise nobody."""
        picture = self.picture
        if picture is None or not self.hearing.hears(at.boot_s):
            self._notify(NoticeKind.NOT_CONNECTED, at)
            return []
        if self._waiting and self._waiting.seen == picture.version:
            return [Remark(f"{key.value} pressed again before the hub's answer: ignored")]
        self.notice = None
        self._waiting = _Waiting(fresh_id, picture.version, at.boot_s + self._answer_s)
        command = Command(
            id=fresh_id,
            run=self.hearing.run,
            n=self.hearing.answered_n,
            counter=self._counter,
            seen=picture.version,
            request=asked_by(key, picture),
        )
        return [Send(command)]

    def _rating_pressed(self, level: Level, at: Moment) -> list[Effect]:
        invitation = self.invitation
        if invitation is None:
            return [Remark(f"rating key {level.value} outside an invitation: not counted")]
        if self._writing or level not in self._levels():
            return [Remark(f"rating key {level.value}: not counted")]
        self._writing = (invitation, level)
        self.invitation = _answered(invitation)
        after_s = max(0.0, at.boot_s - invitation.opened_s)
        body = RatingRecord(
            run=self.hearing.run,
            boot_ms=at.boot_ms,
            wall=at.wall,
            synchronised=at.synchronised,
            counter=self._counter,
            call_id=invitation.call_id,
            ticket=invitation.ticket,
            clerk=invitation.clerk,
            level=level,
            after_ms=int(after_s * 1000),
        )
        return [Write(body)]

    def _end_unanswered(self, invitation: OpenInvitation, at: Moment) -> list[Effect]:
        self.invitation = None
        self._close_call(invitation.call_id)
        if invitation.answered:
            return []  # there was an answer, which could not be kept
        body = UnratedRecord(
            run=self.hearing.run,
            boot_ms=at.boot_ms,
            wall=at.wall,
            synchronised=at.synchronised,
            counter=self._counter,
            call_id=invitation.call_id,
            ticket=invitation.ticket,
            clerk=invitation.clerk,
        )
        return [Write(body)]

    # --- the outbox ---

    def _kept(self, body: RatingRecord | UnratedRecord, at: Moment) -> None:
        if self._writing is None or not isinstance(body, RatingRecord):
            return
        invitation, level = self._writing
        if body.call_id != invitation.call_id:
            return
        self._writing = None
        self._close_call(body.call_id)
        if self.invitation and self.invitation.call_id == body.call_id:
            self.invitation = None
        until_s = at.boot_s + THANKS_S
        self.thanked = Thanked(body.call_id, invitation.number, level, until_s)

    def _not_kept(self, body: RatingRecord | UnratedRecord, full: bool, at: Moment) -> list[Effect]:
        if isinstance(body, RatingRecord):
            self._writing = None
            self._notify(NoticeKind.DISK_FULL if full else NoticeKind.DISK_BROKEN, at)
        return [Remark(f"a record of call {body.call_id} could not be kept")]

    def _close_call(self, call_id: str) -> None:
        self._closed_calls[call_id] = None
        while len(self._closed_calls) > _REMEMBERED_CALLS:
            del self._closed_calls[next(iter(self._closed_calls))]

    # --- what follows from the facts ---

    def _cue(self) -> Cue:
        held = self.picture.state if self.picture else None
        if held in _AT_WORK:
            return _AT_WORK[held]
        if self.invitation:
            return Cue.INVITED
        if self.thanked:
            return Cue.RATED
        return self._base_cue(held)

    def _base_cue(self, held: CounterState | None) -> Cue:
        if self.state is None:
            return Cue.NO_NEWS
        if held is None:
            return Cue.REFUSED
        return Cue.CLOSED if held is CounterState.CLOSED else Cue.IDLE

    def _levels(self) -> frozenset[Level]:
        return frozenset(option.level for option in self.options)

    def _lamps(self) -> list[Effect]:
        lit: frozenset[Level] = frozenset()
        if self.invitation and not self._writing:
            lit = self._levels()
        elif self.thanked:
            lit = frozenset({self.thanked.level})
        if lit == self._lit:
            return []
        self._lit = lit
        return [Light(lit)]


def _answered(invitation: OpenInvitation) -> OpenInvitation:
    return OpenInvitation(
        invitation.call_id,
        invitation.ticket,
        invitation.number,
        invitation.clerk,
        invitation.opened_s,
        invitation.ends_s,
        answered=True,
    )
