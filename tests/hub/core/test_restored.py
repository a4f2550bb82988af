"""A journal that was put back from a backup: what is withheld, who is waited for, what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.core.audit import Audit
from hub.core.commands import GoOn, Issue, OnTicket
from hub.core.decide import decide
from hub.core.grants import Said, freed, top_up
from hub.core.hall import Hall
from hub.core.pictures import counter_picture
from hub.core.records import Head
from hub.core.restored import (
    MARGIN,
    asked,
    begin,
    ended,
    given_back,
    remembered,
    take_back,
    why_behind,
)
from hub.core.state import HistoryError
from tests.hub.core.examples import Driver, make_plan, through_json
from tests.hub.core.test_grants import joined
from tests.hub.core.units import hello, renew
from wire import messages as w

UNITS = ("unit-1", "unit-2", "unit-3")
BODY: dict[str, Any] = {
    "run": "run-1",
    "boot_ms": 61_000,
    "wall": "2026-03-02T09:00:01.000+08:00",
    "synchronised": True,
    "counter": "c1",
    "clerk": "wang",
    "ticket": "t-lost",
    "call_id": "call-lost",
}


@pytest.fixture
def d() -> Driver:
    """Counters c1 and c3 are open, unit-1 and unit-3 heard; three wait."""
    driver = Driver(make_plan())
    for counter, clerk in (("c1", "wang"), ("c3", "zhao")):
        joined(driver, f"unit-{counter[1:]}")
        driver.open(counter, clerk)
    for _ in range(3):
        driver.issue("a")
    return driver


def restore(d: Driver, why: str = "epoch") -> None:
    d.apply(begin(d.hall, "unit-1", why, d.now))
    d.apply(e.EpochStarted(d.now, d.hall.epoch + 1, f"epoch-{d.hall.epoch + 1}"))
    d.apply(*take_back(d.hall, d.now))


def answered(d: Driver, *units: str) -> None:
    d.apply(*(e.UnitAnswered(d.now, unit) for unit in units))
    d.apply(*ended(d.hall, d.now))


def rated(**fields: Any) -> w.RatingRecord:
    return w.RatingRecord(**{**BODY, "level": w.Level.SATISFIED, "after_ms": 9, **fields})


def same_again(d: Driver) -> None:
    """A snapshot and a replay give the same state, and the audit finds nothing."""
    dump = through_json(d.hall.dump())
    assert through_json(Hall.load(dump).dump()) == dump
    replayed = Hall()
    for event in d.events:
        replayed.apply(e.event_of(type(event).__name__, event.at, through_json(event.content())))
    assert through_json(replayed.dump()) == dump
    assert Audit().read(d.events) == []


# --- how it is known --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "receipted", "why"),
    [
        ({"epoch": 0, "version": 0}, 0, None),
        ({"epoch": 3, "version": 1}, 4, None),
        ({"epoch": 3, "version": 1}, 5, "receipt"),
        ({"epoch": 4, "version": 1}, 0, "epoch"),
        ({"epoch": 3, "version": 10**6}, 0, "version"),
        ({"epoch": 2, "version": 7}, 0, "version"),
        ({"epoch": 2, "version": 3}, 0, None),
        ({"epoch": 2, "version": 3, "epoch_id": "epoch-2"}, 0, None),
        ({"epoch": 2, "version": 3, "epoch_id": "another"}, 0, "epoch"),
        ({"epoch": 3, "version": 3, "epoch_id": "another"}, 0, "epoch"),
    ],
)
def test_a_unit_shows_by_what_it_remembers_that_the_journal_is_behind(
    said: dict[str, Any], receipted: int, why: str | None
) -> None:
    d = Driver(make_plan())
    d.apply(e.EpochStarted(d.now, 2, "epoch-2"))
    assert d.hall.version < 7
    d.apply(e.EpochStarted(d.now, 3, "epoch-3"))
    word = hello("run-1").model_copy(update=said)
    assert why_behind(d.hall, word, receipted, committed=4) == why


def test_an_epoch_that_the_journal_has_jumped_over_is_foreign() -> None:
    d = Driver(make_plan())
    d.apply(e.EpochStarted(d.now, 9, "epoch-9"))
    word = renew("run-1", 1).model_copy(update={"epoch": 5})
    assert why_behind(d.hall, word, 0, 0) == "epoch"


# --- what is withheld -------------------------------------------------------------------------


def test_what_a_restore_that_is_over_has_told_is_no_news(d: Driver) -> None:
    """A unit was cut off before it had written down what it heard in the end."""
    d.apply(e.EpochStarted(d.now, 5, "epoch-5"))
    restore(d)
    d.apply(e.EpochStarted(d.now, 9, "epoch-9"))
    before = [
        renew("run-1", 5).model_copy(update=word)
        for word in ({"epoch": 8, "version": 3}, {"epoch": 5, "version": 10**6})
    ]
    assert [why_behind(d.hall, word, 0, 0) for word in before] == ["epoch", "version"]
    d.apply(*decide(d.hall, GoOn(UNITS, "operator"), d.now).events)
    assert [why_behind(d.hall, word, 0, 0) for word in before] == [None, None]
    now = renew("run-1", 6).model_copy(update={"epoch": 9, "version": 10**6})
    assert why_behind(d.hall, now, 0, 0) == "version"
    later = renew("run-1", 6).model_copy(update={"epoch": 10, "version": 1})
    assert why_behind(d.hall, later, 0, 0) == "epoch"
    same_again(d)


def test_nothing_is_handed_out_until_every_unit_has_answered(d: Driver) -> None:
    assert d.press("c1", "next").outcome == "done"
    restore(d)
    for counter, action in (("c1", "recall"), ("c3", "next"), ("c3", "undo"), ("c3", "resume")):
        assert d.press(counter, action).code == "restoring", action
    assert decide(d.hall, Issue("a", "t-9", "web"), d.now).code == "restoring"
    assert top_up(d.hall, UNITS, d.now) == []
    assert d.press("c1", "done").outcome == "done"
    answered(d, "unit-1", "unit-2")
    assert d.press("c3", "next").code == "restoring"
    same_again(d)
    answered(d, "unit-3")
    assert d.hall.restored is None
    assert d.press("c3", "next").outcome == "done"
    same_again(d)


def test_numbers_go_on_above_all_that_are_known_and_a_margin(d: Driver) -> None:
    restore(d)
    apart = ("t-lost", "call-lost", "c1", "wang", "A020", "a", "unknown_ticket")
    d.apply(e.CalledApart(d.now, *apart))
    answered(d, *UNITS)
    d.issue("a")
    numbers = [ticket.number for ticket in d.hall.tickets.values()]
    assert numbers[-1] == f"A{20 + MARGIN + 1:03d}"
    same_again(d)


def test_grants_of_the_backup_are_asked_back(d: Driver) -> None:
    d.apply(*top_up(d.hall, UNITS, d.now))
    given = list(d.hall.grants)
    restore(d)
    assert all(
        grant.withdrawn == (2, grant.withdrawn[1])
        for grant in d.hall.grants.values()
        if grant.withdrawn
    )
    assert not [grant for grant in d.hall.grants.values() if grant.withdrawn is None]
    foreign = Said("run-1", 1, 10**9, 0)
    assert freed(d.hall, "unit-1", foreign, {"unit-1-box": 0}, d.now) == []
    ours = Said("run-1", 2, d.hall.version, 0)
    d.apply(*freed(d.hall, "unit-1", ours, {"unit-1-box": 0}, d.now))
    d.apply(*freed(d.hall, "unit-3", ours, {"unit-3-box": 0}, d.now))
    assert given
    assert not d.hall.grants
    same_again(d)


# --- going on without some --------------------------------------------------------------------


def test_a_person_goes_on_without_units_that_they_have_seen_to_be_missing(d: Driver) -> None:
    assert decide(d.hall, GoOn(UNITS, "operator"), d.now).code == "not_restoring"
    restore(d)
    answered(d, "unit-1")
    assert decide(d.hall, GoOn(("unit-2",), "operator"), d.now).code == "others_missing"
    decided = decide(d.hall, GoOn(("unit-1", "unit-2", "unit-3"), "operator"), d.now)
    d.apply(*decided.events)
    [event] = [x for x in d.events if isinstance(x, e.RestoreEnded)]
    assert (event.by, event.without) == ("operator", ("unit-2", "unit-3"))
    assert asked(d.hall) == {"unit-2": 2, "unit-3": 2}
    assert d.press("c3", "next").outcome == "done"
    d.apply(e.UnitAnswered(d.now, "unit-3"))
    assert set(asked(d.hall)) == {"unit-2"}
    same_again(d)


def test_a_hall_does_not_go_on_while_somebody_is_waited_for(d: Driver) -> None:
    restore(d)
    with pytest.raises(HistoryError):
        d.apply(e.RestoreEnded(d.now, "", (), {}))


# --- records of the lost time -------------------------------------------------------------------


@pytest.mark.parametrize("record", ["rating", "unrated", "tags", "step"])
def test_a_record_of_a_lost_call_finds_it_again(d: Driver, record: str) -> None:
    bodies: dict[str, w.AnyRecordBody] = {
        "rating": rated(),
        "unrated": w.UnratedRecord(**BODY),
        "tags": w.RatingTagsRecord(**BODY, tags=["slow"]),
        "step": w.StepRecord(**BODY, step="recall"),
    }
    assert remembered(d.hall, "unit-1", "box", bodies[record], d.now) == []
    restore(d)
    d.apply(*remembered(d.hall, "unit-1", "box", bodies[record], d.now))
    call = d.hall.calls["call-lost"]
    assert (call.number, call.apart, call.counter) == ("?", True, "c1")
    assert (call.ended_at is None) == (record == "step")
    assert remembered(d.hall, "unit-1", "box", bodies[record], d.now) == []
    assert remembered(d.hall, "unit-1", "box", rated(call_id="x", counter="c3"), d.now) == []
    same_again(d)


@pytest.mark.parametrize("run", ["run-1", "run-2"])
def test_whom_a_lost_call_was_about_had_been_given_back(d: Driver, run: str) -> None:
    d.apply(*top_up(d.hall, ("unit-1",), d.now))
    ticket = next(iter(d.hall.grants))
    lost = rated(ticket=ticket, counter="c3", clerk="zhao")
    assert given_back(d.hall, "unit-3", "box", lost, d.now) == []
    restore(d)
    joined(d, "unit-1", run=run)
    assert given_back(d.hall, "unit-1", "box", rated(ticket=ticket), d.now) == []
    d.apply(*given_back(d.hall, "unit-3", "box", lost, d.now))
    d.apply(*remembered(d.hall, "unit-3", "box", lost, d.now))
    assert ticket not in d.hall.grants
    assert d.hall.tickets[ticket].state == "cancelled"
    assert given_back(d.hall, "unit-3", "box", lost, d.now) == []
    same_again(d)


def test_whose_service_nobody_knows_any_more_may_rate_all_the_same(d: Driver) -> None:
    restore(d)
    d.apply(*remembered(d.hall, "unit-1", "box", w.StepRecord(step="done", **BODY), d.now))
    d.apply(e.EndedApart(d.now, "t-lost", "call-lost", "c1", "wang", 10.0))
    asked_to_rate = counter_picture(d.hall, "c1", d.now).invitation
    assert asked_to_rate is not None
    assert (asked_to_rate.call_id, asked_to_rate.service) == ("call-lost", None)


def test_whom_a_lost_call_was_about_is_not_called_again(d: Driver) -> None:
    restore(d)
    waiting = next(iter(d.hall.tickets))
    d.apply(*remembered(d.hall, "unit-1", "box", rated(ticket=waiting), d.now))
    assert d.hall.calls["call-lost"].number == "A001"
    assert d.hall.tickets[waiting].state == "cancelled"
    same_again(d)


def test_a_rating_ends_a_service_whose_end_was_lost(d: Driver) -> None:
    assert d.press("c1", "next").outcome == "done"
    ticket = d.hall.tickets[str(d.hall.counters["c1"].ticket)]
    restore(d)
    about = {"ticket": ticket.id, "call_id": str(ticket.call_id)}
    d.apply(*remembered(d.hall, "unit-1", "box", rated(**about), d.now))
    assert ticket.state == "done"
    assert d.hall.calls[about["call_id"]].ended_at is not None
    same_again(d)


def test_a_number_on_paper_is_not_given_out_again(d: Driver) -> None:
    here = {name: BODY[name] for name in ("run", "boot_ms", "wall", "synchronised")}
    printed = w.PrintRecord(**here, ticket="t-9", number="A031", outcome="printed")
    assert remembered(d.hall, "unit-2", "box", printed, d.now) == []
    restore(d)
    yesterday = d.hall.day_began_at - 60
    assert remembered(d.hall, "unit-2", "box", printed, yesterday) == []
    d.apply(*remembered(d.hall, "unit-2", "box", printed, d.now))
    assert d.hall.next_number("a") == "A032"
    assert remembered(d.hall, "unit-2", "box", printed, d.now) == []
    same_again(d)


# --- records that nobody can read, and those that nobody has ------------------------------------


def quarantined(d: Driver, sequence: int, code: str = "newer_frame") -> None:
    d.apply(e.RecordQuarantined(d.now, "unit-1", "unit-1-box", sequence, code, ""))


def test_a_record_that_cannot_be_read_may_be_the_call_of_what_was_granted_before(d: Driver) -> None:
    d.apply(*top_up(d.hall, ("unit-1",), d.now))
    granted = [grant.ticket for grant in d.hall.grants.values()]
    quarantined(d, 1)
    d.apply(*take_back(d.hall, d.now))
    said = Said("run-1", d.hall.epoch, d.hall.version, 1)
    events = freed(d.hall, "unit-1", said, {"unit-1-box": 1}, d.now)
    assert [type(event) for event in events] == [e.GrantsDoubted]
    d.apply(*events)
    assert freed(d.hall, "unit-1", said, {"unit-1-box": 1}, d.now) == []
    assert all(d.hall.parked(ticket) for ticket in granted)
    one, *others = granted
    wish = OnTicket(one, "not_called", "operator")
    d.apply(*decide(d.hall, wish, d.now).events)
    assert one not in d.hall.grants
    same_again(d)
    d.apply(e.RecordRead(d.now, "unit-1", "unit-1-box", 1))
    d.apply(*freed(d.hall, "unit-1", said, {"unit-1-box": 1}, d.now))
    assert not d.hall.grants
    assert not [ticket for ticket in others if d.hall.parked(ticket)]
    same_again(d)


def test_whom_the_hub_called_there_is_in_no_doubt(d: Driver) -> None:
    d.apply(*top_up(d.hall, ("unit-1",), d.now))
    quarantined(d, 1)
    assert d.press("c1", "next").outcome == "done"
    ticket = str(d.hall.counters["c1"].ticket)
    said = Said("run-1", d.hall.epoch, d.hall.version, 1)
    d.apply(*freed(d.hall, "unit-1", said, {"unit-1-box": 1}, d.now))
    assert ticket not in d.hall.grants
    same_again(d)


def test_a_record_that_cannot_be_read_is_no_call_of_what_was_granted_later(d: Driver) -> None:
    quarantined(d, 1)
    d.apply(*top_up(d.hall, ("unit-1",), d.now))
    quarantined(d, 2, "broken_chain")  # it was read all the same
    d.apply(*take_back(d.hall, d.now))
    said = Said("run-1", d.hall.epoch, d.hall.version, 2)
    d.apply(*freed(d.hall, "unit-1", said, {"unit-1-box": 2}, d.now))
    assert not d.hall.grants


def test_a_head_goes_on_behind_what_is_lost() -> None:
    head = Head()
    assert head.add(7, "p6", "h7") == []
    assert head.add(9, "p8", "h9") == []
    assert head.skip(6) == []
    assert (head.through, head.hash) == (7, "h7")
    assert head.add(8, "not h7", "h8") == [8, 9]
    assert head.skip(3) == []
    assert head.through == 9
