"""How many people come: a rate for each service, learned as the day goes.

A discounted count, drawn towards the day's average, which itself begins at a prior: what came
lately counts most, and where little has been seen nothing is made of it. Pure: times are given,
on any one clock.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

MEMORY_S = 1200.0
"""What came this long ago counts 1/e of what comes now."""

DAY_S = 400.0
"""The day's average counts like so many seconds of watching."""

PRIOR_S = 3600.0
"""In the day's average the prior counts like so many seconds."""


class Arrivals:
    """Rates of new tickets, by service."""

    def __init__(self, prior_per_s: Mapping[str, float], now: float) -> None:
        """Begin at `now` with a rate for each service, 0 or more (see `plain_prior`)."""
        self._prior = dict(prior_per_s)
        self._since = now
        self._count = dict.fromkeys(self._prior, 0.0)
        self._at = dict.fromkeys(self._prior, now)
        self._total = dict.fromkeys(self._prior, 0)

    def came(self, service: str, now: float) -> None:
        """A ticket was issued. A service that is not known is passed over."""
        if service in self._prior:
            self._count[service] = self._faded(service, now) + 1.0
            self._at[service] = max(now, self._at[service])
            self._total[service] += 1

    def rate(self, service: str, now: float) -> float:
        """New tickets a second at `now`; 0 for a service that is not known."""
        if service not in self._prior:
            return 0.0
        passed_s = max(0.0, now - self._since)
        day = (self._total[service] + PRIOR_S * self._prior[service]) / (passed_s + PRIOR_S)
        watched_s = MEMORY_S * -math.expm1(-passed_s / MEMORY_S)
        return (self._faded(service, now) + DAY_S * day) / (watched_s + DAY_S)

    def _faded(self, service: str, now: float) -> float:
        passed_s = max(0.0, now - self._at[service])
        return self._count[service] * math.exp(-passed_s / MEMORY_S)


def plain_prior(
    mean_s: Mapping[str, float], skills: Mapping[str, tuple[str, ...]], load: float = 0.75
) -> dict[str, float]:
    """Rates that would keep the counters busy for `load` of their time.

    `mean_s` is the service time of each service, above 0; `skills` the services of each
    counter, which divides its time equally among them.
    """
    share = dict.fromkeys(mean_s, 0.0)
    for services in skills.values():
        for service in services:
            share[service] += 1.0 / len(services)
    return {service: load * share[service] / mean_s[service] for service in mean_s}
