"""What a hall board knows to be called, from whoever said it. PURE: told the time.

A call comes up to three times: as an announcement of the hub, from a counter that decides
alone, and in the hub's next picture. It is one call, by its id. Times are readings of the
board's clock in seconds, since no two machines need agree on the time of day.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wire.messages import BoardCall, Text

RECENT_S = 10.0
"""A call younger than this may be missing in a picture that was drawn before it."""

APART_S = 1800.0
"""So long a counter's own call is shown that the hub says nothing of."""

MOST = 48
"""Calls kept; more than any board shows."""

_VOIDED_KEPT = 256


@dataclass(frozen=True)
class Shown:
    """A call as the board knows it.

    `at_s` is when it was called, or called again, `flash_s` when its flashing began. `seen_s`
    is when the board heard of it by itself, and not in a picture. `told` is the last word of
    it, by which a message that is delivered twice is known.
    """

    call_id: str
    number: str
    counter: str
    service: Text
    at_s: float
    recalls: int = 0
    flash_s: float | None = None
    seen_s: float | None = None
    apart: bool = False
    told: str = ""


class BoardCalls:
    """The calls of one board. `second_s`: how far its clock goes in a real second."""

    def __init__(self, second_s: float = 1.0) -> None:
        self._calls: dict[str, Shown] = {}
        self._voided: deque[str] = deque(maxlen=_VOIDED_KEPT)
        self._recent_s = RECENT_S * second_s
        self._apart_s = APART_S * second_s

    def newest_first(self) -> list[Shown]:
        """All of them; of two at the same moment the one that was heard of last."""
        latest = reversed(self._calls.values())
        return sorted(latest, key=lambda call: call.at_s, reverse=True)

    def called(self, call: Shown, *, again: bool) -> bool:
        """Somebody said that this was called, or called again; whether that is new."""
        known = self._calls.get(call.call_id)
        if call.call_id in self._voided or (known is not None and known.told == call.told):
            return False
        if known is not None:
            recalls = known.recalls + (1 if again else 0)
            flash_s = known.flash_s if call.flash_s is None else call.flash_s
            call = replace(call, recalls=recalls, flash_s=flash_s, apart=known.apart and call.apart)
        elif again:
            call = replace(call, recalls=1)
        self._calls[call.call_id] = call
        self._forget_the_oldest()
        return True

    def voided(self, call_id: str) -> None:
        """The call was taken back, and does not come again."""
        self._voided.append(call_id)
        self._calls.pop(call_id, None)

    def pictured(
        self, calls: Sequence[BoardCall], at_s: Callable[[str], float], now_s: float
    ) -> None:
        """The hub's list, newest first.

        What it lacks is over, unless it can be too new for it or is a counter's own.
        """
        before, self._calls = self._calls, {}
        for call in reversed(calls):
            if call.call_id not in self._voided:
                known = before.pop(call.call_id, None)
                self._calls[call.call_id] = _drawn(call, known, at_s(call.at))
        for call_id, known in before.items():
            keep_s = self._apart_s if known.apart else self._recent_s
            if known.seen_s is not None and now_s < known.seen_s + keep_s:
                self._calls[call_id] = known
        self._forget_the_oldest()

    def _forget_the_oldest(self) -> None:
        if len(self._calls) > MOST:
            kept = self.newest_first()[:MOST]
            self._calls = {call.call_id: call for call in reversed(kept)}


def _drawn(call: BoardCall, known: Shown | None, at_s: float) -> Shown:
    shown = Shown(
        call_id=call.call_id,
        number=call.number,
        counter=call.counter_number,
        service=call.service_name,
        at_s=at_s,
        recalls=call.recalls,
    )
    if known is None:
        return shown
    # What was called again a moment ago stands there already; the picture may not know of it.
    return replace(
        shown,
        at_s=max(at_s, known.at_s) if known.seen_s is not None else at_s,
        recalls=max(call.recalls, known.recalls),
        flash_s=known.flash_s,
        seen_s=known.seen_s,
        told=known.told,
    )
