"""The model of a hall that is cut off: nobody called twice, no rating lost, a way out for all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from hub import restoring, transaction
from hub.core import events as e
from hub.core import grants, restored
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
