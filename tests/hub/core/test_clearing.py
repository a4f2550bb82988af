"""When work is through: of lines whose counters are free at different times, and of services."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.clearing import clear_s, remaining_s


@pytest.mark.parametrize(
    ("work_s", "capacity", "expected"),
    [
        (600, [(0, 1.0)], 600),
        (600, [(300, 1.0)], 900),
        (600, [(0, 1.0), (0, 1.0)], 300),
        (600, [(0, 1.0), (300, 1.0)], 450),
        (200, [(0, 1.0), (300, 1.0)], 200),
        (600, [(0, 0.5)], 1200),
        (0, [(120, 1.0), (300, 1.0)], 120),
        (600, [], 600),
    ],
)
def test_when_work_is_begun(
    work_s: float, capacity: list[tuple[float, float]], expected: float
) -> None:
    assert clear_s(work_s, capacity) == pytest.approx(expected)


@pytest.mark.slow
@given(
    st.floats(0, 1e5),
    st.lists(st.tuples(st.floats(0, 1e4), st.floats(0.01, 1)), min_size=1, max_size=8),
)
def test_counters_have_done_the_work_when_it_is_begun(
    work_s: float, capacity: list[tuple[float, float]]
) -> None:
    ordered = sorted(capacity)
    level = clear_s(work_s, ordered)
    done = sum(part * max(0.0, level - free_in_s) for free_in_s, part in ordered)
    assert done == pytest.approx(work_s, rel=1e-6, abs=1e-6)


def test_the_rest_of_a_service() -> None:
    assert remaining_s(0, 600, 0.8) == 600
    rng, sigma = random.Random(1), math.sqrt(math.log1p(0.64))
    drawn = [600 * math.exp(rng.gauss(0, sigma) - sigma**2 / 2) for _ in range(40_000)]
    for elapsed in (100, 600, 1500):
        rest = [x - elapsed for x in drawn if x > elapsed]
        assert remaining_s(elapsed, 600, 0.8) == pytest.approx(sum(rest) / len(rest), rel=0.1)
    assert remaining_s(1e9, 600, 0.8) == 5e8
