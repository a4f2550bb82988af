"""What a screen shows, as plain values. PURE: imports the standard library's types only.

A view is compared by `==`: two equal views are the same picture, so durations are whole
seconds and whoever builds a view rounds them before. Texts are what people read; a key to
translate never stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias

TAG = "tag-"
"""Touching a reason means this and its code."""

TAGS_DONE = "tags-done"
"""Touching this ends the question for reasons."""


class Bilingual(NamedTuple):
    """One text in Chinese and in English; `en` may be empty where no English is known."""

    zh: str
    en: str = ""


class LanguageOrder(Enum):
    """Which of the two languages stands first and large."""

    CHINESE_FIRST = "zh"
    ENGLISH_FIRST = "en"


@dataclass(frozen=True, slots=True)
class LinkLive:
    """The hub is heard: what is shown is of now."""


@dataclass(frozen=True, slots=True)
class LinkStale:
    """The hub has not been heard for `age_s` seconds, since the time of day `since`."""

    age_s: int
    since: str


@dataclass(frozen=True, slots=True)
class LinkAlone:
    """The counter decides by itself since the time of day `since`, for `age_s` seconds.

    `age_s` is None after a restart of the machine, when nobody can tell.
    """

    age_s: int | None
    since: str


@dataclass(frozen=True, slots=True)
class LinkConnecting:
    """The hub has not answered this run of the unit yet."""


Link: TypeAlias = LinkLive | LinkStale | LinkAlone | LinkConnecting


def stale(age_s: float, since: str) -> LinkStale:
    """A lost link, its age rounded down to what the screen tells."""
    return LinkStale(_told(age_s), since)


def alone(age_s: float | None, since: str) -> LinkAlone:
    """A counter that decides by itself, its age rounded down to what the screen tells."""
    return LinkAlone(None if age_s is None else _told(age_s), since)


def _told(age_s: float) -> int:
    """Seconds below one minute, whole minutes below one hour, then whole hours.

    So the view of a counter that has been alone for long does not change every second.
    """
    grain = 1 if age_s < 60 else 60 if age_s < 3600 else 3600
    return int(age_s // grain) * grain


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every screen.

    `counter` is the counter's number as people read it ("3"), `clock` the time of day
    ("10:41"), `services` one line that names what is done here. `notice` answers a key
    press and is taken away by the next view. `emergency` is what everybody has to read.
    """

    counter: str
    hall: Bilingual
    services: Bilingual
    clock: str
    clerk: str | None = None
    link: Link = LinkLive()
    notice: Bilingual | None = None
    order: LanguageOrder = LanguageOrder.CHINESE_FIRST
    emergency: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class RatingOption:
    """One level, 5 (best) to 1, and the number of the key that gives it."""

    level: int
    zh: str
    en: str
    key: int

    @property
    def name(self) -> Bilingual:
        """The level's name in both languages."""
        return Bilingual(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation to rate the service of ticket `number`, "" for one without a number.

    It ends in `seconds_left` of the `seconds_total` whole seconds that it is given.
    """

    number: str
    levels: tuple[RatingOption, ...]
    seconds_left: int
    seconds_total: int


@dataclass(frozen=True, slots=True)
class TagOption:
    """A reason for a rating, by its code; `key` is the number of the key that takes it."""

    code: str
    name: Bilingual
    key: int | None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class TagQuestion:
    """The reasons that may be given for the rating of ticket `number`."""

    number: str
    tags: tuple[TagOption, ...]
    seconds_left: int
    seconds_total: int


Question: TypeAlias = Invitation | TagQuestion
"""What the citizen may still answer while the counter goes on."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Nobody works at this counter."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class SigningIn:
    """A clerk types: the number first, then a PIN of which only the length is shown."""

    frame: Frame
    clerk: str
    pin_digits: int | None


@dataclass(frozen=True, slots=True)
class Idle:
    """Open, with no ticket held; `waiting` people wait for the counter's services."""

    frame: Frame
    waiting: int


@dataclass(frozen=True, slots=True)
class Calling:
    """A ticket is called and its holder is on the way; `recalls` counts repeated calls.

    The invitation of the ticket before may still be open beneath it.
    """

    frame: Frame
    number: str
    service: Bilingual
    recalls: int = 0
    invitation: Question | None = None


@dataclass(frozen=True, slots=True)
class Serving:
    """A ticket, or somebody without one (`number` is ""), is served since `since`."""

    frame: Frame
    number: str
    service: Bilingual
    since: str
    invitation: Question | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a ticket may be sent on to; `place` counts all there are from 1."""

    place: int
    name: Bilingual
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class SendingOn:
    """The clerk chooses where to send a ticket on to: some of `count` places, one of them chosen.

    The invitation of the ticket before may still be open beneath it.
    """

    frame: Frame
    number: str
    places: tuple[Destination, ...]
    count: int
    invitation: Question | None = None


@dataclass(frozen=True, slots=True)
class Inviting:
    """The service has ended and its citizen is asked for a rating."""

    frame: Frame
    invitation: Invitation


@dataclass(frozen=True, slots=True)
class Thanks:
    """The rating is on disk; `level` is the name of what was pressed."""

    frame: Frame
    level: Bilingual


@dataclass(frozen=True, slots=True)
class Tags:
    """The rating is on disk, `level` is its name; its reasons may be given now."""

    frame: Frame
    level: Bilingual
    question: TagQuestion


@dataclass(frozen=True, slots=True)
class Offering:
    """The counter decides alone and has no number left to call; it may serve without one."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Paused:
    """The clerk is away for `reason`, expected back at the time of day `back_at`, or `overdue`.

    The invitation of the ticket before may still be open beneath it.
    """

    frame: Frame
    reason: Bilingual | None = None
    back_at: str | None = None
    overdue: bool = False
    invitation: Question | None = None


@dataclass(frozen=True, slots=True)
class Connecting:
    """The hub has not answered yet, so there is no picture to show."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Fault:
    """The unit cannot work: what is wrong, and what helps."""

    frame: Frame
    title: Bilingual
    detail: Bilingual


# --- a hall board ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BoardCall:
    """A call on a board: who is called where, the `recalls` of it, and what for.

    `lit` is one half of its flashing, in which ink and ground change places.
    """

    number: str
    counter: str
    service: Bilingual
    recalls: int = 0
    lit: bool = False


@dataclass(frozen=True, slots=True)
class BoardQueue:
    """A service's line; `wait_min` is the forecast for who takes a number now, in minutes."""

    prefix: str
    name: Bilingual
    waiting: int
    counters: int
    wait_min: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class HallBoard:
    """The hall's calls, the one to be seen first first, and its lines.

    `turn` goes on while there are more lines than room. `as_of` is the time of day of the
    lines where that is not now. `linked`: calls of counters still come, with or without the hub.
    """

    frame: Frame
    open: bool
    calls: tuple[BoardCall, ...]
    queues: tuple[BoardQueue, ...]
    notice: Bilingual | None = None
    turn: int = 0
    as_of: str | None = None
    linked: bool = True


@dataclass(frozen=True, slots=True)
class Emergency:
    """What everybody in the hall has to read, and nothing else."""

    frame: Frame
    text: Bilingual


@dataclass(frozen=True, slots=True)
class BoardConnecting:
    """The hub has not answered this board yet, and nothing is known of the hall."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class BoardFault:
    """The board cannot work: what is wrong, and what helps."""

    frame: Frame
    title: Bilingual
    detail: Bilingual


BoardView: TypeAlias = HallBoard | Emergency | BoardConnecting | BoardFault

View: TypeAlias = (
    Closed
    | SigningIn
    | Idle
    | Calling
    | Serving
    | SendingOn
    | Inviting
    | Tags
    | Thanks
    | Offering
    | Paused
    | Connecting
    | Fault
    | BoardView
)
