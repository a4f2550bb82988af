"""What a decision costs: the core on halls that stand still, timed call by call.

60 counters, 30 services, and 100 to 10,000 who wait. The calls are those that the hub makes;
nothing is prepared for them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np

from bench.report import Figure, percentile
from hub.core import events as e
from hub.core.balance import Balance
from hub.core.dispatch import assign, choose
from hub.core.hall import Hall
from hub.core.passing import due
from hub.core.rules import Mode
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
GRANTS = 180
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
    figures += [_next_ticket(2_000, assigned=assigned, granted=True) for assigned in (False, True)]
    hall = a_hall(2_000)
    figures += [_ticks(hall), _ticks(a_hall(2_000, assigned=True))]
    figures += [_advice(hall), _all_waits(hall)]
    return figures + _a_day()


def _next_ticket(
    waiting: int, *, everything: bool = False, assigned: bool = False, granted: bool = False
) -> Figure:
    hall = a_hall(waiting, everything=everything, assigned=assigned)
    counters = [counter.id for counter in hall.plan.counters]
    avoid = {c: _granted_to_others(hall, n) if granted else () for n, c in enumerate(counters)}

    def act(n: int) -> object:
        counter = counters[n % len(counters)]
        return choose(hall, counter, NOW, None, avoid[counter])

    took, thread = timed(act, CALLS), timed(act, CALLS, time.thread_time)
    # What the machine adds: as long a loop of plain sums, which has no reason to differ.
    rounds = _rounds(percentile(took, 0.5))
    plain = timed(lambda _: _plain(rounds), CALLS)
    who = "a counter for all 30 services" if everything else "a counter"
    where = ", assigned hall" if assigned else ""
    where += f", {GRANTS} tickets granted to others" if granted else ""
    # Processor time as well: on a busy machine the clock counts what others do meanwhile.
    return Figure(
        f"next ticket for {who}{where}, {waiting:,} waiting: p50 / p99 (of processor time)",
        f"{_both(took)} µs ({_both(thread)} µs)",
        f"{_both(plain)} µs (a plain loop as long)",
        aim="p99 under 50 µs and flat",
    )


def _both(took: list[float]) -> str:
    return f"{1e6 * percentile(took, 0.5):.1f} / {1e6 * percentile(took, 0.99):.1f}"


def _plain(rounds: int) -> int:
    total = 0
    for n in range(rounds):
        total += n
    return total


def _rounds(wanted_s: float) -> int:
    """How many rounds of the plain loop take about so long."""
    many = 10_000
    return max(1, int(many * wanted_s / percentile(timed(lambda _: _plain(many), 200), 0.5)))


def _granted_to_others(hall: Hall, counter: int) -> set[str]:
    """Those who wait longest, some at each counter but this one."""
    first = sorted(hall.lines.everybody(), key=lambda ticket: hall.tickets[ticket].queued_at)
    return {ticket for n, ticket in enumerate(first[:GRANTS]) if n % 60 != counter}


def _ticks(hall: Hall) -> Figure:
    watch, clocks = Watch(), (time.perf_counter, time.thread_time)
    minutes = count()
    took = [
        timed(lambda _: watch.minute(hall, NOW + 60.0 * next(minutes)), 300, clock)
        for clock in clocks
    ]
    shown = [f"{1e3 * percentile(t, 0.5):.2f} / {1e3 * percentile(t, 0.99):.2f} ms" for t in took]
    where = ", assigned hall" if hall.rules.mode is Mode.ASSIGNED else ""
    return Figure(
        f"load, one tick{where}, 2,000 waiting: p50 / p99 (of processor time)",
        f"{shown[0]} ({shown[1]})",
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
