"""The state of the hall: what the events so far add up to.

`Hall.apply` is the only way in which it changes. It accepts every event that `decide` made
and raises on anything else, because a journal that does not fit the rules must not be
loaded as if it did. `version` counts the events, and is the journal's sequence number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import singledispatchmethod
from operator import attrgetter
from typing import Any

from hub.core import events as e
from hub.core.plan import Plan
from hub.core.tickets import IllegalStep, Line, Step, Ticket, TicketState, after
from wire.errors import NextwindowError

CALLS_KEPT_S = 35 * 86_400
"""How long a call is remembered, so that a rating that arrives late still finds it."""

FEED_LENGTH = 60
"""How many lines of news the pages show."""


class HistoryError(NextwindowError):
    """An event does not fit the state before it: the journal is damaged or was changed."""


@dataclass(slots=True)
class CounterState:
    """A counter. `version` is the sequence of the last event that changed what it holds.

    `free_since` is when it was last opened or let go of a ticket; `reason` explains the last call.
    """

    id: str
    version: int = 0
    clerk: str | None = None
    open: bool = False
    ticket: str | None = None
    last_call: str | None = None
    served_today: int = 0
    free_since: float | None = None
    reason: dict[str, Any] = field(default_factory=dict)
    failed_pins: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """A call that happened: the service event that a rating belongs to.

    `ended_at` is the end of its service; a call that was missed never has one.
    """

    call_id: str
    ticket: str
    number: str
    service: str
    counter: str
    clerk: str
    called_at: float
    ended_at: float | None = None
    invite_s: float = 0.0
    rated: bool = False
    answered: bool = False


@dataclass(slots=True)
class UnitState:
    """A unit as the journal knows it. Whether it is heard right now is presence, not history."""

    unit: str
    run: str
    outbox: str
    boot_at: float
    lost_at: float | None = None
    boots: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Totals:
    """The day's figures."""

    issued: int = 0
    served: int = 0
    missed: int = 0
    unrated: int = 0
    levels: dict[str, int] = field(default_factory=dict)
    not_counted: int = 0
    quarantined: int = 0


@dataclass(slots=True)
class News:
    """One line of what happened, for the operator's page."""

    sequence: int
    at: float
    kind: str
    content: dict[str, Any]


_BOOTS_KEPT = 8


class Hall:
    """The whole state. Read it freely; change it through `apply` alone."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.version = 0
        self.epoch = 0
        self.epoch_id = ""
        self.day: str | None = None
        self.day_began_at = 0.0
        self.open = False
        self.tickets: dict[str, Ticket] = {}
        self.calls: dict[str, Call] = {}
        self.units: dict[str, UnitState] = {}
        self.stood: dict[str, list[str]] = {}
        self.series: dict[str, int] = {}
        self.today = Totals()
        self.feed: list[News] = []
        self.lines: dict[str, Line] = {}
        self.counters: dict[str, CounterState] = {}
        self._plan: Plan | None = None
        if plan is not None:
            self._set_plan(plan)

    @property
    def plan(self) -> Plan:
        """The configuration in force."""
        if self._plan is None:
            raise HistoryError("the journal begins without a configuration")
        return self._plan

    @property
    def configured(self) -> bool:
        """Whether there is a configuration yet."""
        return self._plan is not None

    def knows(self, unit: str) -> bool:
        """Whether a unit is in the plan, or was in an earlier one."""
        return unit in self.stood

    def stood_at(self, unit: str, counter: str) -> bool:
        """Whether a unit stands at a counter, or has stood there.

        A unit that was moved may still hold ratings of where it was.
        """
        return counter in self.stood.get(unit, ())

    def next_number(self, service: str) -> str:
        """The number that the next ticket of a service gets."""
        prefix = self.plan.service[service].prefix
        return f"{prefix}{self.series.get(prefix, 0) + 1:03d}"

    def apply(self, event: e.Event) -> None:
        """Let an event happen.

        Raises HistoryError if it cannot happen in this state.
        """
        try:
            self._apply(event)
        except (KeyError, ValueError, TypeError, AttributeError, IllegalStep) as error:
            raise HistoryError(f"{event} does not fit version {self.version}: {error}") from error
        self.version += 1
        counter = getattr(event, "counter", None)
        if counter in self.counters and _changes_a_counter(event):
            self.counters[counter].version = self.version
        if isinstance(event, _NEWS):
            self.feed.append(News(self.version, event.at, type(event).__name__, event.content()))
            del self.feed[:-FEED_LENGTH]

    # --- one method an event ---------------------------------------------------------------

    @singledispatchmethod
    def _apply(self, event: e.Event) -> None:
        raise HistoryError(f"nobody knows how to apply {event}")

    @_apply.register
    def _(self, event: e.Configured) -> None:
        plan = Plan.model_validate(event.plan)
        gone = {t.service for t in self.tickets.values()} - plan.service.keys()
        if gone:
            raise ValueError(f"there are tickets of {', '.join(sorted(gone))}")
        self._set_plan(plan)

    @_apply.register
    def _(self, event: e.EpochStarted) -> None:
        if event.epoch <= self.epoch:
            raise ValueError("an epoch never goes back")
        self.epoch, self.epoch_id = event.epoch, event.epoch_id

    @_apply.register
    def _(self, event: e.DayBegan) -> None:
        self.day, self.day_began_at = event.day, event.at
        self.series.clear()
        self.today = Totals()
        kept = {c.ticket for c in self.counters.values() if c.ticket}
        self.tickets = {key: t for key, t in self.tickets.items() if key in kept or _waits(t)}
        self.calls = {k: c for k, c in self.calls.items() if c.called_at > event.at - CALLS_KEPT_S}
        for counter in self.counters.values():
            counter.served_today = 0
            counter.failed_pins.clear()

    @_apply.register
    def _(self, _event: e.HallOpened) -> None:
        self.open = True

    @_apply.register
    def _(self, _event: e.HallClosed) -> None:
        self.open = False

    @_apply.register
    def _(self, event: e.TicketIssued) -> None:
        if event.ticket in self.tickets:
            raise ValueError("a ticket is issued once")
        prefix = self.plan.service[event.service].prefix
        self.series[prefix] = self.series.get(prefix, 0) + 1
        self.today.issued += 1
        ticket = Ticket(
            id=event.ticket,
            number=event.number,
            service=event.service,
            issued_at=event.at,
            queued_at=event.queued_at,
            channel=event.channel,
            state=TicketState.WAITING,
            since=event.at,
            order=self.version,
        )
        self.tickets[ticket.id] = ticket
        self.lines[ticket.service].add(ticket)

    @_apply.register
    def _(self, event: e.TicketCalled) -> None:
        counter = self.counters[event.counter]
        if counter.ticket is not None:
            raise ValueError("a counter holds one ticket")
        if event.call_id in self.calls:
            raise ValueError("a call happens once")
        ticket = self._step(event.ticket, Step.CALL, event.at)
        self.lines[ticket.service].remove(ticket)
        ticket.call_id, ticket.counter, ticket.clerk = event.call_id, event.counter, event.clerk
        ticket.called_at, ticket.recalls = event.at, 0
        counter.ticket, counter.reason = ticket.id, event.reason
        self.calls[event.call_id] = Call(
            event.call_id,
            ticket.id,
            ticket.number,
            ticket.service,
            event.counter,
            event.clerk,
            event.at,
        )

    @_apply.register
    def _(self, event: e.TicketRecalled) -> None:
        self._held(event.counter, event.ticket, event.call_id)
        self._step(event.ticket, Step.RECALL, event.at).recalls += 1

    @_apply.register
    def _(self, event: e.ServiceStarted) -> None:
        self._held(event.counter, event.ticket, event.call_id)
        self._step(event.ticket, Step.START, event.at).since = event.since

    @_apply.register
    def _(self, event: e.TicketMissed) -> None:
        # The call has no end: nobody was served, so nobody can rate it.
        counter = self._held(event.counter, event.ticket, event.call_id)
        self._step(event.ticket, Step.NO_SHOW, event.at)
        counter.ticket, counter.free_since = None, event.at
        self.today.missed += 1

    @_apply.register
    def _(self, event: e.TicketDone) -> None:
        counter = self._held(event.counter, event.ticket, event.call_id)
        call = self.calls[event.call_id]
        self._step(event.ticket, Step.DONE, event.at)
        counter.ticket, counter.last_call = None, event.call_id
        counter.free_since = event.at
        counter.served_today += 1
        call.ended_at, call.invite_s = event.at, event.invite_s
        self.today.served += 1

    @_apply.register
    def _(self, event: e.TicketExpired) -> None:
        ticket = self.tickets[event.ticket]
        last = self.counters.get(ticket.counter or "")
        holder = last if last and last.ticket == ticket.id else None
        if (holder.id if holder else None) != event.counter:
            raise ValueError(f"it is held by {holder.id if holder else 'nobody'}")
        waits = ticket.state is TicketState.WAITING
        self._step(event.ticket, Step.EXPIRE, event.at)
        if waits:
            self.lines[ticket.service].remove(ticket)
        if holder is not None:
            holder.ticket, holder.free_since = None, event.at

    @_apply.register
    def _(self, event: e.ClerkSignedIn) -> None:
        counter = self.counters[event.counter]
        counter.clerk = event.clerk
        counter.failed_pins.clear()

    @_apply.register
    def _(self, event: e.ClerkSignedOut) -> None:
        self.counters[event.counter].clerk = None

    @_apply.register
    def _(self, event: e.SignInFailed) -> None:
        self.counters[event.counter].failed_pins.append(event.at)

    @_apply.register
    def _(self, event: e.CounterOpened) -> None:
        counter = self.counters[event.counter]
        counter.open, counter.free_since = True, event.at

    @_apply.register
    def _(self, event: e.CounterClosed) -> None:
        counter = self.counters[event.counter]
        counter.open, counter.free_since = False, None

    @_apply.register
    def _(self, event: e.UnitJoined) -> None:
        before = self.units.get(event.unit)
        boots = dict(before.boots) if before else {}
        boots[event.run] = event.boot_at
        while len(boots) > _BOOTS_KEPT:
            del boots[next(iter(boots))]
        self.units[event.unit] = UnitState(
            event.unit, event.run, event.outbox, event.boot_at, boots=boots
        )

    @_apply.register
    def _(self, event: e.UnitClock) -> None:
        unit = self.units[event.unit]
        if unit.run != event.run:
            raise ValueError(f"the present run of {event.unit} is {unit.run}")
        unit.boot_at = unit.boots[event.run] = event.boot_at

    @_apply.register
    def _(self, event: e.UnitLost) -> None:
        self.units[event.unit].lost_at = event.at

    @_apply.register
    def _(self, event: e.UnitBack) -> None:
        self.units[event.unit].lost_at = None

    @_apply.register
    def _(self, event: e.Rated) -> None:
        if not event.counted:
            self.today.not_counted += self._of_today(event)
            return
        call = self.calls[event.call_id]
        if call.rated:
            raise ValueError("one first rating a call")
        call.rated = call.answered = True
        if self._of_today(event):
            self.today.levels[event.level] = self.today.levels.get(event.level, 0) + 1

    @_apply.register
    def _(self, event: e.Unrated) -> None:
        if not event.counted:
            self.today.not_counted += self._of_today(event)
            return
        call = self.calls[event.call_id]
        if call.answered:
            raise ValueError("an invitation is answered once")
        call.answered = True
        self.today.unrated += self._of_today(event)

    @_apply.register
    def _(self, _event: e.RecordQuarantined) -> None:
        self.today.quarantined += 1

    # --- parts -----------------------------------------------------------------------------

    def _set_plan(self, plan: Plan) -> None:
        self._plan = plan
        for service in plan.services:
            self.lines.setdefault(service.id, Line())
        for counter in plan.counters:
            self.counters.setdefault(counter.id, CounterState(counter.id))
        for unit, counter_id in plan.counter_of_unit.items():
            if not self.stood_at(unit, counter_id):
                self.stood.setdefault(unit, []).append(counter_id)

    def _of_today(self, event: e.Rated | e.Unrated) -> bool:
        """Whether a record, which may come days later, is about a call of this business day."""
        call = self.calls.get(event.call_id)
        return (call.called_at if call else event.at) >= self.day_began_at

    def _step(self, ticket_id: str, step: Step, at: float) -> Ticket:
        ticket = self.tickets[ticket_id]
        ticket.state = after(ticket.state, step)
        ticket.since = at
        return ticket

    def _held(self, counter_id: str, ticket_id: str, call_id: str) -> CounterState:
        counter = self.counters[counter_id]
        if counter.ticket != ticket_id or self.tickets[ticket_id].call_id != call_id:
            raise ValueError(f"counter {counter_id} does not hold ticket {ticket_id} by {call_id}")
        return counter

    # --- snapshots -------------------------------------------------------------------------

    def dump(self) -> dict[str, Any]:
        """The whole state as plain data, for a snapshot."""
        data: dict[str, Any] = {
            name: _rows(getattr(self, name)) if name in _FLAT else _plain(getattr(self, name))
            for name in _DUMPED
        }
        data["plan"] = None if self._plan is None else self._plan.model_dump(mode="json")
        return data

    @classmethod
    def load(cls, data: dict[str, Any]) -> Hall:
        """The inverse of `dump`.

        Raises HistoryError for data that it did not make.
        """
        hall = cls()
        try:
            if data["plan"] is not None:
                hall._set_plan(Plan.model_validate(data["plan"]))
            for name, restore in _DUMPED.items():
                setattr(hall, name, restore(data[name]))
            for ticket in filter(_waits, hall.tickets.values()):
                hall.lines[ticket.service].add(ticket)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise HistoryError(f"the snapshot cannot be read: {error!r}") from error
        return hall


def _waits(ticket: Ticket) -> bool:
    return ticket.state is TicketState.WAITING


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value


def _rows(items: dict[str, Any]) -> dict[str, Any]:
    """A table of many things as rows, which is quick: the state stands still meanwhile."""
    if not items:
        return {"fields": [], "rows": []}
    names = type(next(iter(items.values()))).__slots__
    return {"fields": list(names), "rows": list(map(attrgetter(*names), items.values()))}


def _from_rows(kind: Callable[..., Any]) -> Callable[[Any], Any]:
    def restore(data: Any) -> dict[str, Any]:
        names = data["fields"]
        items = [kind(**dict(zip(names, row, strict=True))) for row in data["rows"]]
        return {getattr(item, _KEY[type(item)]): item for item in items}

    return restore


_KEY: dict[type, str] = {Ticket: "id", Call: "call_id"}


def _same(value: Any) -> Any:
    return value


def _table(kind: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda data: {key: kind(**item) for key, item in data.items()}


def _ticket(state: str, **fields: Any) -> Ticket:
    return Ticket(state=TicketState(state), **fields)


_DUMPED: dict[str, Callable[[Any], Any]] = {
    "version": _same,
    "epoch": _same,
    "epoch_id": _same,
    "day": _same,
    "day_began_at": _same,
    "open": _same,
    "tickets": _from_rows(_ticket),
    "calls": _from_rows(Call),
    "units": _table(UnitState),
    "stood": lambda data: {unit: list(counters) for unit, counters in data.items()},
    "series": dict,
    "today": lambda data: Totals(**data),
    "feed": lambda data: [News(**item) for item in data],
    "counters": _table(CounterState),
}


_FLAT = frozenset({"tickets", "calls"})
"""There are many of these, and they hold nothing but texts and numbers."""


def _changes_a_counter(event: e.Event) -> bool:
    # That a service is presumed to have begun changes nothing that a person decides on: what
    # was right to press a moment before is still right.
    presumed = isinstance(event, e.ServiceStarted) and event.presumed
    return isinstance(event, _CHANGES_A_COUNTER) and not presumed


_CHANGES_A_COUNTER = (
    e.TicketCalled,
    e.TicketRecalled,
    e.ServiceStarted,
    e.TicketMissed,
    e.TicketDone,
    e.TicketExpired,
    e.ClerkSignedIn,
    e.ClerkSignedOut,
    e.CounterOpened,
    e.CounterClosed,
)
"""These change what a person at the counter decides on; a command must have seen them."""

_NEWS = (
    e.EpochStarted,
    e.DayBegan,
    e.HallOpened,
    e.HallClosed,
    e.TicketIssued,
    e.TicketCalled,
    e.TicketRecalled,
    e.TicketMissed,
    e.TicketDone,
    e.ClerkSignedIn,
    e.ClerkSignedOut,
    e.CounterOpened,
    e.CounterClosed,
    e.UnitJoined,
    e.UnitLost,
    e.UnitBack,
    e.Rated,
    e.Unrated,
    e.RecordQuarantined,
)
