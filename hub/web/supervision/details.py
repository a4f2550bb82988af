"""What stands beside a record that was set aside, in the reader's language.

The hub writes it in English, from a few texts of its own (`hub/intake.py`, `hub/core/records.py`,
`wire/topics.py`). A test reads those along: none may come that is not here.
"""

from __future__ import annotations

import re
from typing import Final

from hub.web.texts import Words, both, marked

TEXTS: Final = (
    marked("the frame is of a newer schema"),
    marked("the hash does not belong to the body"),
    marked("its previous hash is not that of the record before"),
    marked("what it says does not fit the hall as it is"),
    marked("the key came before with another hash than {hash} (after {previous})"),
    marked("record of schema {version}"),
    marked("record: schema {version} is not known here"),
    marked("record: {bytes} bytes, {allowed} allowed"),
    marked("record: {mistake}"),
)
"""The first that fits counts: a mistake may be anything."""

_VALUES: Final = {"hash": "[0-9a-f]*", "previous": "[0-9a-f]*", "mistake": ".+"}
"""What may stand for a value; a number if nothing is said."""


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", text)  # every other one is a value's name
    for place, part in enumerate(parts):
        parts[place] = (
            f"(?P<{part}>{_VALUES.get(part, '[0-9]+')})" if place % 2 else re.escape(part)
        )
    return re.compile("".join(parts), re.DOTALL)


_PATTERNS: Final = tuple((text, _pattern(text)) for text in TEXTS)


def fitting(detail: str) -> tuple[str, dict[str, str]] | None:
    """The text that a detail was made of, and its values; None if it is none of ours."""
    for text, pattern in _PATTERNS:
        found = pattern.fullmatch(detail)
        if found:
            return text, found.groupdict()
    return None


def detail_words(detail: str) -> Words:
    """A detail in both languages; as it is where it has no other words."""
    found = fitting(detail)
    return both(found[0], **found[1]) if found else Words(zh=detail, en=detail)
