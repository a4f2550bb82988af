"""What things were called at a moment and over a period, as plans follow each other."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

import pytest

from hub.core import events as e
from hub.reports.past_names import Kind, PastNames, Unread
from hub.reports.story import story
from tests.hub.core.examples import Driver, make_plan
from tests.hub.journal.projected import Projected


def plan_of(**sections: Any) -> dict[str, Any]:
    return make_plan(**sections).model_dump(mode="json")


def configured(at: float, **sections: Any) -> e.Configured:
    return e.Configured(at, plan_of(**sections))


def counters(**numbers: str) -> list[dict[str, Any]]:
    return [{"id": k, "number": n, "services": ["a", "b", "c"]} for k, n in numbers.items()]


@pytest.fixture
def projected() -> Iterator[Projected]:
    made = Projected()
    yield made
    made.close()


def learnt(projected: Projected, *events: e.Event) -> PastNames:
    names = PastNames()
    projected.feed(events)
    names.learn(projected.connection)
    return names


def said(names: PastNames, id_: str, since: float, until: float, kind: Kind = "counter") -> str:
    return " ".join(name.en for name in names.during(kind, id_, since, until))


def test_a_number_lasts_until_a_plan_brings_another(projected: Projected) -> None:
    names = learnt(
        projected,
        configured(10.0, counters=counters(c1="1", c2="2")),
        configured(20.0, counters=counters(c1="2", c2="1")),
        configured(30.0, counters=counters(c1="2")),
    )
    then = [names.then("counter", "c1", at) for at in (0.0, 10.0, 19.9, 20.0, 99.0)]
    assert [name.en for name in then if name] == ["1", "1", "1", "2", "2"]
    last = names.then("counter", "c2", 99.0)  # it has left the plan
    assert last is not None
    assert last.en == "1"
    assert names.then("counter", "never", 99.0) is None


def test_a_period_has_every_number_of_it_the_last_first(projected: Projected) -> None:
    names = learnt(
        projected,
        *(configured(10.0 * n, counters=counters(c1=number)) for n, number in enumerate("575", 1)),
    )
    asked = [(0.0, 5.0), (0.0, 20.0), (0.0, 20.1), (12.0, 18.0), (20.0, 30.0), (0.0, 99.0)]
    assert [said(names, "c1", *period) for period in asked] == ["5", "5", "7 5", "5", "7", "5 7"]
    assert said(names, "never", 0.0, 99.0) == ""


def test_only_plans_that_came_since_are_read_again(projected: Projected) -> None:
    names = learnt(projected, configured(10.0, counters=counters(c1="1")))
    projected.connection.exec_driver_sql("UPDATE events SET content = 'broken'")
    projected.connection.commit()
    projected.feed([configured(20.0, counters=counters(c1="9"))])
    names.learn(projected.connection)
    assert said(names, "c1", 0.0, 99.0) == "9 1"


def spoil(projected: Projected, *sequences: int) -> None:
    for sequence in sequences:
        projected.connection.exec_driver_sql(
            "UPDATE events SET content = '{\"plan\": {}}' WHERE sequence = ?", (sequence,)
        )
    projected.connection.commit()


def test_a_plan_that_cannot_be_read_is_said(
    projected: Projected, caplog: pytest.LogCaptureFixture
) -> None:
    names = PastNames()
    projected.feed(configured(10.0 * n, counters=counters(c1=str(n))) for n in range(1, 6))
    spoil(projected, 2, 3, 5)
    for _ in range(2):
        names.learn(projected.connection)
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) == 3  # each once
    assert all(f"event {n} cannot be read" in text for n, text in zip((2, 3, 5), told, strict=True))
    assert not any("\n" in text for text in told)  # a log has lines
    then = [names.then("counter", "c1", at) for at in (15.0, 25.0, 35.0, 45.0, 55.0)]
    assert [name.en for name in then if name] == ["1", "1", "1", "4", "4"]
    first, last = Unread((2, 3), 20.0, 40.0), Unread((5,), 50.0, inf)
    asked = [(0.0, 20.0), (0.0, 20.1), (39.9, 50.0), (40.0, 50.0), (30.0, 51.0), (99.0, 100.0)]
    found = [names.unread(*period) for period in asked]
    assert found == [[], [first], [first], [], [first, last], [last]]


def test_before_the_first_plan_that_can_be_read_names_are_its_own(projected: Projected) -> None:
    names = PastNames()
    projected.feed(configured(10.0 * n, counters=counters(c1=str(n))) for n in (1, 2))
    spoil(projected, 1)
    names.learn(projected.connection)
    then = names.then("counter", "c1", 15.0)
    assert then is not None
    assert then.en == said(names, "c1", 10.0, 15.0) == "2"
    assert names.unread(0.0, 99.0) == [Unread((1,), 10.0, 20.0)]


def test_a_clock_that_was_set_back_changes_no_order(projected: Projected) -> None:
    names = learnt(
        projected,
        configured(50.0, counters=counters(c1="1")),
        configured(20.0, counters=counters(c1="2")),
    )
    then = [names.then("counter", "c1", at) for at in (30.0, 50.0)]
    assert [name.en for name in then if name] == ["1", "2"]


def test_all_that_a_report_names_is_known(projected: Projected) -> None:
    plan = plan_of()
    names = learnt(projected, e.Configured(10.0, plan))
    for kind, section in (("service", "services"), ("counter", "counters"), ("clerk", "clerks")):
        for each in plan[section]:
            assert said(names, each["id"], 0.0, 99.0, kind)  # type: ignore[arg-type]
    assert said(names, "", 0.0, 99.0, "hall") == plan["hall"]["name"]["en"]
    assert said(names, "very_satisfied", 0.0, 99.0, "level") == "Very satisfied"
    assert said(names, "213", 0.0, 99.0, "tag") == "The staff did not know the matter well"


def test_a_visit_has_the_plans_that_its_events_came_under(projected: Projected) -> None:
    d = Driver()
    d.open("c1", "wang")
    ticket = d.ticket("a").id
    d.press("c1", "next")
    events = list(d.events)
    again = [e.Configured(d.now + n, plan_of(counters=counters(c1=str(n)))) for n in (7, 8)]
    projected.feed([*events, *again])
    d.press("c1", "done")
    projected.feed(d.events[len(events) :])
    found = story(projected.connection, ticket)
    assert found is not None
    numbers = [plan.counters[0].number for _, plan in found.plans]
    assert numbers == [d.hall.plan.counters[0].number, "8"]  # none of its events came under 7


@pytest.mark.parametrize(
    ("spoilt", "numbers"), [("8", "17"), ("1", "78"), ("78", "11"), ("17", "88"), ("178", "")]
)
def test_in_place_of_a_visits_unreadable_plan_stands_the_one_before_or_the_first(
    projected: Projected, spoilt: str, numbers: str
) -> None:
    d = Driver()
    d.open("c1", "wang")
    ticket = d.ticket("a").id
    d.press("c1", "next")
    events = list(d.events)
    places = {"1": 1, "7": len(events) + 1, "8": len(events) + 2}
    again = [configured(d.now + n, counters=counters(c1=str(n))) for n in (7, 8)]
    projected.feed([configured(d.now, counters=counters(c1="1")), *events[1:], *again])
    d.press("c1", "done")
    projected.feed(d.events[len(events) :])
    spoil(projected, *(places[number] for number in spoilt))
    found = story(projected.connection, ticket)
    assert found is not None
    assert "".join(plan.counters[0].number for _, plan in found.plans) == numbers
    assert [since for since, _ in found.plans] == ([1, places["8"]] if numbers else [])
