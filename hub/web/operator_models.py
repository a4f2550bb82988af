"""What the operator's page alone shows, as frozen types: advice, alarms, strips, what is aside."""

from __future__ import annotations

from typing import Any

from hub.web.texts import Words
from wire.messages import Part


class AdviceView(Part):
    """A change that the hub advises, and what it gains as of the last minute.

    `gain_min` are minutes of the hall's mean wait, `saved_min` the same for all together within
    `within_min` (None in advice of a hub that did not count it).
    """

    id: str
    action: str
    counter: str
    service: str | None
    gain_min: float
    saved_min: float | None
    within_min: float
    given_at: str
    text: Words
    why: Words | None
    reason: dict[str, Any]


class AnsweredAdvice(Part):
    """Advice that was `applied` or `dismissed`, by whom; it can be taken back `until` then."""

    id: str
    outcome: str
    by: str
    at: str
    until: str
    text: Words


class AlarmView(Part):
    """Something to see to: since when, why, and who has seen it (None: nobody yet)."""

    id: str
    kind: str
    urgent: bool
    since: str
    text: Words
    why: Words | None
    seen_by: str | None
    seen_at: str | None


class StripsView(Part):
    """The last hours of each line: samples every `slot_s`, the latest at `last`.

    A sample is how many waited, and the longest wait in seconds.
    """

    slot_s: int
    last: str | None
    lines: dict[str, list[list[int]]]


class AsideLine(Part):
    """A record that is kept and not counted, until somebody has read it. `code` is for programs."""

    at: str
    unit: str
    code: str
    why: Words
    detail: str


class AloneNumber(Part):
    """A number that waits and that a kiosk printed while it was cut off, at `at`.

    A sweep of those printed before `before` closes it and all that are older.
    """

    id: str
    number: str
    service: str
    at: str
    before: str


class MissingUnit(Part):
    """A unit that has yet to hand in what it knows. `heard`: it is there, and is doing so.

    `instead_since`: another disk than the backup knew answers in its place since then.
    """

    id: str
    place: Words
    heard: bool
    instead_since: str | None


class RestoredView(Part):
    """The hall was put back from a backup and hands nothing out before these have answered."""

    since: str
    missing: tuple[MissingUnit, ...]
