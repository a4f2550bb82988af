"""What a kiosk's screen shows, as plain values. PURE.

Views are compared by `==`, so waits are whole minutes and a countdown whole seconds. What a
finger may touch is named by `target` texts, which the session understands.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from device.ui.viewmodel import Bilingual, LanguageOrder


@dataclass(frozen=True, slots=True)
class KioskFrame:
    """What stands around every screen of a kiosk.

    `alone` is the time of day since which the hub is not heard. `hint` is a line at the foot:
    the hall's notice, or what is wrong with the printer (`warning`).
    """

    hall: Bilingual
    clock: str
    order: LanguageOrder = LanguageOrder.CHINESE_FIRST
    alone: str | None = None
    hint: Bilingual | None = None
    warning: bool = False
    notice: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A service. `waiting` is None while nobody can say; `wait_min` is a range of minutes."""

    service: str
    name: Bilingual
    prefix: str
    waiting: int | None = None
    wait_min: tuple[int, int] | None = None
    counters: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A class of priority, by its id; "" is the ordinary one."""

    id: str
    name: Bilingual


@dataclass(frozen=True, slots=True)
class KioskHome:
    """The services. `chosen` is the class of priority of the next number."""

    frame: KioskFrame
    offers: tuple[Offer, ...]
    page: int = 0
    has_classes: bool = False
    chosen: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class KioskClasses:
    """The classes of priority."""

    frame: KioskFrame
    classes: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class KioskCard:
    """An identity card is to be laid on the reader."""

    frame: KioskFrame
    service: Bilingual


@dataclass(frozen=True, slots=True)
class KioskTaking:
    """A moment until the number is there."""

    frame: KioskFrame
    service: Bilingual


class Paper(Enum):
    """Where the paper of a number is."""

    PRINTING = "printing"
    OUT = "out"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class KioskTicket:
    """A number. `alone`: it is of the kiosk's own series, called when the hall is back."""

    frame: KioskFrame
    number: str
    service: Bilingual
    paper: Paper
    alone: bool = False
    ahead: int | None = None
    wait_min: tuple[int, int] | None = None
    counter: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class KioskTrouble:
    """A number whose paper is not out, and what can be done; after a while it is given up."""

    frame: KioskFrame
    number: str
    service: Bilingual
    fault: Bilingual
    seconds_left: int
    url: str | None = None


class Tone(Enum):
    """What kind of message it is; each has a sign of its own."""

    CLOSED = "closed"
    WAIT = "wait"
    TOLD = "told"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class KioskMessage:
    """One message over the whole screen: closed, connecting, out of order, no number."""

    frame: KioskFrame
    tone: Tone
    title: Bilingual
    detail: Bilingual | None = None
    can_leave: bool = False


@dataclass(frozen=True, slots=True)
class KioskEmergency:
    """What everybody in the hall has to read; no numbers are given out meanwhile.

    `since` is the time of day since which the hub is not heard.
    """

    frame: KioskFrame
    text: Bilingual
    since: str | None = None


KioskView: TypeAlias = (
    KioskHome
    | KioskClasses
    | KioskCard
    | KioskTaking
    | KioskTicket
    | KioskTrouble
    | KioskMessage
    | KioskEmergency
)
