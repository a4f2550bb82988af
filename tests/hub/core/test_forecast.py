"""Waits as intervals: sane before they are good."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.forecast import wait_behind
from tests.hub.core.examples import Driver, make_plan, sign_in, text


def test_nobody_can_say_while_no_counter_is_open() -> None:
    d = Driver()
    assert wait_behind(d.hall, "c", 0) is None
    d.open("c2", "wang")  # serves only b
    assert wait_behind(d.hall, "c", 0) is None
    d.at("c3", sign_in("li"))
    assert wait_behind(d.hall, "c", 0) is None
    d.press("c3", "open")
    assert wait_behind(d.hall, "c", 0) is not None


def test_no_wait_at_an_idle_counter_but_some_at_a_busy_one() -> None:
    d = Driver()
    d.open("c3", "wang")
    idle = wait_behind(d.hall, "c", 0)
    assert idle is not None
    assert (idle.p10, idle.p50, idle.p90) == (0.0, 0.0, 0.0)
    d.ticket("c")
    d.press("c3", "next")
    busy = wait_behind(d.hall, "c", 0)
    assert busy is not None
    assert busy.p50 == 50.0  # half of a mean service
    assert 0.0 <= busy.p10 < busy.p50 < busy.p90


def test_a_second_counter_halves_the_wait_and_another_line_takes_its_share() -> None:
    d = Driver()
    d.open("c1", "wang")
    alone = wait_behind(d.hall, "a", 4)
    d.open("c4", "li")
    both = wait_behind(d.hall, "a", 4)
    for _ in range(2):
        d.ticket("b")
    shared = wait_behind(d.hall, "a", 4)
    assert alone is not None
    assert both is not None
    assert shared is not None
    assert both.p50 == alone.p50 / 2
    assert both.p50 < shared.p50 < alone.p50  # c1 also serves those who wait for b


@settings(max_examples=25)
@given(st.floats(1, 14_400), st.floats(0.01, 5), st.integers(1, 3), st.booleans())
def test_the_wait_grows_with_those_ahead(mean: float, cv: float, open_: int, busy: bool) -> None:
    service = {"id": "a", "name": text("a"), "prefix": "A", "mean_s": mean, "cv": cv}
    counters = [{"id": f"c{k}", "number": str(k), "services": ["a"]} for k in (1, 2, 3)]
    d = Driver(make_plan(services=[service], counters=counters))
    for k, clerk in zip(range(1, open_ + 1), ("wang", "li", "zhao"), strict=False):
        d.open(f"c{k}", clerk)
        if busy:
            d.ticket("a")
            d.press(f"c{k}", "next")
    waits = [wait_behind(d.hall, "a", ahead) for ahead in range(30)]
    for wait, longer in pairwise(waits):
        assert wait is not None
        assert longer is not None
        assert 0 <= wait.p10 <= wait.p50 <= wait.p90
        assert wait.p10 <= longer.p10
        assert wait.p50 < longer.p50
        assert wait.p90 < longer.p90
