"""What is told of ratings to those who serve: never so few that one can be told apart."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hub.core.hall import Hall
from hub.web.ratings_told import AT_A_TIME, levels_told

LEVELS = ("satisfied", "dissatisfied")
Step = tuple[str, bool]


def rate(hall: Hall, level: str) -> None:
    hall.today.levels[level] = hall.today.levels.get(level, 0) + 1


def morrow(hall: Hall, day: str) -> None:
    hall.day, hall.today = day, type(hall.today)()


STEPS = st.lists(st.tuples(st.sampled_from([*LEVELS, "day"]), st.booleans()), max_size=60)


@given(STEPS, st.integers(0, 7))
def test_between_two_looks_no_ratings_are_told_or_five_at_least(
    steps: list[Step], before: int
) -> None:
    hall = Hall()
    for _ in range(before):
        rate(hall, "satisfied")
    told: Counter[str] = Counter()
    assert levels_told(hall) == {}  # nobody knows what the hub told before it started
    for n, (what, look) in enumerate(steps):
        if what == "day":
            morrow(hall, str(n))
            told = Counter()
        else:
            rate(hall, what)
        if look:
            now = Counter(levels_told(hall))
            new = now - told
            assert not told - now
            assert not now - Counter(hall.today.levels)  # of today
            assert new.total() == 0 or new.total() >= AT_A_TIME
            told = now


def test_as_soon_as_there_are_enough_they_are_told() -> None:
    hall = Hall()
    assert levels_told(hall) == {}
    for n in range(1, 2 * AT_A_TIME + 1):
        rate(hall, LEVELS[n % 2])
        full = n - n % AT_A_TIME
        assert sum(levels_told(hall).values()) == full
    assert levels_told(hall) == hall.today.levels
    told = levels_told(hall)
    told.clear()  # what is given away is not what is kept
    assert levels_told(hall) == hall.today.levels
