from __future__ import annotations

import random

import pytest

from hub.core.policies import POLICIES
from hub.forecast.calibration import (
    LARGEST_SHIFT,
    NO_OFFSETS,
    UNCALIBRATED,
    Calibration,
    CalibrationError,
    Offsets,
    Shift,
    calibrated,
    learn,
    shipped,
)
from hub.forecast.waits import Wait
from hub.replay.engine import Setting


def pairs(count: int, seed: int, spread: float = 0.3) -> list[tuple[Wait, float]]:
    """Predictions that are too sure of themselves, and what came."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        middle = rng.uniform(100, 3000)
        came = middle * rng.lognormvariate(0, spread)
        found.append((Wait(middle * 0.9, middle, middle * 1.1), came))
    return found


def coverage(of: list[tuple[Wait, float]], offsets: Offsets) -> float:
    waits = [(calibrated(raw, offsets), came) for raw, came in of]
    return sum(w.p10 <= came <= w.p90 for w, came in waits) / len(waits)


def test_learned_offsets_cover_four_in_five_on_other_days() -> None:
    fresh = pairs(4000, seed=2)
    assert coverage(fresh, NO_OFFSETS) < 0.4
    offsets = learn(pairs(4000, seed=1))
    assert 0.77 < coverage(fresh, offsets) < 0.83
    for low, high in ((100, 1000), (2000, 3000)):  # short waits and long ones alike
        part = [(raw, came) for raw, came in fresh if low <= raw.p50 < high]
        assert 0.75 < coverage(part, offsets) < 0.85


def test_offsets_go_straight_from_knot_to_knot_over_the_root() -> None:
    offsets = Offsets((100.0, 400.0), (1.0, 3.0), (2.0, 6.0))
    assert offsets.at(0.0) == (1.0, 2.0)
    assert offsets.at(100.0) == (1.0, 2.0)
    assert offsets.at(225.0) == (2.0, 4.0)
    assert offsets.at(9999.0) == (3.0, 6.0)


def test_an_interval_never_turns_inside_out_or_below_nothing() -> None:
    inward = Offsets((0.0,), (-50.0,), (-50.0,))
    assert calibrated(Wait(100, 200, 300), inward) == Wait(200, 200, 200)
    outward = Offsets((0.0,), (50.0,), (50.0,))
    assert calibrated(Wait(100, 200, 300), outward).p10 == 0


def test_a_day_that_is_unlike_the_past_is_followed() -> None:
    shift, hits = Shift(), []
    rng = random.Random(5)
    for _ in range(1500):
        middle = rng.uniform(400, 3000)
        told = calibrated(Wait(middle * 0.9, middle, middle * 1.1), NO_OFFSETS, shift)
        came = middle * rng.lognormvariate(0.2, 0.25)  # longer than foretold, and unsure
        shift = shift.after(told, came)
        hits.append(told.p10 <= came <= told.p90)
    assert sum(hits[500:]) / 1000 == pytest.approx(0.8, abs=0.03)
    assert shift.high > shift.low


def test_the_day_moves_a_bound_only_so_far() -> None:
    shift = Shift()
    for _ in range(1000):
        shift = shift.after(Wait(10, 20, 30), 1000.0)
    assert shift == Shift(-LARGEST_SHIFT, LARGEST_SHIFT)


def test_too_few_days_are_refused() -> None:
    with pytest.raises(CalibrationError, match="too few"):
        learn(pairs(100, 1))


def test_a_calibration_is_read_as_it_was_written() -> None:
    pooled, assigned = (Offsets((1.0, 2.0), (0.1, 0.2), (high, 0.4)) for high in (0.3, 0.5))
    made = Calibration("a command", {"fcfs": pooled}, {"fcfs": assigned})
    assert Calibration.load(made.dump()) == made


def test_a_hall_of_each_kind_has_offsets_of_its_own() -> None:
    pooled, assigned = (Offsets((1.0,), (0.1,), (high,)) for high in (0.3, 0.5))
    made = Calibration("a command", {"fcfs": pooled}, {"fcfs": assigned})
    for policy in ("fcfs", "another"):
        assert made.of(policy, assigned=False) == pooled
        assert made.of(policy, assigned=True) == assigned
    assert UNCALIBRATED.of("fcfs", assigned=True) == NO_OFFSETS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"made_with": ""}',
        '{"made_with": "", "pooled": {}}',
        '{"made_with": "", "pooled": {"x": {"p50_s": [], "low": [], "high": []}}, "assigned": {}}',
        (
            '{"made_with": "", "pooled": {"x": {"p50_s": [2, 1], "low": [0, 0], "high": [0, 0]}},'
            ' "assigned": {}}'
        ),
        (
            '{"made_with": "", "pooled": {}, "assigned": {"x": {"p50_s": [1], "low": [0, 0],'
            ' "high": [0]}}}'
        ),
    ],
)
def test_a_damaged_calibration_is_refused(text: str) -> None:
    with pytest.raises(CalibrationError, match="not a calibration"):
        Calibration.load(text)


def test_the_shipped_calibration_widens_and_says_how_it_was_made() -> None:
    calibration = shipped()
    assert "bench.forecasts" in calibration.made_with
    assert set(calibration.pooled) == set(POLICIES)
    assert set(calibration.assigned) == {Setting().policy}
    for offsets in (*calibration.pooled.values(), *calibration.assigned.values()):
        assert sum(offsets.high) > 0
        assert max(map(abs, (*offsets.low, *offsets.high))) < LARGEST_SHIFT
