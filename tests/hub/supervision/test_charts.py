"""Days and hours of a report, in the order in which the hall lives them."""

from __future__ import annotations

from datetime import date

import pytest

from hub.reports.figures import Group, Overview
from hub.reports.past_names import PastNames
from hub.reports.period import Period
from hub.web.supervision import charts
from hub.web.supervision.names import Names, Then
from tests.hub.core.examples import make_plan

HALL = {"id": "civic", "name": {"zh": "hall", "en": "hall"}}


def names(starts: str) -> Names:
    plan = make_plan(hall={**HALL, "day_starts": starts})
    return Names(plan, "en", Then(PastNames(), 0.0, 1.0))


def found(first: str, last: str, hours: list[int], days: list[str]) -> Overview:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    by_hour = {hour: Group() for hour in hours}
    return Overview(period, Group(), {}, {}, by_hour, {day: Group() for day in days}, {})


@pytest.mark.parametrize(
    ("starts", "hours", "shown"),
    [
        ("04:00", [1, 9, 23], [9, *range(10, 24), 0, 1]),
        ("00:00", [1, 9], list(range(1, 10))),
        ("06:30", [5, 7], [*range(7, 24), *range(6)]),
        ("04:00", [12], [12]),
        ("04:00", [], []),
    ],
)
def test_hours_follow_each_other_as_in_a_business_day(
    starts: str, hours: list[int], shown: list[int]
) -> None:
    about = found("2026-03-02", "2026-03-02", hours, [])
    labels, groups = charts.by_hour(about, names(starts))
    assert labels == [f"{hour:02d}:00" for hour in shown]
    assert [g for g in groups if any(g is of for of in about.hours.values())] == [
        about.hours[hour] for hour in names(starts).in_order(hours)
    ]
    assert charts.heat(about, names(starts)).hours == tuple(shown)


def test_days_have_their_year_where_there_are_two() -> None:
    one = found("2026-03-01", "2026-03-02", [], ["2026-03-02"])
    assert charts.by_day(one)[0] == ["03-02"]
    two = found("2025-12-31", "2026-12-31", [], ["2025-12-31", "2026-12-31"])
    assert charts.by_day(two)[0] == ["25-12-31", "26-12-31"]
