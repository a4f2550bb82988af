"""Granted tickets: who may call them, and what sets them free."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.core.audit import Audit
from hub.core.commands import PENDING, Decision, OnTicket, Patience
from hub.core.grants import Said, active, freed, lease_end, top_up, withdrawal
from hub.core.hall import Hall
from hub.core.state import HistoryError
from tests.hub.core.examples import Driver, make_plan, through_json
from wire import messages as w

UNITS = ("unit-1", "unit-2", "unit-3")


def joined(d: Driver, unit: str, run: str = "run-1", **fields: Any) -> None:
    given = {"outbox": f"{unit}-box", "through": 0, "board": "board-1", **fields}
    event = e.UnitJoined(d.now, unit, run, head="0" * 64, software="1", boot_at=d.now - 60, **given)
    d.apply(event)


@pytest.fixture
def d() -> Driver:
    """Counters c1 (a, b) and c3 (a, b, c) are open and heard; nobody waits."""
    driver = Driver(make_plan())
    for counter, clerk in (("c1", "wang"), ("c3", "zhao")):
        joined(driver, f"unit-{counter[1:]}")
        driver.open(counter, clerk)
    return driver


def grant(d: Driver, *units: str) -> list[e.Event]:
    events = top_up(d.hall, units or UNITS, d.now)
    d.apply(*events)
    return events


def granted(d: Driver, counter: str) -> list[str]:
    return [d.hall.tickets[g.ticket].number for g in active(d.hall, counter, f"unit-{counter[1:]}")]


def numbers(d: Driver, service: str, many: int) -> None:
    for _ in range(many):
        d.issue(service)


def nxt(d: Driver, counter: str, **fields: Any) -> Decision:
    return d.press(counter, "next", **{"patience": Patience.FOR_THE_BEST, **fields})


def withdrawn(d: Driver, number: str) -> e.GrantsWithdrawn:
    ticket = next(t for t in d.hall.tickets.values() if t.number == number)
    (event,) = withdrawal(d.hall, ticket.id, d.now)
    d.apply(event)
    assert isinstance(event, e.GrantsWithdrawn)
    return event


def said(d: Driver, run: str = "run-1", through: int = 0, back: int = 0) -> Said:
    """A renew that acts on the present state, or on the one so many events before."""
    return Said(run, d.hall.epoch, d.hall.version - back, through)


def told_version(d: Driver, counter: str) -> int:
    """The version of the state that the unit of a counter is told."""
    told = d.hall.counters[counter]
    return max(told.version, told.granted)


def free(d: Driver, unit: str, word: Said | None, committed: int = 0) -> list[str]:
    events = freed(d.hall, unit, word, {f"{unit}-box": committed}, d.now)
    d.apply(*events)
    return [ticket for event in events for ticket in getattr(event, "tickets", ())]


# --- giving ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("waiting", "each"), [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2), (9, 3)])
def test_each_open_counter_gets_its_share_and_three_at_most(
    d: Driver, waiting: int, each: int
) -> None:
    numbers(d, "a", waiting)
    grant(d)
    shares = [len(granted(d, counter)) for counter in ("c1", "c3")]
    assert max(shares) == each
    assert sum(shares) == min(waiting, 2 * each)


def test_a_counter_is_granted_what_it_would_call_next(d: Driver) -> None:
    numbers(d, "c", 1)
    d.now += 60
    numbers(d, "a", 3)
    before = d.hall.dump()
    first = nxt(d, "c3")
    d.hall = Hall.load(through_json(before))
    grant(d, "unit-3")
    assert next(iter(d.hall.grants)) == first.ticket


def test_nothing_is_granted_to_whom_nobody_can_tell(d: Driver) -> None:
    numbers(d, "a", 4)
    grant(d, "unit-3")
    assert granted(d, "c1") == []
    d.press("c3", "close")
    assert [type(event) for event in top_up(d.hall, UNITS, d.now)] == [
        e.GrantsWithdrawn,
        e.GrantsGiven,
    ]


def test_a_hall_may_do_without_grants(d: Driver) -> None:
    hall = Driver(make_plan(alone={"grants": 0}))
    joined(hall, "unit-1")
    hall.open("c1", "wang")
    numbers(hall, "a", 4)
    assert grant(hall) == []


def test_what_is_granted_is_not_granted_again(d: Driver) -> None:
    numbers(d, "a", 8)
    grant(d)
    assert grant(d) == []
    ticket = next(iter(d.hall.grants))
    known = d.hall.units["unit-3"]
    again = e.GrantsGiven(d.now, "c3", "unit-3", known.run, known.outbox, "board-1", (ticket,))
    with pytest.raises(HistoryError, match="granted"):
        d.hall.apply(again)


# --- while the link is up the hub decides ------------------------------------------------------


def test_a_counter_calls_its_own_at_once_and_gets_another(d: Driver) -> None:
    numbers(d, "a", 8)
    grant(d)
    first = granted(d, "c1")[0]
    decision = nxt(d, "c1")
    assert d.hall.tickets[str(decision.ticket)].number == first
    assert d.hall.grants[str(decision.ticket)].withdrawn is not None  # its unit has yet to hear
    grant(d)
    assert len(granted(d, "c1")) == 3


def test_the_best_of_another_counter_is_asked_back_first(d: Driver) -> None:
    numbers(d, "a", 2)
    grant(d, "unit-1")
    wanted = granted(d, "c1")[0]
    assert wanted == "A001"
    decision = nxt(d, "c3")
    assert (decision.outcome, [type(x) for x in decision.events]) == (PENDING, [e.GrantsWithdrawn])
    assert d.hall.counters["c3"].ticket is None
    assert free(d, "unit-1", said(d)) == [decision.ticket]
    assert nxt(d, "c3").ticket == decision.ticket


def test_asked_back_in_vain_the_best_that_is_free_is_called(d: Driver) -> None:
    numbers(d, "a", 3)
    grant(d, "unit-1")
    assert granted(d, "c1") == ["A001", "A002"]
    nxt(d, "c3")
    decision = nxt(d, "c3", patience=Patience.NONE)
    assert d.hall.tickets[str(decision.ticket)].number == "A003"
    assert nxt(d, "c1").events  # and its own are still the counter's to call, but for that one


def test_with_nobody_else_to_call_it_waits_a_little_longer(d: Driver) -> None:
    numbers(d, "a", 1)
    grant(d, "unit-1")
    assert nxt(d, "c3").outcome == PENDING
    assert nxt(d, "c3", patience=Patience.WITH_NOBODY_ELSE).outcome == PENDING
    assert nxt(d, "c3", patience=Patience.NONE).outcome == "nothing_waiting"
    numbers(d, "a", 1)
    assert nxt(d, "c3", patience=Patience.WITH_NOBODY_ELSE).outcome == "done"


def test_whom_the_hub_called_is_the_units_until_it_has_heard_of_that(d: Driver) -> None:
    """Cut off, it may still call whom a page called, and sent away again."""
    numbers(d, "a", 1)
    grant(d, "unit-1")
    ticket = str(nxt(d, "c1").ticket)
    d.press("c1", "undo")
    assert nxt(d, "c3").outcome == PENDING
    assert free(d, "unit-1", said(d)) == [ticket]
    assert nxt(d, "c3").ticket == ticket
    assert Audit().read(d.events) == []


def test_what_is_granted_since_is_not_undone_before_it_is_given_back(d: Driver) -> None:
    numbers(d, "a", 1)
    nxt(d, "c1")
    d.at("c1", w.Transfer(action="transfer", service="c"))
    grant(d, "unit-3")
    undone = d.press("c1", "undo", patience=Patience.FOR_THE_BEST)
    assert undone.outcome == PENDING
    assert d.press("c1", "undo").code == "too_late"
    free(d, "unit-3", said(d))
    assert d.press("c1", "undo").outcome == "done"
    assert Audit().read(d.events) == []


def test_asked_back_twice_it_is_withdrawn_once(d: Driver) -> None:
    numbers(d, "a", 1)
    grant(d, "unit-1")
    nxt(d, "c3")
    assert nxt(d, "c3").events == ()


def test_whose_unit_is_not_heard_calls_its_own_from_the_page(d: Driver) -> None:
    """A clerk whose unit is broken is not told that nobody waits."""
    numbers(d, "a", 3)
    grant(d, "unit-1")
    d.apply(e.UnitLost(d.now, "unit-1"))
    assert nxt(d, "c1").ticket == next(t.id for t in d.hall.tickets.values() if t.number == "A001")
    d.press("c1", "done")
    d.press("c1", "next")
    d.press("c1", "done")
    decision = d.press("c1", "next")
    assert d.hall.tickets[str(decision.ticket)].number == "A003"
    assert Audit().read(d.events) == []


def test_the_core_lets_nobody_else_call_a_granted_ticket(d: Driver) -> None:
    numbers(d, "a", 1)
    grant(d, "unit-1")
    ticket = next(iter(d.hall.grants))
    with pytest.raises(HistoryError, match="granted to counter c1"):
        d.hall.apply(e.TicketCalled(d.now, ticket, "call-x", "c3", "zhao", {"rule": "x"}))


def test_of_a_line_the_first_that_is_free_is_called(d: Driver) -> None:
    """Order by `queued_at` holds among those whom the counter may call."""
    numbers(d, "a", 9)
    grant(d)
    taken = {*granted(d, "c1"), *granted(d, "c3")}
    left = sorted({f"A00{k}" for k in range(1, 10)} - taken)
    joined(d, "unit-2")
    d.open("c4", "li")
    decision = d.press("c4", "next")
    assert d.hall.tickets[str(decision.ticket)].number == left[0]
    assert Audit().read(d.events) == []


# --- what frees a grant ------------------------------------------------------------------------


@pytest.fixture
def one(d: Driver) -> Driver:
    """One ticket, granted to c1."""
    numbers(d, "a", 1)
    grant(d, "unit-1")
    return d


def test_a_renew_that_acts_on_a_state_without_it_frees_it(one: Driver) -> None:
    withdrawn(one, "A001")
    assert free(one, "unit-1", said(one)) == list(one.hall.tickets)


@pytest.mark.parametrize(
    "word",
    [
        None,
        Said("run-1", 0, 10**6, 0),
        Said("run-0", 9, 10**6, 0),
    ],
    ids=["nothing", "an earlier epoch", "another run"],
)
def test_nothing_else_that_is_said_frees_it(one: Driver, word: Said | None) -> None:
    withdrawn(one, "A001")
    assert free(one, "unit-1", word) == []


def test_what_a_unit_is_told_in_a_later_epoch_frees_what_was_asked_back_before(one: Driver) -> None:
    withdrawn(one, "A001")
    earlier = (one.hall.epoch, told_version(one, "c1"))
    one.apply(e.EpochStarted(one.now, one.hall.epoch + 1, "later"))
    assert free(one, "unit-1", Said("run-1", *earlier, 0)) == []
    told = Said("run-1", one.hall.epoch, told_version(one, "c1"), 0)
    assert free(one, "unit-1", told) == list(one.hall.tickets)


def test_a_renew_of_a_state_from_before_does_not_free_it(one: Driver) -> None:
    withdrawn(one, "A001")
    assert free(one, "unit-1", said(one, back=1)) == []


def test_a_renew_frees_nothing_that_was_not_withdrawn(one: Driver) -> None:
    assert free(one, "unit-1", said(one)) == []


def test_what_was_written_before_the_renew_has_to_be_here(one: Driver) -> None:
    """The record of a call may come after the renew: topics keep no order between them."""
    withdrawn(one, "A001")
    assert free(one, "unit-1", said(one, through=2), committed=1) == []
    assert free(one, "unit-1", said(one, through=2), committed=2) != []


def test_a_later_run_of_the_same_outbox_frees_what_the_earlier_one_had(one: Driver) -> None:
    joined(one, "unit-1", "run-2", through=4)
    assert free(one, "unit-1", None, committed=3) == []
    assert free(one, "unit-1", None, committed=4) != []


@pytest.mark.parametrize("other", [{"outbox": "new"}, {"board": "copy"}, {"board": ""}])
def test_another_outbox_or_a_copy_on_another_board_frees_nothing(
    one: Driver, other: dict[str, str]
) -> None:
    joined(one, "unit-1", "run-2", **other)
    assert free(one, "unit-1", said(one, "run-2"), committed=9) == []


def test_the_end_of_a_lease_alone_frees_nothing(one: Driver) -> None:
    one.apply(e.UnitLost(one.now, "unit-1"))
    one.now += 30 * 3600
    assert free(one, "unit-1", None) == []
    assert nxt(one, "c3").outcome == "nothing_waiting"


def test_a_persons_word_frees_it_once_the_unit_can_call_it_no_more(one: Driver) -> None:
    (ticket,) = one.hall.grants
    one.apply(e.UnitLost(one.now, "unit-1"))
    refused = one.do(OnTicket(ticket, "not_called", "citizen"))
    assert refused.code == "may_be_called"
    assert one.do(OnTicket(ticket, "not_called", "citizen", unit_off=True)).outcome == "done"
    news = [line for line in one.hall.feed if line.kind == "GrantsEnded"]
    assert [(line.content["tickets"], line.content["by"]) for line in news] == [
        ([ticket], "citizen")
    ]
    assert nxt(one, "c3").ticket == ticket
    assert one.do(OnTicket(ticket, "not_called", "operator", unit_off=True)).code == "not_granted"
    assert Audit().read(one.events) == []


def test_a_lease_is_over_with_a_margin_for_drift() -> None:
    assert 100.0 + 3600 + 2 + 3.5 < lease_end(3600.0, 100.0) <= 100.0 + 3600 + 2 + 3.6


# --- a unit that is not heard --------------------------------------------------------------------


def test_who_is_kept_for_a_unit_that_is_not_heard_stands_in_nobodys_way(d: Driver) -> None:
    numbers(d, "a", 2)
    grant(d, "unit-1")
    d.apply(e.UnitLost(d.now, "unit-1"))
    assert d.hall.lines.waiting("a") == 1
    decision = nxt(d, "c3")
    assert d.hall.tickets[str(decision.ticket)].number == "A002"
    d.apply(e.UnitBack(d.now, "unit-1"))
    assert d.hall.lines.waiting("a") == 1
    assert Audit().read(d.events) == []


def test_a_kept_ticket_can_be_given_up(one: Driver) -> None:
    (ticket,) = one.hall.grants
    one.apply(e.UnitLost(one.now, "unit-1"))
    assert one.do(OnTicket(ticket, "cancel", "citizen")).outcome == "done"
    assert one.hall.grants == {}
    assert one.hall.lines.waiting("a") == 0


def test_the_day_ends_grants(one: Driver) -> None:
    one.apply(e.UnitLost(one.now, "unit-1"))
    one.pass_time(20 * 3600)
    assert one.hall.grants == {}
    assert Audit().read(one.events) == []


@pytest.mark.parametrize("lost", [False, True])
def test_a_snapshot_remembers_grants(one: Driver, lost: bool) -> None:
    if lost:
        one.apply(e.UnitLost(one.now, "unit-1"))
    withdrawn(one, "A001")
    again = Hall.load(through_json(one.hall.dump()))
    assert again.grants == one.hall.grants
    assert again.lines.waiting("a") == (0 if lost else 1)
    assert through_json(again.dump()) == through_json(one.hall.dump())


# --- the audit -----------------------------------------------------------------------------------


def test_the_audit_sees_a_granted_ticket_called_elsewhere(one: Driver) -> None:
    (ticket,) = one.hall.grants
    call = e.TicketCalled(one.now, ticket, "call-x", "c3", "zhao", {"rule": "index"})
    assert any("only c1 may call" in found for found in Audit().read([*one.events, call]))


def test_the_audit_follows_a_granted_ticket_through_a_change_of_the_plan(one: Driver) -> None:
    one.apply(e.Configured(one.now, make_plan(hours={}).model_dump(mode="json")))
    withdrawn(one, "A001")
    assert free(one, "unit-1", said(one)) != []
    assert nxt(one, "c3").outcome == "done"
    numbers(one, "a", 1)
    assert nxt(one, "c1").outcome == "done"
    assert Audit().read(one.events) == []


def test_the_audit_sees_a_grant_that_ended_with_its_lease(one: Driver) -> None:
    (ticket,) = one.hall.grants
    for why in ("lease", "taken_back", "later_run", "not_called"):
        ended = e.GrantsEnded(one.now, "c1", (ticket,), why, "")
        assert any("ended as" in found for found in Audit().read([*one.events, ended])), why


def test_whose_call_is_taken_back_while_the_unit_is_not_heard_stands_in_no_line(
    d: Driver,
) -> None:
    """The model found it: in line though kept, the ticket stayed there when it was done."""
    numbers(d, "a", 1)
    grant(d, "unit-1")
    ticket = str(nxt(d, "c1").ticket)
    d.apply(e.UnitLost(d.now, "unit-1"))
    d.press("c1", "undo")
    assert d.hall.lines.waiting("a") == 0
    assert nxt(d, "c1").ticket == ticket
    d.press("c1", "done")
    assert nxt(d, "c3").outcome == "nothing_waiting"
    assert Audit().read(d.events) == []
