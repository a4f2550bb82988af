"""What clerks do with a ticket in hand: hold, transfer, onward, next, and undo."""

from __future__ import annotations

import pytest

from hub.core import events as e
from hub.core.hall import Hall
from hub.core.ratings import rated
from hub.core.state import HistoryError
from hub.core.tickets import Ticket, TicketState
from tests.hub.core.examples import (
    Driver,
    make_plan,
    pause,
    rating,
    raw_plan,
    text,
    through_json,
    transfer,
)
from wire.messages import Resume

WAITED_S = 600.0


@pytest.fixture
def d() -> Driver:
    """wang at c1, which serves a and b, has called a ticket that had waited ten minutes."""
    driver = Driver(make_plan(dispatch={"policy": "fcfs"}))
    driver.open("c1", "wang")
    driver.open("c3", "li")
    driver.ticket("a")
    driver.pass_time(WAITED_S)
    assert driver.press("c1", "next").outcome == "done"
    return driver


def in_hand(d: Driver, counter: str = "c1") -> Ticket:
    return d.hall.tickets[str(d.counter(counter).ticket)]


def the_only(d: Driver) -> Ticket:
    return next(iter(d.hall.tickets.values()))


# --- the wait that counts -----------------------------------------------------------------


def test_a_transfer_keeps_number_and_wait_but_not_the_time_at_the_counter(d: Driver) -> None:
    ticket = in_hand(d)
    d.pass_time(300)
    assert d.at("c1", transfer("c")).ticket == ticket.id
    assert (ticket.state, ticket.service, ticket.number) == (TicketState.WAITING, "c", "A001")
    assert d.now - ticket.queued_at == WAITED_S
    d.pass_time(60)
    assert d.press("c3", "next").ticket == ticket.id
    assert ticket.credit_s == WAITED_S + 60


def test_waits_add_up_over_two_transfers(d: Driver) -> None:
    ticket = in_hand(d)
    d.at("c1", transfer("c"))
    d.pass_time(120)
    d.press("c3", "next")
    d.at("c3", transfer("b"))
    assert d.now - ticket.queued_at == WAITED_S + 120


def test_a_hold_that_is_released_keeps_the_wait_up_to_the_call(d: Driver) -> None:
    ticket = in_hand(d)
    d.pass_time(100)
    d.press("c1", "hold")
    d.pass_time(200)
    assert d.wish(ticket.id, "release").outcome == "done"
    assert (ticket.state, ticket.bound) == (TicketState.WAITING, None)
    assert d.now - ticket.queued_at == WAITED_S


def test_the_second_service_of_a_visit_counts_the_wait_for_the_first() -> None:
    d = Driver()
    d.open("c1", "wang")
    ticket = d.ticket("a", further=("c",))
    d.pass_time(WAITED_S)
    d.press("c1", "next")
    d.pass_time(60)
    [done] = d.press("c1", "done").events
    assert isinstance(done, e.TicketDone)
    assert (done.onward, done.queued_at) == ("c", d.now - WAITED_S)
    assert (ticket.state, ticket.service, ticket.further) == (TicketState.WAITING, "c", ())
    assert d.hall.today.served == 1


def test_who_is_sent_to_a_later_service_of_the_visit_is_not_sent_there_twice() -> None:
    d = Driver()
    d.open("c1", "wang")
    d.open("c3", "li")
    ticket = d.ticket("a", further=("c",))
    d.press("c1", "next")
    d.at("c1", transfer("c"))
    assert ticket.further == ()
    d.press("c3", "next")
    d.press("c3", "done")
    assert ticket.state is TicketState.DONE


# --- transfer -----------------------------------------------------------------------------


def test_who_is_sent_to_a_counter_is_called_by_that_one_alone(d: Driver) -> None:
    ticket = in_hand(d)
    assert d.at("c1", transfer(counter="c3")).outcome == "done"
    assert ticket.bound == "c3"
    assert d.press("c1", "next").outcome == "nothing_waiting"
    assert d.press("c3", "next").ticket == ticket.id


@pytest.mark.parametrize(
    ("service", "counter", "code"),
    [
        ("z", None, "unknown_service"),
        ("a", None, "nowhere"),
        (None, None, "nowhere"),
        (None, "c9", "unknown_counter"),
        (None, "c1", "nowhere"),
        (None, "c2", "no_skill"),
        ("b", "c2", "closed"),
    ],
)
def test_transfers_that_lead_nowhere(
    d: Driver, service: str | None, counter: str | None, code: str
) -> None:
    decision = d.at("c1", transfer(service, counter))
    assert (decision.code, decision.events) == (code, ())


@pytest.mark.parametrize(("minutes", "code"), [(4.0, None), (5.0, "paused"), (None, "paused")])
def test_nobody_is_sent_to_a_counter_that_is_away_for_long(
    d: Driver, minutes: float | None, code: str | None
) -> None:
    d.at("c3", pause(minutes))
    assert d.at("c1", transfer(counter="c3")).code == code


# --- hold and resume ----------------------------------------------------------------------


def test_a_counter_serves_others_while_somebody_is_on_hold(d: Driver) -> None:
    first = in_hand(d)
    d.press("c1", "hold")
    second = d.ticket("a")
    assert d.press("c1", "next").ticket == second.id
    assert d.press("c1", "resume").code == "busy"
    d.press("c1", "done")
    assert d.press("c3", "resume").code == "nothing_on_hold"
    assert d.press("c1", "resume").ticket == first.id
    assert (first.state, first.bound) == (TicketState.SERVING, None)


def test_the_one_held_longest_goes_on_unless_another_is_named(d: Driver) -> None:
    first = in_hand(d)
    d.press("c1", "hold")
    second = d.ticket("a")
    d.pass_time(5)
    d.press("c1", "next")
    d.press("c1", "hold")
    assert d.at("c1", Resume(action="resume", ticket=second.id)).ticket == second.id
    d.press("c1", "hold")
    assert d.press("c1", "resume").ticket == first.id


def test_resuming_ends_a_pause(d: Driver) -> None:
    d.press("c1", "hold")
    d.at("c1", pause(60))
    kinds = [type(event) for event in d.press("c1", "resume").events]
    assert kinds == [e.CounterResumed, e.TicketResumed]
    assert d.counter("c1").on_duty


# --- next ---------------------------------------------------------------------------------


def test_next_while_paused_ends_the_pause_even_if_nobody_waits(d: Driver) -> None:
    d.press("c1", "done")
    d.press("c1", "pause")
    decision = d.press("c1", "next")
    assert decision.outcome == "nothing_waiting"
    assert [type(event) for event in decision.events] == [e.CounterResumed]
    d.press("c1", "pause")
    ticket = d.ticket("a")
    assert d.press("c1", "next").ticket == ticket.id


@pytest.fixture
def quick() -> Driver:
    driver = Driver(make_plan(dispatch={"policy": "fcfs", "next_finishes": True}))
    driver.open("c1", "wang")
    return driver


def test_next_finishes_if_so_set(quick: Driver) -> None:
    first, second = quick.ticket("a"), quick.ticket("a")
    quick.press("c1", "next")
    decision = quick.press("c1", "next")
    assert (first.state, decision.ticket) == (TicketState.DONE, second.id)
    decision = quick.press("c1", "next")
    assert (second.state, decision.outcome) == (TicketState.DONE, "nothing_waiting")
    assert quick.hall.today.served == 2


def test_who_goes_on_to_the_same_counter_keeps_the_place_before_later_ones(quick: Driver) -> None:
    visit = quick.ticket("a", further=("b",))
    quick.pass_time(600)
    quick.press("c1", "next")
    later = quick.ticket("b")
    quick.pass_time(60)
    assert quick.press("c1", "next").ticket == visit.id
    assert visit.service == "b"
    assert quick.press("c1", "next").ticket == later.id


def test_who_goes_on_elsewhere_does_not_stand_in_the_way(quick: Driver) -> None:
    quick.ticket("a", further=("c",))
    quick.press("c1", "next")
    assert quick.press("c1", "next").outcome == "nothing_waiting"


# --- undo ---------------------------------------------------------------------------------


def prepare(d: Driver, step: str) -> None:
    if step == "transfer":
        assert d.at("c1", transfer("c")).outcome == "done"
    elif step != "next":
        assert d.press("c1", step).outcome == "done"


STEPS = ["next", "no_show", "done", "hold", "transfer"]
AGAIN = {"next": "waiting", "no_show": "called"}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_can_be_undone_while_its_time_lasts(d: Driver, step: str) -> None:
    ticket = in_hand(d)
    queued_at, number = ticket.queued_at, ticket.number
    prepare(d, step)
    d.pass_time(30)
    assert d.press("c1", "undo").ticket == ticket.id
    assert ticket.state == AGAIN.get(step, "serving")
    assert (ticket.service, ticket.queued_at, ticket.number) == ("a", queued_at, number)
    assert (ticket.bound, ticket.label) == (None, None)
    assert d.counter("c1").ticket == (None if step == "next" else ticket.id)
    today = d.hall.today
    assert (today.served, today.missed, d.counter("c1").served_today) == (0, 0, 0)
    assert d.press("c1", "undo").code == "nothing_to_undo"


@pytest.mark.parametrize("step", STEPS)
def test_no_step_can_be_undone_later(d: Driver, step: str) -> None:
    prepare(d, step)
    d.pass_time(30.5)
    assert d.press("c1", "undo").code == "too_late"


def test_an_undo_comes_too_late_for_whom_another_counter_has_called(d: Driver) -> None:
    d.at("c1", transfer("b"))
    assert d.press("c3", "next").outcome == "done"
    assert d.press("c1", "undo").code == "too_late"
    d.press("c3", "undo")
    assert d.press("c1", "undo").code == "too_late"


def test_who_came_back_or_gave_up_is_not_missed_any_more(d: Driver) -> None:
    ticket = in_hand(d)
    d.press("c1", "no_show")
    d.wish(ticket.id, "come_back")
    assert d.press("c1", "undo").code == "illegal_step"
    assert d.wish(ticket.id, "cancel").outcome == "done"
    assert d.press("c1", "undo").code == "illegal_step"


def test_the_last_step_of_a_busy_counter_is_the_call(d: Driver) -> None:
    first = in_hand(d)
    d.press("c1", "done")
    second = d.ticket("a")
    d.press("c1", "next")
    assert d.press("c1", "undo").ticket == second.id
    assert (first.state, second.state) == (TicketState.DONE, TicketState.WAITING)


def test_a_call_can_be_undone_after_recall_and_start(d: Driver) -> None:
    ticket = in_hand(d)
    d.press("c1", "recall")
    d.press("c1", "start")
    assert d.press("c1", "undo").ticket == ticket.id
    assert (ticket.recalls, ticket.called_at) == (0, None)


@pytest.mark.parametrize("action", ["pause", "close", "sign_out"])
def test_what_was_done_before_leaving_is_final(d: Driver, action: str) -> None:
    d.press("c1", "done")
    d.press("c1", action)
    assert d.press("c1", "undo").code == "nothing_to_undo"


def test_a_rating_given_in_between_stays_and_the_call_is_not_rated_again(d: Driver) -> None:
    call = str(in_hand(d).call_id)
    d.press("c1", "done")
    d.apply(rated(d.hall, "unit-1", ("outbox", 1), rating(call), d.now, "run"))
    d.press("c1", "undo")
    assert d.counter("c1").last_call is None
    assert d.hall.today.levels == {"satisfied": 1}
    d.press("c1", "done")
    second = rated(d.hall, "unit-1", ("outbox", 2), rating(call), d.now, "run")
    assert (second.counted, second.why_not) == (False, "second")


def test_the_next_service_of_a_visit_is_taken_back_too() -> None:
    d = Driver()
    d.open("c1", "wang")
    ticket = d.ticket("a", further=("b", "c"))
    d.press("c1", "next")
    d.press("c1", "done")
    assert d.press("c1", "undo").outcome == "done"
    assert (ticket.state, ticket.service, ticket.further) == (TicketState.SERVING, "a", ("b", "c"))
    d.press("c1", "done")
    assert (ticket.service, ticket.further) == ("b", ("c",))
    assert Hall.load(through_json(d.hall.dump())).dump() == d.hall.dump()


def test_a_call_taken_back_gives_no_more_priority_calls_in_a_row() -> None:
    classes = [{"id": "elderly", "name": text("e"), "credit_min": 30}]
    rules = {"policy": "fcfs", "priority_bound": 2}
    d = Driver(make_plan(**raw_plan(priorities=classes, dispatch=rules)))
    d.open("c1", "wang")
    for kind in ["", "", *["elderly"] * 4]:
        d.ticket("a", kind=kind)
    called = []
    for undone in (False, False, True, False, False):
        d.press("c1", "next")
        called.append(in_hand(d).kind)
        d.press("c1", "undo" if undone else "done")
    assert called == ["elderly", "elderly", "", "", "elderly"]


def test_an_undo_leaves_the_ticket_to_the_counter_it_was_sent_to(d: Driver) -> None:
    ticket = in_hand(d)
    d.at("c1", transfer(counter="c3"))
    d.press("c3", "next")
    d.press("c3", "done")
    d.press("c3", "undo")
    assert ticket.bound == "c3"


def test_the_journal_cannot_say_that_another_counter_called_it(d: Driver) -> None:
    ticket = in_hand(d)
    d.at("c1", transfer(counter="c3"))
    called = e.TicketCalled(d.now, ticket.id, "call", "c1", "wang", {"rule": "index"})
    closed = e.CounterClosed(d.now, "c3", "li")
    _refused(d, called)
    d.press("c3", "next")
    _refused(d, closed)


def test_the_journal_cannot_say_that_a_service_without_a_plan_was_issued(d: Driver) -> None:
    raw = raw_plan()
    raw["services"], raw["counters"] = raw["services"][:2], raw["counters"][:2]
    d.apply(e.Configured(d.now, make_plan(**raw).model_dump(mode="json")))
    _refused(d, e.TicketIssued(d.now, "new", "C001", "c", d.now, "web"))
    _refused(d, e.TicketIssued(d.now, "new", "A009", "a", d.now, "web", further=("c",)))


def _refused(d: Driver, event: e.Event) -> None:
    before, waiting = d.hall.dump(), list(d.hall.lines.everybody())
    with pytest.raises(HistoryError):
        d.hall.apply(event)
    assert (d.hall.dump(), list(d.hall.lines.everybody())) == (before, waiting)


def test_only_priority_calls_that_somebody_had_to_wait_for_are_counted() -> None:
    classes = [{"id": "elderly", "name": text("e"), "credit_min": 30}]
    d = Driver(make_plan(priorities=classes, dispatch={"policy": "fcfs", "priority_bound": 1}))
    d.open("c1", "wang")
    for _ in range(3):
        d.ticket("a", kind="elderly")
        d.press("c1", "next")
        d.press("c1", "done")
    d.ticket("a")
    d.ticket("a", kind="elderly")
    d.press("c1", "next")
    assert in_hand(d).kind == "elderly"
    d.pass_time(86_400)
    assert d.hall.priority_run == {}
