"""Emulated speech modules: they check each frame, and keep what they were told to say."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import xor
from typing import Final

from device.drivers.far_ends.instrument import Instrument, skip_to
from device.drivers.speech_module import ENCODINGS, HEAD, Command, Reply

SECONDS_A_CHARACTER: Final = 0.2
_HEAD_BYTES: Final = 3


class SpeechChip(Instrument):
    """A SYN6288 with its checksum, or an XFS5152CE without one.

    It speaks for `SECONDS_A_CHARACTER` of `now` for each character.
    """

    def __init__(self, now: Callable[[], float], limit_bytes: int, *, checksum: bool) -> None:
        super().__init__()
        self._now = now
        self._limit_bytes = limit_bytes
        self._checksum = checksum
        self._until_s: float | None = None
        self.asleep = False
        self.said: list[str] = []

    def reading(self) -> str:
        """What it is saying, or said last."""
        return self.said[-1] if self.said else ""

    def power_cut(self) -> None:
        """It falls silent, and is awake when it comes back."""
        super().power_cut()
        self._until_s = None
        self.asleep = False

    @property
    def is_speaking(self) -> bool:
        """Whether it is speaking now."""
        return self._until_s is not None and self._now() < self._until_s

    def _next(self, data: bytes) -> tuple[int, bytes] | None:
        if noise := skip_to(HEAD[0], data):
            return noise, b""
        whole = _HEAD_BYTES + int.from_bytes(data[1:3])
        if len(data) < max(whole, _HEAD_BYTES + 1):
            return None
        finished = self._finished()
        return whole, finished + bytes(self._reply(data[:whole]))

    def _finished(self) -> bytes:
        """It says by itself that it is idle, once, when it has spoken to the end."""
        if self._until_s is None or self.is_speaking:
            return b""
        self._until_s = None
        return bytes((Reply.IDLE,))

    def _reply(self, frame: bytes) -> list[Reply]:
        if self.asleep and frame[3] != Command.WAKE:
            return []
        body = frame[4:]
        if self._checksum:
            if reduce(xor, frame) != 0:
                return self._bad()
            body = body[:-1]
        return self._obey(frame[3], body)

    def _obey(self, command: int, body: bytes) -> list[Reply]:
        match command:
            case Command.SPEAK:
                return self._speak(body)
            case Command.STOP:
                self._until_s = None
            case Command.STATUS:
                return [Reply.BUSY if self.is_speaking else Reply.IDLE]
            case Command.SLEEP:
                self.asleep = True
            case Command.WAKE:
                self.asleep = False
                return [Reply.READY]
            case _:
                return self._bad()
        return [Reply.ACCEPTED]

    def _speak(self, body: bytes) -> list[Reply]:
        encoding = body[0] & 0b111 if body else len(ENCODINGS)
        if encoding >= len(ENCODINGS) or not 0 < len(body) - 1 <= self._limit_bytes:
            return self._bad()
        try:
            text = body[1:].decode(ENCODINGS[encoding])
        except UnicodeDecodeError:
            return self._bad()
        self.said.append(text)
        self._until_s = self._now() + SECONDS_A_CHARACTER * len(text)
        return [Reply.ACCEPTED]

    def _bad(self) -> list[Reply]:
        self.wrong += 1
        return [Reply.BAD]
