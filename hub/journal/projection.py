"""What reports read, written in the transaction of the events that it follows from.

Nothing of it is needed to run the hall, and all of it can be made again: after an upgrade that
changes what a row says, or on request, the tables are emptied and every event is gone through
once more, in steps that are kept, so that a hub that is ended meanwhile goes on where it was.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from hub.core import events as e
from hub.journal import tables as t
from hub.journal.database import Inserts
from hub.journal.sums import add_up
from hub.journal.turn_rows import Calendar, RatingRow, ReasonRow, Turn
from hub.journal.turns import HANDLERS, add
from wire.errors import StorageError

log = logging.getLogger(__name__)

VERSION: Final = 2
"""Goes up with every change of what the tables say of the same events."""

EVENTS_A_STEP = 20_000
"""So many events are gone through in one transaction when the tables are made again."""

KEYS_AT_ONCE = 500

_KINDS = tuple(kind.__name__ for kind in HANDLERS)

_TURN = tuple(field.name for field in fields(Turn))
_CHANGES = tuple(n for n in _TURN if n not in {"id", "ticket", "channel", "day", "first", "apart"})
"""What of a turn changes. To set the rest again would write its indexes anew each time."""

_RATING = tuple(field.name for field in fields(RatingRow))
_REASON = tuple(field.name for field in fields(ReasonRow))

_Row = Callable[[Any], tuple[Any, ...]]
_turn_row: _Row = attrgetter(*_TURN)
_rating_row: _Row = attrgetter(*_RATING)
_reason_row: _Row = attrgetter(*_REASON)

_COLUMNS = {
    t.days: ("day", "began_at", "summed"),
    t.turns: _TURN,
    t.ratings: _RATING,
    t.reasons: _REASON,
}

_NEW = (e.TicketIssued, e.TicketBooked, e.ServedUnnumbered, e.CalledApart)
_OF_CALL = (e.Rated, e.Unrated, e.EndedApart)


class Projection:
    """The tables that reports read, for the one connection that writes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._inserts = Inserts(connection, _COLUMNS, {t.turns: _CHANGES, t.days: _COLUMNS[t.days]})
        self._ledger: _Ledger | None = None

    def add(self, first: int, events: Sequence[e.Event]) -> None:
        """Let events follow, inside of their transaction. `first` is the sequence of the first."""
        wanted = [(n, event) for n, event in enumerate(events, first) if type(event) in HANDLERS]
        if not wanted:
            return
        if self._ledger is None:
            self._ledger = _Ledger(self._connection, self._inserts, self._calendar(first))
        ledger = self._ledger
        ledger.fetch(event for _, event in wanted)
        for sequence, event in wanted:
            add(ledger, sequence, event)
        ledger.write()

    def forget(self) -> None:
        """The transaction was not kept: what is in memory is not what is on disk."""
        self._ledger = None

    def catch_up(self) -> None:
        """See to it that the tables say what the events say.

        Raises StorageError for an event that cannot be read.
        """
        with self._connection.begin():
            state = self._connection.execute(select(t.projection)).one_or_none()
        if state is None or state.version != VERSION:
            self.rebuild()
        elif state.through is not None:
            self._go_on(state.through)

    def rebuild(self) -> None:
        """Make the tables again from the events.

        Raises StorageError for an event that cannot be read.
        """
        with self._connection.begin():
            for table in (*_COLUMNS, t.sums, t.waits, t.projection):
                self._connection.execute(delete(table))
            self._connection.execute(insert(t.projection).values(version=VERSION, through=0))
        self._go_on(0)

    def _go_on(self, through: int) -> None:
        with self._connection.begin():
            last = self._connection.execute(select(func.max(t.events.c.sequence))).scalar() or 0
        if last > through:
            log.info("what reports read is made again from %d events", last - through)
        self.forget()
        while through < last:
            upto = min(last, through + EVENTS_A_STEP)
            try:
                with self._connection.begin():
                    self._step(through, upto)
            except BaseException:
                self.forget()
                raise
            through = upto
        with self._connection.begin():
            self._connection.execute(t.projection.update().values(through=None))
        self.forget()

    def _step(self, after: int, upto: int) -> None:
        c = t.events.c
        query = select(t.events).where(c.sequence > after, c.sequence <= upto, c.kind.in_(_KINDS))
        for row in self._connection.execute(query.order_by(c.sequence)).all():
            self.add(row.sequence, [_event(row)])
        self._connection.execute(t.projection.update().values(through=upto))

    def _calendar(self, first: int) -> Calendar:
        """What the hall's calendar was before an event."""
        calendar = Calendar()
        for row in self._connection.execute(select(t.days.c.began_at, t.days.c.day)):
            calendar.begin(row.day, row.began_at)
        plan, day = (self._last(kind, first) for kind in (e.Configured, e.DayBegan))
        if plan is not None:
            calendar.configure(plan["plan"])
        if day is not None:
            calendar.today = day["day"]
        return calendar

    def _last(self, kind: type[e.Event], before: int) -> dict[str, Any] | None:
        c = t.events.c
        query = select(c.content).where(c.kind == kind.__name__, c.sequence < before)
        found = self._connection.execute(query.order_by(c.sequence.desc()).limit(1)).scalar()
        return None if found is None else json.loads(found)


def _event(row: Row[Any]) -> e.Event:
    try:
        return e.event_of(row.kind, row.at, json.loads(row.content))
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(f"event {row.sequence} cannot be read: {error!r}") from error


class _Ledger:
    """The turns of today in memory, older ones from the tables; changes are written in bulk."""

    def __init__(self, connection: Connection, inserts: Inserts, calendar: Calendar) -> None:
        self.calendar = calendar
        self._connection = connection
        self._inserts = inserts
        self._turns: dict[int, Turn] = {}
        self._of_ticket: dict[str, Turn | None] = {}
        self._of_call: dict[str, Turn | None] = {}
        self._changed: dict[int, Turn] = {}
        self._dropped: list[int] = []
        self._said: list[RatingRow | ReasonRow] = []
        self._days: list[tuple[str, float, bool]] = []

    # --- what a turn's events ask for -------------------------------------------------------

    def current(self, ticket: str) -> Turn | None:
        """The ticket's last turn that does not stand apart."""
        if ticket not in self._of_ticket:
            self._fetch_tickets([ticket])
        return self._of_ticket[ticket]

    def of_call(self, call_id: str) -> Turn | None:
        """The turn that a call belongs to."""
        turn = self._of_call.get(call_id)
        if turn is None and call_id not in self._of_call:
            self._fetch_calls([call_id])
            turn = self._of_call[call_id]
        # A call that was taken back belongs to no turn any more.
        return turn if turn is not None and turn.call_id == call_id else None

    def before(self, turn: Turn) -> Turn | None:
        """The turn of the same ticket before this one."""
        self.write()
        c = t.turns.c
        query = select(t.turns).where(c.ticket == turn.ticket, c.id < turn.id, ~c.apart)
        row = self._connection.execute(query.order_by(c.id.desc()).limit(1)).one_or_none()
        found = None if row is None else self._known(row)
        self._of_ticket[turn.ticket] = found
        return found

    def keep(self, turn: Turn) -> None:
        """A turn is new, or has changed."""
        # Only a new turn is the ticket's last: an older one changes too, when the rating of one
        # service comes after the next service of the visit was called.
        if turn.id not in self._turns and not turn.apart:
            self._of_ticket[turn.ticket] = turn
        self._changed[turn.id] = self._turns[turn.id] = turn
        if turn.call_id is not None:
            self._of_call[turn.call_id] = turn

    def move(self, turn: Turn) -> None:
        """A turn belongs to another day."""
        self._dropped.append(turn.id)
        self.keep(turn)

    def drop(self, turn: Turn) -> None:
        """A turn has been undone."""
        self._changed.pop(turn.id, None)
        self._turns.pop(turn.id, None)
        self._of_ticket.pop(turn.ticket, None)
        self._dropped.append(turn.id)

    def note(self, row: RatingRow | ReasonRow) -> None:
        """Something was said about a call."""
        self._said.append(row)

    def day(self, day: str, at: float) -> None:
        """A business day begins: what was before it is seldom asked for again."""
        self.write()
        add_up(self._connection)
        self.calendar.begin(day, at)
        self._days.append((day, at, False))
        self._turns.clear()
        self._of_ticket.clear()
        self._of_call.clear()

    # --- the tables -------------------------------------------------------------------------

    def fetch(self, events: Iterable[e.Event]) -> None:
        """Look up together what events are about."""
        tickets: set[str] = set()
        calls: set[str] = set()
        for event in events:
            if isinstance(event, _OF_CALL):
                if getattr(event, "why_not", None) != "unknown_call":
                    calls.add(event.call_id)
            elif not isinstance(event, _NEW) and hasattr(event, "ticket"):
                tickets.add(event.ticket)
        self._fetch_tickets(tickets - self._of_ticket.keys())
        self._fetch_calls(calls - self._of_call.keys())

    def _fetch_tickets(self, tickets: Iterable[str]) -> None:
        c = t.turns.c
        for some in _chunks(tickets):
            self._of_ticket.update(dict.fromkeys(some))
            for turn in self._found(select(t.turns).where(c.ticket.in_(some), ~c.apart)):
                self._of_ticket[turn.ticket] = turn

    def _fetch_calls(self, calls: Iterable[str]) -> None:
        for some in _chunks(calls):
            self._of_call.update(dict.fromkeys(some))
            for turn in self._found(select(t.turns).where(t.turns.c.call_id.in_(some))):
                self._of_call[str(turn.call_id)] = turn

    def _found(self, query: Select[Any]) -> Iterator[Turn]:
        for row in self._connection.execute(query.order_by(t.turns.c.id)).all():
            yield self._known(row)

    def _known(self, row: Row[Any]) -> Turn:
        return self._turns.setdefault(row.id, Turn(**row._mapping))

    def write(self) -> None:
        """Write what has changed since the last time."""
        if self._dropped:
            gone = t.turns.c.id.in_(self._dropped)
            self._connection.execute(delete(t.turns).where(gone))
        self._inserts.put(t.days, self._days)
        late = {turn.day for turn in self._changed.values()} - {self.calendar.today}
        if late:
            again = t.days.update().where(t.days.c.day.in_(sorted(late)), t.days.c.summed)
            self._connection.execute(again.values(summed=False))
        self._inserts.put(t.turns, map(_turn_row, self._changed.values()))
        ratings = [row for row in self._said if isinstance(row, RatingRow)]
        reasons = [row for row in self._said if isinstance(row, ReasonRow)]
        self._inserts.put(t.ratings, map(_rating_row, ratings))
        self._inserts.put(t.reasons, map(_reason_row, reasons))
        self._days, self._changed, self._dropped, self._said = [], {}, [], []


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(keys)
    for start in range(0, len(wanted), KEYS_AT_ONCE):
        yield wanted[start : start + KEYS_AT_ONCE]
