"""The life of a ticket: the table, and the line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.tickets import (
    HELD,
    TRANSITIONS,
    IllegalStep,
    Line,
    Step,
    Ticket,
    TicketState,
    after,
)

ENDS = {TicketState.DONE, TicketState.NO_SHOW, TicketState.EXPIRED}
LEGAL = sorted(TRANSITIONS)
ILLEGAL = [(state, step) for state in TicketState for step in Step if (state, step) not in LEGAL]


@pytest.mark.parametrize(("state", "step"), ILLEGAL)
def test_an_illegal_step_names_state_and_step(state: TicketState, step: Step) -> None:
    with pytest.raises(IllegalStep, match=f"a ticket that is {state} cannot {step}") as caught:
        after(state, step)
    assert (caught.value.state, caught.value.step) == (state, step)


def test_ends_are_ends_and_every_other_state_leads_to_one() -> None:
    leads_on = {state for state, _ in TRANSITIONS}
    assert leads_on == set(TicketState) - ENDS
    assert all((state, Step.EXPIRE) in TRANSITIONS for state in leads_on)


def test_only_a_call_lets_a_counter_hold_a_ticket() -> None:
    taking = {(state, step) for (state, step), to in TRANSITIONS.items() if to in HELD}
    assert {step for state, step in taking if state not in HELD} == {Step.CALL}


def test_nobody_who_is_served_is_called_away_or_missed_without_a_step_for_it() -> None:
    assert after(TicketState.CALLED, Step.DONE) is TicketState.DONE
    assert after(TicketState.SERVING, Step.NO_SHOW) is TicketState.NO_SHOW
    assert (TicketState.SERVING, Step.CALL) not in TRANSITIONS


def _ticket(key: int, queued_at: float) -> Ticket:
    return Ticket(
        id=f"t{key}",
        number=f"A{key:03d}",
        service="a",
        issued_at=0.0,
        queued_at=queued_at,
        channel="web",
        state=TicketState.WAITING,
        since=0.0,
        order=key,
    )


@settings(max_examples=40)
@given(st.lists(st.integers(0, 3), max_size=12), st.data())
def test_a_line_goes_by_queued_at_then_by_order_of_issue(
    times: list[int], data: st.DataObject
) -> None:
    tickets = [_ticket(key, float(at)) for key, at in enumerate(times)]
    line = Line()
    for ticket in data.draw(st.permutations(tickets)):
        line.add(ticket)
    expected = [t.id for t in sorted(tickets, key=lambda t: (t.queued_at, t.order))]
    assert line.tickets() == expected
    assert len(line) == len(tickets)
    assert [line.ahead_of(t) for t in tickets] == [expected.index(t.id) for t in tickets]
    for gone in expected:
        assert line.head() == gone
        line.remove(next(t for t in tickets if t.id == gone))
    assert line.head() is None


def test_removing_a_ticket_that_does_not_wait_is_an_error() -> None:
    line = Line()
    line.add(_ticket(1, 0.0))
    with pytest.raises(ValueError, match="not in list"):
        line.remove(_ticket(2, 0.0))
    assert line.tickets() == ["t1"]
