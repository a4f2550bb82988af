"""What citizens do: classes, appointments, limits, coming back, giving up."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.core.commands import Book
from hub.core.dispatch import ahead_of
from hub.core.tickets import APPOINTMENT, ORDINARY, Ticket, TicketState
from tests.hub.core.examples import Driver, make_plan, text

ELDERLY = [{"id": "elderly", "name": text("e"), "credit_min": 10}]


def hall(**sections: Any) -> Driver:
    sections = {"priorities": ELDERLY, "dispatch": {"policy": "fcfs"}, **sections}
    d = Driver(make_plan(**sections))
    d.open("c1", "wang")
    return d


def book(d: Driver, in_s: float, **fields: Any) -> Ticket:
    decision = d.do(Book("a", d.new_id("ticket"), "web", d.now + in_s, **fields))
    return d.hall.tickets[str(decision.ticket)]


# --- coming back and giving up ------------------------------------------------------------


@pytest.mark.parametrize(("after_s", "code"), [(1800.0, None), (1800.5, "too_late")])
def test_who_missed_the_call_may_come_back_for_half_an_hour(
    after_s: float, code: str | None
) -> None:
    d = hall()
    ticket = d.ticket("a")
    d.pass_time(600)
    d.press("c1", "next")
    d.pass_time(60)
    d.press("c1", "no_show")
    d.pass_time(after_s)
    assert d.wish(ticket.id, "come_back").code == code
    if code is None:
        assert (ticket.state, d.now - ticket.queued_at) == (TicketState.WAITING, 600)


@pytest.mark.parametrize("wish", ["check_in", "come_back"])
def test_who_waits_can_neither_check_in_nor_come_back(wish: str) -> None:
    d = hall()
    ticket = d.ticket("a")
    assert d.wish(ticket.id, wish).code == "illegal_step"
    assert d.wish("invented", wish).code == "unknown_ticket"


def test_who_gave_up_is_not_called() -> None:
    d = hall()
    first, second = d.ticket("a"), d.ticket("a")
    assert d.wish(first.id, "cancel").outcome == "done"
    assert d.press("c1", "next").ticket == second.id
    assert d.wish(second.id, "cancel").code == "illegal_step"
    assert d.hall.today.cancelled == 1


@pytest.mark.parametrize("mode", ["pooled", "assigned"])
def test_only_what_is_kept_for_a_counter_can_be_released(mode: str) -> None:
    d = hall(dispatch={"mode": mode})
    ticket = d.ticket("c")  # no counter on duty serves this: nothing is printed
    assert d.wish(ticket.id, "release").code == "not_kept"


# --- appointments -------------------------------------------------------------------------


def test_an_appointment_gets_its_number_at_check_in_and_its_place_by_its_time() -> None:
    d = hall()
    ticket = book(d, 1800)
    assert (ticket.state, ticket.number) == (TicketState.BOOKED, "")
    assert d.press("c1", "next").outcome == "nothing_waiting"
    assert d.wish(ticket.id, "check_in").outcome == "done"
    assert (ticket.number, ticket.kind) == ("A001", APPOINTMENT)
    assert ticket.queued_at == ticket.due_at == d.now + 1800


@pytest.mark.parametrize(
    ("at_s", "code", "kind"),
    [
        (-1801, "too_early", ORDINARY),
        (-1800, None, APPOINTMENT),
        (0, None, APPOINTMENT),
        (900, None, APPOINTMENT),
        (901, None, ORDINARY),
    ],
)
def test_early_in_time_and_late(at_s: float, code: str | None, kind: str) -> None:
    d = hall()
    ticket = book(d, 3600)
    d.pass_time(3600 + at_s)
    assert d.wish(ticket.id, "check_in").code == code
    assert ticket.kind == kind
    if at_s > 900:
        assert ticket.queued_at == d.now


def test_an_early_check_in_does_not_put_off_those_who_take_a_number_meanwhile() -> None:
    d = hall()
    d.wish(book(d, 1500).id, "check_in")
    assert d.ticket("a").queued_at == d.now
    assert "waited 0.0 min" in str(d.press("c1", "next").reason)


def test_who_is_alone_with_an_appointment_is_called_before_its_time() -> None:
    d = hall()
    ticket = book(d, 1500)
    d.wish(ticket.id, "check_in")
    decision = d.press("c1", "next")
    assert decision.ticket == ticket.id
    assert "waited 0.0 min" in str(decision.reason)


@pytest.mark.parametrize(
    ("in_s", "code"), [(0.0, "bad_time"), (61 * 86_400.0, "bad_time"), (4 * 3600.0, "hall_closed")]
)
def test_times_at_which_nobody_can_be_booked(in_s: float, code: str) -> None:
    d = hall()
    assert d.do(Book("a", "t", "web", d.now + in_s)).code == code


def test_an_appointment_of_another_day_outlives_this_one_and_a_missed_one_does_not() -> None:
    d = hall()
    missed, kept = book(d, 600), book(d, 7 * 86_400)
    d.pass_time(86_400)
    assert missed.id not in d.hall.tickets
    assert d.hall.tickets[kept.id].state is TicketState.BOOKED


# --- limits and classes -------------------------------------------------------------------


def test_a_person_takes_so_many_numbers_a_day_bookings_among_them() -> None:
    d = hall(limits={"per_person_day": 2})
    d.ticket("a", person="hash")
    book(d, 600, person="hash")
    assert d.issue("a", person="hash").code == "person_limit"
    assert d.do(Book("a", "t", "web", d.now + 600, "hash")).code == "person_limit"
    assert d.issue("a", person="another").outcome == "done"
    assert d.issue("a").outcome == "done"
    d.pass_time(86_400 * 7)
    assert d.issue("a", person="hash").outcome == "done"


def test_nobody_without_an_identity_if_so_set() -> None:
    d = hall(limits={"identity_required": True})
    assert d.issue("a").code == "identity_required"
    assert d.issue("a", person="hash").outcome == "done"


def test_what_cannot_be_issued() -> None:
    d = hall()
    assert d.issue("a", kind="king").code == "unknown_class"
    assert d.issue("a", kind=APPOINTMENT).code == "unknown_class"
    assert d.issue("a", further=("z",)).code == "unknown_service"
    assert d.issue("a", further=("b", "a")).code == "service_twice"


def test_the_credit_of_a_class_counts_in_the_place_that_is_told() -> None:
    d = hall()
    first = d.ticket("a")
    d.pass_time(300)
    elderly = d.ticket("a", kind="elderly")
    d.pass_time(400)
    last = d.ticket("a", kind="elderly")
    assert [ahead_of(d.hall, t) for t in (elderly, first, last)] == [0, 1, 2]


def test_a_clock_set_back_lets_nobody_in_before_those_who_wait() -> None:
    d = hall()
    first = d.ticket("a")
    d.pass_time(-600)
    second = d.ticket("a")
    assert second.queued_at == first.queued_at
    assert d.press("c1", "next").ticket == first.id


def test_a_service_that_left_the_plan_is_not_issued_and_nothing_is_left_of_it() -> None:
    d = hall()
    raw = make_plan().model_dump(mode="json")
    raw["services"] = raw["services"][:2]
    raw["counters"] = raw["counters"][:2]
    d.apply(e.Configured(d.now, raw))
    assert d.issue("c").code == "unknown_service"


def test_one_number_a_person_and_day() -> None:
    d = hall(limits={"per_person_day": 1})
    d.ticket("a", person="hash")
    assert d.issue("a", person="hash").code == "person_limit"
