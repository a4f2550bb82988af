"""What programs send: the bodies of requests, strict about every field."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Body, Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from wire import messages as w
from wire.ids import ID_PATTERN, Id
from wire.slips import SLIP_PATTERN


def _whole(value: object) -> object:
    # 7.0 is an integer to JSON, and so to the document that describes this.
    return int(value) if isinstance(value, float) and value.is_integer() else value


UNGUESSED_LETTERS: Final = 16
"""A key has so many letters at least where its user may be known by nothing else.

Who repeats it is given the first answer, and with that the address of a ticket.
"""

Key = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
UnguessedKey = Annotated[Key, Field(min_length=UNGUESSED_LETTERS)]
Version = Annotated[int, Field(ge=0, le=2**53), BeforeValidator(_whole)]
IdInPath = Annotated[str, Path(pattern=ID_PATTERN)]
SlipInPath = Annotated[
    str, Path(pattern=SLIP_PATTERN, description="Its id, or the end of its `url`: id and token.")
]

TicketWish = Literal["check_in", "come_back", "cancel", "release", "not_called"]

Identity = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^\S(.*\S)?$",
        description="The number of an identity document. It is hashed at once and never kept.",
    ),
]
Further = Annotated[
    list[Id],
    Field(max_length=8, description="The services after the first in the same visit, in order."),
]


class Wanted(BaseModel):
    """A body: nothing is guessed, and nothing unknown is let through."""

    model_config = ConfigDict(strict=True, extra="forbid")


class NumberWanted(Wanted):
    """What to take a number for. `kind` is a class of priority of the hall, if one applies."""

    service: Id
    kind: Id | None = None
    further: Further = []
    identity: Identity | None = None


class AppointmentWanted(Wanted):
    """A time to come at, for instance 2026-03-02T10:30:00+08:00."""

    service: Id
    at: Annotated[w.WallTime, Field(json_schema_extra={"format": "date-time"})]
    identity: Identity | None = None


class TicketWanted(Wanted):
    """Check in for an appointment, come back after a missed call, or give the ticket up.

    `not_called` is for the person who is still there: the counter that alone may call the
    ticket, and is cut off, has not called it. `release` is for operators: a ticket kept for one
    counter may be called by all.
    """

    wish: TicketWish


class RatingWanted(Wanted):
    """A rating of a service that has ended, on the page of its ticket."""

    call_id: Id
    level: Annotated[str, Field(max_length=32)]


class TagsWanted(Wanted):
    """The reasons for a rating, by their codes."""

    call_id: Id
    tags: Annotated[list[Annotated[str, Field(max_length=12)]], Field(max_length=12)]


class NotCalled(Wanted):
    """An operator's word that the counter which keeps a ticket, and is cut off, did not call it.

    With `unit_off` also that the counter's unit is switched off, so that it cannot call the
    ticket by itself. Without it the answer is `may_be_called` until that is certain anyway.
    """

    unit_off: bool


class ServiceWanted(Wanted):
    """Add a service to those of a counter that has the skill, or take an added one back."""

    service: Id
    wish: Literal["add", "take_back"]


class SweepWanted(Wanted):
    """Close the numbers that kiosks printed, while they were cut off, before this time."""

    before: Annotated[w.WallTime, Field(json_schema_extra={"format": "date-time"})]


class GoOnWanted(Wanted):
    """Let a restored hall go on `without` these units, which have not handed in what they know.

    All that are missing have to be named: whoever is not was not seen to be missing.
    """

    without: Annotated[list[Id], Field(max_length=500)]


class AdviceWanted(Wanted):
    """Follow an advice of the hub, dismiss it, or take either back."""

    wish: Literal["apply", "dismiss", "undo"]


class AlarmSeen(Wanted):
    """Somebody has seen these alarms, as far as they stand since this time or before."""

    alarms: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=120)]],
        Field(min_length=1, max_length=500),
    ]
    since: Annotated[w.WallTime, Field(json_schema_extra={"format": "date-time"})]


class ReviewWanted(Wanted):
    """Whether a fork is to be taken for what it says, and why: for whoever reads of it later."""

    wish: Literal["count", "leave"]
    reason: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^\S(.*\S)?$")]


class TextWanted(Wanted):
    """A text for everybody in the hall. One language may be left empty: the other stands alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"properties": {language: {"pattern": r"\S"}}} for language in ("zh", "en")]
        }
    )

    zh: Annotated[str, Field(max_length=200)]
    en: Annotated[str, Field(max_length=200)]

    @model_validator(mode="after")
    def _says_something(self) -> TextWanted:
        if not (self.zh.strip() or self.en.strip()):
            raise ValueError("a text says something in one language at least")
        return self

    @property
    def content(self) -> dict[str, str]:
        """The text as it is kept: Chinese always says something."""
        chinese, english = self.zh.strip(), self.en.strip()
        return {"zh": chinese or english, "en": english if chinese else ""}


class NoticeWanted(Wanted):
    """What the hall's boards and kiosks tell everybody from now on; null tells nothing.

    An emergency text goes over everything else that they show.
    """

    notice: TextWanted | None
    emergency: TextWanted | None


class Seen(Wanted):
    """The version of the counter that the person saw; left out by a program that shows none."""

    seen: Version | None = None


class SignIn(w.SignIn, Seen):
    """A clerk takes the counter."""


class SignOut(w.SignOut, Seen):
    """The clerk leaves the counter, which closes with it."""


class Open(w.Open, Seen):
    """The counter begins to serve."""


class Close(w.Close, Seen):
    """The counter stops serving; the clerk stays signed in."""


class Next(w.Next, Seen):
    """Call the ticket that the hub thinks best for this counter."""


class Recall(w.Recall, Seen):
    """Call the same ticket once more."""


class NoShow(w.NoShow, Seen):
    """The person called did not come."""


class Start(w.Start, Seen):
    """The person is here and the service begins. Optional before `done`."""


class Done(w.Done, Seen):
    """The service has ended; the rating is invited."""


class Hold(w.Hold, Seen):
    """Interrupt the service (a copy, a form); the counter may serve others meanwhile."""


class Resume(w.Resume, Seen):
    """Go on with a ticket on hold."""


class Transfer(w.Transfer, Seen):
    """Send the person on to another service, to another counter, or both."""


class Pause(w.Pause, Seen):
    """The clerk is away for a while."""


class Unpause(w.Unpause, Seen):
    """The clerk is back."""


class Undo(w.Undo, Seen):
    """Take the last step with a ticket back."""


CounterCommand = Annotated[
    SignIn
    | SignOut
    | Open
    | Close
    | Next
    | Recall
    | NoShow
    | Start
    | Done
    | Hold
    | Resume
    | Transfer
    | Pause
    | Unpause
    | Undo,
    Body(discriminator="action"),
]
