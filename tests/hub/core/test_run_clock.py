"""How a unit's clock stands to the hub's: delays only ever make it look younger."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.run_clock import DRIFT, FINER_S, MOVED_S, RunClock

DELAYS = st.floats(0.0, 30.0)
GAPS = st.floats(0.1, 20.0)
ZERO = 500.0
"""The hub's time at which the unit's clock was 0."""


def told(*delays: float, zero: float = ZERO, every_s: float = 2.0) -> RunClock:
    clock = RunClock()
    for number, delay in enumerate(delays, 1):
        boot_s = number * every_s
        clock.heard(int(1000 * boot_s), zero + boot_s + delay)
    return clock


def test_the_least_delayed_message_counts() -> None:
    assert told(12.0).zero == ZERO + 12.0
    assert told(12.0, 0.25, 3.0).zero == pytest.approx(ZERO + 0.25, abs=0.02)


@settings(max_examples=30)
@given(st.lists(st.tuples(GAPS, DELAYS), min_size=1, max_size=30), st.floats(-DRIFT, DRIFT))
def test_it_is_never_better_than_the_truth_nor_much_worse_than_the_best(
    messages: list[tuple[float, float]], drift: float
) -> None:
    """`drift`: how much faster the hub's clock goes."""
    clock, boot_s = RunClock(), 0.0
    for gap, delay in messages:
        boot_s += gap
        zero = ZERO + drift * boot_s
        clock.heard(int(1000 * boot_s), zero + boot_s + delay)
        assert clock.zero >= zero - 2 * DRIFT * boot_s
        assert clock.zero <= zero + delay + 0.001 + 1e-6


def test_a_unit_that_stood_still_is_believed_after_a_while() -> None:
    clock = told(*8 * [0.0])
    for number in range(9, 16):
        clock.heard(2000 * number, ZERO + 60 + 2 * number)
    assert clock.zero < ZERO + MOVED_S
    clock.heard(32_000, ZERO + 60 + 32)
    assert clock.zero == ZERO + 60


def test_what_is_earlier_is_believed_at_once_and_what_is_later_when_much_was_heard() -> None:
    first, settled = told(0.0), told(*8 * [0.0])
    assert first.better(100.0, None)
    for clock in (first, settled):
        assert clock.better(100.0 - 2 * FINER_S, 100.0)
        assert not clock.better(100.0 - FINER_S / 2, 100.0)
        assert not clock.better(100.0 + MOVED_S / 2, 100.0)
    assert not first.better(100.0 + 3600, 100.0)
    assert settled.better(100.0 + 3600, 100.0)
