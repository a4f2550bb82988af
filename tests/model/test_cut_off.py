"""The model of a hall that is cut off: nobody called twice, no rating lost, a way out for all."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from device.events import StaffKey
from hub import restoring, transaction
from hub.core import events as e
from hub.core import grants, restored
from tests.model.hall import UNITS
from tests.model.machine import CutOffHall

CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def runs(examples: int, **more: Any) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=CALM,
        **more,
    )


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_thousand_halls() -> None:
    run_state_machine_as_test(CutOffHall, settings=runs(1000))


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_ten_thousand_halls() -> None:
    run_state_machine_as_test(CutOffHall, settings=runs(10_000))


@pytest.mark.slow
def test_the_model_finds_people_called_twice_where_a_lease_frees_tickets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rule 4 broken: what the hub does not do, and why."""
    sound = grants.top_up

    def broken(state: Any, heard: Any, now: float) -> list[e.Event]:
        over = [g for g in state.grants.values() if now - g.at > 60 * state.plan.alone.lease_min]
        ended = [e.GrantsEnded(now, g.counter, (g.ticket,), "not_called", "time") for g in over]
        return [*sound(state, heard, now), *ended]

    monkeypatch.setattr(transaction, "top_up", broken)
    with pytest.raises(AssertionError, match=r"twice|elsewhere"):
        run_state_machine_as_test(CutOffHall, settings=runs(1000, phases=[Phase.generate]))


@pytest.mark.long
def test_the_model_finds_people_called_twice_where_a_restored_hub_goes_on_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A backup is put back, and the hub waits for nobody."""
    sound = restored.begin

    def broken(state: Any, unit: str, why: str, now: float) -> e.RestoreBegan:
        return replace(sound(state, unit, why, now), units=())

    monkeypatch.setattr(restoring, "begin", broken)
    with pytest.raises(AssertionError, match=r"twice|elsewhere|without a grant"):
        run_state_machine_as_test(CutOffHall, settings=runs(1000, phases=[Phase.generate]))


def a_day_with_a_twin(seed: int) -> None:
    """A backup is put back while a unit is cut off, and another machine answers in its place.

    Drawn from few steps, because halls of all steps come to this once in very many.
    """
    draw, units = Random(seed), sorted(UNITS)
    hall = CutOffHall()
    try:
        hall.open_the_hall([1.0] * len(units), draw.randint(4, 12))
        for _ in range(draw.randint(0, 3)):
            hall.somebody_is_served(draw.choice(units), None)
        hall.nobody_is_held_twice()
        hall.a_backup_is_put_back_while_a_unit_is_cut_off(
            draw.choice(units), draw.randint(1, 40), twin=True, go_on=False
        )
        for _ in range(3):
            hall.nobody_is_held_twice()
            for machine in hall.machines.values():
                machine.press(StaffKey.DONE)
                machine.press(StaffKey.NEXT)
            hall.settle()
    finally:
        hall.teardown()


def calls_twice(seed: int) -> bool:
    try:
        a_day_with_a_twin(seed)
    except AssertionError as error:
        if not re.search("twice|elsewhere|without a grant", str(error)):
            raise
        return True
    return False


@pytest.mark.slow
def test_the_model_finds_people_called_twice_where_any_disk_answers_for_a_unit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A restored hub takes the word of a twin for that of the unit that is cut off."""
    with monkeypatch.context() as broken:
        broken.setattr(restoring, "answers_for", lambda *_: True)
        found = next((seed for seed in range(60) if calls_twice(seed)), None)
    assert found is not None
    assert not calls_twice(found)
