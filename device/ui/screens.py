"""The screens: a view model in, a picture on any Surface out. Imports no display.

`compose` decides what stands where and paints nothing; `draw` paints it. The same view and
size give the same bytes every time.
"""

from __future__ import annotations

from functools import singledispatch

from pygame import Rect, Surface

from device.ui import chrome, invitation, theme
from device.ui.fonts import Typeface
from device.ui.layout import Paragraph
from device.ui.painter import Painter
from device.ui.scene import Badge, Block, Scene, Sign
from device.ui.sheet import Sheet
from device.ui.texts import both
from device.ui.viewmodel import (
    Bilingual,
    Calling,
    Closed,
    Connecting,
    Fault,
    Idle,
    Invitation,
    Inviting,
    LinkStale,
    Paused,
    Serving,
    Thanks,
    View,
)

_ON_GROUND = (theme.INK, theme.QUIET)
_ON_BLUE = (theme.PAPER, theme.BLUE_QUIET)


def draw(surface: Surface, view: View, painter: Painter) -> None:
    """Draw `view` over the whole of `surface`."""
    painter.paint(surface, compose(view, surface.get_size(), painter.typeface))


def compose(view: View, size: tuple[int, int], face: Typeface) -> Scene:
    """Everything that `view` shows on a screen of `size` pixels, from back to front."""
    sheet = Sheet(size, face, view.frame.order)
    _set(view, sheet)
    if view.frame.notice is not None:
        chrome.notice(sheet, view.frame.notice)
    return sheet.scene


@singledispatch
def _set(view: View, sheet: Sheet) -> None:
    raise TypeError(f"there is no screen for {type(view).__name__} at {sheet.area.size}")


@_set.register
def _closed(view: Closed, sheet: Sheet) -> None:
    _signed(
        sheet,
        chrome.framed(sheet, view.frame),
        Badge(Rect(0, 0, 0, 0), Sign.CLOSED, theme.GREY),
        sheet.pair(both("Counter closed"), theme.TITLE, _ON_GROUND, strong=True),
        sheet.pair(both("Please go to another counter"), theme.BODY, _ON_GROUND, gap=3),
    )


@_set.register
def _paused(view: Paused, sheet: Sheet) -> None:
    title = sheet.pair(both("Counter paused"), theme.TITLE, _ON_GROUND, strong=True)
    details: tuple[Paragraph, ...] = ()
    if view.reason is not None:
        details += sheet.pair(view.reason, theme.BODY, _ON_GROUND, lines=2, gap=2.5)
    if view.back_at is not None:
        back = both("Expected back at {time}", time=view.back_at)
        details += sheet.pair(back, theme.BODY, _ON_GROUND, gap=2.5)
    badge = Badge(Rect(0, 0, 0, 0), Sign.PAUSE, theme.GREY)
    _signed(sheet, chrome.framed(sheet, view.frame), badge, title, details)


@_set.register
def _connecting(view: Connecting, sheet: Sheet) -> None:
    _signed(
        sheet,
        chrome.framed(sheet, view.frame),
        Badge(Rect(0, 0, 0, 0), Sign.LINK, theme.BLUE),
        sheet.pair(both("Connecting to the hall"), theme.TITLE, _ON_GROUND, strong=True),
        sheet.pair(both("Please wait"), theme.BODY, _ON_GROUND, gap=3),
    )


@_set.register
def _fault(view: Fault, sheet: Sheet) -> None:
    title = sheet.pair(view.title, 9.0, (theme.RED, theme.INK), strong=True, lines=2)
    advice = both("This counter's unit is out of order, please ask the staff")
    _signed(
        sheet,
        chrome.framed(sheet, view.frame),
        Badge(Rect(0, 0, 0, 0), Sign.ALERT, theme.RED),
        title,
        (
            *sheet.pair(view.detail, 4.4, _ON_GROUND, lines=2, gap=2.5),
            *sheet.pair(advice, 4.4, _ON_GROUND, gap=2.5),
        ),
    )


@_set.register
def _thanks(view: Thanks, sheet: Sheet) -> None:
    rating = both("Your rating: {level}", level=view.level)
    _signed(
        sheet,
        chrome.framed(sheet, view.frame),
        Badge(Rect(0, 0, 0, 0), Sign.TICK, theme.GREEN),
        sheet.pair(both("Thank you for your rating"), theme.TITLE, _ON_GROUND, strong=True),
        sheet.pair(rating, 6.0, _ON_GROUND, gap=3),
    )


@_set.register
def _idle(view: Idle, sheet: Sheet) -> None:
    room = chrome.framed(sheet, view.frame)
    title = sheet.pair(both("Please wait for your number"), 13.0, _ON_GROUND, strong=True)
    top = Rect(room.left, room.top, room.width, round(room.height * 0.5))
    sheet.text(_inset(sheet, top), title)
    card = Rect(0, 0, round(room.width * 0.62), sheet.px(25))
    card.midtop = (room.centerx, top.bottom)
    sheet.put(Block(card, theme.PAPER, sheet.px(theme.RADIUS)))
    sheet.text(_inset(sheet, card), _waiting(sheet, view))


@_set.register
def _calling(view: Calling, sheet: Sheet) -> None:
    room = _above_strip(sheet, chrome.framed(sheet, view.frame, theme.BLUE), view.invitation)
    come = both("Please come to counter {counter}", counter=view.frame.counter)
    called = both("Now calling")
    if view.recalls:
        called = both("Now calling, call {count}", count=view.recalls + 1)
    _numbered(
        sheet,
        room,
        called,
        view.number,
        (theme.PAPER, theme.BLUE_QUIET),
        (
            *sheet.pair(come, 9.0, _ON_BLUE, strong=True, second=4.6),
            *sheet.pair(view.service, 4.2, _ON_BLUE, gap=1.2),
        ),
    )


@_set.register
def _serving(view: Serving, sheet: Sheet) -> None:
    room = _above_strip(sheet, chrome.framed(sheet, view.frame), view.invitation)
    since = both("since {time}", time=view.since)
    _numbered(
        sheet,
        room,
        both("Now serving"),
        view.number,
        (theme.BLUE, theme.QUIET),
        (
            *sheet.pair(view.service, 7.0, _ON_GROUND, strong=True, lines=2, second=4.0),
            *sheet.pair(since, 4.2, _ON_GROUND, gap=1.2),
        ),
    )


@_set.register
def _inviting(view: Inviting, sheet: Sheet) -> None:
    invitation.cards(sheet, chrome.framed(sheet, view.frame), view.invitation)


def _waiting(sheet: Sheet, view: Idle) -> tuple[Paragraph, ...]:
    text = (
        both("{count} waiting", count=view.waiting) if view.waiting else both("Nobody is waiting")
    )
    paragraphs = sheet.pair(text, 8.0, (theme.BLUE, theme.QUIET), strong=True)
    if not isinstance(view.frame.link, LinkStale):
        return paragraphs
    as_of = both("as of {time}", time=view.frame.link.since)
    return (*paragraphs, *sheet.pair(as_of, 3.2, _ON_GROUND, gap=0.8))


def _above_strip(sheet: Sheet, room: Rect, open_invitation: Invitation | None) -> Rect:
    return room if open_invitation is None else invitation.strip(sheet, room, open_invitation)


def _inset(sheet: Sheet, room: Rect) -> Rect:
    return room.inflate(-2 * sheet.px(theme.MARGIN), -sheet.px(2))


def _signed(
    sheet: Sheet,
    room: Rect,
    badge: Badge,
    title: tuple[Paragraph, ...],
    details: tuple[Paragraph, ...],
) -> None:
    """A sign above a title above its details, as one group in the middle of `room`."""
    side = sheet.px(19)
    rect = Rect(0, room.top + sheet.px(5), side, side)
    rect.centerx = room.centerx
    sheet.put(Badge(rect, badge.sign, badge.colour))
    below = Rect(room.left, rect.bottom, room.width, room.bottom - rect.bottom)
    sheet.text(_inset(sheet, below), (*title, *details))


def _numbered(
    sheet: Sheet,
    room: Rect,
    label: Bilingual,
    number: str,
    colours: tuple[theme.Colour, theme.Colour],
    below: tuple[Paragraph, ...],
) -> None:
    """A label, the number as large as the room allows, and what belongs to it."""
    inner = _inset(sheet, room)
    head = Rect(inner.left, inner.top, inner.width, round(inner.height * 0.17))
    middle = Rect(inner.left, head.bottom, inner.width, round(inner.height * 0.48))
    foot = Rect(inner.left, middle.bottom, inner.width, inner.bottom - middle.bottom)
    sheet.text(head, sheet.pair(label, 5.0, (colours[1], colours[1]), second=3.0))
    sheet.text(middle, [sheet.line(number, theme.CALLED, colours[0], strong=True)])
    sheet.text(foot, below)
