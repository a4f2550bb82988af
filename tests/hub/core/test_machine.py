"""Every command in any order, with what must always hold checked after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
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
from hub.core.commands import Decision
from hub.core.hall import Hall
from hub.core.passing import due, next_due
from hub.core.pictures import counter_picture, line_picture, ticket_picture
from hub.core.ratings import rated, unrated
from hub.core.tickets import IN_HAND, TicketState
from tests.hub.core.examples import Driver, rating, sign_in, through_json
from tests.hub.core.examples import unrated as unrated_record
from wire.messages import Level

COUNTERS = st.sampled_from(["c1", "c2", "c3", "c4"])
UNITS = st.sampled_from(["unit-1", "unit-2", "unit-3", "nobody"])
CLERKS = st.sampled_from(["wang", "li", "zhao"])
ACTIONS = st.sampled_from(
    [
        "open",
        "close",
        "sign_out",
        "next",
        "next",
        "next",
        "recall",
        "no_show",
        "start",
        "done",
        "done",
    ]
)
PAUSES = st.one_of(
    st.floats(0, 30),
    st.sampled_from([0.0, 19.999, 20.0, 3600.0, 8 * 3600.0, 86_400.0, 3 * 86_400.0]),
    st.floats(-7200, 0),
)


class HallMachine(RuleBasedStateMachine):
    """A hall under commands; `audit` reads along and shares no code with it."""

    @initialize(staffed=st.lists(st.tuples(COUNTERS, CLERKS), max_size=3))
    def begin(self, staffed: list[tuple[str, str]]) -> None:
        self.d = Driver()
        self.audit = Audit()
        self.audited = 0
        self.versions: dict[str, int] = {}
        self.old_seen: dict[str, set[int]] = {}
        self.sequences: Counter[str] = Counter()
        self.snapshot: tuple[int, dict[str, Any]] = (0, Hall().dump())
        for counter, clerk in staffed:
            self.d.at(counter, sign_in(clerk))
            self.d.press(counter, "open")

    # --- what may happen ------------------------------------------------------------------

    @rule(service=st.sampled_from("aaabcz"))
    def issue(self, service: str) -> None:
        decision = self.d.issue(service)
        assert (decision.outcome == "done") == (self.d.hall.open and service != "z")

    @rule(counter=COUNTERS, clerk=CLERKS, right=st.sampled_from([True, True, True, False]))
    def take_counter(self, counter: str, clerk: str, right: bool) -> None:
        decision = self.d.at(counter, sign_in(clerk), pin_right=right)
        assert right or decision.outcome == "refused"

    @rule(counter=COUNTERS, action=ACTIONS)
    def press(self, counter: str, action: str) -> None:
        seen = self.d.counter(counter).version
        waiting = counter_picture(self.d.hall, counter, self.d.now).waiting
        hand = self.d.counter(counter)
        ready = hand.open and hand.ticket is None
        decision = self.d.press(counter, action, seen=seen)
        assert decision.code != "stale"
        if action == "next" and ready:
            assert (decision.outcome == "done") == (waiting > 0)
            assert decision.outcome != "refused"
        if decision.outcome == "refused":
            assert decision.code
            assert decision.reason
            assert decision.events == ()

    @rule(counter=COUNTERS, action=ACTIONS, data=st.data())
    def press_with_an_old_picture(self, counter: str, action: str, data: st.DataObject) -> None:
        old = sorted(self.old_seen.get(counter, set()) | {0} - {self.d.counter(counter).version})
        seen = data.draw(st.sampled_from(old or [-1]))
        if seen == self.d.counter(counter).version:
            return
        assert self._unchanged(lambda: self.d.press(counter, action, seen=seen)).code == "stale"

    @rule(pause=PAUSES)
    def pass_time(self, pause: float) -> None:
        """Forwards mostly; backwards as when a time server puts the clock right."""
        day = self.d.hall.day
        self.d.pass_time(pause)
        assert due(self.d.hall, self.d.now) == []
        assert next_due(self.d.hall, self.d.now) > self.d.now
        assert str(self.d.hall.day) >= str(day)

    @precondition(lambda self: self.d.hall.calls)
    @rule(unit=UNITS, data=st.data(), level=st.sampled_from(list(Level)), empty=st.booleans())
    def rate(self, unit: str, data: st.DataObject, level: Level, empty: bool) -> None:
        """Any unit sends any record about any call, more than once."""
        calls = [*self.d.hall.calls, "invented"]
        call_id = data.draw(st.sampled_from(calls))
        call = self.d.hall.calls.get(call_id)
        own = call.counter if call else "c1"
        counter = data.draw(st.sampled_from([own, own, own, "c2"]))
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

    @rule()
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
        new, self.audited = self.d.events[self.audited :], len(self.d.events)
        assert self.audit.read(new) == []

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
            assert _lines(hall) == _lines(self.d.hall)

    def _unchanged(self, act: Callable[[], Decision]) -> Decision:
        before = self.d.hall.dump()
        decision = act()
        assert decision.events == ()
        assert self.d.hall.dump() == before
        return decision


def _lines(hall: Hall) -> list[dict[Any, list[str]]]:
    tables = (hall.lines.pool, *hall.lines.bound.values(), *hall.lines.labelled.values())
    return [{k: line.tickets() for k, line in table.items() if line} for table in tables if table]


_COMMON = settings(
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_a_hall_keeps_its_promises() -> None:
    run_state_machine_as_test(HallMachine, settings=settings(_COMMON, max_examples=12))


@pytest.mark.long
def test_a_hall_keeps_its_promises_for_long() -> None:
    run_state_machine_as_test(HallMachine, settings=settings(_COMMON, max_examples=1000))
