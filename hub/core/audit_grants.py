"""Granted tickets, as the audit has them: kept from the events alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.core import events as e


@dataclass(slots=True)
class _Held:
    """Whose a granted ticket is, by which run, and whether it was asked back."""

    counter: str
    unit: str
    run: str
    outbox: str
    asked_back: bool = False


class GrantBook:
    """Which counter alone may call a waiting ticket."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._runs: dict[str, tuple[str, str]] = {}
        self._lost: set[str] = set()
        self.restored = False

    def holder(self, ticket: str) -> str | None:
        """The only counter that may call a ticket, if it is granted."""
        held = self._held.get(ticket)
        return held.counter if held else None

    def in_line(self, counter: str) -> list[str]:
        """The tickets granted to a counter that it would call now, each at its place.

        While its unit is not heard, or was asked for one of them, it may have to pass them over.
        """
        own = {ticket: held for ticket, held in self._held.items() if held.counter == counter}
        sure = all(
            not held.asked_back
            and held.unit not in self._lost
            and self._runs.get(held.unit, ("", ""))[0] == held.run
            for held in own.values()
        )
        return list(own) if sure else []

    def joined(self, event: e.UnitJoined) -> None:
        """A run of a unit is heard."""
        self._runs[event.unit] = (event.run, event.outbox)
        self._lost.discard(event.unit)

    def heard(self, event: e.UnitLost | e.UnitBack) -> None:
        """A unit is not heard any more, or is again."""
        if isinstance(event, e.UnitLost):
            self._lost.add(event.unit)
        else:
            self._lost.discard(event.unit)

    def given(self, event: e.GrantsGiven) -> Iterator[str]:
        """Tickets are granted."""
        if self._runs.get(event.unit) != (event.run, event.outbox):
            yield f"run {event.run} of {event.unit} was granted tickets and is not its present one"
        for ticket in event.tickets:
            if ticket in self._held:
                yield f"ticket {ticket} was granted to {self._held[ticket].counter} before"
            self._held[ticket] = _Held(event.counter, event.unit, event.run, event.outbox)

    def withdrawn(self, event: e.GrantsWithdrawn) -> Iterator[str]:
        """Tickets are asked back."""
        for ticket in event.tickets:
            held = self._held.get(ticket)
            if held is None or held.counter != event.counter:
                yield f"ticket {ticket} was not granted to {event.counter}"
            else:
                held.asked_back = True

    def ended(self, event: e.GrantsEnded) -> Iterator[str]:
        """Tickets may be called by all again."""
        for ticket in event.tickets:
            held = self._held.pop(ticket, None)
            if held is None or held.counter != event.counter:
                yield f"ticket {ticket} was not granted to {event.counter}"
            elif not self._may_end(held, event):
                yield f"the grant of {ticket} ended as {event.why}, which it was not"

    def _may_end(self, held: _Held, event: e.GrantsEnded) -> bool:
        run, outbox = self._runs.get(held.unit, ("", ""))
        if event.why == "taken_back":
            return held.asked_back and run == held.run
        if event.why == "later_run":
            return run != held.run and outbox == held.outbox
        if event.why == "called_elsewhere":  # a unit remembers what the journal has lost
            return self.restored
        return event.why == "not_called" and event.by != ""

    def called(self, ticket: str) -> None:
        """A ticket is in hand by the hub's word: its unit has yet to say that it knows."""
        held = self._held.get(ticket)
        if held is not None:
            held.asked_back = True

    def day_over(self) -> None:
        """A new day: nothing is granted any more."""
        self._held.clear()

    def gone(self, ticket: str) -> None:
        """A ticket waits no longer."""
        self._held.pop(ticket, None)
