"""The strips of the lines: the same from the journal as on the day, and cheap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.core.hall import Hall
from hub.core.strips import SLOT_S, SLOTS
from tests.hub.core.examples import Driver, make_plan, through_json


def test_a_sample_is_what_stood_at_its_moment() -> None:
    d = Driver(make_plan())
    d.open("c1", "wang")
    d.ticket("a")
    first = d.now
    boundary = (first // SLOT_S + 1) * SLOT_S
    d.pass_time(boundary - first + 10)
    d.ticket("a")  # after the moment: not yet in its sample
    assert d.hall.strips.rows["a"][-1] == [1, int(boundary - first)]
    shown = d.hall.strips.rolled(d.now + SLOT_S, d.hall.lines, d.hall.plan.service)
    assert [waiting for waiting, _ in shown.rows["a"][-2:]] == [1, 2]
    assert d.hall.strips is not shown  # whoever looks changes nothing


def test_a_quiet_time_is_filled_and_no_more_than_is_shown() -> None:
    d = Driver(make_plan())
    d.ticket("a")
    later = d.hall.strips.rolled(d.now + 30 * SLOTS * SLOT_S, d.hall.lines, d.hall.plan.service)
    assert len(later.rows["a"]) == SLOTS
    assert {waiting for waiting, _ in later.rows["a"]} == {1}
    assert later.rolled(d.now, d.hall.lines, d.hall.plan.service) is later  # a clock set back


@given(st.lists(st.floats(0, 3 * SLOT_S), max_size=12))
def test_the_journal_gives_the_same_strips_again(pauses: list[float]) -> None:
    d = Driver(make_plan())
    for pause in pauses:
        d.ticket("a")
        d.pass_time(pause)
    again = Hall()
    for event in d.events:
        again.apply(event)
    assert again.strips == d.hall.strips
    assert Hall.load(through_json(d.hall.dump())).strips == d.hall.strips
