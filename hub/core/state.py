"""What the hall's state is made of. `hub.core.hall` says how it changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hub.core.duty import Duty
from hub.core.known_times import KnownTimes
from hub.core.learning import Learned
from hub.core.lines import Lines, Row
from hub.core.people import People
from hub.core.plan import Plan
from hub.core.policies import Facts
from hub.core.rules import Dispatching
from hub.core.settled import Desk
from hub.core.starts import Epoch, Lost, Restored, Starts
from hub.core.strips import Strips
from hub.core.tickets import Step, Ticket, after
from wire.errors import NextwindowError


class HistoryError(NextwindowError):
    """An event does not fit the state before it: the journal is damaged or was changed."""


@dataclass(slots=True)
class Pause:
    """A clerk's absence: since when, why, until when as announced, and whether more was noted."""

    since: float
    reason: str
    back_at: float | None
    overdue: bool = False


@dataclass(slots=True)
class LastStep:
    """A counter's last step with a ticket, and what the ticket was before it.

    `run` is how many priority calls in a row its line had seen.
    """

    step: str
    ticket: str
    call_id: str
    at: float
    service: str
    queued_at: float
    since: float
    further: tuple[str, ...]
    bound: str | None
    label: str | None
    last_call: str | None
    run: int


@dataclass(slots=True)
class CounterState:
    """A counter. `version` is the sequence of the last event that changed what it holds.

    `free_since` is when it was last opened or let go of a ticket; `reason` explains the last
    call; `added` are services it serves beside those of the plan, each with the time since
    when; `done_s` is a service time that is learned as soon as it cannot be undone; `granted` is
    the sequence of the last event that changed which tickets it may call when it is cut off.
    """

    id: str
    version: int = 0
    clerk: str | None = None
    open: bool = False
    paused: Pause | None = None
    ticket: str | None = None
    last_call: str | None = None
    served_today: int = 0
    free_since: float | None = None
    reason: dict[str, Any] = field(default_factory=dict)
    failed_pins: list[float] = field(default_factory=list)
    added: dict[str, float] = field(default_factory=dict)
    last_step: LastStep | None = None
    done_s: tuple[str, float] | None = None
    granted: int = 0

    @property
    def on_duty(self) -> bool:
        """Whether it serves now, or will when its hands are free."""
        return self.open and self.paused is None


@dataclass(slots=True)
class Call:
    """A call that happened: the service event that a rating belongs to.

    `voided`: it was taken back, as if it had not been. `recalled_at` is its last repetition.
    `ended_at` is the end of its service; a call that was missed never has one. `apart`: the
    ticket was no longer the counter's to call, and neither of them knows of this call.
    `by_phone` counts what was said by phone, `phone_ratings` the ratings among that;
    `phone_level` is the rating by phone that counts.
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
    recalled_at: float | None = None
    voided: bool = False
    apart: bool = False
    tagged: bool = False
    by_phone: int = 0
    phone_ratings: int = 0
    phone_level: str = ""


@dataclass(slots=True)
class UnitState:
    """A unit as the journal knows it. Whether it is heard right now is presence, not history.

    `through` and `board` are what its present run said when it joined. `faults` are its
    peripherals that do not work, each with its code and what that means. `boots` says for each
    clock that the hub has met (a run's, or a boot's of its machine) when it was 0. `software` is
    its version, which it said when it joined, at `joined_at`.
    """

    unit: str
    run: str
    outbox: str
    boot_at: float
    lost_at: float | None = None
    boots: dict[str, float] = field(default_factory=dict)
    through: int = 0
    board: str = ""
    faults: dict[str, list[str]] = field(default_factory=dict)
    faulty_since: dict[str, float] = field(default_factory=dict)
    times: KnownTimes = field(default_factory=KnownTimes)
    software: str = ""
    joined_at: float = 0.0


@dataclass(slots=True)
class Grant:
    """A waiting ticket that one run of a counter's unit may call while it is cut off.

    `withdrawn` is the (epoch, version) from which on the states of the unit lack it. `parked`:
    the unit is not heard, and the ticket stands in no line meanwhile. `unread` are the records
    of the unit that came since and cannot be read: each may be the call. `doubted`: the unit can
    call it no more, but because of those only a person can say whether it did.
    """

    ticket: str
    counter: str
    unit: str
    run: str
    outbox: str
    board: str
    at: float
    withdrawn: tuple[int, int] | None = None
    parked: bool = False
    unread: list[int] = field(default_factory=list)
    doubted: bool = False


@dataclass(slots=True)
class Totals:
    """The day's figures. `persons` counts the numbers that each person, hashed, took.

    `left` is when each clerk was last at a counter, of those who have signed out.
    """

    issued: int = 0
    served: int = 0
    missed: int = 0
    cancelled: int = 0
    unrated: int = 0
    levels: dict[str, int] = field(default_factory=dict)
    not_counted: int = 0
    quarantined: int = 0
    persons: dict[str, int] = field(default_factory=dict)
    noted: list[str] = field(default_factory=list)
    left: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Flag:
    """A line or counter that is hot, cold or slow."""

    kind: str
    scope: str
    target: str
    since: float
    evidence: dict[str, Any]


@dataclass(slots=True)
class Advice:
    """A change that the hub advises."""

    id: str
    action: str
    counter: str
    service: str | None
    gain_min: float
    reason: dict[str, Any]
    given_at: float


@dataclass(slots=True)
class News:
    """One line of what happened, for the operator's page."""

    sequence: int
    at: float
    kind: str
    content: dict[str, Any]


class State:
    """The whole state. Read it freely; only `Hall.apply` changes it."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.version = self.plan_at = 0
        self.plan_file = ""
        self.epoch = 0
        self.epoch_id = ""
        self.epochs: list[Epoch] = []
        self.restored: Restored | None = None
        self.passed: dict[str, int] = {}
        self.starts = Starts()
        # Of what units remember of epochs up to this one a restore that is over has told.
        self.outlived = 0
        self.lost: list[Lost] = []
        self.day: str | None = None
        self.day_began_at = 0.0
        self.open = False
        self.notice: dict[str, str] | None = None
        self.emergency: dict[str, str] | None = None
        self.tickets: dict[str, Ticket] = {}
        self.calls: dict[str, Call] = {}
        self.units: dict[str, UnitState] = {}
        self.grants: dict[str, Grant] = {}
        self.stood: dict[str, list[str]] = {}
        self.series: dict[str, int] = {}
        self.priority_run: dict[str, int] = {}
        self.today = Totals()
        self.learned = Learned()
        self.flags: dict[str, Flag] = {}
        self.advice: dict[str, Advice] = {}
        self.desk = Desk()
        self.strips = Strips()
        self.feed: list[News] = []
        self.counters: dict[str, CounterState] = {}
        self.people = People()
        # When accounts were wrong about a PIN on a page, in wall seconds, since the day began.
        self.wrong_pins: dict[str, list[float]] = {}
        self.lines = Lines()
        self.duty = Duty()
        self.rules = Dispatching()
        self.credit_s: dict[str, float] = {}
        self._plan: Plan | None = None
        self._means: dict[str, float] = {}
        if plan is not None:
            self.set_plan(plan)

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

    def set_plan(self, plan: Plan) -> None:
        """Take a plan into force."""
        self._plan = plan
        self.rules, self.credit_s = plan.dispatch, plan.credit_s
        for service in plan.services:
            self.lines.begin(service.id)
            self._weigh(service.id)
        self.lines.credit(plan.credit_s)
        self.lines.outdated(self.plan.service)
        for counter in plan.counters:
            self.counters.setdefault(counter.id, CounterState(counter.id))
        for unit, counter_id in plan.counter_of_unit.items():
            if not self.stood_at(unit, counter_id):
                self.stood.setdefault(unit, []).append(counter_id)
        for unit in plan.role_of_unit:
            self.stood.setdefault(unit, [])
        for counter_state in self.counters.values():
            self.staffed(counter_state)

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

    def services_of(self, counter: str) -> tuple[str, ...]:
        """What a counter serves: its services by the plan, and those added to it since."""
        plan = self.plan.counter.get(counter)
        if plan is None:  # it has left the plan
            return ()
        added = self.counters[counter].added
        return (*plan.services, *(s for s in added if s not in plan.services))

    def mean_s(self, service: str) -> float:
        """How long a service takes on average, as far as is known by now."""
        return self._means[service]

    def learn(self, service_id: str, counter_id: str, duration_s: float) -> None:
        """Learn from a service that is over; one of a plan that has gone teaches nothing."""
        service, counter = self.plan.service.get(service_id), self.plan.counter.get(counter_id)
        if service is None or counter is None:
            return
        self.learned.observe(
            service_id, counter_id, duration_s, service.mean_s, service.cv, counter.speed
        )
        self._weigh(service_id)
        self.lines.outdated((service_id,))

    def _weigh(self, service: str) -> None:
        planned_s = self.plan.service[service].mean_s
        self._means[service] = planned_s * self.learned.service_factor(service)
        self.lines.weigh(service, planned_s * self.learned.sure_factor(service))

    @property
    def rows(self) -> dict[str, Row]:
        """The first of each line by service, with what a policy asks of it.

        The last two of the facts are for whoever asks to fill in.
        """
        if self.lines.stale:
            for service in self.lines.stale & self.plan.service.keys():
                self.lines.rows[service].facts = self._facts(service)
            self.lines.stale.clear()
        return self.lines.rows

    def _facts(self, service: str) -> Facts:
        capacity = self.duty.capacity.get(service, 0.0) or 1.0  # of whoever asks, off duty
        target_s = self.plan.service[service].target_s
        mean_s, waiting = self.lines.mean_s[service], self.lines.count[service]
        return Facts(target_s, mean_s, waiting, capacity, 0.0, primary=False)

    def speed(self, counter: str) -> float:
        """How many times the average a service takes at a counter, as far as is known by now."""
        return self.plan.counter[counter].speed * self.learned.counter_factor(counter)

    def staffed(self, counter: CounterState) -> None:
        """Count a counter anew after a change of what it serves."""
        before = self.duty.serving.get(counter.id, ())
        now = self.services_of(counter.id) if counter.on_duty else ()
        if before != now:
            self.duty.put(counter.id, now)
            self.lines.outdated((*before, *now))

    def parked(self, ticket_id: str) -> bool:
        """Whether a waiting ticket stands in no line: only a unit that is cut off may call it."""
        grant = self.grants.get(ticket_id)
        return grant is not None and grant.parked

    def stand(self, ticket: Ticket) -> None:
        """Put a waiting ticket into its lines, unless it is parked."""
        if not self.parked(ticket.id):
            self.lines.add(ticket)

    def step_aside(self, ticket: Ticket) -> None:
        """Take a waiting ticket out of its lines, unless it is parked."""
        if not self.parked(ticket.id):
            self.lines.remove(ticket)

    def leave(self, ticket: Ticket) -> None:
        """A ticket waits no longer and will not again: it leaves its lines, and has no grant."""
        self.step_aside(ticket)
        self.end_grant(ticket)

    def taken(self, ticket: Ticket) -> None:
        """A ticket is in hand by the hub's word.

        Its counter's unit may not have heard that yet, and still call it by itself: should the
        ticket wait again, nobody else may call it before the unit acts on a later state.
        """
        self.step_aside(ticket)
        grant = self.grants.get(ticket.id)
        if grant is not None:
            grant.withdrawn = grant.withdrawn or (self.epoch, self.version + 1)
            self.counters[grant.counter].granted = self.version + 1

    def end_grant(self, ticket: Ticket) -> None:
        """Nobody has a grant of a ticket any more."""
        grant = self.grants.pop(ticket.id, None)
        if grant is not None:
            self.counters[grant.counter].granted = self.version + 1

    def step(self, ticket_id: str, step: Step, at: float) -> Ticket:
        """Take a ticket one legal step on.

        Raises KeyError for an unknown ticket and IllegalStep for an illegal step.
        """
        ticket = self.tickets[ticket_id]
        ticket.state = after(ticket.state, step)
        ticket.since = at
        return ticket

    def held(self, counter_id: str, ticket_id: str, call_id: str) -> CounterState:
        """The counter, which must have this ticket in hand by this call.

        Raises ValueError if it has not.
        """
        counter = self.counters[counter_id]
        if counter.ticket != ticket_id or self.tickets[ticket_id].call_id != call_id:
            raise ValueError(f"counter {counter_id} does not hold ticket {ticket_id} by {call_id}")
        return counter
