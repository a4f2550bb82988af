"""What the hub knows of when the records of a unit's outbox were written. PURE.

`hub.core.times` reads it; this is what it is made of, and how what happens changes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

_KEPT: Final = 16
"""So many points and places: a unit hands in its records as soon as it is heard."""


@dataclass(frozen=True, slots=True)
class Point:
    """A run said, `said_s` after its clock was 0, which record of its outbox was the last then.

    `clock` names the clock; `booted`: it is that of a whole boot of the machine.
    """

    clock: str
    booted: bool
    outbox: str
    through: int
    said_s: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A clock that the hub has never met, put where it may have been: 0 at `boot_at`.

    No record by it is older than `since`. `how` is of `hub.core.times.How`.
    """

    boot_at: float
    since: float
    how: str


@dataclass(slots=True)
class KnownTimes:
    """All of it for one unit; `clock` and `outbox` are those of its present run.

    Records after `floor_after` in the present outbox are not from before `floor_at`: an earlier
    one was stored as of then.
    """

    clock: str = ""
    booted: bool = False
    outbox: str = ""
    points: list[Point] = field(default_factory=list)
    placed: dict[str, Placed] = field(default_factory=dict)
    floor_after: int = 0
    floor_at: float = 0.0

    @classmethod
    def of(cls, points: Any, placed: Any, **fields: Any) -> KnownTimes:
        """From plain data."""
        return cls(
            points=[Point(**point) for point in points],
            placed={clock: Placed(**item) for clock, item in placed.items()},
            **fields,
        )

    def meet(self, clock: str, booted: bool, outbox: str, through: int, boot_ms: int) -> None:
        """The present run says which record is its last."""
        if outbox != self.outbox:
            self.floor_after, self.floor_at = 0, 0.0
        self.clock, self.booted, self.outbox = clock, booted, outbox
        self.placed.pop(clock, None)
        self.points.append(Point(clock, booted, outbox, through, boot_ms / 1000))
        del self.points[:-_KEPT]

    def place(self, clock: str, placed: Placed) -> None:
        """A clock gets a place, or a better one."""
        self.placed.pop(clock, None)
        self.placed[clock] = placed
        while len(self.placed) > _KEPT:
            del self.placed[next(iter(self.placed))]

    def lift(self, outbox: str, after: int, at: float) -> None:
        """From now on the records after `after` are not from before `at`."""
        if outbox == self.outbox and after >= self.floor_after:
            self.floor_after, self.floor_at = after, at

    def forget(self, clocks: set[str]) -> None:
        """Let go of the points by clocks of which it is no longer known when they were 0."""
        self.points = [point for point in self.points if point.clock not in clocks]
