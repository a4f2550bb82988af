"""Every command in any order, with what must always hold checked after each step."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hub.core import events as e
from hub.core.audit import Audit
from hub.core.commands import (
    AtCounter,
    Book,
    Command,
    Decision,
    Issue,
    OnAdvice,
    OnTicket,
    Rearrange,
)
from hub.core.commands_of_plans import Configure
from hub.core.decide import decide
from hub.core.hall import Hall
from hub.core.passing import due, next_due
from hub.core.pictures import counter_picture, line_picture, ticket_picture
from hub.core.plan import Plan
from hub.core.ratings import rated, unrated
from hub.core.replanning import as_content, propose
from hub.core.state import HistoryError
from hub.core.tickets import IN_HAND, TicketState
from tests.hub.core import promises
from tests.hub.core.examples import (
    Driver,
    make_plan,
    pause,
    rating,
    raw_plan,
    request,
    sign_in,
    text,
    through_json,
    transfer,
)
from tests.hub.core.examples import unrated as unrated_record
from tests.hub.core.plan_edits import WISHES, edited
from wire.errors import ConfigurationError
from wire.messages import Action, Level, Resume

COUNTERS = st.sampled_from(["c1", "c2", "c3", "c4"])
SERVICES = st.sampled_from("aaabbcz")
UNITS = st.sampled_from(["unit-1", "unit-2", "unit-3", "nobody"])
CLERKS = st.sampled_from(["wang", "li", "zhao"])
PLAIN = ["open", "open", "close", "sign_out", "next", "next", "next", "next", "recall", "no_show"]
PLAIN += ["no_show", "start", "done", "done", "done", "hold", "hold", "resume", "unpause"]
PLAIN += ["undo", "undo", "undo", "pause"]
ACTIONS = st.one_of(
    st.sampled_from(PLAIN).map(request),
    st.sampled_from(PLAIN).map(request),
    st.sampled_from([None, 4.0, 5.0, 60.0]).map(pause),
    st.builds(
        transfer,
        st.sampled_from([None, "a", "b", "c", "z"]),
        st.sampled_from([None, None, "c1", "c2", "c3", "c9"]),
    ),
)
PAUSES = st.one_of(
    st.floats(0, 60),
    st.sampled_from([0.0, 19.999, 20.0, 40.0, 300.0, 600.0, 1800.0]),
    st.sampled_from([0.0, 20.0, 300.0, -30.0, -7200.0]),
)
LEAPS = st.sampled_from([3 * 3600.0, 8 * 3600.0, 86_400.0, 3 * 86_400.0])


def _a_plan(
    mode: str, policy: str, bound: int, finishes: bool, limits: dict[str, Any], roster: bool
) -> Plan:
    raw = raw_plan(
        dispatch={
            "mode": mode,
            "policy": policy,
            "priority_bound": bound,
            "next_finishes": finishes,
            "overdue_targets": 1.5,
            "overdue_first": "hall" if bound == 2 else "line",
        },
        priorities=[
            {"id": "elderly", "name": text("e"), "credit_min": 10},
            {"id": "soldier", "name": text("s"), "credit_min": 0},
        ],
        limits=limits,
    )
    raw["counters"][1]["also"] = ["a"]
    raw["counters"][3]["also"] = ["b", "c"]
    if roster:
        hours = "08:30-17:00"
        raw["roster"] = [
            {"clerk": "wang", "counter": "c1", "hours": hours},
            {"clerk": "li", "counter": "c2", "hours": "09:00-12:00"},
        ]
    return make_plan(**raw)


PLANS = st.builds(
    _a_plan,
    st.sampled_from(["pooled", "assigned"]),
    st.sampled_from(["fcfs", "pressure", "relief"]),
    st.sampled_from([1, 2, 3]),
    st.booleans(),
    st.sampled_from([{}, {}, {}, {"per_person_day": 2}, {"identity_required": True}]),
    st.booleans(),
)


class HallMachine(RuleBasedStateMachine):
    """A hall under commands; `audit` reads along and shares no code with it."""

    @initialize(
        plan=PLANS,
        staffed=st.lists(st.tuples(COUNTERS, CLERKS), min_size=1, max_size=4),
        waiting=st.lists(st.sampled_from("aabc"), min_size=2, max_size=7),
    )
    def begin(self, plan: Plan, staffed: list[tuple[str, str]], waiting: list[str]) -> None:
        self.d = Driver(plan)
        self.audit = Audit()
        self.audited = 0
        self.day_began = self.looked = 0
        self.versions: dict[str, int] = {}
        self.old_seen: dict[str, set[int]] = {}
        self.sequences: Counter[str] = Counter()
        self.snapshot: tuple[int, dict[str, Any]] = (0, Hall().dump())
        for counter, clerk in staffed:
            self.d.at(counter, sign_in(clerk))
            self.d.press(counter, "open")
        for service in waiting:
            self._issue([service], "", None)

    def do(self, command: Command) -> Decision:
        """Decide, check what every decision has to be, and apply."""
        hall, now = self.d.hall, self.d.now
        thorough = hall.version % 4 == 0  # a dump takes long
        before = hall.dump() if thorough else None
        decision = decide(hall, command, now)
        assert not thorough or hall.dump() == before
        if decision.outcome == "refused":
            assert decision.code
            assert decision.reason
            assert all(isinstance(event, e.SignInFailed) for event in decision.events)
        for event in decision.events:
            if isinstance(event, e.TicketCalled):
                promises.call_is_right(hall, event)
            self.d.apply(event)
        return decision

    # --- what citizens do -----------------------------------------------------------------

    @rule(
        services=st.lists(SERVICES, min_size=1, max_size=3, unique=True)
        | st.lists(SERVICES, min_size=1, max_size=2),
        kind=st.sampled_from(["", "", "", "elderly", "soldier", "nobody"]),
        person=st.sampled_from([None, None, "p1", "p2"]),
        times=st.integers(1, 4),
    )
    def arrive(self, services: list[str], kind: str, person: str | None, times: int) -> None:
        for _ in range(times):
            self._issue(services, kind, person)

    def _issue(self, services: list[str], kind: str, person: str | None) -> None:
        state = self.d.hall
        known = {"", *(each.id for each in state.plan.priorities)}
        allowed = len(set(services)) == len(services) and set(services) <= state.plan.service.keys()
        allowed = allowed and kind in known and state.open and self._within_limits(person)
        ticket = self.d.new_id("ticket")
        further = tuple(services[1:])
        decision = self.do(Issue(services[0], ticket, "web", kind, further, person))
        assert (decision.outcome == "done") == allowed

    def _within_limits(self, person: str | None) -> bool:
        limits = self.d.hall.plan.limits
        if person is None:
            return not limits.identity_required
        taken = [
            event
            for event in self._today()
            if isinstance(event, e.TicketIssued | e.TicketBooked) and event.person == person
        ]
        return not limits.per_person_day or len(taken) < limits.per_person_day

    def _today(self) -> list[e.Event]:
        """What happened since the day began."""
        events = self.d.events
        while self.looked < len(events):
            if isinstance(events[self.looked], e.DayBegan):
                self.day_began = self.looked
            self.looked += 1
        return events[self.day_began :]

    @rule(
        service=SERVICES,
        in_s=st.sampled_from([-60.0, 600.0, 600.0, 1200.0, 3600.0, 86_400.0, 90 * 86_400.0]),
        person=st.sampled_from([None, None, "p1"]),
    )
    def book(self, service: str, in_s: float, person: str | None) -> None:
        ticket = self.d.new_id("ticket")
        self.do(Book(service, ticket, "web", self.d.now + in_s, person))

    @precondition(lambda self: self.d.hall.tickets)
    @rule(
        data=st.data(),
        wish=st.sampled_from(["check_in", "check_in", "come_back", "cancel", "release"]),
    )
    def on_ticket(self, data: st.DataObject, wish: Any) -> None:
        ticket = data.draw(st.sampled_from([*self.d.hall.tickets, "invented"]))
        self.do(OnTicket(ticket, wish, "citizen"))

    # --- what clerks do -------------------------------------------------------------------

    @rule(counter=COUNTERS, clerk=CLERKS, right=st.sampled_from([True, True, True, False]))
    def take_counter(self, counter: str, clerk: str, right: bool) -> None:
        call = self.d.new_id("call")
        decision = self.do(AtCounter(counter, sign_in(clerk), None, call, pin_right=right))
        assert right or decision.outcome == "refused"
        self._press(counter, request("open"))

    @rule(counter=COUNTERS, action=ACTIONS)
    def press(self, counter: str, action: Action) -> None:
        self._press(counter, action)

    @rule(
        counter=COUNTERS,
        services=st.lists(st.sampled_from("aabc"), unique=True, max_size=3),
        kind=st.sampled_from(["", "", "elderly"]),
        actions=st.lists(ACTIONS, min_size=1, max_size=5),
    )
    def press_next_and_more(
        self, counter: str, services: list[str], kind: str, actions: list[Action]
    ) -> None:
        self._staff(counter)
        if services:
            self._issue(services, kind, None)
            self._issue(services, "", None)
        for action in (request("next"), *actions):
            self._press(counter, action)

    def _staff(self, counter: str) -> None:
        here = {c.clerk for c in self.d.hall.counters.values()}
        if self.d.counter(counter).clerk is None:
            clerk = next(name for name in promises.CLERKS if name not in here)
            call = self.d.new_id("call")
            self.do(AtCounter(counter, sign_in(clerk), None, call, pin_right=True))
            self._press(counter, request("open"))

    @rule(
        counter=COUNTERS,
        actions=st.sampled_from(
            [
                "next done",
                "next hold next",
                "next done undo",
                "next undo",
                "next no_show undo",
                "next hold undo done",
                "next start done next recall",
                "next done next done next done next done",
            ]
        ),
    )
    def press_in_a_row(self, counter: str, actions: str) -> None:
        self._staff(counter)
        for action in actions.split():
            self._press(counter, request(action))

    def _press(self, counter: str, action: Action) -> None:
        hall, hand = self.d.hall, self.d.counter(counter)
        seen, call = hand.version, self.d.new_id("call")
        if counter not in hall.plan.counter:
            decision = self.do(AtCounter(counter, action, seen, call))
            assert (decision.code, decision.events) == ("unknown_counter", ())
            return
        free = hand.open and hand.ticket is None
        waits = bool(promises.may_call(hall, counter, self.d.now))
        assert (counter_picture(hall, counter, self.d.now).waiting > 0) == waits
        decision = self.do(AtCounter(counter, action, seen, call))
        assert decision.code != "stale"
        if action.action == "next" and free:
            assert decision.outcome == ("done" if waits else "nothing_waiting")

    @rule(counter=COUNTERS, action=ACTIONS, data=st.data(), old=st.booleans())
    def press_oddly(self, counter: str, action: Action, data: st.DataObject, old: bool) -> None:
        if old:
            self.press_with_an_old_picture(counter, action, data)
        else:
            self.resume_one(counter, data)

    def resume_one(self, counter: str, data: st.DataObject) -> None:
        held = [t.id for t in self.d.hall.tickets.values() if t.state is TicketState.HELD]
        ticket = data.draw(st.sampled_from([*held, "invented"]))
        bound = ticket in held and self.d.hall.tickets[ticket].bound == counter
        free = self.d.counter(counter).ticket is None
        wish = Resume(action="resume", ticket=ticket)
        decision = self.do(AtCounter(counter, wish, None, self.d.new_id("call")))
        assert (decision.outcome == "done") == (bound and free)

    def press_with_an_old_picture(self, counter: str, action: Action, data: st.DataObject) -> None:
        old = sorted(self.old_seen.get(counter, set()) | {0} - {self.d.counter(counter).version})
        seen = data.draw(st.sampled_from(old or [-1]))
        if seen == self.d.counter(counter).version or counter not in self.d.hall.plan.counter:
            return
        decision = self.do(AtCounter(counter, action, seen, self.d.new_id("call")))
        assert (decision.code, decision.events) == ("stale", ())

    # --- what operators and the hub do ----------------------------------------------------

    @rule(
        data=st.data(),
        what=st.sampled_from(
            ["rearrange", "advise", "on_advice", "flag", "plan", "replan", "replan", "leap"]
        ),
    )
    def operate(self, data: st.DataObject, what: str) -> None:
        counter, service = data.draw(COUNTERS), data.draw(st.sampled_from("abcz"))
        if what == "rearrange":
            self.rearrange(data.draw(st.sampled_from(["add", "take_back"])), counter, service)
        elif what == "advise":
            actions = st.sampled_from(["add", "take_back", "open", "close"])
            self.advise(data.draw(actions), counter, service)
        elif what == "on_advice":
            self.on_advice(data, data.draw(st.sampled_from(["apply", "apply", "dismiss"])))
        elif what == "flag":
            kinds = st.sampled_from(["hot", "cold", "slow"])
            self.flag(data.draw(kinds), data.draw(st.sampled_from(["a", "c1"])))
        elif what == "plan":
            self.configure(data.draw(PLANS))
        elif what == "replan":
            self.replan(data.draw(WISHES), data.draw(st.sampled_from([0, 0, 0, 1])))
        else:
            self.pass_time(data.draw(LEAPS))

    def rearrange(self, wish: Any, counter: str, service: str) -> None:
        decision = self.do(Rearrange(wish, counter, service, "operator"))
        if decision.outcome == "done":
            assert (service in self.d.hall.services_of(counter)) == (wish == "add")

    def advise(self, action: str, counter: str, service: str) -> None:
        if counter not in self.d.hall.plan.counter:
            return
        about = service if action in {"add", "take_back"} else None
        advice = self.d.new_id("advice")
        self.d.apply(e.AdviceGiven(self.d.now, advice, action, counter, about, 1.0, {"why": "w"}))

    def on_advice(self, data: st.DataObject, wish: Any) -> None:
        advice = data.draw(st.sampled_from([*self.d.hall.advice, "invented"]))
        decision = self.do(OnAdvice(advice, wish, "operator"))
        assert (decision.outcome == "done") <= (advice not in self.d.hall.advice)

    def flag(self, kind: str, about: str) -> None:
        scope = "line" if about == "a" else "counter"
        on = f"{kind} {scope} {about}" not in self.d.hall.flags
        self.d.apply(e.Flagged(self.d.now, kind, scope, about, on, {"z": 3.0}))

    def configure(self, plan: Plan) -> None:
        self.d.apply(e.Configured(self.d.now, plan.model_dump(mode="json")))
        self.d.pass_time()

    def replan(self, wishes: list[Any], behind: int) -> None:
        """An administrator changes the plan while the hall runs, or is told why not."""
        hall, before = self.d.hall, self.d.hall.plan
        content = edited(as_content(before), wishes)
        try:
            proposal = propose(content, hall.plan_at - behind, as_content(before))
        except ConfigurationError:
            return
        decision = self.do(Configure(proposal, "admin"))
        assert (decision.code == "stale_plan") == bool(behind)
        if decision.outcome == "refused":
            assert hall.plan is before
            return
        assert as_content(hall.plan) == as_content(Plan.model_validate(content))
        day = hall.day
        self.d.pass_time()
        assert hall.day == day  # nobody's number ends because a plan was changed

    @rule(data=st.data(), ticket=st.booleans(), counter=st.sampled_from([None, None, "c1", "c3"]))
    def what_cannot_happen_changes_nothing(
        self, data: st.DataObject, ticket: bool, counter: str | None
    ) -> None:
        """Tried on a copy: something of the past again, perhaps to another ticket or counter."""
        fields: dict[str, Any] = {} if counter is None else {"counter": counter}
        if ticket and self.d.hall.tickets:
            fields["ticket"] = data.draw(st.sampled_from(list(self.d.hall.tickets)))
        event = self.d.events[-1 - data.draw(st.integers(0, min(25, len(self.d.events) - 1)))]
        event = replace(event, **{k: v for k, v in fields.items() if hasattr(event, k)})
        hall = Hall.load(self.d.hall.dump())
        before, lines = hall.dump(), promises.places(hall)
        try:
            hall.apply(event)
        except HistoryError:
            assert hall.dump() == before
            assert promises.places(hall) == lines

    @rule(pause=PAUSES)
    def wait(self, pause: float) -> None:
        self.pass_time(pause)

    def pass_time(self, pause: float) -> None:
        """Forwards mostly; backwards as when a time server puts the clock right."""
        self.d.pass_time(pause)
        assert due(self.d.hall, self.d.now) == []
        assert next_due(self.d.hall, self.d.now) > self.d.now

    @precondition(lambda self: self.d.hall.calls)
    @rule(unit=UNITS, data=st.data(), level=st.sampled_from(list(Level)), empty=st.booleans())
    def rate(self, unit: str, data: st.DataObject, level: Level, empty: bool) -> None:
        """Any unit sends any record about any call, more than once."""
        calls = [*self.d.hall.calls, "invented"]
        call_id = data.draw(st.sampled_from(calls))
        call = self.d.hall.calls.get(call_id)
        own = call.counter if call else "c1"
        counter = data.draw(st.sampled_from([own, own, own, "c2"]))
        self.keep_a_snapshot()
        self.sequences[unit] += 1
        key = ("outbox", self.sequences[unit])
        if empty:
            record = unrated_record(call_id, counter)
            self.d.apply(unrated(self.d.hall, unit, key, record, self.d.now, "run"))
            return
        pressed = rating(call_id, counter, level=level)
        event = rated(self.d.hall, unit, key, pressed, self.d.now, "run")
        done = {x.call_id for x in self.d.events if isinstance(x, e.TicketDone)}
        before = [x for x in self.d.events if isinstance(x, e.Rated) and x.call_id == call_id]
        at_home = call is not None and unit == f"unit-{call.counter[1:]}" and counter == own
        expected = call_id in done and at_home and not any(x.counted for x in before)
        assert event.counted == expected
        assert (event.why_not is None) == event.counted
        self.d.apply(event)

    def keep_a_snapshot(self) -> None:
        self.snapshot = (self.d.hall.version, through_json(self.d.hall.dump()))

    # --- what must always hold ------------------------------------------------------------

    @invariant()
    def one_holder(self) -> None:
        hall = self.d.hall
        holders: dict[str, str] = {}
        for counter in hall.counters.values():
            if counter.ticket is not None:
                assert counter.ticket not in holders
                holders[counter.ticket] = counter.id
                assert counter.clerk is not None
                assert counter.open
        held = {t.id: t.counter for t in hall.tickets.values() if t.state in IN_HAND}
        assert held == holders

    @invariant()
    def lines_hold_exactly_who_waits(self) -> None:
        hall = self.d.hall
        in_line = list(hall.lines.everybody())
        waiting = [t.id for t in hall.tickets.values() if t.state is TicketState.WAITING]
        assert sorted(in_line) == sorted(waiting)

    @invariant()
    def a_clerk_sits_at_one_counter(self) -> None:
        clerks = [c.clerk for c in self.d.hall.counters.values() if c.clerk]
        assert len(clerks) == len(set(clerks))
        assert all(c.clerk for c in self.d.hall.counters.values() if c.open)

    @invariant()
    def versions_only_grow(self) -> None:
        for counter in self.d.hall.counters.values():
            before = self.versions.get(counter.id, 0)
            assert counter.version >= before
            if counter.version > before:
                self.old_seen.setdefault(counter.id, set()).add(before)
            self.versions[counter.id] = counter.version
            self.old_seen.get(counter.id, set()).discard(counter.version)

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        new = self.d.events[self.audited :]
        self.audited = len(self.d.events)
        assert self.audit.read(new) == []

    @invariant()
    def figures_add_up(self) -> None:
        promises.duty_adds_up(self.d.hall)
        promises.totals_are_a_recount(self.d.hall, self._today())

    @invariant()
    def facts_are_noted_once(self) -> None:
        noted = [
            (x.what, x.clerk, x.counter)
            for x in self._today()
            if isinstance(x, e.AttendanceNoted) and x.what != "overdue"
        ]
        assert len(noted) == len(set(noted))

    @invariant()
    def everything_can_be_shown(self) -> None:
        hall, now = self.d.hall, self.d.now
        for counter in hall.plan.counters:
            shown = counter_picture(hall, counter.id, now)
            assert (shown.ticket is not None) == (hall.counters[counter.id].ticket is not None)
        for service in hall.plan.services:
            assert line_picture(hall, service, now).waiting == hall.lines.waiting(service.id)
        for ticket in hall.tickets:
            ahead = ticket_picture(hall, ticket, now).ahead
            assert (ahead is not None) == (hall.tickets[ticket].state is TicketState.WAITING)

    def teardown(self) -> None:
        """The events alone, or a snapshot and the rest, give the identical state."""
        if not hasattr(self, "d"):
            return
        expected = through_json(self.d.hall.dump())
        version, dump = self.snapshot
        for hall, rest in ((Hall(), self.d.events), (Hall.load(dump), self.d.events[version:])):
            for event in rest:
                content = through_json(event.content())
                hall.apply(e.event_of(type(event).__name__, event.at, content))
            assert through_json(hall.dump()) == expected
            assert promises.places(hall) == promises.places(self.d.hall)
            assert hall.duty.serving == self.d.hall.duty.serving
        promises.nobody_is_locked_out(Hall.load(expected), self.d.now)


_COMMON = settings(
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.slow
def test_a_hall_keeps_its_promises() -> None:
    run_state_machine_as_test(HallMachine, settings=settings(_COMMON, max_examples=10))


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hall_keeps_its_promises_for_long() -> None:
    run_state_machine_as_test(HallMachine, settings=settings(_COMMON, max_examples=1000))
