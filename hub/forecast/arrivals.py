"""How many people come: a rate for each service, learned as the day goes.

A discounted count with a gamma prior: what came lately counts most, and a service of which
little has been seen keeps near its prior. Pure: times are given, on any one clock.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

MEMORY_S = 1200.0
"""What came this long ago counts 1/e of what comes now."""

PRIOR_S = 1200.0
"""The prior counts like so many seconds of watching."""


class Arrivals:
    """Rates of new tickets, by service."""

    def __init__(self, prior_per_s: Mapping[str, float], now: float) -> None:
        """Begin at `now` with a rate for each service, 0 or more (see `plain_prior`)."""
        self._prior = dict(prior_per_s)
        self._since = now
        self._count = dict.fromkeys(self._prior, 0.0)
        self._at = dict.fromkeys(self._prior, now)

    def came(self, service: str, now: float) -> None:
        """A ticket was issued. A service that is not known is passed over."""
        if service in self._prior:
            self._count[service] = self._faded(service, now) + 1.0
            self._at[service] = max(now, self._at[service])

    def rate(self, service: str, now: float) -> float:
        """New tickets a second at `now`; 0 for a service that is not known."""
        if service not in self._prior:
            return 0.0
        watched_s = MEMORY_S * -math.expm1(-max(0.0, now - self._since) / MEMORY_S)
        seen = self._faded(service, now) + PRIOR_S * self._prior[service]
        return seen / (watched_s + PRIOR_S)

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
