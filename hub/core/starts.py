"""The hub's starts, and what it means that one of them was on a backup. Parts of the state."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Restored:
    """The journal was put back from a backup at some time before `since`, and is behind.

    `waiting` are the units that have yet to answer: to act on a state of `epoch` or later, with
    all of their records in the journal.
    """

    since: float
    unit: str
    why: str
    epoch: int
    waiting: list[str]


@dataclass(slots=True)
class Expected:
    """The machine of a unit that has to answer: the one that the backup knew, by its outbox.

    `board` names the machine and the file. `instead` is the outbox that has answered in its
    place by now, since `since`; "" if none has.
    """

    outbox: str
    board: str
    instead: str = ""
    since: float = 0.0


@dataclass(slots=True)
class Starts:
    """What was so at the hub's starts.

    `began_at` is its very first one, with which the journal begins; 0 if that is not known.
    `known` are the outbox and the board of each unit at the last one. `expected` are the machines
    that have yet to answer since a restore.
    """

    began_at: float = 0.0
    known: dict[str, list[str]] = field(default_factory=dict)
    expected: dict[str, Expected] = field(default_factory=dict)


@dataclass(slots=True)
class Epoch:
    """A start of the hub, and the version of the hall with which it began."""

    epoch: int
    id: str
    version: int


@dataclass(slots=True)
class Lost:
    """Records `first` to `through` that are not waited for: nobody has them any more.

    Or they are kept under the name that the unit had before.
    """

    unit: str
    outbox: str
    first: int
    through: int
