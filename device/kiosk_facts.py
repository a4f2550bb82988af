"""What a kiosk knows, remembers, hears and wants done. PURE: frozen values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from device.drivers.ports import Health
from device.events import Anomaly, Heard, LinkDown, LinkUp, Remark, Say, Tick
from wire.messages import (
    HealthRecord,
    IssuedRecord,
    KioskPicture,
    NumberBlock,
    Part,
    PrintRecord,
    State,
    Take,
    Taken,
    Text,
    TicketName,
    Wait,
)

# --- what is on disk ---------------------------------------------------------------------


class Given(Part):
    """A number that somebody was given; `alone` if it is one of the kiosk's own series."""

    ticket: TicketName
    alone: bool
    ahead: int | None = None
    wait_s: Wait | None = None
    counter_number: str | None = None
    url: str | None = None


class Wished(Part):
    """What somebody touched, from then until it is known what became of the paper.

    `id` is the wish's and the ticket's, `paper` the ticket's if the kiosk has to decide alone.
    `wall` is this unit's wall time of the touch. `personal` says that the wish carries an
    identity, which is never kept. `printing` says that paper may be out.
    """

    id: str
    paper: str
    service: str
    ticket_class: str
    wall: str
    personal: bool = False
    given: Given | None = None
    printing: bool = False


class Memory(Part):
    """What a kiosk must still know after a crash, or after a night without the hub.

    `series` are the numbers of its own that are left, `first` the next. `told` is the hub's
    wall time when it last described the hall.
    """

    series: NumberBlock | None = None
    wish: Wished | None = None
    hall: Text | None = None
    kiosk: KioskPicture | None = None
    told: str | None = None
    epoch: int = 0
    epoch_id: str | None = None


# --- events ------------------------------------------------------------------------------


@dataclass(frozen=True)
class HubSpoke:
    """A state has come; `outbox` is this unit's own.

    `numbered` is its last record that may have given out a number: a hub that has it knows which
    of the kiosk's own numbers are free.
    """

    state: State
    outbox: str
    numbered: int


@dataclass(frozen=True)
class TakenCame:
    """The hub has said what became of a wish."""

    taken: Taken


@dataclass(frozen=True)
class Touched:
    """Somebody touched `target`; the two ids are fresh, for the wish that it may become."""

    target: str
    ids: tuple[str, str]


@dataclass(frozen=True, repr=False)
class CardRead:
    """A card lies on the reader; its number is "" if nobody here understands the card.

    The number is in no log, and not in this value's `repr`.
    """

    number: str
    ids: tuple[str, str]


@dataclass(frozen=True)
class PaperCame:
    """The printer is done with an attempt; `code` says what was wrong, None for nothing."""

    attempt: int
    code: str | None


@dataclass(frozen=True)
class HealthCame:
    """A peripheral has stopped working, or works again."""

    health: Health


# --- effects -----------------------------------------------------------------------------

Record: TypeAlias = IssuedRecord | PrintRecord | HealthRecord


@dataclass(frozen=True)
class Keep:
    """Put this memory on disk in the place of the one before; report `Done` or `NotDone`."""

    memory: Memory


@dataclass(frozen=True)
class Note:
    """Commit a record to the outbox; report `Done` or `NotDone`."""

    body: Record


@dataclass(frozen=True, repr=False)
class Ask:
    """Send a wish. Not shown in logs: it may carry an identity."""

    take: Take


@dataclass(frozen=True)
class Print:
    """Print a number's paper; report `PaperCame` with this attempt."""

    attempt: int
    given: Given


@dataclass(frozen=True)
class Look:
    """Begin or stop to look for identity cards."""

    looking: bool


@dataclass(frozen=True)
class Done:
    """What was to be kept is on disk."""

    effect: Keep | Note


@dataclass(frozen=True)
class NotDone:
    """It could not be kept; `full` if for want of room."""

    effect: Keep | Note
    full: bool


KioskEvent: TypeAlias = (
    LinkUp
    | LinkDown
    | Tick
    | HubSpoke
    | TakenCame
    | Touched
    | CardRead
    | PaperCame
    | HealthCame
    | Done
    | NotDone
)

KioskEffect: TypeAlias = Say | Heard | Remark | Anomaly | Keep | Note | Ask | Print | Look
