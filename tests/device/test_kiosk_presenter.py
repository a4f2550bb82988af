"""What a kiosk's screen says of the facts: waits rounded outward, since when it is cut off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.drivers.ports import Health
from device.hearing import SILENCE_S
from device.kiosk_facts import HealthCame
from device.kiosk_hours import open_at
from device.kiosk_presenter import KioskPresenter, in_minutes
from device.ui.kiosk_views import (
    KioskCard,
    KioskClasses,
    KioskEmergency,
    KioskHome,
    KioskMessage,
    KioskTaking,
    KioskTicket,
    KioskTrouble,
    KioskView,
    Paper,
    Tone,
)
from device.ui.viewmodel import Bilingual, LanguageOrder
from tests.device.kiosk_samples import HOURS, Shell, kiosk
from wire.messages import LinkRefusal, Text, Wait

PRESENTER = KioskPresenter("kiosk-1")
CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def shell() -> Shell:
    made = Shell()
    made.link()
    made.pass_time(1)
    return made


def view(shell: Shell) -> KioskView:
    return PRESENTER.view(shell.session, shell.at())


def test_services_are_shown_with_who_waits_and_how_long(shell: Shell) -> None:
    home = view(shell)
    assert isinstance(home, KioskHome)
    assert (home.frame.hall, home.frame.clock, home.frame.alone) == (
        ("市民大厅", "Civic hall"),
        "10:00",
        None,
    )
    [first, _] = home.offers
    assert (first.prefix, first.waiting, first.wait_min, first.counters) == ("A", 4, (5, 15), 2)
    assert home.has_classes


def test_cut_off_it_says_since_when_and_nothing_of_waits(shell: Shell) -> None:
    shell.cut()
    shell.pass_time(SILENCE_S + 120, heard=False)
    home = view(shell)
    assert isinstance(home, KioskHome)
    assert (home.frame.alone, home.frame.clock) == ("10:00", "10:02")
    assert {(offer.waiting, offer.wait_min, offer.counters) for offer in home.offers} == {
        (None, None, None)
    }


def test_each_stage_has_its_screen(shell: Shell) -> None:
    shell.touch("classes")
    assert isinstance(view(shell), KioskClasses)
    shell.pass_time(1)
    shell.touch("class:elderly")
    home = view(shell)
    assert isinstance(home, KioskHome)
    assert home.chosen == ("老年人", "Elderly")
    shell.pass_time(1)
    shell.touch("language")
    assert view(shell).frame.order is LanguageOrder.ENGLISH_FIRST
    shell.pass_time(1)
    shell.touch("service:id-card")
    taking = view(shell)
    assert isinstance(taking, KioskTaking)
    assert taking.service.en == "Renewal of an ID card"
    shell.answer()
    ticket = view(shell)
    assert isinstance(ticket, KioskTicket)
    assert (ticket.number, ticket.ahead, ticket.paper) == ("A001", 4, Paper.PRINTING)
    shell.paper("paper_end")
    trouble = view(shell)
    assert isinstance(trouble, KioskTrouble)
    assert (trouble.fault.en, trouble.seconds_left) == ("The printer has no paper", 60)
    shell.pass_time(0.5)
    assert PRESENTER.next_change_s(shell.session, shell.at()) == pytest.approx(shell.now_s + 0.5)
    shell.touch("again")
    shell.paper()
    ticket = view(shell)
    assert isinstance(ticket, KioskTicket)
    assert ticket.paper is Paper.OUT


def test_what_keeps_it_from_its_work_is_said(shell: Shell) -> None:
    shell.hear(kiosk=kiosk(open=False))
    closed = view(shell)
    assert isinstance(closed, KioskMessage)
    assert (closed.tone, closed.title.en) == (Tone.CLOSED, "No numbers are given out now")
    refusal = LinkRefusal(code="twin", detail=Text(zh="重复", en="a twin"), twin_run=None)
    shell.hear(refused=refusal)
    refused = view(shell)
    assert isinstance(refused, KioskMessage)
    assert (refused.tone, refused.title.en) == (Tone.FAULT, "Two units carry the name kiosk-1")
    assert refused.detail is not None
    assert refused.detail.en == "a twin"


def test_an_emergency_says_since_when_the_hub_is_silent_and_promises_nothing(shell: Shell) -> None:
    shell.hear(kiosk=kiosk(emergency=Text(zh="请撤离", en="Leave")))
    heard = view(shell)
    assert heard == KioskEmergency(heard.frame, Bilingual("请撤离", "Leave"))
    shell.cut()
    shell.pass_time(120, heard=False)
    silent = view(shell)
    assert isinstance(silent, KioskEmergency)
    assert (silent.since, silent.frame.alone, silent.frame.hint) == ("10:00", None, None)


def test_the_halls_notice_and_the_printers_fault_share_the_foot(shell: Shell) -> None:
    notice = Text(zh="停止取号", en="Last numbers at 16:30")
    shell.fields = {"kiosk": kiosk(notice=notice)}
    shell.hear()
    frame = view(shell).frame
    assert (frame.hint, frame.warning) == (("停止取号", "Last numbers at 16:30"), False)
    shell.tell(HealthCame(Health("printer", False, "paper_end", "")))
    frame = view(shell).frame
    assert frame.hint is not None
    assert frame.hint.en == "The printer has no paper: numbers are shown on the screen"
    assert frame.warning


def test_a_card_is_asked_for(shell: Shell) -> None:
    strict = Shell(has_reader=True)
    strict.fields = {"kiosk": kiosk(identity="required")}
    strict.link()
    strict.pass_time(1)
    strict.touch("service:id-card")
    assert isinstance(view(strict), KioskCard)


SECONDS = st.floats(0, 36_000).map(lambda s: round(s, 1))


@settings(max_examples=40)
@given(SECONDS, SECONDS, SECONDS)
def test_a_wait_is_rounded_outward(one: float, two: float, three: float) -> None:
    p10, p50, p90 = sorted((one, two, three))
    low, high = in_minutes(Wait(p10=p10, p50=p50, p90=p90)) or (None, None)
    assert low is not None
    assert high is not None
    assert low * 60 <= p10 <= p90 <= high * 60
    assert in_minutes(None) is None


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-02 08:29", False),
        ("2026-03-02 08:30", True),
        ("2026-03-02 12:00", False),
        ("2026-03-02 13:30", True),
        ("2026-03-02 17:00", False),
        ("2026-03-07 10:00", False),
    ],
)
def test_hours_are_those_of_the_day(moment: str, is_open: bool) -> None:
    assert open_at(HOURS, datetime.fromisoformat(moment).replace(tzinfo=CHINA)) is is_open


def test_what_is_not_written_as_hours_opens_nothing() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert not open_at([], noon)
    assert not open_at(["always"], noon)
    assert open_at(["00:00-24:00"], noon)
