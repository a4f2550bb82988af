"""What people are shown."""

from __future__ import annotations

import pytest

from hub.core.pictures import WaitRange, counter_picture, line_picture, ticket_picture
from hub.core.ratings import rated, unrated
from hub.core.tickets import TicketState
from hub.forecast.waits import Forecast, Wait
from tests.hub.core import examples as x
from tests.hub.core.examples import Driver
from wire.messages import CounterPicture, CounterState


@pytest.fixture
def d() -> Driver:
    driver = Driver()
    driver.open("c1", "wang")
    return driver


def picture(d: Driver, counter: str = "c1") -> CounterPicture:
    return counter_picture(d.hall, counter, d.now)


def test_a_counter_through_its_day(d: Driver) -> None:
    assert (picture(d, "c2").state, picture(d).state) == (CounterState.CLOSED, CounterState.IDLE)
    seen = []
    ticket = d.ticket("a")
    assert (picture(d).waiting, picture(d, "c2").waiting) == (1, 0)
    for action in ("next", "recall", "start", "done", "close"):
        d.pass_time(3)
        d.press("c1", action)
        shown = picture(d)
        seen.append((shown.state, shown.ticket.number if shown.ticket else None))
        assert shown.version == d.counter("c1").version
    S = CounterState  # noqa: N806
    assert seen == [
        (S.CALLED, "A001"),
        (S.CALLED, "A001"),
        (S.SERVING, "A001"),
        (S.IDLE, None),
        (S.CLOSED, None),
    ]
    assert ticket.state is TicketState.DONE
    assert picture(d).served_today == 1


def test_the_ticket_in_hand(d: Driver) -> None:
    ticket = d.ticket("a")
    d.pass_time(100)
    d.press("c1", "next")
    d.press("c1", "recall")
    d.pass_time(7)
    shown = picture(d).ticket
    assert shown is not None
    assert (shown.id, shown.number, shown.service) == (ticket.id, "A001", "a")
    assert (shown.call_id, shown.recalls, shown.since_s) == (ticket.call_id, 1, 7.0)


def test_a_clock_set_back_shows_no_negative_times(d: Driver) -> None:
    d.ticket("a")
    d.press("c1", "next")
    waiting = d.ticket("a")
    d.now -= 50
    in_hand = picture(d).ticket
    assert in_hand is not None
    assert in_hand.since_s == 0
    assert ticket_picture(d.hall, waiting.id, d.now).waited_s == 0
    assert line_picture(d.hall, d.hall.plan.service["a"], d.now).longest_s == 0


# --- the invitation -----------------------------------------------------------------------


def test_an_invitation_opens_with_done_and_closes_after_its_time(d: Driver) -> None:
    call = d.serve("c1")
    d.pass_time(9.9)
    shown = picture(d).invitation
    assert shown is not None
    assert (shown.call_id, shown.clerk, shown.age_s, shown.length_s) == (call, "wang", 9.9, 10.0)
    d.pass_time(0.1)
    assert picture(d).invitation is None


def test_an_invitation_stays_open_under_the_next_call(d: Driver) -> None:
    d.ticket("a")
    first = d.serve("c1")
    d.pass_time(2)
    d.press("c1", "next")
    shown = picture(d)
    assert shown.ticket is not None
    assert shown.invitation is not None
    assert shown.invitation.call_id == first
    assert shown.ticket.call_id != first


@pytest.mark.parametrize("answer", ["rating", "unrated"])
def test_an_answer_closes_the_invitation(d: Driver, answer: str) -> None:
    call = d.serve("c1")
    key = ("outbox-1", 1)
    if answer == "rating":
        d.apply(rated(d.hall, "unit-1", key, x.rating(call), d.now, "run"))
    else:
        d.apply(unrated(d.hall, "unit-1", key, x.unrated(call), d.now, "run"))
    assert picture(d).invitation is None


def test_nobody_is_invited_by_a_missed_call(d: Driver) -> None:
    d.ticket("a")
    d.press("c1", "next")
    d.press("c1", "no_show")
    assert picture(d).invitation is None


# --- tickets and lines --------------------------------------------------------------------


def test_a_waiting_ticket_knows_who_is_ahead(d: Driver) -> None:
    tickets = [d.ticket("a") for _ in range(3)]
    d.pass_time(60)
    known = {tickets[0].id: Wait(10, 20, 30), tickets[1].id: Wait(40, 50, 60)}
    waits = Forecast(d.now - 5, known, {"a": Wait(70, 80, 90)})
    shown = [ticket_picture(d.hall, t.id, d.now, waits) for t in tickets]
    assert [s.ahead for s in shown] == [0, 1, 2]
    # The forecast is 5 s old, and the last ticket is newer than that.
    expected = [WaitRange(p10=low, p50=low + 10, p90=low + 20) for low in (5.0, 35.0, 70.0)]
    assert [s.wait_s for s in shown] == expected
    assert ticket_picture(d.hall, tickets[0].id, d.now).wait_s is None
    d.press("c1", "next")
    called, second, _ = (ticket_picture(d.hall, t.id, d.now) for t in tickets)
    assert (called.ahead, called.wait_s, called.counter, called.counter_number) == (
        None,
        None,
        "c1",
        "1",
    )
    assert called.waited_s == 60.0
    assert second.ahead == 0
    assert second.counter is None


def test_a_counter_says_which_of_its_calls_was_taken_back_last(d: Driver) -> None:
    d.ticket("a")
    for _ in range(2):
        d.press("c1", "next")
        assert d.press("c1", "undo").outcome == "done"
    taken_back = list(d.hall.calls)
    assert len(taken_back) == 2
    d.press("c1", "next")
    assert counter_picture(d.hall, "c1", d.now).voided == taken_back[-1]
    assert counter_picture(d.hall, "c2", d.now).voided is None


def test_a_line(d: Driver) -> None:
    d.ticket("a")
    d.pass_time(30)
    d.ticket("a")
    d.open("c3", "li")
    shown = line_picture(d.hall, d.hall.plan.service["a"], d.now)
    assert (shown.waiting, shown.longest_s, shown.open_counters) == (2, 30.0, 2)
    assert shown.wait_s is None
    waits = Forecast(d.now, {}, {"a": Wait(70, 80, 90)})
    foretold = line_picture(d.hall, d.hall.plan.service["a"], d.now, waits)
    assert foretold.wait_s == WaitRange(p10=70, p50=80, p90=90)


def test_what_does_not_exist_has_no_picture(d: Driver) -> None:
    with pytest.raises(KeyError):
        counter_picture(d.hall, "c9", d.now)
    with pytest.raises(KeyError):
        ticket_picture(d.hall, "nobody", d.now)
