"""When records were written, with what the journal holds of those before them.

`hub.core.times` decides; this looks up for it the record that came before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from hub.core import events as e
from hub.core.hall import Hall
from hub.core.records import Before, Heads, read_body
from hub.core.times import Key, When, placing, when
from hub.journal.store import Batch, Journal, StoredRecord
from wire.errors import WireError
from wire.messages import RecordBody

_LOOKED_BACK: Final = 20
"""So many records that cannot be read are passed over to find one that can."""


class Dated(Protocol):
    """What this needs of the transaction in which records are dated."""

    hall: Hall
    heads: Heads
    journal: Journal
    batch: Batch
    now: float

    def happen(self, events: Iterable[e.Event]) -> None:
        """Apply events and put them into the batch."""


def time_of(round_: Dated, unit: str, key: Key, body: RecordBody) -> When:
    """When a record was written. A run that the hub has never met gets its place with it."""
    head = round_.heads.of(unit, key[0])
    if head.dated is not None and head.dated[0] >= key[1]:  # it is read again, long after
        return _placed(round_, unit, key, body)
    at = min(_before(round_, unit, key).at, round_.now)
    found = _placed(round_, unit, key, body)
    if found.at < at and unit in round_.hall.units:
        round_.happen([e.OrderKept(round_.now, unit, key[0], key[1] - 1, at)])
        found = when(round_.hall, unit, key, body, round_.now)
    head.dated = key[1], Before(found.at, found.since, body.boot)
    return found


def _placed(round_: Dated, unit: str, key: Key, body: RecordBody) -> When:
    placed = placing(round_.hall, unit, key, body, lambda: _before(round_, unit, key), round_.now)
    if placed is not None:
        round_.happen([placed])
    return when(round_.hall, unit, key, body, round_.now)


def last_time(round_: Dated, unit: str) -> tuple[int, float]:
    """The last record of a unit's present outbox that is stored, and its time.

    0 and 0 if there is none.
    """
    known = round_.hall.units.get(unit)
    if known is None:
        return 0, 0.0
    through = round_.heads.through(unit, known.outbox)
    return through, _before(round_, unit, (known.outbox, through + 1)).at


def _before(round_: Dated, unit: str, key: Key) -> Before:
    """The last record before one that can be read, as it was stored."""
    outbox, sequence = key
    dated = round_.heads.of(unit, outbox).dated
    if dated is not None and dated[0] == sequence - 1:
        return dated[1]
    for earlier in range(sequence - 1, max(0, sequence - 1 - _LOOKED_BACK), -1):
        stored = round_.batch.records.get((unit, outbox, earlier))
        stored = stored or round_.journal.record(unit, outbox, earlier)
        found = _stored(round_, stored) if stored is not None else None
        if found is not None:
            return found
    return Before()


def _stored(round_: Dated, stored: StoredRecord) -> Before | None:
    try:
        body = read_body(stored.body)
    except WireError:
        return None
    key = (stored.outbox, stored.sequence)
    found = when(round_.hall, stored.unit, key, body, min(stored.received_at, round_.now))
    return Before(found.at, found.since, body.boot)
