"""The audit: checks what must always hold over a journal's events, without the core's help.

It shares no code with `Hall`, so that a mistake there cannot hide itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hub.core import events as e


@dataclass(slots=True)
class Audit:
    """Reads events in order and remembers what was wrong."""

    violations: list[str] = field(default_factory=list)
    calls: int = 0
    ratings: int = 0
    _holder: dict[str, str] = field(default_factory=dict)
    _hand: dict[str, str] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)
    _issued: set[str] = field(default_factory=set)
    _numbers: set[str] = field(default_factory=set)
    _call_ids: set[str] = field(default_factory=set)
    _done_calls: set[str] = field(default_factory=set)
    _rated_calls: set[str] = field(default_factory=set)
    _records: set[tuple[str, str, int]] = field(default_factory=set)
    _skills: dict[str, set[str]] = field(default_factory=dict)
    _service: dict[str, str] = field(default_factory=dict)
    _call: dict[str, str] = field(default_factory=dict)
    _epoch: int = 0
    _read: int = 0

    def read(self, events: Iterable[e.Event]) -> list[str]:
        """All violations found in these events and those read before."""
        for event in events:
            self._read += 1
            for problem in self._problems(event):
                self.violations.append(f"event {self._read}, {type(event).__name__}: {problem}")
        return self.violations

    def _problems(self, event: e.Event) -> Iterator[str]:
        if isinstance(event, e.TicketIssued):
            yield from self._issue(event)
        elif isinstance(event, e.TicketCalled):
            yield from self._called(event)
        elif isinstance(event, e.TicketRecalled | e.ServiceStarted):
            yield from self._hold(event)
        elif isinstance(event, e.TicketDone | e.TicketMissed):
            yield from self._end(event)
        elif isinstance(event, e.TicketExpired):
            yield from self._expire(event)
        elif isinstance(event, e.Rated | e.Unrated):
            yield from self._rate(event)
        else:
            yield from self._other(event)

    def _other(self, event: e.Event) -> Iterator[str]:
        if isinstance(event, e.Configured):
            counters = event.plan.get("counters", [])
            self._skills = {c["id"]: set(c["services"]) for c in counters}
        elif isinstance(event, e.DayBegan):
            self._numbers.clear()
        elif isinstance(event, e.EpochStarted):
            if event.epoch <= self._epoch:
                yield f"epoch {event.epoch} after {self._epoch}"
            self._epoch = event.epoch

    def _issue(self, event: e.TicketIssued) -> Iterator[str]:
        if event.ticket in self._issued:
            yield f"ticket {event.ticket} issued twice"
        if event.number in self._numbers:
            yield f"number {event.number} given twice in a day"
        self._issued.add(event.ticket)
        self._numbers.add(event.number)
        self._service[event.ticket] = event.service

    def _called(self, event: e.TicketCalled) -> Iterator[str]:
        self.calls += 1
        if event.ticket not in self._issued:
            yield f"ticket {event.ticket} was never issued"
        if event.ticket in self._ended:
            yield f"ticket {event.ticket} had ended"
        if event.ticket in self._holder:
            yield f"ticket {event.ticket} is held by {self._holder[event.ticket]}"
        if event.counter in self._hand:
            yield f"counter {event.counter} holds {self._hand[event.counter]} already"
        if event.call_id in self._call_ids:
            yield f"call {event.call_id} made twice"
        service = self._service.get(event.ticket)
        if service is not None and service not in self._skills.get(event.counter, set()):
            yield f"counter {event.counter} has not the skill for {event.ticket}"
        self._call_ids.add(event.call_id)
        self._holder[event.ticket] = event.counter
        self._hand[event.counter] = event.ticket
        self._call[event.ticket] = event.call_id

    def _hold(
        self, event: e.TicketRecalled | e.ServiceStarted | e.TicketDone | e.TicketMissed
    ) -> Iterator[str]:
        if self._holder.get(event.ticket) != event.counter:
            yield f"ticket {event.ticket} is not held by {event.counter}"
        if self._call.get(event.ticket) != event.call_id:
            yield f"ticket {event.ticket} was not called by {event.call_id}"

    def _end(self, event: e.TicketDone | e.TicketMissed) -> Iterator[str]:
        yield from self._hold(event)
        self._release(event.ticket)
        if isinstance(event, e.TicketDone):
            self._done_calls.add(event.call_id)

    def _expire(self, event: e.TicketExpired) -> Iterator[str]:
        holder = self._holder.get(event.ticket)
        if event.ticket in self._ended:
            yield f"ticket {event.ticket} had ended"
        if holder != event.counter:
            yield f"ticket {event.ticket} is held by {holder}, not by {event.counter}"
        self._release(event.ticket)

    def _release(self, ticket: str) -> None:
        self._ended.add(ticket)
        counter = self._holder.pop(ticket, None)
        if counter is not None:
            self._hand.pop(counter, None)

    def _rate(self, event: e.Rated | e.Unrated) -> Iterator[str]:
        key = (event.unit, event.outbox, event.sequence)
        if key in self._records:
            yield f"record {key} taken twice"
        self._records.add(key)
        if not isinstance(event, e.Rated) or not event.counted:
            return
        self.ratings += 1
        if event.call_id not in self._done_calls:
            yield f"rating of call {event.call_id}, which never ended"
        if event.call_id in self._rated_calls:
            yield f"call {event.call_id} rated twice"
        self._rated_calls.add(event.call_id)
