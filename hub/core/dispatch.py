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

from collections.abc import Collection, Container, Iterable, Iterator
from typing import Any, NamedTuple

from hub.core.lines import Head, Key, Line, Row
from hub.core.rules import Mode
from hub.core.state import State
from hub.core.tickets import ANY_COUNTER, Ticket, TicketState
from hub.core.urgency import Ranked, Search


class Choice(NamedTuple):
    """The ticket to call. `reason` is what the journal keeps of the decision."""

    ticket: str
    reason: dict[str, Any]


def choose(
    state: State,
    counter_id: str,
    now: float,
    coming: Head | None = None,
    avoid: Collection[str] = (),
) -> Choice | None:
    """The best ticket for a counter, or None if nobody waits whom it could serve.

    `coming` is a ticket that waits for any counter once the events before the call happened.
    Tickets to `avoid` are passed over as if they did not wait.
    """
    services = state.duty.serving.get(counter_id) or state.services_of(counter_id)
    bound = _heads(own, avoid=avoid) if (own := state.lines.bound.get(counter_id)) else []
    rows = _rows(state, services, coming, avoid)
    search = Search(state, services, now)
    if state.rules.mode is Mode.POOLED:
        rule = "index"
        if bound:
            search.of(bound)
        search.among(rows)
    else:
        rule = _in_assigned(state, counter_id, search, bound, rows, coming, avoid)
    if search.best is None:
        return None
    first_come = min([*bound, *[row.first for row in rows]])[2]
    return Choice(search.best[4], _reason(state, rule, search.best, search, first_come, now))


def _in_assigned(
    state: State,
    counter_id: str,
    search: Search,
    bound: list[Head],
    rows: list[Row],
    coming: Head | None,
    avoid: Collection[str],
) -> str:
    """A counter's own, in the order of their waits; else by the policy whom it may help."""
    labelled, of = state.lines.labelled, {row.service: row for row in rows}
    own = _heads(labelled.get(counter_id, {}), of, avoid)
    own += _with(_heads(labelled.get(ANY_COUNTER, {}), of, avoid), coming, of)
    candidates = bound + search.allowed(own, of) + search.to_rescue(rows)
    if candidates:
        search.of(list(dict.fromkeys(candidates)))
        return "own"
    search.by_policy()
    search.among(rows)
    return "help"


def _with(heads: list[Head], coming: Head | None, services: Container[str]) -> list[Head]:
    """The first of each line when one more waits."""
    if coming is None or coming[3] not in services:
        return heads
    same = [head for head in heads if head[3:] == coming[3:]]
    return [head for head in heads if head not in same] + [min([*same, coming])]


def _rows(
    state: State, services: Iterable[str], coming: Head | None, avoid: Collection[str]
) -> list[Row]:
    """Of these services those that anybody waits for whom any counter may call."""
    rows, credit_s = state.lines.rows, state.credit_s
    found = [row for service in services if (row := rows[service]).heads]
    if avoid:
        found = [row for each in found if (row := each.without(avoid, credit_s)).heads]
    if coming is None or coming[3] not in services:
        return found
    same = [row for row in found if row.service == coming[3]] or [Row(coming[3])]
    others = [row for row in found if row.service != coming[3]]
    return [*others, same[0].joined(coming, credit_s)]


def _heads(
    lines: dict[Key, Line],
    services: Container[str] | None = None,
    avoid: Collection[str] = (),
) -> list[Head]:
    return [
        (*entry, service, kind)
        for (service, kind), line in lines.items()
        if (services is None or service in services) and (entry := line.first(avoid))
    ]


def _reason(
    state: State,
    rule: str,
    best: Ranked,
    search: Search,
    first_come: str,
    now: float,
) -> dict[str, Any]:
    tickets, second = state.tickets, search.second
    return {
        "policy": state.rules.policy,
        "rule": "overdue" if best[0] else rule,
        "index": round(best[1], 6),
        "waited_s": round(now + best[2], 3),
        "lines": search.lines,
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
        yield from (
            (key[1], line) for key, line in state.lines.labelled.get(ticket.label, {}).items()
        )
        return
    bound = state.lines.bound
    lines = state.lines.pool if ticket.bound is None else bound.get(ticket.bound, {})
    for kind in state.lines.kinds[ticket.service]:
        line = lines.get((ticket.service, kind))
        if line is not None:
            yield kind, line
