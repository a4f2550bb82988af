"""When work is through: the rest of a service that runs, and of a line. PURE sums."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, log, log1p, sqrt


def remaining_s(elapsed_s: float, mean_s: float, cv: float) -> float:
    """The expected rest of a lognormal service that has lasted `elapsed_s` already.

    All in seconds; `mean_s` and `cv` above 0. A service that lasts beyond all reason is
    expected to last half as long again.
    """
    if elapsed_s <= 0:
        return mean_s
    sigma = sqrt(log1p(cv * cv))
    z = (log(elapsed_s / mean_s) + sigma * sigma / 2) / sigma
    still = _tail(z)
    if still < 1e-9:
        return elapsed_s / 2
    return max(0.0, mean_s * _tail(z - sigma) / still - elapsed_s)


def _tail(z: float) -> float:
    """The probability that a standard normal value is above z."""
    return 0.5 * erfc(z / sqrt(2))


def clear_s(work_s: float, capacity: Sequence[tuple[float, float]]) -> float:
    """When work is begun that comes after `work_s`, in seconds.

    `capacity` holds pairs of when a counter is free and its share, the earliest first: counters
    begin one after another, and what they have done together by then is the work.
    """
    share, done_before = 0.0, 0.0
    for free_in_s, part in capacity:
        if share and (work_s + done_before) / share <= free_in_s:
            break
        share += part
        done_before += part * free_in_s
    return (work_s + done_before) / share if share else work_s
