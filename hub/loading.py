"""From a journal to the state that it adds up to."""

from __future__ import annotations

from hub.core.hall import Hall
from hub.core.records import Heads
from hub.journal.store import Journal
from wire.errors import StorageError


def load(journal: Journal) -> tuple[Hall, Heads]:
    """The state that a journal adds up to: its last snapshot and what came after.

    Raises HistoryError if the journal does not fit the rules, StorageError if it cannot be read.
    """
    snapshot = journal.snapshot()
    hall = Hall.load(snapshot[1]) if snapshot else Hall()
    for sequence, event in journal.events(after=hall.version):
        hall.apply(event)
        if hall.version != sequence:
            raise StorageError(f"the journal jumps from event {hall.version - 1} to {sequence}")
    last = journal.last_sequence()
    if hall.version != last:
        raise StorageError(f"the journal ends at event {last}, before its snapshot {hall.version}")
    given_up: dict[tuple[str, str], list[int]] = {}
    for lost in hall.lost:
        given_up.setdefault((lost.unit, lost.outbox), []).append(lost.through)
    heads = Heads(journal.heads(given_up))
    for lost in hall.lost:
        heads.of(lost.unit, lost.outbox).skip(lost.through)
    return hall, heads
