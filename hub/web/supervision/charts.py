"""The plots and tables of the overview, from its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.journal.sums import LEVELS
from hub.reports.figures import Figures, Group, Overview
from hub.web.supervision.names import Names
from hub.web.supervision.plots import Plot, Series, plot
from hub.web.texts import marked

STEPS = 5
"""So many shades has a table of heat; the number stands in each field."""

MINUTE_S = 60.0

SERVED = marked("Served")
MEAN_WAIT = marked("Mean wait, minutes")
UNRATED_SHARE = marked("Unrated share")
BAD_RATINGS = marked("Bad ratings")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what it is about, its figures, and how long its bars are (0 to 100).

    Waits (or a minute, if all are shorter) and bad ratings against the most of all lines, the
    unrated share as it is.
    """

    id: str
    name: str
    figures: Figures
    p50_s: float | None
    p90_s: float | None
    wait_bar: float
    unrated_bar: float
    bad_bar: float


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the table of heat: how many waited for how long, and its shade, 1 to STEPS."""

    text: str
    waits: int
    step: int


@dataclass(frozen=True, slots=True)
class Heat:
    """Mean waits of each service in each hour."""

    hours: tuple[int, ...]
    rows: tuple[tuple[str, tuple[Field | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A level's part of all ratings. `x` and `width` are in percent."""

    column: str
    name: str
    count: int
    share: float
    x: float
    width: float


def rows(
    groups: Mapping[Any, Group], order: Sequence[str], name: Callable[[str], str]
) -> list[Row]:
    """The lines of a table, in the plan's order, then what has left the plan."""
    ids = [*(i for i in order if i in groups), *sorted(set(groups) - set(order))]
    longest = max((MINUTE_S, *(groups[i].figures.mean_wait_s or 0.0 for i in ids)))
    worst = max((groups[i].figures.bad for i in ids), default=0)
    return [_row(i, name(i), groups[i], longest, worst) for i in ids]


def _row(id_: str, name: str, group: Group, longest: float, worst: float) -> Row:
    figures = group.figures
    wait = 100 * (figures.mean_wait_s or 0.0) / longest
    bad = 100 * figures.bad / worst if worst else 0.0
    bars = (round(wait, 1), round(100 * (figures.unrated_share or 0.0), 1), round(bad, 1))
    return Row(id_, name, figures, group.p50_s, group.p90_s, *bars)


def by_day(found: Overview) -> tuple[list[str], list[Group]]:
    """Days: labels, with the year where there are two, and groups."""
    # Days on which the hall was closed are no gap.
    days = [day for day in found.period.dates() if day in found.days]
    shown = 5 if found.period.first.year == found.period.last.year else 2
    return [day[shown:] for day in days], [found.days[day] for day in days]


def by_hour(found: Overview, names: Names) -> tuple[list[str], list[Group]]:
    """Hours of the day: labels and groups."""
    hours = _span(found.hours, names)
    return [names.hour(h) for h in hours], [found.hours.get(h, Group()) for h in hours]


def _span(hours: Mapping[int, Group], names: Names) -> list[int]:
    """Every hour from the first to the last of a business day."""
    ends = names.in_order(hours)
    if not ends:
        return []
    return [(ends[0] + n) % 24 for n in range((ends[-1] - ends[0]) % 24 + 1)]


def plots(labels: Sequence[str], groups: Sequence[Group], names: Names) -> list[Plot]:
    """Served, waits, unrated share and bad ratings, under each other's labels."""
    f = [group.figures for group in groups]
    served = Series(names.say(SERVED), labels, [x.served for x in f], _whole, least=2)
    waits = [x.mean_wait_s / 60 if x.mean_wait_s is not None else None for x in f]
    wait = Series(names.say(MEAN_WAIT), labels, waits, _tenths, line=True, least=1)
    shares = [x.unrated_share for x in f]
    unrated = Series(
        names.say(UNRATED_SHARE), labels, shares, lambda v: f"{v or 0:.0%}", line=True, top=1.0
    )
    bad = Series(names.say(BAD_RATINGS), labels, [x.bad for x in f], _whole, least=2)
    shown = (served, wait, unrated, bad)
    return [plot(each, _summary(each, names), _nothing(each, names)) for each in shown]


def _nothing(series: Series, names: Names) -> str:
    """What is said where an empty grid would stand; "" where something is to be drawn."""
    if series.line:
        drawn = any(value is not None for value in series.values)
        return "" if drawn else names.say(marked("No values"))
    return "" if any(series.values) else names.say(marked("none"))


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _tenths(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}" if value % 1 else f"{value:.0f}"


def _summary(series: Series, names: Names) -> str:
    """What a plot shows, for whoever does not see it."""
    known = [(v, label) for label, v in zip(series.labels, series.values, strict=True) if v]
    if not known:
        return names.say(marked("No values"))
    (low, at_low), (high, at_high) = min(known), max(known)
    return names.say(
        marked("lowest {low} ({at_low}), highest {high} ({at_high})"),
        low=series.shown(low),
        at_low=at_low,
        high=series.shown(high),
        at_high=at_high,
    )


def heat(found: Overview, names: Names) -> Heat:
    """Mean waits by service and hour. The warmest shade is the longest, or a longer target."""
    hours = tuple(_span(found.hours, names))
    waits = [g.figures.mean_wait_s or 0.0 for g in found.cells.values()]
    most = max((*waits, *(service.target_s for service in names.plan.services)))
    order = [s.id for s in names.plan.services]
    ids = [*(i for i in order if i in found.services), *sorted(set(found.services) - set(order))]
    lines = tuple(
        (names.service(i), tuple(_field(found.cells.get((i, h)), most, names) for h in hours))
        for i in ids
    )
    return Heat(hours, lines)


def _field(group: Group | None, most: float, names: Names) -> Field | None:
    wait_s = group.figures.mean_wait_s if group else None
    if group is None or wait_s is None:
        return None
    step = min(STEPS, int(STEPS * wait_s / most) + 1)
    return Field(names.minutes(wait_s), group.figures.waits, step)


def levels(figures: Figures, names: Names) -> list[Part]:
    """The levels that were given, best first, side by side."""
    found: list[Part] = []
    x = 0.0
    for column in LEVELS:
        count = getattr(figures, column)
        if count or column in _in_scheme(names):
            share = count / figures.rated if figures.rated else 0.0
            found.append(Part(column, names.column(column), count, share, round(x, 2), share * 100))
            x += share * 100
    return found


def _in_scheme(names: Names) -> set[str]:
    here = {option.level.value for option in names.plan.rating.levels}
    return {column for column, level in LEVELS.items() if level in here}
