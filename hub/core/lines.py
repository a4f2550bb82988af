"""Who waits: a line for each service and class, and for each counter what is bound to it.

Everything here is kept in order as tickets come and go, so that the head of a line is found
in no time however many wait.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hub.core.policies import Facts
from hub.core.tickets import APPOINTMENT, ORDINARY, Ticket

Entry = tuple[float, int, str]
"""Queued at, order of issue, ticket."""

Head = tuple[float, int, str, str, str]
"""The first of a line, or who would be: queued at, order of issue, ticket, service, class."""


def _entry(ticket: Ticket) -> Entry:
    return ticket.queued_at, ticket.order, ticket.id


@dataclass(slots=True)
class Line:
    """Tickets that wait, in the order of `queued_at`; equal times keep the order of issue."""

    entries: list[Entry] = field(default_factory=list)

    def __len__(self) -> int:
        """How many wait."""
        return len(self.entries)

    def add(self, ticket: Ticket) -> None:
        """Put a ticket at its place."""
        insort(self.entries, _entry(ticket))

    def remove(self, ticket: Ticket) -> None:
        """Take a ticket out, wherever it stands.

        Raises ValueError if it is not there.
        """
        at = self.place(ticket)
        del self.entries[at]

    def place(self, ticket: Ticket) -> int:
        """How many stand before a ticket of this line.

        Raises ValueError if it is not there.
        """
        entry = _entry(ticket)
        at = bisect_left(self.entries, entry)
        if at == len(self.entries) or self.entries[at] != entry:
            raise ValueError(f"ticket {ticket.id} is not in this line")
        return at

    def before(self, queued_at: float, order: int) -> int:
        """How many were queued before that moment, or in it and issued before `order`."""
        return bisect_left(self.entries, (queued_at, order, ""))

    def head(self) -> Entry | None:
        """The one that waits longest, or None."""
        return self.entries[0] if self.entries else None

    def first(self, avoid: Collection[str]) -> Entry | None:
        """The one that waits longest of those not to be avoided, or None."""
        if not avoid:
            return self.head()
        return next((entry for entry in self.entries if entry[2] not in avoid), None)

    def tickets(self) -> list[str]:
        """All of them, first in line first."""
        return [entry[2] for entry in self.entries]


Key = tuple[str, str]
"""Service and class."""

ROUNDING_S = 1e-6
"""More than the error of adding a credit to a time since 1970."""


_UNKNOWN = Facts(1.0, 1.0, 0.0, 1.0, 0.0, primary=False)
_NOBODY_FIRST: Head = (0.0, 0, "", "", "")


class Row:
    """Who is first in each class of those whom any counter with the skill may call.

    `first` was queued first of these `heads`; none of them, credit of the class counted, has
    waited since before `earliest`. `ordinary` says that somebody waits who has no priority;
    `facts` are what policies ask of the service (`State.rows` has them up to date).
    """

    __slots__ = ("earliest", "facts", "first", "heads", "lines", "ordinary", "service")

    def __init__(
        self, service: str, facts: Facts = _UNKNOWN, lines: dict[str, Line] | None = None
    ) -> None:
        self.service = service
        self.facts = facts
        self.lines = {ORDINARY: Line()} if lines is None else lines
        self.heads: list[Head] = []
        self.first = _NOBODY_FIRST
        self.earliest = -ROUNDING_S
        self.ordinary = False

    def look(self, credit_s: Mapping[str, float]) -> None:
        """See who is first now."""
        service = self.service
        heads = [
            (*line.entries[0], service, kind) for kind, line in self.lines.items() if line.entries
        ]
        self.ordinary = bool(self.lines[ORDINARY].entries)
        self._put(heads, credit_s)

    def joined(self, head: Head, credit_s: Mapping[str, float]) -> Row:
        """What this would be if one more waited."""
        found = Row(self.service, self.facts, self.lines)
        found.ordinary = self.ordinary
        same = [each for each in self.heads if each[4] == head[4]]
        others = [each for each in self.heads if each[4] != head[4]]
        found._put([*others, min([*same, head])], credit_s)
        return found

    def without(self, avoid: Collection[str], credit_s: Mapping[str, float]) -> Row:
        """What this would be if these tickets did not wait."""
        found, heads = Row(self.service, self.facts, self.lines), []
        for kind, line in self.lines.items():
            # A plain loop: a call asks this of each of its services, and few are passed over.
            for entry in line.entries:
                if entry[2] not in avoid:
                    heads.append((*entry, self.service, kind))
                    found.ordinary = found.ordinary or kind == ORDINARY
                    break
        found._put(heads, credit_s)
        return found

    def beside(self, other: Row, credit_s: Mapping[str, float]) -> Row:
        """What this would be if those of another waited here too, in lines of their own."""
        found = Row(self.service, self.facts, self.lines)
        found.ordinary = self.ordinary or other.ordinary
        found._put(self.heads + other.heads, credit_s)
        return found

    def _put(self, heads: list[Head], credit_s: Mapping[str, float]) -> None:
        self.heads = heads
        self.first = min(heads, default=_NOBODY_FIRST)
        since = self.first[0]  # of an ordinary one alone there is no credit to count
        if len(heads) > 1 or self.first[4]:
            since = min([head[0] - credit_s.get(head[4], 0.0) for head in heads])
        self.earliest = since - ROUNDING_S


class Lines:
    """All lines of the hall.

    `pool` holds whom any counter with the skill may call, and `rows` has its lines by service,
    with the first of each; `labelled` shows those of them whose ticket has a counter printed on
    it, by that counter, and `own` has those by service; `bound` holds whom one counter alone may
    call, and nobody there stands in `pool`.
    """

    def __init__(self, services: Iterable[str] = ()) -> None:
        self.pool: dict[Key, Line] = {}
        self.labelled: dict[str, dict[Key, Line]] = {}
        self.own: dict[str, dict[str, Row]] = {}
        self.bound: dict[str, dict[Key, Line]] = {}
        self.count: dict[str, int] = {}
        self.work_s: dict[str, float] = {}
        self.mean_s: dict[str, float] = {}
        self.rows: dict[str, Row] = {}
        self.stale: set[str] = set()
        self.kinds: dict[str, list[str]] = {}
        self._credit_s: Mapping[str, float] = {}
        for service in services:
            self.begin(service)

    def begin(self, service: str) -> None:
        """See to it that there is a line for a service."""
        if service not in self.kinds:
            self.kinds[service] = [ORDINARY]
            row = self.rows[service] = Row(service, Facts(1.0, 1.0, 0.0, 1.0, 0.0, primary=False))
            self.stale.add(service)
            self.pool[service, ORDINARY] = row.lines[ORDINARY]
            self.count[service] = 0
            self.mean_s[service] = self.work_s[service] = 0.0

    def add(self, ticket: Ticket) -> None:
        """Put a waiting ticket into its lines.

        Raises KeyError if there are none for its service.
        """
        if ticket.kind not in self.kinds[ticket.service]:
            insort(self.kinds[ticket.service], ticket.kind)
            line = self.pool.setdefault((ticket.service, ticket.kind), Line())
            self.rows[ticket.service].lines[ticket.kind] = line
        if ticket.bound is None and ticket.label is not None:
            self._begin_own(ticket, ticket.label)
        for lines in self._holding(ticket):
            lines.setdefault((ticket.service, ticket.kind), Line()).add(ticket)
        self._changed(ticket, 1)

    def _begin_own(self, ticket: Ticket, counter: str) -> None:
        """See to it that a counter has a line for those with its number on the ticket."""
        lines = self.labelled.setdefault(counter, {})
        if (ticket.service, ticket.kind) not in lines:
            own = self.own.setdefault(counter, {})
            row = own.setdefault(ticket.service, Row(ticket.service))
            line = row.lines.setdefault(ticket.kind, Line())
            lines[ticket.service, ticket.kind] = line

    def remove(self, ticket: Ticket) -> None:
        """Take a ticket out of its lines.

        Raises ValueError if it does not wait.
        """
        for lines in self._holding(ticket):
            lines.get((ticket.service, ticket.kind), _NOBODY).remove(ticket)
        self._changed(ticket, -1)

    def credit(self, credit_s: Mapping[str, float]) -> None:
        """Count these seconds as wait that each class has behind it."""
        self._credit_s = credit_s
        for row in (*self.rows.values(), *(r for own in self.own.values() for r in own.values())):
            row.look(credit_s)

    def outdated(self, services: Iterable[str]) -> None:
        """What policies ask of these services has changed, beside how many wait."""
        self.stale.update(services)

    def weigh(self, service: str, mean_s: float) -> None:
        """Count the work of whoever waits for a service by this time for each."""
        self.mean_s[service] = mean_s
        self._count(service, 0)

    def _changed(self, ticket: Ticket, more: int) -> None:
        self._count(ticket.service, more)
        if ticket.bound is None:
            self.rows[ticket.service].look(self._credit_s)
            if ticket.label is not None:
                self.own[ticket.label][ticket.service].look(self._credit_s)

    def _count(self, service: str, more: int) -> None:
        count = self.count[service] = self.count[service] + more
        self.work_s[service] = count * self.mean_s[service]
        self.rows[service].facts.waiting = count

    def waiting(self, service: str) -> int:
        """How many wait for a service, those bound to a counter among them."""
        return self.count.get(service, 0)

    def of(self, service: str) -> Iterator[Line]:
        """Every line in which somebody waits for a service, nobody twice."""
        for lines in (self.pool, *self.bound.values()):
            for kind in self.kinds.get(service, ()):
                line = lines.get((service, kind))
                if line is not None and line.entries:
                    yield line

    def oldest(self, service: str) -> Entry | None:
        """Who has waited longest for a service, whatever the class."""
        return min((line.entries[0] for line in self.of(service)), default=None)

    def last_queued_at(self) -> float:
        """When the last of all who wait was queued; 0 if nobody waits.

        Not of those with an appointment: they are queued at its time, which may be to come.
        """
        lines = (line for own in (self.pool, *self.bound.values()) for line in own.items())
        last = (line.entries[-1][0] for (_, kind), line in lines if line and kind != APPOINTMENT)
        return max(last, default=0.0)

    def kept_for(self, counter: str) -> list[str]:
        """The tickets that are bound to a counter or have it printed on them."""
        both = (self.bound.get(counter, {}), self.labelled.get(counter, {}))
        return [ticket for lines in both for line in lines.values() for ticket in line.tickets()]

    def everybody(self) -> Iterator[str]:
        """Each waiting ticket once."""
        for service in self.count:
            for line in self.of(service):
                yield from line.tickets()

    def _holding(self, ticket: Ticket) -> list[dict[Key, Line]]:
        if ticket.bound is not None:
            return [self.bound.setdefault(ticket.bound, {})]
        if ticket.label is not None:
            return [self.pool, self.labelled.setdefault(ticket.label, {})]
        return [self.pool]


_NOBODY = Line()
