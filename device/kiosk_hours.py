"""Whether numbers are given out at a time of day, by the spans that the hub once told. PURE."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

_SPAN: Final = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def open_at(hours: Sequence[str], moment: datetime) -> bool:
    """Whether the hall is open at a local time.

    `hours` has a text for each day, Monday first, like "08:30-12:00, 13:30-17:00"; what is
    not written so opens nothing.
    """
    if moment.weekday() >= len(hours):
        return False
    minute = moment.hour * 60 + moment.minute
    spans = (tuple(map(int, found)) for found in _SPAN.findall(hours[moment.weekday()]))
    return any(60 * h1 + m1 <= minute < 60 * h2 + m2 for h1, m1, h2, m2 in spans)
