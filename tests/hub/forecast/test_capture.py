from __future__ import annotations

import pytest

from hub.core.commands import Issue
from hub.core.decide import decide
from hub.forecast.at_issue import AT_ONCE, AtIssue
from hub.forecast.calibration import UNCALIBRATED
from hub.forecast.capture import arrivals_of, capture, habits
from hub.forecast.scene import CounterScene, Duty, Scene
from tests.hub.core.examples import Driver, make_plan, text, wall
from wire import messages as w

ELDERLY = {"id": "elderly", "name": text("elderly"), "credit_min": 12}


def driver(**sections: object) -> Driver:
    return Driver(make_plan(priorities=[ELDERLY], **sections))


def scene_of(hall: Driver) -> Scene:
    return capture(hall.hall, hall.now, arrivals_of(hall.hall, hall.now))


def counter_of(hall: Driver, counter: str) -> CounterScene:
    return next(each for each in scene_of(hall).counters if each.id == counter)


def test_counters_are_seen_at_what_they_do() -> None:
    hall = driver()
    assert {each.duty for each in scene_of(hall).counters} == {Duty.CLOSED}
    hall.open("c1", "wang")
    assert counter_of(hall, "c1").duty is Duty.IDLE
    assert counter_of(hall, "c1").skills == ("a", "b")
    hall.ticket("b")
    hall.press("c1", "next")
    hall.pass_time(45.0)
    busy = counter_of(hall, "c1")
    assert (busy.duty, busy.service) == (Duty.SERVING, "b")
    assert busy.for_s == pytest.approx(45.0)
    hall.press("c1", "done")
    hall.at("c1", w.Pause(action="pause", reason="", minutes=10))
    away = counter_of(hall, "c1")
    assert (away.duty, away.returns_at) == (Duty.PAUSED, hall.now + 600)
    hall.pass_time(601.0)
    assert counter_of(hall, "c1").returns_at is None  # nobody knows any more


def test_everybody_who_waits_is_there_in_order_with_class_and_rules() -> None:
    hall = driver(dispatch={"policy": "pressure", "priority_bound": 2})
    hall.open("c1", "wang")
    first = hall.ticket("a")
    hall.pass_time(30.0)
    second = hall.ticket("a")
    issue = Issue("a", "old", "web", "elderly")
    hall.apply(*decide(hall.hall, issue, hall.now).events)
    scene = scene_of(hall)
    assert [t.id for t in scene.tickets if not t.kind] == [first.id, second.id]
    assert [t.id for t in scene.tickets if t.kind == "elderly"] == ["old"]
    assert scene.tickets[0].queued_at == first.queued_at
    assert scene.policy.credit_s["elderly"] == 720
    assert (scene.policy.name, scene.policy.in_a_row) == ("pressure", 2)
    assert Scene.load(scene.dump()) == scene


def test_an_assigned_hall_says_which_counter_a_new_number_names() -> None:
    hall = driver(dispatch={"mode": "assigned"})
    hall.open("c1", "wang")
    hall.open("c3", "li")
    hall.ticket("a")
    scene = scene_of(hall)
    assert scene.policy.assigned
    assert {t.label for t in scene.tickets} <= {"c1", "c3"} != {None}
    of_a = next(each for each in scene.services if each.id == "a")
    assert of_a.labelled in {"c1", "c3"} - {scene.tickets[0].label}


def test_numbers_are_expected_until_the_hall_closes() -> None:
    hall = driver()
    assert scene_of(hall).issues_until == wall("2026-03-02 12:00")
    hall.pass_time(4 * 3600.0)  # the pause at noon
    assert scene_of(hall).issues_until == hall.now


def test_what_is_usual_is_learned_from_the_day() -> None:
    hall = driver()
    hall.open("c1", "wang")
    before = habits(hall.hall).no_show
    for _ in range(20):
        hall.ticket("a")
        hall.press("c1", "next")
        hall.press("c1", "no_show")
    after = habits(hall.hall)
    assert before == pytest.approx(0.05)
    assert 0.2 < after.no_show < 0.4
    assert sum(after.kinds.values()) == 0


def test_each_ticket_is_told_its_wait_when_it_is_issued() -> None:
    hall = driver()
    watcher = AtIssue(UNCALIBRATED, [("c1", hall.now + 7200.0, 600.0)])
    hall.open("c1", "wang")

    def ticket() -> str:
        taken = hall.ticket("a")
        watcher.happened(hall.hall, hall.events[-1])
        watcher.issued(hall.hall, taken.id, None, hall.now)
        return taken.id

    first = ticket()
    hall.press("c1", "next")
    watcher.happened(hall.hall, hall.events[-1])
    waiting = [ticket() for _ in range(3)]
    hall.pass_time(200.0)
    hall.press("c1", "done")
    hall.press("c1", "next")
    watcher.happened(hall.hall, hall.events[-1])
    told = {each.ticket: each for each in watcher.told}
    assert told[first].wait is AT_ONCE
    assert told[first].waited_s == 0
    assert told[waiting[0]].waited_s == 200
    medians = [told[each].wait.p50 for each in waiting]  # type: ignore[union-attr]
    assert medians == sorted(medians)
    assert medians[0] > 20
    assert told[waiting[2]].waited_s is None
