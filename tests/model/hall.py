"""The hall of the model: what there is, how time and messages move, what must always hold."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from hub.core import events as e
from hub.core.commands import AtCounter
from hub.core.restored import asked
from hub.core.tickets import IN_HAND, TicketState
from tests.hub.core.examples import make_plan
from tests.model.parts import Clock, HubModel, Network, UnitModel
from wire import messages as w

CLERKS = {"c1": "wang", "c2": "li", "c3": "zhao"}
UNITS = {"unit-1": "c1", "unit-2": "c2", "unit-3": "c3"}
FATES = {"cancelled", "counter_closed", "another_day", "expired", "nobody_signed_in", "held"}
FATES |= {"restored"}
"""Why a call may stand apart without anybody having been called twice."""


def memory_folder() -> Path:
    """A folder that lies in memory where the system has one: disks are not what is tested."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(dir=shared if shared.is_dir() else None))


def plan() -> Any:
    """Three counters with units."""
    hours = dict.fromkeys(("monday", "tuesday", "wednesday"), "00:00-23:59")
    return make_plan(hours=hours)


class ModelHall(RuleBasedStateMachine):
    """Three counters with units, a hub, and a network between them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = memory_folder()
        self.clock = Clock()
        self.net = Network()
        self.ids = Counter[str]()
        self.alone_calls: dict[str, tuple[str, str]] = {}
        self.excused: set[str] = set()
        self.withheld = False
        self.hub = HubModel(plan(), self.clock, self.net.sent_down)
        self.machines: dict[str, UnitModel] = {}
        self.twins: dict[str, UnitModel] = {}
        self.old: list[UnitModel] = []

    def machine(self, unit: str, counter: str, folder: str, rate: float) -> UnitModel:
        made = UnitModel(
            unit, counter, self.folder / folder, self.clock, self.net.sent_up, rate, board=folder
        )
        made.watch = self.called_alone
        return made

    def there(self) -> list[UnitModel]:
        """Every machine of the hall, twins included."""
        return [*self.machines.values(), *self.twins.values()]

    def new_id(self, what: str) -> str:
        self.ids[what] += 1
        return f"{what}-{self.ids[what]}"

    def at(self, counter: str, action: w.Action) -> None:
        call_id = self.new_id("call")
        command = AtCounter(counter, action, None, call_id, pin_right=True)
        self.hub.command(self.new_id("page"), command)

    # --- what must always hold ------------------------------------------------------------------

    def called_alone(self, machine: UnitModel, body: Any) -> None:
        """A unit has decided a call: at this moment nobody else may have the ticket."""
        if not isinstance(body, w.CalledRecord):
            return
        hall = self.hub.hall
        if hall.restored is not None and machine.unit in asked(hall):
            # What the lost hub granted, this one does not know. It calls nobody meanwhile.
            self.excused.add(body.call_id)
            self.alone_calls[body.ticket] = (machine.counter, body.call_id)
            return
        ticket = hall.tickets.get(body.ticket)
        if ticket is not None and ticket.state in IN_HAND:
            assert ticket.counter == machine.counter, f"{body.number} is in hand elsewhere"
        if ticket is not None and ticket.state is TicketState.WAITING:
            grant = hall.grants.get(ticket.id)
            assert grant is not None, f"{body.number} was called without a grant"
            assert grant.counter == machine.counter, f"{body.number} is granted elsewhere"
        before = self.alone_calls.get(body.ticket)
        assert before is None or before[1] in hall.calls, f"{body.number} was called alone twice"
        self.alone_calls[body.ticket] = (machine.counter, body.call_id)

    @invariant()
    def nobody_is_held_twice(self) -> None:
        for event in self.new_events():
            if isinstance(event, e.TicketCalled) and event.ticket in self.alone_calls:
                counter, call_id = self.alone_calls[event.ticket]
                heard = call_id in self.hub.hall.calls or event.call_id == call_id
                assert heard or counter == event.counter, f"{event.ticket} is called twice"
            if isinstance(event, e.TicketCalled | e.TicketIssued) and self.withheld:
                told = getattr(event, "reason", {}).get("rule") == "alone"
                assert told, f"{event} while the hall was restored"
            self.withheld &= not isinstance(event, e.RestoreEnded)
            self.withheld |= isinstance(event, e.RestoreBegan)
            if isinstance(event, e.CalledApart) and self.is_strange(event):
                # From the page and with a key, at the very same counter: that is one holder.
                ticket = self.hub.hall.tickets.get(event.ticket)
                here = ticket is not None and ticket.counter == event.counter
                assert here, f"{event.number} was called twice: {event.why}"

    def is_strange(self, event: e.CalledApart) -> bool:
        """Whether the hub has to explain why somebody else had this ticket."""
        return event.why not in FATES and event.call_id not in self.excused

    def new_events(self) -> list[e.Event]:
        events = self.hub.journal.events[self.ids["read"] :]
        self.ids["read"] += len(events)
        return events

    def no_record_is_missing(self) -> None:
        """Each rating is there once; each record of a machine that is there is."""
        stored = self.hub.journal.records
        ratings = Counter(
            (x.unit, x.outbox, x.sequence)
            for x in self.hub.journal.events
            if isinstance(x, e.Rated)
        )
        assert set(ratings.values()) <= {1}
        for machine in self.machines.values():
            assert self.hub.books.heads.through(machine.unit, machine.outbox.id) == (
                machine.outbox.through
            ), f"{machine.unit} has records that the hub lacks"
            for outbox, sequence, body in machine.written:
                assert (machine.unit, outbox, sequence) in stored
                if isinstance(body, w.RatingRecord):
                    assert ratings[machine.unit, outbox, sequence] == 1
        counted = [x for x in self.hub.journal.events if isinstance(x, e.Rated) and x.counted]
        assert len({x.call_id for x in counted}) == len(counted)

    # --- messages and time ----------------------------------------------------------------------

    def arrive(self, way: str, key: tuple[str, str], *, repeat: bool = False) -> None:
        queue = (self.net.up if way == "up" else self.net.down)[key]
        if way == "up" and not self.hub.up:
            return  # it waits at the broker
        message = queue.popleft()
        if repeat:
            queue.append(message)
        if way == "up":
            self.hub.take(key[0], message)
        else:
            for machine in (self.machines[key[0]], self.twins.get(key[0])):
                if machine is not None:
                    machine.hear(message)

    def deliver_all(self) -> None:
        for _ in range(400):
            ways = [way for way in self.net.ways() if way[0] == "down" or self.hub.up]
            if not ways:
                return
            for way, key in ways:
                self.arrive(way, key)
        raise AssertionError("the talk between hub and units has no end")

    def take_away(self, unit: str) -> None:
        self.twins[unit].stop()
        self.old.append(self.twins.pop(unit))

    def tick(self) -> None:
        for machine in self.there():
            machine.tick()
        self.hub.do()

    def pass_time(self, seconds: float) -> None:
        until = self.clock.now + seconds
        for _ in range(60):
            times = [machine.deadline for machine in self.there()] + [self.hub.rounds.deadline]
            due = [t for t in times if t is not None and self.clock.now < t < until]
            if not due:
                break
            self.clock.now = min(due) + 1e-6
            self.tick()
        self.clock.now = until
        self.tick()

    def settle(self) -> None:
        self.pass_time(1.1)
        self.deliver_all()
