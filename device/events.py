"""What happens to a counter's session, and what it wants done. PURE: frozen values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from device.hearing import Beat
from wire.messages import (
    Answer,
    AwayRecord,
    Call,
    CalledRecord,
    Command,
    HealthRecord,
    Level,
    RatingRecord,
    RatingTagsRecord,
    State,
    StepRecord,
    UnratedRecord,
    WithoutNumberRecord,
)

Body: TypeAlias = (
    RatingRecord
    | UnratedRecord
    | RatingTagsRecord
    | CalledRecord
    | WithoutNumberRecord
    | StepRecord
    | AwayRecord
    | HealthRecord
)
"""The records that a counter writes."""

# --- events: what happens to the unit ----------------------------------------------------


class StaffKey(Enum):
    """The clerk's hard keys."""

    NEXT = "next"
    RECALL = "recall"
    NO_SHOW = "no_show"
    DONE = "done"
    HOLD = "hold"
    TRANSFER = "transfer"
    RESUME = "resume"
    PAUSE = "pause"
    UNDO = "undo"


@dataclass(frozen=True)
class LinkUp:
    """The broker is reached."""


@dataclass(frozen=True)
class LinkDown:
    """The broker is lost."""


@dataclass(frozen=True)
class StateCame:
    """The hub has said what it knows of this counter."""

    state: State


@dataclass(frozen=True)
class AnswerCame:
    """The hub has said what became of a command."""

    answer: Answer


@dataclass(frozen=True)
class RatingPressed:
    """A citizen pressed a rating key."""

    level: Level


@dataclass(frozen=True)
class TagTouched:
    """A citizen touched a reason for the rating just given, by its code."""

    code: str


@dataclass(frozen=True)
class TagsDone:
    """A citizen has named all the reasons they want to."""


@dataclass(frozen=True)
class StaffPressed:
    """The clerk pressed a key.

    `fresh_id` is for the command or the call that it may become.
    """

    key: StaffKey
    fresh_id: str


@dataclass(frozen=True)
class DigitPressed:
    """The clerk pressed a digit on a keypad."""

    digit: str


@dataclass(frozen=True)
class HealthCame:
    """A peripheral or a key is at fault, in the words of `code` and `detail`, or well again."""

    peripheral: str
    ok: bool
    code: str | None
    detail: str


@dataclass(frozen=True)
class Kept:
    """The record of a `Write` is committed, as the outbox's record `sequence`."""

    body: Body
    sequence: int = 0


@dataclass(frozen=True)
class NotKept:
    """The record of a `Write` could not be committed; `full` if for want of room."""

    body: Body
    full: bool


@dataclass(frozen=True)
class Tick:
    """`Session.deadline_s` has come."""


Event: TypeAlias = (
    LinkUp
    | LinkDown
    | StateCame
    | AnswerCame
    | RatingPressed
    | TagTouched
    | TagsDone
    | StaffPressed
    | DigitPressed
    | HealthCame
    | Kept
    | NotKept
    | Tick
)


# --- effects: what the shell is to do ----------------------------------------------------


@dataclass(frozen=True)
class Say:
    """Send a hello or a renew."""

    beat: Beat


@dataclass(frozen=True)
class Heard:
    """The hub is heard in an epoch, and has an outbox's records up to `committed`."""

    epoch: int
    outbox: str
    committed: int


@dataclass(frozen=True)
class Write:
    """Commit a record, and report `Kept` or `NotKept`."""

    body: Body


@dataclass(frozen=True)
class Send:
    """Send a command."""

    command: Command


@dataclass(frozen=True)
class Tell:
    """Tell boards, and say aloud, that this counter has called while it decides alone."""

    call: Call


@dataclass(frozen=True)
class Light:
    """Light the lamps of these rating keys and no others."""

    levels: frozenset[Level]


@dataclass(frozen=True)
class Remark:
    """Something for the log; the counter goes on."""

    text: str


@dataclass(frozen=True)
class Anomaly:
    """Something that should not come; counted by kind."""

    kind: str


Effect: TypeAlias = Say | Heard | Write | Send | Tell | Light | Remark | Anomaly
