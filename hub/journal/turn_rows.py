"""The rows that reports read, and what a moment is called in the hall. PURE."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

BOOKED, WAITING, CALLED, SERVING, HELD = "booked", "waiting", "called", "serving", "held"
DONE, MOVED, RELEASED, MISSED = "done", "transferred", "released", "missed"
CANCELLED, EXPIRED = "cancelled", "expired"

RATED, UNRATED = "rated", "unrated"


@dataclass(slots=True, eq=False)
class Turn:
    """A row of `turns`. Times are wall seconds; `hour` and `call_hour` those of the hall's day.

    `first`: the ticket's first turn, so the number was taken with it. `target_s` is the
    service's target when the turn began. `wait_s` runs from `began_at`, or from an appointment
    if that is later, to the call; `service_s` from the start, or the call, to the end without
    what it was on hold. `invited`: somebody could rate it; `answer` is what came of that.
    """

    id: int
    ticket: str
    number: str
    channel: str
    kind: str
    service: str
    day: str
    hour: int
    first: bool
    apart: bool = False
    state: str = WAITING
    target_s: float | None = None
    began_at: float | None = None
    due_at: float | None = None
    called_at: float | None = None
    call_hour: int | None = None
    wait_s: float | None = None
    call_id: str | None = None
    counter: str | None = None
    clerk: str | None = None
    recalls: int = 0
    started_at: float | None = None
    held_at: float | None = None
    held_s: float = 0.0
    ended_at: float | None = None
    service_s: float | None = None
    invited: bool = False
    answer: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class RatingRow:
    """A row of `ratings`: a rating, or without a level the word that nobody gave one.

    `turn` is the turn that it is about, if that is known; `day` and `hour` are those of its call.
    """

    id: int
    turn: int | None
    at: float
    sure: str
    level: str | None
    after_ms: int | None
    counted: bool
    why_not: str | None
    unit: str
    outbox: str
    sequence: int
    counter: str
    clerk: str | None
    call_id: str
    ticket: str
    number: str
    service: str
    day: str
    hour: int


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A row of `reasons`: the tags of a rating, joined by commas."""

    id: int
    call_id: str
    at: float
    tags: str
    counted: bool
    why_not: str | None


@dataclass(slots=True)
class Calendar:
    """What a moment is called in the hall: its days as they began, its zone, its targets."""

    today: str = ""
    days: list[tuple[float, str]] = field(default_factory=list)
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("UTC"))
    targets: Mapping[str, float] = field(default_factory=dict)

    def configure(self, plan: Mapping[str, Any]) -> None:
        """Take over what a plan says."""
        try:
            self.zone = ZoneInfo(plan.get("hall", {}).get("time_zone", "UTC"))
        except (ZoneInfoNotFoundError, ValueError):
            self.zone = ZoneInfo("UTC")  # no plan that was ever in force
        self.targets = {s["id"]: s["target_s"] for s in plan.get("services", ())}

    def begin(self, day: str, at: float) -> None:
        """A business day begins."""
        self.today = day
        insort(self.days, (at, day))

    def day_of(self, at: float) -> str:
        """The business day of a moment; of one before the first day, the first."""
        place = bisect_right(self.days, (at, "~")) - 1
        return self.days[max(place, 0)][1] if self.days else self._date(at)

    def hour(self, at: float) -> int:
        """The hour of the day, 0 to 23."""
        return datetime.fromtimestamp(at, self.zone).hour

    def _date(self, at: float) -> str:
        return datetime.fromtimestamp(at, self.zone).date().isoformat()
