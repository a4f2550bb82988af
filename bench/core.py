"""What a decision costs: the core on halls that stand still, timed call by call.

60 counters, 30 services, and 100 to 10,000 who wait. The calls are those that the hub makes;
nothing is prepared for them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.report import Figure, percentile
from hub.core import events as e
from hub.core.balance import Balance
from hub.core.dispatch import assign, choose
from hub.core.hall import Hall
from hub.core.passing import due
from hub.core.watch import Watch
from hub.forecast.at_issue import AtIssue
from hub.forecast.calibration import Shift, shipped
from hub.forecast.capture import arrivals_of, capture
from hub.forecast.foretell import foretell
from hub.memory import settle
from hub.replay.engine import OPENING, Replay, Setting, plan_of
from hub.replay.generate import generate
from hub.replay.sites import SCENARIOS
from hub.replay.trace import Trace

SEED = 7
SIZES = (100, 1_000, 2_000, 10_000)
CALLS = 20_000
NOW = OPENING + 7_200.0


def a_large_day(day: int = 0) -> Trace:
    """A generated day of 60 windows and 30 services."""
    site, description = SCENARIOS["large"]
    return generate(site, description, SEED, day)


def a_hall(waiting: int, *, everything: bool = False, assigned: bool = False) -> Hall:
    """60 counters on duty, half of them serving, and so many who wait, one in ten by priority."""
    trace, rng = a_large_day(), random.Random(SEED)
    setting = Setting(
        mode="assigned" if assigned else "pooled", skills="all" if everything else "recorded"
    )
    content = plan_of(trace, setting).model_dump(mode="json")
    content["priorities"] = [{"id": "old", "name": {"zh": "老", "en": "old"}, "credit_min": 10}]
    hall = Hall()
    hall.apply(e.Configured(OPENING, content))
    for event in due(hall, OPENING):
        hall.apply(event)
    services = [service.id for service in hall.plan.services]
    for n, counter in enumerate(hall.plan.counters):
        clerk = hall.plan.clerks[n].id
        hall.apply(e.ClerkSignedIn(OPENING, counter.id, clerk))
        hall.apply(e.CounterOpened(OPENING, counter.id, clerk))
    for n in range(waiting):
        at, service = OPENING + 7_000.0 * n / waiting, rng.choice(services)
        number, kind = hall.next_number(service), "old" if n % 10 == 0 else ""
        label = assign(hall, service, at) if assigned else None
        hall.apply(e.TicketIssued(at, f"t{n}", number, service, at, "bench", kind, label=label))
    for n, counter in enumerate(hall.plan.counters[::2]):
        choice = choose(hall, counter.id, NOW - 300)
        if choice is not None:
            clerk = str(hall.counters[counter.id].clerk)
            called = e.TicketCalled(NOW - 300, choice.ticket, f"c{n}", counter.id, clerk, {})
            hall.apply(called)
    return hall


def timed(
    act: Callable[[int], object], calls: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """How long each of so many calls took, in seconds of this clock."""
    for n in range(calls // 20):
        act(n)
    took = []
    for n in range(calls):
        began = clock()
        act(n)
        took.append(clock() - began)
    return took


def measure(_folder: Path) -> list[Figure]:
    """The cost of every decision of the core."""
    settle()
    figures = [_next_ticket(size) for size in SIZES]
    figures += [_next_ticket(size, everything=True) for size in SIZES]
    figures.append(_next_ticket(2_000, everything=True, assigned=True))
    hall = a_hall(2_000)
    figures += [_ticks(hall), _advice(hall), _all_waits(hall)]
    return figures + _a_day()


def _next_ticket(waiting: int, *, everything: bool = False, assigned: bool = False) -> Figure:
    hall = a_hall(waiting, everything=everything, assigned=assigned)
    counters = [counter.id for counter in hall.plan.counters]

    def act(n: int) -> object:
        return choose(hall, counters[n % len(counters)], NOW)

    # Processor time as well: on a busy machine the clock counts what others do meanwhile.
    shown = [
        f"{1e6 * percentile(took, 0.5):.1f} / {1e6 * percentile(took, 0.99):.1f}"
        for took in (timed(act, CALLS), timed(act, CALLS, time.thread_time))
    ]
    who = "a counter for all 30 services" if everything else "a counter"
    where = ", assigned hall" if assigned else ""
    return Figure(
        f"next ticket for {who}{where}, {waiting:,} waiting: p50 / p99 (of processor time)",
        f"{shown[0]} µs ({shown[1]} µs)",
        aim="p99 under 50 µs and flat",
    )


def _ticks(hall: Hall) -> Figure:
    watch = Watch()
    took = timed(lambda n: watch.minute(hall, NOW + 60.0 * n), 300)
    return Figure(
        "load, one tick, 2,000 waiting: p50 / p99",
        f"{1e3 * percentile(took, 0.5):.2f} / {1e3 * percentile(took, 0.99):.2f} ms",
        aim="under 1 ms",
    )


def _advice(hall: Hall) -> Figure:
    balance = Balance()
    took = timed(lambda n: balance.tick(hall, NOW + 60.0 * n), 100)
    return Figure(
        "balance, one tick, 2,000 waiting: p50 / p99",
        f"{1e3 * percentile(took, 0.5):.2f} / {1e3 * percentile(took, 0.99):.2f} ms",
    )


def _all_waits(hall: Hall) -> Figure:
    arrivals = arrivals_of(hall, OPENING)
    offsets = shipped().of(hall.plan.dispatch.policy, assigned=False)
    captured = timed(lambda _: capture(hall, NOW, arrivals), 20)
    scene = capture(hall, NOW, arrivals)
    took = timed(lambda n: foretell(scene, n, offsets, Shift()), 5)
    return Figure(
        "forecast of all, 2,000 waiting, off the call path: median (capture on it)",
        f"{1e3 * float(np.median(took)):.0f} ms ({1e3 * float(np.median(captured)):.1f} ms)",
        aim="under 500 ms",
    )


def _a_day() -> list[Figure]:
    trace = a_large_day(1)
    began = time.perf_counter()
    Replay(trace, Setting()).run()
    plain_s = time.perf_counter() - began
    began = time.perf_counter()
    Replay(trace, Setting(), [AtIssue(shipped())]).run()
    foretold_s = time.perf_counter() - began
    name = f"a 60-counter day replayed, {len(trace.arrivals):,} tickets"
    return [
        Figure(name, f"{plain_s:.2f} s", aim="under 2 s"),
        Figure(f"{name}, with forecasts", f"{foretold_s:.1f} s", aim="under 60 s"),
    ]
