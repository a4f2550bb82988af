"""Who is most urgent for a counter, and who would be next.

A call spends its time here. So each service is first asked only how urgent anybody of it is at
most; ticket by ticket only those are looked at that may still hold one of the best two. What
is found is the same as if every ticket had been ranked.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from hub.core.lines import Head, Row
from hub.core.policies import POLICIES, fcfs
from hub.core.rules import Mode
from hub.core.state import State
from hub.core.tickets import ORDINARY

Ranked = tuple[bool, float, float, int, str]
"""Overdue, urgency, queued at and order of issue (both below zero), ticket: the greatest first."""

RANKED = -inf
"""How urgent anybody of a service is at most whose tickets have been ranked."""

MANY = 8
"""So many heads are worth a look at their waits before they are ranked."""


class Search:
    """The best two of whom a counter with these services may call.

    `lines` counts the candidates: the first of each class of a service that may be called.
    """

    def __init__(self, state: State, services: tuple[str, ...], now: float) -> None:
        self.services = services
        self.best: Ranked | None = None
        self.second: Ranked | None = None
        self.lines = 0
        self._state = state
        self._now = now
        pooled = state.rules.mode is Mode.POOLED
        self._index = POLICIES[state.rules.policy] if pooled else fcfs
        self._primary = services[0] if services else ""
        self._load_s = load_s(state)
        self._everywhere = state.rules.overdue_first == "hall"

    def by_policy(self) -> None:
        """Let the policy of the plan decide."""
        self._index = POLICIES[self._state.rules.policy]

    def of(self, heads: list[Head]) -> None:
        """Search these, all of whom may be called."""
        self.lines += len(heads)
        if self._index is not fcfs or self._everywhere or len(heads) < MANY:
            self._rank(heads)
            return
        now, credit_s = self._now, self._state.credit_s
        waits = [now - head[0] + credit_s.get(head[4], 0.0) for head in heads]
        self._rank_down(waits, lambda at: heads[at : at + 1], overdue=False)

    def among(self, rows: list[Row]) -> None:
        """Search whoever of these services may be called."""
        if not rows:
            return
        most, due = self._most(rows)
        self.lines += due
        self._best_of(rows, most, lambda at: self._due(rows[at], rows[at].heads))

    def to_rescue(self, rows: list[Row]) -> list[Head]:
        """Of these services whoever may be called and has waited too long for another counter."""
        state, now, found = self._state, self._now, list[Head]()
        targets = state.rules.rescue_targets
        for row in rows:
            before = now - targets * (row.facts or state.facts(row.service)).target_s
            if row.first[0] < before:
                found += [head for head in self._due(row, row.heads) if head[0] < before]
        return found

    def allowed(self, heads: list[Head], of: dict[str, Row]) -> list[Head]:
        """These without whoever may not be called before somebody else of the same service."""
        if not any(head[4] for head in heads):
            return heads  # nobody has priority
        services: dict[str, list[Head]] = {}
        for head in heads:
            services.setdefault(head[3], []).append(head)
        return [head for service, same in services.items() for head in self._due(of[service], same)]

    def _due(self, row: Row, same: list[Head]) -> list[Head]:
        """Of the first of each class of a service those that may be called."""
        if len(same) == 1 and not same[0][4]:
            return same
        state, service = self._state, row.service
        if row.ordinary and state.priority_run.get(service, 0) >= state.rules.priority_bound:
            same = [head for head in same if head[4] == ORDINARY]
        if not same:
            return []  # the ordinary one that is due stands in another counter's line
        first, target_s = min(same), state.facts(service).target_s
        late = self._now - first[0] > state.rules.overdue_targets * target_s
        return [first] if late else same

    def _most(self, rows: list[Row]) -> tuple[list[float], int]:
        """How urgent anybody of each service is at most, and how many of all may be called."""
        # Plain, and nothing looked up twice: this runs for each service of a counter.
        state, now, index, load = self._state, self._now, self._index, self._load_s
        bound, targets = state.rules.priority_bound, state.rules.overdue_targets
        runs, own = state.priority_run, state.facts(self._primary)
        most: list[float] = []
        due, own.primary = 0, True
        for row in rows:
            line = row.facts or state.facts(row.service)
            line.load_s = load
            most.append(index(now - row.earliest, line))
            many = len(row.heads)
            if many > 1:
                late = now - row.first[0] > targets * line.target_s
                if late or (row.ordinary and runs.get(row.service, 0) >= bound):
                    many = 1
            due += many
        own.primary = False
        return most, due

    def _most_overdue(self, rows: list[Row]) -> list[float]:
        """How many targets anybody of each service has waited at most, where it is too many."""
        targets, now, facts = self._state.rules.overdue_targets, self._now, self._state.facts
        waited = [(now - row.first[0], facts(row.service).target_s) for row in rows]
        return [wait_s / one_s if wait_s > targets * one_s else RANKED for wait_s, one_s in waited]

    def _best_of(
        self, rows: list[Row], most: list[float], heads: Callable[[int], list[Head]]
    ) -> None:
        """Rank the heads of one service after the other, until the others are less urgent."""
        if self._everywhere:
            self._rank_down(self._most_overdue(rows), heads, overdue=True)
        self._rank_down(most, heads, overdue=False)

    def _rank_down(
        self, most: list[float], heads: Callable[[int], list[Head]], *, overdue: bool
    ) -> None:
        while most:
            highest = max(most)
            if highest == RANKED or (self.second and (overdue, highest) < self.second[:2]):
                return
            at = most.index(highest)
            most[at] = RANKED
            self._rank(heads(at))

    def _rank(self, heads: list[Head]) -> None:
        """See whether one of these is among the best two; one that is may come again."""
        state, now, index, load = self._state, self._now, self._index, self._load_s
        best, second = self.best, self.second
        for queued_at, order, ticket, service, kind in heads:
            wait_s, line = now - queued_at, state.facts(service)
            if self._everywhere and wait_s > state.rules.overdue_targets * line.target_s:
                ranked = True, wait_s / line.target_s, -queued_at, -order, ticket
            else:
                if kind:
                    wait_s += state.credit_s.get(kind, 0.0)
                line.load_s, line.primary = load, service == self._primary
                ranked = False, index(wait_s, line), -queued_at, -order, ticket
                line.primary = False
            if best is None or ranked > best:
                best, second = ranked, best
            elif ranked != best and (second is None or ranked > second):
                second = ranked
        self.best, self.second = best, second


def load_s(state: State) -> float:
    """The work that waits in the whole hall, in seconds for each counter on duty."""
    return sum(state.lines.work_s.values()) / max(1, len(state.duty.serving))
