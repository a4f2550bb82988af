"""What a replayed day comes to, in the figures that halls and policies are compared by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from statistics import fmean

from hub.replay.engine import Served

LONG_WAIT_S = 1200.0
"""The share of waits over 20 minutes is told."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Waits from the number taken to the call, every ticket counted, in minutes.

    `over20_pct` is the share that waited over 20 minutes; `worst_service_mean_min` the mean
    wait of the service with the longest; `abandoned_pct` the share of those who would have
    come that had left before their call.
    """

    n: int
    mean_min: float
    p95_min: float
    over20_pct: float
    worst_service_mean_min: float
    longest_min: float
    abandoned_pct: float

    def rounded(self) -> dict[str, float]:
        """As a table of numbers with four decimals."""
        return {
            key: value if key == "n" else round(value, 4) for key, value in asdict(self).items()
        }


def figures(served: Sequence[Served]) -> Figures:
    """The figures of a day; all 0 for a day without tickets."""
    if not served:
        return Figures(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    waits = sorted(call.wait_s / 60 for call in served)
    by_service: dict[int, list[float]] = {}
    for call in served:
        by_service.setdefault(call.arrival.service, []).append(call.wait_s / 60)
    patient = [call for call in served if not call.arrival.no_show]
    left = sum(call.wait_s > call.arrival.patience_s for call in patient)
    return Figures(
        n=len(waits),
        mean_min=fmean(waits),
        p95_min=_quantile(waits, 0.95),
        over20_pct=100 * sum(60 * wait > LONG_WAIT_S for wait in waits) / len(waits),
        worst_service_mean_min=max(map(fmean, by_service.values())),
        longest_min=waits[-1],
        abandoned_pct=100 * left / len(patient) if patient else 0.0,
    )


def over_days(days: Sequence[Figures]) -> Figures:
    """The mean of days' figures; `n` is their sum."""
    names = [field.name for field in fields(Figures) if field.name != "n"]
    means = [fmean(getattr(day, name) for day in days) for name in names]
    return Figures(sum(day.n for day in days), *means)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between the two values around it."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
