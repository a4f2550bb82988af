"""Every message that crosses the network, as a frozen type. `wire.topics` says where each goes.

`v` is the schema version. It rises only when an older reader would misunderstand; fields may
be added without raising it, and a reader ignores those that it does not know.
Durations are float seconds (`…_s`), readings of CLOCK_BOOTTIME integer milliseconds
(`…_ms`), wall time is RFC 3339 with offset and milliseconds.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wire.actions import (
    Action,
    Close,
    Done,
    Hold,
    Next,
    NoShow,
    Open,
    Pause,
    Recall,
    Resume,
    SignIn,
    SignOut,
    Start,
    Transfer,
    Undo,
    Unpause,
)
from wire.ids import Hash, Id
from wire.pictures import (
    BoardCall,
    ClerkName,
    CounterPicture,
    CounterState,
    Grant,
    Invitation,
    KioskPicture,
    LinkRefusal,
    NumberBlock,
    PausePicture,
    QueuePicture,
    RatingOption,
    RatingTag,
    ServiceName,
    TicketClass,
    TicketInHand,
    TicketName,
    TransferTarget,
    Wait,
)
from wire.records import (
    AnyRecordBody,
    AwayRecord,
    CalledRecord,
    CallRecord,
    CommandId,
    CounterRecord,
    HealthRecord,
    IssuedRecord,
    PrintRecord,
    RatingRecord,
    RatingTagsRecord,
    RecordBody,
    StepRecord,
    UnratedRecord,
    WithoutNumberRecord,
)
from wire.vocabulary import (
    MAX_BODY_CHARS,
    SCHEMA_VERSION,
    BootId,
    CallId,
    ClerkId,
    CounterId,
    Epoch,
    Level,
    Message,
    Milliseconds,
    Number,
    OutboxId,
    Part,
    Role,
    RunId,
    Sequence,
    ServiceId,
    SomeClerk,
    Text,
    TicketId,
    WallTime,
)

__all__ = [
    "MAX_BODY_CHARS",
    "SCHEMA_VERSION",
    "Action",
    "Announce",
    "Answer",
    "AnyRecordBody",
    "AwayRecord",
    "Board",
    "BoardCall",
    "Call",
    "CallId",
    "CallRecord",
    "CalledRecord",
    "ClerkId",
    "ClerkName",
    "Close",
    "Command",
    "CommandId",
    "CounterId",
    "CounterPicture",
    "CounterRecord",
    "CounterState",
    "Done",
    "Epoch",
    "GiveUp",
    "Grant",
    "HealthRecord",
    "Hello",
    "Hold",
    "Invitation",
    "IssuedRecord",
    "KioskPicture",
    "Level",
    "LinkRefusal",
    "Message",
    "Milliseconds",
    "Next",
    "NoShow",
    "Number",
    "NumberBlock",
    "Open",
    "OutboxId",
    "Part",
    "Pause",
    "PausePicture",
    "PrintRecord",
    "QueuePicture",
    "RatingOption",
    "RatingRecord",
    "RatingTag",
    "RatingTagsRecord",
    "Recall",
    "Receipt",
    "Record",
    "RecordBody",
    "Renew",
    "Resume",
    "Role",
    "RunId",
    "Sequence",
    "ServiceId",
    "ServiceName",
    "SignIn",
    "SignOut",
    "SomeClerk",
    "Start",
    "State",
    "Status",
    "StepRecord",
    "Take",
    "TakeNumber",
    "Taken",
    "Text",
    "TicketClass",
    "TicketId",
    "TicketInHand",
    "TicketName",
    "Transfer",
    "TransferTarget",
    "Undo",
    "Unpause",
    "UnratedRecord",
    "Wait",
    "WallTime",
    "WithoutNumberRecord",
]


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
    boot: BootId = ""
    trouble: Annotated[
        Literal["disk_full", "disk_broken"] | None,
        Field(description="Why no record can be kept just now, which no record can say."),
    ] = None


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
    board: Annotated[
        str,
        Field(
            max_length=64,
            description="Hash of the machine and the outbox's file: a copy of it has another.",
        ),
    ] = ""


class Command(Message):
    """A person pressed a key: what to do, and the picture that the person saw."""

    id: Annotated[Id, Field(description="Random; a repeat of it gets the first answer.")]
    run: RunId
    n: Annotated[Sequence, Field(description="The last renew that a state has answered.")]
    counter: CounterId
    seen: Annotated[Sequence, Field(description="Version of the counter's picture on show.")]
    request: Annotated[Action, Field(description="What to do.")]


class TakeNumber(Part):
    """Somebody wants a number."""

    wish: Literal["take"]
    service: ServiceId
    ticket_class: Annotated[
        str, Field(max_length=32, description='Class of priority; "": ordinary.')
    ] = ""
    person: Annotated[
        str | None, Field(max_length=64, description="An identity, never kept: only its hash.")
    ] = None


class GiveUp(Part):
    """A number was not printed, or nobody took it: it is not to be called."""

    wish: Literal["give_up"]
    ticket: TicketId


class Take(Message):
    """Somebody stands at a kiosk. A repeat of the id gets the first answer."""

    id: Annotated[
        Id,
        Field(
            description="Random; drawn before the first attempt. A number wanted gets it as its"
            " ticket's id."
        ),
    ]
    run: RunId
    request: Annotated[
        TakeNumber | GiveUp, Field(discriminator="wish", description="What they want.")
    ]


class Call(Message):
    """A counter that is cut off from the hub has called: for boards, and for nobody else."""

    run: RunId
    at: Annotated[WallTime, Field(description="The unit's own wall time.")]
    kind: Annotated[Literal["called", "recalled"], Field(description="First call, or again.")]
    call_id: CallId
    number: Number
    counter: CounterId
    counter_number: Annotated[str, Field(description="The counter's number as people see it.")]
    service: ServiceId
    service_name: Annotated[Text, Field(description="The service's name.")]


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


# --- from the hub to a unit --------------------------------------------------------------


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
    invite_s: Annotated[
        float, Field(gt=0, description="How long an invitation stays open that the unit opens.")
    ] = 10.0
    transfers: Annotated[
        list[TransferTarget],
        Field(description="Where the ticket in hand may be sent on to by a key; the likeliest."),
    ] = Field(default_factory=list)
    next_finishes: Annotated[
        bool, Field(description="Whether `next` ends the service at hand as well.")
    ] = False
    kiosk: Annotated[KioskPicture | None, Field(description="What it offers, if a kiosk.")] = None
    emergency: Annotated[
        Text | None, Field(description="Shown over what else a counter shows, while it stands.")
    ] = None
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


class Taken(Message):
    """What became of a wish at a kiosk."""

    id: Annotated[Id, Field(description="The wish's.")]
    outcome: Annotated[Literal["done", "refused"], Field(description="What became of it.")]
    code: Annotated[str | None, Field(description="Why it was refused, for programs.")]
    ticket: Annotated[TicketName | None, Field(description="The number that was given.")]
    ahead: Annotated[int | None, Field(ge=0, description="People before it in its line.")] = None
    wait_s: Annotated[Wait | None, Field(description="How long it will wait.")] = None
    counter_number: Annotated[
        str | None, Field(description="The counter printed on it, where halls do that.")
    ] = None
    url: Annotated[str | None, Field(description="The page that follows it.")] = None
    reason: Annotated[str | None, Field(description="Why, for people.")] = None


class Board(Message):
    """What a hall board shows. Retained: its age is unknown until something live has come."""

    hall: Annotated[Text, Field(description="The hall's name.")]
    now: Annotated[WallTime, Field(description="The hub's wall time when it was sent.")]
    epoch: Epoch
    version: Annotated[Sequence, Field(description="Grows with each change.")]
    open: Annotated[bool, Field(description="Whether the hall is open.")]
    calls: Annotated[list[BoardCall], Field(description="Newest first.")]
    queues: Annotated[list[QueuePicture], Field(description="Services, in the hall's order.")]
    notice: Annotated[Text | None, Field(description="The hall's notice.")] = None
    emergency: Annotated[Text | None, Field(description="Goes over everything else.")] = None


class Receipt(Message):
    """Records up to `through` are committed; the unit may prune them when they are old."""

    outbox: OutboxId
    through: Annotated[Sequence, Field(description="Highest contiguous sequence committed.")]


class Announce(Message):
    """A call that boards show and say, or one taken back. Never retained: old calls are no news."""

    epoch: Epoch
    at: Annotated[WallTime, Field(description="When it was called.")]
    kind: Annotated[
        Literal["called", "recalled", "voided"],
        Field(description="First call, again, or taken back."),
    ]
    call_id: CallId
    number: Number
    counter: CounterId
    counter_number: Annotated[str, Field(description="The counter's number as people see it.")]
    service: ServiceId
    service_name: Annotated[Text, Field(description="The service's name.")]
