"""What stands on a ticket: in both languages, with and without a forecast, and cut off."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.drivers.escpos_ticket import PAPER, columns
from device.slip import TicketText, slip_of, wait_range
from device.ui.viewmodel import Bilingual, LanguageOrder
from wire.pictures import Wait

TICKET = TicketText(
    number="A012",
    hall=Bilingual("市政务服务中心", "Civic Centre"),
    service=Bilingual("社会保险业务", "Social insurance"),
    issued="2026-11-22 09:05",
    ahead=3,
    wait=Wait(p10=600, p50=900, p90=1490),
    url="http://hall.example/t/abc",
)
ZH, EN = LanguageOrder.CHINESE_FIRST, LanguageOrder.ENGLISH_FIRST


def test_a_ticket_in_chinese() -> None:
    slip = slip_of(TICKET, ZH)
    assert slip.number == "A012"
    assert slip.lines == ("市政务服务中心", "社会保险业务")
    assert slip.below == ("前面还有3人", "预计等候：约 10–25 分钟", "2026-11-22 09:05")
    assert (slip.url, slip.caption) == ("http://hall.example/t/abc", "扫码查看排队进度")


def test_a_ticket_in_english() -> None:
    slip = slip_of(replace(TICKET, counter="3"), EN)
    assert slip.lines == ("Civic Centre", "Social insurance")
    assert slip.below[:3] == ("3 ahead of you", "Expected wait: 10–25 min", "Counter 3")


def test_a_service_without_an_english_name_stands_in_chinese() -> None:
    slip = slip_of(replace(TICKET, service=Bilingual("社会保险业务")), EN)
    assert slip.lines == ("Civic Centre", "社会保险业务")


def test_what_is_not_known_is_not_on_it() -> None:
    slip = slip_of(replace(TICKET, ahead=None, wait=None, url=None), ZH)
    assert slip.below == ("2026-11-22 09:05",)
    assert slip.caption is None


def test_who_is_next_is_told_so() -> None:
    assert slip_of(replace(TICKET, ahead=0), EN).below[0] == "You are next"


def test_a_kiosk_that_is_cut_off_says_when_its_numbers_are_called() -> None:
    slip = slip_of(replace(TICKET, ahead=None, wait=None, alone=True), ZH)
    assert slip.below[0] == "大厅恢复联网后叫号"


@pytest.mark.parametrize(
    ("p10", "p90", "said"),
    [(0, 0, "no wait"), (0, 61, "within 2 min"), (60, 61, "1–2 min"), (599, 600, "9–10 min")],
)
def test_a_wait_is_a_range_in_whole_minutes(p10: float, p90: float, said: str) -> None:
    assert wait_range(Wait(p10=p10, p50=p10, p90=p90)).en == said


@settings(max_examples=30)
@given(st.integers(0, 20_000_000), st.integers(0, 20_000_000))
def test_the_range_never_promises_more_than_the_forecast(p10_ms: int, longer_ms: int) -> None:
    p10, p90 = p10_ms / 1000, (p10_ms + longer_ms) / 1000
    said = wait_range(Wait(p10=p10, p50=p10, p90=p90)).en
    high = int("".join(char for char in said.split("–")[-1] if char.isdecimal()) or 0)
    assert high * 60_000 >= p10_ms + longer_ms


@pytest.mark.parametrize("width_mm", PAPER)
@pytest.mark.parametrize("language", [ZH, EN])
def test_every_line_of_ours_fits_on_the_paper(width_mm: int, language: LanguageOrder) -> None:
    busy = replace(TICKET, ahead=199, wait=Wait(p10=7200, p50=9000, p90=11999), alone=True)
    slip = slip_of(busy, language)
    for line in (*slip.below, slip.caption or ""):
        assert columns(line) <= PAPER[width_mm].columns, line
