"""Sample views of a kiosk's screens, the longest texts among them."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, islice
from typing import Final

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
from device.ui.sample_texts import HALL, ID_CARD, LONG_HALL, LONG_SERVICE, WIDE_AND_UPRIGHT
from device.ui.texts import Trouble, both
from device.ui.viewmodel import Bilingual, LanguageOrder

KIOSK_SIZES: Final = WIDE_AND_UPRIGHT
"""The screens that a kiosk is equipped with, lying and upright, in pixels."""

_FRAME: Final = KioskFrame(HALL, "10:41")
_ALONE: Final = replace(_FRAME, alone="10:35")
_NAMES: Final = (
    ID_CARD,
    Bilingual("户籍登记", "Household register"),
    Bilingual("居住证", "Residence permit"),
    Bilingual("社会保险", "Social insurance"),
    Bilingual("不动产登记", "Real estate"),
    Bilingual("企业开办", "Starting a business"),
)
_LONG_CLASS: Final = Bilingual(
    "现役军人、退役军人及随军家属", "Soldiers, veterans and the families of both"
)
_WAITS: Final = ((4, (5, 15), 2), (0, (0, 1), 1), (23, (35, 80), 3), (7, None, 0), (12, None, 2))
_URL: Final = "https://hall.linjiang.gov.cn/t/4f1c2a9be07d4d6ab3c1"
_CLASSES: Final = (
    Choice("elderly", Bilingual("60 岁以上老年人", "Aged 60 or over")),
    Choice("disabled", Bilingual("残疾人", "Disabled")),
    Choice("soldier", Bilingual("军人及其家属", "Soldiers and their families")),
    Choice("", Bilingual("都不是", "None of these")),
)


def samples() -> dict[str, KioskView]:
    """Every screen of a kiosk, by name; each in Chinese first, and some in English first."""
    chinese = {**_choices(), **_numbers(), **_messages(), **_extreme()}
    english = {f"{name}-english": _in_english(view) for name, view in chinese.items()}
    return {f"kiosk-{name}": view for name, view in {**chinese, **english}.items()}


def _in_english(view: KioskView) -> KioskView:
    return replace(view, frame=replace(view.frame, order=LanguageOrder.ENGLISH_FIRST))


def _offers(names: tuple[Bilingual, ...], count: int, *, live: bool = True) -> tuple[Offer, ...]:
    offers = []
    told = zip(cycle(names), cycle(_WAITS), strict=False)
    for index, (name, wait) in enumerate(islice(told, count)):
        waiting, wait_min, counters = wait if live else (None, None, None)
        prefix = "ABCDEFGHJKLMNPQRSTUVWXYZ"[index % 24] + ("B" if index >= 24 else "")
        offers.append(Offer(f"s{index}", name, prefix, waiting, wait_min, counters))
    return tuple(offers)


def _choices() -> dict[str, KioskView]:
    notice = Bilingual("今天 16:30 停止取号", "Last numbers today at 16:30")
    no_paper = replace(_FRAME, hint=kiosk_texts.printer_hint("paper_end"), warning=True)
    return {
        "home": KioskHome(_FRAME, _offers(_NAMES, 6), has_classes=True),
        "home-few": KioskHome(_FRAME, _offers(_NAMES, 3)),
        "home-notice": KioskHome(replace(_FRAME, hint=notice), _offers(_NAMES, 8)),
        "home-priority": KioskHome(
            _FRAME, _offers(_NAMES, 6), has_classes=True, chosen=_CLASSES[0].name
        ),
        "home-pages": KioskHome(_FRAME, _offers(_NAMES, 30), page=1, has_classes=True),
        "home-last-page": KioskHome(_FRAME, _offers(_NAMES, 30), page=-1),
        "home-alone": KioskHome(_ALONE, _offers(_NAMES, 6, live=False), has_classes=True),
        "home-no-paper": KioskHome(no_paper, _offers(_NAMES, 6), has_classes=True),
        "classes": KioskClasses(_FRAME, _CLASSES),
        "card": KioskCard(_FRAME, _NAMES[0]),
    }


def _numbers() -> dict[str, KioskView]:
    ticket = KioskTicket(_FRAME, "A012", _NAMES[0], Paper.OUT, ahead=4, wait_min=(5, 15), url=_URL)
    fault = kiosk_texts.printer_fault("paper_end")
    return {
        "taking": KioskTaking(_FRAME, _NAMES[0]),
        "printing": replace(ticket, paper=Paper.PRINTING),
        "ticket": ticket,
        "ticket-next": replace(ticket, ahead=0, wait_min=(0, 1), counter="12"),
        "ticket-plain": replace(ticket, url=None, wait_min=None),
        "ticket-screen": replace(ticket, paper=Paper.NONE),
        "ticket-alone": KioskTicket(_ALONE, "K001", _NAMES[0], Paper.OUT, alone=True),
        "trouble": KioskTrouble(_FRAME, "A012", _NAMES[0], fault, 57, _URL),
        "trouble-alone": KioskTrouble(
            _ALONE, "K001", _NAMES[0], kiosk_texts.printer_fault("cover_open"), 9
        ),
    }


def _messages() -> dict[str, KioskView]:
    nothing = KioskFrame(Bilingual(""), "")
    found: dict[str, KioskView] = {
        "connecting": KioskMessage(
            nothing, Tone.WAIT, both("Connecting to the hall"), both("Please wait")
        ),
        "closed": KioskMessage(_FRAME, Tone.CLOSED, *kiosk_texts.sorry("hall_closed")),
        "without-numbers": KioskMessage(
            _FRAME, Tone.FAULT, *kiosk_texts.without_numbers(since="10:35")
        ),
        "emergency": KioskEmergency(
            _FRAME, Bilingual("请沿绿色标志离开大厅", "Leave the hall by the green signs")
        ),
        "fault": KioskMessage(
            _FRAME, Tone.FAULT, Trouble.TWIN.title("kiosk-1"), Trouble.TWIN.detail("kiosk-1")
        ),
    }
    for code in ("cut_off", "person_limit", "identity_required", "given_up", "disk_full"):
        tone = Tone.FAULT if kiosk_texts.out_of_order(code) else Tone.TOLD
        title, detail = kiosk_texts.sorry(code)
        found[f"sorry-{code.replace('_', '-')}"] = KioskMessage(
            _FRAME, tone, title, detail, can_leave=True
        )
    return found


def _extreme() -> dict[str, KioskView]:
    """The longest texts that are met, all at once, cut off and without paper."""
    frame = KioskFrame(
        LONG_HALL,
        "10:41",
        alone="10:35",
        hint=kiosk_texts.printer_hint("no_answer"),
        warning=True,
    )
    names = (LONG_SERVICE, *_NAMES)
    classes = tuple(Choice(f"c{index}", _LONG_CLASS) for index in range(7))
    ticket = KioskTicket(
        frame,
        "AB1000",
        LONG_SERVICE,
        Paper.OUT,
        ahead=12_345,
        wait_min=(85, 240),
        counter="128",
        url=_URL * 3,
    )
    fault = kiosk_texts.printer_fault("no_answer")
    return {
        "long-home": KioskHome(
            frame, _offers((LONG_SERVICE,), 30), 2, has_classes=True, chosen=_LONG_CLASS
        ),
        "long-mixed": KioskHome(frame, _offers(names, 5), has_classes=True, chosen=_LONG_CLASS),
        "long-classes": KioskClasses(frame, classes),
        "long-ticket": ticket,
        "long-ticket-alone": replace(ticket, alone=True, url=None, paper=Paper.NONE),
        "long-trouble": KioskTrouble(frame, "AB1000", LONG_SERVICE, fault, 60, _URL * 3),
        "long-taking": KioskTaking(frame, LONG_SERVICE),
        "long-card": KioskCard(frame, LONG_SERVICE),
        "long-emergency": KioskEmergency(
            KioskFrame(LONG_HALL, "10:41"), LONG_SERVICE, since="10:35"
        ),
        "long-fault": KioskMessage(frame, Tone.FAULT, LONG_SERVICE, LONG_SERVICE, can_leave=True),
    }
