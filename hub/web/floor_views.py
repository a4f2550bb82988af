"""The floor plan as it is drawn: what stands where, in centimetres of the hall. PURE.

The same for the plan in force and for a draft, which may hold anything: what cannot be read as
a place is drawn as if it had none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import Any, Final
from unicodedata import east_asian_width

from hub.core.floor import (
    KINDS,
    Drawn,
    Floor,
    Kind,
    Placed,
    Standing,
    is_length,
    laid_out,
    overlapping,
)
from hub.core.plan import Plan
from hub.web.texts import Words, both
from hub.web.words import placed_unit
from wire.settings import tables

CM: Final = 100
"""Drawings have no fractions: a metre is so many units."""

LEAST_PX: Final = 92
"""A counter can be read if it is drawn at least so wide, in pixels."""

NAME_SIZE: Final = 0.24
"""How high the letters of an outline's name are, for the width of a counter."""

MOST_OVERLAPS: Final = 20
"""So many overlaps are named one by one."""

AIR: Final = 25
"""So much is shown round a floor."""

KEYS: Final[Mapping[Kind, str]] = {"counters": "id", "boards": "unit", "kiosks": "unit"}

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that stands on the floor. `x`, `y` is its middle, in centimetres.

    `name` is a counter's number or a unit's id, `title` a counter's name; `index` its place in
    its list, from 0. `given`: the plan says where it stands.
    """

    kind: Kind
    key: str
    index: int
    name: str
    title: Words | None
    x: int
    y: int
    width: int
    height: int
    given: bool

    @property
    def called(self) -> Words:
        """What stands there, in words."""
        if self.kind == "counters":
            return both("Counter {number}", number=self.name)
        return placed_unit("board" if self.kind == "boards" else "kiosk", self.index + 1)

    @property
    def left(self) -> int:
        """Where it begins from the left."""
        return self.x - self.width // 2

    @property
    def top(self) -> int:
        """Where it begins from above."""
        return self.y - self.height // 2


@dataclass(frozen=True, slots=True)
class Shape:
    """An outline. `name` in full, `shown` as much of it as has room."""

    kind: str
    x: int
    y: int
    width: int
    height: int
    name: Words | None
    shown: Words | None


@dataclass(frozen=True, slots=True)
class FloorPicture:
    """A floor to be drawn. `counter` is a counter's width, `placed` how many things have places."""

    width: int
    height: int
    counter: int
    pieces: tuple[Piece, ...]
    shapes: tuple[Shape, ...]
    drawn: Drawn
    placed: int

    @property
    def margin(self) -> int:
        """What stands at the edge stands out by its half at most; and all of it has some air."""
        out = [
            max(-p.left, -p.top, p.left + p.width - self.width, p.top + p.height - self.height)
            for p in self.pieces
        ]
        return max([0, *out]) + AIR

    @property
    def box(self) -> str:
        """The part of the drawing that is shown."""
        margin = self.margin
        return f"{-margin} {-margin} {self.width + 2 * margin} {self.height + 2 * margin}"

    @property
    def least(self) -> int:
        """How wide the drawing must be to be read, in pixels."""
        return ceil((self.width + 2 * self.margin) / self.counter * LEAST_PX)

    @property
    def least_high(self) -> int:
        """And how high."""
        return ceil((self.height + 2 * self.margin) / self.counter * LEAST_PX)

    @property
    def letter(self) -> int:
        """How high the letters of names are."""
        return round(self.counter * NAME_SIZE)


def picture_of(plan: Plan) -> FloorPicture:
    """The floor of a plan."""
    return picture_of_content(plan.model_dump(mode="json", include={"floor", *KINDS}))


def picture_of_content(content: Content, key: str | None = None) -> FloorPicture:
    """The floor of a plan's content, right or wrong.

    Things are known by what they have under `key`, by default by their ids.
    """
    section = content.get("floor")
    floor: Mapping[str, Any] = section if isinstance(section, Mapping) else {}
    counter_m = _between(floor.get("counter_m"), 0.5, 10.0) or Floor().counter_m
    found = {
        (kind, str(thing.get(key or KEYS[kind]))): (index, thing)
        for kind, index, thing in _things(content)
    }
    shapes = _shapes(floor.get("outlines"), counter_m)
    drawn = laid_out(
        (Standing(kind, name, _at(thing)) for (kind, name), (_, thing) in found.items()),
        counter_m,
        _between(floor.get("width_m"), 2.0, 500.0),
        _between(floor.get("depth_m"), 2.0, 500.0),
        _reach(shapes),
    )
    pieces = {(p.kind, p.key): _piece(p, *found[p.kind, p.key]) for p in drawn.placed}
    return FloorPicture(
        round(drawn.width_m * CM),
        round(drawn.depth_m * CM),
        round(counter_m * CM),
        tuple(pieces.values()),
        tuple(shapes),
        drawn,
        sum(piece.given for piece in pieces.values()),
    )


def _things(content: Content) -> list[tuple[Kind, int, Mapping[str, Any]]]:
    return [(kind, index, thing) for kind in KINDS for index, thing in tables(content.get(kind))]


def _piece(placed: Placed, index: int, thing: Mapping[str, Any]) -> Piece:
    number = thing.get("number") if placed.kind == "counters" else thing.get("unit")
    width, height = round(placed.width_m * CM), round(placed.depth_m * CM)
    return Piece(
        placed.kind,
        placed.key,
        index,
        str(number or thing.get("id") or "—"),
        words_of(thing.get("name")),
        round(placed.x_m * CM),
        round(placed.y_m * CM),
        width,
        height,
        placed.given,
    )


def _at(thing: Mapping[str, Any]) -> tuple[float, float] | None:
    at = thing.get("at")
    if not isinstance(at, Mapping):
        return None
    x, y = _between(at.get("x_m"), 0.0, 500.0), _between(at.get("y_m"), 0.0, 500.0)
    return None if x is None or y is None else (x, y)


def _between(value: object, least: float, most: float) -> float | None:
    return float(value) if is_length(value) and least <= value <= most else None


def words_of(name: object) -> Words | None:
    """A text of the plan, with what is missing in one language taken from the other."""
    if not isinstance(name, Mapping):
        return None
    zh, en = str(name.get("zh") or ""), str(name.get("en") or "")
    return Words(zh=zh or en, en=en or zh) if zh or en else None


def _shapes(outlines: object, counter_m: float) -> list[Shape]:
    found = []
    for _, outline in tables(outlines):
        values = [
            _between(outline.get(k), 0.0, 500.0) for k in ("x_m", "y_m", "width_m", "depth_m")
        ]
        x, y, width, depth = (round((value or 0.0) * CM) for value in values)
        if width and depth and None not in values:
            name, room = words_of(outline.get("name")), width / (counter_m * NAME_SIZE * CM)
            shown = name and Words(zh=fitted(name.zh, room), en=fitted(name.en, room))
            found.append(Shape(str(outline.get("kind")), x, y, width, depth, name, shown))
    return found


def _reach(shapes: list[Shape]) -> tuple[float, float]:
    right = max((shape.x + shape.width for shape in shapes), default=0)
    return right / CM, max((shape.y + shape.height for shape in shapes), default=0) / CM


def fitted(text: str, room: float) -> str:
    """As much of a text as has room, in widths of a Chinese character; a Latin one has 0.6."""
    used = 0.0
    for index, letter in enumerate(text):
        used += 1.0 if east_asian_width(letter) in "WF" else 0.6
        if used > room - (0.6 if index + 1 < len(text) else 0.0):
            return text[:index].rstrip() + "…" if index else ""
    return text


def overlaps(floor: FloorPicture) -> list[Words]:
    """What stands in one another, in words; not more than anybody would read."""
    pieces = {(piece.kind, piece.key): piece for piece in floor.pieces}
    found = [
        both(
            "{one} and {other} overlap on the floor plan",
            one=pieces[one.kind, one.key].called,
            other=pieces[other.kind, other.key].called,
        )
        for one, other in islice(overlapping(floor.drawn), MOST_OVERLAPS + 1)
    ]
    return found if len(found) <= MOST_OVERLAPS else [*found[:-1], both("Others overlap too")]
