"""The life of a ticket: the table, and the line."""

from __future__ import annotations

import pytest

from hub.core.tickets import (
    IN_HAND,
    TRANSITIONS,
    IllegalStep,
    Step,
    TicketState,
    after,
)

ENDS = {TicketState.CANCELLED, TicketState.EXPIRED}
OVER = {*ENDS, TicketState.DONE, TicketState.NO_SHOW}
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
    assert all((state, Step.EXPIRE) in TRANSITIONS for state in leads_on - OVER)
    back = {step for state, step in TRANSITIONS if state in OVER}
    assert back == {Step.COME_BACK, Step.UNDO_NO_SHOW, Step.UNDO_DONE}


def test_only_a_call_or_its_own_counter_takes_a_ticket_in_hand() -> None:
    taking = {(state, step) for (state, step), to in TRANSITIONS.items() if to in IN_HAND}
    undo = {step for step in Step if step.startswith("undo_")}
    assert {step for state, step in taking if state not in IN_HAND} == {
        Step.CALL,
        Step.RESUME,
        *undo,
    }
    assert {state for state, step in taking if step is Step.CALL} == {TicketState.WAITING}


def test_nobody_who_is_served_is_called_away_or_missed_without_a_step_for_it() -> None:
    assert after(TicketState.CALLED, Step.DONE) is TicketState.DONE
    assert after(TicketState.SERVING, Step.NO_SHOW) is TicketState.NO_SHOW
    assert (TicketState.SERVING, Step.CALL) not in TRANSITIONS
