"""The duty roster: who is absent, late or elsewhere, noted once each and only if it is so."""

from __future__ import annotations

import pytest

from hub.core import events as e
from hub.core.passing import next_due
from tests.hub.core.examples import MONDAY, Driver, make_plan, sign_in, wall

ROSTER = [{"clerk": "wang", "counter": "c1", "hours": "09:00-17:00"}]


@pytest.fixture
def d() -> Driver:
    return Driver(make_plan(roster=ROSTER), wall(f"{MONDAY} 08:30"))


def noted(d: Driver) -> list[tuple[str, str, str, float]]:
    found = (x for x in d.events if isinstance(x, e.AttendanceNoted))
    return [(x.what, x.clerk, x.counter, x.minutes) for x in found]


def at(d: Driver, time: str, day: str = MONDAY) -> None:
    d.now = wall(f"{day} {time}")
    d.pass_time()


def test_who_is_not_there_ten_minutes_into_the_shift_is_absent_once(d: Driver) -> None:
    at(d, "09:09:59")
    assert noted(d) == []
    assert next_due(d.hall, d.now) == wall(f"{MONDAY} 09:10")
    at(d, "09:10")
    at(d, "11:00")
    assert noted(d) == [("absent", "wang", "c1", 10.0)]
    d.at("c1", sign_in("wang"))
    assert noted(d)[1:] == [("late", "wang", "c1", 120.0)]


def test_who_is_in_time_is_not_noted_nor_when_back_from_lunch(d: Driver) -> None:
    d.at("c1", sign_in("wang"))
    at(d, "12:00")
    d.press("c1", "sign_out")
    at(d, "13:00")
    d.at("c1", sign_in("wang"))
    assert noted(d) == []


def test_who_was_there_only_before_the_shift_is_absent_and_late(d: Driver) -> None:
    d.at("c1", sign_in("wang"))
    d.press("c1", "sign_out")
    at(d, "09:30")
    d.at("c1", sign_in("wang"))
    assert [x[0] for x in noted(d)] == ["absent", "late"]


def test_ten_minutes_late_is_in_time(d: Driver) -> None:
    d.now = wall(f"{MONDAY} 09:10")
    d.at("c1", sign_in("wang"))
    assert noted(d) == []


def test_another_counter_than_the_rosters_is_noted_once(d: Driver) -> None:
    at(d, "09:00")
    d.at("c2", sign_in("wang"))
    d.press("c2", "sign_out")
    d.at("c2", sign_in("wang"))
    assert noted(d) == [("elsewhere", "wang", "c2", 0.0)]


def test_nobody_is_noted_outside_a_shift_nor_on_a_free_day(d: Driver) -> None:
    d.at("c2", sign_in("li"))
    d.at("c1", sign_in("wang"))
    at(d, "12:00", "2026-03-08")  # a Sunday
    assert noted(d) == []


def test_each_day_is_noted_anew(d: Driver) -> None:
    at(d, "10:00")
    at(d, "10:00", "2026-03-03")
    assert [x[0] for x in noted(d)] == ["absent", "absent"]
