"""An emulated card reader, on which a program lays cards."""

from __future__ import annotations

from typing import Final

from device.drivers.card_reader import (
    FIELDS,
    FOUND,
    HEAD,
    NO_CARD,
    READ_FAILED,
    SELECT_FAILED,
    TEXT_BYTES,
    WELL,
    Command,
    checksum,
    frame,
)
from device.drivers.far_ends.instrument import Instrument
from device.drivers.ports import CitizenCard

_LENGTH_ENDS: Final = len(HEAD) + 2
_SERIAL: Final = bytes(4)
_PHOTO: Final = bytes(1024)


class SamModule(Instrument):
    """A SAM module with at most one card on it, which it finds once each time it is laid."""

    def __init__(self) -> None:
        super().__init__()
        self._text: bytes | None = None
        self._is_new = False
        self._is_selected = False
        self.well = True

    def reading(self) -> str:
        """Whether there is a card on it; nothing of what it says."""
        return "有卡 a card" if self._text is not None else "无卡 no card"

    def power_cut(self) -> None:
        """It finds the card that lies on it again."""
        super().power_cut()
        self._is_new, self._is_selected = self._text is not None, False

    def lay(self, card: CitizenCard) -> None:
        """Lay a card on it."""
        self.lay_text(text_of(card))

    def lay_text(self, text: bytes) -> None:
        """Lay a card on it that says whatever `text` is."""
        self._text, self._is_new, self._is_selected = text, True, False

    def take_away(self) -> None:
        """Take the card away."""
        self._text, self._is_selected = None, False

    def _next(self, data: bytes) -> tuple[int, bytes] | None:
        if not data.startswith(HEAD[: len(data)]):
            return 1, b""
        if len(data) < _LENGTH_ENDS:
            return None
        whole = _LENGTH_ENDS + int.from_bytes(data[len(HEAD) : _LENGTH_ENDS])
        if len(data) < whole:
            return None
        counted = data[len(HEAD) : whole]
        if checksum(counted) != 0:
            self.wrong += 1
            return whole, b""
        return whole, self._answer(counted[2:-1])

    def _answer(self, command: bytes) -> bytes:
        match command:
            case Command.STATUS.value:
                return frame(WELL if self.well else b"\x00\x00\x60")
            case Command.FIND.value:
                found = self._text is not None and self._is_new
                return frame(FOUND + _SERIAL) if found else frame(NO_CARD)
            case Command.SELECT.value:
                self._is_selected = self._text is not None
                return frame(WELL + bytes(8) if self._is_selected else SELECT_FAILED)
            case Command.READ.value:
                return self._read()
        self.wrong += 1
        return frame(b"\x00\x00\x21")

    def _read(self) -> bytes:
        if self._text is None or not self._is_selected:
            return frame(READ_FAILED)
        self._is_new = False
        lengths = TEXT_BYTES.to_bytes(2) + len(_PHOTO).to_bytes(2)
        return frame(WELL + lengths + self._text + _PHOTO)


def text_of(card: CitizenCard) -> bytes:
    """The 256 bytes that stand on a card."""
    parts = [
        getattr(card, name).ljust(size // 2)[: size // 2].encode("utf-16-le")
        for name, size in FIELDS
    ]
    return b"".join(parts).ljust(TEXT_BYTES, b"\x00")
