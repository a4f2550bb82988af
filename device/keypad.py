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
        "rating-5": 79,  # 1, as it is printed on the rating keys: the best level first
        "rating-4": 80,
        "rating-3": 81,
        "rating-2": 75,
        "rating-1": 76,  # 5
        "next": 96,  # Enter
        "recall": 78,  # +
        "no_show": 74,  # -
        "done": 83,  # the decimal point
        "hold": 55,  # *
        "pause": 98,  # /
        "undo": 14,  # Backspace
    }
)
"""The keys of an ordinary numeric keypad, by the codes of Linux's input-event-codes.h."""

_NAMES: Final = frozenset(NUMERIC_PAD) | {key.value for key in StaffKey}

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
