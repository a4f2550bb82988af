"""The figures of a period. Each is defined in `docs/reports.md`, which a test reads along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Select, func, literal, select, union_all

from hub.journal import sums
from hub.journal import tables as t
from hub.reports.period import Period

GOOD: Final = ("level_5", "level_4", "level_3")
"""The levels that count as satisfied (好评)."""

BAD: Final = ("level_2", "level_1")
"""The levels that count as a bad rating (差评)."""


@dataclass(slots=True)
class Figures:
    """What some turns come to. Counts, and sums of seconds."""

    taken: int = 0
    called: int = 0
    missed: int = 0
    given_up: int = 0
    expired: int = 0
    waits: int = 0
    over: int = 0
    targets: int = 0
    served: int = 0
    invited: int = 0
    unrated: int = 0
    level_5: int = 0
    level_4: int = 0
    level_3: int = 0
    level_2: int = 0
    level_1: int = 0
    wait_s: float = 0.0
    longest_s: float = 0.0
    service_s: float = 0.0

    def add(self, other: Mapping[str, Any] | Figures) -> None:
        """Add what others come to."""
        given = other if isinstance(other, Mapping) else {n: getattr(other, n) for n in _NAMES}
        longest = max(self.longest_s, given["longest_s"])
        for name in _NAMES:
            setattr(self, name, getattr(self, name) + given[name])
        self.longest_s = longest

    @property
    def rated(self) -> int:
        """Services with a rating that counts."""
        return self.level_5 + self.level_4 + self.level_3 + self.level_2 + self.level_1

    @property
    def good(self) -> int:
        """Ratings that count as satisfied."""
        return sum(getattr(self, name) for name in GOOD)

    @property
    def bad(self) -> int:
        """Bad ratings."""
        return sum(getattr(self, name) for name in BAD)

    @property
    def satisfaction(self) -> float | None:
        """好评率: satisfied ratings of all ratings; None without any."""
        return _share(self.good, self.rated)

    @property
    def unrated_share(self) -> float | None:
        """未评率: services that could be rated and were not, of all that could be."""
        return _share(self.invited - self.rated, self.invited)

    @property
    def rated_share(self) -> float | None:
        """主动评价率: services that somebody rated, of all that could be."""
        return _share(self.rated, self.invited)

    @property
    def missed_share(self) -> float | None:
        """过号率: calls to which nobody came, of all calls."""
        return _share(self.missed, self.called)

    @property
    def over_share(self) -> float | None:
        """Waits longer than the service's target, of all waits that had one."""
        return _share(self.over, self.targets)

    @property
    def mean_wait_s(self) -> float | None:
        """The mean wait from the number to the call."""
        return _share(self.wait_s, self.waits)

    @property
    def mean_service_s(self) -> float | None:
        """The mean length of a service."""
        return _share(self.service_s, self.served)


_NAMES = tuple(f.name for f in fields(Figures))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


@dataclass(slots=True)
class Waits:
    """Waits counted in bins of `sums.WAIT_BIN_S` seconds."""

    bins: dict[int, int] = field(default_factory=dict)

    def add(self, bin_: int, n: int) -> None:
        """So many more waits of a bin."""
        self.bins[bin_] = self.bins.get(bin_, 0) + n

    def percentile(self, share: float) -> float | None:
        """The wait in seconds that this share of all does not exceed; even within a bin."""
        total = sum(self.bins.values())
        if not total:
            return None
        rank, below = share * total, 0
        for bin_, n in sorted(self.bins.items()):
            if below + n >= rank:
                return (bin_ + (rank - below) / n) * sums.WAIT_BIN_S
            below += n
        return None  # no rank is above all


@dataclass(slots=True)
class Group:
    """A part of the hall: its figures and waits."""

    figures: Figures = field(default_factory=Figures)
    waits: Waits = field(default_factory=Waits)

    @property
    def p50_s(self) -> float | None:
        """Half of all waited no longer."""
        return self._percentile(0.5)

    @property
    def p90_s(self) -> float | None:
        """Nine of ten waited no longer."""
        return self._percentile(0.9)

    def _percentile(self, share: float) -> float | None:
        """Read from bins, but never longer than the longest wait."""
        found = self.waits.percentile(share)
        return None if found is None else min(found, self.figures.longest_s)


@dataclass(slots=True)
class Overview:
    """A period: all of it, and by service, counter, hour, day, and service in each hour.

    Percentiles of waits are known for all and by service.
    """

    period: Period
    all: Group
    services: dict[str, Group]
    counters: dict[str, Group]
    hours: dict[int, Group]
    days: dict[str, Group]
    cells: dict[tuple[str, int], Group]


def overview(connection: Connection, period: Period) -> Overview:
    """What a period comes to."""
    found = Overview(period, Group(), {}, {}, {}, {}, {})
    where = _Days(connection, period)
    for row in where.sums("service", "counter", "hour"):
        for group in _groups(found, row):
            group.figures.add(row)
    for row in where.sums("day"):
        _of(found.days, row["day"]).figures.add(row)
    for row in where.waits():
        found.all.waits.add(row["bin"], row["n"])
        _of(found.services, row["service"]).waits.add(row["bin"], row["n"])
    return found


K = TypeVar("K")


def _of(groups: dict[K, Group], key: K) -> Group:
    return groups.setdefault(key, Group())


def _groups(found: Overview, row: Mapping[str, Any]) -> Iterable[Group]:
    yield found.all
    yield _of(found.services, row["service"])
    yield _of(found.hours, row["hour"])
    yield _of(found.cells, (row["service"], row["hour"]))
    if row["counter"]:
        yield _of(found.counters, row["counter"])


class _Days:
    """The days of a period: those that are added up, and those that have to be."""

    def __init__(self, connection: Connection, period: Period) -> None:
        self._connection = connection
        days = select(t.days.c.day, t.days.c.summed).where(
            t.days.c.day.between(period.first.isoformat(), period.last.isoformat())
        )
        known = connection.execute(days).all()
        self._added = [row.day for row in known if row.summed]
        self._open = [row.day for row in known if not row.summed]

    def sums(self, *key: str) -> Iterable[Any]:
        """The figures by these columns."""
        of = self._both(t.sums, sums.summed)
        columns = [of.c[name] for name in key]
        query = select(*columns, *sums.measures(of)).group_by(*columns)
        return self._connection.execute(query).mappings()

    def waits(self) -> Iterable[Any]:
        """How many waits each service had in each bin."""
        of = self._both(t.waits, sums.binned)
        columns = [of.c.service, of.c.bin]
        query = select(*columns, func.sum(of.c.n).label("n")).group_by(*columns)
        return self._connection.execute(query).mappings()

    def _both(self, table: Any, live: Callable[[Any], Select[Any]]) -> Any:
        kept = select(table).where(table.c.day.in_(self._added or [literal("")]))
        if not self._open:
            return kept.subquery()
        names = [column.name for column in table.columns]
        now = live(t.turns.c.day.in_(self._open)).subquery()
        return union_all(kept, select(*(now.c[name] for name in names))).subquery()
