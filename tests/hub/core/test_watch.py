"""From the state to readings: what the detectors are told."""

from __future__ import annotations

from hub.core.watch import Watch
from tests.hub.core.examples import Driver, make_plan


def test_the_waits_of_those_who_are_called_are_told() -> None:
    d, watch = Driver(make_plan(dispatch={"mode": "assigned"})), Watch()
    d.open("c1", "wang")
    d.ticket("a")
    d.ticket("a")
    d.now += 300
    for press in ("next", "done"):
        for event in d.press("c1", press).events:
            watch.happened(d.hall, event)
    assert watch.load.recent == (1, 5.0)


def test_a_counter_has_the_work_of_its_own_line() -> None:
    d, watch = Driver(make_plan(dispatch={"mode": "assigned"})), Watch()
    d.open("c1", "wang")
    for _ in range(3):
        d.ticket("a")
    d.now += 60
    watch.minute(d.hall, d.now)
    assert watch.load.work_min > 0
    work_s = 3 * d.hall.mean_s("a") * d.hall.speed("c1")
    expected_min = (1 - 2.718281828 ** (-1 / watch.load.rules.work_tau_min)) * work_s / 60
    assert abs(watch.load.work_min - expected_min) < 1e-6
