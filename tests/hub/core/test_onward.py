"""Where a ticket may be sent on to."""

from __future__ import annotations

import copy

from hub.core.onward import MOST, targets
from tests.hub.core.examples import Driver, make_plan, pause, raw_plan, transfer


def named(d: Driver, counter: str) -> list[str | None]:
    return [one.service or one.counter for one in targets(d.hall, counter, d.now)]


def staffed() -> Driver:
    d = Driver()
    for counter, clerk in (("c1", "wang"), ("c3", "li"), ("c4", "zhao")):
        d.open(counter, clerk)
    return d


def test_who_is_served_may_go_to_another_service_or_to_another_counter_for_this_one() -> None:
    d = staffed()
    assert named(d, "c1") == []
    d.ticket("a")
    d.press("c1", "next")
    assert named(d, "c1") == ["b", "c", "c3", "c4"]
    d.at("c3", pause(30))
    assert named(d, "c1") == ["b", "c4"]
    d.press("c4", "close")
    assert named(d, "c1") == ["b"]


def test_whatever_is_offered_the_hub_then_does() -> None:
    d = staffed()
    d.ticket("a")
    d.press("c1", "next")
    offered = targets(d.hall, "c1", d.now)
    for one in offered:
        twin = copy.deepcopy(d)
        assert twin.at("c1", transfer(one.service, one.counter)).outcome == "done", one
    assert {one.number for one in offered if one.counter} == {"3", "4"}


def test_among_too_many_nobody_looks_with_a_key() -> None:
    raw = raw_plan()
    many = range(MOST + 5)
    raw["services"] += [
        {"id": f"s{n}", "name": raw["services"][0]["name"], "prefix": f"X{chr(65 + n)}"}
        for n in many
    ]
    raw["counters"][2]["services"] += [f"s{n}" for n in many]
    d = Driver(make_plan(**raw))
    d.open("c1", "wang")
    d.open("c3", "li")
    d.ticket("a")
    d.press("c1", "next")
    assert len(named(d, "c1")) == MOST + 1
