"""Dispatch policies by name: how urgent the first of a line is for a counter that is free.

Each is a pure function of what is known of that line. The counter calls the highest index;
what must hold whatever the policy (bounds, bindings, who is far over the target) is in
`hub.core.dispatch`. `docs/policies.md` has what each of them was measured to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Facts(NamedTuple):
    """A line as a counter sees it. Times are seconds.

    `waiting` are all who wait for the service, whatever their class; `capacity` the counters on
    duty for it, each counted by one over the number of its services; `load_s` the work that
    waits in the whole hall, for each counter on duty; `primary` says that the service is the
    counter's first.
    """

    target_s: float
    mean_s: float
    waiting: float
    capacity: float
    load_s: float
    primary: bool

    @property
    def clear_s(self) -> float:
        """How long its counters need for all who wait in the line."""
        return self.waiting * self.mean_s / self.capacity


Index = Callable[[float, Facts], float]
"""Of the wait, with the credit of the ticket's class, and of the line. Higher goes first."""


def fcfs(wait_s: float, _line: Facts) -> float:
    """First come, first served: the wait alone."""
    return wait_s


def pressure(wait_s: float, line: Facts) -> float:
    """The wait against the service's target, heavier for quick services and for long lines."""
    urgency = (wait_s + 30.0) / line.target_s / line.mean_s**0.5
    found: float = urgency * (1.0 + 3.0 * line.clear_s / line.target_s)
    return found


PATIENCE_S = 200.0
LOAD_WEIGHT = 0.5
CAPACITY_POWER = 0.75
OWN_WEIGHT = 1.2


def relief(wait_s: float, line: Facts) -> float:
    """The line that a call relieves most, and more so the longer its first has waited.

    How many wait, against how quick the service is and how many counters share it; times an
    ageing by the square of the wait, on a scale that stretches with the load of the hall (in a
    rush everybody waits, and a long wait means less); a fifth more for the counter's own.
    """
    reach: float = line.waiting / (line.mean_s * line.capacity**CAPACITY_POWER)
    age = max(0.0, wait_s) / (PATIENCE_S + LOAD_WEIGHT * line.load_s)
    return reach * (1.0 + age * age) * (OWN_WEIGHT if line.primary else 1.0)


POLICIES: dict[str, Index] = {"fcfs": fcfs, "pressure": pressure, "relief": relief}
"""Every policy that the configuration may name."""
