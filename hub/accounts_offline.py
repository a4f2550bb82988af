"""The accounts and tokens of a hub that does not run: what the command line works on.

The journal has one writer, so a running hub's accounts are changed on its pages.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from hub.configuration import HallFile
from hub.core import events as e
from hub.core.commands import Command
from hub.core.decide import decide
from hub.core.hall import Hall
from hub.core.people import People
from hub.core.plan_changes import digest
from hub.journal.store import Batch, Journal
from hub.loading import load
from wire.clock import Clock, make_clock
from wire.errors import NextwindowError


class RefusedByHub(NextwindowError):
    """What was wanted of an account is not possible; the text says why."""


class StoppedHub:
    """The journal of a hub that is stopped, open for changes to accounts."""

    def __init__(self, journal: Journal, hall: Hall, clock: Clock) -> None:
        self._journal = journal
        self._hall = hall
        self._clock = clock

    @property
    def people(self) -> People:
        """Who there is."""
        return self._hall.people

    def do(self, command: Command) -> None:
        """Have a command done, durably.

        Raises RefusedByHub or StorageError.
        """
        decided = decide(self._hall, command, self._clock.now())
        if decided.outcome == "refused":
            raise RefusedByHub(str(decided.reason))
        self.happen(*decided.events)

    def happen(self, *events: e.Event) -> None:
        """Let events happen, durably."""
        batch = Batch(self._hall.version + 1, at=self._clock.now())
        for event in events:
            self._hall.apply(event)
            batch.events.append(event)
        self._journal.commit(batch)


@contextlib.contextmanager
def stopped_hub(settings: HallFile) -> Iterator[StoppedHub]:
    """The hub that a file configures. One that never ran is given the file's plan first.

    Raises StorageError, also while the hub runs; ConfigurationError for a plan that is too large.
    """
    journal = Journal(settings.hub.data)
    try:
        hall, _ = load(journal)
        clock = make_clock(settings.hub.speed, settings.hub.clock_origin)
        hub = StoppedHub(journal, hall, clock)
        if not hall.configured:
            plan = settings.proposed()
            content = plan.model_dump(mode="json")
            hub.happen(e.Configured(clock.now(), content, file=digest(plan)))
        yield hub
    finally:
        journal.close()
