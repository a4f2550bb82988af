"""From what a hall board knows to the view on its screen. PURE: no pygame, no clock.

A call flashes for `FLASH_S`: ink and ground change places each half second, which is slow
enough to be safe for everybody's eyes. The call that the voice is saying stands at the top.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from device.bilingual import bilingual
from device.board_calls import Shown
from device.board_session import BoardSession
from device.ui import viewmodel
from device.ui.texts import Trouble
from device.ui.viewmodel import (
    Bilingual,
    BoardCall,
    BoardQueue,
    BoardView,
    Frame,
    LanguageOrder,
    Link,
    LinkConnecting,
    LinkLive,
)
from wire.messages import Board, LinkRefusal, QueuePicture, Text

FLASH_S: Final = 8.0
HALF_S: Final = 0.5
TURN_S: Final = 8.0
"""How long a page of lines stands where there are more lines than room."""

AFTER_CLOSING_S: Final = 900.0
"""So long after the last call of a closed hall its calls still show."""

_SHOWN: Final = 24
_MINUTE_S: Final = 60.0
_TURNS: Final = 420  # a multiple of every small number of pages


class BoardPresenter:
    """Builds the views of one board."""

    def __init__(self, unit: str, order: LanguageOrder = LanguageOrder.CHINESE_FIRST) -> None:
        self._unit = unit
        self._order = order

    def view(self, session: BoardSession, now_s: float) -> BoardView:
        """What the screen shows at `now_s`."""
        frame = self._frame(session, now_s)
        if session.refusal is not None:
            return self._refused(session.refusal, frame)
        calls, picture = session.calls.newest_first(), session.picture
        if picture is None:
            if not calls:
                return viewmodel.BoardConnecting(frame)
            shown = _calls(session, calls, now_s)
            return viewmodel.HallBoard(frame, True, shown, (), linked=session.linked)
        if picture.emergency is not None:
            return viewmodel.Emergency(frame, bilingual(picture.emergency))
        return _board(session, picture, frame, now_s)

    def next_change_s(self, session: BoardSession, now_s: float) -> float:
        """When the view changes though nothing happens."""
        times = [*_flashing(session, now_s), _next_step(now_s, TURN_S * session.second_s)]
        wall = session.wall(now_s)
        if wall is not None:
            times.append(now_s + _MINUTE_S - wall.second - wall.microsecond / 1e6)
        if session.is_live(now_s):
            times.append(session.silence_s or now_s)
        elif session.picture_s is not None:
            times.append(session.picture_s + math.floor(now_s - session.picture_s) + 1)
        return min((time_s for time_s in times if time_s > now_s), default=now_s + _MINUTE_S)

    def _frame(self, session: BoardSession, now_s: float) -> Frame:
        wall = session.wall(now_s)
        hall = session.picture.hall if session.picture else session.hall
        return Frame(
            counter="",
            hall=bilingual(hall) if hall else Bilingual(""),
            services=Bilingual(""),
            clock=f"{wall:%H:%M}" if wall else "",
            link=_link(session, now_s),
            order=self._order,
        )

    def _refused(self, refusal: LinkRefusal, frame: Frame) -> BoardView:
        trouble = Trouble.TWIN if refusal.code == "twin" else Trouble.REFUSED
        return viewmodel.BoardFault(frame, trouble.title(self._unit), bilingual(refusal.detail))


def _board(session: BoardSession, picture: Board, frame: Frame, now_s: float) -> BoardView:
    calls = session.calls.newest_first()
    if _is_over(session, picture, calls, now_s):
        return viewmodel.HallBoard(frame, False, (), (), _maybe(picture.notice))
    return viewmodel.HallBoard(
        frame=frame,
        open=picture.open,
        calls=_calls(session, calls, now_s),
        queues=tuple(_queue(queue) for queue in picture.queues),
        notice=_maybe(picture.notice),
        turn=int(now_s // (TURN_S * session.second_s)) % _TURNS,
        linked=session.linked,
        as_of=None if session.is_live(now_s) else _drawn_at(session, picture, now_s),
    )


def _is_over(session: BoardSession, picture: Board, calls: list[Shown], now_s: float) -> bool:
    """Whether the hall is closed and nobody is there any more."""
    if picture.open or not session.is_live(now_s) or any(q.waiting for q in picture.queues):
        return False
    return not calls or now_s > calls[0].at_s + AFTER_CLOSING_S


def _drawn_at(session: BoardSession, picture: Board, now_s: float) -> str:
    """When the picture was true; with its date if that is not known to be today."""
    drawn, wall = datetime.fromisoformat(picture.now), session.wall(now_s)
    if session.picture_s is not None:
        drawn = session.wall(session.picture_s) or drawn
    today = wall is not None and wall.date() == drawn.date()
    return f"{drawn:%H:%M}" if today else f"{drawn:%m-%d %H:%M}"


def _link(session: BoardSession, now_s: float) -> Link:
    if session.is_live(now_s):
        return LinkLive()
    wall = session.wall(session.picture_s) if session.picture_s is not None else None
    if session.picture_s is None or wall is None:
        return LinkConnecting()
    return viewmodel.stale(now_s - session.picture_s, f"{wall:%H:%M}")


def _calls(session: BoardSession, calls: list[Shown], now_s: float) -> tuple[BoardCall, ...]:
    """The calls to show; the one being said comes first, and is there even if it is old."""
    said = [call for call in calls if call.call_id == session.voiced]
    others = [call for call in calls if call.call_id != session.voiced]
    shown = [*said, *others][:_SHOWN]
    return tuple(
        BoardCall(
            number=call.number,
            counter=call.counter,
            service=bilingual(call.service),
            recalls=call.recalls,
            lit=_is_lit(session, call, now_s),
        )
        for call in shown
    )


def _is_lit(session: BoardSession, call: Shown, now_s: float) -> bool:
    """Whether ink and ground have changed places; what is being said flashes as long."""
    if call.flash_s is None:
        return False
    passed_s = now_s - call.flash_s
    if passed_s >= FLASH_S * session.second_s and call.call_id != session.voiced:
        return False
    return int(passed_s / (HALF_S * session.second_s)) % 2 == 0


def _flashing(session: BoardSession, now_s: float) -> Iterator[float]:
    """When the next half of a flashing call begins."""
    half_s, length_s = HALF_S * session.second_s, FLASH_S * session.second_s
    for call in session.calls.newest_first()[:_SHOWN]:
        if call.flash_s is None:
            continue
        if now_s < call.flash_s + length_s or call.call_id == session.voiced:
            yield call.flash_s + (math.floor((now_s - call.flash_s) / half_s) + 1) * half_s


def _next_step(now_s: float, step_s: float) -> float:
    return (now_s // step_s + 1) * step_s


def _queue(queue: QueuePicture) -> BoardQueue:
    wait = queue.wait_s
    minutes = None if wait is None else (int(wait.p10 // 60), math.ceil(wait.p90 / 60))
    return BoardQueue(queue.prefix, bilingual(queue.name), queue.waiting, queue.counters, minutes)


def _maybe(text: Text | None) -> Bilingual | None:
    return None if text is None else bilingual(text)
