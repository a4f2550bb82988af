"""A round: pieces of work on the state, and the commands that have to wait a moment.

A command that needs a ticket back from another counter's unit is parked, and decided once the
ticket is free, or with what there is when its time is over. The rest of the hall goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import Protocol

from hub.core.commands import Patience
from hub.core.presence import Presence
from hub.core.tickets import TicketState
from hub.transaction import IdReusedError, NotYet, Transaction

log = logging.getLogger(__name__)

PATIENCE_S = 0.15
"""A call waits so many real seconds at most for a ticket that another unit has to give back."""

LAST_S = 0.8
"""With nobody else to call it waits so many real seconds: a unit decides alone after one."""

SETTLE_S = 3.0
"""Once units can reach the hub no counter's command is decided for so many real seconds at most.

Every unit that held a grant is to be heard first: it may have called its tickets meanwhile.
"""

UNREACHED_S = 8.0
"""After so many real seconds from the start they are decided though no unit could reach the hub.

Its broker may be down for long. A page waits 10 s for an answer (`hub.web.access`).
"""


class Work(Protocol):
    """A piece of work for the state's thread."""

    def run(self, transaction: Transaction) -> None:
        """Act on the state. An exception leaves the state as it was and goes to `failed`.

        It is run again, on the state as it was before, if other work of its round failed; and
        later, if it raised NotYet.
        """

    def committed(self) -> None:
        """What `run` did is durable. Comes twice to work that was parked in between."""

    def failed(self, error: Exception) -> None:
        """What `run` did is not durable, and has been undone."""


class WorkFailed(Exception):
    """A piece of work raised; nothing of its round may be kept."""

    def __init__(self, work: Work, error: Exception) -> None:
        super().__init__(str(error))
        self.work = work
        self.error = error


@dataclass(frozen=True, slots=True)
class _Parked:
    """A command that waits for a ticket, or for anybody to call; with no ticket: for the start.

    Until the monotonic time `until` it waits for the best, until `last` for any.
    """

    work: Work
    ticket: str | None
    until: float
    last: float

    @property
    def deadline(self) -> float:
        """When it has to be decided with what there is."""
        return min(self.until, self.last)


class Rounds:
    """Runs the work of each round, and remembers what waits between them."""

    def __init__(self, second_s: float) -> None:
        """`second_s` is how far the hub's clock advances in a real second."""
        self._second_s = second_s
        self._parked: list[_Parked] = []
        self._parking: list[_Parked] = []
        self._ready: list[_Parked] = []
        self._unsettled: set[str] = set()
        self._settle_until = 0.0
        self._reached = False

    def begin(self, units: Iterable[str], monotonic: float) -> None:
        """The hub starts; these units held grants."""
        self._unsettled = set(units)
        self._settle_until = monotonic + UNREACHED_S * self._second_s

    def reached(self, monotonic: float) -> None:
        """Units can reach the hub from now on. Only the first time after a start counts."""
        if not self._reached:
            self._reached = True
            latest = monotonic + SETTLE_S * self._second_s
            self._settle_until = min(self._settle_until, latest)

    @property
    def deadline(self) -> float | None:
        """When a round is due for the sake of what waits, on the monotonic clock."""
        times = (self._settle_until if p.ticket is None else p.deadline for p in self._parked)
        return min(times, default=None)

    def run(self, transaction: Transaction, batch: list[Work]) -> list[Work]:
        """Do the work; all that ran, what had waited included. `kept` or `dropped` must follow.

        Raises WorkFailed for work that raised, which has then left the batch and whatever waits.
        """
        self._parking, self._ready = [], []
        transaction.settling = not self._settled(transaction.books.presence, transaction.monotonic)
        self._do(transaction, batch)
        transaction.free_grants()
        self._ready = [parked for parked in self._parked if self._is_ready(parked, transaction)]
        for parked in self._ready:
            transaction.patience = _patience(parked, transaction.monotonic)
            self._do(transaction, [parked.work], parked)
        transaction.top_up_grants()
        return [*batch, *(parked.work for parked in self._ready)]

    def kept(self) -> None:
        """What the round did is durable."""
        self._parked = [p for p in self._parked if p not in self._ready] + self._parking
        self._parking, self._ready = [], []

    def dropped(self) -> None:
        """Nothing of the round was kept, and its work has been told so."""
        self._parked = [p for p in self._parked if p not in self._ready]
        self._parking, self._ready = [], []

    def _do(
        self, transaction: Transaction, batch: list[Work], before: _Parked | None = None
    ) -> None:
        """Do work, some of which may have been parked `before`: its patience is not renewed."""
        for work in tuple(batch):
            try:
                work.run(transaction)
            except NotYet as wait:
                self._parking.append(self._park(work, wait.ticket, transaction.monotonic, before))
            except IdReusedError as error:  # raised before anything was changed
                self._leave(work, batch)
                work.failed(error)
            except Exception as error:
                log.exception("a piece of work failed; the state is loaded again")
                self._leave(work, batch)
                raise WorkFailed(work, error) from error

    def _park(self, work: Work, ticket: str | None, now: float, before: _Parked | None) -> _Parked:
        if before is None or before.ticket is None:
            until = now + PATIENCE_S * self._second_s
            return _Parked(work, ticket, until, now + LAST_S * self._second_s)
        # The best is no longer waited for once that time is over.
        until = before.until if now < before.until else inf
        return _Parked(work, ticket, until, before.last)

    def _leave(self, work: Work, batch: list[Work]) -> None:
        if work in batch:
            batch.remove(work)
        self._parked = [parked for parked in self._parked if parked.work is not work]
        self._ready = [parked for parked in self._ready if parked.work is not work]

    def _settled(self, presence: Presence, now: float) -> bool:
        """Whether every unit that held a grant was heard since the start, or has had its time."""
        self._unsettled = {unit for unit in self._unsettled if presence.get(unit) is None}
        if now >= self._settle_until:
            self._unsettled.clear()
        return not self._unsettled

    def _is_ready(self, parked: _Parked, transaction: Transaction) -> bool:
        """Whether a command that waited is to be decided now."""
        if parked.ticket is None:
            return not transaction.settling
        hall = transaction.hall
        ticket = hall.tickets.get(parked.ticket)
        waits = ticket is not None and ticket.state is TicketState.WAITING
        given_back = parked.ticket not in hall.grants or not waits
        return given_back or transaction.monotonic >= parked.deadline


def _patience(parked: _Parked, now: float) -> Patience:
    """For what a command may go on waiting."""
    if parked.ticket is None or now < min(parked.until, parked.last):
        return Patience.FOR_THE_BEST if parked.until != inf else Patience.WITH_NOBODY_ELSE
    return Patience.WITH_NOBODY_ELSE if now < parked.last else Patience.NONE
