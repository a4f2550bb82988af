"""What the audit checks of ratings: a record once, one first rating a call, forks by a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.core import events as e
from hub.core.audit_notes import Notes


@dataclass(slots=True)
class RatingAudit(Notes):
    """The part of the audit that looks at ratings."""

    def _rate(self, event: e.Rated | e.Unrated) -> Iterator[str]:
        fork = event.fork if isinstance(event, e.Rated) else ""
        key = (event.unit, event.outbox, event.sequence, fork)
        if key in self._records:
            yield f"record {key[:3]} taken twice"
        self._records.add(key)
        if fork and self._forks.get(fork) != key[:3]:
            yield f"fork {fork} was not taken by a person"
        if not isinstance(event, e.Rated) or not event.counted:
            return
        self.ratings += 1
        if event.call_id not in self._done_calls:
            yield f"rating of call {event.call_id}, which never ended"
        if event.call_id in self._rated_calls:
            yield f"call {event.call_id} rated twice"
        self._rated_calls.add(event.call_id)

    def _set_aside(self, event: e.RecordQuarantined) -> Iterator[str]:
        if event.code == "fork":
            self._quarantined.add((event.unit, event.outbox, event.sequence))
        yield from ()

    def _reviewed(self, event: e.ForkReviewed) -> Iterator[str]:
        key = (event.unit, event.outbox, event.sequence)
        if key not in self._quarantined:
            yield f"record {key} was not set aside as a fork"
        if event.hash in self._forks:
            yield f"fork {event.hash} was decided about twice"
        if not event.by or not event.reason:
            yield f"fork {event.hash} was decided about by nobody, or for no reason"
        self._forks[event.hash] = key if event.counted else None
