"""Days of a hall made from a seed: what a policy, a forecast or a detector is judged on.

The same seed gives the same day on every machine: only `random.Random` is drawn from, each part
of a day from its own.

The law of a day: arrivals are Poisson with a rate that is constant over each part of the shape;
service times are lognormal; patience is lognormal; short pauses are Poisson in number,
exponential in length and cut to 2–20 minutes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from hub.replay.description import Description, Surge
from hub.replay.sites import Site, teams, tickets_per_day
from hub.replay.trace import Arrival, Meta, Pause, Trace, TraceService, TraceWindow, TruthEvent

SHORT_PAUSE_S = (120.0, 1200.0)


def generate(site: Site, description: Description, seed: int, day: int) -> Trace:
    """Day number `day` (0, 1, …) of a seed. The names must have been checked."""
    rng = random.Random(f"{description.name}/{seed}/{day}")
    # Each part has its own source: a surge more does not change who is slow.
    parts = [random.Random(rng.getrandbits(64)) for _ in range(5)]
    slow = _slow_windows(site, description, parts[0])
    windows = _windows(site, description, slow, parts[1])
    pauses, away = _pauses(site, description, parts[2])
    arrivals = _arrivals(site, description, parts[3], parts[4])
    events = [*_surge_events(site, description), *away]
    events += [TruthEvent("slow", f"w{w}", 0.0, description.day_s) for w in sorted(slow)]
    extra: dict[str, object] = {"tickets": len(arrivals)}
    if site.service_names != tuple(map(str, range(len(site.services)))):
        extra |= {"services": list(site.service_names), "windows": list(site.window_names)}
    return Trace(
        site.services,
        windows,
        arrivals,
        pauses,
        tuple(events),
        Meta(description.name, (seed, day), description.day_s, description.call_timeout_s, extra),
    )


def _windows(
    site: Site, description: Description, slow: Mapping[int, float], rng: random.Random
) -> tuple[TraceWindow, ...]:
    """Windows whose speeds have the mean 1, slow ones aside."""
    drawn = [math.exp(rng.gauss(0.0, description.speed_sd)) for _ in site.windows]
    mean = sum(drawn) / len(drawn)
    found = []
    for index, skills in enumerate(site.windows):
        planned = round(drawn[index] / mean, 6)
        true = round(planned * slow.get(index, 1.0), 6)
        order = tuple(sorted(skills))
        found.append(TraceWindow(index, skills[0], planned, true, 0.0, description.day_s, order))
    return tuple(found)


def _slow_windows(site: Site, description: Description, rng: random.Random) -> dict[int, float]:
    found: dict[int, float] = {}
    for item in description.slow:
        chosen = [site.window_names.index(name) for name in item.windows]
        free = [window for window in range(len(site.windows)) if window not in found]
        for window in chosen or rng.sample(free, min(item.number, len(free))):
            found[window] = item.times
    return found


def _pauses(
    site: Site, description: Description, rng: random.Random
) -> tuple[tuple[Pause, ...], list[TruthEvent]]:
    """Lunches, short pauses and breaks, by start; and the breaks as what truly happened."""
    pauses = [*_lunches(site, description)]
    low, high = SHORT_PAUSE_S
    margin = min(high, description.day_s / 4)
    for window in range(len(site.windows)):
        for _ in range(_poisson(description.pauses_per_day, rng)):
            start = rng.uniform(margin, description.day_s - margin)
            length = min(high, max(low, rng.expovariate(1 / description.pause_mean_s)))
            pauses.append(Pause(window, round(start, 3), round(length, 3), planned=False))
    events: list[TruthEvent] = []
    for item in description.breaks:
        start, end = description.after_opening(item.start), description.after_opening(item.end)
        chosen = [site.window_names.index(name) for name in item.windows]
        for window in sorted(chosen or _of_one_team(site, item.number, rng)):
            pauses.append(Pause(window, start, end - start, item.planned))
            events.append(TruthEvent("break", f"w{window}", start, end))
    once = {(pause.start_s, pause.window): pause for pause in pauses}
    return tuple(once[key] for key in sorted(once)), events


def _of_one_team(site: Site, number: int, rng: random.Random) -> list[int]:
    large = [team for _, team in sorted(teams(site).items()) if len(team) >= number]
    return rng.sample(rng.choice(large), number)


def _lunches(site: Site, description: Description) -> Iterator[Pause]:
    for team in teams(site).values():
        if len(team) < 2 or not description.lunches:
            continue
        for turn, window in enumerate(team):
            clock = description.lunches[turn % len(description.lunches)]
            start = description.after_opening(clock)
            if 0 <= start < description.day_s:
                yield Pause(window, start, description.lunch_s, planned=True)


def _surge_events(site: Site, description: Description) -> Iterator[TruthEvent]:
    for surge in description.surges:
        target = f"s{site.service_names.index(surge.service)}"
        span = (description.after_opening(surge.start), description.after_opening(surge.end))
        yield TruthEvent("surge", target, *span)


def _arrivals(
    site: Site, description: Description, when: random.Random, who: random.Random
) -> tuple[Arrival, ...]:
    coming: list[tuple[float, int]] = []
    for index, per_day in enumerate(tickets_per_day(site, description)):
        own = random.Random(when.getrandbits(64))
        surges = [s for s in description.surges if s.service == site.service_names[index]]
        for start, end, rate in _rates(description, per_day, surges):
            coming += [(time, index) for time in _poisson_times(start, end, rate, own)]
    last = description.day_s - 0.001
    coming = sorted((min(round(time, 3), last), index) for time, index in coming)
    return tuple(
        _arrival(ticket, time, site.services[index], description, who)
        for ticket, (time, index) in enumerate(coming)
    )


def _arrival(
    ticket: int, time: float, service: TraceService, description: Description, rng: random.Random
) -> Arrival:
    """One ticket. Every one draws the same number of times, whatever comes of it."""
    sigma = math.sqrt(math.log1p(service.cv**2))
    draw = service.mean_s * math.exp(rng.gauss(0.0, sigma) - sigma**2 / 2)
    patience = description.patience_median_s * math.exp(rng.gauss(0, description.patience_sigma))
    return Arrival(
        ticket,
        time,
        service.id,
        int(rng.random() < description.priority),
        max(0.001, round(draw, 3)),
        rng.random() < description.no_show,
        round(patience, 3),
    )


def _rates(
    description: Description, per_day: float, surges: Sequence[Surge]
) -> Iterator[tuple[float, float, float]]:
    """Spans of constant arrival rate: start, end, tickets a second."""
    shape, day = description.shape, description.day_s
    edges = {day * part / len(shape) for part in range(len(shape) + 1)}
    spans = [(description.after_opening(s.start), description.after_opening(s.end)) for s in surges]
    edges |= {edge for span in spans for edge in span}
    ordered = sorted(edges)
    for start, end in pairwise(ordered):
        middle = (start + end) / 2
        rate = per_day / day * shape[min(len(shape) - 1, int(middle / day * len(shape)))]
        rate *= len(shape) / sum(shape)
        for surge, (first, last) in zip(surges, spans, strict=True):
            rate *= surge.times if first <= middle < last else 1.0
        yield start, end, rate


def _poisson_times(start: float, end: float, rate: float, rng: random.Random) -> Iterator[float]:
    if rate <= 0:
        return
    time = start + rng.expovariate(rate)
    while time < end:
        yield time
        time += rng.expovariate(rate)


def _poisson(mean: float, rng: random.Random) -> int:
    """How many events of a Poisson process of rate 1 lie in `mean`."""
    return sum(1 for _ in _poisson_times(0.0, mean, 1.0, rng))
