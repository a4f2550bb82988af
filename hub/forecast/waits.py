"""What is told about a wait: an interval, and how old it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

SHOWN_STEP_S = 60.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Remaining wait in seconds, 0 or more: one in ten is below p10, one in ten above p90."""

    p10: float
    p50: float
    p90: float

    def later(self, passed_s: float) -> Wait:
        """The same after `passed_s` seconds without news: less by these, never below 0."""
        return Wait(*(max(0.0, each - passed_s) for each in (self.p10, self.p50, self.p90)))

    def outward(self, step_s: float = SHOWN_STEP_S) -> tuple[float, float]:
        """p10 and p90 for a screen, rounded outward to whole steps (above 0) of seconds."""
        return math.floor(self.p10 / step_s) * step_s, math.ceil(self.p90 / step_s) * step_s


@dataclass(frozen=True, slots=True)
class Forecast:
    """The waits of everybody at the moment `at`, and of whoever took a number then, by service.

    Whom no counter on duty serves is not in it.
    """

    at: float
    tickets: Mapping[str, Wait]
    services: Mapping[str, Wait]

    def age_s(self, now: float) -> float:
        """How long ago the scene was taken, in seconds of the scene's clock."""
        return max(0.0, now - self.at)

    def ticket(self, ticket: str, now: float) -> Wait | None:
        """What a ticket still waits at `now`; None if nothing is known."""
        wait = self.tickets.get(ticket)
        return wait.later(self.age_s(now)) if wait else None

    def service(self, service: str) -> Wait | None:
        """What whoever takes a number waits; None if nothing is known."""
        return self.services.get(service)
