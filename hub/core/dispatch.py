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

from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import attrgetter
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
    bound = _heads(own, avoid) if (own := state.lines.bound.get(counter_id)) else []
    every = state.rows
    rows = _rows(state, every, services, coming, avoid)
    changed = coming is not None or avoid
    search = Search(state, services, _but(every, rows) if changed else every, now)
    rule = "index"
    if bound:
        search.of(bound)
    if state.rules.mode is Mode.ASSIGNED:
        rule = "own"
        search.own(_own(state, counter_id, services, coming, avoid), rows)
        if not search.lines:
            rule = "help"
            search.by_policy()
    if rule != "own":
        search.among(rows)
    if search.best is None:
        return None
    first_come = min([*bound, *map(_FIRST, rows)])[2]
    return Choice(search.best[4], _reason(state, rule, search.best, search, first_come, now))


_FIRST = attrgetter("first")


def _own(
    state: State,
    counter_id: str,
    services: Collection[str],
    coming: Head | None,
    avoid: Collection[str],
) -> list[Row]:
    """The lines of those with this counter's number on the ticket, or with none."""
    lines = state.lines.own
    own = _rows(state, lines.get(counter_id, {}), services, None, avoid)
    anybody = _rows(state, lines.get(ANY_COUNTER, {}), services, coming, avoid)
    if not anybody:
        return own
    found = {row.service: row for row in own}
    for row in anybody:
        beside = found.get(row.service)
        found[row.service] = row.beside(beside, state.credit_s) if beside else row
    return list(found.values())


def _rows(
    state: State,
    lines: Mapping[str, Row],
    services: Collection[str],
    coming: Head | None,
    avoid: Collection[str],
) -> list[Row]:
    """Of these services the lines in which somebody waits who is not to be avoided."""
    found = [row for row in map(lines.get, services) if row and row.heads]
    if avoid:
        found = [left for row in found if (left := _without(row, avoid, state.credit_s)).heads]
    if coming is None or coming[3] not in services:
        return found
    by_service = {row.service: row for row in found}
    row = by_service.get(coming[3]) or Row(coming[3], state.rows[coming[3]].facts)
    by_service[coming[3]] = row.joined(coming, state.credit_s)
    return [by_service[service] for service in services if service in by_service]


def _without(row: Row, avoid: Collection[str], credit_s: Mapping[str, float]) -> Row:
    for head in row.heads:
        if head[2] in avoid:
            return row.without(avoid, credit_s)
    return row


def _but(every: Mapping[str, Row], rows: list[Row]) -> dict[str, Row]:
    """Every line, some of them as they are to be taken now."""
    return {**every, **{row.service: row for row in rows}}


def _heads(lines: Mapping[Key, Line], avoid: Collection[str]) -> list[Head]:
    return [
        (*entry, service, kind)
        for (service, kind), line in lines.items()
        if (entry := line.first(avoid))
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
