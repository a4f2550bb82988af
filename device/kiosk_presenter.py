"""From the facts of a kiosk's session to the view on its screen. PURE: no pygame, no clock."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from device.bilingual import bilingual
from device.kiosk_session import KioskSession
from device.kiosk_stages import KioskStage
from device.moment import Moment
from device.ui import kiosk_texts
from device.ui.kiosk_views import (
    Choice,
    KioskCard,
    KioskClasses,
    KioskEmergency,
    KioskFrame,
    KioskHome,
    KioskMessage,
    KioskTaking,
    KioskTicket,
    KioskTrouble,
    KioskView,
    Offer,
    Paper,
    Tone,
)
from device.ui.texts import Trouble, both
from device.ui.viewmodel import Bilingual, LanguageOrder
from wire.messages import QueuePicture, Wait

_MINUTE_S: Final = 60.0
_NOTHING: Final = Bilingual("")


class KioskPresenter:
    """Builds the views of one kiosk."""

    def __init__(self, unit: str) -> None:
        self._unit = unit

    def view(self, session: KioskSession, at: Moment) -> KioskView:
        """What the screen shows now."""
        frame = _frame(session, at)
        match session.stage:
            case KioskStage.CONNECTING:
                title, detail = both("Connecting to the hall"), both("Please wait")
                return KioskMessage(frame, Tone.WAIT, title, detail)
            case KioskStage.REFUSED:
                return self._refused(session, frame)
            case KioskStage.EMERGENCY if session.kiosk and session.kiosk.emergency:
                # Its own words for a lost link: nobody still gets a number.
                plain = replace(frame, alone=None, hint=None, warning=False)
                return KioskEmergency(plain, bilingual(session.kiosk.emergency), frame.alone)
            case KioskStage.CLOSED | KioskStage.OUT_OF_ORDER | KioskStage.SORRY:
                return _sorry(session, frame)
        return _of_choice(session, frame, at) or _of_number(session, frame, at)

    def next_change_s(self, session: KioskSession, at: Moment) -> float:
        """When another picture is due though nothing happens: a second or a minute goes round."""
        local = session.local(at)
        times = [at.boot_s + 60 - (local.second + local.microsecond / 1e6 if local else 0)]
        heard_s = session.hearing.heard_s
        if heard_s is not None and not session.cut_off(at.boot_s):
            times.append(heard_s + session.silence_s)
        if session.stage is KioskStage.TROUBLE and session.wishing.until_s is not None:
            left_s = session.wishing.until_s - at.boot_s
            times.append(session.wishing.until_s - (math.ceil(left_s) - 1))
        return min((time for time in times if time > at.boot_s), default=at.boot_s + 60)

    def _refused(self, session: KioskSession, frame: KioskFrame) -> KioskView:
        refused = session.state.refused if session.state else None
        trouble = Trouble.TWIN if refused and refused.code == "twin" else Trouble.REFUSED
        detail = bilingual(refused.detail) if refused else None
        return KioskMessage(frame, Tone.FAULT, trouble.title(self._unit), detail)


def _frame(session: KioskSession, at: Moment) -> KioskFrame:
    local, hint, warning = session.local(at), None, False
    notice = session.kiosk.notice if session.kiosk else None
    if session.printer_code is not None and session.stage is KioskStage.HOME:
        hint, warning = kiosk_texts.printer_hint(session.printer_code), True
    elif notice is not None:
        hint = bilingual(notice)
    hall = session.state.hall if session.state else session.memory.hall
    return KioskFrame(
        hall=bilingual(hall) if hall else _NOTHING,
        clock=f"{local:%H:%M}" if local else "",
        order=LanguageOrder(session.language),
        alone=_alone_since(session, local, at),
        hint=hint,
        warning=warning,
    )


def _alone_since(session: KioskSession, local: datetime | None, at: Moment) -> str | None:
    if session.stage is KioskStage.CONNECTING or not session.cut_off(at.boot_s):
        return None
    heard_s = session.hearing.heard_s
    if local is not None and heard_s is not None:
        return f"{local - timedelta(seconds=at.boot_s - heard_s):%H:%M}"
    told = session.memory.told
    return f"{datetime.fromisoformat(told):%H:%M}" if told else None


def _sorry(session: KioskSession, frame: KioskFrame) -> KioskView:
    """Why there are no numbers now, or why somebody got none."""
    if session.stage is KioskStage.CLOSED:
        return KioskMessage(frame, Tone.CLOSED, *kiosk_texts.sorry("hall_closed"))
    if session.stage is KioskStage.OUT_OF_ORDER:
        plain = replace(frame, alone=None)  # nobody still gets a number
        if session.disk_code is not None:
            return KioskMessage(plain, Tone.FAULT, *kiosk_texts.sorry(session.disk_code))
        return KioskMessage(plain, Tone.FAULT, *kiosk_texts.without_numbers(frame.alone))
    code = session.wishing.sorry or ""
    title, detail = kiosk_texts.sorry(code)
    tone = Tone.FAULT if kiosk_texts.out_of_order(code) else Tone.TOLD
    return KioskMessage(frame, tone, title, detail, can_leave=True)


def _of_choice(session: KioskSession, frame: KioskFrame, at: Moment) -> KioskView | None:
    kiosk = session.kiosk
    if kiosk is None:
        return None
    match session.stage:
        case KioskStage.HOME:
            live = not session.cut_off(at.boot_s)
            offers = tuple(_offer(queue, live=live) for queue in kiosk.queues)
            chosen = [k.name for k in kiosk.classes if k.id == session.ticket_class]
            name = bilingual(chosen[0]) if chosen else None
            return KioskHome(frame, offers, session.page, bool(kiosk.classes), name)
        case KioskStage.CLASSES:
            classes = tuple(Choice(kind.id, bilingual(kind.name)) for kind in kiosk.classes)
            return KioskClasses(frame, (*classes, Choice("", both("None of these"))))
        case KioskStage.CARD:
            return KioskCard(frame, _service(session, session.card_for or ""))
    return None


def _of_number(session: KioskSession, frame: KioskFrame, at: Moment) -> KioskView:
    wishing, wish, given = session.wishing, session.memory.wish, session.given
    service = _service(session, wish.service if wish else "")
    if given is None:
        return KioskTaking(frame, service)
    if wishing.code is not None:
        left_s = max(0, math.ceil((wishing.until_s or at.boot_s) - at.boot_s))
        fault = kiosk_texts.printer_fault(wishing.code)
        return KioskTrouble(frame, given.ticket.number, service, fault, left_s, given.url)
    return KioskTicket(
        frame,
        number=given.ticket.number,
        service=service,
        paper=_paper(session),
        alone=given.alone,
        ahead=given.ahead,
        wait_min=in_minutes(given.wait_s),
        counter=given.counter_number,
        url=given.url,
    )


def _paper(session: KioskSession) -> Paper:
    if not session.wishing.has_printer:
        return Paper.NONE
    return Paper.OUT if session.wishing.paper_out else Paper.PRINTING


def _offer(queue: QueuePicture, *, live: bool) -> Offer:
    name = bilingual(queue.name)
    if not live:
        return Offer(queue.service, name, queue.prefix)
    wait_min = in_minutes(queue.wait_s)
    return Offer(queue.service, name, queue.prefix, queue.waiting, wait_min, queue.counters)


def in_minutes(wait: Wait | None) -> tuple[int, int] | None:
    """A wait rounded outward to whole minutes, so that nobody is promised too much."""
    if wait is None:
        return None
    return math.floor(wait.p10 / _MINUTE_S), math.ceil(wait.p90 / _MINUTE_S)


def _service(session: KioskSession, service: str) -> Bilingual:
    queues = session.kiosk.queues if session.kiosk else []
    names = [bilingual(queue.name) for queue in queues if queue.service == service]
    return names[0] if names else Bilingual(service)
