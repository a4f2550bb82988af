"""What stands around a hall board's screens: header, band of the link, band of the notice.

Imports no display. Each function puts its part on the sheet and says what room is left.
"""

from __future__ import annotations

import math
from typing import Final

from pygame import Rect

from device.ui import theme
from device.ui.layout import Align
from device.ui.scene import Badge, Block, Sign
from device.ui.sheet import Sheet
from device.ui.texts import age, both
from device.ui.theme import ON_NAVY
from device.ui.viewmodel import Bilingual, Frame, LinkConnecting, LinkStale

HEADER: Final = 11.0
HEADER_UPRIGHT: Final = 13.0
NOTICE_LYING: Final = 17.0
NOTICE_UPRIGHT: Final = 23.0

_NOTICE_TYPE: Final = 4.2
_NOTICE_LINES: Final = 3
_SECOND: Final = 0.62


def framed(
    sheet: Sheet,
    frame: Frame,
    *,
    notice: Bilingual | None = None,
    as_of: str | None = None,
    linked: bool = False,
) -> Rect:
    """Put the ground and all that stands around on the sheet; the room that is left."""
    sheet.put(Block(sheet.area, theme.GROUND))
    top = header(sheet, frame)
    top += link_band(sheet, frame, top, as_of, linked=linked)
    bottom = sheet.area.bottom - (0 if notice is None else _notice_band(sheet, notice))
    return Rect(0, top, sheet.area.width, bottom - top)


def header(sheet: Sheet, frame: Frame) -> int:
    """The hall's name and the time; the bottom of the bar."""
    bar = Rect(0, 0, sheet.area.width, sheet.px(HEADER_UPRIGHT if sheet.upright else HEADER))
    sheet.put(Block(bar, theme.NAVY))
    room = bar.inflate(-2 * sheet.px(theme.MARGIN), -sheet.px(1.6))
    clock = Rect(0, room.top, sheet.px(21), room.height)
    clock.right = room.right
    sheet.number(clock, frame.clock, sheet.px(8.0), theme.PAPER, Align.RIGHT)
    width = clock.left - sheet.px(theme.GAP) - room.left
    name = Rect(room.left, room.top, width, room.height)
    hall = sheet.pair(frame.hall, 5.2, ON_NAVY, strong=True, lines=2, second=2.8)
    sheet.text(name, hall, Align.LEFT)
    return bar.bottom


def link_band(
    sheet: Sheet, frame: Frame, top: int, as_of: str | None = None, *, linked: bool = False
) -> int:
    """The height of the band that says how old the picture is; none if it is of now."""
    text = _age_of_picture(frame, as_of, linked=linked)
    if text is None:
        return 0
    bar = Rect(0, top, sheet.area.width, sheet.px(theme.BAND))
    sheet.put(Block(bar, theme.AMBER))
    _told(sheet, bar, text, (Sign.ALERT, theme.INK), (theme.INK, 3.6))
    return bar.height


def _age_of_picture(frame: Frame, as_of: str | None, *, linked: bool) -> Bilingual | None:
    link = frame.link
    if isinstance(link, LinkStale):
        if linked:
            return both(
                "No news of the hall since {since}, for {age}; counters' calls still show",
                since=link.since,
                age=age(link.age_s),
            )
        return both(
            "No connection to the hall since {since}, for {age}",
            since=link.since,
            age=age(link.age_s),
        )
    if not isinstance(link, LinkConnecting):
        return None
    if as_of is None:
        return both("Not connected to the hall yet")
    return both("Not connected to the hall yet; this was so at {time}", time=as_of)


def _notice_band(sheet: Sheet, notice: Bilingual) -> int:
    """The hall's notice at the foot of the screen; its height."""
    height = sheet.px(_notice_height(sheet, notice))
    bar = Rect(0, sheet.area.bottom - height, sheet.area.width, height)
    sheet.put(Block(bar, theme.INK))
    _told(sheet, bar, notice, (Sign.NOTICE, theme.BLUE), (theme.PAPER, _NOTICE_TYPE))
    return height


def _notice_height(sheet: Sheet, notice: Bilingual) -> float:
    """Room for both languages in as many lines as they need, but never for too many."""
    wide = sheet.area.width - sheet.px(2 * theme.MARGIN + 8)
    height = 2.0
    for text, units in zip(notice, (_NOTICE_TYPE, _NOTICE_TYPE * _SECOND), strict=True):
        if text:
            lines = math.ceil(sheet.face.ends(text)[-1] * sheet.px(units) / wide * 1.04)
            height += 1.25 * units * min(lines, _NOTICE_LINES)
    return min(height, NOTICE_UPRIGHT if sheet.upright else NOTICE_LYING)


def _told(
    sheet: Sheet,
    bar: Rect,
    text: Bilingual,
    sign: tuple[Sign, theme.Colour],
    type_: tuple[theme.Colour, float],
) -> None:
    """A sign and, beside it, a text of a colour and size."""
    room = bar.inflate(-2 * sheet.px(theme.MARGIN), -sheet.px(0.8))
    side = min(room.height, sheet.px(5.6))
    sheet.put(Badge(Rect(room.left, bar.centery - side // 2, side, side), *sign))
    start = room.left + side + sheet.px(1.8)
    colour, units = type_
    colours = (colour, theme.NAVY_QUIET if colour == theme.PAPER else colour)
    second = max(2.4, units * _SECOND)
    told = sheet.pair(text, units, colours, strong=True, lines=_NOTICE_LINES, second=second)
    sheet.text(Rect(start, room.top, room.right - start, room.height), told, Align.LEFT)
