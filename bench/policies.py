"""What each policy does to a hall: waits on generated days, the same days for every policy.

    python -m bench.policies --days 20 --seed 515         the tables of docs/policies.md

Six scenarios in equal parts (and with --large the hall of 60 counters). No seed that a policy
was tuned on is used here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.report import Figure
from hub.replay.engine import Replay, Setting
from hub.replay.figures import Figures, figures, over_days
from hub.replay.generate import generate
from hub.replay.sites import SCENARIOS

SIX = ("balanced", "skewed", "surge", "breaks", "slow", "tiny")
SEED, DAYS = 515, 20


@dataclass(frozen=True, slots=True)
class Row:
    """A way to run a hall."""

    name: str
    setting: Setting


ROWS = (
    Row("dedicated windows, FCFS", Setting("fcfs", credit_min=0, skills="primary")),
    Row("assigned, FCFS", Setting("fcfs", "assigned", 0)),
    Row("assigned, relief", Setting("relief", "assigned", 0)),
    Row("pooled, FCFS", Setting("fcfs", credit_min=0)),
    Row("pooled, pressure", Setting("pressure", credit_min=0)),
    Row("pooled, relief", Setting("relief", credit_min=0)),
    Row("every window does all, FCFS", Setting("fcfs", credit_min=0, skills="all")),
    Row("pooled, pressure, credit 10 min", Setting("pressure", credit_min=10)),
    Row("pooled, relief, credit 10 min", Setting("relief", credit_min=10)),
)


def run(
    rows: Iterable[Row], scenarios: Iterable[str], seed: int, days: int
) -> dict[tuple[str, str], Figures]:
    """The figures of each row and scenario, means over the days."""
    found: dict[tuple[str, str], list[Figures]] = {}
    jobs = [(scenario, day) for scenario in scenarios for day in range(days)]
    shown = track(jobs, "Replaying", console=Console(stderr=True), transient=True)
    for scenario, day in shown:
        site, description = SCENARIOS[scenario]
        trace = generate(site, description, seed, day)
        for row in rows:
            served = Replay(trace, row.setting).run()
            found.setdefault((row.name, scenario), []).append(figures(served))
    return {key: over_days(each) for key, each in found.items()}


def markdown(found: dict[tuple[str, str], Figures], scenarios: Iterable[str]) -> str:
    """Mean / p95 / worst service / longest in minutes, a row a way."""
    names = list(scenarios)
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for name in dict.fromkeys(row for row, _ in found):
        cells = (found[name, scenario] for scenario in names)
        shown = (
            f"{x.mean_min:.2f} / {x.p95_min:.1f} / {x.worst_service_mean_min:.1f} / "
            f"{x.longest_min:.0f}"
            for x in cells
        )
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def measure(_folder: Path) -> list[Figure]:
    """Two days a scenario: a look, not the tables of docs/policies.md."""
    found = run(ROWS, SIX, SEED, 2)
    return [
        Figure(
            f"{row}, {scenario}: mean / p95",
            f"{figures_.mean_min:.1f} / {figures_.p95_min:.1f} min",
        )
        for (row, scenario), figures_ in found.items()
    ]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.policies", description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--large", action="store_true")
    asked = parser.parse_args()
    scenarios = (*SIX, "large") if asked.large else SIX
    sys.stdout.write(markdown(run(ROWS, scenarios, asked.seed, asked.days), scenarios))


if __name__ == "__main__":
    main()
