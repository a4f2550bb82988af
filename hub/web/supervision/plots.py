"""Small plots as geometry: what a template draws into SVG. No number is said by a plot alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 640, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 24
LABELS = 12
"""So many labels stand under a plot at most."""

FEW, FEW_WIDTH = 6, 360
"""A plot of so few labels is so wide: it fits a phone, and columns do not stand far apart."""

LETTER = 7.5
"""How wide a figure under a plot is."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A column of a plot."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a line."""

    x: float
    y: float
    says: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One quantity over days or hours: columns or a line, with its axis.

    `nothing` is what is said in place of a drawing that would be empty, "" if there is one.
    """

    title: str
    summary: str
    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    across: tuple[Label, ...]
    up: tuple[Label, ...]
    width: int = WIDTH
    nothing: str = ""
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM

    @property
    def right(self) -> int:
        """Where its axis ends."""
        return self.width - RIGHT

    @property
    def few(self) -> bool:
        """Whether it has so few labels that it need not be as wide as others."""
        return self.width < WIDTH


@dataclass(frozen=True, slots=True)
class Series:
    """What is plotted: a value, or none, for each label. `shown` says one of them in words.

    The axis ends at `top`, or else at a round number above all values, and above `least`.
    """

    title: str
    labels: Sequence[str]
    values: Sequence[float | None]
    shown: Callable[[float | None], str]
    line: bool = False
    top: float | None = None
    least: float = 0.0


def plot(series: Series, summary: str, nothing: str = "") -> Plot:
    """The geometry of a series. Where there is no value a line is broken."""
    known = [v for v in series.values if v is not None]
    most = series.top or round_up(max((series.least, *known)))
    width = FEW_WIDTH if len(series.labels) <= FEW else WIDTH
    step = (width - LEFT - RIGHT) / max(1, len(series.labels))
    xs = [LEFT + step * (n + 0.5) for n in range(len(series.labels))]
    points = [
        (x, _height(value, most), f"{label}: {series.shown(value)}")
        for x, label, value in zip(xs, series.labels, series.values, strict=True)
        if value is not None
    ]
    wide = min(34.0, step * 0.72)
    bars = () if series.line else tuple(_bar(x, y, wide, says) for x, y, says in points)
    dots = tuple(Dot(round(x, 1), y, says) for x, y, says in points) if series.line else ()
    lines = tuple(_lines(xs, series.values, most)) if series.line else ()
    across, up = _across(series, xs, step), _up(most, series)
    return Plot(series.title, summary, bars, dots, lines, across, up, width, nothing)


def _bar(x: float, y: float, wide: float, says: str) -> Bar:
    return Bar(round(x - wide / 2, 1), y, round(wide, 1), round(HEIGHT - BOTTOM - y, 1), says)


def _height(value: float, most: float) -> float:
    space = HEIGHT - TOP - BOTTOM
    return round(TOP + space * (1 - min(1.0, value / most if most else 0.0)), 1)


def _lines(xs: Sequence[float], values: Sequence[float | None], most: float) -> list[str]:
    """Points of polylines; each ends where a value is missing."""
    found: list[list[str]] = [[]]
    for x, value in zip(xs, values, strict=True):
        if value is None:
            found.append([])
        else:
            found[-1].append(f"{x:.1f},{_height(value, most)}")
    return [" ".join(points) for points in found if len(points) > 1]


def _across(series: Series, xs: Sequence[float], step: float) -> tuple[Label, ...]:
    room = LETTER * (1 + max(map(len, series.labels), default=0))
    every = max(1, ceil(len(xs) / LABELS), ceil(room / step))
    end = xs[-1] + step / 2 + RIGHT if xs else 0.0
    return tuple(
        Label(round(x, 1), HEIGHT - 6, series.labels[n])
        for n, x in enumerate(xs)
        if n % every == 0 and x + room / 2 <= end  # half a label is none
    )


def _up(most: float, series: Series) -> tuple[Label, ...]:
    marks = (0.0, most / 2, most) if most else (0.0,)
    return tuple(Label(LEFT - 6, _height(mark, most), series.shown(mark)) for mark in marks)


def round_up(value: float) -> float:
    """The next of 1, 2, 4, 6, 8 or 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(n * power for n in (1, 2, 4, 6, 8, 10) if n * power >= value)
