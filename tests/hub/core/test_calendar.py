"""Business days and opening hours, in zones with and without summer time."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.core.calendar import business_day, is_open, next_day_starts, next_opening_change
from hub.core.plan import Plan
from tests.hub.core.examples import make_plan, text, wall

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
HOURS = {"monday": "08:30-12:00, 13:30-17:00", "saturday": "", "sunday": "08:30-24:00"}


def plan_in(zone: str, day_starts: str = "04:00", hours: dict[str, str] | None = None) -> Plan:
    hall = {"id": "civic", "name": text("h"), "time_zone": zone, "day_starts": day_starts}
    return make_plan(hall=hall, hours=HOURS if hours is None else hours)


def test_two_spans_a_day() -> None:
    plan = plan_in("Asia/Shanghai")
    asked = ("08:29", "08:30", "11:59", "12:00", "13:29", "13:30", "16:59", "17:00")
    seen = [is_open(plan, wall(f"2026-03-02 {time}")) for time in asked]
    assert seen == [False, True, True, False, False, True, True, False]


def test_a_closed_day_and_one_that_lasts_until_midnight() -> None:
    plan = plan_in("Asia/Shanghai")
    assert not is_open(plan, wall("2026-03-07 10:00"))
    assert is_open(plan, wall("2026-03-08 23:59"))
    assert not is_open(plan, wall("2026-03-09 00:00"))


def test_the_next_change_passes_over_closed_days() -> None:
    plan = plan_in("Asia/Shanghai")
    assert next_opening_change(plan, wall("2026-03-06 17:00")) == wall("2026-03-08 08:30")
    assert next_opening_change(plan, wall("2026-03-08 08:30")) == wall("2026-03-09 00:00")
    assert next_opening_change(plan, wall("2026-03-02 12:00")) == wall("2026-03-02 13:30")


def test_a_hall_that_is_never_open_is_asked_again_in_a_week() -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    plan = plan_in("Asia/Shanghai", hours=dict.fromkeys(days, ""))
    now = wall("2026-03-02 12:00")
    assert next_opening_change(plan, now) == now + 7 * 86_400


def test_opening_follows_summer_time() -> None:
    plan = plan_in("Europe/Berlin")
    before = next_opening_change(plan, wall("2026-03-27 17:00", BERLIN))
    assert before == wall("2026-03-29 08:30", BERLIN)  # the morning of the change
    friday, monday = wall("2026-03-27 08:30", BERLIN), wall("2026-03-30 08:30", BERLIN)
    assert monday - friday == 3 * 86_400 - 3600
    assert is_open(plan, monday)
    assert not is_open(plan, monday - 1)


@pytest.mark.parametrize(
    ("time", "day"),
    [("03:59:59", "2026-03-01"), ("04:00", "2026-03-02"), ("23:59", "2026-03-02")],
)
def test_the_business_day_begins_at_its_hour(time: str, day: str) -> None:
    plan = plan_in("Asia/Shanghai")
    assert business_day(plan, wall(f"2026-03-02 {time}")) == date.fromisoformat(day)


_MOMENTS = st.one_of(
    st.floats(1.7e9, 1.9e9),
    # around the changes of 2026 in Berlin and New York
    st.floats(1_774_738_800, 1_774_756_800),
    st.floats(1_792_879_200, 1_792_900_800),
    st.floats(1_772_946_000, 1_772_964_000),
)


@settings(max_examples=30)
@given(st.sampled_from(ZONES), st.sampled_from(["00:00", "02:30", "04:00", "23:59"]), _MOMENTS)
@example("Europe/Berlin", "02:30", 1_792_891_800.0)  # 02:10 for the second time that night
def test_the_next_day_is_always_ahead_and_is_the_next(zone: str, starts: str, now: float) -> None:
    plan = plan_in(zone, starts)
    ahead = next_day_starts(plan, now)
    assert now < ahead <= now + 90_100
    assert (business_day(plan, ahead) - business_day(plan, now)).days == 1
    assert business_day(plan, ahead - 0.001) == business_day(plan, now)


@settings(max_examples=30)
@given(st.sampled_from(ZONES), _MOMENTS, st.floats(0, 1))
def test_the_hall_neither_opens_nor_closes_before_the_next_change(
    zone: str, now: float, part: float
) -> None:
    plan = plan_in(zone)
    ahead = next_opening_change(plan, now)
    assert ahead > now
    between = now + (ahead - now) * part
    assert between >= ahead or is_open(plan, between) == is_open(plan, now)
