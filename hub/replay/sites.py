"""Halls to simulate: those that policies are compared in, and a hall's own plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.replay.description import Break, Description, Slow, Surge
from hub.replay.trace import TraceService
from wire.errors import ConfigurationError
from wire.settings import Mistake, unknown_name

if TYPE_CHECKING:
    from hub.core.plan import Plan

_MOST_TICKETS = 100_000.0


@dataclass(frozen=True, slots=True)
class Site:
    """What stands in a hall: services, and for each window its skills, the primary one first.

    `shares` says how the day's work divides among the services, in any unit. The names are
    those of a description; a trace has numbers, which are the positions here.
    """

    services: tuple[TraceService, ...]
    windows: tuple[tuple[int, ...], ...]
    shares: tuple[float, ...]
    service_names: tuple[str, ...]
    window_names: tuple[str, ...]


def site_of(plan: Plan) -> Site:
    """The site of a configured hall: each counter divides its time equally among its services.

    A counter's first service counts as its primary one.
    """
    number = {service.id: index for index, service in enumerate(plan.services)}
    shares = [0.0] * len(plan.services)
    for counter in plan.counters:
        for name in counter.services:
            shares[number[name]] += 1 / len(counter.services)
    return Site(
        tuple(
            TraceService(index, round(s.mean_s, 3), round(s.cv, 3), round(s.target_s, 3))
            for index, s in enumerate(plan.services)
        ),
        tuple(tuple(number[name] for name in counter.services) for counter in plan.counters),
        tuple(shares),
        tuple(service.id for service in plan.services),
        tuple(counter.id for counter in plan.counters),
    )


def _built_in(
    services: Sequence[tuple[float, float, float]], windows: Sequence[tuple[int, ...]]
) -> Site:
    """A site of (mean_s, cv, target_s), work divided as the primary windows are."""
    primaries = [skills[0] for skills in windows]
    return Site(
        tuple(TraceService(i, *law) for i, law in enumerate(services)),
        tuple(windows),
        tuple(float(primaries.count(i)) for i in range(len(services))),
        tuple(str(i) for i in range(len(services))),
        tuple(str(i) for i in range(len(windows))),
    )


_HALL_SERVICES = (
    (360.0, 0.7, 900.0),
    (540.0, 0.8, 900.0),
    (720.0, 0.6, 1200.0),
    (480.0, 0.9, 900.0),
    (900.0, 0.7, 1500.0),
    (300.0, 0.6, 600.0),
    (1200.0, 0.8, 1800.0),
    (600.0, 1.0, 1200.0),
)
# A chain: every window has its own service and the next, twelve of them a third.
_HALL_WINDOWS = (
    *((0, 1, 6), (0, 1, 3), (0, 1), (0, 1, 3)),
    *((1, 2, 7), (1, 2, 4), (1, 2), (1, 2, 4)),
    *((2, 3, 6), (2, 3, 5), (2, 3)),
    *((3, 4, 7), (3, 4, 6), (3, 4)),
    *((4, 5), (4, 5, 7)),
    *((5, 6), (5, 6, 0)),
    *((6, 7), (7, 0)),
)
_TINY_SERVICES = ((420.0, 0.7, 900.0), (600.0, 0.8, 1200.0), (840.0, 0.8, 1500.0))
_TINY_WINDOWS = ((0, 1), (0, 2), (1, 0), (2, 1))
_LARGE_MEANS_S = (
    *(765.08, 993.66, 891.576, 429.174, 492.14, 973.785, 244.423, 929.832, 909.538, 633.065),
    *(494.547, 473.878, 454.09, 613.864, 663.821, 704.938, 1076.22, 905.836, 762.631, 1070.727),
    *(420.859, 374.578, 754.533, 276.911, 269.971, 672.507, 631.613, 1010.421, 768.55, 671.859),
)
_LARGE_SERVICES = tuple((mean, 0.8, float(max(600, int(1.6 * mean)))) for mean in _LARGE_MEANS_S)
_LARGE_WINDOWS = tuple((w // 2, (w // 2 + 1) % 30, (w // 2 + 7) % 30) for w in range(60))

HALL = _built_in(_HALL_SERVICES, _HALL_WINDOWS)
TINY = _built_in(_TINY_SERVICES, _TINY_WINDOWS)
LARGE = _built_in(_LARGE_SERVICES, _LARGE_WINDOWS)

SCENARIOS: dict[str, tuple[Site, Description]] = {
    "balanced": (HALL, Description(name="balanced")),
    "skewed": (HALL, Description(name="skewed", weights={"1": 1.5, "3": 1.5})),
    "surge": (
        HALL,
        Description(
            name="surge", surges=(Surge(service="2", times=2.5, start="09:45", end="11:15"),)
        ),
    ),
    "breaks": (
        HALL,
        Description(name="breaks", breaks=(Break(number=2, start="09:30", end="10:30"),)),
    ),
    "slow": (HALL, Description(name="slow", slow=(Slow(number=2, times=1.8),))),
    "tiny": (TINY, Description(name="tiny", load=0.7)),
    "large": (LARGE, Description(name="large")),
}
"""The days on which policies are compared: docs/traces.md says what each is about."""


def tickets_per_day(site: Site, description: Description) -> list[float]:
    """The expected tickets of each service, surges aside."""
    seconds = description.load * len(site.windows) * description.day_s
    work = [seconds * share / sum(site.shares) for share in site.shares]
    weighted = {site.service_names.index(name): w for name, w in description.weights.items()}
    others = sum(work) - sum(work[index] for index in weighted)
    taken = sum(work[index] * weight for index, weight in weighted.items())
    rest = max(0.0, seconds - taken) / others if others else 1.0
    found = []
    for index, service in enumerate(site.services):
        tickets = work[index] * weighted.get(index, rest) / service.mean_s
        found.append(description.per_day.get(site.service_names[index], tickets))
    return found


def check_names(description: Description, site: Site, file: str) -> None:
    """Services and windows of a description exist, and the day is of a size that can be run.

    Raises ConfigurationError with every mistake, each naming the file.
    """
    mistakes = [*_name_mistakes(description, site)]
    tickets = 0.0 if mistakes else sum(tickets_per_day(site, description))
    if tickets > _MOST_TICKETS:
        mistakes = [Mistake("load", description.load, f"makes {tickets:.0f} tickets a day")]
    if mistakes:
        raise ConfigurationError([f"{file}: {mistake}" for mistake in mistakes])


def _name_mistakes(description: Description, site: Site) -> Iterator[Mistake]:
    services = [(f"surges[{i + 1}].service", s.service) for i, s in enumerate(description.surges)]
    services += [(f"weights.{name}", name) for name in description.weights]
    services += [(f"per_day.{name}", name) for name in description.per_day]
    for place, name in services:
        if name not in site.service_names:
            yield unknown_name(place, name, site.service_names, "service")
    away: list[tuple[str, Break | Slow]] = []
    away += [(f"breaks[{i + 1}]", item) for i, item in enumerate(description.breaks)]
    away += [(f"slow[{i + 1}]", item) for i, item in enumerate(description.slow)]
    for place, item in away:
        for name in item.windows:
            if name not in site.window_names:
                yield unknown_name(f"{place}.windows", name, site.window_names, "window")
        most = _largest_team(site) if isinstance(item, Break) else len(site.windows)
        if item.number > most:
            yield Mistake(f"{place}.number", item.number, f"only {most} can be drawn")


def _largest_team(site: Site) -> int:
    return max(len(team) for team in teams(site).values())


def teams(site: Site) -> dict[int, list[int]]:
    """The windows of each primary service."""
    teams: dict[int, list[int]] = {}
    for window, skills in enumerate(site.windows):
        teams.setdefault(skills[0], []).append(window)
    return teams
