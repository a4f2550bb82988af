"""What a hall board knows and does. PURE: told what happens and when, it says what to do.

Its picture is of now only while live news of the hub keeps coming: what a broker has kept may
be of any age, and after `SILENCE_S` without news the board says how old its picture is. Calls of
counters that decide alone come by another way and go on being shown. An announcement that is
older than `NEWS_S` is neither flashed nor spoken: whoever was called then is there, or gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from device.board_calls import BoardCalls, Shown
from device.board_events import (
    Announced,
    BoardEffect,
    BoardEvent,
    CalledAlone,
    Forget,
    PictureCame,
    Speak,
    Voiced,
)
from device.events import Anomaly, Heard, LinkDown, LinkUp, Say, StateCame, Tick
from device.hearing import SILENCE_S, Hearing
from device.moment import Moment
from device.voice.announced import call_of
from wire.messages import Announce, Board, Call, LinkRefusal, State, Text

NEWS_S = 10.0
"""How old an announcement may be, in real seconds."""


class BoardSession:
    """One run of one board. `second_s`: how far its clock goes in a real second."""

    def __init__(self, run: str, second_s: float = 1.0) -> None:
        self.hearing = Hearing(run, second_s)
        self.calls = BoardCalls(second_s)
        self.picture: Board | None = None
        self.picture_s: float | None = None
        """When the picture was last confirmed by live news; None for one the broker kept."""
        self.refusal: LinkRefusal | None = None
        self.hall: Text | None = None
        self.voiced: str | None = None
        self.second_s = second_s
        self._told: tuple[datetime, float] | None = None
        self.linked = False
        self._over: frozenset[str] = frozenset()

    # --- what is known -----------------------------------------------------------------------

    def is_live(self, now_s: float) -> bool:
        """Whether the picture may pass for one of now."""
        return self.linked and self.silence_s is not None and now_s < self.silence_s

    def wall(self, at_s: float) -> datetime | None:
        """The hall's time of day at a reading of the clock; None until the hub has told one."""
        if self._told is None:
            return None
        told, told_s = self._told
        return told + timedelta(seconds=at_s - told_s)

    @property
    def silence_s(self) -> float | None:
        """When the picture begins to be old, or began; None for one that the broker kept."""
        return None if self.picture_s is None else self.picture_s + SILENCE_S * self.second_s

    @property
    def deadline_s(self) -> float | None:
        """When a tick is due."""
        return self.hearing.deadline_s

    # --- what happens ------------------------------------------------------------------------

    def handle(self, event: BoardEvent, at: Moment) -> list[BoardEffect]:
        """Take an event; what is to be done, in order."""
        return list(self._handle(event, at.boot_s))

    def _handle(self, event: BoardEvent, now_s: float) -> Iterator[BoardEffect]:
        match event:
            case LinkUp():
                self.linked = True
                yield Say(self.hearing.connect(now_s))
            case LinkDown():
                self.linked = False
                self.hearing.lose()
            case StateCame(state):
                yield from self._state(state, now_s)
            case PictureCame(board, retained):
                yield from self._pictured(board, now_s, retained=retained)
            case Announced(announce):
                yield from self._announced(announce, now_s)
            case CalledAlone(call):
                yield from self._called_alone(call, now_s)
            case Voiced(call_id):
                self.voiced = call_id
            case Tick():
                beat = self.hearing.due(now_s)
                if beat is not None:
                    yield Say(beat)

    def _state(self, state: State, now_s: float) -> Iterator[BoardEffect]:
        if not self.hearing.usable(state):
            yield Anomaly("state that is not for this run, or old")
            return
        self.refusal = state.refused
        self.hall = state.hall
        self._tell_time(state.now, now_s)
        beat = self.hearing.accept(state, now_s)
        if state.refused is None:
            yield Heard(state.epoch, state.outbox, state.committed)
        if beat is not None:
            yield Say(beat)

    def _pictured(self, board: Board, now_s: float, *, retained: bool) -> Iterator[BoardEffect]:
        if retained and self.picture is not None:
            return  # what is here is as new at least
        if not retained and self.picture_s is not None and self._is_older(board):
            yield Anomaly("picture older than the last")
            return
        self.picture = board
        if not retained:
            self.picture_s = now_s
            self._tell_time(board.now, now_s)
        drawn = datetime.fromisoformat(board.now)
        self.calls.pictured(
            board.calls,
            lambda at: now_s - (drawn - datetime.fromisoformat(at)).total_seconds(),
            now_s,
        )
        before, self._over = self._over, frozenset(c.call_id for c in board.calls if c.over)
        yield from (Forget(call_id) for call_id in sorted(self._over - before))

    def _is_older(self, board: Board) -> bool:
        last = self.picture
        return last is not None and (board.epoch, board.version) < (last.epoch, last.version)

    def _announced(self, announce: Announce, now_s: float) -> Iterator[BoardEffect]:
        if self.picture is not None and announce.epoch < self.picture.epoch:
            yield Anomaly("announcement of an earlier start of the hub")
            return
        age_s = self._age_s(announce.at, now_s)
        fresh = age_s is not None and age_s <= NEWS_S * self.second_s
        if announce.kind == "voided":
            self.calls.voided(announce.call_id)
            if fresh and self._is_ours(announce.service):
                yield Speak(call_of(announce))
            return
        at_s = now_s - max(0.0, age_s or 0.0)
        yield from self._called(announce, at_s, now_s, fresh=fresh, apart=False)

    def _called_alone(self, call: Call, now_s: float) -> Iterator[BoardEffect]:
        # The counter's own time of day may be wrong; the broker keeps none of these.
        yield from self._called(call, now_s, now_s, fresh=True, apart=True)

    def _called(
        self, said: Announce | Call, at_s: float, now_s: float, *, fresh: bool, apart: bool
    ) -> Iterator[BoardEffect]:
        if not self._is_ours(said.service):
            return
        again = said.kind == "recalled"
        call = Shown(
            call_id=said.call_id,
            number=said.number,
            counter=said.counter_number,
            service=said.service_name,
            at_s=at_s,
            flash_s=now_s if fresh else None,
            seen_s=now_s,
            apart=apart,
            told=f"{said.kind} {said.at}",
        )
        if self.calls.called(call, again=again) and fresh:
            yield Speak(call_of(said))

    def _is_ours(self, service: str) -> bool:
        """Whether this board is for a service: it shows the queues of those it is for."""
        return self.picture is None or any(q.service == service for q in self.picture.queues)

    def _age_s(self, at: str, now_s: float) -> float | None:
        wall = self.wall(now_s)
        return None if wall is None else (wall - datetime.fromisoformat(at)).total_seconds()

    def _tell_time(self, text: str, now_s: float) -> None:
        self._told = (datetime.fromisoformat(text), now_s)
