"""Addresses of reports: what they ask for, and nonsense."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from starlette.requests import Request

from hub.reports.lists import BAD_LEVELS
from hub.web.supervision.asking import address, asked, key_of, wanted
from tests.hub.core.examples import MORNING, make_plan


def request(query: str) -> Request:
    return Request({"type": "http", "query_string": query.encode(), "headers": []})


@pytest.mark.parametrize(
    ("query", "first", "name", "understood"),
    [
        ("", "2026-03-01", "month", True),
        ("period=week", "2026-03-02", "week", True),
        ("from=2026-02-03&to=2026-02-01", "2026-02-01", "", True),
        ("from=2026-02-03", "2026-03-01", "month", True),
        ("period=%3Cscript%3E", "2026-03-01", "month", False),
        ("from=x&to=y", "2026-03-01", "month", False),
        ("from=1000-01-01&to=2026-01-01", "2026-03-01", "month", False),
    ],
)
def test_a_period_is_found_or_this_month_is_shown(
    query: str, first: str, name: str, understood: bool
) -> None:
    about = asked(request(query), make_plan(), MORNING)
    assert (about.period.first, about.period.name) == (date.fromisoformat(first), name)
    assert about.understood == understood
    again = asked(request(address("", about.query)[1:]), make_plan(), MORNING)
    assert again.period == about.period


@pytest.mark.parametrize(
    ("given", "levels"),
    [({}, BAD_LEVELS), ({"level": "satisfied"}, ["satisfied"]), ({"level": "odd"}, BAD_LEVELS)],
)
def test_levels_are_known_ones(given: dict[str, str], levels: Any) -> None:
    assert wanted(given).levels == levels
    assert len(wanted({"level": "all"}).levels) == 5


@pytest.mark.parametrize("text", ["", "x", "-1", "1e9", "٣", "9" * 30])
def test_a_key_is_digits(text: str) -> None:
    assert key_of({"before": text}, "before") is None
    assert key_of({"before": "17"}, "before") == 17


def test_an_address_leaves_out_what_is_not_asked() -> None:
    made = address("/p", {"a": "1", "b": None}, {"a": "2"}, c="", d="x y&z")
    assert made == "/p?a=2&d=x+y%26z"
    assert address("/p", {}) == "/p"


@pytest.mark.parametrize(
    ("starts", "hours", "today", "until"),
    [
        ("04:00", 0, "2026-03-02", ""),  # nine in the morning
        ("04:00", 15.5, "2026-03-02", "04:00"),  # half past midnight
        ("04:00", 19.5, "2026-03-03", ""),  # half past four
        ("00:00", 15.5, "2026-03-03", ""),
        ("10:00", 0, "2026-03-01", "10:00"),
    ],
)
def test_a_business_day_that_is_behind_the_calendar_is_said(
    starts: str, hours: float, today: str, until: str
) -> None:
    name = {"zh": "hall", "en": "hall"}
    plan = make_plan(hall={"id": "civic", "name": name, "day_starts": starts})
    about = asked(request("period=today"), plan, MORNING + 3600 * hours)
    assert (about.today.isoformat(), about.lasts_until) == (today, until)
    assert asked(request("period=odd"), plan, MORNING + 3600 * hours).lasts_until == until


def test_the_last_day_of_all_has_no_morrow() -> None:
    assert not asked(request("from=9999-12-30&to=9999-12-31"), make_plan(), MORNING).understood
