"""How long a ticket will wait, as an interval.

A first estimate from what is known without history: the tickets ahead share the counters
that are open for their service, each counter divides its time among the lines that it
serves, and service times have the configured mean and coefficient of variation. The sum of
n such times over c counters is close to normal; p10 and p90 are its quantiles, never below 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from hub.core.state import State

_Z90 = 1.2816  # the 90 % quantile of the standard normal distribution


@dataclass(frozen=True, slots=True)
class Wait:
    """Remaining wait in seconds: one in ten waits is below p10, one in ten above p90."""

    p10: float
    p50: float
    p90: float


def wait_behind(state: State, service_id: str, ahead: int) -> Wait | None:
    """The wait of a ticket with `ahead` others of its service before it.

    None if no open counter serves it: then nobody can say.
    """
    service = state.plan.service[service_id]
    share, idle = _capacity(state, service_id)
    if share == 0:
        return None
    if ahead == 0 and idle:
        return Wait(0.0, 0.0, 0.0)
    services_to_end = ahead + 1 - 0.5  # those in progress are, on average, half done
    mean_s = state.mean_s(service_id)
    mean = services_to_end * mean_s / share
    spread = sqrt(services_to_end) * service.cv * mean_s / share
    return Wait(max(0.0, mean - _Z90 * spread), mean, mean + _Z90 * spread)


def _capacity(state: State, service_id: str) -> tuple[float, bool]:
    """Counters open for a service, each counted by the share of its lines; is one idle."""
    share, idle = 0.0, False
    for counter in state.plan.counters:
        there, services = state.counters[counter.id], state.services_of(counter.id)
        if not there.on_duty or service_id not in services:
            continue
        busy_lines = sum(1 for s in services if s == service_id or state.lines.waiting(s))
        share += 1 / busy_lines
        idle = idle or there.ticket is None
    return share, idle
