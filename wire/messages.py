"""Every message that crosses the network, as a frozen type. `wire.topics` says where each goes.

`v` is the schema version. It rises only when an older reader would misunderstand; fields may
be added without raising it, and a reader ignores those that it does not know.
Durations are float seconds (`…_s`), readings of CLOCK_BOOTTIME integer milliseconds
(`…_ms`), wall time is RFC 3339 with offset and milliseconds.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from wire.ids import Hash, Id

SCHEMA_VERSION = 1
"""The only schema version there is so far."""

MAX_BODY_CHARS = 16_384
"""How long the body of one record may be."""


def _with_offset(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a wall time needs its offset from UTC")
    return text


WallTime = Annotated[str, Field(max_length=40), AfterValidator(_with_offset)]
"""Wall time in RFC 3339, for instance 2026-03-02T10:41:07.250+08:00."""

Sequence = Annotated[int, Field(ge=0, le=2**53)]
"""A counter that only grows; 0 stands for "none yet"."""

Milliseconds = Annotated[int, Field(ge=0, le=2**53)]
"""A reading of CLOCK_BOOTTIME, or a span between two."""

# Ids by what they name. The descriptions are what docs/protocol.md says of each field.
RunId = Annotated[Id, Field(description="Drawn at random at each start of the unit.")]
OutboxId = Annotated[Id, Field(description="Random id made with the outbox file.")]
CounterId = Annotated[Id, Field(description="The counter, as the hall's configuration names it.")]
ServiceId = Annotated[Id, Field(description="The service, as the hall's configuration names it.")]
ClerkId = Annotated[Id, Field(description="The clerk, as the hall's configuration names them.")]
SomeClerk = Annotated[Id | None, Field(description="Who was signed in at the call.")]
TicketId = Annotated[Id, Field(description="The ticket's random id, never used again.")]
CallId = Annotated[Id, Field(description="The call's id, made by whoever decided the call.")]
Number = Annotated[str, Field(description="The ticket's number as people see it: A001.")]
Epoch = Annotated[Sequence, Field(description="Grows with each start of the hub.")]


class Part(BaseModel):
    """A piece of a message: frozen, strict about types, deaf to fields it does not know."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Message(Part):
    """What every message has."""

    v: Annotated[Literal[1], Field(description="Schema version of this message.")] = 1


class Text(Part):
    """A text of the hall's own in both languages."""

    zh: Annotated[str, Field(max_length=200)]
    en: Annotated[str, Field(max_length=200)]


class Role(StrEnum):
    """What a unit is."""

    COUNTER = "counter"
    BOARD = "board"
    KIOSK = "kiosk"


class Level(StrEnum):
    """A rating level by name. Numbers differ between standards and stay at the edges.

    GB/T 39046-2020 table A.8 codes very_satisfied as 1, the upload field `satisfaction` as 5.
    """

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


# --- what a person wants a counter to do -------------------------------------------------


class SignIn(Part):
    """A clerk takes the counter."""

    action: Literal["sign_in"]
    clerk: ClerkId
    pin: Annotated[str, Field(min_length=1, max_length=64, description="The clerk's secret.")]


class SignOut(Part):
    """The clerk leaves the counter, which closes with it."""

    action: Literal["sign_out"]


class Open(Part):
    """The counter begins to serve."""

    action: Literal["open"]


class Close(Part):
    """The counter stops serving; the clerk stays signed in."""

    action: Literal["close"]


class Next(Part):
    """Call the ticket that the hub thinks best for this counter."""

    action: Literal["next"]


class Recall(Part):
    """Call the same ticket once more."""

    action: Literal["recall"]


class NoShow(Part):
    """The person called did not come."""

    action: Literal["no_show"]


class Start(Part):
    """The person is here and the service begins. Optional before `done`."""

    action: Literal["start"]


class Done(Part):
    """The service has ended; the rating is invited."""

    action: Literal["done"]


class Hold(Part):
    """Interrupt the service (a copy, a form); the counter may serve others meanwhile."""

    action: Literal["hold"]


class Resume(Part):
    """Go on with a ticket on hold."""

    action: Literal["resume"]
    ticket: Annotated[Id | None, Field(description="Which; the one held longest if none.")] = None


class Transfer(Part):
    """Send the person on to another service, to another counter, or both.

    The ticket keeps its number and the credit of its wait.
    """

    action: Literal["transfer"]
    service: Annotated[Id | None, Field(description="The service to wait for.")] = None
    counter: Annotated[Id | None, Field(description="The only counter that may call it.")] = None


class Pause(Part):
    """The clerk is away for a while."""

    action: Literal["pause"]
    reason: Annotated[str, Field(max_length=60, description="Why, in a word or two.")] = ""
    minutes: Annotated[
        float | None, Field(gt=0, le=480, description="For how long, as announced.")
    ] = None


class Unpause(Part):
    """The clerk is back."""

    action: Literal["unpause"]


class Undo(Part):
    """Take the last step with a ticket back."""

    action: Literal["undo"]


Action = Annotated[
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
    Field(discriminator="action"),
]
"""What a counter can be told to do."""


# --- the picture of a counter ------------------------------------------------------------


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
    service: ServiceId
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
    ] = []


# --- from a unit to the hub --------------------------------------------------------------


class Status(Message):
    """Whether a run of a unit is connected. Retained; the Last Will says `online: false`."""

    run: RunId
    online: Annotated[bool, Field(description="False from the Last Will, or at an orderly end.")]


class Renew(Message):
    """The unit is here, and this is the state it acts on. Every 2 s and after each new state."""

    run: RunId
    n: Annotated[Sequence, Field(description="Counts the renews of this run.")]
    epoch: Annotated[Sequence, Field(description="Epoch of the state acted on; 0 for none.")]
    version: Annotated[Sequence, Field(description="Version of the state acted on.")]
    through: Annotated[Sequence, Field(description="Last record written before this message.")]
    boot_ms: Annotated[Milliseconds, Field(description="CLOCK_BOOTTIME when it was sent.")]
    wall: Annotated[WallTime, Field(description="The unit's own wall time when it was sent.")]
    synchronised: Annotated[bool, Field(description="Whether that wall time can be trusted.")]


class Hello(Renew):
    """The first word after each connect. Answered by a state, or by a refusal inside one."""

    role: Annotated[Role, Field(description="What the unit is.")]
    counter: Annotated[Id | None, Field(description="Which counter it stands at, if any.")]
    outbox: OutboxId
    head: Annotated[Hash, Field(description="Hash of record `through`; zeros for none.")]
    receipted: Annotated[Sequence, Field(description="Highest sequence receipted so far.")]
    oldest: Annotated[Sequence, Field(description="Lowest sequence still held; 0 if nothing is.")]
    epoch_id: Annotated[Id | None, Field(description="The epoch's random id, if one is known.")]
    software: Annotated[str, Field(max_length=40, description="The unit's program version.")]


class Command(Message):
    """A person pressed a key: what to do, and the picture that the person saw."""

    id: Annotated[Id, Field(description="Random; a repeat of it gets the first answer.")]
    run: RunId
    n: Annotated[Sequence, Field(description="The last renew that a state has answered.")]
    counter: CounterId
    seen: Annotated[Sequence, Field(description="Version of the counter's picture on show.")]
    request: Annotated[Action, Field(description="What to do.")]


class Record(Message):
    """One row of a unit's outbox on its way to the journal.

    `hash` is SHA-256 over the 32 bytes of `previous` and the UTF-8 bytes of `body`, which is
    the text that the unit stored: nobody serialises it again.
    """

    outbox: OutboxId
    sequence: Annotated[int, Field(ge=1, le=2**53, description="Counts the outbox's rows from 1.")]
    previous: Annotated[Hash, Field(description="Hash of the row before; zeros for the first.")]
    hash: Annotated[Hash, Field(description="Hash of this row.")]
    body: Annotated[
        str, Field(max_length=MAX_BODY_CHARS, description="JSON, exactly as it was stored.")
    ]


# --- inside a record ---------------------------------------------------------------------


class RecordBody(Message):
    """What every record says of itself: when, by which clock, in which run."""

    run: RunId
    boot_ms: Annotated[Milliseconds, Field(description="CLOCK_BOOTTIME when it happened.")]
    wall: Annotated[WallTime, Field(description="The unit's own wall time when it happened.")]
    synchronised: Annotated[bool, Field(description="Whether that wall time can be trusted.")]
    counter: CounterId


class RatingRecord(RecordBody):
    """The citizen pressed a rating key inside an invitation."""

    kind: Annotated[Literal["rating"], Field(description="Which record this is.")] = "rating"
    call_id: CallId
    ticket: TicketId
    clerk: SomeClerk
    level: Annotated[Level, Field(description="Which key.")]
    after_ms: Annotated[Milliseconds, Field(description="From the invitation to the press.")]


class UnratedRecord(RecordBody):
    """An invitation was shown for its full time and nobody answered."""

    kind: Annotated[Literal["unrated"], Field(description="Which record this is.")] = "unrated"
    call_id: CallId
    ticket: TicketId
    clerk: SomeClerk


AnyRecordBody = Annotated[RatingRecord | UnratedRecord, Field(discriminator="kind")]
"""The body of a record, told apart by `kind`."""


# --- from the hub to a unit --------------------------------------------------------------


class Grant(Part):
    """A waiting ticket that only this counter may call while it is cut off."""

    ticket: TicketId
    number: Number
    service: ServiceId
    service_name: Text


class RatingOption(Part):
    """One key of the hall's rating scheme, best first."""

    level: Level
    name: Text


class LinkRefusal(Part):
    """Why the hub will not work with this run of the unit."""

    code: Literal["twin", "unknown_unit", "wrong_counter"]
    detail: Annotated[Text, Field(description="For the screen.")]
    twin_run: Annotated[Id | None, Field(description="The run that holds the unit's name.")] = None


class State(Message):
    """What a unit may act on. It uses one only if it quotes its own run and an `n` it sent."""

    hall: Annotated[Text, Field(description="The hall's name.")]
    now: Annotated[WallTime, Field(description="The hub's wall time when it was sent.")]
    epoch: Epoch
    epoch_id: Annotated[Id, Field(description="Drawn at random with the epoch.")]
    version: Annotated[Sequence, Field(description="Grows with each change of this state.")]
    run: Annotated[Id, Field(description="The run that is answered.")]
    n: Annotated[Sequence, Field(description="The latest renew of that run that has arrived.")]
    outbox: Annotated[Id, Field(description="The outbox that `committed` speaks of.")]
    committed: Annotated[Sequence, Field(description="Highest contiguous sequence committed.")]
    lease_s: Annotated[
        float, Field(ge=0, description="How long the grants hold, from the sending of renew `n`.")
    ]
    grants: Annotated[list[Grant], Field(description="What it may call while it is cut off.")]
    counter: Annotated[CounterPicture | None, Field(description="Its counter, if it has one.")]
    rating: Annotated[list[RatingOption], Field(description="The hall's scheme, best first.")]
    refused: Annotated[
        LinkRefusal | None, Field(description="Set if the hub will not work with this run.")
    ] = None


class Answer(Message):
    """What became of a command. A repeat of its id gets the same bytes again."""

    id: Annotated[Id, Field(description="The command's.")]
    outcome: Annotated[
        Literal["done", "nothing_waiting", "refused"], Field(description="What became of it.")
    ]
    code: Annotated[str | None, Field(description="Why it was refused, for programs.")]
    ticket: Annotated[TicketName | None, Field(description="The ticket it acted on.")]
    reason: Annotated[str | None, Field(description="Why, for people.")]
    counter: CounterId
    state: Annotated[CounterPicture | None, Field(description="The present state, if refused.")]


class Receipt(Message):
    """Records up to `through` are committed; the unit may prune them when they are old."""

    outbox: OutboxId
    through: Annotated[Sequence, Field(description="Highest contiguous sequence committed.")]


class Announce(Message):
    """A call that boards show and say. Never retained: an old call is not news."""

    epoch: Epoch
    at: Annotated[WallTime, Field(description="When it was called.")]
    kind: Annotated[Literal["called", "recalled"], Field(description="First call, or again.")]
    call_id: CallId
    number: Number
    counter: CounterId
    counter_number: Annotated[str, Field(description="The counter's number as people see it.")]
    service: ServiceId
    service_name: Annotated[Text, Field(description="The service's name.")]
