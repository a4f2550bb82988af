"""The quick search for whom to call, against a plain one that ranks everybody's first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.dispatch import choose
from hub.core.hall import Hall
from hub.core.lines import Head
from hub.core.plan import Plan
from hub.core.policies import POLICIES, Facts
from hub.core.rules import Mode
from hub.core.tickets import ANY_COUNTER, ORDINARY, Ticket, TicketState
from tests.hub.core.examples import Driver, raw_plan, text

COUNTERS = ("c1", "c2", "c3", "c4")
KINDS = ("", "old", "army", "appointment")


class Plain:
    """Whom a counter calls and why, by `docs/policies.md` and nothing kept from before."""

    def __init__(
        self, hall: Hall, counter: str, now: float, coming: Head | None, avoid: Collection[str]
    ) -> None:
        self.hall, self.counter, self.now = hall, counter, now
        self.rules = hall.plan.dispatch
        self.services = hall.services_of(counter)
        self.tickets = [t for t in hall.tickets.values() if t.state is TicketState.WAITING]
        self.waiting = [
            ((t.queued_at, t.order, t.id, t.service, t.kind), t)
            for t in self.tickets
            if t.id not in avoid
        ]
        self.coming = coming if coming is not None and coming[3] in self.services else None

    def choice(self) -> tuple[str, dict[str, Any]] | None:
        """The ticket and the reason."""
        bound = firsts(h for h, t in self.waiting if t.bound == self.counter)
        pool = self.standing(t for _, t in self.waiting if t.bound is None)
        rule, policy, candidates = "index", str(self.rules.policy), bound + self.due(pool)
        if self.rules.mode is Mode.ASSIGNED:
            rule, policy, candidates = self.assigned(bound, pool)
        if not candidates:
            return None
        ranked = sorted((self.urgency(head, policy) for head in candidates), reverse=True)
        best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
        number = {t.id: t.number for t in self.hall.tickets.values()}
        return best[4], {
            "policy": self.rules.policy,
            "rule": "overdue" if best[0] else rule,
            "index": round(best[1], 6),
            "waited_s": round(self.now + best[2], 3),
            "lines": len(candidates),
            "runner_up": second and number[second[4]],
            "runner_up_index": second and round(second[1], 6),
            "runner_up_waited_s": second and round(self.now + second[2], 3),
            "fcfs": number[min(bound + pool)[2]],
        }

    def standing(self, tickets: Iterable[Ticket], *, coming: bool = True) -> list[Head]:
        here = {t.id for t in tickets}
        heads = [h for h, t in self.waiting if t.id in here and t.service in self.services]
        return firsts(heads + ([self.coming] if coming and self.coming else []))

    def assigned(self, bound: list[Head], pool: list[Head]) -> tuple[str, str, list[Head]]:
        own = self.standing(
            (t for _, t in self.waiting if t.bound is None and t.label == self.counter),
            coming=False,
        )
        own += self.standing(
            t for _, t in self.waiting if t.bound is None and t.label == ANY_COUNTER
        )
        rescued = [h for h in self.due(pool) if self.to_rescue(h)]
        mine = list(dict.fromkeys(bound + self.due(own) + rescued))
        return ("own", "fcfs", mine) if mine else ("help", self.rules.policy, self.due(pool))

    def late(self, head: Head) -> bool:
        target_s = self.hall.plan.service[head[3]].target_s
        return self.now - head[0] > self.rules.overdue_targets * target_s

    def to_rescue(self, head: Head) -> bool:
        target_s = self.hall.plan.service[head[3]].target_s
        return head[0] < self.now - self.rules.rescue_targets * target_s

    def due(self, heads: list[Head]) -> list[Head]:
        """In each service the ordinary one after so many of priority, and the overdue one."""
        found: list[Head] = []
        for service in {head[3] for head in heads}:
            same = [head for head in heads if head[3] == service]
            full = self.hall.priority_run.get(service, 0) >= self.rules.priority_bound
            if full and any(
                t.service == service and t.kind == ORDINARY and t.bound is None
                for _, t in self.waiting
            ):
                same = [head for head in same if head[4] == ORDINARY]
            if same and self.late(min(same)):
                same = [min(same)]
            found += same
        return found

    def urgency(self, head: Head, policy: str) -> tuple[bool, float, float, int, str]:
        hall, service, wait_s = self.hall, head[3], self.now - head[0]
        target_s = hall.plan.service[service].target_s
        if self.rules.overdue_first == "hall" and self.late(head):
            return True, wait_s / target_s, -head[0], -head[1], head[2]
        count = dict.fromkeys(hall.lines.count, 0)
        for ticket in self.tickets:
            count[ticket.service] += 1
        work_s = sum(many * hall.lines.mean_s[key] for key, many in count.items())
        facts = Facts(
            target_s,
            hall.lines.mean_s[service],
            count[service],
            hall.duty.capacity.get(service, 0.0) or 1.0,
            work_s / max(1, len(hall.duty.serving)),
            service == self.services[0],
        )
        index = POLICIES[policy](wait_s + hall.plan.credit_s[head[4]], facts)
        return False, index, -head[0], -head[1], head[2]


def firsts(heads: Iterable[Head]) -> list[Head]:
    """The first of each service and class."""
    found: dict[tuple[str, str], Head] = {}
    for head in sorted(heads):
        found.setdefault((head[3], head[4]), head)
    return list(found.values())


def a_plan(dispatch: dict[str, Any], credit_min: float = 10.0) -> dict[str, Any]:
    """Three services with targets of one, five and ten minutes."""
    plan = raw_plan(
        dispatch=dispatch,
        priorities=[
            {"id": "old", "name": text("old"), "credit_min": credit_min},
            {"id": "army", "name": text("army"), "credit_min": 5},
        ],
    )
    for service, target_min in zip(plan["services"], (1, 5, 10), strict=True):
        service["target_s"] = 60.0 * target_min
    return plan


DISPATCHING = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(list(Mode)),
        "policy": st.sampled_from(list(POLICIES)),
        "priority_bound": st.integers(1, 2),
        "overdue_first": st.sampled_from(["line", "hall"]),
        "overdue_targets": st.sampled_from([1.0, 3.0, 9.0]),
        "rescue_targets": st.sampled_from([0.5, 1.0, 4.0]),
    }
)

WAITED_S = st.one_of(
    st.integers(0, 12).map(lambda minutes: 60.0 * minutes), st.floats(-60.0, 2_000.0)
)
"""Often equal, or equal when the credit of the class is counted."""

PEOPLE = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(KINDS),
        WAITED_S,
        st.sampled_from((None, None, None, *COUNTERS)),
        st.sampled_from((ANY_COUNTER, *COUNTERS)),
    ),
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(DISPATCHING, PEOPLE, st.data())
def test_the_quick_search_finds_what_ranking_everybody_finds(
    dispatch: dict[str, Any], people: list[Any], data: st.DataObject
) -> None:
    d = Driver(Plan.model_validate(a_plan(dispatch)))
    d.open("c1", "wang")
    d.open("c3", "li")
    assigned = d.hall.rules.mode is Mode.ASSIGNED
    for n, (service, kind, waited_s, bound, label) in enumerate(people):
        stand(d, n, service, kind, waited_s, bound, label if assigned else None)
    same_as_plain(d, data)
    for service in "ab":
        d.hall.priority_run[service] = data.draw(st.integers(0, 2))
    for n in data.draw(st.sets(st.integers(0, len(people) - 1))) if people else ():
        leave(d, n)
    d.hall.learn("a", "c1", 5_000.0)
    same_as_plain(d, data)
    credit_min = data.draw(st.sampled_from([0.0, 10.0, 30.0]))
    d.hall.set_plan(Plan.model_validate(a_plan(dispatch, credit_min)))
    d.press("c3", "pause")
    same_as_plain(d, data)


def stand(d: Driver, n: int, service: str, kind: str, waited_s: float, *where: Any) -> None:
    """Let somebody wait."""
    bound, label = where
    at = d.now - waited_s
    ticket = Ticket(
        f"t{n:02d}", f"A{n:03d}", service, at, at, "web", TicketState.WAITING, at, n, kind
    )
    ticket.bound, ticket.label = bound, None if bound else label
    d.hall.tickets[ticket.id] = ticket
    d.hall.lines.add(ticket)


def leave(d: Driver, n: int) -> None:
    """Let somebody go."""
    ticket = d.hall.tickets[f"t{n:02d}"]
    d.hall.lines.remove(ticket)
    ticket.state = TicketState.CANCELLED


def same_as_plain(d: Driver, data: st.DataObject) -> None:
    """At every counter, and with somebody who is about to join a line."""
    d.hall.tickets["next"] = Ticket(
        "next", "B1", "a", d.now, d.now, "web", TicketState.DONE, d.now, 99
    )
    joining = data.draw(
        st.tuples(WAITED_S, st.sampled_from("abc"), st.sampled_from(KINDS)) | st.none()
    )
    head: Head | None = joining and (d.now - joining[0], 99, "next", *joining[1:])
    some = data.draw(st.sets(st.sampled_from(sorted(d.hall.tickets)), max_size=5))
    for coming, avoid in ((None, ()), (None, some), (head, ()), (head, some)):
        for counter in COUNTERS:
            found = choose(d.hall, counter, d.now, coming, avoid)
            assert found == Plain(d.hall, counter, d.now, coming, avoid).choice()
