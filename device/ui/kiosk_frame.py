"""What stands around a kiosk's screens, and the buttons on them.

Imports no display. Whatever a finger may touch is at least `TOUCH` units high and has an edge,
a ground and a word of its own, so that it is known for a button without its colour.
"""

from __future__ import annotations

from typing import Final

from pygame import Rect

from device.ui import theme
from device.ui.kiosk_views import KioskFrame
from device.ui.layout import Align
from device.ui.scene import Area, Badge, Block, Sign
from device.ui.sheet import Sheet
from device.ui.texts import both
from device.ui.theme import ON_BLUE, ON_NAVY
from device.ui.viewmodel import Bilingual, LanguageOrder

HEADER: Final = 13.0
TOUCH: Final = 9.0


def framed(sheet: Sheet, frame: KioskFrame, ground: theme.Colour = theme.GROUND) -> Rect:
    """Put ground, header, the band of a cut-off kiosk and the hint on the sheet; what is left."""
    sheet.put(Block(sheet.area, ground))
    top = _header(sheet, frame)
    if frame.alone is not None:
        text = both(
            "No link to the hall since {since}; you still get a number",
            since=frame.alone,
        )
        top = _band(sheet, top, text).bottom
    bottom = sheet.area.bottom
    if frame.hint is not None:
        bar = Rect(0, bottom - sheet.px(theme.BAND), sheet.area.width, sheet.px(theme.BAND))
        bottom = _band(sheet, bar.top, frame.hint, warning=frame.warning).top
    return Rect(0, top, sheet.area.width, bottom - top)


def _header(sheet: Sheet, frame: KioskFrame) -> int:
    bar = Rect(0, 0, sheet.area.width, sheet.px(HEADER))
    sheet.put(Block(bar, theme.NAVY))
    room = bar.inflate(-2 * sheet.px(theme.GAP), -2 * sheet.px(1.6))
    switch = Rect(0, room.top, sheet.px(20), room.height)
    switch.right = room.right
    clock = Rect(0, room.top, sheet.px(15), room.height)
    clock.right = switch.left - sheet.px(theme.GAP)
    hall = Rect(room.left, room.top, clock.left - room.left - sheet.px(theme.GAP), room.height)
    sheet.text(hall, sheet.pair(frame.hall, 4.6, ON_NAVY, lines=3, second=2.4), Align.LEFT)
    sheet.number(clock, frame.clock, sheet.px(5.6), theme.PAPER, Align.RIGHT)
    chinese = frame.order is LanguageOrder.CHINESE_FIRST
    button(sheet, switch, Bilingual("English" if chinese else "中文"), "language", size=4.4)
    return bar.bottom


def _band(sheet: Sheet, top: int, text: Bilingual, *, warning: bool = True) -> Rect:
    bar = Rect(0, top, sheet.area.width, sheet.px(theme.BAND))
    sheet.put(Block(bar, theme.AMBER if warning else theme.PAPER))
    side = sheet.px(4.6)
    sign = Sign.ALERT if warning else Sign.NOTICE
    place = Rect(sheet.px(theme.GAP), bar.centery - side // 2, side, side)
    sheet.put(Badge(place, sign, theme.INK if warning else theme.BLUE))
    start = place.right + sheet.px(1.4)
    words = Rect(start, bar.top, bar.right - start - sheet.px(theme.GAP), bar.height)
    colours = (theme.INK, theme.INK) if warning else (theme.INK, theme.QUIET)
    paragraphs = sheet.pair(text, 3.2, colours, strong=warning, lines=2, second=2.4)
    sheet.text(words.inflate(0, -sheet.px(0.6)), paragraphs, Align.LEFT)
    return bar


def button(
    sheet: Sheet,
    box: Rect,
    text: Bilingual,
    target: str,
    *,
    main: bool = False,
    size: float = 4.6,
) -> None:
    """A button with its words, and where a finger may touch it."""
    edge, radius = sheet.px(0.4), sheet.px(theme.RADIUS)
    sheet.put(Block(box, theme.BLUE, radius))
    if not main:
        sheet.put(Block(box.inflate(-2 * edge, -2 * edge), theme.PAPER, radius - edge))
    colours = ON_BLUE if main else (theme.BLUE, theme.QUIET)
    inner = box.inflate(-2 * sheet.px(1.4), -2 * sheet.px(0.5))
    sheet.text(inner, sheet.pair(text, size, colours, strong=True, lines=3, second=size * 0.6))
    sheet.put(Area(box, target))
