"""Sound as samples: silence, the chime, and pieces put one after another. PURE."""

from __future__ import annotations

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
_ATTACK_S: Final = 0.004  # without it the stroke begins with a click
_FADE_S: Final = 0.03
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
    samples = array("h")
    for index in range(round(rate * length_s)):
        at_s = index / rate
        angle = 2 * math.pi * tone_hz * at_s
        tone = sum(share * math.sin(angle * order) for order, share in _OVERTONES)
        samples.append(round(peak * _envelope(at_s, length_s) * tone))
    return Pcm(rate, samples.tobytes())


def _envelope(at_s: float, length_s: float) -> float:
    """From nothing up at once, slowly down, and to nothing at the end."""
    edges = min(1.0, at_s / _ATTACK_S, (length_s - at_s) / _FADE_S)
    return edges * math.exp(-_DECAY_PER_S * at_s)
