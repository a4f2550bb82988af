"""A day of a hall's own journal as a trace: what was asked of the hall, not what it decided.

Arrivals, no-shows and absences are as they were. How long a service took is divided by the
learned speed of the counter that did it, so that under another policy another counter takes
as long as it usually does. Each stretch of waiting is an arrival of its own: a transfer, a
further service of the same visit and a citizen who came back wait anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.core import events as e
from hub.core.hall import Hall
from hub.core.hours import WEEKDAYS
from hub.core.plan import Plan
from hub.core.state import HistoryError
from hub.replay.engine import Names, clerks_of
from hub.replay.trace import Arrival, Meta, Pause, Trace, TraceService, TraceWindow
from wire.errors import StorageError

PATIENT_S = 86_400.0
"""Nobody is known to have left, unless the number was given up or expired."""

SHORTEST_S = 1.0


@dataclass(frozen=True, slots=True)
class JournalDay:
    """A day to replay: the trace, the hall's plan for it, and the waits that really were."""

    trace: Trace
    plan: Plan
    names: Names
    waits_s: tuple[float, ...]


@dataclass(slots=True, eq=False)
class _Stretch:
    """One stretch of waiting, and what came of it."""

    arrived: float
    service: str
    kind: str
    called: float | None = None
    counter: str | None = None
    took_s: float | None = None
    missed: bool = False
    left: float | None = None
    held_at: float | None = None
    on_hold_s: float = 0.0
    before: _Stretch | None = None


@dataclass(slots=True)
class _Reader:
    """Collects a day from its events."""

    began: float = 0.0
    stretches: list[_Stretch] = field(default_factory=list)
    open: dict[str, _Stretch] = field(default_factory=dict)
    away_since: dict[str, float] = field(default_factory=dict)
    absences: list[tuple[str, float, float]] = field(default_factory=list)

    def read(self, hall: Hall, event: e.Event) -> None:
        """Take in an event that has been applied to the hall."""
        if isinstance(event, e.TicketIssued | e.TicketCheckedIn | e.TicketReturned):
            self._waits(hall, event.ticket, event.at)
        elif isinstance(event, e.TicketCalled):
            stretch = self.open.get(event.ticket)
            if stretch is not None:
                stretch.called, stretch.counter = event.at, event.counter
        elif isinstance(event, e.CounterOpened | e.CounterResumed):
            self._back(event.counter, event.at)
        elif isinstance(event, e.CounterClosed | e.CounterPaused):
            self.away_since.setdefault(event.counter, event.at)
        else:
            self._ends(hall, event)

    def _waits(self, hall: Hall, ticket: str, at: float) -> None:
        known = hall.tickets[ticket]
        stretch = _Stretch(at, known.service, known.kind, before=self.open.get(ticket))
        self.open[ticket] = stretch
        self.stretches.append(stretch)

    def _back(self, counter: str, at: float) -> None:
        since = self.away_since.pop(counter, None)
        if since is not None and at > since:
            self.absences.append((counter, since, at))

    def _ends(self, hall: Hall, event: e.Event) -> None:
        stretch = self.open.get(getattr(event, "ticket", ""))
        if stretch is None:
            return
        if isinstance(event, e.TicketDone | e.TicketTransferred):
            self._took(stretch, event.at)
            if isinstance(event, e.TicketTransferred) or event.onward:
                self._waits(hall, event.ticket, event.at)
        elif isinstance(event, e.TicketMissed):
            stretch.missed = True
        elif isinstance(event, e.TicketCancelled | e.TicketExpired):
            stretch.left = event.at
        elif isinstance(event, e.TicketHeld):
            stretch.held_at = event.at
        elif isinstance(event, e.TicketResumed):
            stretch.on_hold_s += event.at - (stretch.held_at or event.at)
        elif isinstance(event, e.CallVoided):
            stretch.called = stretch.counter = None
        elif isinstance(event, e.StepUndone):
            self._undone(event.ticket, stretch)

    def _undone(self, ticket: str, stretch: _Stretch) -> None:
        if stretch.called is None and stretch.before is not None:  # it had been sent on
            self.stretches.remove(stretch)
            self.open[ticket] = stretch = stretch.before
        stretch.took_s, stretch.missed = None, False

    @staticmethod
    def _took(stretch: _Stretch, at: float) -> None:
        if stretch.called is not None:
            stretch.took_s = max(SHORTEST_S, at - stretch.called - stretch.on_hold_s)


def read_day(events: Iterable[e.Event], day: str, before: Hall | None = None) -> JournalDay:
    """A business day, for instance 2026-03-02, out of all events of a journal.

    Or out of those after a hall as it was `before`, which is changed. The events after the day
    are not read. Raises StorageError if the journal does not have the day, nobody took a number
    on it, or the events do not fit each other.
    """
    hall, reader = before or Hall(), _Reader()
    plan, found = None, False
    try:
        for event in events:
            if isinstance(event, e.DayBegan) and found:
                break
            hall.apply(event)
            if isinstance(event, e.DayBegan) and event.day == day:
                found, reader.began = True, event.at
                reader.away_since = dict.fromkeys(hall.counters, event.at)
            if found:
                plan = hall.plan
                reader.read(hall, event)
    except HistoryError as error:
        raise StorageError(f"the journal cannot be replayed: {error}") from error
    if plan is None:
        raise StorageError(f"the journal has no day {day}; its last is {hall.day or 'none'}")
    if not reader.stretches:
        raise StorageError(f"nobody took a number on {day}")
    return _as_trace(hall, plan, reader, day)


def _as_trace(hall: Hall, plan: Plan, reader: _Reader, day: str) -> JournalDay:
    start = min(stretch.arrived for stretch in reader.stretches)
    service_ids = {service.id: n for n, service in enumerate(plan.services)}
    counter_ids = {counter.id: n for n, counter in enumerate(plan.counters)}
    kinds = sorted({stretch.kind for stretch in reader.stretches if stretch.kind})
    arrivals = tuple(
        _arrival(hall, n, stretch, start, service_ids, kinds)
        for n, stretch in enumerate(sorted(reader.stretches, key=lambda s: s.arrived))
    )
    last = arrivals[-1].arrive_s
    for counter, since in list(reader.away_since.items()):
        reader.absences.append((counter, since, max(since, start + last)))
    trace = Trace(
        services=tuple(
            TraceService(n, s.mean_s, s.cv, s.target_s) for n, s in enumerate(plan.services)
        ),
        windows=tuple(
            TraceWindow(
                n,
                service_ids[counter.services[0]],
                counter.speed,
                hall.speed(counter.id),
                0.0,
                last,
                tuple(service_ids[s] for s in counter.services),
            )
            for n, counter in enumerate(plan.counters)
        ),
        arrivals=arrivals,
        pauses=_absences(reader, counter_ids, start),
        meta=Meta(name=day, close_s=last),
    )
    names = Names(
        dict(enumerate(service_ids)),
        dict(enumerate(counter_ids)),
        {n + 1: kind for n, kind in enumerate(kinds)},
    )
    waits = tuple(s.called - s.arrived for s in reader.stretches if s.called is not None)
    return JournalDay(trace, _replayable(plan, trace), names, waits)


def _arrival(
    hall: Hall,
    number: int,
    stretch: _Stretch,
    start: float,
    service_ids: dict[str, int],
    kinds: list[str],
) -> Arrival:
    draw_s = hall.mean_s(stretch.service)
    if stretch.took_s is not None and stretch.counter in hall.plan.counter:
        draw_s = stretch.took_s / hall.speed(str(stretch.counter))
    return Arrival(
        ticket=number,
        arrive_s=stretch.arrived - start,
        service=service_ids[stretch.service],
        priority=kinds.index(stretch.kind) + 1 if stretch.kind else 0,
        service_draw_s=draw_s,
        no_show=stretch.missed,
        patience_s=PATIENT_S if stretch.left is None else stretch.left - stretch.arrived,
    )


def _absences(reader: _Reader, counters: dict[str, int], start: float) -> tuple[Pause, ...]:
    """What was closed or paused; before the first number is one absence up to the opening."""
    found = [
        Pause(counters[counter], max(0.0, since - start), until - max(since, start), planned=False)
        for counter, since, until in reader.absences
        if counter in counters and until > start
    ]
    return tuple(sorted((p for p in found if p.duration_s > 0), key=lambda p: p.start_s))


def _replayable(plan: Plan, trace: Trace) -> Plan:
    """The hall's plan, open all day, with a clerk at every counter who was there at some time."""
    content = plan.model_dump(mode="json")
    always = dict.fromkeys(WEEKDAYS, "00:00-24:00")
    changed = {"hours": always, "roster": [], "clerks": clerks_of(trace)}
    content["limits"]["identity_required"] = False
    content["limits"]["per_person_day"] = 0
    return Plan.model_validate({**content, **changed})
