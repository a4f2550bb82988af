"""What the web shows of units: whether they are heard, what of them fails, whom they keep."""

from __future__ import annotations

from math import ceil
from typing import Literal

from hub.core.grants import kept_by
from hub.core.state import Grant
from hub.core.tickets import Ticket
from hub.transaction import Transaction
from hub.web import models as m
from hub.web import operator_models as om
from hub.web.fault_words import fault_text
from hub.web.load_views import Time
from hub.web.words import place

MINUTE_S = 60


class Units:
    """The units as they are at one moment."""

    def __init__(self, transaction: Transaction, time: Time) -> None:
        self._transaction = transaction
        self._hall = transaction.hall
        self._presence = transaction.books.presence
        self._time = time
        self._cut_off = {grant.counter for grant in self._hall.grants.values() if grant.parked}

    def of(self, unit: str) -> m.UnitView:
        """The unit of this name."""
        known = self._hall.units.get(unit)
        heard = self._presence.heard(unit, self._transaction.monotonic)
        lost_at = known.lost_at if known and not heard else None
        return m.UnitView(
            id=unit,
            heard=heard,
            lost_since=None if lost_at is None else self._time(lost_at),
            faults=self._faults(unit),
        )

    def placed(self) -> tuple[m.PlacedUnit, ...]:
        """The boards and the kiosks, in the order of the plan."""
        plan = self._hall.plan
        return (
            *(self._placed(unit, "board") for unit in plan.board),
            *(self._placed(unit, "kiosk") for unit in plan.kiosk),
        )

    def missing(self) -> om.RestoredView | None:
        """The units that a restored hall waits for; None if it is none."""
        restored = self._hall.restored
        if restored is None:
            return None
        now, heard = self._transaction.monotonic, self._presence.heard
        return om.RestoredView(
            since=self._time(restored.since),
            missing=tuple(self._missing(unit, heard(unit, now)) for unit in restored.waiting),
        )

    def _missing(self, unit: str, heard: bool) -> om.MissingUnit:
        expected = self._hall.starts.expected.get(unit)
        since = None if expected is None or not expected.instead else self._time(expected.since)
        where = place(self._hall, unit)
        return om.MissingUnit(id=unit, place=where, heard=heard, instead_since=since)

    def _placed(self, unit: str, role: Literal["board", "kiosk"]) -> m.PlacedUnit:
        number = self._hall.plan.number_of_unit[unit]
        return m.PlacedUnit(**dict(self.of(unit)), role=role, number=number)

    def _faults(self, unit: str) -> tuple[m.FaultView, ...]:
        known = self._hall.units.get(unit)
        return tuple(
            m.FaultView(
                peripheral=peripheral,
                code=code,
                text=fault_text(peripheral, code),
                detail=detail,
            )
            for peripheral, (code, detail) in sorted(known.faults.items() if known else ())
        )

    def kept_apart(self, counter: str) -> tuple[m.KeptApart, ...]:
        """The tickets that a counter keeps which is cut off, longest wait first."""
        if counter not in self._cut_off:
            return ()
        return tuple(self._kept(ticket) for ticket in kept_by(self._hall, counter))

    def _kept(self, ticket: Ticket) -> m.KeptApart:
        grant = self._hall.grants[ticket.id]
        return m.KeptApart(
            id=ticket.id,
            number=ticket.number,
            service=ticket.service,
            queued_at=self._time(ticket.queued_at),
            callable_until=self._callable_until(grant),
            doubted=grant.doubted,
        )

    def held_apart(self, ticket: Ticket) -> m.HeldApart | None:
        """By whom a ticket is kept that is cut off; None if it is not."""
        grant = self._hall.grants.get(ticket.id)
        if grant is None or not grant.parked:
            return None
        plan, known = self._hall.plan.counter.get(grant.counter), self._hall.units.get(grant.unit)
        lost_at = known.lost_at if known and known.run == grant.run else None
        return m.HeldApart(
            counter_number=plan.number if plan else grant.counter,
            since=None if lost_at is None else self._time(lost_at),
            callable_until=self._callable_until(grant),
            doubted=grant.doubted,
        )

    def _callable_until(self, grant: Grant) -> str | None:
        if grant.doubted:
            return None  # the unit acts without it; only whether it did call it is not known
        lease_s, monotonic = 60 * self._hall.plan.alone.lease_min, self._transaction.monotonic
        left_s = self._presence.lease_end(grant.unit, grant.run, lease_s) - monotonic
        if left_s <= 0:
            return None
        # To the whole minute, so that a picture does not change with every look.
        return self._time(ceil((self._transaction.now + left_s) / MINUTE_S) * MINUTE_S)
