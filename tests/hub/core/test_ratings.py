"""Ratings: one first rating a call; what does not count is kept with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.core.ratings import judge, rated, unrated
from tests.hub.core.examples import LEVELS, Driver, rating
from tests.hub.core.examples import unrated as unrated_record
from wire.messages import Level


@pytest.fixture
def d() -> Driver:
    driver = Driver()
    driver.open("c1", "wang")
    driver.open("c3", "li")
    return driver


def take(d: Driver, call: str, sequence: int = 1, unit: str = "unit-1", **fields: Any) -> e.Rated:
    record = rating(call, **fields)
    event = rated(d.hall, unit, ("outbox-1", sequence), record, d.now, "run")
    d.apply(event)
    return event


def test_the_first_rating_counts_and_the_second_is_kept(d: Driver) -> None:
    call = d.serve("c1")
    first = take(d, call, 1)
    second = take(d, call, 2, level=Level.VERY_DISSATISFIED)
    assert (first.counted, first.why_not) == (True, None)
    assert (second.counted, second.why_not) == (False, "second")
    assert d.hall.today.levels == {"satisfied": 1}
    assert d.hall.today.not_counted == 1


def test_a_rating_of_a_call_that_nobody_made(d: Driver) -> None:
    event = take(d, "invented")
    assert (event.counted, event.why_not) == (False, "unknown_call")
    assert d.hall.today.levels == {}


def test_a_rating_from_another_counter(d: Driver) -> None:
    call = d.serve("c1")
    assert take(d, call, 1, unit="unit-3").why_not == "other_counter"
    assert take(d, call, 2, unit="unit-3", counter="c3").why_not == "other_counter"
    assert take(d, call, 3, counter="c3").why_not == "other_counter"
    assert take(d, call, 4, unit="nobody").why_not == "other_counter"
    assert take(d, call, 5).counted


@pytest.mark.parametrize("action", [None, "recall", "start", "no_show"])
def test_a_call_that_was_not_served_to_its_end_is_not_rated(d: Driver, action: str | None) -> None:
    d.ticket("a")
    d.press("c1", "next")
    call = str(d.hall.tickets[str(d.counter("c1").ticket)].call_id)
    if action:
        d.press("c1", action)
    event = take(d, call)
    assert (event.counted, event.why_not) == (False, "not_ended")


def test_a_rating_that_arrives_days_later_still_counts(d: Driver) -> None:
    call = d.serve("c1")
    d.pass_time(30 * 86_400)
    assert take(d, call).counted
    assert d.hall.calls[call].rated


def test_what_is_said_of_another_day_is_not_in_todays_figures(d: Driver) -> None:
    calls = [d.serve("c1"), d.serve("c1")]
    d.pass_time(86_400)
    take(d, calls[0], 1)
    take(d, calls[0], 2)
    d.apply(unrated(d.hall, "unit-1", ("o", 3), unrated_record(calls[1]), d.now, "run"))
    take(d, "invented", 4)
    today = d.hall.today
    assert (today.levels, today.unrated, today.not_counted) == ({}, 0, 1)
    d.open("c1", "wang")
    call = d.serve("c1")
    d.apply(unrated(d.hall, "unit-1", ("o", 5), unrated_record(d.serve("c1")), d.now, "run"))
    take(d, call, 6)
    assert (today.levels, today.unrated, today.not_counted) == ({"satisfied": 1}, 1, 1)


def test_a_call_is_forgotten_after_five_weeks(d: Driver) -> None:
    call = d.serve("c1")
    d.pass_time(36 * 86_400)
    assert take(d, call).why_not == "unknown_call"


def test_unrated_is_unrated_once_and_takes_no_rating_away(d: Driver) -> None:
    call = d.serve("c1")
    key = ("outbox-1", 1)
    for _ in range(2):
        d.apply(unrated(d.hall, "unit-1", key, unrated_record(call), d.now, "run"))
    assert (d.hall.today.unrated, d.hall.today.levels) == (1, {})
    assert judge(d.hall, "unit-1", rating(call)) is None
    rated_call = d.serve("c1")
    take(d, rated_call)
    d.apply(unrated(d.hall, "unit-1", ("outbox-1", 3), unrated_record(rated_call), d.now, "run"))
    assert d.hall.today.unrated == 1


def test_an_event_carries_what_the_record_says(d: Driver) -> None:
    call = d.serve("c1")
    for sequence, level in enumerate(LEVELS, 1):
        event = take(d, call, sequence, level=level, after_ms=sequence)
        expected = ("unit-1", "outbox-1", sequence, "c1", "wang", call, level.value, sequence)
        assert (
            event.unit,
            event.outbox,
            event.sequence,
            event.counter,
            event.clerk,
            event.call_id,
            event.level,
            event.after_ms,
        ) == expected
