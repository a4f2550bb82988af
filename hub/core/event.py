"""What an event is: a fact, frozen, in the past, never changed.

`at` is wall time in seconds. Every field is text, a number, a truth value, a tuple of texts
or a plain dictionary of those, so an event goes through JSON unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Any event."""

    at: float

    def content(self) -> dict[str, Any]:
        """The fields by name, without `at`."""
        found = ((name, getattr(self, name)) for name in _names(type(self)))
        return {name: list(x) if isinstance(x, tuple) else x for name, x in found}


_NAMES: dict[type[Event], tuple[str, ...]] = {}


def _names(kind: type[Event]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind) if field.name != "at")
    return _NAMES[kind]


@dataclass(frozen=True, slots=True)
class OfCall(Event):
    """Something about a call: which ticket, at which counter, by whom."""

    ticket: str
    call_id: str
    counter: str
    clerk: str
