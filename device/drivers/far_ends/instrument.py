"""What is at the far end of an emulated line: bytes in, bytes out. Pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import takewhile


class Instrument(ABC):
    """A peripheral, as far as its line can tell. `wrong` counts frames that were not right."""

    def __init__(self) -> None:
        self._pending = b""
        self.wrong = 0

    def take(self, data: bytes) -> bytes:
        """Bytes have come; what it answers to them."""
        self._pending += data
        return b"".join(self._answers())

    def power_cut(self) -> None:
        """It has been without current: half a frame is forgotten."""
        self._pending = b""

    @abstractmethod
    def reading(self) -> str:
        """What a person sees or hears of it now."""

    @abstractmethod
    def _next(self, data: bytes) -> tuple[int, bytes] | None:
        """How many of the first bytes are done with, and the answer; None to wait for more."""

    def _answers(self) -> Iterator[bytes]:
        while self._pending and (step := self._next(self._pending)) is not None:
            used, answer = step
            self._pending = self._pending[used:]
            yield answer


def skip_to(start: int, data: bytes) -> int:
    """How many bytes stand before the first one with which a frame can begin."""
    return len(list(takewhile(lambda byte: byte != start, data)))
