"""What a counter did while it was cut off: what the hall makes of each record."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.core.alone import Source, events_of
from hub.core.audit import Audit
from hub.core.grants import top_up
from hub.core.tickets import WITHOUT_NUMBER, TicketState
from tests.hub.core.examples import Driver, make_plan, rating
from wire import messages as w

UNIT = "unit-1"
WHO: dict[str, Any] = {
    "run": "run-1",
    "boot_ms": 1,
    "wall": "2026-03-02T09:00:00.000+08:00",
    "synchronised": True,
    "counter": "c1",
    "clerk": "wang",
}


@pytest.fixture
def d() -> Driver:
    """c1 is open with three numbers granted to its unit, which is then cut off."""
    driver = Driver(make_plan())
    box: dict[str, Any] = {"outbox": "box-1", "through": 0, "head": "0" * 64, "software": "1"}
    driver.apply(e.UnitJoined(driver.now, UNIT, "run-1", boot_at=driver.now - 9, board="b", **box))
    driver.open("c1", "wang")
    for _ in range(4):
        driver.issue("a")
    driver.apply(*top_up(driver.hall, [UNIT], driver.now))
    driver.apply(e.UnitLost(driver.now, UNIT))
    return driver


def believe(d: Driver, body: Any, **fields: Any) -> list[str]:
    """Take in a record; the names of the events."""
    source = Source(UNIT, **{"at": d.now, **fields})
    events = events_of(d.hall, body, source)
    d.apply(*events)
    return [type(event).__name__ for event in events]


def called(d: Driver, number: str = "A001", call: str = "alone-1", **fields: Any) -> w.CalledRecord:
    ticket = next(t for t in d.hall.tickets.values() if t.number == number)
    given = {**WHO, "call_id": call, "ticket": ticket.id, "number": number, "service": "a"}
    return w.CalledRecord(**{**given, **fields})


def step(name: str, call: str = "alone-1", **fields: Any) -> w.StepRecord:
    return w.StepRecord(**{**WHO, "call_id": call, "ticket": "any", "step": name, **fields})


def without_number(call: str = "alone-9", **fields: Any) -> w.WithoutNumberRecord:
    given = {**WHO, "call_id": call, "ticket": "visit-1", "service": "a"}
    return w.WithoutNumberRecord(**{**given, **fields})


def away(away_: bool) -> w.AwayRecord:
    return w.AwayRecord(**{**WHO, "away": away_})


def state_of(d: Driver, number: str) -> str:
    return next(t.state.value for t in d.hall.tickets.values() if t.number == number)


def sound(d: Driver) -> None:
    assert Audit().read(d.events) == []


def test_a_granted_ticket_was_called_served_and_rated(d: Driver) -> None:
    assert believe(d, called(d)) == ["TicketCalled"]
    assert d.hall.counters["c1"].ticket == called(d).ticket
    assert believe(d, step("recall")) == ["TicketRecalled"]
    assert believe(d, step("start")) == ["ServiceStarted"]
    assert believe(d, step("done")) == ["TicketDone"]
    assert state_of(d, "A001") == "done"
    assert d.hall.calls["alone-1"].ended_at == d.now
    sound(d)


def test_each_record_acts_once_whatever_comes_again(d: Driver) -> None:
    bodies = [called(d), step("hold"), step("resume"), step("start"), step("done")]
    for body in bodies:
        believe(d, body)
    before = d.hall.dump()
    for body in bodies:
        assert [n for n in believe(d, body) if n != "AloneStepUnused"] == []
    after = d.hall.dump()
    assert {**before, "version": 0} == {**after, "version": 0}


@pytest.mark.parametrize(
    ("name", "event", "left"),
    [("no_show", "TicketMissed", "no_show"), ("hold", "TicketHeld", "held")],
)
def test_a_called_ticket_is_let_go_of(d: Driver, name: str, event: str, left: str) -> None:
    believe(d, called(d))
    assert believe(d, step(name)) == [event]
    assert (state_of(d, "A001"), d.hall.counters["c1"].ticket) == (left, None)
    sound(d)


def test_what_the_hub_presumed_meanwhile_stands_in_no_records_way(d: Driver) -> None:
    believe(d, called(d))
    d.pass_time(3600)
    assert state_of(d, "A001") == "serving"
    assert believe(d, step("no_show")) == ["TicketMissed"]
    sound(d)


def test_the_ticket_that_the_hub_had_called_goes_on(d: Driver) -> None:
    """The link went while somebody was in hand."""
    d.apply(e.UnitBack(d.now, UNIT))
    decision = d.press("c1", "next")
    ticket = d.hall.tickets[str(decision.ticket)]
    d.apply(e.UnitLost(d.now, UNIT))
    assert believe(d, step("done", str(ticket.call_id))) == ["TicketDone"]
    assert believe(d, called(d, "A002")) == ["TicketCalled"]
    sound(d)


def test_the_counters_own_answer_wins_over_what_the_hub_called_for_the_command(d: Driver) -> None:
    d.apply(e.UnitBack(d.now, UNIT))
    hubs = d.press("c1", "next")
    d.apply(e.UnitLost(d.now, UNIT))
    d.pass_time(60)  # by then the hub presumes a service
    body = called(d, "A002", command="k1")
    assert believe(d, body, hub_called=hubs.ticket) == ["CallVoided", "TicketCalled"]
    assert state_of(d, "A001") == "waiting"
    assert d.hall.tickets[str(hubs.ticket)].queued_at == d.hall.tickets[str(hubs.ticket)].issued_at
    sound(d)


def test_the_same_ticket_called_by_both_is_called_once_by_the_counter(d: Driver) -> None:
    d.apply(e.UnitBack(d.now, UNIT))
    hubs = d.press("c1", "next")
    body = called(d, "A001", command="k1")
    assert believe(d, body, hub_called=hubs.ticket) == ["CallVoided", "TicketCalled"]
    assert d.hall.tickets[str(hubs.ticket)].call_id == "alone-1"
    sound(d)


def test_the_same_ticket_called_from_a_page_and_alone_is_in_hand_once(d: Driver) -> None:
    d.press("c1", "next")
    d.pass_time(60)
    assert state_of(d, "A001") == "serving"
    assert believe(d, called(d)) == ["CallVoided", "TicketCalled"]
    assert d.hall.tickets[called(d).ticket].call_id == "alone-1"
    sound(d)


def test_whom_a_page_had_begun_to_serve_is_put_on_hold(d: Driver) -> None:
    d.press("c1", "next")
    d.press("c1", "start")
    assert state_of(d, "A001") == "serving"
    assert believe(d, called(d, "A002")) == ["TicketHeld", "TicketCalled"]
    assert state_of(d, "A001") == "held"
    sound(d)


@pytest.mark.parametrize("why", ["cancelled", "counter_closed", "another_day", "unknown_ticket"])
def test_a_call_that_no_longer_fits_stands_apart_and_can_be_rated(d: Driver, why: str) -> None:
    body, fields = called(d), {}
    if why == "cancelled":
        d.wish(body.ticket, "cancel")
    elif why == "counter_closed":
        d.press("c1", "close")
    elif why == "another_day":
        fields = {"at": d.hall.day_began_at - 60}
    else:
        body = called(d, ticket="somebody")
    before = d.hall.counters["c1"].ticket
    waits = ["TicketCancelled"] if why in {"counter_closed", "another_day"} else []
    assert believe(d, body, **fields) == ["CalledApart", *waits]
    assert d.hall.calls["alone-1"].apart
    d.open("c3", "zhao")
    assert d.hall.tickets.get(body.ticket) is None or d.press("c3", "next").ticket != body.ticket
    assert believe(d, step("recall"), **fields) == []
    assert believe(d, step("done"), **fields) == ["EndedApart"]
    assert believe(d, step("done"), **fields) == []
    assert d.hall.counters["c1"].ticket == before
    from hub.core.ratings import rated  # noqa: PLC0415

    event = rated(d.hall, UNIT, ("box-1", 9), rating("alone-1", "c1"), d.now, "run")
    assert event.counted
    d.apply(event)
    sound(d)


def test_a_ticket_that_is_another_counters_by_now_stays_there(d: Driver) -> None:
    """Somebody said that it was not called, and was wrong."""
    body = called(d)
    ended = e.GrantsEnded(d.now, "c1", (body.ticket,), "not_called", "operator")
    d.apply(ended)
    d.open("c3", "zhao")
    d.press("c3", "next")
    assert believe(d, body) == ["CalledApart"]
    assert d.hall.counters["c3"].ticket == body.ticket
    assert d.hall.calls["alone-1"].apart


def test_a_service_without_a_number_is_a_visit_like_any_other(d: Driver) -> None:
    assert believe(d, without_number()) == ["ServedUnnumbered"]
    ticket = d.hall.tickets["visit-1"]
    assert (ticket.number, ticket.channel, ticket.state) == (
        "",
        WITHOUT_NUMBER,
        TicketState.SERVING,
    )
    assert believe(d, without_number()) == []
    assert believe(d, step("done", "alone-9")) == ["TicketDone"]
    assert d.hall.today.served == 1
    sound(d)


def test_the_clerk_left_and_came_back(d: Driver) -> None:
    assert believe(d, away(True)) == ["CounterPaused"]
    assert believe(d, away(True)) == []
    assert believe(d, away(False)) == ["CounterResumed"]
    assert believe(d, away(False)) == []
    believe(d, away(True))
    assert believe(d, called(d)) == ["CounterResumed", "TicketCalled"]
    assert believe(d, away(True)) == ["AloneStepUnused"]
    sound(d)


@pytest.mark.parametrize("other", [{"counter": "c3"}, {"counter": "c9"}])
def test_a_unit_speaks_for_its_own_counter(d: Driver, other: dict[str, str]) -> None:
    assert believe(d, called(d, **other)) == ["AloneStepUnused"]


def test_a_step_of_an_unknown_call_changes_nothing(d: Driver) -> None:
    before = d.hall.dump()
    assert believe(d, step("done", "never")) == ["AloneStepUnused"]
    assert {**d.hall.dump(), "version": before["version"]} == before
