"""Opening hours and clock times as they are written in `hall.toml`."""

from __future__ import annotations

import re
from datetime import date, time
from functools import cache, lru_cache
from zoneinfo import available_timezones

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SPAN = re.compile(r"^(\d\d):(\d\d)-(\d\d):(\d\d)$")
_DAY_MINUTES = 24 * 60


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks through the whole time zone database


def known_zone(name: str) -> str:
    """The name, if it is a time zone; raises ValueError otherwise."""
    if name not in _zones():
        raise ValueError("no such time zone; write it like Asia/Shanghai")
    return name


def calendar_date(text: str) -> str:
    """The text, if it is a date like 2026-10-01; raises ValueError otherwise."""
    try:
        good = date.fromisoformat(text).isoformat() == text
    except ValueError:
        good = False
    if not good:
        raise ValueError("expected a date like 2026-10-01")
    return text


def clock_time(text: str) -> str:
    """The text, if it is a time like 04:00; raises ValueError otherwise."""
    try:
        time.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a time like 04:00") from None
    return text


def checked_spans(text: str) -> str:
    """The text, if it holds spans in order; raises ValueError otherwise."""
    before = 0
    for start, end in spans(text):
        if not before <= start < end <= _DAY_MINUTES:
            raise ValueError("spans go from earlier to later and do not overlap")
        before = end
    return text


@lru_cache(maxsize=64)  # asked for in each round; a hall has as many texts as weekdays
def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Opening spans like "08:30-12:00, 13:30-17:00" as minutes of the day.

    Raises ValueError if a span is not written so.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _SPAN.match(part)
        if match is None or int(match[2]) > 59 or int(match[4]) > 59:
            raise ValueError("expected spans like 08:30-12:00, 13:30-17:00")
        found.append((int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])))
    return tuple(found)


def one_span(text: str) -> str:
    """The text, if it is one span like "08:30-17:00"; raises ValueError otherwise."""
    if len(spans(checked_spans(text))) != 1:
        raise ValueError("expected one span like 08:30-17:00")
    return text
