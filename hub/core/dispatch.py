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
from hub.core.policies import POLICIES, fcfs
from hub.core.rules import Mode
from hub.core.state import State
from hub.core.tickets import ANY_COUNTER, ORDINARY, Ticket, TicketState


class Choice(NamedTuple):
    """The ticket to call. `reason` is what the journal keeps of the decision."""

    ticket: str
    reason: dict[str, Any]


Head = tuple[float, int, str, str, str]
"""The first of a line, or who would be: queued at, order of issue, ticket, service, class."""

Ranked = tuple[bool, float, float, int, str]
"""Overdue, urgency, queued at and order of issue (both below zero), ticket: the greatest first."""


def choose(state: State, counter_id: str, now: float, coming: Head | None = None) -> Choice | None:
    """The best ticket for a counter, or None if nobody waits whom it could serve.

    `coming` is a ticket that waits for any counter once the events before the call happened.
    """
    services = state.duty.serving.get(counter_id) or state.services_of(counter_id)
    bound = _heads(own) if (own := state.lines.bound.get(counter_id)) else []
    pool = _with(_pooled(state, services), coming, services)
    rank = _Ranking(state, services, now)
    if state.rules.mode is Mode.POOLED:
        rule, candidates = "index", bound + rank.allowed(pool)
    else:
        rule, candidates = _in_assigned(state, counter_id, rank, bound, pool, coming)
    if not candidates:
        return None
    best, second = rank.best_two(candidates)
    first_come = min(bound + pool)[2]
    return Choice(best[4], _reason(state, rule, best, second, len(candidates), first_come, now))


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
    own = _heads(labelled.get(counter_id, {}), services)
    own += _with(_heads(labelled.get(ANY_COUNTER, {}), services), coming, services)
    allowed = rank.allowed(pool)
    candidates = bound + rank.allowed(own) + [head for head in allowed if rank.to_rescue(head)]
    if not candidates:
        return "help", allowed
    rank.by_wait()
    return "own", list(dict.fromkeys(candidates))


class _Ranking:
    """How urgent the first of a line is for a counter with these services."""

    def __init__(self, state: State, services: tuple[str, ...], now: float) -> None:
        self.services = services
        self._state = state
        self._now = now
        self._rules = state.rules
        self._index = POLICIES[self._rules.policy]

    def by_wait(self) -> None:
        """Let the wait alone decide."""
        self._index = fcfs

    def allowed(self, heads: list[Head]) -> list[Head]:
        """These without whoever may not be called before somebody else of the same line."""
        if not any(head[4] for head in heads):
            return heads  # nobody has priority
        lines: dict[str, list[Head]] = {}
        for head in heads:
            same = lines.get(head[3])
            if same is None:
                lines[head[3]] = [head]
            else:
                same.append(head)
        found: list[Head] = []
        for service, same in lines.items():
            found += self._due(service, same) if same[0][4] or len(same) > 1 else same
        return found

    def _due(self, service: str, same: list[Head]) -> list[Head]:
        """Of the first of each class of a line those that may be called."""
        full = self._state.priority_run.get(service, 0) >= self._rules.priority_bound
        if full and self._state.lines.pool[service, ORDINARY].entries:
            same = [head for head in same if head[4] == ORDINARY]
        if not same:
            return []  # the ordinary one that is due stands in another counter's line
        first, target_s = min(same), self._state.facts(service).target_s
        late = self._now - first[0] > self._rules.overdue_targets * target_s
        return [first] if late else same

    def to_rescue(self, head: Head) -> bool:
        """Whether somebody with another counter's number has waited too long for that."""
        return head[0] < self._before(head[3], self._rules.rescue_targets)

    def _before(self, service: str, targets: float) -> float:
        """Whoever was queued before this has waited for so many times the service's target."""
        return self._now - targets * self._state.facts(service).target_s

    def best_two(self, heads: list[Head]) -> tuple[Ranked, Ranked | None]:
        """The most urgent of some, and who would be next."""
        best: Ranked | None = None
        second: Ranked | None = None
        for ranked in self._ranked(heads):
            if best is None or ranked > best:
                best, second = ranked, best
            elif second is None or ranked > second:
                second = ranked
        if best is None:
            raise ValueError("nobody to rank")
        return best, second

    def _ranked(self, heads: list[Head]) -> Iterator[Ranked]:
        # This is where a call spends its time: plain loops, and nothing looked up twice.
        state, now, index = self._state, self._now, self._index
        credits_s, count, load = state.credit_s, state.lines.count, load_s(state)
        everywhere = self._rules.overdue_first == "hall"
        primary, targets = self.services[0] if self.services else "", self._rules.overdue_targets
        for queued_at, order, ticket, service, kind in heads:
            line, wait_s = state.facts(service), now - queued_at
            if everywhere and wait_s > targets * line.target_s:
                yield True, wait_s / line.target_s, -queued_at, -order, ticket
                continue
            line.waiting, line.load_s, line.primary = count[service], load, service == primary
            if kind:
                wait_s += credits_s.get(kind, 0.0)
            yield False, index(wait_s, line), -queued_at, -order, ticket


def load_s(state: State) -> float:
    """The work that waits in the whole hall, in seconds for each counter on duty."""
    return sum(state.lines.work_s.values()) / max(1, len(state.duty.serving))


def _with(heads: list[Head], coming: Head | None, services: tuple[str, ...]) -> list[Head]:
    """The first of each line when one more waits."""
    if coming is None or coming[3] not in services:
        return heads
    same = [head for head in heads if head[3:] == coming[3:]]
    return [head for head in heads if head not in same] + [min([*same, coming])]


def _pooled(state: State, services: Iterable[str]) -> list[Head]:
    rows = state.lines.rows
    return [
        (*line.entries[0], service, kind)
        for service in services
        for kind, line in rows[service]
        if line.entries
    ]


def _heads(lines: dict[Key, Line], services: tuple[str, ...] | None = None) -> list[Head]:
    return [
        (*line.entries[0], service, kind)
        for (service, kind), line in lines.items()
        if line.entries and (services is None or service in services)
    ]


def _reason(
    state: State,
    rule: str,
    best: Ranked,
    second: Ranked | None,
    lines: int,
    first_come: str,
    now: float,
) -> dict[str, Any]:
    tickets = state.tickets
    return {
        "policy": state.rules.policy,
        "rule": "overdue" if best[0] else rule,
        "index": round(best[1], 6),
        "waited_s": round(now + best[2], 3),
        "lines": lines,
        "runner_up": tickets[second[4]].number if second else None,
        "runner_up_index": round(second[1], 6) if second else None,
        "runner_up_waited_s": round(now + second[2], 3) if second else None,
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
    """How many stand before a waiting ticket, class credits counted.

    Of its own service; with a counter printed on it, of all that wait for that counter.
    Raises ValueError if it does not wait.
    """
    if ticket.state is not TicketState.WAITING:
        raise ValueError(f"ticket {ticket.id} does not wait")
    credit_s = state.credit_s
    counted_from = ticket.queued_at - credit_s.get(ticket.kind, 0.0)
    return sum(
        line.before(counted_from + credit_s.get(kind, 0.0), ticket.order)
        for kind, line in _beside(state, ticket)
    )


def _beside(state: State, ticket: Ticket) -> Iterator[tuple[str, Line]]:
    """The lines in which a ticket's own place is counted, each with its class."""
    if ticket.bound is None and ticket.label:
        yield from ((key[1], line) for key, line in state.lines.labelled[ticket.label].items())
        return
    lines = state.lines.pool if ticket.bound is None else state.lines.bound[ticket.bound]
    for kind in state.lines.kinds[ticket.service]:
        line = lines.get((ticket.service, kind))
        if line is not None:
            yield kind, line
