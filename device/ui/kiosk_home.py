"""The kiosk's services: as many large cards as there is room for, the others on more pages.

Imports no display.
"""

from __future__ import annotations

import math
from typing import Final

from pygame import Rect

from device.ui import theme
from device.ui.boxes import grid
from device.ui.kiosk_frame import TOUCH, button, framed
from device.ui.kiosk_views import KioskHome, Offer
from device.ui.layout import Align, Paragraph
from device.ui.scene import Area, Block
from device.ui.sheet import Sheet
from device.ui.texts import both, wait_text
from device.ui.theme import ON_GROUND

COLUMNS: Final = 3
COLUMNS_UPRIGHT: Final = 2
CARD: Final = 19.0
"""A card is at least so high, in units."""
CARD_UPRIGHT: Final = 15.5
CARD_LONG: Final = 18.0
CARD_LONG_UPRIGHT: Final = 22.0
"""A card with a long name is wider, and at least so high."""
ROOMY: Final = 32.0
"""With few services a card grows no higher than this."""
LONG: Final = (20, 48)
"""From so many characters on a name is long, in Chinese and in English."""
NARROW: Final = 38.0
"""On a narrower card each fact has a line of its own."""
FEW: Final = 4
FEW_UPRIGHT: Final = 6
"""So many services or fewer get wider cards."""


def home(view: KioskHome, sheet: Sheet) -> None:
    """The services, and which class of priority the next number is of."""
    gap = sheet.px(theme.GAP)
    room = framed(sheet, view.frame).inflate(-2 * gap, -2 * sheet.px(1.4))
    head = Rect(room.left, room.top, room.width, sheet.px(TOUCH))
    _head(sheet, head, view)
    body = Rect(room.left, head.bottom + gap, room.width, room.bottom - head.bottom - gap)
    shown, pages = page_of(sheet, body, view)
    if pages > 1:
        pager = Rect(body.left, body.bottom - sheet.px(TOUCH), body.width, sheet.px(TOUCH))
        body.height = pager.top - gap - body.top
        _pager(sheet, pager, view.page % pages, pages)
    for box, offer in zip(_boxes(sheet, body, view.offers, pages), shown, strict=False):
        _card(sheet, box, offer)


def page_of(sheet: Sheet, body: Rect, view: KioskHome) -> tuple[tuple[Offer, ...], int]:
    """The services on this page, and how many pages there are."""
    columns = _columns(sheet, view.offers)
    if len(view.offers) <= columns * _rows(sheet, view.offers, body.height):
        return view.offers, 1
    height = body.height - sheet.px(TOUCH) - sheet.px(theme.GAP)
    each = columns * _rows(sheet, view.offers, height)
    pages = math.ceil(len(view.offers) / each)
    first = (view.page % pages) * each
    return view.offers[first : first + each], pages


def _is_long(offers: tuple[Offer, ...]) -> bool:
    return any(len(o.name.zh) >= LONG[0] or len(o.name.en) >= LONG[1] for o in offers)


def _columns(sheet: Sheet, offers: tuple[Offer, ...]) -> int:
    few = len(offers) <= (FEW_UPRIGHT if sheet.upright else FEW) or _is_long(offers)
    return (COLUMNS_UPRIGHT if sheet.upright else COLUMNS) - few


def _rows(sheet: Sheet, offers: tuple[Offer, ...], height: int) -> int:
    usual = CARD_UPRIGHT if sheet.upright else CARD
    long = CARD_LONG_UPRIGHT if sheet.upright else CARD_LONG
    card = sheet.px(long if _is_long(offers) else usual)
    gap = sheet.px(theme.GAP)
    return max(1, (height + gap) // (card + gap))


def _boxes(sheet: Sheet, room: Rect, offers: tuple[Offer, ...], pages: int) -> list[Rect]:
    """Places for the cards; a last page has them where the pages before had theirs."""
    gap = sheet.px(theme.GAP)
    columns = _columns(sheet, offers)
    most = _rows(sheet, offers, room.height)
    rows = most if pages > 1 else max(1, min(most, math.ceil(len(offers) / columns)))
    return grid(room, columns, rows, gap, highest=sheet.px(ROOMY))


def _head(sheet: Sheet, room: Rect, view: KioskHome) -> None:
    width = sheet.px(30 if sheet.upright else 46) if view.has_classes else 0
    words = Rect(room.left, room.top, room.width - width - sheet.px(theme.GAP), room.height)
    ask = both("Please choose a service")
    sheet.text(words, sheet.pair(ask, 5.6, ON_GROUND, strong=True, second=3.2), Align.LEFT)
    if not view.has_classes:
        return
    box = Rect(room.right - width, room.top, width, room.height)
    chosen = view.chosen
    text = both("Priority: {name}", name=chosen) if chosen else both("Elderly and other priority")
    button(sheet, box, text, "classes", main=chosen is not None, size=3.6)


def _pager(sheet: Sheet, room: Rect, page: int, pages: int) -> None:
    width = round(room.width * 0.3)
    left = Rect(room.left, room.top, width, room.height)
    right = Rect(room.right - width, room.top, width, room.height)
    middle = Rect(left.right, room.top, right.left - left.right, room.height)
    button(sheet, left, both("‹ Previous page"), "page:back", size=4.0)
    button(sheet, right, both("Next page ›"), "page:next", size=4.0)
    sheet.number(middle, f"{page + 1} / {pages}", sheet.px(5), theme.INK)


def _card(sheet: Sheet, box: Rect, offer: Offer) -> None:
    edge, radius, gap = sheet.px(0.4), sheet.px(theme.RADIUS), sheet.px(1.2)
    sheet.put(Block(box, theme.BLUE, radius))
    sheet.put(Block(box.inflate(-2 * edge, -2 * edge), theme.PAPER, radius - edge))
    sheet.put(Area(box, f"service:{offer.service}"))
    inner = box.inflate(-2 * sheet.px(1.4), -2 * gap)
    side = min(sheet.px(9), round(inner.height * 0.6))
    chip = Rect(inner.left, 0, side, side)
    chip.centery = inner.centery
    sheet.put(Block(chip, theme.BLUE, sheet.px(1.2)))
    sheet.number(chip.inflate(-gap, -gap), offer.prefix, round(side * 0.62), theme.PAPER)
    words = Rect(chip.right + gap, inner.top, inner.right - chip.right - gap, inner.height)
    name = sheet.pair(offer.name, 4.6, (theme.INK, theme.QUIET), strong=True, lines=4, second=2.4)
    sheet.text(words, (*name, *_waits(sheet, offer, words.width)), Align.LEFT)


def _waits(sheet: Sheet, offer: Offer, width: int) -> tuple[Paragraph, ...]:
    """How many people wait and how long, in the language that stands first."""
    parts = []
    if offer.waiting is not None:
        nobody = both("Nobody is waiting")
        some = both("{count} waiting", count=offer.waiting)
        parts.append(sheet.first(some if offer.waiting else nobody))
    if offer.counters == 0:
        parts.append(sheet.first(both("no counter open")))
    elif offer.wait_min is not None and offer.waiting:
        parts.append(sheet.first(wait_text(offer.wait_min)))
    told = parts if width < sheet.px(NARROW) else [" · ".join(parts)]
    size, gap = sheet.px(3.1), sheet.px(0.6)
    return tuple(Paragraph(text, size, theme.BLUE, strong=True, gap=gap) for text in told if text)
