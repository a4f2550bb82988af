"""What stands on a printed ticket, in the language of who took it. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from device.drivers.ports import Slip
from device.ui.texts import both
from device.ui.viewmodel import Bilingual, LanguageOrder
from wire.pictures import Wait


@dataclass(frozen=True)
class TicketText:
    """A ticket that was given. `issued` is the date and time as the hall writes them.

    `ahead` and `wait` are None where nobody knows them, as on a kiosk that is cut off: its own
    series is called when the hall is back, and `alone` says so.
    """

    number: str
    hall: Bilingual
    service: Bilingual
    issued: str
    ahead: int | None = None
    wait: Wait | None = None
    counter: str | None = None
    url: str | None = None
    alone: bool = False


def slip_of(ticket: TicketText, language: LanguageOrder) -> Slip:
    """The slip to be printed for this ticket."""
    below: list[Bilingual] = []
    if ticket.alone:
        below.append(both("Called once the hall is back"))
    if ticket.ahead is not None:
        below.append(_ahead(ticket.ahead))
    if ticket.wait is not None:
        below.append(both("Expected wait: {wait}", wait=wait_range(ticket.wait)))
    if ticket.counter is not None:
        below.append(both("Counter {counter}", counter=ticket.counter))
    caption = both("Scan to follow your number") if ticket.url else None
    return Slip(
        number=ticket.number,
        lines=(_said(ticket.hall, language), _said(ticket.service, language)),
        below=(*(_said(line, language) for line in below), ticket.issued),
        url=ticket.url,
        caption=_said(caption, language) if caption else None,
    )


def wait_range(wait: Wait) -> Bilingual:
    """A forecast in whole minutes: what one in ten waits less than, to what one in ten exceeds."""
    low, high = math.floor(wait.p10 / 60), math.ceil(wait.p90 / 60)
    if high == 0:
        return both("no wait")
    if low == 0:
        return both("within {high} min", high=high)
    return both("{low}–{high} min", low=low, high=high)


def _ahead(count: int) -> Bilingual:
    return both("{count} ahead of you", count=count) if count else both("You are next")


def _said(text: Bilingual, language: LanguageOrder) -> str:
    english = language is LanguageOrder.ENGLISH_FIRST
    return text.en if english and text.en else text.zh
