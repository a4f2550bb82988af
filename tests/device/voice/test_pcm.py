"""Samples: silence, the chime, and pieces joined."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise

import pytest

from device.voice.pcm import DING_HZ, DONG_HZ, Pcm, chime, joined, silence

RATE = 8000


def share_of(sound: Pcm, tone_hz: float) -> float:
    """How much of a sound is this tone, of 1.0 (Goertzel)."""
    values = array("h", sound.samples)
    turns = [2 * math.pi * tone_hz * index / sound.rate for index in range(len(values))]
    real = sum(value * math.cos(turn) for value, turn in zip(values, turns, strict=True))
    imaginary = sum(value * math.sin(turn) for value, turn in zip(values, turns, strict=True))
    power = sum(value * value for value in values) * len(values) / 2
    return (real**2 + imaginary**2) / power


def part(sound: Pcm, begin_s: float, end_s: float) -> Pcm:
    return Pcm(
        sound.rate, sound.samples[2 * int(begin_s * sound.rate) : 2 * int(end_s * sound.rate)]
    )


def test_silence_lasts_and_is_silent() -> None:
    nothing = silence(RATE, 0.25)
    assert (nothing.duration_s, nothing.loudest()) == (0.25, 0.0)
    assert silence(RATE, 0).loudest() == 0.0


def test_pieces_come_one_after_another() -> None:
    whole = joined([Pcm(RATE, b"\x01\x00"), silence(RATE, 1), Pcm(RATE, b"\x02\x00")])
    assert whole.duration_s == pytest.approx(1 + 2 / RATE)
    assert (whole.samples[:2], whole.samples[-2:]) == (b"\x01\x00", b"\x02\x00")


@pytest.mark.parametrize("pieces", [[silence(8000, 1), silence(22050, 1)], []])
def test_only_pieces_of_one_rate_are_joined(pieces: list[Pcm]) -> None:
    with pytest.raises(ValueError, match="cannot be joined"):
        joined(pieces)


def test_the_chime_is_two_strokes_the_second_lower() -> None:
    bell = chime(RATE, 100)
    first, second = part(bell, 0.05, 0.4), part(bell, 0.5, 0.9)
    assert share_of(first, DING_HZ) > 0.6
    assert share_of(first, DONG_HZ) < 0.1
    assert share_of(second, DONG_HZ) > 0.6
    assert share_of(second, DING_HZ) < 0.1
    assert bell.duration_s == pytest.approx(1.35)


def test_a_stroke_begins_and_ends_without_a_click() -> None:
    values = array("h", chime(RATE, 100).samples)
    assert (values[0], values[-1]) == (0, 0)
    swing = 2 * math.pi * DING_HZ / RATE * 32767  # how far the tone alone goes in one sample
    assert max(abs(one - other) for one, other in pairwise(values)) < 1.4 * swing


def test_the_chime_is_as_loud_as_it_is_told() -> None:
    full, half, none = (chime(RATE, percent).loudest() for percent in (100, 50, 0))
    assert 0.75 < full <= 1.0
    assert half == pytest.approx(full / 2, abs=0.01)
    assert none == 0.0
