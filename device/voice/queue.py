"""The queue of calls to be spoken. PURE: the time is given.

One call is spoken at a time and to its end; none cuts another off. Calls are spoken in the
order in which they were made, each as often as the rules say. What is not spoken:

- a call whose turn comes too late (`stale_s`), or that has ended meanwhile (`forget`);
- a call that is taken back before it was heard; one that was heard is taken back aloud;
- a recall of a call that is still to be spoken, or still to be repeated: it joins that one;
- the same call delivered twice;
- the repetitions, while more than `hurry_above` others wait;
- the oldest of more than `most` waiting calls.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from device.voice.calls import Call, Turn

_REMEMBERED_CALLS = 256


@dataclass(frozen=True)
class Rules:
    """How often a call is spoken, and when it no longer is."""

    repeat: int = 2
    stale_s: float = 60.0
    most: int = 30
    hurry_above: int = 2


@dataclass(frozen=True)
class Counts:
    """What became of the calls that were not spoken as such."""

    joined: int = 0
    delivered_again: int = 0
    stale: int = 0
    forgotten: int = 0
    crowded_out: int = 0


@dataclass
class _Waiting:
    call: Call
    asked_s: float


class CallQueue:
    """Which call is spoken now, and which are to come."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._waiting: deque[_Waiting] = deque()
        self._turn: Turn | None = None
        self._last: Turn | None = None
        self._owed = False  # the repetition does for a recall, so no hurry takes it away
        self._known: dict[str, bool] = {}  # by call, whether it was heard; the oldest first
        self.counts = Counts()

    @property
    def speaking(self) -> Turn | None:
        """The turn that is being spoken."""
        return self._turn

    @property
    def waiting(self) -> tuple[Call, ...]:
        """The calls that have not had a turn yet, in order."""
        return tuple(entry.call for entry in self._waiting)

    def add(self, call: Call, now_s: float) -> None:
        """Somebody is called, called again, or told that the call is taken back."""
        if self._is_delivered_again(call):
            self._count(delivered_again=1)
            return
        if call.kind == "voided" and not self._void(call.call_id):
            return
        self._remember(call.call_id)
        if self._joins(call, now_s):
            self._count(joined=1)
            return
        self._waiting.append(_Waiting(call, now_s))
        if len(self._waiting) > self._rules.most:
            self._waiting.popleft()
            self._count(crowded_out=1)

    def forget(self, call_id: str) -> None:
        """The call has ended: it is not spoken any more. A turn that has begun is not cut off."""
        self._remember(call_id)
        kept = [entry for entry in self._waiting if entry.call.call_id != call_id]
        self._count(forgotten=len(self._waiting) - len(kept))
        self._waiting = deque(kept)
        if self._last is not None and self._last.call.call_id == call_id:
            self._last = None

    def take(self, now_s: float) -> Turn | None:
        """Begin the next turn, if there is one.

        Raises ValueError while a turn is being spoken, and changes nothing then.
        """
        if self._turn is not None:
            raise ValueError(f"{self._turn} is being spoken; it has to end first")
        self._turn = self._repetition() or self._first(now_s)
        if self._turn is not None and self._turn.call.kind != "voided":
            self._known[self._turn.call.call_id] = True
        self._last = self._turn
        self._owed = False
        return self._turn

    def finish(self) -> None:
        """The turn that was being spoken has ended."""
        self._turn = None

    def next_call(self) -> Call | None:
        """Which call is likely to be spoken after this turn, so that it can be made ready."""
        if self._last is not None and self._left(self._last):
            return self._last.call
        return self._waiting[0].call if self._waiting else None

    def _is_delivered_again(self, call: Call) -> bool:
        if call.kind == "called":
            return call.call_id in self._known
        last = self._last.call if self._last is not None else None
        return call.kind == "voided" and call in (last, *self.waiting)

    def _void(self, call_id: str) -> bool:
        """Forget the call; whether it was heard, and not taken back yet."""
        was_heard = self._known.get(call_id, False)
        self.forget(call_id)
        self._known[call_id] = False
        return was_heard

    def _joins(self, call: Call, now_s: float) -> bool:
        """Whether a turn to come does for this call as well."""
        for entry in self._waiting:
            if entry.call.call_id == call.call_id:
                entry.call = replace(call, kind=entry.call.kind)
                entry.asked_s = now_s
                return True
        last = self._last
        if last is None or last.call.call_id != call.call_id or not self._left(last):
            return False
        self._owed = True
        return True

    def _left(self, turn: Turn) -> bool:
        """Whether the call of this turn is to be repeated."""
        hurry = len(self._waiting) > self._rules.hurry_above
        return turn.index < self._rules.repeat and (self._owed or not hurry)

    def _repetition(self) -> Turn | None:
        last = self._last
        return Turn(last.call, last.index + 1) if last is not None and self._left(last) else None

    def _first(self, now_s: float) -> Turn | None:
        while self._waiting:
            entry = self._waiting.popleft()
            if now_s - entry.asked_s <= self._rules.stale_s:
                return Turn(entry.call, 1)
            self._count(stale=1)
        return None

    def _remember(self, call_id: str) -> None:
        self._known.setdefault(call_id, False)
        if len(self._known) > _REMEMBERED_CALLS:
            del self._known[next(iter(self._known))]

    def _count(self, **more: int) -> None:
        now = self.counts
        self.counts = replace(now, **{name: getattr(now, name) + n for name, n in more.items()})
