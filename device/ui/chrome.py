"""What stands around a counter's screens: header, link band, footer, notice.

Imports no display. Each function puts its part on the sheet and says what room is left.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pygame import Rect

from device.ui import theme
from device.ui.boxes import cut
from device.ui.fonts import Typeface
from device.ui.layout import Align
from device.ui.scene import Badge, Block, Scene, Sign
from device.ui.sheet import Sheet
from device.ui.texts import age, both
from device.ui.theme import ON_GROUND, ON_NAVY
from device.ui.viewmodel import Bilingual, Frame, LinkAlone, LinkConnecting, LinkLive, LinkStale

_FRAMES_KEPT: Final = 16


def framed(sheet: Sheet, frame: Frame, ground: theme.Colour = theme.GROUND) -> Rect:
    """Put the ground, header, link band and footer on the sheet; the room between them."""
    items, room = _framed(sheet.size, sheet.face, frame, ground)
    for item in items:
        sheet.put(item)
    return room.copy()


@lru_cache(maxsize=_FRAMES_KEPT)
def _framed(
    size: tuple[int, int], face: Typeface, frame: Frame, ground: theme.Colour
) -> tuple[Scene, Rect]:
    """They stay for a minute at least, while what is between them changes."""
    sheet = Sheet(size, face, frame.order)
    sheet.put(Block(sheet.area, ground))
    if frame.emergency is not None:
        top, bottom = _emergency(sheet, frame, frame.emergency), _foot_in_emergency(sheet, frame)
    else:
        top = _header(sheet, frame)
        top += _band(sheet, frame, top, theme.BAND)
        bottom = _footer(sheet, frame)
    return sheet.scene, Rect(0, top, sheet.area.width, bottom - top)


def notice(sheet: Sheet, text: Bilingual) -> None:
    """Put the answer to a key press over the footer; it covers no rating key."""
    height = sheet.px(theme.FOOTER + 1.5)
    bar = Rect(0, sheet.area.bottom - height, sheet.area.width, height)
    sheet.put(Block(bar, theme.INK))
    room = bar.inflate(-2 * sheet.px(theme.MARGIN), -sheet.px(0.8))
    sheet.text(room, sheet.pair(text, 5.2, (theme.PAPER, theme.NAVY_QUIET), strong=True, second=3))


def _header(sheet: Sheet, frame: Frame) -> int:
    bar = Rect(0, 0, sheet.area.width, sheet.px(theme.HEADER))
    sheet.put(Block(bar, theme.NAVY))
    room = bar.inflate(-2 * sheet.px(theme.MARGIN), -sheet.px(2))
    gap = sheet.px(theme.GAP)
    counter = Rect(room.left, room.top, round(room.width * 0.27), room.height)
    clock = Rect(0, room.top, round(room.width * 0.16), room.height)
    clock.right = room.right
    hall = Rect(counter.right + 2 * gap, room.top, 0, room.height)
    hall.width = clock.left - gap - hall.left
    if frame.counter and frame.hall.zh:
        rule = Rect(counter.right + gap, room.top + gap, sheet.px(0.3), room.height - 2 * gap)
        sheet.put(Block(rule, theme.GREY))
    if frame.counter:
        name = both("Counter {counter}", counter=frame.counter)
        sheet.text(counter, sheet.pair(name, 7.4, ON_NAVY, strong=True, second=3.2), Align.LEFT)
    sheet.text(hall, sheet.pair(frame.hall, 4.4, ON_NAVY, lines=2, second=3.0), Align.LEFT)
    sheet.number(clock, frame.clock, sheet.px(6.8), theme.PAPER, Align.RIGHT)
    return bar.bottom


def _emergency(sheet: Sheet, frame: Frame, text: Bilingual) -> int:
    """What everybody has to read in the place of the header, beside the counter and the time.

    With the band of the link at the foot it takes no more of the screen than header and band.
    """
    bar = Rect(0, 0, sheet.area.width, sheet.px(theme.EMERGENCY))
    sheet.put(Block(bar, theme.RED))
    place = Rect(0, 0, sheet.px(26), bar.height)
    sheet.put(Block(place, theme.NAVY))
    upper, lower = cut(place.inflate(-2 * sheet.px(2), -2 * sheet.px(2)), place.height // 2)
    if frame.counter:
        name = both("Counter {counter}", counter=frame.counter)
        sheet.text(upper, sheet.pair(name, 5.4, ON_NAVY, strong=True, second=3.0))
    sheet.number(lower, frame.clock, sheet.px(5.4), theme.PAPER)
    side = sheet.px(9)
    sign = Rect(place.right + sheet.px(2.5), bar.centery - side // 2, side, side)
    sheet.put(Badge(sign, Sign.ALERT, theme.INK))
    start = sign.right + sheet.px(2.5)
    words = Rect(start, bar.top, bar.right - sheet.px(2.5) - start, bar.height)
    on_red = (theme.PAPER, theme.PAPER)
    told = sheet.pair(text, 6.4, on_red, strong=True, lines=6, second=3.8)
    sheet.text(words.inflate(0, -2 * sheet.px(1)), told, Align.LEFT)
    return bar.bottom


def _foot_in_emergency(sheet: Sheet, frame: Frame) -> int:
    """The top of the footer, in which a link that is down takes the place of all else."""
    top = sheet.area.bottom - sheet.px(theme.FOOTER)
    return top if _band(sheet, frame, top, theme.FOOTER) else _footer(sheet, frame)


def _band(sheet: Sheet, frame: Frame, top: int, height: float) -> int:
    """The height of the band that says what is wrong with the link; none if it is live."""
    match frame.link:
        case LinkLive():
            return 0
        case LinkStale(age_s, since):
            text = both(
                "No connection to the hall since {since}, for {age}", since=since, age=age(age_s)
            )
        case LinkAlone(None, since):
            text = both("Working alone since {since}", since=since)
        case LinkAlone(int(age_s), since):
            text = both("Working alone since {since}, for {age}", since=since, age=age(age_s))
        case LinkConnecting():
            text = both("Not connected to the hall yet")
    bar = Rect(0, top, sheet.area.width, sheet.px(height))
    sheet.put(Block(bar, theme.AMBER))
    room = bar.inflate(-2 * sheet.px(theme.MARGIN), -sheet.px(0.6))
    side = sheet.px(5)
    sheet.put(Badge(Rect(room.left, bar.centery - side // 2, side, side), Sign.ALERT, theme.INK))
    start = room.left + side + sheet.px(1.5)
    words = Rect(start, room.top, room.right - start, room.height)
    colours = (theme.INK, theme.INK)
    sheet.text(words, sheet.pair(text, 3.6, colours, strong=True, second=2.5), Align.LEFT)
    return bar.height


def _footer(sheet: Sheet, frame: Frame) -> int:
    """The top of the footer, which names the services and the clerk."""
    height = sheet.px(theme.FOOTER)
    bar = Rect(0, sheet.area.bottom - height, sheet.area.width, height)
    sheet.put(Block(bar, theme.PAPER))
    sheet.put(Block(Rect(bar.topleft, (bar.width, sheet.px(0.25))), theme.EDGE))
    room = bar.inflate(-2 * sheet.px(theme.MARGIN), -sheet.px(0.8))
    clerk = Rect(0, room.top, round(room.width * 0.3), room.height)
    clerk.right = room.right
    services = Rect(room.left, room.top, clerk.left - room.left - sheet.px(4), room.height)
    sheet.text(services, sheet.pair(frame.services, 3.4, ON_GROUND, second=2.6), Align.LEFT)
    if frame.clerk is not None:
        text = both("Clerk: {name}", name=frame.clerk)
        sheet.text(clerk, sheet.pair(text, 3.4, ON_GROUND, second=2.6), Align.RIGHT)
    return bar.top
