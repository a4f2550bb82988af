"""Debouncing, on time stamps."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from device.debounce import Debounce

QUIET_MS = 30.0


def test_a_press_counts_at_once_and_its_chatter_does_not() -> None:
    key = Debounce(QUIET_MS)
    edges = [(True, 0.0), (False, 1.0), (True, 2.0), (False, 80.0), (True, 81.0), (False, 82.0)]
    assert [key.press(closed, at) for closed, at in edges] == [True] + [False] * 5


def test_the_next_press_after_a_quiet_time_counts() -> None:
    key = Debounce(QUIET_MS)
    assert key.press(True, 0.0)
    assert not key.press(False, 80.0)
    assert key.press(True, 110.0)


@given(
    st.lists(
        st.tuples(
            st.floats(40, 500),  # pause before the press
            st.floats(40, 500),  # how long it is held
            st.lists(st.floats(0.1, 4.0), max_size=5),  # chatter on closing
            st.lists(st.floats(0.1, 4.0), max_size=5),  # chatter on opening
        ),
        max_size=8,
    )
)
def test_each_press_of_a_chattering_key_counts_once(
    presses: list[tuple[float, float, list[float], list[float]]],
) -> None:
    key = Debounce(QUIET_MS)
    now, counted = 0.0, 0
    for pause, hold, closing, opening in presses:
        for start, level, chatter in ((pause, True, closing), (hold, False, opening)):
            now += start
            counted += key.press(level, now)
            for gap in chatter:
                for bounced in (not level, level):
                    now += gap
                    counted += key.press(bounced, now)
    assert counted == len(presses)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1000))))
def test_two_presses_are_never_closer_than_the_quiet_time(edges: list[tuple[bool, float]]) -> None:
    key = Debounce(QUIET_MS)
    times = [at for closed, at in sorted(edges, key=lambda e: e[1]) if key.press(closed, at)]
    assert all(b - a >= QUIET_MS for a, b in pairwise(times))
