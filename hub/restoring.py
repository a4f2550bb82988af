"""A journal that was put back from a backup, within a transaction: who shows it, who answers.

`hub.core.restored` says what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from hub.core import events as e
from hub.core.hall import Hall
from hub.core.presence import Presence
from hub.core.records import Heads
from hub.core.restored import (
    OPERATOR,
    another,
    answers_for,
    asked,
    begin,
    ended,
    take_back,
    why_behind,
)
from wire import messages as w

EPOCHS_AHEAD = 1_000_000
"""An epoch further ahead of ours than this is no epoch of this hall."""

JOURNAL_BEHIND = "journal_behind"
"""Counted when a unit remembers more than the journal does."""


class _Books(Protocol):
    @property
    def presence(self) -> Presence: ...
    @property
    def new_id(self) -> Callable[[], str]: ...


class Round(Protocol):
    """What is needed of the transaction."""

    hall: Hall
    heads: Heads
    now: float

    @property
    def books(self) -> _Books: ...

    def happen(self, events: Iterable[e.Event]) -> None:
        """Apply events and put them into the batch."""

    def reject(self, code: str) -> None:
        """Count a message that was not acted on."""


class Restoring:
    """What one transaction finds out about its journal."""

    def __init__(self, round_: Round) -> None:
        self._round = round_

    def start(self, *, restored: bool) -> None:
        """The hub has started; `restored`: somebody says that the journal came from a backup."""
        round_ = self._round
        if restored:
            round_.happen([begin(round_.hall, "", OPERATOR, round_.now)])
        self._start_epoch(0)

    def _start_epoch(self, above: int) -> None:
        round_ = self._round
        epoch = max(round_.hall.epoch, above) + 1
        round_.happen([e.EpochStarted(round_.now, epoch, round_.books.new_id())])
        if round_.hall.restored is not None:
            round_.happen(take_back(round_.hall, round_.now))

    def compare(
        self, unit: str, said: w.Renew, receipted: int = 0, committed: int = 0, *, met: bool = True
    ) -> bool:
        """Compare what a unit remembers with the journal; whether an epoch has begun by that.

        Units act on nothing from an epoch below the last one they knew, so ours goes above it.
        `met`: it was heard since the start; else it cannot know our epoch.
        """
        round_, hall = self._round, self._round.hall
        if said.epoch > hall.epoch + EPOCHS_AHEAD:
            round_.reject("bad_epoch")  # no hall has started so often: somebody made it up
            return False
        why = why_behind(hall, said, receipted, committed)
        if not met and said.epoch >= hall.epoch:
            why = "epoch"
        known = hall.restored is not None or unit in hall.passed
        if why is None or (known and (why != "epoch" or said.epoch < hall.epoch)):
            return False
        if not known:
            round_.reject(JOURNAL_BEHIND)
            round_.happen([begin(hall, unit, why, round_.now)])
            round_.books.presence.forget_ungreeted()
        self._start_epoch(said.epoch)
        return True

    def hear_out(self) -> None:
        """Note the units that have answered since the journal was put back, and go on."""
        round_ = self._round
        for unit, epoch in asked(round_.hall).items():
            heard = round_.books.presence.get(unit)
            if heard is None or heard.said is None or not heard.greeted:
                continue
            has = round_.heads.through(unit, heard.outbox)
            if heard.said.epoch >= epoch and has >= heard.said.through:
                round_.happen(self._answered(unit, heard.outbox))
        round_.happen(ended(round_.hall, round_.now))

    def _answered(self, unit: str, outbox: str) -> list[e.Event]:
        hall, now = self._round.hall, self._round.now
        if answers_for(hall, unit, outbox, hall.units[unit].board):
            return [e.UnitAnswered(now, unit)]
        return another(hall, unit, outbox, now)
