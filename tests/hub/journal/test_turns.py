"""Turns: each stretch of waiting and what came of it, whatever was undone in between."""

from __future__ import annotations

import random
from typing import Any

import pytest

from hub.core import events as e
from hub.core.commands import Book
from hub.core.ratings import rated, tagged, unrated
from hub.journal import tables as t
from tests.hub.core.examples import MONDAY, Driver, make_plan, rating
from tests.hub.core.examples import unrated as unrated_record
from tests.hub.journal.projected import Projected, of
from wire import messages as w
from wire.messages import Level


@pytest.fixture
def d() -> Driver:
    driver = Driver()
    driver.open("c1", "wang")
    driver.open("c3", "li")
    return driver


def turns(d: Driver) -> list[Any]:
    made = of(d.events)
    found = made.turns()
    made.close()
    return found


def rate(d: Driver, call: str, level: Level | None, sequence: int, counter: str = "c1") -> None:
    key, unit = ("outbox", sequence), f"unit-{counter[1:]}"
    if level is None:
        d.apply(unrated(d.hall, unit, key, unrated_record(call, counter), d.now, "run"))
    else:
        record = rating(call, counter, level=level)
        d.apply(rated(d.hall, unit, key, record, d.now, "run"))


def test_a_visit_from_the_number_to_the_rating(d: Driver) -> None:
    d.ticket("a")
    d.pass_time(300)
    d.press("c1", "next")
    d.pass_time(10)
    d.press("c1", "start")
    d.pass_time(120)
    d.press("c1", "done")
    rate(d, str(d.counter("c1").last_call), Level.DISSATISFIED, 1)
    [turn] = turns(d)
    assert (turn.number, turn.service, turn.day, turn.hour) == ("A001", "a", MONDAY, 9)
    assert (turn.state, turn.counter, turn.clerk, turn.first) == ("done", "c1", "wang", True)
    assert (turn.wait_s, turn.service_s, turn.call_hour) == (300.0, 120.0, 9)
    assert (turn.answer, turn.level, turn.invited) == ("rated", "dissatisfied", True)
    assert turn.target_s == d.hall.plan.service["a"].target_s


def test_what_waits_is_a_turn_without_a_call(d: Driver) -> None:
    d.ticket("b")
    [turn] = turns(d)
    assert (turn.state, turn.called_at, turn.wait_s, turn.invited) == ("waiting", None, None, False)


def test_a_service_without_a_start_runs_from_its_call_and_a_hold_does_not_count(d: Driver) -> None:
    d.ticket("a")
    d.press("c1", "next")
    d.pass_time(5)
    d.at("c1", w.Hold(action="hold"))
    d.pass_time(1000)
    d.at("c1", w.Resume(action="resume"))
    d.pass_time(60)
    d.press("c1", "done")
    [turn] = turns(d)
    assert (turn.service_s, turn.held_s, turn.held_at) == (65.0, 1000.0, None)


def test_a_transfer_waits_anew(d: Driver) -> None:
    d.ticket("a")
    d.pass_time(60)
    d.press("c1", "next")
    d.pass_time(60)
    d.at("c1", w.Transfer(action="transfer", service="b", counter="c3"))
    d.pass_time(30)
    d.press("c3", "next")
    first, second = turns(d)
    assert (first.state, first.service, first.wait_s, first.first) == ("transferred", "a", 60, True)
    assert (second.service, second.counter, second.wait_s) == ("b", "c3", 30)
    assert (second.first, second.number, second.ticket) == (False, "A001", first.ticket)


def test_the_next_service_of_a_visit_is_another_turn(d: Driver) -> None:
    d.ticket("a", further=("b",))
    d.press("c1", "next")
    d.pass_time(20)
    d.press("c1", "done")
    first, second = turns(d)
    assert (first.state, second.state, second.service) == ("done", "waiting", "b")
    assert first.invited


@pytest.mark.parametrize("step", ["transfer", "onward"])
def test_what_was_sent_on_and_taken_back_leaves_one_turn(d: Driver, step: str) -> None:
    d.ticket("a", further=("b",) if step == "onward" else ())
    d.press("c1", "next")
    if step == "onward":
        d.press("c1", "done")
    else:
        d.at("c1", w.Transfer(action="transfer", service="b"))
    assert len(turns(d)) == 2
    d.press("c1", "undo")
    d.pass_time(40)
    [turn] = turns(d)
    assert (turn.state, turn.ended_at, turn.service_s, turn.invited) == (
        "serving",
        None,
        None,
        False,
    )
    d.press("c1", "done")
    assert turns(d)[0].service_s == 40.0


def test_a_call_that_is_taken_back_leaves_somebody_who_waits(d: Driver) -> None:
    d.ticket("a")
    d.press("c1", "next")
    d.press("c1", "undo")
    [turn] = turns(d)
    assert (turn.state, turn.call_id, turn.counter, turn.wait_s) == ("waiting", None, None, None)
    d.pass_time(90)
    d.press("c3", "next")
    [turn] = turns(d)
    assert (turn.counter, turn.wait_s) == ("c3", 90.0)


def test_who_missed_the_call_and_comes_back_has_a_second_turn(d: Driver) -> None:
    ticket = d.ticket("a")
    d.pass_time(30)
    d.press("c1", "next")
    d.press("c1", "recall")
    d.press("c1", "no_show")
    d.pass_time(60)
    assert d.wish(ticket.id, "come_back").outcome == "done"
    first, second = turns(d)
    assert (first.state, first.recalls, first.wait_s) == ("missed", 1, 30.0)
    assert (second.state, second.first) == ("waiting", False)


def test_a_number_that_was_given_up_or_ran_out(d: Driver) -> None:
    gone, late = d.ticket("b"), d.ticket("c")
    d.pass_time(100)
    d.wish(gone.id, "cancel")
    d.pass_time(86_400)
    states = {turn.ticket: turn.state for turn in turns(d)}
    assert states == {gone.id: "cancelled", late.id: "expired"}


def test_an_appointment_waits_from_its_time(d: Driver) -> None:
    d.do(Book("a", "booked-1", "web", d.now + 600))
    [turn] = turns(d)
    assert (turn.state, turn.began_at, turn.number) == ("booked", None, "")
    d.pass_time(300)
    assert d.wish("booked-1", "check_in").outcome == "done"
    d.pass_time(540)
    d.press("c1", "next")
    [turn] = turns(d)
    assert (turn.kind, turn.number, turn.wait_s) == ("appointment", "A001", 240.0)


# --- what was said ---------------------------------------------------------------------------


def ratings(d: Driver) -> list[dict[str, Any]]:
    made = of(d.events)
    found = [dict(r._mapping) for r in made.connection.execute(t.ratings.select())]
    made.close()
    return found


def test_a_second_rating_is_kept_and_not_counted(d: Driver) -> None:
    call = d.serve("c1")
    rate(d, call, Level.SATISFIED, 1)
    rate(d, call, Level.VERY_DISSATISFIED, 2)
    first, second = ratings(d)
    assert (first["counted"], second["counted"], second["why_not"]) == (True, False, "second")
    assert (second["number"], second["service"]) == ("A001", "a")
    assert turns(d)[0].level == "satisfied"


def test_a_rating_after_the_word_that_there_was_none_counts(d: Driver) -> None:
    call = d.serve("c1")
    rate(d, call, None, 1)
    assert turns(d)[0].answer == "unrated"
    rate(d, call, Level.FAIRLY_SATISFIED, 2)
    [turn] = turns(d)
    assert (turn.answer, turn.level) == ("rated", "fairly_satisfied")


def test_a_rating_of_a_call_that_nobody_knows_is_of_no_service(d: Driver) -> None:
    rate(d, "invented", Level.SATISFIED, 1)
    [row] = ratings(d)
    assert (row["turn"], row["service"], row["counted"], row["day"]) == (None, "", False, MONDAY)


def test_a_rating_that_comes_days_later_belongs_to_the_day_of_its_call(d: Driver) -> None:
    call = d.serve("c1")
    d.pass_time(3 * 86_400)
    rate(d, call, Level.SATISFIED, 1)
    [row] = ratings(d)
    assert (row["day"], row["hour"], row["counted"]) == (MONDAY, 9, True)
    assert turns(d)[0].level == "satisfied"


def test_an_undone_service_that_was_rated_stays_invited(d: Driver) -> None:
    call = d.serve("c1")
    rate(d, call, Level.SATISFIED, 1)
    d.press("c1", "undo")
    [turn] = turns(d)
    assert (turn.state, turn.invited, turn.level) == ("serving", True, "satisfied")


def test_tags_stand_beside_their_rating(d: Driver) -> None:
    call = d.serve("c1")
    rate(d, call, Level.DISSATISFIED, 1)
    record = w.RatingTagsRecord(
        **{**rating(call, "c1").model_dump(exclude={"kind", "level", "after_ms"}), "tags": ["213"]}
    )
    d.apply(tagged(d.hall, "unit-1", ("outbox", 2), record, d.now, "run"))
    made = of(d.events)
    assert [row[3:5] for row in made.rows()["reasons"]] == [("213", True)]
    made.close()


# --- apart, and without a number -------------------------------------------------------------


def test_a_call_that_stands_apart_leaves_the_ticket_as_it_is(d: Driver) -> None:
    ticket = d.ticket("a")
    who = (ticket.id, "apart-1", "c1", "wang")
    d.apply(e.CalledApart(d.now, *who, ticket.number, "a", "restored"))
    d.pass_time(50)
    d.apply(e.EndedApart(d.now, *who, 10.0))
    waits, apart = turns(d)
    assert (waits.state, waits.apart, apart.state, apart.apart) == ("waiting", False, "done", True)
    assert (apart.wait_s, apart.service_s, apart.invited, apart.first) == (None, 50.0, True, False)
    d.press("c3", "next")
    assert [turn.state for turn in turns(d)] == ["called", "done"]


def test_somebody_without_a_number_is_served_and_did_not_wait(d: Driver) -> None:
    d.apply(e.ServedUnnumbered(d.now, "t-9", "call-9", "c1", "wang", "a"))
    d.pass_time(30)
    d.press("c1", "done")
    [turn] = turns(d)
    assert (turn.state, turn.channel, turn.wait_s, turn.service_s, turn.first) == (
        "done",
        "without_number",
        None,
        30.0,
        True,
    )


def test_targets_are_those_of_the_day(d: Driver) -> None:
    d.ticket("a")
    raw = make_plan().model_dump(mode="json")
    raw["services"][0]["target_s"] = 60.0
    d.apply(e.Configured(d.now, raw))
    d.ticket("a")
    assert [turn.target_s for turn in turns(d)] == [900.0, 60.0]


def test_events_of_no_hall_are_taken_as_they_are() -> None:
    made = Projected().feed([e.TicketMissed(1.0, "t", "c", "c1", "wang"), e.DayBegan(2.0, "d")])
    assert made.turns() == []
    made.close()


def test_a_rating_after_the_next_call_of_the_visit_leaves_that_one_its_end(d: Driver) -> None:
    d.ticket("a", further=("b",))
    d.press("c1", "next")
    d.press("c1", "done")
    first = str(d.counter("c1").last_call)
    d.press("c3", "next")
    rate(d, first, Level.SATISFIED, 1)
    d.press("c3", "start")
    d.pass_time(60)
    d.press("c3", "done")
    rate(d, str(d.counter("c3").last_call), Level.SATISFIED, 2, "c3")
    found = turns(d)
    assert [(x.state, x.answer, x.service_s) for x in found] == [
        ("done", "rated", 0.0),
        ("done", "rated", 60.0),
    ]
    assert sum(x.state == "done" for x in found) == d.hall.today.served


@pytest.mark.parametrize("seed", range(6))
def test_visits_of_several_services_come_to_what_the_hall_counts(d: Driver, seed: int) -> None:
    chance = random.Random(seed)
    unrated_calls: list[tuple[str, str]] = []
    for n in range(1, 60):
        counter = chance.choice(["c1", "c3"])
        if not d.hall.counters[counter].ticket:
            d.ticket("a", further=("b",))
            d.press(counter, "next")
        elif chance.random() < 0.5:
            d.press(counter, "done")
            unrated_calls.append((str(d.counter(counter).last_call), counter))
        elif unrated_calls:  # often after the next service of the visit was called
            call, where = unrated_calls.pop(0)
            rate(d, call, Level.SATISFIED, n, where)
        d.pass_time(chance.choice([0.2, 20]))
    found = turns(d)
    assert sum(x.state == "done" for x in found) == d.hall.today.served > 10
