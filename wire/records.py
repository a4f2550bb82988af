"""What stands inside a record: facts that a unit has written down before it showed them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wire.ids import Id
from wire.vocabulary import (
    BootId,
    CallId,
    CounterId,
    Level,
    Message,
    Milliseconds,
    Number,
    RunId,
    ServiceId,
    SomeClerk,
    TicketId,
    WallTime,
)


class RecordBody(Message):
    """What every record says of itself: when, by which clock, in which run."""

    run: RunId
    boot_ms: Annotated[Milliseconds, Field(description="CLOCK_BOOTTIME when it happened.")]
    wall: Annotated[WallTime, Field(description="The unit's own wall time when it happened.")]
    synchronised: Annotated[bool, Field(description="Whether that wall time can be trusted.")]
    boot: BootId = ""


class CounterRecord(RecordBody):
    """Something that happened at a counter."""

    counter: CounterId


class CallRecord(CounterRecord):
    """Something about one call: a ticket at a counter, once."""

    call_id: CallId
    ticket: TicketId
    clerk: SomeClerk


# --- ratings -----------------------------------------------------------------------------


class RatingRecord(CallRecord):
    """The citizen pressed a rating key inside an invitation."""

    kind: Annotated[Literal["rating"], Field(description="Which record this is.")] = "rating"
    level: Annotated[Level, Field(description="Which key.")]
    after_ms: Annotated[Milliseconds, Field(description="From the invitation to the press.")]


class RatingTagsRecord(CallRecord):
    """The reasons that the citizen gave for a rating, which is a record of its own before."""

    kind: Annotated[Literal["rating_tags"], Field(description="Which record this is.")] = (
        "rating_tags"
    )
    tags: Annotated[list[str], Field(max_length=20, description="Codes, as they were chosen.")]


class UnratedRecord(CallRecord):
    """An invitation was shown for its full time and nobody answered."""

    kind: Annotated[Literal["unrated"], Field(description="Which record this is.")] = "unrated"


# --- what a counter did while it was cut off ---------------------------------------------

CommandId = Annotated[
    Id | None, Field(description="The command without an answer that this decided, if any.")
]


class CalledRecord(CallRecord):
    """The counter was cut off and called a ticket that had been granted to it."""

    kind: Annotated[Literal["called"], Field(description="Which record this is.")] = "called"
    number: Number
    service: ServiceId
    command: CommandId = None


class WithoutNumberRecord(CallRecord):
    """The counter was cut off, had no grants left, and began to serve somebody without a number.

    `ticket` is an id that the unit drew: the visit is one of the hall's all the same.
    """

    kind: Annotated[Literal["without_number"], Field(description="Which record this is.")] = (
        "without_number"
    )
    service: ServiceId
    command: CommandId = None


class StepRecord(CallRecord):
    """The counter was cut off and took a step with the ticket in hand, or one on hold."""

    kind: Annotated[Literal["step"], Field(description="Which record this is.")] = "step"
    step: Annotated[
        Literal["recall", "no_show", "start", "done", "hold", "resume"],
        Field(description="Which step of the ticket's life."),
    ]
    command: CommandId = None


class AwayRecord(CounterRecord):
    """The counter was cut off and its clerk left, or came back."""

    kind: Annotated[Literal["away"], Field(description="Which record this is.")] = "away"
    clerk: SomeClerk
    away: Annotated[bool, Field(description="True when leaving, false when back.")]
    command: CommandId = None


# --- a kiosk, and peripherals ------------------------------------------------------------


class IssuedRecord(RecordBody):
    """A kiosk was cut off and gave out a number of its own series; written before it prints."""

    kind: Annotated[Literal["issued"], Field(description="Which record this is.")] = "issued"
    ticket: TicketId
    number: Number
    service: ServiceId
    ticket_class: Annotated[str, Field(max_length=32, description='Priority class; "": ordinary.')]


class PrintRecord(RecordBody):
    """What became of the paper of a number."""

    kind: Annotated[Literal["print"], Field(description="Which record this is.")] = "print"
    ticket: TicketId
    number: Number
    outcome: Annotated[
        Literal["printed", "failed", "cancelled"],
        Field(description="Cancelled: it could not be printed and nobody has it."),
    ]
    code: Annotated[str | None, Field(max_length=60, description="What was wrong.")] = None


class HealthRecord(RecordBody):
    """A peripheral stopped answering, or answers again."""

    kind: Annotated[Literal["health"], Field(description="Which record this is.")] = "health"
    peripheral: Annotated[Id, Field(description="Which one: printer, sign, key-next, outbox.")]
    ok: Annotated[bool, Field(description="Whether it works.")]
    code: Annotated[str | None, Field(max_length=60, description="What is wrong.")] = None
    detail: Annotated[str, Field(max_length=300, description="The same for people.")] = ""


AnyRecordBody = Annotated[
    RatingRecord
    | RatingTagsRecord
    | UnratedRecord
    | CalledRecord
    | WithoutNumberRecord
    | StepRecord
    | AwayRecord
    | IssuedRecord
    | PrintRecord
    | HealthRecord,
    Field(discriminator="kind"),
]
"""The body of a record, told apart by `kind`."""
