"""What a picture is made of: a scene is a tuple of these, painted from first to last.

Positions and lengths are whole pixels of the surface. Imports pygame's Rect, no display.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from pygame import Rect

from device.ui.theme import Colour


@dataclass(frozen=True, slots=True)
class Block:
    """A filled rectangle, its corners rounded by `radius`."""

    rect: Rect
    colour: Colour
    radius: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text on the baseline that starts at (`x`, `baseline`).

    `ink` is where its pixels lie, `box` the room that it was given. `width` is the type size
    across, where that is another than the height's.
    """

    text: str
    size: int
    colour: Colour
    strong: bool
    x: int
    baseline: int
    ink: Rect
    box: Rect
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """The face of a level, 5 (best) to 1, filling the square `rect`."""

    rect: Rect
    level: int


class Sign(Enum):
    """The signs, each white on a disc of its own colour."""

    TICK = "tick"
    ALERT = "alert"
    CLOSED = "closed"
    PAUSE = "pause"
    LINK = "link"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Badge:
    """A sign on a disc that fills the square `rect`."""

    rect: Rect
    sign: Sign
    colour: Colour


@dataclass(frozen=True, slots=True)
class Area:
    """Nothing to see: a finger that touches `rect` means `target`."""

    rect: Rect
    target: str


Item: TypeAlias = Block | Line | Face | Badge | Area
Scene: TypeAlias = tuple[Item, ...]


def bounds(item: Item) -> Rect:
    """Where all of an item's pixels lie."""
    return item.ink if isinstance(item, Line) else item.rect


def changed(before: Scene, after: Scene) -> Rect:
    """Outside of this, a picture of `before` is one of `after`; empty if all of it is.

    What both begin with, which is most of what stands around every screen, is no change.
    """
    pairs = enumerate(zip(before, after, strict=False))
    ends = min(len(before), len(after))
    same = next((index for index, (a, b) in pairs if a is not b and a != b), ends)
    rest = [bounds(item) for item in (*before[same:], *after[same:])]
    return rest[0].unionall(rest[1:]) if rest else Rect(0, 0, 0, 0)


def touched(scene: Scene, place: tuple[int, int]) -> str | None:
    """What a finger at `place` means; None if nothing stands there."""
    areas = (item for item in reversed(scene) if isinstance(item, Area))
    return next((area.target for area in areas if area.rect.collidepoint(place)), None)


def has_areas(scene: Scene) -> bool:
    """Whether there is anything to touch."""
    return any(isinstance(item, Area) for item in scene)
