"""What a supervisor wants of a record that came under the number of another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wire.messages import AnyRecordBody


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork as it was set aside. `body` is None if it cannot be read.

    `at` is when it was written, in wall seconds, and `sure` how that is known. `hash_fits`: the
    hash belongs to what the record says and to the record that it says came before.
    """

    unit: str
    outbox: str
    sequence: int
    hash: str
    hash_fits: bool
    body: AnyRecordBody | None
    at: float
    sure: str


@dataclass(frozen=True, slots=True)
class ReviewFork:
    """A person (`by`) takes a fork for what it says, or leaves it, and says why.

    `record` is its number in the quarantine; the hub's shell looks up what it `found` there.
    """

    record: int
    wish: Literal["count", "leave"]
    reason: str
    by: str
    found: Fork | None = None
