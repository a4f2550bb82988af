"""Days and hours of a report, in the order in which the hall lives them."""

from __future__ import annotations

from datetime import date

import pytest

from hub.reports.figures import Figures, Group, Overview
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


def waited(mean_s: float) -> Group:
    return Group(Figures(waits=1, wait_s=mean_s))


@pytest.mark.parametrize(("waits", "steps"), [((1.0, 899.0), [1, 5]), ((450.0, 4500.0), [1, 5])])
def test_a_short_wait_is_not_warm_for_being_the_longest(
    waits: tuple[float, float], steps: list[int]
) -> None:
    about = found("2026-03-02", "2026-03-02", [9, 10], [])
    about.services["a"] = Group()
    for hour, wait_s in zip((9, 10), waits, strict=True):
        about.cells["a", hour] = waited(wait_s)
    [(_, fields)] = charts.heat(about, names("04:00")).rows
    assert [field.step for field in fields if field] == steps
    del about.cells["a", 10]
    [(_, fields)] = charts.heat(about, names("04:00")).rows
    assert fields[0] is not None
    assert fields[0].step == (1 if waits[0] < 180 else 3)  # of the target of 900 s
    assert fields[1] is None


def test_bars_are_of_the_longest_wait_or_a_minute() -> None:
    rows = charts.rows({"a": waited(6.0), "b": waited(30.0)}, ["a", "b"], str)
    assert [row.wait_bar for row in rows] == [10, 50]
    rows = charts.rows({"a": waited(60.0), "b": waited(600.0)}, ["b", "a"], str)
    assert [row.wait_bar for row in rows] == [100, 10]


def test_an_axis_of_counts_has_whole_numbers_and_one_of_waits_minutes() -> None:
    one = Group(Figures(served=1, waits=1, wait_s=3.0, level_1=1, invited=1))
    made = charts.plots(["09:00"], [one], names("04:00"))
    ends = [[label.text for label in plot.up] for plot in made]
    assert ends == [["0", "1", "2"], ["0", "0.5", "1"], ["0%", "50%", "100%"], ["0", "1", "2"]]


def test_where_a_grid_would_be_empty_it_is_said() -> None:
    served = Group(Figures(served=1, waits=1, wait_s=3.0))
    days = charts.plots(["09:00"], [served], names("04:00"))
    assert [plot.nothing for plot in days] == ["", "", "No values", "none"]
    rated = Group(Figures(invited=1, level_1=1))  # nobody is left unrated: a dot at 0 %
    days = charts.plots(["09:00"], [rated], names("04:00"))
    assert [plot.nothing for plot in days] == ["none", "No values", "", ""]
