"""Numbers that a kiosk printed while it was cut off: one series, no number twice, one sweep."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core import calendar
from hub.core import events as e
from hub.core.audit import Audit
from hub.core.commands import Decision, Sweep
from hub.core.hall import Hall
from hub.core.kiosk import not_printed, number_block, printed_alone, series_of, waiting_alone
from hub.core.plan import Plan
from hub.core.restored import begin
from hub.core.tickets import KIOSK_ALONE, TicketState
from hub.core.times import How, When
from tests.hub.core.examples import Driver, make_plan, text, through_json, wall
from wire import messages as w

TODAY = date(2026, 3, 2)


def plan(**sections: Any) -> Plan:
    kiosks = [{"unit": "kiosk-1", "prefix": "K", "block": 50}]
    return make_plan(kiosks=kiosks, **sections)


def issued(number: str, service: str = "a", ticket: str = "", **fields: Any) -> w.IssuedRecord:
    given: dict[str, Any] = {
        "run": "run-1",
        "boot_ms": 5_000,
        "wall": "2026-03-02T09:00:00.000+08:00",
        "synchronised": True,
        "ticket": ticket or f"paper-{number.lower()}",
        "number": number,
        "service": service,
        "ticket_class": "",
    }
    return w.IssuedRecord(**{**given, **fields})


def paper(outcome: Any, ticket: str, number: str = "K001") -> w.PrintRecord:
    record = issued(number, ticket=ticket).model_dump(exclude={"kind", "service", "ticket_class"})
    return w.PrintRecord(**record, outcome=outcome)


def exactly(at: float) -> When:
    return When(at, How.RUN, at, at)


def between(since: float, until: float, at: float | None = None) -> When:
    return When(since if at is None else at, How.INTERVAL, since, until)


class Desk(Driver):
    """A hall that hears what a kiosk printed alone."""

    def heard(
        self, record: w.IssuedRecord, at: float | When | None = None, sequence: int = 1
    ) -> e.Event:
        issued = at if isinstance(at, When) else exactly(self.now if at is None else at)
        event = printed_alone(self.hall, "kiosk-1", ("outbox-k", sequence), record, issued)
        self.apply(event)
        return event

    def block(self) -> tuple[int, int]:
        found = number_block(self.hall, self.hall.plan.kiosk["kiosk-1"])
        assert found is not None
        assert (found.day, found.prefix) == (self.hall.day, "K")
        return found.first, found.last

    def sweep(self, before: float) -> Decision:
        return self.do(Sweep(before, "operator"))


@pytest.fixture
def hall() -> Desk:
    return Desk(plan())


def test_a_number_printed_alone_waits_since_it_was_printed(hall: Desk) -> None:
    hall.ticket("a")
    event = hall.heard(issued("K001", "a", "paper-1"), hall.now - 600)
    assert isinstance(event, e.TicketIssued)
    ticket = hall.hall.tickets["paper-1"]
    assert (ticket.number, ticket.service, ticket.channel) == ("K001", "a", KIOSK_ALONE)
    assert ticket.queued_at == ticket.issued_at == hall.now - 600
    assert ticket.state is TicketState.WAITING
    assert hall.hall.today.issued == 2
    hall.open("c1", "wang")
    assert hall.press("c1", "next").ticket == "paper-1"
    assert Audit().read(hall.events) == []


def test_the_services_series_goes_on_beside_the_kiosks(hall: Desk) -> None:
    assert hall.ticket("a").number == "A001"
    hall.heard(issued("K007"))
    assert hall.ticket("a").number == "A002"


def test_the_block_follows_the_highest_number_known(hall: Desk) -> None:
    assert hall.block() == (1, 50)
    hall.heard(issued("K003"))
    assert hall.block() == (4, 53)
    hall.heard(issued("K002"))
    assert hall.block() == (4, 53)
    assert Hall.load(through_json(hall.hall.dump())).series == hall.hall.series


def test_a_new_day_begins_a_new_series(hall: Desk) -> None:
    hall.heard(issued("K040"))
    hall.pass_time(86_400)
    assert hall.block() == (1, 50)


def test_a_series_that_went_on_over_midnight_goes_on(hall: Desk) -> None:
    """The kiosk had only yesterday's block; what it printed today counts today."""
    late = hall.now
    hall.pass_time(86_400)
    gone = hall.heard(issued("K012"), late)
    assert isinstance(gone, e.NumberSetAside)
    assert gone.why == "day_over"
    assert hall.block() == (1, 50)
    assert isinstance(hall.heard(issued("K013"), hall.now - 60), e.TicketIssued)
    assert hall.block() == (14, 63)


def test_a_day_that_began_late_for_the_hub_is_still_that_day(hall: Desk) -> None:
    """The hub came back at ten; the number of half past eight is of the same day."""
    hall.pass_time(86_400 + 3600)
    half_past_eight = wall("2026-03-03 08:30")
    assert hall.hall.day_began_at > half_past_eight
    assert isinstance(hall.heard(issued("K001"), half_past_eight), e.TicketIssued)


def test_a_number_of_an_unknown_time_waits_if_people_may_have_come_for_it_today(
    hall: Desk,
) -> None:
    """The hall opens at 08:30 on Mondays; the days before it was closed."""
    today = [wall(f"2026-03-02 {time}") for time in ("08:29", "08:31", "08:50")]
    friday = wall("2026-02-27 17:00")
    before = hall.heard(issued("K001"), between(friday, today[0]))
    assert isinstance(before, e.NumberSetAside)
    assert before.why == "day_over"
    assert before.sure.startswith("interval 2026-02-27T09:00:00.000+00:00/2026-03-02T00:29:00")
    perhaps = hall.heard(issued("K002"), between(friday, today[1]))
    assert isinstance(perhaps, e.TicketIssued)
    assert perhaps.at == perhaps.queued_at == calendar.day_starts(hall.hall.plan, TODAY)
    late = hall.heard(issued("K003"), between(friday, today[2], today[1]))
    assert isinstance(late, e.TicketIssued)
    assert late.queued_at == today[1]
    sure = hall.heard(issued("K004"), between(today[1], today[2]))
    assert isinstance(sure, e.TicketIssued)
    assert sure.queued_at == today[1]


def test_a_number_of_yesterday_is_not_called_today_whenever_it_was(hall: Desk) -> None:
    hall.pass_time(86_400)
    yesterday = between(wall("2026-03-02 09:00"), wall("2026-03-02 11:00"))
    gone = hall.heard(issued("K001"), yesterday)
    assert isinstance(gone, e.NumberSetAside)
    assert gone.why == "day_over"
    unsure = hall.heard(issued("K002"), When(yesterday.at, How.GUESS, yesterday.at, yesterday.at))
    assert isinstance(unsure, e.TicketIssued)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (issued("K001", ticket="other"), "doubled_number"),
        (issued("K002", ticket="paper-k001"), "doubled_ticket"),
        (issued("K002", service="gone"), "unknown_service"),
        (issued("A050"), "foreign_number"),
        (issued("请A050", ticket="other"), "foreign_number"),
        (issued("", ticket="other"), "foreign_number"),
    ],
)
def test_a_number_nobody_can_be_called_by_is_kept_and_stops_nothing(
    hall: Desk, record: w.IssuedRecord, why: str
) -> None:
    hall.heard(issued("K001"))
    before = hall.hall.today.quarantined
    event = hall.heard(record)
    assert isinstance(event, e.NumberSetAside)
    assert (event.why, event.number, event.ticket) == (why, record.number, record.ticket)
    assert hall.hall.today.quarantined == before + 1
    assert len(hall.hall.tickets) == 1
    assert hall.ticket("a").number == "A001"
    assert Audit().read(hall.events) == []


def test_who_was_called_in_the_time_that_a_restore_lost_does_not_wait(hall: Desk) -> None:
    """The record of the call has come before that of the number."""
    hall.apply(begin(hall.hall, "unit-1", "epoch", hall.now))
    who = ("paper-1", "call-lost", "c1", "wang")
    hall.apply(e.CalledApart(hall.now, *who, "?", "", "restored"))
    event = hall.heard(issued("K001", ticket="paper-1"))
    assert isinstance(event, e.NumberSetAside)
    assert event.why == "called"
    assert isinstance(hall.heard(issued("K002", ticket="paper-2")), e.TicketIssued)
    assert hall.block()[0] == 3


def test_a_number_that_is_of_no_use_is_not_given_out_again(hall: Desk) -> None:
    hall.heard(issued("K005", service="gone"))
    assert hall.block() == (6, 55)


def test_a_class_that_is_gone_waits_like_any_other() -> None:
    hall = Desk(plan(priorities=[{"id": "elderly", "name": text("e")}]))
    hall.heard(issued("K001", ticket_class="elderly"))
    hall.heard(issued("K002", ticket_class="gone"))
    assert [hall.hall.tickets[f"paper-k00{n}"].kind for n in (1, 2)] == ["elderly", ""]


def test_where_numbers_name_a_counter_these_name_none() -> None:
    hall = Desk(plan(dispatch={"mode": "assigned"}))
    hall.heard(issued("K001"))
    assert hall.hall.tickets["paper-k001"].label == ""
    hall.open("c1", "wang")
    assert hall.press("c1", "next").ticket == "paper-k001"


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
def test_a_number_without_paper_is_not_called(hall: Desk, outcome: str) -> None:
    ticket = hall.ticket("a")
    hall.apply(*not_printed(hall.hall, paper(outcome, ticket.id), hall.now))
    assert ticket.state is TicketState.CANCELLED
    assert list(not_printed(hall.hall, paper(outcome, ticket.id), hall.now)) == []


def test_a_printed_number_stays_and_one_in_hand_too(hall: Desk) -> None:
    ticket = hall.ticket("a")
    assert list(not_printed(hall.hall, paper("printed", ticket.id), hall.now)) == []
    hall.open("c1", "wang")
    hall.press("c1", "next")
    assert list(not_printed(hall.hall, paper("cancelled", ticket.id), hall.now)) == []
    assert list(not_printed(hall.hall, paper("cancelled", "unknown"), hall.now)) == []


def test_one_sweep_closes_what_was_printed_alone_before_a_time(hall: Desk) -> None:
    for number, age_s in (("K001", 900), ("K002", 600), ("K003", 300)):
        hall.heard(issued(number), hall.now - age_s)
    other = hall.ticket("a")
    hall.open("c1", "wang")
    hall.press("c1", "next")
    assert [ticket.number for ticket in waiting_alone(hall.hall)] == ["K002", "K003"]
    decision = hall.sweep(hall.now - 300)
    assert decision.outcome == "done"
    assert decision.events[1:] == (e.TicketCancelled(hall.now, "paper-k002", "sweep"),)
    assert hall.sweep(hall.now - 300).code == "nothing_to_sweep"
    assert [ticket.number for ticket in waiting_alone(hall.hall)] == ["K003"]
    assert other.state is TicketState.WAITING
    assert hall.hall.tickets["paper-k001"].state is TicketState.CALLED
    assert Audit().read(hall.events) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.sampled_from(["a", "b", "z"])), max_size=25))
def test_whatever_arrives_no_number_stands_twice_and_no_block_reaches_back(
    numbers: list[tuple[int, str]],
) -> None:
    hall = Desk(plan())
    for at, (place, service) in enumerate(numbers, 1):
        hall.heard(issued(f"K{place:03d}", service, f"paper-{at}"), sequence=at)
        hall.ticket("a")
    standing = [ticket.number for ticket in hall.hall.tickets.values()]
    assert len(set(standing)) == len(standing)
    assert hall.block()[0] == max((place for place, _ in numbers), default=0) + 1
    assert Audit().read(hall.events) == []


@pytest.mark.parametrize(
    ("number", "found"), [("K001", ("K", 1)), ("KB1000", ("KB", 1000)), ("k1", None), ("K", None)]
)
def test_a_number_is_a_prefix_and_a_place(number: str, found: tuple[str, int] | None) -> None:
    assert series_of(number) == found
