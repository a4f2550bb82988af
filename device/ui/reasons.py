"""The reasons for a rating: cards on a screen of their own, or a strip under a number.

Imports no display. A reason that is taken shows a tick on another ground, so that it is told
by more than a colour.
"""

from __future__ import annotations

import math

from pygame import Rect

from device.ui import theme
from device.ui.boxes import grid
from device.ui.invitation import STRIP, key_cap, paper, time_bar
from device.ui.layout import Align
from device.ui.scene import Area, Badge, Block, Sign
from device.ui.sheet import Sheet
from device.ui.texts import both
from device.ui.theme import ON_BLUE, ON_GROUND, ON_PAPER
from device.ui.viewmodel import TAG, TAGS_DONE, Bilingual, TagOption, TagQuestion

_COLUMNS = 2


def cards(sheet: Sheet, room: Rect, level: Bilingual, question: TagQuestion) -> None:
    """Fill `room` with the thanks, the question, a card for each reason and the time left."""
    room = room.inflate(-2 * sheet.px(theme.MARGIN), -2 * sheet.px(1.5))
    head = Rect(room.left, room.top, room.width, sheet.px(15))
    foot = Rect(room.left, room.bottom - sheet.px(8), room.width, sheet.px(8))
    thanks = both("Thank you for your rating: {level}", level=level)
    paragraphs = (
        *sheet.pair(thanks, 6.0, ON_GROUND, strong=True, second=3.2),
        *sheet.pair(both("Why? Name any reasons, or none"), 4.0, ON_GROUND, gap=0.8, second=2.8),
    )
    sheet.text(head, paragraphs)
    gap = sheet.px(1.2)
    body = Rect(room.left, head.bottom + gap, room.width, foot.top - head.bottom - 2 * gap)
    boxes = grid(body, _COLUMNS, math.ceil(len(question.tags) / _COLUMNS), gap)
    for tag, box in zip(question.tags, boxes, strict=False):
        _card(sheet, box, tag)
    _foot(sheet, foot, question)


def strip(sheet: Sheet, room: Rect, question: TagQuestion) -> Rect:
    """Put the reasons at the foot of `room`; the room that is left above it."""
    height = sheet.px(STRIP)
    bar = Rect(room.left, room.bottom - height, room.width, height)
    sheet.put(Block(bar, theme.PAPER))
    track = sheet.px(1)
    time_bar(sheet, Rect(bar.left, bar.bottom - track, bar.width, track), question)
    inner = bar.inflate(-2 * sheet.px(theme.MARGIN), -2 * sheet.px(1.8))
    ask = Rect(inner.left, inner.top, round(inner.width * 0.2), inner.height)
    why = sheet.pair(both("Why? Name any reasons, or none"), 4.2, ON_PAPER, lines=3, second=2.6)
    sheet.text(ask, why, Align.LEFT)
    row = Rect(ask.right + sheet.px(1.5), inner.top, 0, inner.height)
    row.width = inner.right - row.left
    boxes = grid(row, len(question.tags), 1, sheet.px(1))
    for tag, box in zip(question.tags, boxes, strict=True):
        _small_card(sheet, box, tag)
    return Rect(room.left, room.top, room.width, room.height - height)


def _ground(sheet: Sheet, box: Rect, tag: TagOption) -> tuple[theme.Colour, theme.Colour]:
    """Put the card itself and what touches it on the sheet; the colours of its words."""
    paper(sheet, box, theme.BLUE if tag.chosen else theme.PAPER)
    sheet.put(Area(box, f"{TAG}{tag.code}"))
    return ON_BLUE if tag.chosen else ON_PAPER


def _card(sheet: Sheet, box: Rect, tag: TagOption) -> None:
    colours = _ground(sheet, box, tag)
    side = min(sheet.px(8), round(box.height * 0.6))
    mark = Rect(box.left + sheet.px(1.8), 0, side, side)
    mark.centery = box.centery
    _mark(sheet, mark, tag)
    start = mark.right + sheet.px(1.8)
    words = Rect(start, box.top, box.right - sheet.px(1.2) - start, box.height)
    name = sheet.pair(tag.name, 4.4, colours, strong=True, lines=2, second=2.8)
    sheet.text(words.inflate(0, -sheet.px(1)), name, Align.LEFT)


def _small_card(sheet: Sheet, box: Rect, tag: TagOption) -> None:
    colours = _ground(sheet, box, tag)
    side = sheet.px(5)
    mark = Rect(0, box.top + sheet.px(1), side, side)
    mark.centerx = box.centerx
    _mark(sheet, mark, tag)
    top = mark.bottom + sheet.px(0.4)
    words = Rect(box.left, top, box.width, box.bottom - top - sheet.px(0.6))
    first = sheet.first(tag.name)
    name = sheet.pair(Bilingual(first, first), 3.4, colours, lines=5)
    sheet.text(words.inflate(-sheet.px(1), 0), name)


def _mark(sheet: Sheet, box: Rect, tag: TagOption) -> None:
    """A tick on what is taken, else the key that takes it."""
    if tag.chosen:
        sheet.put(Badge(box, Sign.TICK, theme.GREEN))
    elif tag.key is not None:
        key_cap(sheet, box, tag.key)


def _foot(sheet: Sheet, box: Rect, question: TagQuestion) -> None:
    time = both("{seconds} s left", seconds=question.seconds_left)
    track = sheet.px(1)
    left = Rect(box.left, box.top, box.width // 2, box.height - sheet.px(1.5))
    sheet.text(left, sheet.pair(time, 3.6, ON_GROUND, strong=True, second=2.6), Align.LEFT)
    button = Rect(0, box.top, sheet.px(28), box.height - sheet.px(1.6))
    button.right = box.right
    sheet.put(Block(button, theme.BLUE, sheet.px(1.5)))
    sheet.text(button, sheet.pair(both("Done"), 3.4, ON_BLUE, strong=True, second=2.2))
    sheet.put(Area(button, TAGS_DONE))
    time_bar(sheet, Rect(box.left, box.bottom - track, box.width, track), question)
