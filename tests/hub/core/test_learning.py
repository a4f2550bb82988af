"""Service times learned: they follow, outliers teach little, interruptions nothing."""

from __future__ import annotations

import random

import pytest

from hub.core.learning import SHORTEST_S, SURE, Learned
from tests.hub.core.examples import Driver

MEAN_S = 300.0


def learned(factor: float, times: int, outliers: int = 0) -> Learned:
    dice, found = random.Random(1), Learned()
    for _ in range(times):
        found.observe(
            "a", "c1", factor * MEAN_S * dice.lognormvariate(-0.125, 0.5), MEAN_S, 0.53, 1
        )
    for _ in range(outliers):
        found.observe("a", "c1", 4 * 3600.0, MEAN_S, 0.53, 1)
    return found


def test_without_evidence_the_plan_holds() -> None:
    assert (Learned().service_factor("a"), Learned().counter_factor("c1")) == (1.0, 1.0)


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.7])
def test_service_and_counter_together_come_to_the_truth(factor: float) -> None:
    found = learned(factor, 300)
    product = found.service_factor("a") * found.counter_factor("c1")
    assert product == pytest.approx(factor, rel=0.12)


def test_a_few_forgotten_keys_teach_little() -> None:
    plain, spoilt = learned(1.0, 100), learned(1.0, 100, outliers=2)
    assert spoilt.service_factor("a") / plain.service_factor("a") < 1.05


def test_a_slip_of_the_finger_teaches_nothing() -> None:
    found = learned(1.0, 50)
    before = found.service_factor("a")
    found.observe("a", "c1", SHORTEST_S - 0.1, MEAN_S, 0.5, 1)
    found.observe("a", "c1", -60.0, MEAN_S, 0.5, 1)
    assert (found.service_factor("a"), found.services["a"].seen) == (before, 50)


def test_the_usual_time_is_no_surprise_and_a_long_one_is_told_in_deviations() -> None:
    assert Learned().observe("a", "c1", 300.0, 300.0, 0.8, 1) == pytest.approx(0.35, abs=0.01)
    usual = Learned().observe("a", "c1", 600.0, 300.0, 0.8, 2)
    assert usual == pytest.approx(0.35, abs=0.01)


@pytest.fixture
def d() -> Driver:
    driver = Driver()
    driver.open("c1", "wang")
    driver.ticket("a")
    driver.press("c1", "next")
    driver.pass_time(200)
    return driver


def seen(d: Driver) -> int:
    found = d.hall.learned.services.get("a")
    return found.seen if found else 0


def test_a_service_is_learned_when_it_cannot_be_undone_any_more(d: Driver) -> None:
    d.press("c1", "done")
    assert seen(d) == 0
    d.press("c1", "undo")
    d.press("c1", "done")
    d.ticket("a")
    d.press("c1", "next")
    assert seen(d) == 1
    d.pass_time(100)
    d.press("c1", "done")
    d.press("c1", "close")
    assert seen(d) == 2


def test_the_time_on_hold_is_no_service_and_both_are_learned(d: Driver) -> None:
    d.press("c1", "hold")
    d.pass_time(3600)
    d.ticket("a")
    d.press("c1", "next")
    d.pass_time(100)
    d.press("c1", "done")
    d.press("c1", "resume")
    assert seen(d) == 1
    d.pass_time(50)
    d.press("c1", "done")
    assert d.counter("c1").done_s == ("a", 250.0)


def test_decisions_follow_only_what_is_surely_different() -> None:
    a_little, a_lot = learned(1.1, 300), learned(2.5, 300)
    assert 1.0 < a_little.service_factor("a") < SURE
    assert a_little.sure_factor("a") == 1.0
    assert a_lot.sure_factor("a") == a_lot.service_factor("a") > SURE
    assert learned(0.3, 300).sure_factor("a") < 1 / SURE
    assert Learned().sure_factor("a") == 1.0
