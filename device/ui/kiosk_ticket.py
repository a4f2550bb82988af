"""A number on the kiosk's screen: large, with what to expect of it and a code to follow it by.

Imports no display. The code is drawn of blocks, with the quiet zone that readers need.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import Final, TypeAlias

from pygame import Rect

from device.ui import theme
from device.ui.boxes import grid
from device.ui.kiosk_frame import TOUCH, button, framed
from device.ui.kiosk_views import KioskTicket, KioskTrouble, Paper
from device.ui.layout import Align, Paragraph
from device.ui.scene import Badge, Block, Sign
from device.ui.sheet import Sheet
from device.ui.texts import both, wait_text
from device.ui.theme import ON_GROUND
from device.ui.viewmodel import Bilingual

Matrix: TypeAlias = tuple[tuple[bool, ...], ...]
"""A code's modules line by line, dark ones True."""

QUIET_ZONE: Final = 4
"""Modules that stay light around a code (ISO/IEC 18004)."""

NUMBER: Final = 30.0
_CODES_KEPT: Final = 8


def ticket(view: KioskTicket, sheet: Sheet) -> None:
    """A number, and where its paper is."""
    gap = sheet.px(theme.GAP)
    room = framed(sheet, view.frame).inflate(-2 * gap, -2 * gap)
    foot = Rect(room.left, room.bottom - sheet.px(TOUCH + 2), room.width, sheet.px(TOUCH + 2))
    body = Rect(room.left, room.top, room.width, foot.top - gap - room.top)
    label = both("Your number")
    about = (*_service(sheet, view.service), *_prospect(sheet, view))
    _number(sheet, body, view.number, label, about, view.url)
    if view.paper is Paper.PRINTING:
        sheet.text(foot, sheet.pair(both("Your ticket is being printed"), 5.0, ON_GROUND))
    else:
        width = min(foot.width, sheet.px(44))
        box = Rect(0, foot.top, width, foot.height)
        box.right = room.right
        words = Rect(room.left, foot.top, box.left - room.left - gap, foot.height)
        out = view.paper is Paper.OUT
        said = both("Please take your ticket") if out else both("Please note your number")
        sheet.text(words, sheet.pair(said, 4.6, ON_GROUND, strong=True, second=2.8), Align.LEFT)
        button(sheet, box, both("Done"), "done", main=True)


def trouble(view: KioskTrouble, sheet: Sheet) -> None:
    """A number whose paper is not out: print again, keep it as it stands here, or give it up."""
    gap = sheet.px(theme.GAP)
    room = framed(sheet, view.frame).inflate(-2 * gap, -2 * gap)
    three = TOUCH * 3 + 2 * theme.GAP if sheet.upright else TOUCH + 3
    foot = Rect(room.left, room.bottom - sheet.px(three), room.width, sheet.px(three))
    warning = Rect(room.left, room.top, room.width, sheet.px(11))
    _warning(sheet, warning, view)
    body = Rect(room.left, warning.bottom + gap, room.width, foot.top - warning.bottom - 2 * gap)
    _number(sheet, body, view.number, both("Your number"), _service(sheet, view.service), view.url)
    buttons = (
        (both("Print again"), "again", True),
        (both("Keep without paper"), "keep", False),
        (both("Give the number up"), "give-up", False),
    )
    columns, rows = (1, len(buttons)) if sheet.upright else (len(buttons), 1)
    places = grid(foot, columns, rows, gap)
    for box, (text, target, main) in zip(places, buttons, strict=True):
        button(sheet, box, text, target, main=main, size=4.4)


def _warning(sheet: Sheet, box: Rect, view: KioskTrouble) -> None:
    sheet.put(Block(box, theme.AMBER, sheet.px(theme.RADIUS)))
    side = sheet.px(7)
    sheet.put(
        Badge(
            Rect(box.left + sheet.px(2), box.centery - side // 2, side, side), Sign.ALERT, theme.INK
        )
    )
    start = box.left + side + sheet.px(4)
    words = Rect(start, box.top, box.right - start - sheet.px(2), box.height)
    left = both("Without an answer it is given up in {seconds} s", seconds=view.seconds_left)
    colours = (theme.INK, theme.INK)
    paragraphs = (
        *sheet.pair(view.fault, 4.0, colours, strong=True, second=2.6),
        Paragraph(sheet.first(left), sheet.px(2.8), theme.INK),
    )
    sheet.text(words, paragraphs, Align.LEFT)


def _number(
    sheet: Sheet,
    room: Rect,
    number: str,
    label: Bilingual,
    about: tuple[Paragraph, ...],
    url: str | None,
) -> None:
    sheet.put(Block(room, theme.PAPER, sheet.px(theme.RADIUS)))
    inner = room.inflate(-2 * sheet.px(2.4), -2 * sheet.px(1.6))
    code = None if url is None else _matrix(url)
    if code is None:
        text = inner
    elif sheet.upright:
        side = min(round(inner.height * 0.4), inner.width)
        text = Rect(inner.left, inner.top, inner.width, inner.height - side)
        _code(sheet, Rect(inner.left, text.bottom, inner.width, side), code)
    else:
        side = min(round(inner.width * 0.34), inner.height)
        text = Rect(inner.left, inner.top, inner.width - side - sheet.px(2), inner.height)
        _code(sheet, Rect(inner.right - side, inner.top, side, inner.height), code)
    head = Rect(text.left, text.top, text.width, round(text.height * 0.14))
    large = Rect(text.left, head.bottom, text.width, round(text.height * 0.42))
    rest = Rect(text.left, large.bottom, text.width, text.bottom - large.bottom)
    sheet.text(head, sheet.pair(label, 4.4, (theme.QUIET, theme.QUIET), second=2.6))
    sheet.number(large.inflate(0, -sheet.px(1)), number, sheet.px(NUMBER), theme.BLUE)
    sheet.text(rest, about)


def _service(sheet: Sheet, service: Bilingual) -> tuple[Paragraph, ...]:
    return sheet.pair(service, 4.8, ON_GROUND, strong=True, lines=2, second=2.8)


def _prospect(sheet: Sheet, view: KioskTicket) -> tuple[Paragraph, ...]:
    """What to expect: who is before, how long, where; or when it will be called at all."""
    if view.alone:
        text = both("It is called when the hall is connected again. Please listen for it")
        return sheet.pair(text, 3.8, (theme.INK, theme.QUIET), lines=2, gap=1.4, second=2.6)
    told: tuple[Paragraph, ...] = ()
    if view.ahead is not None:
        before = both("{count} people before you", count=view.ahead)
        text = before if view.ahead else both("You are next")
        told += sheet.pair(text, 4.2, (theme.BLUE, theme.QUIET), strong=True, gap=1.2, second=2.5)
    if view.wait_min is not None:
        text = both("Expected wait: {wait}", wait=wait_text(view.wait_min))
        told += sheet.pair(text, 4.2, (theme.BLUE, theme.QUIET), strong=True, gap=0.8, second=2.5)
    if view.counter is not None:
        text = both("Counter {counter}", counter=view.counter)
        told += sheet.pair(text, 4.2, (theme.INK, theme.QUIET), gap=0.8, second=2.5)
    return told


def _code(sheet: Sheet, room: Rect, matrix: Matrix) -> None:
    caption = both("Scan to follow your number")
    foot = Rect(room.left, room.bottom - sheet.px(6), room.width, sheet.px(6))
    modules = len(matrix) + 2 * QUIET_ZONE
    pixel = min(room.width, room.height - foot.height) // modules
    side = pixel * modules
    ground = Rect(0, 0, side, side)
    ground.midbottom = foot.midtop
    sheet.put(Block(ground, theme.PAPER))
    for index, line in enumerate(matrix):
        top = ground.top + (QUIET_ZONE + index) * pixel
        start = 0
        for dark, run in groupby(line):
            length = len(list(run))
            left = ground.left + (QUIET_ZONE + start) * pixel
            if dark:
                sheet.put(Block(Rect(left, top, length * pixel, pixel), theme.INK))
            start += length
    sheet.text(foot, sheet.pair(caption, 2.8, ON_GROUND, second=2.2))


@lru_cache(maxsize=_CODES_KEPT)
def _matrix(url: str) -> Matrix | None:
    """The code for an address; None for one too long for any code."""
    # Imported here: it brings Pillow, which units of other roles have no use for.
    import qrcode  # noqa: PLC0415
    from qrcode.exceptions import DataOverflowError  # noqa: PLC0415

    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(url)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        return None
    return tuple(tuple(bool(module) for module in line) for line in code.get_matrix())
