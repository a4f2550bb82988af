"""The section of a keypad on USB: which of its keys is which. Imports no driver."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from device.events import StaffKey
from wire.settings import Settings

NUMERIC_PAD: Final[Mapping[str, int]] = MappingProxyType(
    {
        "digit-7": 71,
        "digit-8": 72,
        "digit-9": 73,
        "digit-4": 75,
        "digit-5": 76,
        "digit-6": 77,
        "digit-1": 79,
        "digit-2": 80,
        "digit-3": 81,
        "digit-0": 82,
        "next": 96,  # Enter, which confirms what was typed as well
        "recall": 78,  # +
        "no_show": 74,  # -
        "done": 83,  # the decimal point
        "hold": 55,  # *
        "pause": 98,  # /
        "transfer": 69,  # Num Lock
        "undo": 14,  # Backspace, which takes back what was typed
    }
)
"""A numeric keypad as the clerk's, by the codes of Linux's input-event-codes.h.

The digits sign in: the clerk's number, Enter, the PIN, Enter; and they choose where to send a
number on to. None of them rates: the clerk must not. A pad that faces the citizen is given the
rating keys instead.
"""

RATING: Final = tuple(f"rating-{level}" for level in range(5, 0, -1))

_NAMES: Final = frozenset({*NUMERIC_PAD, *RATING, *(key.value for key in StaffKey)})

Code = Annotated[int, Field(ge=1, le=0x2FF, description="As input-event-codes.h names it.")]


def _known_and_single(codes: dict[str, int]) -> dict[str, int]:
    unknown = sorted(codes.keys() - _NAMES)
    if unknown:
        raise ValueError(
            f"no such key: {', '.join(unknown)}; there are {', '.join(sorted(_NAMES))}"
        )
    if len(set(codes.values())) < len(codes):
        raise ValueError("one code is given to two keys")
    return codes


class KeypadSection(Settings):
    """A keypad on USB, in place of the keys on GPIO or beside them."""

    device: Path
    codes: Annotated[dict[str, Code], AfterValidator(_known_and_single)] = Field(
        default_factory=lambda: dict(NUMERIC_PAD)
    )
