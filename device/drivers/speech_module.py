"""Speech modules on a serial line: SYN6288 and its successor XFS5152CE.

After their makers' data sheets. A frame is FD, the length in two bytes, a command, and for
speaking a byte for encoding and music, and the text. The modules answer with one byte.

The SYN6288 closes a frame with the XOR of all its bytes, counts that byte in the length, and
takes 200 bytes of text. The XFS5152CE has no checksum and takes 4 KB. Both obey marks in
square brackets in the text, [v5] for the volume, so brackets in a text become wide ones.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import IntEnum
from functools import reduce
from operator import xor
from typing import ClassVar, Final

from device.drivers.transport import Transport
from wire.errors import BadAnswer, NoAnswer, Refused

ANSWER_WITHIN_S: Final = 1.0
HEAD: Final = b"\xfd"
ENCODINGS: Final = ("gb2312", "gbk", "big5", "utf-16-be")
"""The encodings that a module knows, each at its own number."""

_BRACKETS: Final = str.maketrans("[]", "［］")
_STALE_ANSWERS: Final = 8


class Command(IntEnum):
    """What a module can be told."""

    SPEAK = 0x01
    STOP = 0x02
    PAUSE = 0x03
    RESUME = 0x04
    STATUS = 0x21
    SLEEP = 0x88
    WAKE = 0xFF


class Reply(IntEnum):
    """What a module says."""

    ACCEPTED = 0x41
    BAD = 0x45
    READY = 0x4A
    BUSY = 0x4E
    IDLE = 0x4F


class SpeechModule(ABC):
    """A module that speaks what it is sent, by itself."""

    limit_bytes: ClassVar[int]
    volume_mark: ClassVar[tuple[str, int]] = ("v", 10)
    speed_mark: ClassVar[tuple[str, int]] = ("s", 10)

    def __init__(
        self,
        transport: Transport,
        *,
        encoding: str = "gbk",
        volume: int | None = None,
        speed: int | None = None,
    ) -> None:
        self._transport = transport
        self._encoding = encoding
        self._marks = _mark(self.volume_mark, volume) + _mark(self.speed_mark, speed)

    def say(self, text: str) -> None:
        """Begin to speak. Raises Refused for a text too long or not understood, HardwareError."""
        data = (self._marks + text.translate(_BRACKETS)).encode(self._encoding, errors="ignore")
        if len(data) > self.limit_bytes:
            raise Refused(
                f"{self._transport.name}: a text of {len(data)} bytes; {self.limit_bytes} are"
                " the most"
            )
        parameter = ENCODINGS.index(self._encoding)
        self._order(Command.SPEAK, bytes((parameter,)) + data)

    def stop(self) -> None:
        """Fall silent. Raises HardwareError."""
        self._order(Command.STOP)

    def is_speaking(self) -> bool:
        """Whether it is speaking now. Raises HardwareError."""
        # Some modules accept the question before they answer it.
        passed_over = (Reply.ACCEPTED, Reply.READY)
        reply = self._ask(Command.STATUS, b"", passed_over, (Reply.BUSY, Reply.IDLE))
        return reply is Reply.BUSY

    def probe(self) -> str:
        """Ask how it is. Raises HardwareError."""
        return "it answers, and is speaking" if self.is_speaking() else "it answers, and is idle"

    def close(self) -> None:
        """Give the port back."""
        self._transport.close()

    @staticmethod
    @abstractmethod
    def frame(command: Command, body: bytes = b"") -> bytes:
        """The bytes of a command."""

    def _order(self, command: Command, body: bytes = b"") -> None:
        # It says that it is idle whenever it has spoken to the end, also just now.
        passed_over = (Reply.IDLE, Reply.READY)
        reply = self._ask(command, body, passed_over, (Reply.ACCEPTED, Reply.BAD))
        if reply is Reply.BAD:
            raise Refused(f"{self._transport.name}: the speech module did not understand")

    def _ask(
        self,
        command: Command,
        body: bytes,
        passed_over: tuple[Reply, ...],
        expected: tuple[Reply, ...],
    ) -> Reply:
        self._transport.discard()
        self._transport.write(self.frame(command, body))
        return self._reply(passed_over, expected)

    def _reply(self, passed_over: tuple[Reply, ...], expected: tuple[Reply, ...]) -> Reply:
        for _ in range(_STALE_ANSWERS):
            byte = self._transport.read(1, ANSWER_WITHIN_S)[0]
            if byte in expected:
                return Reply(byte)
            if byte not in passed_over:
                raise BadAnswer(
                    f"{self._transport.name}: answered {byte:02X}, which no speech module says;"
                    " check the baud rate"
                )
        raise BadAnswer(f"{self._transport.name}: goes on answering without an end")


class Syn6288(SpeechModule):
    """The SYN6288: XOR at the end, 200 bytes of text."""

    limit_bytes = 200
    volume_mark = ("v", 16)
    speed_mark = ("t", 5)

    @staticmethod
    def frame(command: Command, body: bytes = b"") -> bytes:
        """The bytes of a command."""
        length = 1 + len(body) + 1
        data = HEAD + length.to_bytes(2) + bytes((command,)) + body
        return data + bytes((reduce(xor, data),))


class Xfs5152(SpeechModule):
    """The XFS5152CE: no checksum, 4 KB of text, and asleep it has to be woken first."""

    limit_bytes = 4096

    @staticmethod
    def frame(command: Command, body: bytes = b"") -> bytes:
        """The bytes of a command."""
        return HEAD + (1 + len(body)).to_bytes(2) + bytes((command,)) + body

    def _ask(
        self,
        command: Command,
        body: bytes,
        passed_over: tuple[Reply, ...],
        expected: tuple[Reply, ...],
    ) -> Reply:
        try:
            return super()._ask(command, body, passed_over, expected)
        except NoAnswer:
            self._transport.write(self.frame(Command.WAKE))
            return super()._ask(command, body, passed_over, expected)


def _mark(mark: tuple[str, int], value: int | None) -> str:
    letter, most = mark
    return "" if value is None else f"[{letter}{min(value, most)}]"
