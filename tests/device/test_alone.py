"""A counter that decides alone: what each press becomes, and what a record makes of a picture."""

from __future__ import annotations

import pytest

from device.alone import (
    TABLE,
    Decision,
    DecisionRecord,
    Desk,
    NoGrant,
    Phase,
    Press,
    Refused,
    Step,
    after,
    aged,
    phase_of,
)
from hub.core import tickets as hub
from tests.device.samples import RUN, away, grant, moment, picture
from wire.messages import (
    Action,
    AwayRecord,
    CalledRecord,
    CounterPicture,
    CounterState,
    Done,
    Grant,
    Hold,
    Next,
    NoShow,
    Pause,
    Recall,
    Resume,
    StepRecord,
    Transfer,
    Undo,
    Unpause,
    WithoutNumberRecord,
)

NEXT = Next(action="next")
RECALL = Recall(action="recall")
NO_SHOW = NoShow(action="no_show")
DONE = Done(action="done")
HOLD = Hold(action="hold")
RESUME = Resume(action="resume")
PAUSE = Pause(action="pause")
UNPAUSE = Unpause(action="unpause")
UNDO = Undo(action="undo")


def desk(shown: CounterPicture) -> Desk:
    return Desk(RUN, "c3", shown, 100.0, 100.0)


def decided(
    shown: CounterPicture, action: Action, lent: Grant | None = None, confirmed: bool = False
) -> Decision:
    return desk(shown).decide(Press(action, "k1", "k0"), lent, confirmed, moment(110.0))


def kept(shown: CounterPicture, *actions: Action, lent: Grant | None = None) -> CounterPicture:
    counter = desk(shown)
    for number, action in enumerate(actions):
        body = counter.decide(Press(action, f"k{number}"), lent, True, moment(110.0 + number))
        assert not isinstance(body, Refused | NoGrant)
        counter.follow(body, 110.0 + number)
    return counter.picture


def test_the_steps_are_the_hub_s() -> None:
    for (phase, step), then in TABLE.items():
        found = hub.TRANSITIONS[hub.TicketState(phase.value), hub.Step(step.value)]
        assert found.value == then.value
    for state, taken in hub.TRANSITIONS:
        if taken.value in set(Step) and state.value in set(Phase):
            assert (Phase(state.value), Step(taken.value)) in TABLE


def test_next_calls_the_grant_and_names_the_command_it_answers() -> None:
    record = decided(picture(), NEXT, grant(1))
    assert isinstance(record, CalledRecord)
    assert (record.ticket, record.number, record.service) == ("granted-1", "B001", "id-card")
    assert (record.call_id, record.clerk, record.command) == ("k1-c", "wang", "k0")
    assert (record.run, record.counter, record.boot_ms) == (RUN, "c3", 110_000)


def test_next_without_a_grant_is_offered_and_once_confirmed_serves_without_a_number() -> None:
    assert isinstance(decided(picture(), NEXT), NoGrant)
    record = decided(picture(), NEXT, confirmed=True)
    assert isinstance(record, WithoutNumberRecord)
    assert (record.ticket, record.call_id, record.service) == ("k1-t", "k1-c", "id-card")
    assert record.command == "k0"


def test_a_counter_without_a_service_has_none_to_record() -> None:
    bare = picture().model_copy(update={"services": []})
    assert decided(bare, NEXT, confirmed=True) == Refused("no_service")


SIGNED_OUT = picture(CounterState.CLOSED).model_copy(update={"clerk": None})
CLOSED, IDLE = picture(CounterState.CLOSED), picture()
CALLED, SERVING = picture(CounterState.CALLED), picture(CounterState.SERVING)
PAUSED = picture(CounterState.PAUSED, pause=away("Meal", 60.0), on_hold=["t9"])


@pytest.mark.parametrize(
    ("shown", "action", "code"),
    [
        (SIGNED_OUT, NEXT, "not_signed_in"),
        (SIGNED_OUT, PAUSE, "not_signed_in"),
        (CLOSED, NEXT, "closed"),
        (CLOSED, PAUSE, "closed"),
        (CALLED, NEXT, "busy"),
        (SERVING, PAUSE, "busy"),
        (SERVING, RESUME, "busy"),
        (IDLE, RESUME, "nothing_on_hold"),
        *[(IDLE, action, "nothing_in_hand") for action in (RECALL, NO_SHOW, DONE, HOLD)],
        (SERVING, UNDO, "cut_off"),
        (SERVING, Transfer(action="transfer", service="tax"), "cut_off"),
    ],
)
def test_what_the_hub_would_refuse_is_refused_with_its_code(
    shown: CounterPicture, action: Action, code: str
) -> None:
    assert decided(shown, action, grant(1), confirmed=True) == Refused(code)


@pytest.mark.parametrize("shown", [CALLED, SERVING])
@pytest.mark.parametrize("action", [RECALL, NO_SHOW, DONE, HOLD])
def test_a_step_with_the_ticket_in_hand_names_its_call(
    shown: CounterPicture, action: Action
) -> None:
    record = decided(shown, action)
    assert isinstance(record, StepRecord)
    assert (record.step, record.ticket, record.call_id) == (
        action.action,
        "ticket-call-2",
        "call-2",
    )
    assert record.command == "k0"


def test_who_has_no_number_cannot_be_called_again() -> None:
    served = kept(picture(), NEXT)
    assert served.ticket
    assert (served.state, served.ticket.number) == (CounterState.SERVING, "")
    assert decided(served, RECALL) == Refused("no_number")
    assert isinstance(decided(served, NO_SHOW), StepRecord)


def test_a_call_ends_a_pause_and_makes_the_counter_busy() -> None:
    shown = kept(PAUSED, NEXT, lent=grant(2))
    assert (shown.state, shown.pause) == (CounterState.CALLED, None)
    assert shown.ticket
    assert (shown.ticket.number, shown.ticket.recalls, shown.ticket.since_s) == ("B002", 0, 0.0)


def test_a_recall_counts_and_a_call_that_ends_leaves_the_counter_free() -> None:
    recalled = kept(CALLED, RECALL, RECALL)
    assert recalled.ticket
    assert (recalled.state, recalled.ticket.recalls) == (CounterState.CALLED, 2)
    assert phase_of(recalled) is Phase.RECALLED
    for action, served in ((DONE, 8), (NO_SHOW, 7)):
        free = kept(recalled, action)
        assert (free.state, free.ticket, free.served_today) == (CounterState.IDLE, None, served)


def test_what_is_put_on_hold_is_gone_on_with_under_the_same_call() -> None:
    held = kept(SERVING, HOLD)
    assert (held.ticket, [ticket.id for ticket in held.on_hold]) == (None, ["ticket-call-2"])
    shown = kept(held, RESUME)
    assert shown.ticket
    assert (shown.state, shown.ticket.call_id) == (CounterState.SERVING, "call-2")
    assert not shown.on_hold


def test_who_leaves_comes_back() -> None:
    left = decided(picture(), PAUSE)
    assert isinstance(left, AwayRecord)
    assert (left.away, left.clerk) == (True, "wang")
    gone = kept(picture(), PAUSE)
    assert (gone.state, gone.pause) == (CounterState.PAUSED, away())
    back = kept(gone, UNPAUSE)
    assert (back.state, back.pause) == (CounterState.IDLE, None)


def test_a_picture_grows_older_and_shows_no_invitation_of_its_own() -> None:
    served = kept(SERVING, RECALL)
    counter = desk(PAUSED)
    later = aged(counter.picture, 30.0)
    assert later.pause
    assert (later.pause.since_s, later.pause.back_in_s) == (30.0, 30.0)
    assert served.ticket
    older = aged(served, 5.0)
    assert older.ticket
    assert older.ticket.since_s == 5.0


@pytest.mark.parametrize(
    "body",
    [
        decided(SERVING, DONE),
        decided(PAUSED, RESUME),
        decided(SERVING, RECALL),
    ],
)
def test_a_record_that_no_longer_fits_changes_nothing(body: DecisionRecord) -> None:
    other = picture(CounterState.SERVING, call_id="call-7")
    assert after(other, body, 0.0) == other
    assert after(IDLE, body, 0.0) == IDLE
