"""When a hall board is told what: at a change, twice a second at most, and now and then again.

A board takes its picture for old a few seconds after the last word, so the same picture is sent
again; a broker may lose a message, and a change with it, without telling anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hub.core.boards import board_picture
from hub.core.hall import Hall
from hub.core.pictures import Waits
from hub.outgoing import Outbound
from wire import messages as w
from wire import topics

APART_S = 0.5
"""Real seconds between two pictures for the same board, unless it asks."""

AGAIN_S = 2.0
"""A picture is sent again after so many real seconds."""

_CALLS_AT_LEAST = 6


@dataclass(slots=True)
class _Told:
    """What a board was told last, and when."""

    content: w.Board
    at_s: float


class Boards:
    """What the boards of the hall were told. `second_s`: how far the hub's clock goes in one."""

    def __init__(self, second_s: float = 1.0) -> None:
        self._told: dict[str, _Told] = {}
        self._asked: set[str] = set()
        self._changed = True
        self._next_s = 0.0
        self._apart_s = APART_S * second_s
        self._again_s = AGAIN_S * second_s

    def ask(self, unit: str) -> None:
        """A board has connected: it is told at once."""
        self._asked.add(unit)

    def changed(self) -> None:
        """Something has happened, or is foretold otherwise."""
        self._changed = True

    def wait_s(self, hall: Hall, now_s: float) -> float | None:
        """How long until `due` wants to be called again; None while nobody has a board."""
        if not hall.configured or not hall.plan.boards:
            return None
        news = self._changed or self._asked or len(self._told) < len(hall.plan.boards)
        again_s = min((told.at_s for told in self._told.values()), default=0.0) + self._again_s
        return max(0.0, self._next_s - now_s if news else again_s - now_s)

    def due(
        self, hall: Hall, waits: Callable[[float], Waits | None], now: float, now_s: float
    ) -> list[Outbound]:
        """The pictures to send at wall time `now`; `now_s` is the hub's monotonic time."""
        if not hall.configured or not hall.plan.boards:
            return []
        if not self._asked and now_s < self._next_s:
            return []
        told, foretold = self._changed, waits(now)
        self._changed = False
        for unit in self._told.keys() - hall.plan.board.keys():  # it has left the plan
            del self._told[unit]
        out: list[Outbound] = []
        for unit, place in hall.plan.board.items():
            if told or self._is_due(unit, now_s):
                picture = _sendable(board_picture(hall, place, now, foretold))
                out += self._tell(unit, picture, now_s)
        self._asked.clear()
        if told or out:
            self._next_s = now_s + self._apart_s
        return out

    def _is_due(self, unit: str, now_s: float) -> bool:
        told = self._told.get(unit)
        return unit in self._asked or told is None or now_s >= told.at_s + self._again_s

    def _tell(self, unit: str, picture: w.Board, now_s: float) -> list[Outbound]:
        told = self._told.get(unit)
        if told is not None and not self._is_due(unit, now_s) and _same(told.content, picture):
            return []
        self._told[unit] = _Told(picture, now_s)
        return [Outbound(topics.BOARD, picture, unit)]


def _sendable(picture: w.Board) -> w.Board:
    """The picture with as much in it as a message may carry.

    Only a hall of very many services with very long names has to leave something out: old calls
    first, then the last lines.
    """
    while len(picture.model_dump_json().encode()) > topics.MAX_PAYLOAD_BYTES:
        calls, queues = picture.calls, picture.queues
        if len(calls) > _CALLS_AT_LEAST:
            calls = calls[: max(_CALLS_AT_LEAST, len(calls) // 2)]
        else:
            queues = queues[: len(queues) * 3 // 4]
        picture = picture.model_copy(update={"calls": calls, "queues": queues})
    return picture


def _same(one: w.Board, other: w.Board) -> bool:
    """Whether two pictures look alike: they may be of two moments."""
    return one == other.model_copy(update={"now": one.now, "version": one.version})
