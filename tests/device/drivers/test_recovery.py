"""When a peripheral is tried again, and what of its state is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.drivers.recovery import FIRST_S, LONGEST_S, STEADY_S, Recovery
from wire.errors import BadAnswer, HardwareError, NoAnswer

EVERY_S = 5.0
SILENT = NoAnswer("no answer within 1 s")


def test_at_first_it_is_due_at_once_and_its_state_is_news() -> None:
    recovery = Recovery("sign")
    assert recovery.due_s < 0
    news = recovery.worked(100.0, "works", EVERY_S)
    assert news is not None
    assert (news.peripheral, news.ok, news.code) == ("sign", True, "ok")
    assert recovery.due_s == 105.0


def test_a_change_is_told_once_and_another_fault_is_a_change() -> None:
    recovery = Recovery("sign")
    told = [
        recovery.failed(0.0, SILENT),
        recovery.failed(1.0, NoAnswer("in other words")),
        recovery.failed(2.0, BadAnswer("42")),
        recovery.worked(3.0, "works", EVERY_S),
        recovery.worked(4.0, "works", EVERY_S),
        recovery.failed(5.0, SILENT),
    ]
    codes = [news and news.code for news in told]
    assert codes == ["no_answer", None, "bad_answer", "ok", None, "no_answer"]
    assert next(news.detail for news in told if news and not news.ok) == str(SILENT)


def test_it_is_tried_ever_more_seldom_up_to_a_bound() -> None:
    recovery = Recovery("sign")
    waits = []
    for _ in range(12):
        recovery.failed(100.0, SILENT)
        waits.append(recovery.due_s - 100.0)
    assert waits[:4] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S, 8 * FIRST_S]
    assert waits[-1] == LONGEST_S


@pytest.mark.parametrize(("well_s", "next_wait_s"), [(1.0, 8 * FIRST_S), (STEADY_S, FIRST_S)])
def test_only_one_that_was_well_for_long_is_trusted_again(
    well_s: float, next_wait_s: float
) -> None:
    recovery = Recovery("sign")
    for _ in range(3):
        recovery.failed(0.0, SILENT)
    recovery.worked(0.0, "works", EVERY_S)
    recovery.worked(well_s, "works", EVERY_S)
    recovery.failed(100.0, SILENT)
    assert recovery.due_s == 100.0 + next_wait_s


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([None, SILENT, BadAnswer("x")]), st.floats(0, 100))))
def test_it_is_always_due_within_the_bound_and_no_news_come_twice(
    story: list[tuple[HardwareError | None, float]],
) -> None:
    recovery = Recovery("sign")
    now_s, last = 0.0, None
    for error, later_s in story:
        now_s += later_s
        if error is None:
            news = recovery.worked(now_s, "works", EVERY_S)
        else:
            news = recovery.failed(now_s, error)
        assert now_s < recovery.due_s <= now_s + LONGEST_S
        code = "ok" if error is None else error.code
        assert (news is not None) == (code != last)
        last = code
