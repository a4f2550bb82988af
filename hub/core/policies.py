"""Dispatch policies by name: how urgent the first of a line is for a counter that is free.

Each is a pure function of what is known of that line. The counter calls the highest index;
what must hold whatever the policy (bounds, bindings, who is far over the target) is in
`hub.core.dispatch`. `docs/policies.md` has what each of them was measured to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

CAPACITY_POWER = 0.75


class Facts:
    """A line as a counter sees it. Times are seconds.

    `waiting` are all who wait for the service, whatever their class; `capacity` the counters on
    duty for it, each counted by one over the number of its services; `load_s` the work that
    waits in the whole hall, for each counter on duty; `primary` says that the service is the
    counter's first. `shared_s` is the time of a service over what its counters can share.
    """

    __slots__ = ("capacity", "load_s", "mean_s", "primary", "shared_s", "target_s", "waiting")

    def __init__(
        self,
        target_s: float,
        mean_s: float,
        waiting: float,
        capacity: float,
        load_s: float,
        primary: bool,
    ) -> None:
        self.target_s = target_s
        self.mean_s = mean_s
        self.waiting = waiting
        self.capacity = capacity
        self.load_s = load_s
        self.primary = primary
        self.shared_s: float = mean_s * capacity**CAPACITY_POWER

    def but(self, **changes: float) -> Facts:
        """The same line with some facts changed."""
        names = ("target_s", "mean_s", "waiting", "capacity", "load_s", "primary")
        return Facts(**{name: changes.get(name, getattr(self, name)) for name in names})

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
OWN_WEIGHT = 1.2


def relief(wait_s: float, line: Facts) -> float:
    """The line that a call relieves most, and more so the longer its first has waited.

    How many wait, against how quick the service is and how many counters share it; times an
    ageing by the square of the wait, on a scale that stretches with the load of the hall (in a
    rush everybody waits, and a long wait means less); a fifth more for the counter's own.
    """
    reach = line.waiting / line.shared_s
    age = wait_s / (PATIENCE_S + LOAD_WEIGHT * line.load_s) if wait_s > 0 else 0.0
    return reach * (1.0 + age * age) * (OWN_WEIGHT if line.primary else 1.0)


POLICIES: dict[str, Index] = {"fcfs": fcfs, "pressure": pressure, "relief": relief}
"""Every policy that the configuration may name."""


class Waited(Protocol):
    """A line of which nobody, credit counted, has waited since before `earliest`."""

    earliest: float
    facts: Facts


Bounds = Callable[[Sequence[Waited], float, float], list[float]]
"""Of many lines, the time and the hall's load: how urgent anybody of each is at most.

To the last bit what the index gives for a wait since `earliest`, or more; `primary` is not
looked at. In one sweep, because a call asks this of each service of its counter.
"""


def _fcfs_bounds(lines: Sequence[Waited], now: float, _load_s: float) -> list[float]:
    return [now - line.earliest for line in lines]


def _pressure_bounds(lines: Sequence[Waited], now: float, _load_s: float) -> list[float]:
    return [pressure(now - line.earliest, line.facts) for line in lines]


def _relief_bounds(lines: Sequence[Waited], now: float, load_s: float) -> list[float]:
    scale_s = PATIENCE_S + LOAD_WEIGHT * load_s
    return [
        (of := line.facts).waiting
        / of.shared_s
        * (1.0 + (age := (now - line.earliest) / scale_s) * age)
        for line in lines
    ]


BOUNDS: dict[Index, Bounds] = {
    fcfs: _fcfs_bounds,
    pressure: _pressure_bounds,
    relief: _relief_bounds,
}
OWN_AT_MOST: dict[Index, float] = {relief: OWN_WEIGHT}
"""By what a policy multiplies the index of a counter's first service, where it does."""
