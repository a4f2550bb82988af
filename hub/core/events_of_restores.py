"""What can happen to a journal that was put back from a backup, and to records that are lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.core.event import Event


@dataclass(frozen=True, slots=True)
class RestoreBegan(Event):
    """The journal is known to be older than the hall: nothing is handed out for now.

    `why` is epoch, version or receipt, what `unit` remembers and the journal lacks; or operator,
    who said so at the start, with no unit. Each of `units` has to answer first.
    """

    unit: str
    why: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitAnswered(Event):
    """A unit acts on what this hub said since then, and the hub has all of its records."""

    unit: str


@dataclass(frozen=True, slots=True)
class AnotherAnswered(Event):
    """In the place of a unit's machine that is waited for, one with another `outbox` answered.

    The one that the backup knew may be cut off, and call those whom the lost hub granted it.
    """

    unit: str
    outbox: str


@dataclass(frozen=True, slots=True)
class RestoreEnded(Event):
    """The hall goes on: every unit has answered, or somebody, `by`, went on `without` some.

    `series` is how far each series of numbers counts as used.
    """

    by: str
    without: tuple[str, ...]
    series: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NumberSeen(Event):
    """A unit has printed a number that the hub must have given out in the time that is lost."""

    unit: str
    number: str


@dataclass(frozen=True, slots=True)
class RecordsLost(Event):
    """Records of an outbox, `first` to `through`, that its unit no longer has, nor anybody."""

    unit: str
    outbox: str
    first: int
    through: int


@dataclass(frozen=True, slots=True)
class OutboxRenamed(Event):
    """An outbox came under another name: its records up to `through` are kept under `before`."""

    unit: str
    outbox: str
    before: str
    through: int


@dataclass(frozen=True, slots=True)
class RecordRead(Event):
    """A record that had been set aside can be read by now, and was."""

    unit: str
    outbox: str
    sequence: int


@dataclass(frozen=True, slots=True)
class GrantsDoubted(Event):
    """The unit can call these tickets no more, and whether it did nobody can read.

    A record of the unit is set aside that may be the call.
    """

    counter: str
    tickets: tuple[str, ...]
