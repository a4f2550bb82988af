"""Who waits where, as the audit has it: kept from the events alone, without the core's help."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Entry = tuple[float, int, str]
"""Queued at, order of issue, ticket."""

ANYBODY = ""
"""The label of whoever may be called by every counter."""


@dataclass(slots=True)
class Paper:
    """A ticket as the events tell of it. `state` is booked, waiting, hand, held, or an end."""

    id: str
    service: str
    kind: str
    queued_at: float
    order: int
    state: str
    further: tuple[str, ...] = ()
    bound: str | None = None
    label: str | None = None
    counter: str | None = None
    call_id: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nobody may call it any more."""
        return self.state in {"done", "missed", "cancelled", "expired"}


@dataclass(slots=True)
class House:
    """The hall as it is configured: what counters may call, what they serve now and by the plan."""

    skills: dict[str, set[str]] = field(default_factory=dict)
    serves: dict[str, set[str]] = field(default_factory=dict)
    planned: dict[str, set[str]] = field(default_factory=dict)
    targets: dict[str, float] = field(default_factory=dict)
    assigned: bool = False
    bound: int = 3
    rescue: float = 1.0

    @classmethod
    def of(cls, plan: dict[str, Any], before: House) -> House:
        """From a plan's content; services that were added stay added where there is the skill."""
        dispatch = plan.get("dispatch") or {}
        counters = plan.get("counters", [])
        house = cls(
            {c["id"]: {*c["services"], *c.get("also", ())} for c in counters},
            {c["id"]: set(c["services"]) for c in counters},
            {c["id"]: set(c["services"]) for c in counters},
            {s["id"]: float(s.get("target_s", 900.0)) for s in plan.get("services", [])},
            dispatch.get("mode", "pooled") == "assigned",
            int(dispatch.get("priority_bound", 3)),
            float(dispatch.get("rescue_targets", 1.0)),
        )
        for counter, services in before.serves.items():
            if counter in house.serves:
                added = services - before.planned.get(counter, set())
                house.serves[counter] |= added & house.skills[counter]
        return house


class Places:
    """Lines by service, class, and the only counter, or the counter on the ticket."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str, str | None, str | None], list[Entry]] = {}

    def add(self, paper: Paper) -> None:
        """A ticket begins to wait."""
        insort(self._lines.setdefault(_place(paper), []), _entry(paper))

    def remove(self, paper: Paper) -> None:
        """A ticket waits no longer."""
        line = self._lines.get(_place(paper), [])
        if _entry(paper) in line[:1]:
            del line[0]
        elif _entry(paper) in line:
            line.remove(_entry(paper))

    def ordinary_waits(self, service: str) -> bool:
        """Whether somebody without priority waits for a service, for no counter alone."""
        return self.first(service, "") is not None

    def first(self, service: str, kind: str) -> Entry | None:
        """Who has waited longest of those whom several counters may call."""
        heads = (
            line[0]
            for (s, k, bound, _), line in self._lines.items()
            if line and (s, k, bound) == (service, kind, None)
        )
        return min(heads, default=None)

    def passed_over(self, paper: Paper, counter: str, *, assigned: bool) -> str | None:
        """Who had to be called before this ticket: of its line, and in its class."""
        own = self._lines.get(_place(paper), [])
        if paper.bound is None and not (assigned and paper.label in {counter, ANYBODY}):
            first = self.first(paper.service, paper.kind)
        else:
            first = own[0] if own else None
        return None if first is None or first == _entry(paper) else first[2]

    def own(self, counter: str, services: set[str]) -> Iterator[str]:
        """Whom this counter has to serve before it helps others, those with priority left out."""
        for (service, kind, bound, label), line in self._lines.items():
            mine = label in {counter, ANYBODY} and service in services and kind == ""
            if line and (bound == counter or (bound is None and mine)):
                yield line[0][2]


def _place(paper: Paper) -> tuple[str, str, str | None, str | None]:
    return paper.service, paper.kind, paper.bound, paper.label


def _entry(paper: Paper) -> Entry:
    return paper.queued_at, paper.order, paper.id
