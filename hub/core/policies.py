"""Dispatch policies by name: how urgent the first of a line is for a counter that is free.

Each is a pure function of what is known of that line. The counter calls the highest index;
what must hold whatever the policy (bounds, bindings) is in `hub.core.dispatch`.
`docs/policies.md` has what each of them was measured to do.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

Index = Callable[[float, float, float, float], float]
"""Of wait with credit, target, mean service time, and clear time: all in seconds."""


def fcfs(wait_s: float, target_s: float, mean_s: float, clear_s: float) -> float:  # noqa: ARG001
    """First come, first served: the wait alone."""
    return wait_s


def pressure(wait_s: float, target_s: float, mean_s: float, clear_s: float) -> float:
    """The wait against the service's target, heavier for quick services and for long lines.

    `clear_s` is how long the counters on duty for this line need for all who wait in it.
    """
    return (wait_s + 30.0) / target_s / sqrt(mean_s) * (1.0 + 3.0 * clear_s / target_s)


POLICIES: dict[str, Index] = {"fcfs": fcfs, "pressure": pressure}
"""Every policy that the configuration may name."""
