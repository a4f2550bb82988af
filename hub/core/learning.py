"""Service times, learned from what was done.

Times are taken as lognormal, as service times in halls are: the logarithm of a time against
the configured mean, less what is known of service and counter so far, is the surprise. A
part of it moves the estimate of the service, another that of the counter; the part shrinks as
evidence grows, never below a floor, so that a change is followed. A surprise beyond 2.5
standard deviations counts as 2.5: a clerk who forgot to press "done" over lunch teaches
little. With no evidence the configured means and speeds hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log, log1p, sqrt

from hub.core.plan import Plan

SERVICE_PRIOR, SERVICE_MEMORY = 30.0, 300.0
COUNTER_PRIOR, COUNTER_MEMORY = 15.0, 60.0
"""So many services the configuration is worth; so many are remembered at most."""

SURPRISE = 2.5
"""In standard deviations: beyond this a time is an outlier."""

SURE = 1.25
"""Decisions follow a learned time when it differs by this factor from the plan's."""

SHORTEST_S = 5.0
"""A shorter service is a slip of the finger, and teaches nothing."""


@dataclass(slots=True)
class Estimate:
    """What was learned of one service or counter: the logarithm of a factor, and from how many."""

    seen: int = 0
    log_factor: float = 0.0

    @property
    def factor(self) -> float:
        """How many times as long as configured."""
        return exp(self.log_factor)

    def learn(self, surprise: float, prior: float, memory: float) -> None:
        """Move by a part of the surprise."""
        self.seen += 1
        self.log_factor += surprise / (prior + min(self.seen, memory))

    def planned_anew(self, ratio: float, prior: float, memory: float) -> None:
        """What is planned was `ratio` times of what it is now; what was seen holds."""
        seen = min(self.seen, memory)
        self.log_factor += log(ratio) * seen / (prior + seen)


@dataclass(slots=True)
class Learned:
    """Estimates of every service and counter."""

    services: dict[str, Estimate] = field(default_factory=dict)
    counters: dict[str, Estimate] = field(default_factory=dict)

    def observe(
        self, service: str, counter: str, duration_s: float, mean_s: float, cv: float, speed: float
    ) -> float:
        """Learn from one service; mean, cv and speed as configured.

        Returns the standardised time against the plan (0 is usual, 1 one deviation longer),
        which is what tells a slow counter.
        """
        of_service = self.services.setdefault(service, Estimate())
        of_counter = self.counters.setdefault(counter, Estimate())
        variance = log1p(cv * cv)
        deviation = sqrt(variance)
        against_plan = log(max(duration_s, SHORTEST_S) / (mean_s * speed)) + variance / 2
        if duration_s >= SHORTEST_S:
            surprise = against_plan - of_service.log_factor - of_counter.log_factor
            kept = min(max(surprise, -SURPRISE * deviation), SURPRISE * deviation)
            of_service.learn(kept, SERVICE_PRIOR, SERVICE_MEMORY)
            of_counter.learn(kept, COUNTER_PRIOR, COUNTER_MEMORY)
        return against_plan / deviation

    def planned_anew(self, before: Plan, after: Plan) -> None:
        """Another plan is in force: what was seen stays true, whatever is planned beside it.

        Times do not change with the plan. So where much was seen, the factor makes up for the
        new mean or speed; where nothing was, what is planned holds.
        """
        for name, service in after.service.items():
            if name in before.service and name in self.services:
                ratio = before.service[name].mean_s / service.mean_s
                self.services[name].planned_anew(ratio, SERVICE_PRIOR, SERVICE_MEMORY)
        for name, counter in after.counter.items():
            if name in before.counter and name in self.counters:
                ratio = before.counter[name].speed / counter.speed
                self.counters[name].planned_anew(ratio, COUNTER_PRIOR, COUNTER_MEMORY)

    def service_factor(self, service: str) -> float:
        """How many times its configured mean a service takes."""
        found = self.services.get(service)
        return found.factor if found else 1.0

    def sure_factor(self, service: str) -> float:
        """The same for decisions: 1 unless it is surely another.

        What differs less may be chance, and who is called next should not waver with that.
        """
        factor = self.service_factor(service)
        return factor if max(factor, 1 / factor) > SURE else 1.0

    def counter_factor(self, counter: str) -> float:
        """How many times its planned speed a counter takes."""
        found = self.counters.get(counter)
        return found.factor if found else 1.0
