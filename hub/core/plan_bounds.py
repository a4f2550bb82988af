"""How many things a plan may have: more than the largest hall needs, and no more than pages show.

A plan that is proposed is held to it; one that the journal has already is read as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wire.settings import Mistake, tables

MOST: Final = {
    "services": 200,
    "counters": 400,
    "counters.services": 200,
    "counters.also": 200,
    "clerks": 1000,
    "roster": 2000,
    "roster.days": 7,
    "priorities": 50,
    "boards": 200,
    "boards.services": 200,
    "kiosks": 200,
    "kiosks.services": 200,
    "hours.exceptions": 1000,
    "limits.kiosk_addresses": 200,
}
"""So many entries has each list at most: one of 200 counters and 60 services is a large hall.

The lists that are not here (outlines, levels and their reasons) have a bound where they stand.
"""


def bound_mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """The lists of a plan that are too long. `raw` may be wrong in any way."""
    for path, most in MOST.items():
        section, _, key = path.partition(".")
        for place, things in _lists(raw.get(section), section, key):
            if len(things) > most:
                said = f"has {len(things)} entries; at most {most} are allowed"
                yield Mistake(place, None, said)


def _lists(part: object, section: str, key: str) -> Iterator[tuple[str, list[Any]]]:
    """A list of this name with its place, wherever a section has it."""
    if not key:
        found = [(section, part)]
    elif isinstance(part, Mapping):
        found = [(f"{section}.{key}", part.get(key))]
    else:
        found = [(f"{section}[{i + 1}].{key}", thing.get(key)) for i, thing in tables(part)]
    yield from ((place, value) for place, value in found if isinstance(value, list))
