"""Dispatch: first come, first served over what a counter can do, whatever the lines hold."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.dispatch import ahead_of, choose, waiting_for
from tests.hub.core.examples import Driver, make_plan


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=12),
    st.sampled_from(["c1", "c2", "c3", "c4"]),
)
def test_the_longest_waiting_that_the_counter_can_serve(
    arrivals: list[tuple[str, int]], counter: str
) -> None:
    d = Driver(_PLAN)
    for service, pause in arrivals:
        d.now += pause
        d.ticket(service)
    d.now += 30
    skills = d.hall.plan.counter[counter].services
    mine = [t for t in d.hall.tickets.values() if t.service in skills]
    assert waiting_for(d.hall, counter) == len(mine)
    before = d.hall.dump()
    choice = choose(d.hall, counter, d.now)
    assert d.hall.dump() == before
    if not mine:
        assert choice is None
        return
    assert choice is not None
    best = mine[0]  # they were issued in the order of their arrival
    assert choice.ticket == best.id
    heads = {t.service: t for t in reversed(mine)}
    second = min((t for t in heads.values() if t is not best), key=lambda t: t.order, default=None)
    waited_s = round(d.now - second.queued_at, 3) if second else None
    assert choice.reason == {
        "policy": "fcfs",
        "rule": "index",
        "index": round(d.now - best.queued_at, 6),
        "waited_s": round(d.now - best.queued_at, 3),
        "lines": len(heads),
        "runner_up": second.number if second else None,
        "runner_up_index": waited_s,
        "runner_up_waited_s": waited_s,
        "fcfs": best.number,
    }


_PLAN = make_plan(dispatch={"policy": "fcfs"})


def test_with_a_counter_on_the_ticket_its_line_is_that_counters() -> None:
    d = Driver(make_plan(dispatch={"mode": "assigned"}))
    d.open("c1", "wang")
    d.open("c3", "li")
    for counter in ("c1", "c3"):
        d.ticket("a")
        assert d.press(counter, "next").outcome == "done"
    tickets = [d.ticket(service) for service in "aabbaab"]
    for counter in ("c1", "c3"):
        own = [t for t in tickets if t.label == counter]
        assert len({t.service for t in own}) == 2
        assert [ahead_of(d.hall, t) for t in own] == list(range(len(own)))


def test_an_own_line_of_priority_alone_leaves_the_turn_to_who_waits_elsewhere() -> None:
    classes = [{"id": "old", "name": {"zh": "老", "en": "old"}}]
    d = Driver(make_plan(dispatch={"mode": "assigned"}, priorities=classes))
    d.open("c1", "wang")
    d.open("c3", "li")
    first, second = d.ticket("a"), d.ticket("a")
    for ticket, counter, kind in ((first, "c1", "old"), (second, "c3", "")):
        d.hall.lines.remove(ticket)
        ticket.label, ticket.kind = counter, kind
        d.hall.lines.add(ticket)
    d.hall.priority_run["a"] = 3
    assert d.press("c1", "next").ticket == second.id
