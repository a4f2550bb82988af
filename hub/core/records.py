"""Taking in records: what is new, a repeat, a fork, or unreadable. Pure over `Heads`.

A record is stored once under (unit, outbox, sequence). The same key with the same hash is a
repeat; with another hash a fork. Each hash covers the one before, so that nothing in a
unit's history can be changed unseen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter, ValidationError

from wire.chain import NO_HASH, chain_hash
from wire.errors import NewerSchema, UnreadableMessage
from wire.messages import SCHEMA_VERSION, AnyRecordBody, Record
from wire.topics import first_mistake, schema_version

_BODY: TypeAdapter[AnyRecordBody] = TypeAdapter(AnyRecordBody)


ANY_HASH = ""
"""In place of the hash of a record that nobody has any more."""


class Fit(StrEnum):
    """How a record fits what is stored already."""

    NEW = "new"
    REPEAT = "repeat"
    FORK = "fork"
    BAD_HASH = "bad_hash"


LATEST = 100
"""So many hashes of an outbox are in memory: what comes twice was mostly sent a moment ago."""


@dataclass(frozen=True, slots=True)
class Before:
    """The record before one, as it was stored, or as nothing if there is none.

    `at` is its time, `since` how early it may really have been, `boot` its machine's, if told.
    """

    at: float = 0.0
    since: float = 0.0
    boot: str = ""


@dataclass(slots=True)
class Head:
    """How far an outbox is stored without a gap, and what is stored beyond the gap.

    `latest` are the hashes of the last records before the gap that came since the start.
    """

    through: int = 0
    hash: str = NO_HASH
    beyond: dict[int, tuple[str, str]] = field(default_factory=dict)
    latest: dict[int, str] = field(default_factory=dict, compare=False)
    dated: tuple[int, Before] | None = field(default=None, compare=False)

    def add(self, sequence: int, previous: str, hash_: str) -> list[int]:
        """A record was stored.

        Returns the sequences, now reached without a gap, whose `previous` does not fit.
        """
        self.beyond[sequence] = (previous, hash_)
        return self._go_on()

    def skip(self, through: int) -> list[int]:
        """The records up to here that are not stored never will be; go on behind them.

        Returns what `add` does. The record that follows may name any previous one.
        """
        if through <= self.through:
            return []
        self.through, self.hash = through, ANY_HASH
        self.beyond = {number: found for number, found in self.beyond.items() if number > through}
        return self._go_on()

    def _go_on(self) -> list[int]:
        broken = []
        while self.through + 1 in self.beyond:
            self.through += 1
            quoted, found = self.beyond.pop(self.through)
            if self.hash not in {ANY_HASH, quoted}:
                broken.append(self.through)
            self.hash = self.latest[self.through] = found
            self.latest.pop(self.through - LATEST, None)
        return broken


class Heads:
    """The heads of all outboxes, by unit and outbox."""

    def __init__(self, stored: Iterable[tuple[str, str, Head]] = ()) -> None:
        self._heads = {(unit, outbox): head for unit, outbox, head in stored}

    def of(self, unit: str, outbox: str) -> Head:
        """The head of an outbox, made when it is first asked for."""
        head = self._heads.get((unit, outbox))
        if head is None:
            head = self._heads[unit, outbox] = Head()
        return head

    def anywhere(self, outbox: str) -> int:
        """How far an outbox is stored under any unit: one may have been given another name."""
        found = (head.through for (_, of), head in self._heads.items() if of == outbox)
        return max(found, default=0)

    def holder(self, outbox: str) -> str:
        """The unit under which most of an outbox is stored; "" if there is none."""
        found = ((head.through, unit) for (unit, of), head in self._heads.items() if of == outbox)
        return max(found, default=(0, ""))[1]

    def through(self, unit: str, outbox: str) -> int:
        """The highest sequence up to which every record is stored; 0 for none."""
        head = self._heads.get((unit, outbox))
        return head.through if head else 0


def fit(record: Record, stored: str | None) -> Fit:
    """How a record fits. `stored` is the hash stored under its key, if there is one."""
    if stored is not None:
        return Fit.REPEAT if stored == record.hash else Fit.FORK
    if chain_hash(record.previous, record.body) != record.hash:
        return Fit.BAD_HASH
    return Fit.NEW


_FORK: Final = "the key came before with another hash than {} (after {})"


def fork_detail(record: Record) -> str:
    """What stands beside a fork in the quarantine: its hashes, which its body lacks."""
    return _FORK.format(record.hash, record.previous)


def fork_hashes(detail: str) -> tuple[str, str] | None:
    """A fork's hash and the one before it, of what `fork_detail` made; None of anything else."""
    hashes = re.findall(r"\b[0-9a-f]{64}\b", detail)
    fits = len(hashes) == 2 and detail == _FORK.format(*hashes)
    return (hashes[0], hashes[1]) if fits else None


def read_body(body: str | bytes) -> AnyRecordBody:
    """What a record says.

    Raises NewerSchema or UnreadableMessage.
    """
    try:
        return _BODY.validate_json(body)
    except ValidationError as error:
        version = schema_version(body)
        if version is not None and version > SCHEMA_VERSION:
            raise NewerSchema(f"record of schema {version}") from error
        raise UnreadableMessage(f"record: {first_mistake(error)}") from error


def keyed(payload: bytes) -> Record | None:
    """The frame of a record of a newer schema, if it still has what today's has."""
    try:
        content = json.loads(payload)
        return Record.model_validate({**content, "v": SCHEMA_VERSION})
    except (ValueError, TypeError, RecursionError):
        return None
