"""Sound as samples: silence, the chime, and pieces put one after another. PURE."""

from __future__ import annotations

import cmath
import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SAMPLE_BYTES: Final = 2
_FULL_SCALE: Final = 32767

DING_HZ: Final = 783.99  # g'', and e'' for the second stroke: a falling third, as of a door bell
DONG_HZ: Final = 659.26
_STROKE_S: Final = 0.45
_LAST_STROKE_S: Final = 0.9
_FADE_S: Final = 0.03  # without it the stroke ends with a click
_DECAY_PER_S: Final = 5.0
_OVERTONES: Final = ((1, 0.75), (2, 0.18), (3, 0.07))


@dataclass(frozen=True)
class Pcm:
    """Samples of one channel, signed 16 bits in the machine's order, at `rate` a second."""

    rate: int
    samples: bytes

    @property
    def duration_s(self) -> float:
        """How long it sounds, in seconds."""
        return len(self.samples) / SAMPLE_BYTES / self.rate

    def loudest(self) -> float:
        """The largest sample, of 1.0 for full scale."""
        values = array("h", self.samples)
        return max(abs(value) for value in values) / _FULL_SCALE if values else 0.0


def silence(rate: int, duration_s: float) -> Pcm:
    """No sound for a while."""
    return Pcm(rate, bytes(SAMPLE_BYTES * round(rate * duration_s)))


def joined(pieces: Iterable[Pcm]) -> Pcm:
    """The pieces one after another. Raises ValueError unless all have the same rate."""
    parts = list(pieces)
    rates = {piece.rate for piece in parts}
    if len(rates) != 1:
        raise ValueError(f"sounds of rates {sorted(rates)} cannot be joined")
    return Pcm(rates.pop(), b"".join(piece.samples for piece in parts))


def chime(rate: int, volume_percent: int) -> Pcm:
    """Two strokes, the second lower, each dying away; at 100 % they reach full scale."""
    peak = _FULL_SCALE * volume_percent / 100
    strokes = ((DING_HZ, _STROKE_S), (DONG_HZ, _LAST_STROKE_S))
    return joined(_stroke(rate, tone_hz, length_s, peak) for tone_hz, length_s in strokes)


def _stroke(rate: int, tone_hz: float, length_s: float, peak: float) -> Pcm:
    count = round(rate * length_s)
    tones = [_ringing(rate, tone_hz * order, peak * share, count) for order, share in _OVERTONES]
    values = [sum(together) for together in zip(*tones, strict=True)]
    fading = min(count, round(rate * _FADE_S))
    for left in range(fading):
        values[count - 1 - left] *= left / fading
    return Pcm(rate, array("h", map(round, values)).tobytes())


def _ringing(rate: int, tone_hz: float, peak: float, count: int) -> list[float]:
    """A tone that begins at zero and dies away: a pointer that turns and shrinks each sample."""
    step = cmath.exp(complex(-_DECAY_PER_S, 2 * math.pi * tone_hz) / rate)
    pointer = complex(peak)
    values = []
    for _ in range(count):
        values.append(pointer.imag)
        pointer *= step
    return values
