"""Faces, signs and discs, drawn by code. Imports pygame's drawing, no display.

pygame draws without smoothing, so a shape is drawn four times as large and scaled down.
Coordinates are in parts of the disc's radius, from its centre, y downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeAlias

import pygame
from pygame import Surface

from device.ui.scene import Sign
from device.ui.theme import LEVELS, PAPER, Colour

Point: TypeAlias = tuple[float, float]
Stroke: TypeAlias = tuple[Point, ...]

_OVERSAMPLING: Final = 4
_PEN: Final = 0.13

_SIGNS: Final[dict[Sign, tuple[Stroke, ...]]] = {
    Sign.TICK: (((-0.42, 0.04), (-0.12, 0.34), (0.45, -0.30)),),
    Sign.ALERT: (((0.0, -0.5), (0.0, 0.12)), ((0.0, 0.46), (0.0, 0.46))),
    Sign.CLOSED: (((-0.46, 0.0), (0.46, 0.0)),),
    Sign.PAUSE: (((-0.22, -0.36), (-0.22, 0.36)), ((0.22, -0.36), (0.22, 0.36))),
    Sign.NOTICE: (((0.0, -0.5), (0.0, -0.5)), ((0.0, -0.14), (0.0, 0.48))),
    Sign.LINK: tuple(((x, 0.0), (x, 0.0)) for x in (-0.46, 0.0, 0.46)),
}
_SIGN_PEN: Final = 0.2

# Half the mouth's width, the height of its ends, and how far its middle hangs below them.
_MOUTHS: Final[dict[int, tuple[float, float, float]]] = {
    5: (0.50, 0.10, 0.50),
    4: (0.46, 0.20, 0.30),
    3: (0.40, 0.36, 0.04),
    2: (0.42, 0.50, -0.26),
    1: (0.46, 0.58, -0.40),
}
_EYES: Final = ((-0.34, -0.24), (0.34, -0.24))
_BROWS: Final = (((-0.54, -0.56), (-0.20, -0.42)), ((0.54, -0.56), (0.20, -0.42)))


def disc(diameter: int, colour: Colour) -> Surface:
    """A smooth disc on transparent ground."""
    return _small(_Sketch(diameter, colour))


def badge(diameter: int, sign: Sign, colour: Colour) -> Surface:
    """A sign in PAPER on a smooth disc."""
    sketch = _Sketch(diameter, colour)
    for stroke in _SIGNS[sign]:
        sketch.stroke(stroke, _SIGN_PEN)
    return _small(sketch)


def face(diameter: int, level: int) -> Surface:
    """The face of a level, 5 (open smile) to 1 (frown under knitted brows)."""
    sketch = _Sketch(diameter, LEVELS[level])
    for eye in _EYES:
        sketch.stroke((eye, eye), _PEN * 1.5)
    if level == 1:
        for brow in _BROWS:
            sketch.stroke(brow, _PEN * 0.8)
    mouth = _mouth(*_MOUTHS[level])
    if level == 5:
        sketch.fill(mouth)
    sketch.stroke((*mouth, mouth[0]) if level == 5 else mouth, _PEN)
    return _small(sketch)


def _mouth(half: float, ends: float, hang: float) -> Stroke:
    xs = [step / 12 for step in range(-12, 13)]
    return tuple((half * x, ends + hang * (1 - x * x)) for x in xs)


class _Sketch:
    """A disc drawn too large, with strokes in PAPER on it."""

    def __init__(self, diameter: int, colour: Colour) -> None:
        self.diameter = diameter
        self._radius = diameter * _OVERSAMPLING / 2
        side = diameter * _OVERSAMPLING
        self.surface = Surface((side, side), pygame.SRCALPHA)
        self.surface.fill((*colour, 0))  # the disc's own colour, or its edge is scaled to black
        pygame.draw.circle(self.surface, colour, (self._radius, self._radius), self._radius)

    def fill(self, outline: Stroke) -> None:
        """Fill a closed outline."""
        pygame.draw.polygon(self.surface, PAPER, [self._at(point) for point in outline])

    def stroke(self, points: Sequence[Point], pen: float) -> None:
        """Draw along `points` with a round pen, `pen` of the radius wide."""
        width = pen * self._radius
        for start, end in pairwise(points):
            self._segment(self._at(start), self._at(end), width)

    def _segment(self, start: Point, end: Point, width: float) -> None:
        for point in (start, end):
            pygame.draw.circle(self.surface, PAPER, point, width / 2)
        along = pygame.Vector2(end) - start
        if along.length() > 0:
            aside = along.normalize().rotate(90) * width / 2
            corners = (start + aside, end + aside, end - aside, start - aside)
            pygame.draw.polygon(self.surface, PAPER, corners)

    def _at(self, point: Point) -> Point:
        return (self._radius * (1 + point[0]), self._radius * (1 + point[1]))


def _small(sketch: _Sketch) -> Surface:
    side = (sketch.diameter, sketch.diameter)
    return pygame.transform.smoothscale(sketch.surface, side)
