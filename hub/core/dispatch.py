"""Dispatch: which ticket a free counter calls, and why.

First come, first served over all services that the counter is skilled in. Every choice
carries its reason, so that a clerk can be told and a supervisor can replay it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.core.hall import Hall


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticket to call. `reason` is what the journal keeps of the decision."""

    ticket: str
    reason: dict[str, Any]


def choose(hall: Hall, counter_id: str, now: float) -> Choice | None:
    """The best ticket for a counter, or None if nobody waits whom it could serve."""
    heads = sorted(
        (hall.tickets[head].queued_at, hall.tickets[head].order, head)
        for service in hall.plan.counter[counter_id].services
        if (head := hall.lines[service].head()) is not None
    )
    if not heads:
        return None
    queued_at, _, ticket = heads[0]
    runner_up = hall.tickets[heads[1][2]] if len(heads) > 1 else None
    return Choice(
        ticket,
        {
            "policy": "fcfs",
            "waited_s": round(now - queued_at, 3),
            "lines": len(heads),
            "runner_up": runner_up.number if runner_up else None,
            "runner_up_waited_s": round(now - runner_up.queued_at, 3) if runner_up else None,
        },
    )


def waiting_for(hall: Hall, counter_id: str) -> int:
    """How many tickets a counter could call."""
    return sum(len(hall.lines[service]) for service in hall.plan.counter[counter_id].services)
