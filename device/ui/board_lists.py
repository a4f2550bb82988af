"""The two lists of a hall board: what was called before, and who waits for what.

Imports no display. A list has as many rows as its room; lines that have no room take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pygame import Rect

from device.ui import theme
from device.ui.boxes import grid
from device.ui.layout import Align, leading
from device.ui.scene import Block
from device.ui.sheet import Sheet
from device.ui.texts import both, wait_text
from device.ui.theme import ON_PAPER
from device.ui.viewmodel import Bilingual, BoardCall, BoardQueue, HallBoard

ROW: Final = 8.6
TITLE: Final = 7.0
_HIGHEST: Final = 12.0
_ROW_GAP: Final = 1.0


def call_rows(sheet: Sheet, room: Rect, calls: Sequence[BoardCall]) -> None:
    """The calls before the one at the top, the newest first, as many as there is room for."""
    body = _titled(sheet, room, both("Called before"), None)
    for row, call in zip(_rows(sheet, body), calls, strict=False):
        _call_row(sheet, row, call)


def queue_panel(sheet: Sheet, room: Rect, view: HallBoard) -> None:
    """Who waits for what, and how long; in turns where there are more lines than rows."""
    title = both("Waiting") if view.open else both("Waiting; no more numbers today")
    if view.as_of is not None:
        title = both("Waiting, as of {time}", time=view.as_of)
    pages, rows = _pages(sheet, room, len(view.queues))
    page = view.turn % pages
    body = _titled(sheet, room, title, f"{page + 1} / {pages}" if pages > 1 else None)
    first = max(0, min(page * rows, len(view.queues) - rows))  # the last page is full, too
    shown = view.queues[first : first + rows]
    for row, queue in zip(_rows(sheet, body), shown, strict=False):
        _queue_row(sheet, row, queue, live=view.as_of is None)


def has_rows(sheet: Sheet, room: Rect) -> bool:
    """Whether a list in `room` has room for anything under its title."""
    return bool(_rows(sheet, _body(sheet, room)))


def _pages(sheet: Sheet, room: Rect, count: int) -> tuple[int, int]:
    """How many pages `count` lines take, and how many of them stand on one."""
    rows = max(1, len(_rows(sheet, _body(sheet, room))))
    return max(1, -(-count // rows)), rows


def _body(sheet: Sheet, room: Rect) -> Rect:
    height = sheet.px(TITLE)
    return Rect(room.left, room.top + height, room.width, room.height - height)


def _titled(sheet: Sheet, room: Rect, title: Bilingual, note: str | None) -> Rect:
    """The title of a list, a note at its end; the room under it."""
    head = Rect(room.left + sheet.px(1), room.top, room.width - sheet.px(2), sheet.px(TITLE - 0.8))
    end = Rect(head.right - sheet.px(12), head.top, sheet.px(12), head.height)
    colours = (theme.INK, theme.QUIET)
    if note is not None:
        sheet.number(end, note, sheet.px(3.0), theme.QUIET, Align.RIGHT)
        head.width -= end.width
    sheet.text(head, sheet.pair(title, 3.6, colours, strong=True, second=2.3), Align.LEFT)
    return _body(sheet, room)


def _rows(sheet: Sheet, room: Rect) -> list[Rect]:
    """Rows that fill `room`, none lower or higher than it should be."""
    gap = sheet.px(_ROW_GAP)
    count = (room.height + gap) // (sheet.px(ROW) + gap)
    return grid(room, 1, count, gap, highest=sheet.px(_HIGHEST))


def _call_row(sheet: Sheet, row: Rect, call: BoardCall) -> None:
    ground, ink, strong, quiet = (theme.PAPER, theme.BLUE, theme.INK, theme.QUIET)
    if call.lit:
        ground, ink, strong, quiet = (theme.BLUE, theme.PAPER, theme.PAPER, theme.BLUE_QUIET)
    sheet.put(Block(row, ground, sheet.px(theme.RADIUS * 0.6)))
    inner = row.inflate(-2 * sheet.px(1.8), -sheet.px(1.2))
    number = Rect(inner.left, inner.top, round(inner.width * 0.27), inner.height)
    sheet.number(number, call.number, sheet.px(7.4), ink, Align.LEFT)
    counter = Rect(number.right + sheet.px(1.4), inner.top, round(inner.width * 0.25), inner.height)
    name = both("Counter {counter}", counter=call.counter)
    sheet.text(counter, sheet.pair(name, 4.4, (strong, quiet), strong=True, second=2.5), Align.LEFT)
    start = counter.right + sheet.px(1.4)
    service = Rect(start, inner.top, inner.right - start, inner.height)
    lines = _lines(sheet, service)
    about = sheet.pair(call.service, 3.2, (quiet, quiet), lines=lines, second=2.3)
    sheet.text(service, about, Align.LEFT)


def _queue_row(sheet: Sheet, row: Rect, queue: BoardQueue, *, live: bool) -> None:
    sheet.put(Block(row, theme.PAPER, sheet.px(theme.RADIUS * 0.6)))
    inner = row.inflate(-2 * sheet.px(1.8), -sheet.px(1.2))
    prefix = Rect(inner.left, inner.top, sheet.px(6.4), inner.height)
    sheet.number(prefix, queue.prefix, sheet.px(6.0), theme.BLUE, Align.LEFT)
    gap = sheet.px(1.2)
    wait = Rect(0, inner.top, round(inner.width * 0.27) if live else 0, inner.height)
    wait.right = inner.right
    waiting = Rect(0, inner.top, round(inner.width * 0.19), inner.height)
    waiting.right = wait.left - (gap if live else 0)
    start = prefix.right + sheet.px(0.8)
    name = Rect(start, inner.top, waiting.left - gap - start, inner.height)
    lines = _lines(sheet, name)
    service = sheet.pair(queue.name, 3.6, ON_PAPER, strong=True, lines=lines, second=2.3)
    sheet.text(name, service, Align.LEFT)
    count = both("{count} waiting", count=queue.waiting)
    sheet.text(waiting, sheet.pair(count, 3.4, ON_PAPER, strong=True, second=2.3), Align.RIGHT)
    expected = _expected(queue) if live else None  # a forecast that is not of now would mislead
    if expected is not None:
        colours = (theme.BLUE, theme.QUIET)
        sheet.text(wait, sheet.pair(expected, 3.4, colours, strong=True, second=2.3), Align.RIGHT)


def _lines(sheet: Sheet, box: Rect) -> int:
    """How many lines each language may have in `box`, so that neither drives the other out."""
    return 2 if box.height >= 4 * leading(sheet.px(theme.FLOOR)) else 1


def _expected(queue: BoardQueue) -> Bilingual | None:
    if not queue.counters:
        return both("no counter open")
    if queue.wait_min is None:
        return None
    return wait_text(queue.wait_min)
