"""What can happen to numbers that a kiosk printed while it was cut off."""

from __future__ import annotations

from dataclasses import dataclass

from hub.core.event import Event


@dataclass(frozen=True, slots=True)
class NumberSetAside(Event):
    """A kiosk gave out a number while it was cut off, and nobody can be called by it.

    `at` is the time of issue, `sure` says how that is known. `why` is day_over (its business
    day is over), doubled_number, foreign_number (no number of a kiosk's own series),
    doubled_ticket or unknown_service. The record itself is kept under its key.
    """

    unit: str
    outbox: str
    sequence: int
    ticket: str
    number: str
    service: str
    sure: str
    why: str
