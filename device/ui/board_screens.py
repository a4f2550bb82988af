"""The screens of a hall board: its calls and lines, an emergency, and what keeps it from working.

Imports no display. The call at the top is for those who look up: its number is a fifth of the
screen's height at least, whatever the screen's shape, and where to go stands beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pygame import Rect

from device.ui import board_frame, theme
from device.ui.board_lists import call_rows, has_rows, queue_panel
from device.ui.boxes import cut
from device.ui.layout import Paragraph
from device.ui.numerals import numeral
from device.ui.scene import Badge, Block, Sign
from device.ui.sheet import Sheet
from device.ui.texts import both
from device.ui.theme import ON_GROUND
from device.ui.viewmodel import (
    Bilingual,
    BoardCall,
    BoardConnecting,
    BoardFault,
    Emergency,
    HallBoard,
)

HERO: Final = 0.31
"""Height of the call at the top, in parts of the screen's; upright it has its words below."""
HERO_UPRIGHT: Final = 0.40


def hall_board(view: HallBoard, sheet: Sheet) -> None:
    """Calls and lines."""
    room = board_frame.framed(
        sheet, view.frame, notice=view.notice, as_of=view.as_of, linked=view.linked
    )
    if not view.calls and not view.queues:
        _message(sheet, room, (Sign.CLOSED, theme.GREY), both("The hall is closed"), None)
        return
    gap = sheet.px(theme.GAP)
    room = room.inflate(-2 * gap, -2 * gap)
    share = HERO_UPRIGHT if sheet.upright and view.calls else HERO
    hero = Rect(room.left, room.top, room.width, round(sheet.area.height * share))
    if view.calls:
        _hero(sheet, hero, view.calls[0])
    else:
        _nobody_called(sheet, hero)
    rest = Rect(room.left, hero.bottom + gap, room.width, room.bottom - hero.bottom - gap)
    left, right = _halves(sheet, rest)
    if len(view.calls) < 2 or not has_rows(sheet, left):
        queue_panel(sheet, rest, view)
        return
    call_rows(sheet, left, view.calls[1:])
    queue_panel(sheet, right, view)


def emergency(view: Emergency, sheet: Sheet) -> None:
    """One text, as large as it can be."""
    sheet.put(Block(sheet.area, theme.RED))
    bottom = board_frame.header(sheet, view.frame)
    bottom += board_frame.link_band(sheet, view.frame, bottom)
    area = Rect(0, bottom, sheet.area.width, sheet.area.height - bottom)
    room = area.inflate(-4 * sheet.px(theme.MARGIN), -4 * sheet.px(theme.MARGIN))
    side = min(sheet.px(22), room.height // 4)
    sheet.put(Badge(Rect(room.centerx - side // 2, room.top, side, side), Sign.ALERT, theme.INK))
    top = room.top + side + sheet.px(3)
    on_red = (theme.PAPER, theme.PAPER)
    told = sheet.pair(view.text, 15.0, on_red, strong=True, lines=6, second=8.0)
    sheet.text(Rect(room.left, top, room.width, room.bottom - top), told)


def connecting(view: BoardConnecting, sheet: Sheet) -> None:
    """Nothing is known of the hall."""
    sheet.put(Block(sheet.area, theme.GROUND))
    bottom = board_frame.header(sheet, view.frame)
    room = Rect(0, bottom, sheet.area.width, sheet.area.height - bottom)
    title = both("Connecting to the hall")
    _message(sheet, room, (Sign.LINK, theme.BLUE), title, both("Please wait"))


def fault(view: BoardFault, sheet: Sheet) -> None:
    """The board cannot work."""
    room = board_frame.framed(sheet, view.frame)
    upper, lower = cut(room, round(room.height * 0.36))
    side = min(sheet.px(17), upper.height - sheet.px(2))
    disc = Rect(upper.centerx - side // 2, upper.bottom - side, side, side)
    sheet.put(Badge(disc, Sign.ALERT, theme.RED))
    title = sheet.pair(view.title, 9.0, (theme.RED, theme.INK), strong=True, lines=3)
    detail = sheet.pair(view.detail, 5.0, ON_GROUND, lines=3, gap=2.5)
    sheet.text(lower.inflate(-4 * sheet.px(theme.MARGIN), -sheet.px(2)), (*title, *detail))


# --- parts -------------------------------------------------------------------------------


def _hero(sheet: Sheet, card: Rect, call: BoardCall) -> None:
    """The call that is to be seen first."""
    ground, ink, quiet = _paint_of(call)
    radius = sheet.px(theme.RADIUS)
    sheet.put(Block(card, theme.BLUE, radius))
    if call.lit:
        sheet.put(Block(card.inflate(-2 * sheet.px(1), -2 * sheet.px(1)), ground, radius))
    inner = card.inflate(-2 * sheet.px(3), -2 * sheet.px(2))
    if sheet.upright:
        number, words = cut(inner, round(sheet.area.height * 0.225))
        words = Rect(words.left, words.top + sheet.px(1), words.width, words.height - sheet.px(1))
    else:
        number = Rect(inner.left, inner.top, round(inner.width * 0.5), inner.height)
        start = number.right + sheet.px(4)
        words = Rect(start, inner.top, inner.right - start, inner.height)
    numeral(sheet, number, call.number, round(sheet.area.height / 5), ink)
    sheet.text(words, _where(sheet, call, ink, quiet))


def _paint_of(call: BoardCall) -> tuple[theme.Colour, theme.Colour, theme.Colour]:
    """Ground, ink and quiet ink of a call: turned round while it is lit."""
    if call.lit:
        return theme.PAPER, theme.BLUE, theme.QUIET
    return theme.BLUE, theme.PAPER, theme.BLUE_QUIET


def _where(
    sheet: Sheet, call: BoardCall, ink: theme.Colour, quiet: theme.Colour
) -> tuple[Paragraph, ...]:
    """Where to go, for which service, and whether this was called before."""
    come = both("Please come to counter {counter}", counter=call.counter)
    words = (
        *sheet.pair(come, 9.4, (ink, ink), strong=True, lines=2, second=4.6),
        *sheet.pair(call.service, 4.2, (quiet, quiet), lines=2, gap=1.2, second=2.8),
    )
    if not call.recalls:
        return words
    again = both("Now calling, call {count}", count=call.recalls + 1)
    told = sheet.pair(again, 3.4, (quiet, quiet))
    return (replace(told[0], text=f"{told[0].text} · {told[1].text}"), *words)


def _nobody_called(sheet: Sheet, card: Rect) -> None:
    sheet.put(Block(card, theme.PAPER, sheet.px(theme.RADIUS)))
    wait = sheet.pair(both("Please wait for your number"), 9.0, ON_GROUND, strong=True, lines=2)
    sheet.text(card.inflate(-2 * sheet.px(theme.MARGIN), -2 * sheet.px(2)), wait)


def _message(
    sheet: Sheet,
    room: Rect,
    sign: tuple[Sign, theme.Colour],
    title: Bilingual,
    detail: Bilingual | None,
) -> None:
    """A sign above a title above a detail, in the middle of `room`."""
    upper, lower = cut(room, round(room.height * 0.42))
    side = min(sheet.px(17), upper.height - sheet.px(2))
    disc = Rect(upper.centerx - side // 2, upper.bottom - side, side, side)
    sheet.put(Badge(disc, *sign))
    words: tuple[Paragraph, ...] = sheet.pair(title, 12.0, ON_GROUND, strong=True, lines=2)
    if detail is not None:
        words = (*words, *sheet.pair(detail, 5.0, ON_GROUND, gap=3))
    height = min(lower.height, sheet.px(42))
    place = Rect(lower.left, lower.top, lower.width, height)
    sheet.text(place.inflate(-2 * sheet.px(theme.MARGIN), -sheet.px(2)), words)


def _halves(sheet: Sheet, room: Rect) -> tuple[Rect, Rect]:
    """The room of the calls and that of the lines: beside one another, or one under the other."""
    gap = sheet.px(theme.GAP)
    if sheet.upright:
        upper, lower = cut(room, round((room.height - gap) * 0.47))
        return upper, Rect(lower.left, lower.top + gap, lower.width, lower.height - gap)
    left = Rect(room.left, room.top, round((room.width - gap) * 0.45), room.height)
    start = left.right + gap
    return left, Rect(start, room.top, room.right - start, room.height)
