"""The invitation to rate: five cards on a screen of its own, or a strip under a number.

Imports no display. All levels are drawn alike in size and weight: nobody is led to one.
"""

from __future__ import annotations

from pygame import Rect

from device.ui import theme
from device.ui.boxes import grid
from device.ui.layout import Align
from device.ui.scene import Area, Block, Face
from device.ui.sheet import Sheet
from device.ui.texts import both, number_name
from device.ui.theme import ON_GROUND, ON_PAPER
from device.ui.viewmodel import Invitation, Question, RatingOption

STRIP = 26.0
"""Height of the strip, in units."""


def cards(sheet: Sheet, room: Rect, invitation: Invitation) -> None:
    """Fill `room` with the question, a card for each level and the time that is left."""
    room = room.inflate(-2 * sheet.px(theme.MARGIN), -2 * sheet.px(1.5))
    ask = Rect(room.left, room.top, room.width, sheet.px(16.5))
    foot = Rect(room.left, room.bottom - sheet.px(8), room.width, sheet.px(8))
    question = both("{number}: please rate our service", number=number_name(invitation.number))
    sheet.text(ask, sheet.pair(question, 8.4, ON_GROUND, strong=True, second=4.2))
    row = Rect(
        room.left, ask.bottom + sheet.px(1), room.width, foot.top - ask.bottom - sheet.px(2.5)
    )
    for option, box in zip(invitation.levels, card_boxes(sheet, row, invitation), strict=True):
        _card(sheet, box, option)
        sheet.put(Area(box, f"rating-{option.level}"))
    _foot(sheet, foot, invitation)


def card_boxes(sheet: Sheet, row: Rect, invitation: Invitation) -> list[Rect]:
    """Where the cards stand in `row`, in the order of the levels given."""
    return grid(row, len(invitation.levels), 1, sheet.px(theme.GAP))


def strip(sheet: Sheet, room: Rect, invitation: Invitation) -> Rect:
    """Put the invitation at the foot of `room`; the room that is left above it."""
    height = sheet.px(STRIP)
    bar = Rect(room.left, room.bottom - height, room.width, height)
    sheet.put(Block(bar, theme.PAPER))
    track = sheet.px(1)
    time_bar(sheet, Rect(bar.left, bar.bottom - track, bar.width, track), invitation)
    inner = bar.inflate(-2 * sheet.px(theme.MARGIN), -2 * sheet.px(2))
    ask = Rect(inner.left, inner.top, round(inner.width * 0.25), inner.height)
    row = Rect(ask.right + sheet.px(3), inner.top, 0, inner.height)
    row.width = inner.right - row.left
    question = both("{number}: please rate our service", number=number_name(invitation.number))
    left = both("{seconds} s left", seconds=invitation.seconds_left)
    paragraphs = (
        *sheet.pair(question, 4.8, ON_PAPER, strong=True, lines=2, second=2.9),
        *sheet.pair(left, 3.4, ON_PAPER, gap=1.2, second=2.6),
    )
    sheet.text(ask, paragraphs, Align.LEFT)
    for option, box in zip(invitation.levels, card_boxes(sheet, row, invitation), strict=True):
        _small_card(sheet, box, option)
        sheet.put(Area(box, f"rating-{option.level}"))
    return Rect(room.left, room.top, room.width, room.height - height)


def _card(sheet: Sheet, box: Rect, option: RatingOption) -> None:
    paper(sheet, box)
    side = min(round(box.height * 0.38), box.width - sheet.px(8))
    face = Rect(0, box.top + sheet.px(2.5), side, side)
    face.centerx = box.centerx
    sheet.put(Face(face, option.level))
    key_side = round(box.height * 0.18)
    key = Rect(0, 0, key_side, key_side)
    key.midbottom = (box.centerx, box.bottom - sheet.px(2))
    names = Rect(box.left, face.bottom, box.width, key.top - face.bottom).inflate(-sheet.px(2), 0)
    sheet.text(names, sheet.pair(option.name, 5.6, ON_PAPER, strong=True, second=3.2))
    key_cap(sheet, key, option.key)


def _small_card(sheet: Sheet, box: Rect, option: RatingOption) -> None:
    side, key_side, gap = sheet.px(9.5), sheet.px(6.5), sheet.px(1.6)
    face = Rect(box.centerx - (side + gap + key_side) // 2, box.top + sheet.px(1), side, side)
    sheet.put(Face(face, option.level))
    key = Rect(face.right + gap, 0, key_side, key_side)
    key.centery = face.centery
    key_cap(sheet, key, option.key)
    names = Rect(box.left, face.bottom, box.width, box.bottom - face.bottom)
    sheet.text(names, sheet.pair(option.name, 4.4, ON_PAPER, strong=True, second=2.7))


def key_cap(sheet: Sheet, box: Rect, number: int) -> None:
    """A key cap with its number, as it is printed on the rating keys."""
    radius = sheet.px(1.2)
    sheet.put(Block(box, theme.INK, radius))
    sheet.number(box, str(number), round(box.height * 0.68), theme.PAPER)


def paper(sheet: Sheet, box: Rect, ground: theme.Colour = theme.PAPER) -> None:
    """A card with an edge."""
    radius, edge = sheet.px(theme.RADIUS), sheet.px(0.3)
    sheet.put(Block(box, theme.EDGE, radius))
    sheet.put(Block(box.inflate(-2 * edge, -2 * edge), ground, radius - edge))


def _foot(sheet: Sheet, box: Rect, invitation: Invitation) -> None:
    half = box.width // 2 - sheet.px(2)
    left = Rect(box.left, box.top, half, box.height - sheet.px(1.5))
    right = Rect(box.right - half, box.top, half, left.height)
    free = both("Press a key from 1 to 5. Rating is voluntary")
    time = both("{seconds} s left", seconds=invitation.seconds_left)
    sheet.text(left, sheet.pair(free, 3.6, ON_GROUND, second=2.6), Align.LEFT)
    sheet.text(right, sheet.pair(time, 3.6, ON_GROUND, strong=True, second=2.6), Align.RIGHT)
    time_bar(sheet, Rect(box.left, box.bottom - sheet.px(1), box.width, sheet.px(1)), invitation)


def time_bar(sheet: Sheet, track: Rect, invitation: Question) -> None:
    """Put the time that is left on the sheet, as a part of the whole."""
    sheet.put(Block(track, theme.EDGE))
    share = invitation.seconds_left / max(1, invitation.seconds_total)
    width = round(track.width * min(1.0, max(0.0, share)))
    if width:
        sheet.put(Block(Rect(track.left, track.top, width, track.height), theme.BLUE))
