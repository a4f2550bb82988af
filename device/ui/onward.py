"""Where a ticket is sent on to: a list of places to go, one of them chosen with keys.

Imports no display. The chosen one has another ground and a tick, so that it is told by more
than a colour.
"""

from __future__ import annotations

from pygame import Rect

from device.ui import theme
from device.ui.invitation import key_cap, paper
from device.ui.layout import Align
from device.ui.scene import Badge, Sign
from device.ui.sheet import Sheet
from device.ui.texts import both, number_name
from device.ui.theme import ON_BLUE, ON_GROUND, ON_PAPER
from device.ui.viewmodel import Destination, SendingOn


def places(sheet: Sheet, room: Rect, view: SendingOn) -> None:
    """Fill `room` with the question, a row for each place that is shown, and what the keys do."""
    room = room.inflate(-2 * sheet.px(theme.MARGIN), -2 * sheet.px(1))
    head = Rect(room.left, room.top, room.width, sheet.px(9.5))
    foot = Rect(room.left, room.bottom - sheet.px(7), room.width, sheet.px(7))
    _asked(sheet, head, view)
    keys = both("Transfer: the next one. Next or Done: send. Any other key: leave it")
    sheet.text(foot, sheet.pair(keys, 3.6, ON_GROUND, strong=True, second=2.6))
    gap = sheet.px(1)
    body = Rect(room.left, head.bottom + gap, room.width, foot.top - head.bottom - 2 * gap)
    height = (body.height - gap * (len(view.places) - 1)) // max(1, len(view.places))
    height = min(height, sheet.px(16))
    for index, place in enumerate(view.places):
        _row(sheet, Rect(body.left, body.top + index * (height + gap), body.width, height), place)


def _asked(sheet: Sheet, box: Rect, view: SendingOn) -> None:
    title = both("Send {number} on", number=number_name(view.number))
    sheet.text(box, sheet.pair(title, 5.6, ON_GROUND, strong=True, second=3.2), Align.LEFT)
    chosen = next((one.place for one in view.places if one.chosen), 0)
    of_all = both("{place} of {count}", place=chosen, count=view.count)
    right = Rect(0, box.top, round(box.width * 0.25), box.height)
    right.right = box.right
    sheet.text(right, sheet.pair(of_all, 4.4, ON_GROUND, second=2.8), Align.RIGHT)


def _row(sheet: Sheet, box: Rect, place: Destination) -> None:
    paper(sheet, box, theme.BLUE if place.chosen else theme.PAPER)
    side = min(sheet.px(8), box.height - sheet.px(1.2))
    cap = Rect(box.left + sheet.px(1.8), 0, side, side)
    cap.centery = box.centery
    key_cap(sheet, cap, place.place)
    tick = cap.copy()
    tick.right = box.right - sheet.px(1.8)
    if place.chosen:
        sheet.put(Badge(tick, Sign.TICK, theme.GREEN))
    start = cap.right + sheet.px(2)
    words = Rect(start, box.top, tick.left - sheet.px(1) - start, box.height)
    colours = ON_BLUE if place.chosen else ON_PAPER
    name = sheet.pair(place.name, 5.4, colours, strong=True, second=3.0)
    sheet.text(words.inflate(0, -sheet.px(0.6)), name, Align.LEFT)
