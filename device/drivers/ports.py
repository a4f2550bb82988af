"""What a unit needs of its peripherals, whatever drives them. Imports no driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class KeyEdge:
    """A key's contact has closed or opened, chatter included, at a reading of CLOCK_BOOTTIME."""

    name: str
    closed: bool
    at_ms: float


EdgeSink = Callable[[KeyEdge], None]
"""Where edges go. Called from any thread; it only puts them into an inbox."""


@dataclass(frozen=True)
class Wiring:
    """Which pin each key and each lamp is on."""

    keys: Mapping[str, int]
    lamps: Mapping[str, int]


class Front(Protocol):
    """The keys of a counter and the lamps in them."""

    def start(self, sink: EdgeSink) -> None:
        """Take the pins, and report edges from now on. Raises HardwareError."""

    def light(self, lamps: frozenset[str]) -> None:
        """Light these lamps and no others."""

    def close(self) -> None:
        """Give the pins back; lamps go out."""


@runtime_checkable
class EmulatedFront(Front, Protocol):
    """A front whose keys can be pressed, and whose lamps can be read, by a program."""

    @property
    def lit(self) -> frozenset[str]:
        """The lamps that are lit."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys that are there."""

    def press(self, key: str, hold_s: float) -> None:
        """Hold a key down for a while. Raises KeyError for a key that is not there."""


@dataclass(frozen=True)
class Health:
    """A peripheral has changed: it works again, or is at fault in another way than before.

    `peripheral` is its section of the configuration. `code` is "ok", or the code of an error
    of `wire.errors`; `detail` says for a person what is wrong and what to do.
    """

    peripheral: str
    ok: bool
    code: str
    detail: str


HealthSink = Callable[[Health], None]
"""Where changes go. Called from the peripheral's own thread; it only fills an inbox."""


class Peripheral(Protocol):
    """What all peripherals have. Used by one thread at a time; every method may take a while."""

    def probe(self) -> str:
        """See that it is there and well, and say so in words. Raises HardwareError.

        What only listens can be seen no further than its port.
        """

    def close(self) -> None:
        """Give its port back; the next use opens it again."""


@dataclass(frozen=True)
class SignText:
    """What a sign shows. A board with digits only shows those of `number`, or nothing."""

    text: str
    number: str | None = None


class Sign(Peripheral, Protocol):
    """A sign at a counter, or the large one of a hall."""

    def show(self, content: SignText) -> None:
        """Show this from now on. Raises HardwareError."""


class Speech(Peripheral, Protocol):
    """A module that speaks by itself."""

    @property
    def limit_bytes(self) -> int:
        """How long a text may be once encoded."""

    def say(self, text: str) -> None:
        """Begin to speak; what is being spoken breaks off. Returns when it is accepted.

        Raises Refused for a text that is too long or not understood, and other HardwareError.
        """

    def is_speaking(self) -> bool:
        """Whether it is speaking now. Raises HardwareError."""

    def stop(self) -> None:
        """Fall silent. Raises HardwareError."""


@dataclass(frozen=True)
class Slip:
    """What stands on a printed ticket, in the language of who took it.

    `lines` stand above the number and `below` under it, each as one line. `url` becomes a QR
    code, with `caption` under it.
    """

    number: str
    lines: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    url: str | None = None
    caption: str | None = None


class TicketPrinter(Peripheral, Protocol):
    """A printer of tickets."""

    def print_slip(self, slip: Slip) -> None:
        """Print and cut. Returns when the ticket is known to be out.

        Raises PaperEnd, CoverOpen, NoAnswer or another HardwareError; the ticket may then be
        on paper in part, so whoever asked has to print again or cancel it.
        """


@dataclass(frozen=True, repr=False)
class CitizenCard:
    """The text of an identity card. Personal: it is in no log, and not in its own `repr`.

    Dates are YYYYMMDD, `valid_until` may be 长期. Sex and nation are the codes of the card.
    """

    name: str
    sex: str
    nation: str
    born: str
    address: str
    number: str
    authority: str
    valid_from: str
    valid_until: str

    def __repr__(self) -> str:
        """That it is a card, and nothing of what is on it."""
        return f"CitizenCard({len(fields(self))} fields, not shown)"


@dataclass(frozen=True)
class UnknownCard:
    """A card that the reader can read and nobody here can understand, as a foreigner's."""


CardSink = Callable[[CitizenCard | UnknownCard], None]
"""Where cards go. Called from the reader's own thread; it only fills an inbox."""


class CardReader(Peripheral, Protocol):
    """A reader of identity cards."""

    def read_card(self) -> CitizenCard | UnknownCard | None:
        """Look once; None while there is no new card. Raises HardwareError.

        A card that has been read is not found again until it has been taken away.
        """
