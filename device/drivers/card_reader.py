"""The reader of identity cards at a kiosk: a SAM module on a serial line.

A frame is AA AA AA 96 69, a length in two bytes, a command with its parameter or an answer
with its three status bytes, data, and the XOR of all after the five. The length counts what
follows it. A card is found, selected, read. Of what is read only the text is looked at; the
photo is in a licensed format and is left as it is.

What is on a card is personal: it is in no log and in no error, not even in part.
"""

from __future__ import annotations

from enum import Enum
from functools import reduce
from operator import xor
from typing import Final

from device.drivers.ports import CitizenCard, UnknownCard
from device.drivers.transport import Pace, Transport
from wire.errors import BadAnswer, HardwareError

HEAD: Final = b"\xaa\xaa\xaa\x96\x69"
POLL_GAP_S: Final = 0.3
"""Asked for a card sooner, the module stops answering."""

ANSWER_WITHIN_S: Final = 1.0
READ_WITHIN_S: Final = 3.0
TEXT_BYTES: Final = 256
_MOST_BYTES: Final = 4096

FIELDS: Final = (
    ("name", 30),
    ("sex", 2),
    ("nation", 4),
    ("born", 16),
    ("address", 70),
    ("number", 36),
    ("authority", 30),
    ("valid_from", 16),
    ("valid_until", 16),
)
"""Where each field of the text stands: its bytes of UTF-16LE, one after another from the start."""

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"


class Command(Enum):
    """What the module can be told: a command and its parameter."""

    STATUS = b"\x11\xff"
    FIND = b"\x20\x01"
    SELECT = b"\x20\x02"
    READ = b"\x30\x01"


FOUND: Final = b"\x00\x00\x9f"
NO_CARD: Final = b"\x00\x00\x80"
WELL: Final = b"\x00\x00\x90"
SELECT_FAILED: Final = b"\x00\x00\x81"
READ_FAILED: Final = b"\x00\x00\x41"


class ReaderFault(HardwareError):
    """The reader says that something in it is wrong."""

    code = "reader_fault"


class SamCardReader:
    """A card reader. `pace` keeps `POLL_GAP_S` between two looks."""

    def __init__(self, transport: Transport, pace: Pace) -> None:
        self._transport = transport
        self._pace = pace

    def probe(self) -> str:
        """Ask how it is. Raises HardwareError."""
        status, _ = self._ask(Command.STATUS)
        if status != WELL:
            raise ReaderFault(
                f"{self._transport.name}: the card reader reports {status[2]:02X}; switch it off"
                " and on, and have it seen to if that does not help"
            )
        return "it answers"

    def read_card(self) -> CitizenCard | UnknownCard | None:
        """Look once; None while there is no new card. Raises HardwareError."""
        self._pace.turn()
        if not self._agrees(Command.FIND, FOUND, NO_CARD):
            return None
        if not self._agrees(Command.SELECT, WELL, SELECT_FAILED):
            return None  # taken away again
        status, data = self._ask(Command.READ, READ_WITHIN_S)
        if status == READ_FAILED:
            return None  # taken away again
        if status != WELL:
            raise self._unknown(status)
        return self._card(data)

    def close(self) -> None:
        """Give the port back."""
        self._transport.close()

    def _agrees(self, command: Command, yes: bytes, no: bytes) -> bool:
        status, _ = self._ask(command)
        if status not in {yes, no}:
            raise self._unknown(status)
        return status == yes

    def _ask(self, command: Command, within_s: float = ANSWER_WITHIN_S) -> tuple[bytes, bytes]:
        """The status and the data of the answer."""
        self._transport.discard()
        self._transport.write(frame(command.value))
        head = self._transport.read(len(HEAD) + 2, within_s)
        length = int.from_bytes(head[len(HEAD) :])
        if not head.startswith(HEAD) or not 4 <= length <= _MOST_BYTES:
            raise self._bad("what came is no answer of a card reader; check the baud rate")
        body = self._transport.read(length, within_s)
        if checksum(head[len(HEAD) :] + body) != 0:
            raise self._bad("an answer came with a wrong checksum")
        return body[:3], body[3:-1]

    def _card(self, data: bytes) -> CitizenCard | UnknownCard:
        text = data[4 : 4 + TEXT_BYTES]
        if int.from_bytes(data[:2]) != TEXT_BYTES or len(text) != TEXT_BYTES:
            raise self._bad("the text of a card has a length that it cannot have")
        try:
            return parsed(text)
        except ValueError:
            return UnknownCard()  # its checksum is right: the reader does its work

    def _unknown(self, status: bytes) -> BadAnswer:
        return self._bad(f"the card reader reports {status.hex(' ').upper()}, which is not known")

    def _bad(self, what: str) -> BadAnswer:
        return BadAnswer(f"{self._transport.name}: {what}")


def frame(body: bytes) -> bytes:
    """A command or an answer as it goes over the line."""
    counted = (len(body) + 1).to_bytes(2) + body
    return HEAD + counted + bytes((checksum(counted),))


def checksum(data: bytes) -> int:
    """The XOR of all bytes; nought over data that ends with its own checksum."""
    return reduce(xor, data, 0)


def parsed(text: bytes) -> CitizenCard:
    """The fields of a card's text. Raises ValueError, which quotes nothing of it."""
    values = {}
    start = 0
    for name, size in FIELDS:
        values[name] = _field(text[start : start + size])
        start += size
    card = CitizenCard(**values)
    if not is_citizen_number(card.number):
        raise ValueError("the number of a card does not fit its check digit")
    return card


def is_citizen_number(number: str) -> bool:
    """Whether the last of the 18 characters fits the others, as GB 11643 says."""
    if len(number) != 18 or not number[:17].isdecimal() or not number[:17].isascii():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return number[17] == _CHECK_DIGITS[total % 11]


def _field(data: bytes) -> str:
    try:
        return data.decode("utf-16-le").replace("\0", " ").strip()
    except UnicodeDecodeError:
        raise ValueError("the text of a card is not UTF-16") from None
