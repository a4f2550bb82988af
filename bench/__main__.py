"""`make bench`: measures a running hall beside what the same machine can do at best.

Each figure stands beside its limit, measured in the same run; compare the ratios, because
machines differ. A benchmark reports; nothing fails on a number.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import (
    core,
    draining,
    flags,
    fleet,
    forecasts,
    idle,
    ingest,
    latency,
    policies,
    starting,
    web,
)
from bench.report import Figure, table

SUITES: dict[str, Callable[[Path], list[Figure]]] = {
    "core": core.measure,
    "latency": latency.measure,
    "ingest": ingest.measure,
    "draining": draining.measure,
    "starting": starting.measure,
    "idle": idle.measure,
    "fleet": fleet.measure,
    "forecasts": forecasts.measure,
    "flags": flags.measure,
    "policies": policies.measure,
    "web": web.measure,
}


def main() -> None:
    """Run the suites that are named, or all, and print one table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("suites", nargs="*", choices=[[], *SUITES], help="which ones (all)")
    chosen = parser.parse_args().suites or list(SUITES)
    figures: list[Figure] = []
    for name in chosen:
        sys.stderr.write(f"bench: {name} …\n")
        with tempfile.TemporaryDirectory(prefix="nextwindow-bench-") as folder:
            figures += SUITES[name](Path(folder))
    sys.stdout.write(table(figures))


if __name__ == "__main__":
    main()
