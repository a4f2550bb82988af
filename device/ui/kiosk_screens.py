"""The kiosk's screens: a view in, what stands where out. Imports no display."""

from __future__ import annotations

from functools import singledispatch
from typing import Final

from pygame import Rect

from device.ui import theme
from device.ui.boxes import grid
from device.ui.kiosk_frame import TOUCH, button, framed
from device.ui.kiosk_home import home
from device.ui.kiosk_ticket import ticket, trouble
from device.ui.kiosk_views import (
    KioskCard,
    KioskClasses,
    KioskEmergency,
    KioskHome,
    KioskMessage,
    KioskTaking,
    KioskTicket,
    KioskTrouble,
    KioskView,
    Tone,
)
from device.ui.layout import Paragraph
from device.ui.scene import Badge, Block, Sign
from device.ui.sheet import Sheet
from device.ui.texts import both
from device.ui.theme import ON_GROUND

_TONES: Final = {
    Tone.CLOSED: (Sign.CLOSED, theme.GREY),
    Tone.WAIT: (Sign.LINK, theme.BLUE),
    Tone.TOLD: (Sign.NOTICE, theme.BLUE),
    Tone.FAULT: (Sign.ALERT, theme.RED),
}


@singledispatch
def kiosk(view: KioskView, sheet: Sheet) -> None:
    """Set a kiosk's view on a sheet."""
    raise TypeError(f"there is no screen for {type(view).__name__} at {sheet.area.size}")


@kiosk.register
def _home(view: KioskHome, sheet: Sheet) -> None:
    home(view, sheet)


@kiosk.register
def _ticket(view: KioskTicket, sheet: Sheet) -> None:
    ticket(view, sheet)


@kiosk.register
def _trouble(view: KioskTrouble, sheet: Sheet) -> None:
    trouble(view, sheet)


@kiosk.register
def _classes(view: KioskClasses, sheet: Sheet) -> None:
    room = _inner(sheet, framed(sheet, view.frame))
    head = Rect(room.left, room.top, room.width, sheet.px(12))
    title = both("Does one of these apply to you?")
    sheet.text(head, sheet.pair(title, 5.6, ON_GROUND, strong=True, second=3.2))
    foot = Rect(0, room.bottom - sheet.px(TOUCH), min(room.width, sheet.px(40)), sheet.px(TOUCH))
    foot.centerx = room.centerx
    top = head.bottom + sheet.px(theme.GAP)
    body = Rect(room.left, top, room.width, foot.top - sheet.px(theme.GAP) - top)
    choices = [(choice.name, f"class:{choice.id}") for choice in view.classes]
    columns = 2 if len(choices) > 4 and not sheet.upright else 1
    places = grid(body, columns, max(3, -(-len(choices) // columns)), sheet.px(theme.GAP))
    for box, (name, target) in zip(places, choices, strict=False):
        button(sheet, box, name, target, size=5.0)
    button(sheet, foot, both("Back"), "back", size=4.2)


@kiosk.register
def _card(view: KioskCard, sheet: Sheet) -> None:
    title = both("Please lay your ID card on the reader")
    detail = sheet.pair(view.service, 4.2, ON_GROUND, lines=2, gap=3, second=2.8)
    paragraphs = (*sheet.pair(title, 7.0, ON_GROUND, strong=True, lines=2, second=4.0), *detail)
    _signed(sheet, framed(sheet, view.frame), (Sign.NOTICE, theme.BLUE), paragraphs, leave=True)


@kiosk.register
def _taking(view: KioskTaking, sheet: Sheet) -> None:
    title = sheet.pair(both("One moment, please"), 8.0, ON_GROUND, strong=True, second=4.4)
    detail = sheet.pair(view.service, 4.8, ON_GROUND, lines=2, gap=3, second=3.0)
    room = framed(sheet, view.frame)
    _signed(sheet, room, (Sign.LINK, theme.BLUE), (*title, *detail), leave=False)


@kiosk.register
def _message(view: KioskMessage, sheet: Sheet) -> None:
    colour = theme.RED if view.tone is Tone.FAULT else theme.INK
    paragraphs: tuple[Paragraph, ...] = sheet.pair(
        view.title, 8.0, (colour, theme.QUIET), strong=True, lines=2, second=4.2
    )
    if view.detail is not None:
        paragraphs += sheet.pair(view.detail, 4.6, ON_GROUND, lines=3, gap=3, second=3.0)
    room = framed(sheet, view.frame)
    _signed(sheet, room, _TONES[view.tone], paragraphs, leave=view.can_leave)


@kiosk.register
def _emergency(view: KioskEmergency, sheet: Sheet) -> None:
    room = _inner(sheet, framed(sheet, view.frame, theme.RED))
    height = sheet.px(10)
    foot = Rect(room.left, room.bottom - height, room.width, height)
    no_numbers = both("No numbers are given out now")
    if view.since is not None:
        no_numbers = both("No numbers are given out now; no link since {since}", since=view.since)
    words = (theme.PAPER, theme.PAPER)
    sheet.text(foot, sheet.pair(no_numbers, 4.2, words, second=2.8))
    room = Rect(room.left, room.top, room.width, foot.top - room.top)
    side = min(sheet.px(20), room.height // 4)
    sign = Rect(room.centerx - side // 2, room.top + sheet.px(2), side, side)
    ring = sign.inflate(sheet.px(2), sheet.px(2))
    sheet.put(Block(ring, theme.PAPER, ring.width // 2))
    sheet.put(Badge(sign, Sign.ALERT, theme.RED))
    told = sheet.pair(view.text, 13.0, words, strong=True, lines=6, second=7.0)
    sheet.text(Rect(room.left, sign.bottom, room.width, room.bottom - sign.bottom), told)


def _signed(
    sheet: Sheet,
    room: Rect,
    sign: tuple[Sign, theme.Colour],
    paragraphs: tuple[Paragraph, ...],
    *,
    leave: bool,
) -> None:
    """A sign above its words; with `leave` a button beneath that goes back to the services."""
    room = _inner(sheet, room)
    if leave:
        box = Rect(0, room.bottom - sheet.px(TOUCH + 2), sheet.px(40), sheet.px(TOUCH + 2))
        box.width = min(box.width, room.width)
        box.centerx = room.centerx
        button(sheet, box, both("Back"), "back")
        room = Rect(room.left, room.top, room.width, box.top - sheet.px(theme.GAP) - room.top)
    disc = Rect(0, 0, sheet.px(16), sheet.px(16))
    upper = round(room.height * 0.36)
    disc.midbottom = (room.centerx, room.top + upper)
    sheet.put(Badge(disc, *sign))
    sheet.text(Rect(room.left, disc.bottom, room.width, room.bottom - disc.bottom), paragraphs)


def _inner(sheet: Sheet, room: Rect) -> Rect:
    return room.inflate(-2 * sheet.px(theme.MARGIN), -2 * sheet.px(theme.GAP))
