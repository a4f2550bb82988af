"""What operators do: services added and taken back, advice followed."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.core.commands import Decision, OnAdvice, Rearrange
from hub.core.state import HistoryError
from hub.core.tickets import ANY_COUNTER
from tests.hub.core.examples import Driver, make_plan, raw_plan


@pytest.fixture
def d() -> Driver:
    """c2 serves b and could serve a; wang is there."""
    return hall()


def hall(**dispatch: Any) -> Driver:
    raw = raw_plan(dispatch={"policy": "fcfs", **dispatch})
    raw["counters"][1]["also"] = ["a"]
    driver = Driver(make_plan(**raw))
    driver.open("c2", "wang")
    return driver


def change(d: Driver, wish: Any, counter: str = "c2", service: str = "a") -> Decision:
    return d.do(Rearrange(wish, counter, service, "operator"))


def advise(d: Driver, action: str, service: str | None = None, counter: str = "c2") -> None:
    d.apply(e.AdviceGiven(d.now, "advice", action, counter, service, 1.5, {"why": "hot"}))


def follow(d: Driver, wish: Any = "apply") -> list[str]:
    decision = d.do(OnAdvice("advice", wish, "operator"))
    return [type(event).__name__ for event in decision.events] or [str(decision.code)]


def test_an_added_service_is_served_until_it_is_taken_back_or_the_day_ends(d: Driver) -> None:
    ticket = d.ticket("a")
    assert d.press("c2", "next").outcome == "nothing_waiting"
    change(d, "add")
    assert d.hall.duty.capacity == {"a": 0.5, "b": 0.5}
    assert d.press("c2", "next").ticket == ticket.id
    change(d, "take_back")
    assert d.hall.duty.capacity == {"a": 0.0, "b": 1.0}
    change(d, "add")
    d.pass_time(86_400)
    assert d.hall.services_of("c2") == ("b",)


@pytest.mark.parametrize(
    ("wish", "counter", "service", "code"),
    [
        ("add", "c9", "a", "unknown_counter"),
        ("add", "c2", "z", "unknown_service"),
        ("add", "c2", "c", "no_skill"),
        ("take_back", "c2", "b", "not_added"),
        ("add", "c2", "b", None),
        ("take_back", "c2", "a", None),
    ],
)
def test_changes_that_change_nothing(
    d: Driver, wish: str, counter: str, service: str, code: str | None
) -> None:
    decision = change(d, wish, counter, service)
    assert (decision.code, decision.events) == (code, ())


def test_nobody_waits_for_a_counter_that_a_service_was_taken_from() -> None:
    d = hall(mode="assigned")
    change(d, "add")
    ticket = d.ticket("a")
    assert ticket.label == "c2"
    change(d, "take_back")
    assert ticket.label == ANY_COUNTER


def test_advice_is_followed_with_its_reason_and_is_gone(d: Driver) -> None:
    advise(d, "add", "a")
    assert follow(d) == ["ServiceAdded", "AdviceClosed"]
    added = d.events[-2]
    assert isinstance(added, e.ServiceAdded)
    assert (added.by, added.reason) == ("operator", {"why": "hot"})
    assert follow(d) == ["unknown_advice"]


def test_advice_is_dismissed(d: Driver) -> None:
    advise(d, "close")
    assert follow(d, "dismiss") == ["AdviceClosed"]
    assert d.counter("c2").open


def test_advice_to_close_waits_for_whoever_is_served(d: Driver) -> None:
    d.ticket("b")
    d.press("c2", "next")
    advise(d, "close")
    assert follow(d) == ["busy"]
    d.press("c2", "done")
    assert follow(d) == ["CounterClosed", "AdviceClosed"]


def test_advice_to_open(d: Driver) -> None:
    d.press("c2", "close")
    advise(d, "open")
    assert follow(d) == ["CounterOpened", "AdviceClosed"]
    advise(d, "open", counter="c1")  # nobody is there to open it
    assert follow(d) == ["AdviceClosed"]


@pytest.mark.parametrize(
    ("action", "counter", "service"),
    [("add", "c2", None), ("open", "c2", "a"), ("move", "c2", "a"), ("close", "c9", None)],
)
def test_advice_that_nobody_could_follow_is_no_advice(
    d: Driver, action: str, counter: str, service: str | None
) -> None:
    before = d.hall.dump()
    with pytest.raises(HistoryError):
        advise(d, action, service, counter)
    assert d.hall.dump() == before


def test_a_new_plan_leaves_nobody_waiting_for_a_counter_that_is_gone() -> None:
    d = hall(mode="assigned")
    ticket = d.ticket("b")
    assert ticket.label == "c2"
    raw = raw_plan(dispatch={"mode": "assigned"})
    del raw["counters"][1]
    d.apply(e.Configured(d.now, make_plan(**raw).model_dump(mode="json")))
    assert ticket.label == ANY_COUNTER
    raw["dispatch"] = {"mode": "pooled"}
    d.apply(e.Configured(d.now, make_plan(**raw).model_dump(mode="json")))
    assert [t.label for t in d.hall.tickets.values()] == [None]
    assert d.hall.lines.waiting("b") == 1


def test_an_advice_is_given_once(d: Driver) -> None:
    advise(d, "add", "a")
    with pytest.raises(HistoryError, match="once"):
        advise(d, "add", "a")
