"""What the audit keeps of the events, and how tickets come to wait and cease to."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.core.audit_grants import GrantBook
from hub.core.audit_places import ANYBODY, House, Paper, Places


@dataclass(slots=True)
class LastStep:
    """A counter's last step: the ticket as it was, and its line's priority calls in a row."""

    step: str
    paper: Paper
    run: int


@dataclass(slots=True)
class Notes:
    """The hall as the events tell of it. `violations` is what was wrong."""

    violations: list[str] = field(default_factory=list)
    calls: int = 0
    ratings: int = 0
    _house: House = field(default_factory=House)
    _papers: dict[str, Paper] = field(default_factory=dict)
    _places: Places = field(default_factory=Places)
    _grants: GrantBook = field(default_factory=GrantBook)
    _issued: set[str] = field(default_factory=set)
    _numbers: set[str] = field(default_factory=set)
    _hand: dict[str, str] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)
    _paused: set[str] = field(default_factory=set)
    _last: dict[str, LastStep] = field(default_factory=dict)
    _runs: dict[str, int] = field(default_factory=dict)
    _call_ids: set[str] = field(default_factory=set)
    _done_calls: set[str] = field(default_factory=set)
    _rated_calls: set[str] = field(default_factory=set)
    _records: set[tuple[str, str, int, str]] = field(default_factory=set)
    _quarantined: set[tuple[str, str | None, int | None]] = field(default_factory=set)
    _forks: dict[str, tuple[str, str, int] | None] = field(default_factory=dict)
    _flags: set[tuple[str, str, str]] = field(default_factory=set)
    _advice: set[str] = field(default_factory=set)
    _epoch: int = 0
    _read: int = 0

    def _replaced(self, paper: Paper) -> None:
        """Nobody waits for a counter that has gone, or that does not serve the ticket now."""
        granted = self._grants.holder(paper.id) is not None  # it then stands in no line
        self._places.remove(paper)
        house = self._house
        if paper.service not in house.skills.get(paper.bound or "", set()):
            paper.bound = None
        there = house.serves.get(paper.label or "", set())
        if not house.assigned or paper.bound is not None:
            paper.label = None
        elif paper.service not in there:
            paper.label = ANYBODY
        if not granted:
            self._places.add(paper)

    def _paper(self, ticket: str) -> Paper:
        """A ticket; one that was never issued is taken as one that has ended."""
        return self._papers.get(ticket) or Paper(ticket, "", "", 0.0, 0, "expired")

    def _wait(self, paper: Paper) -> None:
        paper.state = "waiting"
        if self._grants.holder(paper.id) is None:
            self._places.add(paper)

    def _again(self, paper: Paper, queued_at: float, bound: str | None = None) -> None:
        paper.queued_at, paper.bound = queued_at, bound
        paper.label = ANYBODY if self._house.assigned and bound is None else None
        self._wait(paper)

    def _leave(self, paper: Paper) -> None:
        if paper.state == "waiting":
            self._places.remove(paper)
