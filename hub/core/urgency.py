"""Who is most urgent for a counter, and who would be next.

A call spends its time here. So each service is first asked only how urgent anybody of it is at
most; ticket by ticket only those are looked at that may still hold one of the best two. What
is found is the same as if every ticket had been ranked. Loops that run over every service of a
counter are plain, and look nothing up twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf

from hub.core.lines import Head, Row
from hub.core.policies import BOUNDS, OWN_AT_MOST, POLICIES, fcfs
from hub.core.rules import Mode
from hub.core.state import State
from hub.core.tickets import ORDINARY

Ranked = tuple[bool, float, float, int, str]
"""Overdue, urgency, queued at and order of issue (both below zero), ticket: the greatest first."""

RANKED = -inf
"""How urgent anybody of a service is at most whose tickets have been ranked."""


class Search:
    """The best two of whom a counter with these services may call.

    `lines` counts the candidates: the first of each class of a service that may be called.
    `rows` are the lines of the hall by service, as they are to be taken now.
    """

    def __init__(
        self, state: State, services: tuple[str, ...], rows: Mapping[str, Row], now: float
    ) -> None:
        self.best: Ranked | None = None
        self.second: Ranked | None = None
        self.lines = 0
        self._state = state
        self._rows = rows
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
        self._rank(heads)

    def among(self, rows: list[Row]) -> None:
        """Search whoever of these services may be called."""
        if not rows:
            return
        self.lines += self._due_of(rows)
        most = BOUNDS[self._index](rows, self._now, self._load_s)
        if rows[0].service == self._primary:
            most[0] *= OWN_AT_MOST.get(self._index, 1.0)
        self._best_of(rows, most, lambda at: self._due(rows[at], rows[at].heads))

    def own(self, own: list[Row], waiting: list[Row]) -> None:
        """Search a counter's own, and of those that wait whom it has to rescue."""
        found = self._rescued(waiting)
        for row in own:
            same = row.heads
            if len(same) == 1 and not same[0][4]:
                found[row.first[2]] = row.first
            else:
                found.update([(head[2], head) for head in self._due(self._rows[row.service], same)])
        heads = list(found.values())
        self.lines += len(heads)
        if self._everywhere:
            self._rank(heads)
            return
        now, credit_s = self._now, self._state.credit_s
        waits = [
            now - at + credit_s.get(kind, 0.0) if kind else now - at for at, _, _, _, kind in heads
        ]
        self._rank_down(waits, lambda at: heads[at : at + 1], overdue=False)

    def _rescued(self, rows: list[Row]) -> dict[str, Head]:
        """Of these services whoever may be called and has waited too long for another counter."""
        now, rules, runs = self._now, self._state.rules, self._state.priority_run
        targets, overdue, bound = rules.rescue_targets, rules.overdue_targets, rules.priority_bound
        found: dict[str, Head] = {}
        for row in rows:
            first, target_s = row.first, row.facts.target_s
            before = now - targets * target_s
            if first[0] >= before:
                continue
            # Who is alone may be called, and who is overdue before all others of the service.
            if len(row.heads) == 1 or (
                now - first[0] > overdue * target_s and runs.get(row.service, 0) < bound
            ):
                found[first[2]] = first
            else:
                due = self._due(row, row.heads)
                found.update([(head[2], head) for head in due if head[0] < before])
        return found

    def _full(self, row: Row) -> bool:
        """Whether an ordinary ticket of a service is due after so many of priority."""
        runs = self._state.priority_run
        return row.ordinary and runs.get(row.service, 0) >= self._state.rules.priority_bound

    def _due(self, row: Row, same: list[Head]) -> list[Head]:
        """Of the first of each class of a service those that may be called."""
        if len(same) == 1 and not same[0][4]:
            return same
        if self._full(row):
            same = [head for head in same if head[4] == ORDINARY]
        if len(same) < 2:
            return same  # nobody, if the ordinary one that is due stands in another's line
        first = min(same)
        late = self._now - first[0] > self._state.rules.overdue_targets * row.facts.target_s
        return [first] if late else same

    def _due_of(self, rows: list[Row]) -> int:
        """How many of these services may be called."""
        now, targets = self._now, self._state.rules.overdue_targets
        due = len(rows)
        for row in rows:
            more = len(row.heads) - 1
            if more and now - row.first[0] <= targets * row.facts.target_s and not self._full(row):
                due += more
        return due

    def _most_overdue(self, rows: Sequence[Row]) -> list[float]:
        """How many targets anybody of each service has waited at most, where it is too many."""
        targets, now, known = self._state.rules.overdue_targets, self._now, self._rows
        waited = [(now - row.first[0], known[row.service].facts.target_s) for row in rows]
        return [wait_s / one_s if wait_s > targets * one_s else RANKED for wait_s, one_s in waited]

    def _best_of(
        self, rows: Sequence[Row], most: list[float], heads: Callable[[int], list[Head]]
    ) -> None:
        """Rank the heads of one service after the other, until the others are less urgent."""
        if self._everywhere:
            self._rank_down(self._most_overdue(rows), heads, overdue=True)
        self._rank_down(most, heads, overdue=False)

    def _rank_down(
        self, most: list[float], heads: Callable[[int], list[Head]], *, overdue: bool
    ) -> None:
        for _ in most:
            highest = max(most)
            second = self.second
            if highest == RANKED or (second is not None and (overdue, highest) < second[:2]):
                return
            at = most.index(highest)
            most[at] = RANKED
            self._rank(heads(at))

    def _rank(self, heads: list[Head]) -> None:
        """See whether one of these is among the best two; one that is may come again."""
        state, now, index, load = self._state, self._now, self._index, self._load_s
        best, second, rows = self.best, self.second, self._rows
        for queued_at, order, ticket, service, kind in heads:
            wait_s, line = now - queued_at, rows[service].facts
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
