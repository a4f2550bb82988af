"""What a transaction of the journal is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.core.events import Event


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered to a command's id the first time."""

    id: str
    fingerprint: str
    status: int
    body: bytes
    day: str


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as a unit sent it."""

    unit: str
    outbox: str
    sequence: int
    previous: str
    hash: str
    body: bytes
    received_at: float


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Bytes that nobody could read or believe, and why."""

    received_at: float
    unit: str
    outbox: str | None
    sequence: int | None
    code: str
    detail: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class SetAside:
    """What is in quarantine and has not been read since: how much, and the newest of it."""

    count: int
    newest: tuple[Quarantined, ...]


SET_ASIDE_SHOWN = 5


@dataclass(slots=True)
class Batch:
    """What one transaction will hold, and when. `first` is the sequence of its first event."""

    first: int
    events: list[Event] = field(default_factory=list)
    answers: dict[str, StoredAnswer] = field(default_factory=dict)
    records: dict[tuple[str, str, int], StoredRecord] = field(default_factory=dict)
    quarantine: list[Quarantined] = field(default_factory=list)
    read_again: list[int] = field(default_factory=list)
    at: float = 0.0

    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (
            self.events or self.answers or self.records or self.quarantine or self.read_again
        )
