"""The history of the plan, read from the journal piece by piece.

What a change was never changes, so it is worked out once. The hall's thread reads two plans at
a time and no more, because nothing else is done in the hall meanwhile.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from hub.core import events as e
from hub.core.plan import Plan
from hub.core.plan_changes import changes
from hub.core.replanning import as_content
from hub.transaction import Transaction
from hub.web.access import Access
from hub.web.administration.aside import Aside, Kept
from hub.web.administration.drafts import Content
from hub.web.administration.sentences import sentences
from hub.web.texts import Words
from wire.clock import rfc3339

log = logging.getLogger(__name__)

KEPT_ENTRIES: Final = 200

Written = tuple[int, float, str]
"""What brought a plan, as the journal has it: sequence, wall seconds and content."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of the plan. `by` is who made it; empty for a file. `time` in wall seconds.

    `earlier` is the sequence of the change before it, None for the first. Of one that is not
    `readable` nothing else is known; what changed is not either where the one before is not.
    """

    sequence: int
    time: float
    at: str
    by: str
    reason: str
    file: bool
    undoes: int | None
    said: list[Words]
    earlier: int | None
    readable: bool = True

    @property
    def first(self) -> bool:
        """Whether the hall began with it."""
        return self.earlier is None


class History:
    """Every change of the plan."""

    def __init__(self, access: Access, aside: Aside) -> None:
        self._access = access
        self._aside = aside
        self._entries: Kept[tuple[int, str], Entry] = Kept(KEPT_ENTRIES)

    async def entries(self, before: int | None, limit: int) -> list[Entry]:
        """The last changes below a sequence, or of all, the newest first.

        Raises StorageError or StateSilent.
        """
        zone = self._access.service.plan.zone
        sequence = await self._access.ask(lambda t: _last_before(t, before))
        found: list[Entry] = []
        while sequence is not None and len(found) < limit:
            entry = await self._entry(sequence, zone)
            found.append(entry)
            sequence = entry.earlier
        return found

    async def _entry(self, sequence: int, zone: ZoneInfo) -> Entry:
        known = self._entries.get((sequence, zone.key))
        if known is not None:
            return known
        pair = await self._access.ask(lambda t: _up_to(t, sequence, 2))
        made = await self._aside.do(_entry_of, pair, zone)
        return self._entries.keep((sequence, zone.key), made)

    async def before_and_after(self, sequence: int) -> tuple[Content, Content] | None:
        """The plans on both sides of a change.

        None if there is no such change, or one of them is not readable.

        Raises StorageError or StateSilent.
        """
        pair = await self._access.ask(lambda t: _up_to(t, sequence, 2))
        if len(pair) != 2 or pair[0][0] != sequence:
            return None
        new, old = await self._aside.do(lambda: [_read(written) for written in pair])
        return (old[1], new[1]) if old is not None and new is not None else None


def _last_before(transaction: Transaction, before: int | None) -> int | None:
    if before is None:
        return transaction.hall.plan_at
    found = _up_to(transaction, before - 1, 1)
    return found[0][0] if found else None


def _up_to(transaction: Transaction, sequence: int, limit: int) -> list[Written]:
    return transaction.books.journal.latest_texts("Configured", limit, sequence + 1)


def _read(written: Written) -> tuple[e.Configured, Content] | None:
    """A change and the plan it brought, or None if it cannot be read: that stops nothing else.

    The plan is as it is written today: settings that came later have defaults.
    """
    _, at, text = written
    try:
        event = e.event_of("Configured", at, json.loads(text))
        if isinstance(event, e.Configured):
            return event, as_content(Plan.model_validate(event.plan))
    except (KeyError, TypeError, ValueError) as error:
        log.error("event %d cannot be read: %s", written[0], type(error).__name__)
    return None


def _entry_of(pair: list[Written], zone: ZoneInfo) -> Entry:
    sequence, at, _ = pair[0]
    new, *before = [_read(written) for written in pair]
    old = before[0] if before else None
    event = new[0] if new is not None else e.Configured(at=at, plan={})
    said: list[Words] = []
    if new is not None and old is not None:
        said = sentences(changes(old[1], new[1]), old[1], new[1])
    return Entry(
        sequence=sequence,
        time=at,
        at=rfc3339(at, zone),
        by=event.by,
        reason=event.reason,
        file=new is not None and (bool(event.file) or not event.by),
        undoes=event.undoes,
        said=said,
        earlier=pair[1][0] if before else None,
        readable=new is not None and None not in before,
    )
