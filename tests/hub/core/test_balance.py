"""Balance: who should help whom, told once, with the reason, and never against a rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core import events as e
from hub.core import outlook
from hub.core.balance import MOVES, Balance
from hub.core.commands import OnAdvice, Rearrange
from hub.core.decide import decide
from hub.core.hall import Hall
from hub.core.judge import LINE_GAINS, OWN_LOSE, POOR_SHARE, SAVED, SETTLE_MIN, is_poor
from hub.core.outlook import Outlook, Stretch
from tests.hub.core.examples import Driver, make_plan, pause, raw_plan, sign_in

DWELL_MIN = 15


def hall_plan(*, automatic: bool = False, **counters: Any) -> Any:
    """c1 serves a; c2 serves b and could serve a; c3 serves b; c4 serves a and could serve c."""
    plan = raw_plan(balance={"automatic": automatic, "dwell_min": DWELL_MIN})
    services = {"c1": ["a"], "c2": ["b"], "c3": ["b"], "c4": ["a", "c"]}
    also = {"c2": ["a"], **counters}
    for counter in plan["counters"]:
        counter["services"] = services[counter["id"]]
        counter["also"] = also.get(counter["id"], [])
    for service in plan["services"]:
        service["mean_s"] = 300
    return make_plan(counters=plan["counters"], services=plan["services"], balance=plan["balance"])


class Watched(Driver):
    """A hall with a balance that looks at it each minute."""

    def __init__(self, *, automatic: bool = False, **counters: Any) -> None:
        super().__init__(hall_plan(automatic=automatic, **counters))
        self.balance = Balance()
        for counter, clerk in (("c1", "wang"), ("c2", "li"), ("c3", "zhao")):
            self.open(counter, clerk)

    def minutes(self, number: int = 1) -> list[e.Event]:
        """Let minutes pass; returns what the balance made happen."""
        said: list[e.Event] = []
        for _ in range(number):
            self.pass_time(60)
            events = self.balance.tick(self.hall, self.now)
            self.apply(*events)
            said += events
        return said

    def crowd(self, service: str = "a", number: int = 6) -> None:
        for _ in range(number):
            self.ticket(service)

    def empty(self, counter: str) -> None:
        """The counter serves all who wait for it, in no time."""
        while self.press(counter, "next").ticket is not None:
            self.press(counter, "done")

    def click(self, advice: str, wish: Any) -> None:
        decision = decide(self.hall, OnAdvice(advice, wish, "chief"), self.now)
        assert decision.outcome == "done", decision
        self.apply(*decision.events)

    def arrange(self, wish: Any, counter: str, service: str) -> None:
        decision = decide(self.hall, Rearrange(wish, counter, service, "chief"), self.now)
        assert decision.outcome == "done", decision
        self.apply(*decision.events)


def advised(events: list[e.Event]) -> list[tuple[str, str, str | None]]:
    return [(x.action, x.counter, x.service) for x in events if isinstance(x, e.AdviceGiven)]


def closed(events: list[e.Event]) -> list[tuple[str, str]]:
    return [(x.advice, x.outcome) for x in events if isinstance(x, e.AdviceClosed)]


HELP = ("add", "c2", "a")


def test_a_hot_line_gets_the_help_of_who_has_the_skill() -> None:
    d = Watched()
    assert d.minutes(3) == []
    d.crowd()
    said = d.minutes(3)
    assert advised(said) == [HELP]
    (advice,) = d.hall.advice.values()
    assert advice.gain_min > 0.5
    assert d.hall.services_of("c2") == ("b",)


def test_an_advice_explains_itself_in_numbers() -> None:
    d = Watched()
    d.minutes()
    d.crowd()
    d.minutes(3)
    (advice,) = d.hall.advice.values()
    json.dumps(advice.reason)
    reason = advice.reason
    assert reason["waiting"] == 6
    assert reason["line_now_min"] == 30.0
    assert reason["line_min"] > reason["hot_above_min"] == 1.5
    assert reason["line_min"] > reason["hotter_than_own"] * reason["own_min"]
    assert reason["own_min"] == 0.0
    assert reason["counters"] == 1.0
    assert reason["within_min"] == DWELL_MIN
    assert reason["shared_by"] >= 6


def test_an_advice_says_what_the_counters_own_lines_lose_by_it() -> None:
    d = Watched()
    d.minutes()
    d.crowd("a", 9)
    d.crowd("b", 4)
    d.minutes(35)  # nobody comes any more
    (advice,) = (x for x in d.hall.advice.values() if x.action == "add")
    line_gains, own_lose = advice.reason[LINE_GAINS], advice.reason[OWN_LOSE]
    assert 0 < own_lose < line_gains
    assert advice.reason[SAVED] == pytest.approx(line_gains - own_lose, abs=0.02)
    shared_by = advice.reason["shared_by"]
    assert advice.reason[SAVED] == pytest.approx(advice.gain_min * shared_by, rel=0.01)


def test_what_stands_is_weighed_anew_each_minute() -> None:
    d = Watched()
    d.minutes()
    d.crowd(number=8)
    d.minutes(3)
    ((name, given),) = ((x.id, x.reason[SAVED]) for x in d.hall.advice.values())
    for _ in range(7):
        d.press("c1", "next")
        d.press("c1", "done")
    (weighed,) = d.minutes()
    assert isinstance(weighed, e.AdviceWeighed)
    (advice,) = d.hall.advice.values()
    assert (advice.id, advice.gain_min, advice.reason) == (name, weighed.gain_min, weighed.reason)
    assert advice.reason["waiting"] == 1
    d.minutes(35)  # nobody comes any more
    assert 0 < advice.reason[SAVED] < given


@pytest.mark.parametrize("automatic", [False, True])
def test_nobody_is_asked_for_next_to_nothing(automatic: bool) -> None:
    """Help that needs no click costs less, and is given for less."""
    d = Watched(automatic=automatic)
    d.ticket("a")
    d.empty("c1")
    d.minutes(60)
    d.ticket("a")
    assert (HELP in advised(d.minutes(20))) == automatic


def test_what_has_become_worth_next_to_nothing_is_poor_and_goes_after_the_dwell_time() -> None:
    d = Watched()
    d.minutes()
    d.crowd()
    d.minutes(3)
    (advice,) = d.hall.advice.values()
    for _ in range(5):
        d.press("c1", "next")
        d.press("c1", "done")
    while not is_poor(advice, POOR_SHARE):
        assert closed(d.minutes()) == []
    assert closed(d.minutes(DWELL_MIN - 1)) == []
    assert closed(d.minutes()) == [(advice.id, "pointless")]


def test_one_long_service_ahead_does_not_make_a_line_hot_at_once() -> None:
    d = Watched()
    d.minutes(5)
    d.ticket("a")
    assert d.minutes() == []
    d.empty("c1")
    assert d.minutes(20) == []


def test_what_stands_is_not_repeated_and_one_advice_a_line_is_enough() -> None:
    d = Watched(c3=["a"])
    d.minutes()
    d.crowd(number=3)
    assert len(advised(d.minutes(40))) == 1


def test_what_stands_wavers_less_than_what_is_new() -> None:
    """Just under the threshold an advice stands, though it would not be given."""
    d = Watched()
    d.minutes()
    d.crowd()
    d.minutes(3)
    (advice,) = d.hall.advice
    d.empty("c1")
    while d.balance.memory.clear_min["a"] > 1.5:
        d.minutes()
    assert advice in d.hall.advice
    assert d.balance.memory.clear_min["a"] > 0.75
    fresh = Balance()
    assert advised(fresh.tick(Hall.load(d.hall.dump()), d.now)) == []


def test_an_advice_whose_reason_has_gone_is_closed_as_pointless() -> None:
    d = Watched()
    d.minutes()
    d.crowd()
    d.minutes(3)
    (advice,) = d.hall.advice
    d.empty("c1")
    assert closed(d.minutes(20)) == [(advice, "pointless")]
    assert d.hall.advice == {}


@pytest.mark.parametrize("change", ["by_hand", "pause", "close"])
def test_an_advice_that_cannot_be_followed_any_more_is_pointless(change: str) -> None:
    d = Watched()
    d.minutes()
    d.crowd()
    d.minutes(3)
    (advice,) = d.hall.advice
    if change == "by_hand":
        d.arrange("add", "c2", "a")
    elif change == "pause":
        d.at("c2", pause(20))
    else:
        d.press("c2", "close")
    assert (advice, "pointless") in closed(d.minutes())


def test_what_was_dismissed_is_not_advised_again_for_the_dwell_time() -> None:
    d = Watched()
    d.minutes()
    d.crowd(number=30)
    d.minutes(3)
    (advice,) = d.hall.advice
    d.click(advice, "dismiss")
    assert HELP not in advised(d.minutes(DWELL_MIN))
    assert HELP in advised(d.minutes(2))


def test_what_was_added_stays_for_the_dwell_time_and_then_goes_back() -> None:
    d = Watched(automatic=True)
    d.minutes()
    d.crowd()
    said = d.minutes(3)
    assert [type(x) for x in said] == [e.AdviceGiven, e.ServiceAdded, e.AdviceClosed]
    assert d.hall.services_of("c2") == ("b", "a")
    added_at = d.counter("c2").added["a"]
    d.empty("c1")
    while "a" in d.counter("c2").added:
        back = d.minutes()
    assert advised(back) == [("take_back", "c2", "a")]
    assert d.now - added_at >= 60 * DWELL_MIN
    reason = next(x.reason for x in back if isinstance(x, e.ServiceTakenBack))
    assert reason["why"] == "quiet"
    assert reason["line_min"] < reason["quiet_below_min"]
    d.crowd()
    taken_at = d.now
    while "a" not in d.counter("c2").added:
        d.minutes()
    assert d.now - taken_at >= 60 * DWELL_MIN


def test_who_is_needed_more_at_home_goes_back() -> None:
    d = Watched(automatic=True)
    d.minutes()
    d.crowd(number=4)
    d.minutes(3)
    assert "a" in d.counter("c2").added
    for _ in range(3):
        d.press("c1", "next")
        d.press("c1", "done")
    d.crowd("b", 40)
    said = d.minutes(60)
    (back,) = [x for x in said if isinstance(x, e.ServiceTakenBack)]
    assert back.reason["why"] == "own_hotter"
    assert back.reason["own_min"] > 3 * back.reason["line_min"]


def test_advice_to_take_back_waits_for_a_click() -> None:
    d = Watched()
    d.minutes()
    d.crowd()
    d.minutes(3)
    d.click(next(iter(d.hall.advice)), "apply")
    d.empty("c1")
    back = ("take_back", "c2", "a")
    assert advised(d.minutes(DWELL_MIN + 60)).count(back) == 1
    d.click(next(x.id for x in d.hall.advice.values() if x.action == "take_back"), "apply")
    assert d.hall.services_of("c2") == ("b",)


def test_without_a_skill_to_spare_nothing_is_added() -> None:
    d = Watched(automatic=True, c2=[])
    d.minutes()
    d.crowd(number=20)
    assert {action for action, *_ in advised(d.minutes(60))} == {"open"}


def test_nobody_is_called_away_from_a_line_as_hot() -> None:
    d = Watched(automatic=True)
    d.minutes()
    d.crowd("a", 6)
    d.crowd("b", 12)
    assert not [x for x in d.minutes(20) if isinstance(x, e.ServiceAdded)]


def test_a_line_that_nobody_serves_is_helped_at_once() -> None:
    d = Watched()
    d.minutes()
    d.press("c1", "close")
    d.ticket("a")
    assert advised(d.minutes(2))[0] == HELP


def test_no_help_for_a_line_whose_clerk_is_back_in_a_moment() -> None:
    d = Watched()
    d.minutes()
    d.at("c1", pause(1))
    assert d.minutes() == []
    view = Outlook(d.hall, d.now, 900)
    assert view.clear_min("a") == 0
    d.at("c1", pause(20))


def test_where_nobody_can_help_a_closed_counter_is_to_open_the_one_with_a_clerk_first() -> None:
    d = Watched(c2=[])
    d.open("c4", "chen")
    d.press("c4", "close")
    d.minutes(DWELL_MIN + 1)
    d.crowd(number=20)
    said = d.minutes(5)
    assert advised(said) == [("open", "c4", None)]
    (advice,) = d.hall.advice.values()
    assert advice.gain_min > 0.3
    assert advice.reason["service"] == "a"
    assert advice.reason["signed_in"]
    assert max(advice.reason["line_min"], advice.reason["hall_min"]) > 6
    d.click(advice.id, "apply")
    assert d.counter("c4").open
    assert advised(d.minutes(int(SETTLE_MIN) - 1)) == []


@pytest.mark.parametrize("dismissed", [True, False])
def test_help_that_nobody_wants_does_not_hide_that_a_counter_is_missing(dismissed: bool) -> None:
    d = Watched()
    d.minutes(6)
    d.crowd(number=6 if dismissed else 30)
    assert HELP in advised(d.minutes(3))
    if dismissed:
        d.click(next(x.id for x in d.hall.advice.values() if x.action == "add"), "dismiss")
    d.minutes(10)
    assert "open" in {x.action for x in d.hall.advice.values()}


def test_advice_to_open_that_was_dismissed_rests_whichever_the_counter() -> None:
    d = Watched(c2=[], c3=[])
    d.minutes(6)
    d.crowd(number=20)
    d.minutes(5)
    (advice,) = d.hall.advice
    d.click(advice, "dismiss")
    assert advised(d.minutes(DWELL_MIN)) == []
    assert advised(d.minutes(2)) == [("open", "c4", None)]


def test_nobody_is_opened_or_closed_without_a_click() -> None:
    d = Watched(automatic=True, c2=[])
    d.minutes(6)
    d.crowd(number=20)
    d.minutes(20)
    assert not d.counter("c4").open
    assert [x.action for x in d.hall.advice.values()] == ["open"]


def test_in_a_quiet_hall_an_idle_counter_is_to_close_but_no_line_is_left_alone() -> None:
    d = Watched()
    said = d.minutes(60)
    assert len(advised(said)) == 1
    (advice,) = d.hall.advice.values()
    assert advice.action == "close"
    assert advice.counter in ("c2", "c3")  # c1 alone serves a
    assert advice.gain_min == 0
    assert advice.reason["idle_min"] >= SETTLE_MIN
    assert advice.reason["hall_min"] < advice.reason["close_below_min"]
    assert advice.given_at - d.events[2].at >= 60 * DWELL_MIN
    d.crowd("b", 1)
    d.press(advice.counter, "next")
    assert closed(d.minutes()) == [(advice.id, "pointless")]


def test_what_was_opened_stays_open_for_the_dwell_time() -> None:
    d = Watched()
    d.minutes(40)
    d.click(next(iter(d.hall.advice)), "dismiss")
    d.open("c4", "chen")
    opened_at = d.now
    said = d.minutes(60)
    times = [x.at for x in said if isinstance(x, e.AdviceGiven) and x.counter == "c4"]
    assert all(at - opened_at >= 60 * DWELL_MIN for at in times)


def test_after_hours_nothing_is_advised_and_nothing_stands() -> None:
    d = Watched()
    d.minutes(40)
    assert d.hall.advice
    d.pass_time(3 * 3600)
    assert not d.hall.open
    d.minutes()
    assert d.hall.advice == {}
    assert d.minutes(50) == []


def test_a_new_day_begins_without_memories() -> None:
    d = Watched()
    d.minutes()
    d.crowd(number=20)
    d.minutes(5)
    d.pass_time(24 * 3600)
    assert d.minutes() == []
    assert d.balance.memory.clear_min == dict.fromkeys("abc", 0.0)


def test_a_restart_finds_the_advice_that_stands_and_does_not_repeat_it() -> None:
    d = Watched()
    d.minutes()
    d.crowd(number=12)
    d.minutes(3)
    d.balance = Balance()
    assert {type(x) for x in d.minutes(5)} == {e.AdviceWeighed}  # it says what it is worth by then
    d.click(next(iter(d.hall.advice)), "dismiss")
    assert HELP not in advised(d.minutes(DWELL_MIN))


def test_advice_that_stood_is_followed_when_the_hall_becomes_automatic() -> None:
    d = Watched()
    d.minutes()
    d.crowd(number=12)
    d.minutes(3)
    d.apply(e.Configured(d.now, hall_plan(automatic=True).model_dump(mode="json")))
    said = d.minutes()
    assert [type(x) for x in said] == [e.ServiceAdded, e.AdviceClosed]
    assert d.hall.advice == {}


def test_a_hall_without_a_configuration_is_left_alone() -> None:
    assert Balance().tick(Hall(), 0.0) == []


def test_the_same_hall_gets_the_same_advice() -> None:
    def run() -> list[e.Event]:
        d = Watched(automatic=True, c3=["a"])
        d.minutes()
        d.crowd()
        return d.minutes(60)

    assert run() == run()


# --- the estimate --------------------------------------------------------------------------


def test_the_time_waited_together_is_the_area_under_the_line() -> None:
    six = Stretch(people=6, coming=0, work_s=1800, arriving=0, counters=1)
    # 1800 s of work go in 1800 s: a triangle 6 people high.
    assert six.together_s(1, 3600) == pytest.approx(6 * 1800 / 2)
    assert six.together_s(2, 3600) == pytest.approx(6 * 900 / 2)
    # Within 900 s half of them go: a trapezium from 6 to 3.
    assert six.together_s(1, 900) == pytest.approx((6 + 3) / 2 * 900)
    assert six.together_s(0, 900) == pytest.approx(6 * 900)


def test_who_comes_within_the_horizon_waits_too() -> None:
    busy = Stretch(people=0, coming=1 / 150, work_s=0, arriving=2, counters=1)
    assert busy.together_s(2, 900) == 0
    assert busy.together_s(1, 900) == pytest.approx(3 / 2 * 900)  # 3 of 6 are left


def test_the_gain_is_shared_by_all_who_wait_or_come() -> None:
    d = Watched()
    d.crowd()
    d.pass_time(60)
    view = Outlook(d.hall, d.now, 900.0)
    saved_s = view.helped("a", "c2").gain_min * 60 * view.people
    line = view.lines["a"]
    assert view.people == pytest.approx(6 + 6 / outlook.RATE_FROM_S * 900)
    most_s = line.together_s(1, 900) - line.together_s(2, 900)
    assert 0 < saved_s <= most_s + 1e-6


def test_help_given_back_to_the_longer_line_is_worth_something() -> None:
    d = Watched()
    d.arrange("add", "c2", "a")
    d.crowd("a", 1)
    d.pass_time(3600)  # nobody comes any more
    d.crowd("b", 5)
    view = Outlook(d.hall, d.now, 900.0)
    assert view.returned("a", "c2").gain_min > 0
    assert view.helped("a", "c3").gain_min == 0


# --- whatever happens ----------------------------------------------------------------------


_COUNTERS = ("c1", "c2", "c3", "c4")
_CLERKS = dict(zip(_COUNTERS, ("wang", "li", "zhao", "chen"), strict=True))
_STEPS = st.one_of(
    st.tuples(st.just("crowd"), st.sampled_from("abc"), st.integers(1, 9)),
    st.tuples(st.just("press"), st.sampled_from(_COUNTERS), st.sampled_from(["next", "done"])),
    st.tuples(st.just("press"), st.sampled_from(_COUNTERS), st.sampled_from(["open", "close"])),
    st.tuples(st.just("empty"), st.sampled_from(_COUNTERS), st.none()),
    st.tuples(st.just("open"), st.sampled_from(_COUNTERS), st.none()),
    st.tuples(st.just("pause"), st.sampled_from(_COUNTERS), st.sampled_from([None, 2, 30])),
    st.tuples(st.just("click"), st.integers(0, 3), st.sampled_from(["apply", "dismiss"])),
    st.tuples(st.just("arrange"), st.sampled_from(_COUNTERS), st.sampled_from("abc")),
    st.tuples(st.just("minutes"), st.integers(1, 20), st.none()),
    st.tuples(st.just("jump"), st.sampled_from([-90, 0, 400, 4 * 3600, 24 * 3600]), st.none()),
)


class Anything(Watched):
    """A hall in which anything is tried; what is refused changes nothing."""

    def take(self, step: tuple[str, Any, Any]) -> None:
        kind, what, more = step
        getattr(self, f"try_{kind}")(what, more)

    def try_crowd(self, service: str, number: int) -> None:
        for _ in range(number):
            self.issue(service)

    def try_press(self, counter: str, action: str) -> None:
        self.press(counter, action)

    def try_empty(self, counter: str, _: None) -> None:
        if self.counter(counter).on_duty and self.counter(counter).ticket is None:
            self.empty(counter)

    def try_open(self, counter: str, _: None) -> None:
        self.at(counter, sign_in(_CLERKS[counter]))
        self.press(counter, "open")

    def try_pause(self, counter: str, minutes: float | None) -> None:
        self.at(counter, pause(minutes))

    def try_click(self, place: int, wish: Any) -> None:
        if len(self.hall.advice) > place:
            command = OnAdvice(list(self.hall.advice)[place], wish, "chief")
            self.apply(*decide(self.hall, command, self.now).events)

    def try_arrange(self, counter: str, service: str) -> None:
        for wish in ("add", "take_back"):
            command = Rearrange(wish, counter, service, "chief")
            self.apply(*decide(self.hall, command, self.now).events)

    def try_jump(self, seconds: float, _: None) -> None:
        self.pass_time(seconds)

    def try_minutes(self, number: int, _: None) -> None:
        self.checked_minutes(number)

    def checked_minutes(self, number: int) -> None:
        for _ in range(number):
            added = {c.id: dict(c.added) for c in self.hall.counters.values()}
            said = self.minutes()  # Hall.apply raises on what it does not accept
            ids = [x.advice for x in self.events if isinstance(x, e.AdviceGiven)]
            assert len(ids) == len(set(ids))
            moves = [x for x in advised(said) if x[2] is not None]
            assert len(moves) <= MOVES
            for event in said:
                assert isinstance(event, _MAY_SAY)
                if isinstance(event, e.ServiceAdded):
                    assert event.service in self.hall.plan.counter[event.counter].skills
                if isinstance(event, e.ServiceTakenBack):
                    since = added[event.counter][event.service]
                    assert event.at - since >= 60 * DWELL_MIN
            standing = [(x.action, x.counter, x.service) for x in self.hall.advice.values()]
            assert len(standing) == len(set(standing))


_MAY_SAY = (e.AdviceGiven, e.AdviceWeighed, e.AdviceClosed, e.ServiceAdded, e.ServiceTakenBack)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.booleans(), st.lists(_STEPS, max_size=40))
def test_whatever_happens_its_events_fit_and_keep_the_rules(
    automatic: bool, steps: list[tuple[str, Any, Any]]
) -> None:
    d = Anything(automatic=automatic, c1=["b", "c"], c2=["a"], c3=["a", "c"], c4=["b"])
    for step in steps:
        d.take(step)
    d.checked_minutes(30)
    again = Hall.load(d.hall.dump())
    assert again.dump() == d.hall.dump()
