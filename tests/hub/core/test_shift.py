"""What clerks do with a counter: pauses, and what is kept for a counter that is left."""

from __future__ import annotations

import pytest

from hub.core import events as e
from hub.core.passing import next_due
from hub.core.tickets import ANY_COUNTER, TicketState
from tests.hub.core.examples import Driver, make_plan, pause, sign_in, transfer


@pytest.fixture
def d() -> Driver:
    """An assigned hall: c1 and c3 serve; two tickets have c1 printed on them, one c3."""
    driver = Driver(make_plan(dispatch={"mode": "assigned", "policy": "fcfs"}))
    driver.open("c1", "wang")
    driver.open("c3", "li")
    driver.press("c1", "next")
    for _ in range(3):
        driver.ticket("a")
        driver.pass_time(1)
    return driver


def labels(d: Driver) -> list[str | None]:
    return [t.label for t in d.hall.tickets.values()]


def test_a_number_names_the_counter_that_will_be_through_first(d: Driver) -> None:
    assert labels(d) == ["c1", "c3", "c1"]


def test_its_own_come_first_and_an_idle_counter_helps(d: Driver) -> None:
    tickets = list(d.hall.tickets)
    called = []
    for _ in range(3):
        called.append(d.press("c3", "next").ticket)
        reason = d.hall.counters["c3"].reason["rule"]
        called.append(reason)
        d.press("c3", "done")
    assert called == [tickets[1], "own", tickets[0], "help", tickets[2], "help"]


@pytest.mark.parametrize(("minutes", "freed"), [(4.9, False), (5.0, True), (None, True)])
def test_a_long_pause_frees_the_tickets_with_the_counters_number(
    d: Driver, minutes: float | None, freed: bool
) -> None:
    d.at("c1", pause(minutes))
    expected = [ANY_COUNTER, "c3", ANY_COUNTER] if freed else ["c1", "c3", "c1"]
    assert labels(d) == expected
    d.pass_time(299)
    assert labels(d) == expected
    d.pass_time(1)
    assert labels(d) == [ANY_COUNTER, "c3", ANY_COUNTER]


@pytest.mark.parametrize("action", ["close", "sign_out"])
def test_a_counter_that_closes_keeps_nobody(d: Driver, action: str) -> None:
    d.press("c3", "next")
    d.at("c3", transfer(counter="c1"))
    held = str(d.press("c1", "next").ticket)
    d.press("c1", "hold")
    d.press("c1", action)
    assert d.hall.lines.kept_for("c1") == []
    assert d.hall.tickets[held].state is TicketState.WAITING
    assert all(t.bound is None and t.label != "c1" for t in d.hall.tickets.values())


def test_a_pause_keeps_what_is_on_hold(d: Driver) -> None:
    held = str(d.press("c1", "next").ticket)
    d.press("c1", "hold")
    d.press("c1", "pause")
    assert d.hall.tickets[held].state is TicketState.HELD
    assert d.press("c1", "resume").ticket == held


def test_a_call_taken_back_has_not_the_number_of_a_counter_that_left_meanwhile(d: Driver) -> None:
    d.press("c3", "next")
    d.press("c3", "done")
    helped = d.hall.tickets[str(d.press("c3", "next").ticket)]
    assert helped.label == "c1"
    d.press("c1", "close")
    d.press("c3", "undo")
    assert (helped.state, helped.label) == (TicketState.WAITING, ANY_COUNTER)


def test_a_call_taken_back_keeps_the_number_of_a_counter_that_serves(d: Driver) -> None:
    d.press("c3", "next")
    d.press("c3", "done")
    helped = d.hall.tickets[str(d.press("c3", "next").ticket)]
    d.press("c3", "undo")
    assert (helped.state, helped.label) == (TicketState.WAITING, "c1")


@pytest.mark.parametrize("state", ["closed", "signed out", "busy", "paused"])
def test_when_a_counter_cannot_pause(state: str) -> None:
    d = Driver()
    expected = {"closed": "closed", "signed out": "not_signed_in", "busy": "busy", "paused": None}
    if state != "signed out":
        d.at("c1", sign_in("wang"))
    if state in {"busy", "paused"}:
        d.press("c1", "open")
    if state == "busy":
        d.ticket("a")
        d.press("c1", "next")
    if state == "paused":
        d.press("c1", "pause")
    decision = d.at("c1", pause(3))
    assert (decision.code, decision.events) == (expected[state], ())


@pytest.mark.parametrize("action", ["open", "unpause"])
def test_coming_back_from_a_pause(action: str) -> None:
    d = Driver()
    d.open("c1", "wang")
    assert "a" in d.hall.duty.capacity
    d.at("c1", pause(10))
    assert d.hall.duty.serving == {}
    assert [type(x) for x in d.press("c1", action).events] == [e.CounterResumed]
    assert d.hall.duty.serving == {"c1": ("a", "b")}
    assert d.press("c1", "unpause").events == ()


def test_away_longer_than_announced_is_noted_once() -> None:
    d = Driver()
    d.open("c1", "wang")
    d.at("c1", pause(10))
    assert d.pass_time(599) == []
    [noted] = d.pass_time(1)
    assert isinstance(noted, e.AttendanceNoted)
    assert (noted.what, noted.clerk, noted.minutes) == ("overdue", "wang", 10.0)
    assert d.pass_time(600) == []


def test_the_hall_wakes_when_a_short_pause_has_become_a_long_one(d: Driver) -> None:
    began_at = d.now
    d.at("c1", pause(4.0))
    d.pass_time(240)
    assert next_due(d.hall, d.now) == began_at + 300
