"""Policies: what makes a line more urgent, whatever its index is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.lines import Row
from hub.core.policies import BOUNDS, OWN_AT_MOST, POLICIES, Facts
from tests.hub.core.examples import Driver, make_plan, text

LINE = Facts(900.0, 300.0, 10, 2.0, 600.0, True)


any_wait_in_any_line = given(
    st.sampled_from(sorted(POLICIES)),
    st.floats(-3_600.0, 36_000.0),
    st.floats(0.0, 1e-3) | st.floats(0.0, 3_600.0),
    st.tuples(st.floats(1.0, 28_800.0), st.floats(1.0, 14_400.0), st.integers(1, 10_000)),
    st.tuples(st.floats(0.01, 200.0), st.floats(0.0, 1e6), st.booleans()),
)


@pytest.mark.parametrize("name", POLICIES)
def test_a_longer_wait_is_more_urgent(name: str) -> None:
    indices = [POLICIES[name](60.0 * minutes, LINE) for minutes in range(60)]
    assert indices == sorted(indices)
    assert indices[0] < indices[-1]


@pytest.mark.slow
@any_wait_in_any_line
def test_a_longer_wait_is_never_less_urgent_not_even_by_rounding(
    name: str, wait_s: float, more_s: float, line: tuple[float, ...], hall: tuple[float, ...]
) -> None:
    """The search for the most urgent asks a line for its longest wait alone."""
    facts = Facts(*line, *hall)  # type: ignore[arg-type]
    assert POLICIES[name](wait_s + more_s, facts) >= POLICIES[name](wait_s, facts)


@pytest.mark.slow
@any_wait_in_any_line
def test_no_index_is_above_the_bound_of_its_line(
    name: str, wait_s: float, more_s: float, line: tuple[float, ...], hall: tuple[float, ...]
) -> None:
    facts = Facts(*line, *hall)  # type: ignore[arg-type]
    row, now, index = Row("a", facts), 1.7e9, POLICIES[name]
    row.earliest = now - wait_s - more_s
    [bound] = BOUNDS[index]([row], now, facts.load_s)
    bound *= OWN_AT_MOST.get(index, 1.0) if facts.primary else 1.0
    assert bound >= index(min(wait_s, now - row.earliest), facts)
    assert bound == index(now - row.earliest, facts) or now < row.earliest


@pytest.mark.parametrize("name", ["pressure", "relief"])
def test_more_people_behind_make_a_line_more_urgent(name: str) -> None:
    assert POLICIES[name](600.0, LINE.but(waiting=20)) > POLICIES[name](600.0, LINE)


def test_the_bound_on_priority_and_the_rule_of_three_targets() -> None:
    d = Driver(
        make_plan(
            dispatch={"policy": "fcfs", "priority_bound": 2},
            priorities=[{"id": "elderly", "name": text("e"), "credit_min": 60}],
        )
    )
    d.open("c1", "wang")
    old = d.ticket("a")
    for _ in range(6):
        d.ticket("a", kind="elderly")
    last = d.ticket("a")
    called = []
    for _ in range(6):
        called.append(str(d.press("c1", "next").ticket))
        d.press("c1", "done")
    kinds = [d.hall.tickets[t].kind for t in called]
    assert kinds == ["elderly", "elderly", "", "elderly", "elderly", ""]
    assert (called[2], called[5]) == (old.id, last.id)


def test_who_has_waited_three_targets_goes_before_priority_in_the_line() -> None:
    d = Driver(
        make_plan(
            dispatch={"policy": "fcfs"},
            priorities=[{"id": "elderly", "name": text("e"), "credit_min": 240}],
        )
    )
    d.open("c1", "wang")
    target_s = d.hall.plan.service["a"].target_s
    old = d.ticket("a")
    d.pass_time(3 * target_s)
    elderly = d.ticket("a", kind="elderly")
    assert d.press("c1", "next").ticket == elderly.id
    d.press("c1", "undo")
    d.pass_time(1)
    assert d.press("c1", "next").ticket == old.id
