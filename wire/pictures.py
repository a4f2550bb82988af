"""What the hub shows of the hall: a counter to its unit, the hall to boards and kiosks."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from wire.ids import Id
from wire.vocabulary import (
    CallId,
    ClerkId,
    CounterId,
    Level,
    Number,
    Part,
    Sequence,
    ServiceId,
    SomeClerk,
    Text,
    TicketId,
    WallTime,
)


class CounterState(StrEnum):
    """Where a counter stands. An open invitation lies beside it, not among these."""

    CLOSED = "closed"
    IDLE = "idle"
    CALLED = "called"
    SERVING = "serving"
    PAUSED = "paused"


class TicketInHand(Part):
    """The ticket that a counter holds."""

    id: TicketId
    number: Number
    service: ServiceId
    service_name: Text
    call_id: CallId
    recalls: Annotated[int, Field(ge=0, description="How often it was called again.")]
    since_s: Annotated[float, Field(ge=0, description="Since the call or the start of service.")]


class Invitation(Part):
    """The citizen may rate this call until `length_s` after its end."""

    call_id: CallId
    ticket: TicketId
    number: Number
    service: Annotated[
        Id | None, Field(description="The service; null if the hub lost it with its journal.")
    ]
    clerk: SomeClerk
    age_s: Annotated[float, Field(ge=0, description="Since the end of the service.")]
    length_s: Annotated[float, Field(gt=0, description="How long a rating is accepted.")]


class ClerkName(Part):
    """A clerk as the hall shows them."""

    id: ClerkId
    name: str


class ServiceName(Part):
    """A service as the hall shows it."""

    id: ServiceId
    name: Text


class PausePicture(Part):
    """The clerk is away."""

    reason: Annotated[str, Field(description="Why, in the clerk's words; may be empty.")]
    since_s: Annotated[float, Field(ge=0, description="Since the clerk left.")]
    back_in_s: Annotated[
        float | None, Field(description="Until the announced return; below 0 when overdue.")
    ]


class TicketName(Part):
    """A ticket by its names."""

    id: TicketId
    number: Number
    service: ServiceId
    call_id: Annotated[Id | None, Field(description="Its call's, of a ticket on hold.")] = None


class CounterPicture(Part):
    """Everything about one counter that its unit and its clerk's page show.

    `version` grows with each event of this counter; a command quotes it as `seen`.
    """

    id: CounterId
    number: Annotated[str, Field(description="The counter's number as people see it: 3.")]
    name: Text | None
    state: CounterState
    version: Annotated[Sequence, Field(description="Grows with each event of this counter.")]
    clerk: Annotated[ClerkName | None, Field(description="Who is signed in.")]
    services: Annotated[list[ServiceName], Field(description="What it may call.")]
    ticket: Annotated[TicketInHand | None, Field(description="What it holds.")]
    invitation: Annotated[Invitation | None, Field(description="Who may rate just now.")]
    waiting: Annotated[int, Field(ge=0, description="Tickets that this counter may call.")]
    served_today: Annotated[int, Field(ge=0, description="Services ended this business day.")]
    pause: Annotated[PausePicture | None, Field(description="Set while the clerk is away.")] = None
    on_hold: Annotated[
        list[TicketName], Field(description="What this counter put on hold, longest first.")
    ] = Field(default_factory=list)
    voided: Annotated[
        Id | None, Field(description="The latest call of this counter's that was taken back.")
    ] = None


class Grant(Part):
    """A waiting ticket that only this counter may call while it is cut off."""

    ticket: TicketId
    number: Number
    service: ServiceId
    service_name: Text


class TransferTarget(Part):
    """Where the ticket in hand may be sent on to: another service, or another counter for its own.

    `number` is what people see of a counter; "" for a service.
    """

    service: Annotated[Id | None, Field(description="The service to wait for.")] = None
    counter: Annotated[Id | None, Field(description="The only counter that may call it.")] = None
    number: Annotated[str, Field(description="The counter's number as people see it.")] = ""
    name: Annotated[Text | None, Field(description="The name of the service or counter.")] = None


class RatingTag(Part):
    """A reason that the citizen may give after a rating."""

    code: Annotated[str, Field(max_length=12, description="As the uploads name it: 214.")]
    name: Text


class RatingOption(Part):
    """One key of the hall's rating scheme, best first."""

    level: Level
    name: Text
    tags: Annotated[list[RatingTag], Field(description="Asked after this level; none: never.")] = (
        Field(default_factory=list)
    )


class LinkRefusal(Part):
    """Why the hub will not work with this run of the unit."""

    code: Literal["twin", "unknown_unit", "wrong_counter", "wrong_role"]
    detail: Annotated[Text, Field(description="For the screen.")]
    twin_run: Annotated[Id | None, Field(description="The run that holds the unit's name.")] = None


# --- the hall as boards and kiosks show it -----------------------------------------------


class Wait(Part):
    """A forecast of a wait, in seconds: it ends before `p90` in nine cases of ten."""

    p10: Annotated[float, Field(ge=0)]
    p50: Annotated[float, Field(ge=0)]
    p90: Annotated[float, Field(ge=0)]


class QueuePicture(Part):
    """One service: who waits, and how long somebody would who took a number now."""

    service: ServiceId
    name: Text
    prefix: Annotated[str, Field(description="What its numbers begin with.")]
    waiting: Annotated[int, Field(ge=0, description="Tickets that wait for it.")]
    counters: Annotated[int, Field(ge=0, description="Counters on duty for it.")]
    wait_s: Annotated[Wait | None, Field(description="Forecast; none while there is none.")]


class TicketClass(Part):
    """A class of priority that a kiosk offers."""

    id: Id
    name: Text


class NumberBlock(Part):
    """Numbers that a kiosk may print by itself while it is cut off: its own series."""

    day: Annotated[str, Field(description="The business day that they belong to.")]
    prefix: Annotated[str, Field(max_length=4, description="This kiosk's own.")]
    first: Annotated[int, Field(ge=1, description="The first that is free.")]
    last: Annotated[int, Field(ge=0, description="The last; below `first`: none are left.")]
    page: Annotated[
        str | None, Field(max_length=500, description="What the address of a ticket begins with.")
    ] = None
    key: Annotated[
        str | None,
        Field(pattern=r"^[0-9a-f]{64}$", description="What makes the tokens of their slips."),
    ] = None


class KioskPicture(Part):
    """What a kiosk offers."""

    open: Annotated[bool, Field(description="Whether numbers are given out now.")]
    queues: Annotated[list[QueuePicture], Field(description="Services, in the hall's order.")]
    classes: Annotated[list[TicketClass], Field(description="Classes of priority on offer.")]
    block: Annotated[NumberBlock | None, Field(description="What it may print when cut off.")]
    notice: Annotated[Text | None, Field(description="The hall's notice.")] = None
    emergency: Annotated[
        Text | None, Field(description="Goes over everything else; no numbers meanwhile.")
    ] = None
    hours: Annotated[
        list[str],
        Field(
            max_length=7,
            description="Opening spans of each day, Monday first: 08:30-12:00, 13:30-17:00. "
            "Cut off, it goes by these; none: by `open`.",
        ),
    ] = Field(default_factory=list)
    identity: Annotated[
        Literal["not_asked", "required"],
        Field(description="Whether a number is given against an identity document only."),
    ] = "not_asked"


class BoardCall(Part):
    """A call on the board. The newest is the first of its list."""

    call_id: CallId
    number: Number
    counter_number: Annotated[str, Field(description="The counter's number as people see it.")]
    service_name: Text
    at: Annotated[WallTime, Field(description="When it was called, or called again.")]
    recalls: Annotated[int, Field(ge=0, description="How often it was called again.")]
    over: Annotated[
        bool, Field(description="Whether nobody is waited for any more: it is not to be spoken.")
    ] = False
