"""Which days a report is about."""

from __future__ import annotations

from datetime import date

import pytest

from hub.reports.period import LONGEST_DAYS, NAMED, NoSuchPeriod, between, named

FRIDAY = date(2026, 3, 6)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", date(2026, 3, 6), FRIDAY),
        ("yesterday", date(2026, 3, 5), date(2026, 3, 5)),
        ("week", date(2026, 3, 2), FRIDAY),
        ("month", date(2026, 3, 1), FRIDAY),
        ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_periods_by_name(name: str, first: date, last: date) -> None:
    period = named(name, FRIDAY)
    assert (period.first, period.last, period.name) == (first, last, name)
    assert name in NAMED


def test_the_month_before_january_is_of_the_year_before() -> None:
    assert named("last_month", date(2026, 1, 5)).first == date(2025, 12, 1)


def test_days_in_either_order() -> None:
    period = between("2026-03-05", "2026-03-02")
    assert list(period.dates()) == ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]
    assert period.days == 4


@pytest.mark.parametrize("text", ["", "2026-02-30", "yesterday", "<script>"])
def test_what_is_no_day_is_said(text: str) -> None:
    with pytest.raises(NoSuchPeriod, match="expected days like"):
        between("2026-03-02", text)


def test_too_many_days_and_no_such_name() -> None:
    assert between("2026-01-01", "2027-02-04").days == LONGEST_DAYS
    with pytest.raises(NoSuchPeriod, match=f"{LONGEST_DAYS} at most"):
        between("2026-01-01", "2027-02-05")
    with pytest.raises(NoSuchPeriod, match="there is no period 'ever'"):
        named("ever", FRIDAY)
