"""Dispatch: which ticket a free counter calls, and why.

Only the first of each line (service and class) is a candidate, so that within one the order
of `queued_at` always holds. Among the candidates:

- in an assigned hall a counter calls those with its number on the ticket in the order of
  their waits, and with them whoever has waited `rescue_targets` times the target elsewhere;
  with nobody of its own it helps where the policy says;
- after `priority_bound` priority calls in a row in a line in which ordinary tickets wait, one
  of these is next;
- in a line, who has waited `overdue_targets` times the target of the service goes before any
  class of priority; with `overdue_first = "hall"` before everybody else that the counter serves;
- otherwise the policy of the plan says who is most urgent.

Every choice carries its reason, so that a clerk can be told and a supervisor can replay it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from hub.core.lines import Key, Line
from hub.core.policies import POLICIES, Facts, fcfs
from hub.core.rules import Mode
from hub.core.state import State
from hub.core.tickets import ANY_COUNTER, ORDINARY, Ticket, TicketState


class Choice(NamedTuple):
    """The ticket to call. `reason` is what the journal keeps of the decision."""

    ticket: str
    reason: dict[str, Any]


class Head(NamedTuple):
    """The first of a line, or who would be."""

    queued_at: float
    order: int
    ticket: str
    service: str
    kind: str


class _Ranked(NamedTuple):
    """A candidate and its urgency; the greatest is called."""

    overdue: bool
    urgency: float
    queued_before: float
    order_before: int
    ticket: str


def choose(state: State, counter_id: str, now: float, coming: Head | None = None) -> Choice | None:
    """The best ticket for a counter, or None if nobody waits whom it could serve.

    `coming` is a ticket that waits for any counter once the events before the call happened.
    """
    services = state.services_of(counter_id)
    bound = list(_heads(state.lines.bound.get(counter_id, {})))
    pool = _with(list(_pooled(state, services)), coming, services)
    rank = _Ranking(state, services, now)
    if state.plan.dispatch.mode is Mode.POOLED:
        rule, candidates = "index", bound + rank.allowed(pool)
    else:
        rule, candidates = _in_assigned(state, counter_id, rank, bound, pool, coming)
    if not candidates:
        return None
    ranked = sorted(map(rank.of, {head.ticket: head for head in candidates}.values()), reverse=True)
    first_come = min(bound + pool)
    return Choice(ranked[0].ticket, _reason(state, rule, ranked, first_come.ticket, now))


def _in_assigned(
    state: State,
    counter_id: str,
    rank: _Ranking,
    bound: list[Head],
    pool: list[Head],
    coming: Head | None,
) -> tuple[str, list[Head]]:
    """A counter's own, in the order of their waits; else by the policy whom it may help."""
    labelled, services = state.lines.labelled, rank.services
    own = list(_heads(labelled.get(counter_id, {}), services))
    own += _with(list(_heads(labelled.get(ANY_COUNTER, {}), services)), coming, services)
    rescued = [head for head in rank.allowed(pool) if rank.to_rescue(head)]
    candidates = bound + rank.allowed(own) + rescued
    if not candidates:
        return "help", rank.allowed(pool)
    rank.by_wait()
    return "own", candidates


class _Ranking:
    """How urgent the first of a line is for a counter with these services."""

    def __init__(self, state: State, services: tuple[str, ...], now: float) -> None:
        self.services = services
        self._state = state
        self._now = now
        self._share = 1 / max(1, len(services))
        self._plan = state.plan
        self._index = POLICIES[self._plan.dispatch.policy]
        self._lines: dict[str, Facts] = {}
        self._everywhere = self._plan.dispatch.overdue_first == "hall"
        self._primary = services[0] if services else ""
        self._load_s: float | None = None

    def by_wait(self) -> None:
        """Let the wait alone decide."""
        self._index = fcfs

    def allowed(self, heads: Iterable[Head]) -> list[Head]:
        """These without whoever may not be called before somebody else of the same line."""
        runs, bound = self._state.priority_run, self._plan.dispatch.priority_bound
        found = [
            head
            for head in heads
            if head.kind == ORDINARY
            or runs.get(head.service, 0) < bound
            or not self._state.lines.pool[head.service, ORDINARY]
        ]
        first = {head.service: head for head in sorted(found, reverse=True) if self._late(head)}
        return [head for head in found if first.get(head.service, head) is head]

    def to_rescue(self, head: Head) -> bool:
        """Whether somebody with another counter's number has waited too long for that."""
        return self._beyond(head, self._plan.dispatch.rescue_targets)

    def _late(self, head: Head) -> bool:
        return self._beyond(head, self._plan.dispatch.overdue_targets)

    def _beyond(self, head: Head, targets: float) -> bool:
        """Whether somebody has waited for so many times the target of the service."""
        return self._now - head.queued_at > targets * self._plan.service[head.service].target_s

    def of(self, head: Head) -> _Ranked:
        """The rank of one."""
        if head.service not in self._lines:
            self._lines[head.service] = self._line(head.service)
        line = self._lines[head.service]
        waited_s = self._now - head.queued_at
        overdue = self._everywhere and self._late(head)
        if overdue:
            index = waited_s / line.target_s
        else:
            credit_s = self._plan.credit_s.get(head.kind, 0.0)
            index = self._index(waited_s + credit_s, line)
        return _Ranked(overdue, index, -head.queued_at, -head.order, head.ticket)

    def _line(self, service: str) -> Facts:
        if self._load_s is None:
            self._load_s = load_s(self._state)
        return Facts(
            self._plan.service[service].target_s,
            self._state.mean_s(service),
            self._state.lines.waiting(service),
            max(self._state.duty.capacity.get(service, 0.0), self._share),
            self._load_s,
            service == self._primary,
        )


def load_s(state: State) -> float:
    """The work that waits in the whole hall, in seconds for each counter on duty."""
    work_s = sum(
        waiting * state.mean_s(service) for service, waiting in state.lines.count.items() if waiting
    )
    return work_s / max(1, len(state.duty.serving))


def _with(heads: list[Head], coming: Head | None, services: tuple[str, ...]) -> list[Head]:
    """The first of each line when one more waits."""
    if coming is None or coming.service not in services:
        return heads
    line = (coming.service, coming.kind)
    same = [head for head in heads if (head.service, head.kind) == line]
    return [head for head in heads if head not in same] + [min([*same, coming])]


def _pooled(state: State, services: Iterable[str]) -> Iterator[Head]:
    pool, kinds = state.lines.pool, state.lines.kinds
    for service in services:
        for kind in kinds[service]:
            line = pool.get((service, kind))
            if line is not None and line.entries:
                yield Head(*line.entries[0], service, kind)


def _heads(lines: dict[Key, Line], services: tuple[str, ...] | None = None) -> Iterator[Head]:
    for (service, kind), line in lines.items():
        if line.entries and (services is None or service in services):
            yield Head(*line.entries[0], service, kind)


def _reason(
    state: State, rule: str, ranked: list[_Ranked], first_come: str, now: float
) -> dict[str, Any]:
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    tickets = state.tickets
    return {
        "policy": state.plan.dispatch.policy,
        "rule": "overdue" if best.overdue else rule,
        "index": round(best.urgency, 6),
        "waited_s": round(now + best.queued_before, 3),
        "lines": len(ranked),
        "runner_up": tickets[second.ticket].number if second else None,
        "runner_up_index": round(second.urgency, 6) if second else None,
        "runner_up_waited_s": round(now + second.queued_before, 3) if second else None,
        "fcfs": tickets[first_come].number,
    }


def assign(state: State, service: str, now: float) -> str:
    """The counter to print on a ticket: the one on duty that is expected to be through first.

    Through with whom it serves, with all who wait for it, and with this ticket. Of counters
    that are free the one with the fewest services, then the one free the longest. ANY_COUNTER
    if no counter on duty serves this.
    """
    able = [c for c, services in state.duty.serving.items() if service in services]
    free = [c for c in able if state.counters[c].ticket is None and not _kept_s(state, c)]
    if free:
        return min(free, key=lambda counter: _idle_key(state, counter))
    return min(
        able, key=lambda counter: _through_s(state, counter, service, now), default=ANY_COUNTER
    )


STILL = 0.25
"""A service is expected to go on for this part of its mean at least."""


def _through_s(state: State, counter: str, service: str, now: float) -> float:
    speed = state.speed(counter)
    ticket = state.tickets.get(state.counters[counter].ticket or "")
    rest_s = 0.0
    if ticket is not None:
        mean_s = state.mean_s(ticket.service) * speed
        rest_s = max(STILL * mean_s, mean_s - (now - (ticket.called_at or now)))
    return rest_s + _kept_s(state, counter) + state.mean_s(service) * speed


def _kept_s(state: State, counter: str) -> float:
    """The work that waits for a counter alone, or with its number, in seconds."""
    kept = (state.lines.bound.get(counter, {}), state.lines.labelled.get(counter, {}))
    work_s = sum(
        len(line) * state.mean_s(service)
        for lines in kept
        for (service, _), line in lines.items()
        if line.entries
    )
    return work_s * state.speed(counter) if work_s else 0.0


def _bound_lines(state: State, counter: str) -> Iterable[Line]:
    return state.lines.bound.get(counter, {}).values()


def idle_counter(state: State, ticket: Ticket) -> str | None:
    """Which of the free counters should call a ticket that has just come, if one is free.

    The one printed on it; else the one with the fewest services, which keeps the others for
    those only they can serve; then the one that has been free the longest.
    """
    named = state.counters.get(ticket.label or "")
    if named is not None and named.on_duty and named.ticket is None:
        return named.id
    return min(
        (
            counter
            for counter, services in state.duty.serving.items()
            if state.counters[counter].ticket is None
            and (ticket.bound == counter or (ticket.bound is None and ticket.service in services))
        ),
        key=lambda counter: _idle_key(state, counter),
        default=None,
    )


def _idle_key(state: State, counter: str) -> tuple[int, float]:
    return len(state.duty.serving[counter]), state.counters[counter].free_since or 0.0


def waiting_for(state: State, counter_id: str) -> int:
    """How many tickets a counter could call."""
    return sum(map(len, lines_for(state, counter_id)))


def lines_for(state: State, counter_id: str) -> Iterator[Line]:
    """The lines that a counter calls from."""
    yield from _bound_lines(state, counter_id)
    for service in state.services_of(counter_id):
        for kind in state.lines.kinds[service]:
            line = state.lines.pool.get((service, kind))
            if line is not None:
                yield line


def ahead_of(state: State, ticket: Ticket) -> int:
    """How many of its own service stand before a waiting ticket, class credits counted.

    Raises ValueError if it does not wait.
    """
    if ticket.state is not TicketState.WAITING:
        raise ValueError(f"ticket {ticket.id} does not wait")
    credit_s = state.plan.credit_s
    lines = state.lines.pool if ticket.bound is None else state.lines.bound[ticket.bound]
    counted_from = ticket.queued_at - credit_s.get(ticket.kind, 0.0)
    return sum(
        line.before(counted_from + credit_s.get(kind, 0.0), ticket.order)
        for kind in state.lines.kinds[ticket.service]
        if (line := lines.get((ticket.service, kind))) is not None
    )
