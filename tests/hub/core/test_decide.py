"""Commands: what follows from each, every refusal, and what the time brings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.core import events as e
from hub.core.commands import Decision, Issue, SetNotice
from hub.core.counter_events import PIN_WINDOW_S
from hub.core.decide import decide
from hub.core.hall import Hall
from hub.core.passing import due, next_due
from hub.core.plan import Plan
from hub.core.shift import PIN_TRIES
from hub.core.tickets import TicketState
from tests.hub.core.examples import (
    MONDAY,
    MORNING,
    Driver,
    make_plan,
    raw_plan,
    sign_in,
    through_json,
    wall,
)


@pytest.fixture
def d() -> Driver:
    return Driver()


@pytest.fixture
def serving(d: Driver) -> Driver:
    """wang at c1 has called A001; A002 waits."""
    d.open("c1", "wang")
    d.ticket("a")
    d.ticket("a")
    assert d.press("c1", "next").outcome == "done"
    return d


def unchanged(d: Driver, act: Callable[[], Decision]) -> Decision:
    """The decision of an act that must leave the state alone."""
    before = d.hall.dump()
    decision = act()
    assert decision.events == ()
    assert d.hall.dump() == before
    return decision


def kinds(events: object) -> list[str]:
    assert isinstance(events, list | tuple)
    return [type(event).__name__ for event in events]


# --- refusals -----------------------------------------------------------------------------


def test_an_unknown_counter(d: Driver) -> None:
    decision = unchanged(d, lambda: d.press("c9", "next"))
    assert (decision.outcome, decision.code) == ("refused", "unknown_counter")
    assert "c9" in str(decision.reason)


def test_an_unknown_service_and_a_closed_hall(d: Driver) -> None:
    decision = unchanged(d, lambda: d.issue("z"))
    assert (decision.outcome, decision.code, decision.ticket) == (
        "refused",
        "unknown_service",
        None,
    )
    d.now = wall(f"{MONDAY} 12:30")
    d.pass_time()
    assert unchanged(d, lambda: d.issue("a")).code == "hall_closed"


def test_no_numbers_while_an_emergency_text_is_shown(d: Driver) -> None:
    d.ticket("a")
    d.do(SetNotice(None, {"zh": "请撤离", "en": "Leave"}, "operator"))
    assert unchanged(d, lambda: d.issue("a")).code == "emergency"
    assert d.press("c1", "next").code == "not_signed_in"  # counters go on as they do
    d.do(SetNotice({"zh": "请撤离", "en": "Leave"}, None, "operator"))
    assert d.issue("a").outcome == "done"


@pytest.mark.parametrize("action", ["open", "next"])
def test_nothing_without_a_clerk(d: Driver, action: str) -> None:
    d.ticket("a")
    assert unchanged(d, lambda: d.press("c1", action)).code == "not_signed_in"


def test_no_call_at_a_closed_counter(d: Driver) -> None:
    d.ticket("a")
    d.at("c1", sign_in("wang"))
    assert unchanged(d, lambda: d.press("c1", "next")).code == "closed"


@pytest.mark.parametrize("action", ["recall", "no_show", "start", "done"])
def test_an_empty_hand(d: Driver, action: str) -> None:
    d.open("c1", "wang")
    assert unchanged(d, lambda: d.press("c1", action)).code == "nothing_in_hand"


@pytest.mark.parametrize("action", ["next", "close", "sign_out"])
@pytest.mark.parametrize("step", [None, "recall", "start"])
def test_busy_names_the_ticket_in_hand(serving: Driver, action: str, step: str | None) -> None:
    if step:
        serving.press("c1", step)
    decision = unchanged(serving, lambda: serving.press("c1", action))
    assert decision.code == "busy"
    assert decision.ticket == serving.counter("c1").ticket is not None
    assert "A001" in str(decision.reason)


def test_another_clerk_cannot_take_a_busy_counter(serving: Driver) -> None:
    decision = unchanged(serving, lambda: serving.at("c1", sign_in("li")))
    assert decision.code == "busy"
    assert serving.counter("c1").clerk == "wang"


def test_an_illegal_step_is_refused_by_name(serving: Driver) -> None:
    serving.press("c1", "start")
    decision = unchanged(serving, lambda: serving.press("c1", "start"))
    assert decision.code == "illegal_step"
    assert "serving" in str(decision.reason)
    assert "start" in str(decision.reason)


# --- seen ---------------------------------------------------------------------------------


def test_an_old_seen_changes_nothing(serving: Driver) -> None:
    seen = serving.counter("c1").version
    assert serving.press("c1", "done", seen=seen).outcome == "done"
    for action in ("done", "next", "open", "close", "sign_out", "recall", "no_show", "start"):
        refused = unchanged(serving, lambda action=action: serving.press("c1", action, seen=seen))  # type: ignore[misc]
        assert refused.code == "stale"
    assert unchanged(serving, lambda: serving.at("c1", sign_in("li"), seen=seen)).code == "stale"


def test_a_seen_from_the_future_is_as_wrong_as_an_old_one(serving: Driver) -> None:
    ahead = serving.counter("c1").version + 1
    assert unchanged(serving, lambda: serving.press("c1", "done", seen=ahead)).code == "stale"


def test_a_double_press_of_next_calls_one(d: Driver) -> None:
    d.open("c1", "wang")
    d.ticket("a")
    d.ticket("a")
    seen = d.counter("c1").version
    assert d.press("c1", "next", seen=seen).outcome == "done"
    assert d.press("c1", "next", seen=seen).code == "stale"
    assert [type(x) for x in d.events].count(e.TicketCalled) == 1


def test_news_of_other_counters_leaves_seen_valid(serving: Driver) -> None:
    seen = serving.counter("c1").version
    serving.open("c3", "li")
    serving.ticket("a")
    serving.press("c3", "next")
    assert serving.press("c1", "done", seen=seen).outcome == "done"


def test_a_wrong_pin_leaves_seen_valid(d: Driver) -> None:
    seen = d.counter("c1").version
    d.at("c1", sign_in("wang"), pin_right=False, seen=seen)
    assert d.at("c1", sign_in("wang"), seen=seen).outcome == "done"


# --- signing in and out -------------------------------------------------------------------


def test_a_wrong_pin_is_recorded_and_signs_nobody_in(d: Driver) -> None:
    decision = d.at("c1", sign_in("wang"), pin_right=False)
    assert (decision.code, kinds(decision.events)) == ("wrong_pin", ["SignInFailed"])
    assert d.counter("c1").clerk is None


def test_five_wrong_pins_and_the_counter_waits_even_for_the_right_one(d: Driver) -> None:
    for _ in range(PIN_TRIES):
        assert d.at("c1", sign_in("wang"), pin_right=False).code == "wrong_pin"
        d.pass_time(1)
    assert unchanged(d, lambda: d.at("c1", sign_in("wang"))).code == "too_many_attempts"
    assert d.at("c2", sign_in("wang")).outcome == "done"
    d.press("c2", "sign_out")
    d.pass_time(PIN_WINDOW_S - PIN_TRIES - 0.5)
    assert d.at("c1", sign_in("wang")).code == "too_many_attempts"
    d.pass_time(1)
    assert d.at("c1", sign_in("wang")).outcome == "done"


def test_a_right_pin_clears_the_wrong_ones(d: Driver) -> None:
    for _ in range(PIN_TRIES - 1):
        d.at("c1", sign_in("wang"), pin_right=False)
    d.at("c1", sign_in("wang"))
    assert d.at("c1", sign_in("li"), pin_right=False).code == "wrong_pin"
    assert d.at("c1", sign_in("li")).outcome == "done"


def test_signing_in_again_is_no_event(d: Driver) -> None:
    d.open("c1", "wang")
    assert unchanged(d, lambda: d.at("c1", sign_in("wang"))).outcome == "done"


def test_a_clerk_moves_and_the_old_counter_closes(d: Driver) -> None:
    d.open("c1", "wang")
    decision = d.at("c2", sign_in("wang"))
    assert kinds(decision.events) == ["CounterClosed", "ClerkSignedOut", "ClerkSignedIn"]
    assert (d.counter("c1").clerk, d.counter("c1").open) == (None, False)
    assert d.counter("c2").clerk == "wang"


def test_a_clerk_who_serves_elsewhere_cannot_move(serving: Driver) -> None:
    decision = unchanged(serving, lambda: serving.at("c2", sign_in("wang")))
    assert decision.code == "signed_in_elsewhere"
    assert "counter 1" in str(decision.reason)


def test_a_new_clerk_takes_an_idle_counter_which_closes_first(d: Driver) -> None:
    d.open("c1", "wang")
    d.at("c1", sign_in("li"))
    assert (d.counter("c1").clerk, d.counter("c1").open) == ("li", False)
    assert [c.id for c in d.hall.counters.values() if c.clerk == "wang"] == []


def test_signing_out_closes_and_doing_so_again_is_no_event(d: Driver) -> None:
    d.open("c1", "wang")
    assert kinds(d.press("c1", "sign_out").events) == ["CounterClosed", "ClerkSignedOut"]
    assert unchanged(d, lambda: d.press("c1", "sign_out")).outcome == "done"


def test_opening_and_closing_twice_is_no_event(d: Driver) -> None:
    d.open("c1", "wang")
    assert unchanged(d, lambda: d.press("c1", "open")).outcome == "done"
    assert kinds(d.press("c1", "close").events) == ["CounterClosed"]
    assert unchanged(d, lambda: d.press("c1", "close")).outcome == "done"
    assert d.counter("c1").clerk == "wang"


# --- calling and serving ------------------------------------------------------------------


def test_numbers_count_by_prefix_and_go_past_999(d: Driver) -> None:
    assert [d.ticket(s).number for s in "aabac"] == ["A001", "A002", "B001", "A003", "C001"]
    d.hall.series["A"] = 998
    assert [d.ticket("a").number for _ in range(2)] == ["A999", "A1000"]


def test_next_calls_the_longest_waiting_ticket_that_the_counter_may_serve(d: Driver) -> None:
    d.open("c1", "wang")
    d.open("c2", "li")
    first_c = d.ticket("c")
    d.pass_time(30)
    first_a = d.ticket("a")
    d.pass_time(30)
    first_b = d.ticket("b")
    d.pass_time(60)
    decision = d.press("c1", "next")
    assert decision.ticket == first_a.id
    assert (
        decision.reason == "waited 1.5 min, the most urgent of 2 lines; next would be B001, 1.0 min"
    )
    called = decision.events[0]
    assert isinstance(called, e.TicketCalled)
    assert called.clerk == "wang"
    shown = {key: value for key, value in called.reason.items() if "index" not in key}
    assert shown == {
        "policy": d.hall.plan.dispatch.policy,
        "rule": "index",
        "waited_s": 90.0,
        "lines": 2,
        "runner_up": "B001",
        "runner_up_waited_s": 60.0,
        "fcfs": "A001",
    }
    assert called.reason["index"] > called.reason["runner_up_index"]
    assert d.press("c2", "next").ticket == first_b.id
    assert first_c.state is TicketState.WAITING


def test_next_with_nobody_for_this_counter(d: Driver) -> None:
    d.open("c2", "li")
    d.ticket("a")
    decision = unchanged(d, lambda: d.press("c2", "next"))
    assert (decision.outcome, decision.code, decision.ticket) == ("nothing_waiting", None, None)
    assert decision.reason


def test_tickets_of_the_same_instant_go_by_issue() -> None:
    d = Driver(make_plan(dispatch={"policy": "fcfs"}))
    d.open("c1", "wang")
    order = [d.ticket(s).id for s in "baab"]
    called = []
    for _ in order:
        called.append(d.press("c1", "next").ticket)
        d.press("c1", "done")
    assert called == order


def test_the_whole_way_of_a_ticket(d: Driver) -> None:
    d.open("c1", "wang")
    ticket = d.ticket("a")
    seen = [ticket.state]
    for action in ("next", "recall", "recall", "start", "done"):
        assert d.press("c1", action).ticket == ticket.id
        seen.append(ticket.state)
    assert [s.value for s in seen] == [
        "waiting",
        "called",
        "recalled",
        "recalled",
        "serving",
        "done",
    ]
    assert ticket.recalls == 2
    assert (d.counter("c1").ticket, d.counter("c1").served_today) == (None, 1)
    done = d.events[-1]
    assert isinstance(done, e.TicketDone)
    assert (done.call_id, done.clerk, done.invite_s) == (ticket.call_id, "wang", 10.0)


def test_done_straight_from_the_call(serving: Driver) -> None:
    assert serving.press("c1", "done").outcome == "done"
    assert serving.press("c1", "next").outcome == "done"


def test_a_missed_person_frees_the_counter_and_is_never_called_again(serving: Driver) -> None:
    missed = str(serving.counter("c1").ticket)
    serving.press("c1", "no_show")
    assert serving.hall.tickets[missed].state is TicketState.NO_SHOW
    assert serving.press("c1", "next").ticket != missed
    serving.press("c1", "done")
    assert serving.press("c1", "next").outcome == "nothing_waiting"


# --- what the time brings -----------------------------------------------------------------


def test_a_call_counts_as_served_from_the_call_after_twenty_seconds(serving: Driver) -> None:
    called_at = serving.now
    ticket = serving.hall.tickets[str(serving.counter("c1").ticket)]
    assert next_due(serving.hall, serving.now) == called_at + 20
    assert serving.pass_time(19.9) == []
    [started] = serving.pass_time(0.1)
    assert isinstance(started, e.ServiceStarted)
    assert (started.presumed, started.since) == (True, called_at)
    assert (ticket.state, ticket.since) == (TicketState.SERVING, called_at)


@pytest.mark.parametrize("action", ["recall", "no_show", "start", "done"])
def test_nothing_is_presumed_of_a_call_that_somebody_acted_on(serving: Driver, action: str) -> None:
    serving.pass_time(19)
    serving.press("c1", action)
    assert serving.pass_time(60) == []


def test_a_presumed_service_can_be_taken_back(serving: Driver) -> None:
    serving.pass_time(20)
    assert serving.press("c1", "no_show").outcome == "done"


def test_the_hall_opens_and_closes_by_its_hours(d: Driver) -> None:
    seen = []
    for time in ("11:59", "12:00", "13:29", "13:30", "16:59", "17:00"):
        d.now = wall(f"{MONDAY} {time}")
        seen.append((kinds(d.pass_time()), d.hall.open))
    assert seen == [
        ([], True),
        (["HallClosed"], False),
        ([], False),
        (["HallOpened"], True),
        ([], True),
        (["HallClosed"], False),
    ]


def test_those_who_wait_are_served_after_closing(d: Driver) -> None:
    d.open("c1", "wang")
    d.ticket("a")
    d.now = wall(f"{MONDAY} 17:30")
    d.pass_time()
    assert d.press("c1", "next").outcome == "done"


def test_the_day_rolls_at_four_not_at_midnight(serving: Driver) -> None:
    serving.press("c1", "start")
    serving.now = wall("2026-03-03 00:30")
    assert kinds(serving.pass_time()) == ["HallClosed"]
    serving.now = wall("2026-03-03 03:59:59")
    assert serving.pass_time() == []
    held, waits = (
        serving.counter("c1").ticket,
        next(t.id for t in serving.hall.tickets.values() if t.state is TicketState.WAITING),
    )
    events = serving.pass_time(1)
    assert kinds(events) == [
        "TicketExpired",
        "TicketExpired",
        "CounterClosed",
        "ClerkSignedOut",
        "DayBegan",
    ]
    expired = {x.ticket: x.counter for x in events if isinstance(x, e.TicketExpired)}
    assert expired == {held: "c1", waits: None}
    assert serving.hall.day == "2026-03-03"
    assert (serving.hall.tickets, serving.hall.series) == ({}, {})
    assert serving.counter("c1").served_today == 0
    assert serving.pass_time() == []


def test_numbers_begin_again_with_the_day(d: Driver) -> None:
    assert [d.ticket("a").number for _ in range(3)] == ["A001", "A002", "A003"]
    d.now = wall("2026-03-03 09:00")
    d.pass_time()
    assert d.ticket("a").number == "A001"


def test_a_clock_set_back_does_not_begin_the_day_again(d: Driver) -> None:
    d.ticket("a")
    d.now -= 86_400
    assert "DayBegan" not in kinds(d.pass_time())
    assert d.hall.day == MONDAY


def test_a_hub_that_wakes_the_next_day_with_somebody_called(serving: Driver) -> None:
    """Everything that the time brings at once must still fit together."""
    serving.now = wall("2026-03-03 09:00")
    events = due(serving.hall, serving.now)
    serving.apply(*events)
    assert "DayBegan" in kinds(events)
    assert serving.counter("c1").ticket is None
    serving.pass_time()
    assert serving.hall.open


def test_a_day_that_begins_when_the_hall_opens() -> None:
    hall = {"id": "civic", "name": {"zh": "h", "en": "h"}, "day_starts": "08:30"}
    d = Driver(make_plan(hall=hall), wall("2026-03-02 18:00"))
    assert not d.hall.open
    d.now = wall("2026-03-03 08:30")
    assert kinds(d.pass_time()) == ["DayBegan", "HallOpened"]


def test_an_empty_hall_has_nothing_due() -> None:
    assert due(Hall(), MORNING) == []


def test_a_decision_changes_nothing_by_itself(serving: Driver) -> None:
    before = serving.hall.dump()
    decide(serving.hall, Issue("a", "t", "web"), serving.now)
    assert serving.hall.dump() == before


# --- another plan -------------------------------------------------------------------------


def test_a_counter_that_leaves_the_plan_while_it_serves(serving: Driver) -> None:
    raw = raw_plan()
    del raw["counters"][0]
    content = Plan.model_validate(raw).model_dump(mode="json")
    serving.apply(e.Configured(serving.now, content))
    assert unchanged(serving, lambda: serving.press("c1", "done")).code == "unknown_counter"
    refused = unchanged(serving, lambda: serving.at("c2", sign_in("wang")))
    assert refused.code == "signed_in_elsewhere"
    serving.pass_time(20)
    serving.now = wall("2026-03-03 09:00")
    serving.pass_time()
    assert (serving.counter("c1").ticket, serving.counter("c1").clerk) == (None, None)
    assert serving.at("c2", sign_in("wang")).outcome == "done"
    assert Hall.load(through_json(serving.hall.dump())).dump() == serving.hall.dump()
