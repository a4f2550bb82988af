"""The audit of granted tickets, and of what counters did while they were cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.core import events as e
from hub.core.audit_notes import Notes
from hub.core.audit_places import Paper


@dataclass(slots=True)
class GrantAudit(Notes):
    """Who alone may call whom, and calls that the hub heard of afterwards."""

    def _joined(self, event: e.UnitJoined) -> Iterator[str]:
        self._grants.joined(event)
        yield from ()

    def _heard(self, event: e.UnitLost | e.UnitBack) -> Iterator[str]:
        self._grants.heard(event)
        yield from ()

    def _restored(self, _event: e.RestoreBegan) -> Iterator[str]:
        self._grants.restored = True
        yield from ()

    def _granted(self, event: e.GrantsGiven) -> Iterator[str]:
        yield from self._grants.given(event)
        for ticket in event.tickets:
            paper = self._paper(ticket)
            if paper.state != "waiting":
                yield f"ticket {ticket} is {paper.state} and was granted"
            self._places.remove(paper)

    def _withdrawn(self, event: e.GrantsWithdrawn) -> Iterator[str]:
        yield from self._grants.withdrawn(event)

    def _freed(self, event: e.GrantsEnded) -> Iterator[str]:
        yield from self._grants.ended(event)
        for ticket in event.tickets:
            paper = self._paper(ticket)
            if paper.state == "waiting":
                self._places.add(paper)

    def _unnumbered(self, event: e.ServedUnnumbered) -> Iterator[str]:
        if event.ticket in self._issued:
            yield f"ticket {event.ticket} issued twice"
        if event.counter in self._hand:
            yield f"counter {event.counter} holds {self._hand[event.counter]} already"
        if event.call_id in self._call_ids:
            yield f"call {event.call_id} made twice"
        paper = Paper(event.ticket, event.service, "", event.at, self._read, "hand")
        paper.counter, paper.call_id = event.counter, event.call_id
        self._issued.add(event.ticket)
        self._papers[event.ticket] = paper
        self._call_ids.add(event.call_id)
        self._hand[event.counter] = event.ticket

    def _apart(self, event: e.CalledApart) -> Iterator[str]:
        if event.call_id in self._call_ids:
            yield f"call {event.call_id} made twice"
        self._call_ids.add(event.call_id)

    def _ended_apart(self, event: e.EndedApart) -> Iterator[str]:
        if event.call_id in self._done_calls:
            yield f"call {event.call_id} ended twice"
        self._done_calls.add(event.call_id)
        yield from ()
