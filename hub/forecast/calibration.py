"""Calibration: from simulated waits to intervals that hold what they promise.

Simulated intervals are too narrow, because a simulation does not know what it does not know.
Conformalised quantile regression (Romano, Patterson and Candès 2019) moves p10 and p90 outward by
what was lacking on days that are over, here on the scale of the root of the wait, on which misses
are about as wide for short waits as for long ones. What is left follows the day: adaptive
conformal inference (Gibbs and Candès 2021) widens after a miss and narrows after a hit.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from math import ceil, sqrt

from hub.forecast.waits import Wait
from wire.errors import NextwindowError

MISS = 0.1
"""The share of waits that may lie below p10, and of those above p90."""

GAMMA = 0.2
"""How far a miss moves a bound, in roots of seconds, before a hit's small way back."""

LARGEST_SHIFT = 15.0
"""The day moves a bound by no more than this, in roots of seconds."""


class CalibrationError(NextwindowError):
    """A calibration cannot be read or made."""


@dataclass(frozen=True, slots=True)
class Offsets:
    """How far p10 goes down and p90 up, in roots of seconds, at some p50s in rising order.

    Between them it is a straight line over the root of p50, outside them the nearest value.
    """

    p50_s: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def at(self, p50_s: float) -> tuple[float, float]:
        """The offsets of p10 and p90 for a predicted p50 of 0 s or more."""
        right = bisect_right(self.p50_s, p50_s)
        left = max(0, right - 1)
        right = min(right, len(self.p50_s) - 1)
        start, end = sqrt(self.p50_s[left]), sqrt(self.p50_s[right])
        part = (sqrt(p50_s) - start) / (end - start) if end > start else 0.0
        low = self.low[left] + part * (self.low[right] - self.low[left])
        return low, self.high[left] + part * (self.high[right] - self.high[left])


NO_OFFSETS = Offsets((0.0,), (0.0,), (0.0,))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Offsets by policy, of pooled halls and of assigned ones, and the command that made them."""

    made_with: str
    pooled: Mapping[str, Offsets]
    assigned: Mapping[str, Offsets]

    def of(self, policy: str, *, assigned: bool) -> Offsets:
        """The offsets of a policy in a hall of this kind, or of any if it has none of its own."""
        known = self.assigned if assigned else self.pooled
        return known.get(policy) or next(iter(known.values()), NO_OFFSETS)

    def dump(self) -> str:
        """The calibration as a JSON document."""
        content = {
            "made_with": self.made_with,
            "pooled": _plain(self.pooled),
            "assigned": _plain(self.assigned),
        }
        return json.dumps(content, indent=1) + "\n"

    @classmethod
    def load(cls, text: str) -> Calibration:
        """Read what `dump` wrote.

        Raises CalibrationError if it is anything else.
        """
        try:
            content = json.loads(text)
            pooled, assigned = (
                {name: _offsets(each) for name, each in content[kind].items()}
                for kind in ("pooled", "assigned")
            )
            return cls(str(content["made_with"]), pooled, assigned)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise CalibrationError(f"this is not a calibration: {error}") from error


def _plain(offsets: Mapping[str, Offsets]) -> dict[str, dict[str, tuple[float, ...]]]:
    return {
        name: {"p50_s": each.p50_s, "low": each.low, "high": each.high}
        for name, each in offsets.items()
    }


def _offsets(content: Mapping[str, Sequence[float]]) -> Offsets:
    columns = [tuple(map(float, content[name])) for name in ("p50_s", "low", "high")]
    knots = columns[0]
    if not knots or {len(column) for column in columns} != {len(knots)}:
        raise ValueError("p50_s, low and high are not of one length")
    if list(knots) != sorted(knots) or knots[0] < 0:
        raise ValueError("p50_s does not rise from 0 or more")
    return Offsets(*columns)


UNCALIBRATED = Calibration("", {}, {})


def shipped() -> Calibration:
    """The calibration that comes with the program.

    Raises CalibrationError if it is damaged.
    """
    file = resources.files("hub.forecast") / "calibration.json"
    return Calibration.load(file.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the day so far has moved the bounds outward, in roots of seconds."""

    low: float = 0.0
    high: float = 0.0

    def after(self, interval: Wait, waited_s: float, gamma: float = GAMMA) -> Shift:
        """The shift once a wait is known of which `interval` had been told."""
        return Shift(
            _moved(self.low, waited_s < interval.p10, gamma),
            _moved(self.high, waited_s > interval.p90, gamma),
        )


def _moved(shift: float, missed: bool, gamma: float) -> float:
    moved = shift + gamma * ((1.0 if missed else 0.0) - MISS)
    return min(max(moved, -LARGEST_SHIFT), LARGEST_SHIFT)


def calibrated(raw: Wait, offsets: Offsets, shift: Shift = Shift()) -> Wait:
    """A simulated wait with its bounds where they belong; p50 stays, and stays between them."""
    low, high = offsets.at(raw.p50)
    p10 = max(0.0, sqrt(raw.p10) - low - shift.low) ** 2
    p90 = max(0.0, sqrt(raw.p90) + high + shift.high) ** 2
    return Wait(min(p10, raw.p50), raw.p50, max(p90, raw.p50))


def learn(pairs: Sequence[tuple[Wait, float]], bands: int = 8) -> Offsets:
    """The offsets that past waits ask for: pairs of a simulated wait and what came of it.

    The pairs are cut into so many bands of equal size by their p50. Raises CalibrationError if a
    band would hold fewer than 20.
    """
    ranked = sorted(pairs, key=lambda pair: pair[0].p50)
    if len(ranked) < 20 * bands:
        raise CalibrationError(f"{len(ranked)} waits are too few for {bands} bands of 20")
    edges = [round(len(ranked) * n / bands) for n in range(bands + 1)]
    knots: list[tuple[float, float, float]] = []
    for start, end in pairwise(edges):
        band = ranked[start:end]
        low = _conformal([sqrt(wait.p10) - sqrt(came) for wait, came in band])
        high = _conformal([sqrt(came) - sqrt(wait.p90) for wait, came in band])
        knots.append((round(band[len(band) // 2][0].p50, 1), round(low, 3), round(high, 3)))
    return Offsets(*(tuple(column) for column in zip(*knots, strict=True)))


def _conformal(lacking: list[float]) -> float:
    """The smallest offset under which at most MISS of them, and one more, are left out."""
    place = ceil((1.0 - MISS) * (len(lacking) + 1)) - 1
    return sorted(lacking)[min(place, len(lacking) - 1)]
