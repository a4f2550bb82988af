"""The screens: a view model in, a picture on any Surface out. Imports no display.

`compose` decides what stands where and paints nothing; `draw` paints it. The same view and
size give the same bytes every time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import TypeAlias, get_args

from pygame import Rect, Surface

from device.ui import board_screens, chrome, invitation, onward, reasons, theme
from device.ui.boxes import cut
from device.ui.fonts import Typeface
from device.ui.kiosk_screens import kiosk
from device.ui.kiosk_views import KioskView
from device.ui.layout import Paragraph
from device.ui.painter import Painter
from device.ui.scene import Badge, Block, Scene, Sign
from device.ui.sheet import Sheet
from device.ui.texts import both, number_name
from device.ui.theme import ON_BLUE, ON_GROUND
from device.ui.viewmodel import (
    Bilingual,
    BoardConnecting,
    BoardFault,
    Calling,
    Closed,
    Connecting,
    Emergency,
    Fault,
    HallBoard,
    Idle,
    Inviting,
    LinkAlone,
    LinkConnecting,
    LinkLive,
    LinkStale,
    Offering,
    Paused,
    Question,
    SendingOn,
    Serving,
    SigningIn,
    TagQuestion,
    Tags,
    Thanks,
    View,
)

Shown: TypeAlias = View | KioskView
"""What a screen can show, whatever the role of its unit."""


def draw(surface: Surface, view: Shown, painter: Painter) -> None:
    """Draw `view` over the whole of `surface`."""
    painter.paint(surface, compose(view, surface.get_size(), painter.typeface))


def compose(view: Shown, size: tuple[int, int], face: Typeface) -> Scene:
    """Everything that `view` shows on a screen of `size` pixels, from back to front."""
    sheet = Sheet(size, face, view.frame.order)
    _set(view, sheet)
    if view.frame.notice is not None:
        chrome.notice(sheet, view.frame.notice)
    return sheet.scene


@singledispatch
def _set(view: Shown, sheet: Sheet) -> None:
    raise TypeError(f"there is no screen for {type(view).__name__} at {sheet.area.size}")


@_set.register
def _closed(view: Closed, sheet: Sheet) -> None:
    _signed(
        sheet,
        chrome.framed(sheet, view.frame),
        (Sign.CLOSED, theme.GREY),
        sheet.pair(both("Counter closed"), theme.TITLE, ON_GROUND, strong=True),
        sheet.pair(both("Please go to another counter"), theme.BODY, ON_GROUND, gap=3),
    )


@_set.register
def _signing_in(view: SigningIn, sheet: Sheet) -> None:
    room = _inset(sheet, chrome.framed(sheet, view.frame))
    upper, lower = cut(room, round(room.height * 0.45))
    asks_pin = view.pin_digits is not None
    label = both("PIN of clerk {clerk}", clerk=view.clerk) if asks_pin else both("Clerk's number")
    sheet.text(upper, sheet.pair(label, 8.0, ON_GROUND, strong=True))
    field, hint = cut(lower, sheet.px(18))
    sheet.put(Block(field, theme.PAPER, sheet.px(theme.RADIUS)))
    shown = "●" * (view.pin_digits or 0) if asks_pin else view.clerk
    sheet.number(field.inflate(-sheet.px(4), -sheet.px(6)), shown, sheet.px(12), theme.INK)
    confirm = both("Enter confirms, Backspace begins again")
    sheet.text(hint, sheet.pair(confirm, 4.4, ON_GROUND))


@_set.register
def _paused(view: Paused, sheet: Sheet) -> None:
    room = chrome.framed(sheet, view.frame)
    if view.invitation is not None:
        room = beneath(sheet, room, view.invitation)
    room = room.inflate(-2 * sheet.px(theme.MARGIN), -2 * sheet.px(theme.GAP))
    left = Rect(room.left, room.top, round(room.width * 0.36), room.height)
    disc = Rect(0, 0, *[min(sheet.px(17), round(left.height * 0.38))] * 2)
    words = min(sheet.px(26), left.height - disc.height)
    disc.midtop = (left.centerx, left.centery - (disc.height + words) // 2)
    sheet.put(Badge(disc, Sign.PAUSE, theme.GREY))
    title = sheet.pair(both("Paused"), theme.TITLE, ON_GROUND, strong=True)
    sheet.text(Rect(left.left, disc.bottom, left.width, words), title)
    start = left.right + sheet.px(theme.GAP)
    card = Rect(start, 0, room.right - start, min(room.height, sheet.px(56)))
    card.centery = room.centery
    sheet.put(Block(card, theme.PAPER, sheet.px(theme.RADIUS)))
    sheet.text(card.inflate(-2 * sheet.px(3), -2 * sheet.px(1)), _absence(sheet, view))


@_set.register
def _connecting(view: Connecting, sheet: Sheet) -> None:
    says_so_itself = isinstance(view.frame.link, LinkConnecting)
    frame = replace(view.frame, link=LinkLive()) if says_so_itself else view.frame
    _signed(
        sheet,
        chrome.framed(sheet, frame),
        (Sign.LINK, theme.BLUE),
        sheet.pair(both("Connecting to the hall"), theme.TITLE, ON_GROUND, strong=True),
        sheet.pair(both("Please wait"), theme.BODY, ON_GROUND, gap=3),
    )


@_set.register
def _fault(view: Fault, sheet: Sheet) -> None:
    title = sheet.pair(view.title, 9.0, (theme.RED, theme.INK), strong=True, lines=2)
    advice = both("This counter's unit is out of order, please ask the staff")
    _signed(
        sheet,
        chrome.framed(sheet, view.frame),
        (Sign.ALERT, theme.RED),
        title,
        (
            *sheet.pair(view.detail, 4.4, ON_GROUND, lines=2, gap=2.5),
            *sheet.pair(advice, 4.4, ON_GROUND, gap=2.5),
        ),
    )


@_set.register
def _thanks(view: Thanks, sheet: Sheet) -> None:
    rating = both("Your rating: {level}", level=view.level)
    _signed(
        sheet,
        chrome.framed(sheet, view.frame),
        (Sign.TICK, theme.GREEN),
        sheet.pair(both("Thank you for your rating"), theme.TITLE, ON_GROUND, strong=True),
        sheet.pair(rating, 6.0, ON_GROUND, gap=3),
    )


@_set.register
def _idle(view: Idle, sheet: Sheet) -> None:
    room = chrome.framed(sheet, view.frame)
    title = sheet.pair(both("Please wait for your number"), 13.0, ON_GROUND, strong=True)
    top = Rect(room.left, room.top, room.width, round(room.height * 0.46))
    sheet.text(_inset(sheet, top), title)
    card = Rect(0, 0, round(room.width * 0.62), sheet.px(27))
    card.midtop = (room.centerx, top.bottom)
    sheet.put(Block(card, theme.PAPER, sheet.px(theme.RADIUS)))
    sheet.text(_inset(sheet, card), _waiting(sheet, view))


@_set.register
def _calling(view: Calling, sheet: Sheet) -> None:
    room = chrome.framed(sheet, view.frame, theme.BLUE)
    label, quiet = both("Now calling"), theme.BLUE_QUIET
    if view.recalls:
        label, quiet = both("Now calling, call {count}", count=view.recalls + 1), theme.AMBER
    come = both("Please come to counter {counter}", counter=view.frame.counter)
    about = (
        *sheet.pair(come, 9.0, ON_BLUE, strong=True, second=4.8),
        *sheet.pair(view.service, 4.6, ON_BLUE, lines=3, gap=1.8, second=3.0),
    )
    _ticket(sheet, room, view, (label, theme.PAPER, quiet), about)


@_set.register
def _serving(view: Serving, sheet: Sheet) -> None:
    room = chrome.framed(sheet, view.frame)
    about = (
        *sheet.pair(view.service, 7.0, ON_GROUND, strong=True, lines=3, second=4.2),
        *sheet.pair(both("since {time}", time=view.since), 4.6, ON_GROUND, gap=1.8, second=3.0),
    )
    _ticket(sheet, room, view, (both("Now serving"), theme.BLUE, theme.QUIET), about)


@_set.register
def _tags(view: Tags, sheet: Sheet) -> None:
    reasons.cards(sheet, chrome.framed(sheet, view.frame), view.level, view.question)


@_set.register
def _offering(view: Offering, sheet: Sheet) -> None:
    again = both("Press Next again to serve the next person without a number")
    _signed(
        sheet,
        chrome.framed(sheet, view.frame),
        (Sign.ALERT, theme.BLUE),
        sheet.pair(both("No number left to call"), 10.0, ON_GROUND, strong=True),
        sheet.pair(again, 5.4, ON_GROUND, lines=2, gap=3),
    )


@_set.register
def _sending_on(view: SendingOn, sheet: Sheet) -> None:
    room = chrome.framed(sheet, view.frame)
    if view.invitation is not None:
        room = beneath(sheet, room, view.invitation)
    onward.places(sheet, room, view)


@_set.register
def _inviting(view: Inviting, sheet: Sheet) -> None:
    invitation.cards(sheet, chrome.framed(sheet, view.frame), view.invitation)


_set.register(HallBoard, board_screens.hall_board)
_set.register(Emergency, board_screens.emergency)
_set.register(BoardConnecting, board_screens.connecting)
_set.register(BoardFault, board_screens.fault)


def beneath(sheet: Sheet, room: Rect, question: Question) -> Rect:
    """Put what the citizen may still answer at the foot of `room`; the room above it."""
    if isinstance(question, TagQuestion):
        return reasons.strip(sheet, room, question)
    return invitation.strip(sheet, room, question)


def _absence(sheet: Sheet, view: Paused) -> tuple[Paragraph, ...]:
    """When the clerk will be back, why there is nobody, and where to look meanwhile."""
    back = both("Please wait") if view.overdue else None
    if view.back_at is not None:
        back = both("Back at {time}", time=view.back_at)
    watch = both("Please watch for your number at the other counters")
    if back is None and view.reason is None:
        return sheet.pair(watch, 7.6, ON_GROUND, strong=True, lines=2, second=4.6)
    told: tuple[Paragraph, ...] = ()
    if back is not None:
        told += sheet.pair(back, 10.0, (theme.BLUE, theme.QUIET), strong=True, second=5.0)
    if view.reason is not None:
        told += sheet.pair(view.reason, 6.4, ON_GROUND, lines=3, gap=3, second=4.0)
    quiet = (theme.QUIET, theme.QUIET)
    return (*told, *sheet.pair(watch, 5.0, quiet, lines=2, gap=3, second=3.4))


def _waiting(sheet: Sheet, view: Idle) -> tuple[Paragraph, ...]:
    text = (
        both("{count} waiting", count=view.waiting) if view.waiting else both("Nobody is waiting")
    )
    paragraphs = sheet.pair(text, 10.0, (theme.BLUE, theme.QUIET), strong=True, second=5.0)
    if not isinstance(view.frame.link, LinkStale | LinkAlone):
        return paragraphs
    as_of = both("as of {time}", time=view.frame.link.since)
    return (*paragraphs, *sheet.pair(as_of, 3.4, ON_GROUND, gap=0.4, second=2.6))


def _inset(sheet: Sheet, room: Rect) -> Rect:
    return room.inflate(-2 * sheet.px(theme.MARGIN), -sheet.px(2))


def _signed(
    sheet: Sheet,
    room: Rect,
    sign: tuple[Sign, theme.Colour],
    title: tuple[Paragraph, ...],
    details: tuple[Paragraph, ...],
) -> None:
    """A sign, given with the colour of its disc, above a title above its details."""
    upper, lower = cut(room, round(room.height * 0.34))
    disc = Rect(0, 0, sheet.px(17), sheet.px(17))
    disc.midbottom = upper.midbottom
    sheet.put(Badge(disc, *sign))
    sheet.text(_inset(sheet, lower), (*title, *details))


def _ticket(
    sheet: Sheet,
    room: Rect,
    view: Calling | Serving,
    number: tuple[Bilingual, theme.Colour, theme.Colour],
    about: tuple[Paragraph, ...],
) -> None:
    """The number with its label, colour and label's colour, and what there is to say of it.

    Over an open invitation the two stand side by side, so that a number of up to six
    characters stays a fifth of the screen high.
    """
    if view.invitation is None:
        inner = _inset(sheet, room)
        upper, lower = cut(inner, round(inner.height * 0.63))
        _numbered(sheet, upper, view.number, *number)
        sheet.text(lower, about)
        return
    inner = _inset(sheet, beneath(sheet, room, view.invitation))
    left = Rect(inner.left, inner.top, round(inner.width * 0.65), inner.height)
    start = left.right + sheet.px(theme.GAP)
    _numbered(sheet, left, view.number, *number)
    sheet.text(Rect(start, inner.top, inner.right - start, inner.height), about)


def _numbered(
    sheet: Sheet,
    room: Rect,
    number: str,
    label: Bilingual,
    colour: theme.Colour,
    quiet: theme.Colour,
) -> None:
    head, body = cut(room, sheet.px(11.5))
    sheet.text(head, sheet.pair(label, 5.4, (quiet, quiet), second=3.2))
    shown = number or sheet.first(number_name(number))
    sheet.number(body.inflate(0, -sheet.px(3)), shown, sheet.px(theme.CALLED), colour)


for _kind in get_args(KioskView):
    _set.register(_kind, kiosk)
