"""The hall's plan as a drawing: how large the floor is, and what stands where. PURE.

Lengths are metres, x from the left edge and y from the upper one; a place is the middle of what
stands there. What has been given no place is drawn in rows, below all that has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import ceil, sqrt
from typing import Annotated, Any, Final, Literal, TypeGuard

from pydantic import Field

from wire.messages import Text
from wire.settings import Mistake, Settings, tables

GRID_M: Final = 0.5
"""Things are put on a grid of this step; a file may be more exact."""

MOST_M: Final = 500.0
"""No hall is longer."""

DEPTH: Final = 0.85
"""A counter's place, with the chair before it, is so deep for its width."""

UNIT: Final = 0.7
"""A board or kiosk is drawn so large, in each direction, as a counter."""

_AISLE: Final = 1.5
"""Rows that are laid out by themselves are so many depths of a counter apart."""

_ONE_ROW: Final = 8
"""So many counters still make one row."""

Metres = Annotated[float, Field(ge=0, le=MOST_M)]


class Spot(Settings):
    """Where something stands: its middle."""

    x_m: Metres
    y_m: Metres


class Outline(Settings):
    """A rectangle that is drawn: a wall or pillar, an area with a name, or an entrance.

    `x_m`, `y_m` is its upper left corner.
    """

    kind: Literal["wall", "area", "entrance"] = "wall"
    x_m: Metres
    y_m: Metres
    width_m: Annotated[float, Field(gt=0, le=MOST_M)]
    depth_m: Annotated[float, Field(gt=0, le=MOST_M)]
    name: Text | None = None


class Floor(Settings):
    """The floor. With no size of its own it is as large as what stands on it needs.

    `counter_m` is how wide a counter is, from one neighbour to the next.
    """

    width_m: Annotated[float, Field(ge=2, le=MOST_M)] | None = None
    depth_m: Annotated[float, Field(ge=2, le=MOST_M)] | None = None
    counter_m: Annotated[float, Field(ge=0.5, le=10)] = 2.0
    outlines: Annotated[tuple[Outline, ...], Field(max_length=200)] = ()


# --- what is drawn --------------------------------------------------------------------------

Kind = Literal["counters", "boards", "kiosks"]
KINDS: Final[tuple[Kind, ...]] = ("counters", "boards", "kiosks")
"""What stands on the floor: the sections of the plan, in the order in which they are drawn."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that stands on the floor. `at` is its place (x, y), None if it has none."""

    kind: Kind
    key: str
    at: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where something is drawn, around its middle. `given`: the plan says so."""

    kind: Kind
    key: str
    x_m: float
    y_m: float
    width_m: float
    depth_m: float
    given: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole floor: its size, large enough for all of it, and what stands where."""

    width_m: float
    depth_m: float
    placed: tuple[Placed, ...]


def size_of(kind: Kind, counter_m: float) -> tuple[float, float]:
    """How wide and deep something is drawn."""
    part = 1.0 if kind == "counters" else UNIT
    return counter_m * part, counter_m * part * DEPTH


def laid_out(
    things: Iterable[Standing],
    counter_m: float,
    width_m: float | None = None,
    depth_m: float | None = None,
    reach: tuple[float, float] = (0.0, 0.0),
) -> Drawn:
    """Where everything is drawn. `reach` is how far the outlines go, right and down."""
    all_things = list(things)
    placed = [_at(thing, counter_m, thing.at) for thing in all_things if thing.at is not None]
    for kind in KINDS:
        loose = [thing for thing in all_things if thing.at is None and thing.kind == kind]
        below = max((one.y_m + one.depth_m / 2 for one in placed), default=0.0)
        placed += _in_rows(loose, counter_m, width_m, below)
    right = max((one.x_m + one.width_m / 2 for one in placed), default=0.0)
    lower = max((one.y_m + one.depth_m / 2 for one in placed), default=0.0)
    order = {(thing.kind, thing.key): index for index, thing in enumerate(all_things)}
    placed.sort(key=lambda one: order[one.kind, one.key])
    return Drawn(
        _as_large(width_m, right, reach[0], counter_m),
        _as_large(depth_m, lower, reach[1], counter_m),
        tuple(placed),
    )


def _as_large(given: float | None, needed: float, outlines: float, counter_m: float) -> float:
    if given is None:
        return max(_on_grid(needed) + counter_m / 2, outlines, 2 * counter_m)
    # What stands at the edge may stand out by its half; what was not placed needs room.
    return given if needed <= given + counter_m / 2 else _on_grid(needed)


def _at(thing: Standing, counter_m: float, at: tuple[float, float]) -> Placed:
    width, depth = size_of(thing.kind, counter_m)
    return Placed(thing.kind, thing.key, *at, width, depth, thing.at is not None)


def _in_rows(
    things: list[Standing], counter_m: float, width_m: float | None, below: float
) -> Iterator[Placed]:
    """Rows of things, one beside the other, the first below what is there already."""
    if not things:
        return
    width, depth = size_of(things[0].kind, counter_m)
    beside, beneath = _on_grid(width * 1.2), _on_grid(depth * _AISLE)
    across = len(things) if len(things) <= _ONE_ROW else ceil(sqrt(2.6 * len(things)))
    if width_m is not None:
        across = max(1, int((width_m - counter_m / 2) // beside))
    for index, thing in enumerate(things):
        row, column = divmod(index, across)
        x = counter_m / 2 + width / 2 + column * beside
        y = below + counter_m / 2 + depth / 2 + row * beneath
        yield _at(thing, counter_m, (_on_grid(x), _on_grid(y)))


def _on_grid(length: float) -> float:
    return ceil(round(length / GRID_M, 6)) * GRID_M


def overlapping(drawn: Drawn) -> Iterator[tuple[Placed, Placed]]:
    """Pairs that stand in one another, of those that were given a place; there may be many."""
    given = sorted((one for one in drawn.placed if one.given), key=lambda one: one.x_m)
    widest = max((one.width_m for one in given), default=0.0)
    for index, one in enumerate(given):
        for other in islice(given, index + 1, None):
            if other.x_m - one.x_m >= widest:
                break
            if _overlap(one, other):
                yield one, other


def _overlap(one: Placed, other: Placed) -> bool:
    slack = 1e-6
    return (
        abs(one.x_m - other.x_m) < (one.width_m + other.width_m) / 2 - slack
        and abs(one.y_m - other.y_m) < (one.depth_m + other.depth_m) / 2 - slack
    )


# --- mistakes -------------------------------------------------------------------------------


def floor_mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """What stands or is drawn outside the floor. `raw` may be wrong in any way."""
    floor = raw.get("floor")
    if not isinstance(floor, Mapping):
        return
    for axis, key in (("x_m", "width_m"), ("y_m", "depth_m")):
        size = floor.get(key)
        if not is_length(size):
            continue
        problem = f"lies outside the floor, which ends at {size:g} m"
        for kind in KINDS:
            for index, thing in tables(raw.get(kind)):
                at = thing.get("at")
                value = at.get(axis) if isinstance(at, Mapping) else None
                if is_length(value) and size < value <= MOST_M:
                    yield Mistake(f"{kind}[{index + 1}].at.{axis}", value, problem)
        for index, outline in tables(floor.get("outlines")):
            begins, length = outline.get(axis), outline.get(key)
            if is_length(begins) and is_length(length) and begins + length > size + 1e-6:
                yield Mistake(f"floor.outlines[{index + 1}].{key}", length, problem)


def is_length(value: object) -> TypeGuard[float]:
    """Whether something is a number that can be a length."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e6
