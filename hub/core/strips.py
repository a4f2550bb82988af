"""The last hours of each line: how many waited and how long the first had, every few minutes.

Samples belong to fixed moments and are taken from the state as it stood then, whenever the next
event comes: the same events give the same strips, on the day itself and from the journal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.core.lines import Lines

SLOT_S = 300
"""A sample is taken every five minutes."""

SLOTS = 48
"""Four hours are kept."""

Sample = list[int]
"""How many wait, and the longest wait in whole seconds."""


@dataclass(frozen=True, slots=True)
class Strips:
    """The samples of each service, the latest last. `until` (wall s) is when the next is due."""

    until: float = 0.0
    rows: dict[str, list[Sample]] = field(default_factory=dict)

    def rolled(self, at: float, lines: Lines, services: Iterable[str]) -> Strips:
        """The strips with all samples that are due by `at`; `lines` have not changed since."""
        if at < self.until:
            return self
        latest = int(at // SLOT_S)
        first = int(self.until // SLOT_S) if self.until else latest + 1
        moments = range(max(first, latest - SLOTS + 1), latest + 1)
        rows = {
            service: [
                *self.rows.get(service, ()),
                *(_sample(lines, service, moment * SLOT_S) for moment in moments),
            ][-SLOTS:]
            for service in services
        }
        return Strips(float((latest + 1) * SLOT_S), rows)


def _sample(lines: Lines, service: str, at: float) -> Sample:
    oldest = lines.oldest(service)
    return [lines.waiting(service), int(max(0.0, at - oldest[0])) if oldest else 0]
