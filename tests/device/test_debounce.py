"""Debouncing, on time stamps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.debounce import REST_MS, STORM_EDGES, STUCK_MS, Debounce, KeyFault

QUIET_MS = 30.0


def fault(key: Debounce) -> KeyFault | None:
    return key.fault


def test_a_press_counts_at_once_and_its_chatter_does_not() -> None:
    key = Debounce(QUIET_MS)
    edges = [(True, 0.0), (False, 1.0), (True, 2.0), (False, 80.0), (True, 81.0), (False, 82.0)]
    assert [key.press(closed, at) for closed, at in edges] == [True] + [False] * 5


def test_the_next_press_after_a_quiet_time_counts() -> None:
    key = Debounce(QUIET_MS)
    assert key.press(True, 0.0)
    assert not key.press(False, 80.0)
    assert key.press(True, 110.0)


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(
            st.floats(80, 500),  # pause before the press
            st.floats(40, 500),  # how long it is held
            st.lists(st.floats(0.1, 2.0), max_size=5),  # chatter on closing
            st.lists(st.floats(0.1, 2.0), max_size=5),  # chatter on opening
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


@pytest.mark.slow
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1000))))
def test_two_presses_are_never_closer_than_the_quiet_time(edges: list[tuple[bool, float]]) -> None:
    key = Debounce(QUIET_MS)
    times = [at for closed, at in sorted(edges, key=lambda e: e[1]) if key.press(closed, at)]
    assert all(b - a >= QUIET_MS for a, b in pairwise(times))


# --- stuck and bouncing ------------------------------------------------------------------


def test_a_key_that_is_held_down_is_stuck_until_it_is_released() -> None:
    key = Debounce(QUIET_MS)
    assert key.press(True, 0.0)
    assert key.deadline_ms == STUCK_MS
    key.look(STUCK_MS - 1)
    assert key.fault is None
    key.look(STUCK_MS)
    assert fault(key) is KeyFault.STUCK
    assert key.deadline_ms is None
    assert not key.press(True, 60_000.0)
    assert not key.press(False, 70_000.0)
    assert fault(key) is None
    assert key.press(True, 70_500.0)


def test_a_contact_without_rest_is_bouncing_until_it_has_rested() -> None:
    key = Debounce(QUIET_MS)
    presses = [key.press(number % 2 == 0, 25.0 * number) for number in range(60)]
    assert fault(key) is KeyFault.BOUNCING
    assert not any(presses[STORM_EDGES + 1 :])
    assert key.deadline_ms == 25.0 * 59 + REST_MS
    key.look(25.0 * 59 + REST_MS)
    assert fault(key) is None
    assert key.press(True, 5000.0)


def test_a_bouncing_key_that_comes_to_rest_closed_is_stuck_in_the_end() -> None:
    key = Debounce(QUIET_MS)
    for number in range(41):
        key.press(number % 2 == 0, 25.0 * number)
    key.look(1000.0 + REST_MS)
    assert key.fault is None
    key.look(1000.0 + STUCK_MS)
    assert fault(key) is KeyFault.STUCK


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(
            st.integers(120, 2000),  # between presses
            st.integers(40, 3000),  # held down
            st.lists(st.sampled_from([0.5, 1.0, 2.0]), max_size=4),  # chatter
        ),
        max_size=20,
    )
)
def test_whatever_a_finger_does_is_no_fault_and_each_press_counts(
    strokes: list[tuple[int, int, list[float]]],
) -> None:
    key, at_ms, presses = Debounce(QUIET_MS), 0.0, 0
    for gap_ms, held_ms, chatter in strokes:
        at_ms += gap_ms
        for closes in (True, False):
            presses += key.press(closes, at_ms)
            later = at_ms
            for step in chatter:
                for closed in (not closes, closes):
                    later += step
                    presses += key.press(closed, later)
            at_ms += held_ms if closes else 0
        assert key.fault is None
    assert presses == len(strokes)


@pytest.mark.slow
@given(st.lists(st.tuples(st.booleans(), st.floats(0.1, 3000)), max_size=80))
def test_a_key_at_fault_presses_nothing_and_always_recovers(
    edges: list[tuple[bool, float]],
) -> None:
    key, at_ms = Debounce(QUIET_MS), 0.0
    for closed, gap_ms in edges:
        at_ms += gap_ms
        pressed = key.press(closed, at_ms)
        assert not (pressed and key.fault)
    key.press(False, at_ms + 1)
    key.look(at_ms + 1 + REST_MS)
    assert key.fault is None
    assert key.press(True, at_ms + 1 + REST_MS + QUIET_MS)
