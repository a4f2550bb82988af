"""Who serves what at this moment, by line. PURE."""

from __future__ import annotations

from collections.abc import Iterable


class Duty:
    """Which counters serve what right now, and how much of a counter each line has.

    A counter on duty for n services counts 1/n for each of them.
    """

    def __init__(self) -> None:
        self.serving: dict[str, tuple[str, ...]] = {}
        self.capacity: dict[str, float] = {}
        self._shares: dict[str, dict[int, int]] = {}

    def put(self, counter: str, services: Iterable[str]) -> None:
        """A counter serves these now; none: it is off duty."""
        before, now = self.serving.pop(counter, ()), tuple(services)
        if now:
            self.serving[counter] = now
        for changed, step in ((before, -1), (now, 1)):
            for service in changed:
                shares = self._shares.setdefault(service, {})
                shares[len(changed)] = shares.get(len(changed), 0) + step
        for service in {*before, *now}:
            # From counts, in order: the same counters give the same sum to the last bit.
            shares = self._shares[service]
            self.capacity[service] = sum(shares[size] / size for size in sorted(shares))
