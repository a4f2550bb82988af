"""How good forecasts are, what they cost, and the calibration that is shipped.

    python -m bench.forecasts                       coverage, width and error on generated days
    python -m bench.forecasts --calibrate           learn hub/forecast/calibration.json anew

Days of the six scenarios in equal parts are generated and replayed through the core; each ticket
that has to wait is told its wait when it is issued. The seeds of the two are not the same.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from bench.report import Figure, table
from hub.forecast.at_issue import AT_ONCE, AtIssue, Told
from hub.forecast.calibration import (
    NO_OFFSETS,
    UNCALIBRATED,
    Calibration,
    Offsets,
    Shift,
    learn,
    shipped,
)
from hub.forecast.foretell import foretell
from hub.forecast.scene import (
    CounterScene,
    Duty,
    PolicyScene,
    Scene,
    ServiceScene,
    TicketScene,
)
from hub.forecast.waits import Wait
from hub.replay.engine import OPENING, Replay, Setting
from hub.replay.generate import generate
from hub.replay.sites import SCENARIOS

POLICIES = ("pressure", "relief", "fcfs")
SIX = ("balanced", "skewed", "surge", "breaks", "slow", "tiny")
CALIBRATION_SEED, CALIBRATION_DAYS, CALIBRATION_EVERY = 4101, 8, 3
BENCH_SEED, BENCH_DAYS = 4202, 4
FILE = Path(__file__).parents[1] / "hub" / "forecast" / "calibration.json"


@dataclass(frozen=True, slots=True)
class Sample:
    """What a ticket was told in one scenario, and what came."""

    scenario: str
    raw: Wait
    told: Wait
    waited_s: float


def days(
    setting: Setting, seed: int, count: int, calibration: Calibration, every: int = 1
) -> Iterator[Sample]:
    """The tickets that had to wait on `count` days of each scenario."""
    chosen = [(name, day) for name in SIX for day in range(count)]
    for name, day in track(chosen, description=f"Replaying {setting.policy}", transient=True):
        trace = generate(*SCENARIOS[name], seed, day)
        planned = [
            (f"w{pause.window}", OPENING + pause.start_s, pause.duration_s)
            for pause in trace.pauses
            if pause.planned
        ]
        watcher = AtIssue(calibration, planned, every=every)
        Replay(trace, setting, [watcher]).run()
        yield from _samples(name, watcher.told)


def _samples(scenario: str, told: Sequence[Told]) -> Iterator[Sample]:
    for each in told:
        if each.raw is None or each.wait is None or each.waited_s is None or each.raw is AT_ONCE:
            continue
        yield Sample(scenario, each.raw, each.wait, each.waited_s)


# --- figures ----------------------------------------------------------------------------------


def coverage(samples: Sequence[Sample]) -> float:
    """The share of waits inside their intervals, in percent."""
    inside = sum(each.told.p10 <= each.waited_s <= each.told.p90 for each in samples)
    return 100 * inside / len(samples)


def width_min(samples: Sequence[Sample]) -> float:
    """The mean width of the intervals in minutes."""
    return statistics.fmean(each.told.p90 - each.told.p10 for each in samples) / 60


def error(samples: Sequence[Sample]) -> float:
    """The mean distance of p50 from the wait, in percent of the mean wait."""
    off = statistics.fmean(abs(each.told.p50 - each.waited_s) for each in samples)
    return 100 * off / statistics.fmean(each.waited_s for each in samples)


def quality(samples: Sequence[Sample]) -> list[Figure]:
    """Each figure over all tickets, and by scenario."""
    found = []
    for name, measure, unit, aim in (
        ("80 % intervals that hold", coverage, " %", "77–83 %"),
        ("mean width of an interval", width_min, " min", "at most 9.5 min"),
        ("mean error, of the mean wait", error, " %", "at most 33 %"),
    ):
        found.append(Figure(name, f"{measure(samples):.1f}{unit}", aim=aim))
        for scenario in SIX:
            part = [each for each in samples if each.scenario == scenario]
            if part:
                found.append(Figure(f"… {scenario} ({len(part)})", f"{measure(part):.1f}{unit}"))
    return found


def large_scene(waiting: int, counters: int = 60, services: int = 30, skills: int = 3) -> Scene:
    """A busy hall in which one ticket in fourteen has priority and new ones keep coming."""
    names = [f"s{n}" for n in range(services)]
    return Scene(
        now=0.0,
        services=tuple(
            ServiceScene(name, 300.0 + 25 * n, 0.8, 900.0, 0.08 / services)
            for n, name in enumerate(names)
        ),
        counters=tuple(
            CounterScene(
                f"c{n}",
                tuple(names[(n + 7 * k) % services] for k in range(skills)),
                Duty.SERVING,
                names[n % services],
                10.0 * n,
            )
            for n in range(counters)
        ),
        tickets=tuple(
            TicketScene(f"t{n}", names[n * 11 % services], n - waiting, "" if n % 14 else "p")
            for n in range(waiting)
        ),
        policy=PolicyScene("relief", {"p": 600.0}, overdue=0.0),
    )


def cost() -> list[Figure]:
    """What a forecast costs: everybody's in a large hall, and one ticket's in a usual one."""
    found = []
    for waiting in (100, 1000, 2000, 10_000):
        took_ms = _took_ms(large_scene(waiting), None)
        aim = "under 500 ms" if waiting == 2000 else ""
        name = f"everybody's wait, 60 counters, 30 services, {waiting} waiting"
        found.append(Figure(name, f"{took_ms:.0f} ms", aim=aim))
    usual = large_scene(80, counters=20, services=8)
    took_ms = _took_ms(usual, frozenset([usual.tickets[-1].id]))
    found.append(Figure("one wait, 20 counters, 8 services, 80 waiting", f"{took_ms:.1f} ms"))
    return found


def _took_ms(scene: Scene, only: frozenset[str] | None) -> float:
    """The best of three, in processor time: other programs do not count."""
    best = float("inf")
    for seed in range(3):
        start = time.process_time()
        foretell(scene, seed, NO_OFFSETS, Shift(), only=only)
        best = min(best, time.process_time() - start)
    return 1000 * best


# --- the program ------------------------------------------------------------------------------


def measure(_folder: Path) -> list[Figure]:
    """Quality on a few generated days, and cost."""
    samples = list(days(Setting(), BENCH_SEED, BENCH_DAYS, shipped()))
    return quality(samples) + cost()


def calibrate(seed: int, count: int, every: int) -> Calibration:
    """Learn from days of each scenario with the default credit, under each policy if pooled.

    Assigned halls are calibrated under the default policy: in the short line of one counter the
    others call much the same.
    """

    def learned(policy: str, mode: str) -> Offsets:
        samples = days(Setting(policy, mode), seed, count, UNCALIBRATED, every)
        return learn([(each.raw, each.waited_s) for each in samples])

    pooled = {policy: learned(policy, "pooled") for policy in POLICIES}
    default = Setting().policy
    assigned = {default: learned(default, "assigned")}
    command = f"python -m bench.forecasts --calibrate --seed {seed} --days {count} --every {every}"
    return Calibration(command, pooled, assigned)


def main() -> None:
    """Measure, or calibrate."""
    parser = argparse.ArgumentParser(prog="python -m bench.forecasts", description=__doc__)
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--days", type=int, help="days of each scenario")
    parser.add_argument("--every", type=int, help="look at every so-manyth ticket only")
    parser.add_argument("--policy", default="pressure")
    parser.add_argument("--mode", default="pooled")
    parser.add_argument("--credit", type=float, default=10.0, help="of priority, in minutes")
    given = parser.parse_args()
    if given.calibrate:
        calibration = calibrate(
            given.seed or CALIBRATION_SEED,
            given.days or CALIBRATION_DAYS,
            given.every or CALIBRATION_EVERY,
        )
        FILE.write_text(calibration.dump(), encoding="utf-8")
        return
    setting = Setting(given.policy, given.mode, given.credit)
    seed, count = given.seed or BENCH_SEED, given.days or BENCH_DAYS
    samples = list(days(setting, seed, count, shipped(), given.every or 1))
    sys.stdout.write(table(quality(samples) + cost()))


if __name__ == "__main__":
    main()
