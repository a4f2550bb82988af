"""Two hundred units, and how fast all of them are back when the broker returns."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from bench.kit import HubProcess, Layout, running, wait_for
from bench.report import Figure
from bench.wire_unit import WireUnit
from wire.link import BrokerAddress

UNITS = 200
WITHIN_S = 15.0


def measure(folder: Path) -> list[Figure]:
    """Kill the broker under two hundred units and wait for the last one's state."""
    took = last_return_s(folder, UNITS)
    name = f"{UNITS} units back after the broker's return, the last one"
    return [Figure(name, f"{took:.1f} s", aim=f"{WITHIN_S:.0f} s")]


def last_return_s(folder: Path, units: int) -> float:
    """Seconds from the broker's return until the last of the units has a new state."""
    layout = Layout(folder, counters=units)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        command = [sys.executable, "-m", "bench.fleet", layout.broker_url, str(units)]
        fleet = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            _expect(fleet, "all")
            broker = hub.broker_pid()
            os.kill(broker, signal.SIGKILL)
            wait_for(lambda: _other_broker(hub, broker), "the broker's return")
            wait_for(lambda: hub.api.get("/healthz")[0] == 200, "the hub's link")
            start = time.monotonic()
            _send(fleet, "again")
            _expect(fleet, "all")
            return time.monotonic() - start
        finally:
            fleet.kill()
            fleet.wait()


def _other_broker(hub: HubProcess, before: int) -> bool:
    with suppress(OSError):
        return hub.broker_pid() != before
    return False


def _expect(fleet: subprocess.Popen[str], word: str) -> None:
    if fleet.stdout is None or fleet.stdout.readline().strip() != word:
        raise RuntimeError("the fleet has ended early")


def _send(fleet: subprocess.Popen[str], word: str) -> None:
    if fleet.stdin is not None:
        fleet.stdin.write(word + "\n")
        fleet.stdin.flush()


# --- the fleet's process ---------------------------------------------------------------------


def _fleet(url: str, count: int) -> None:
    units = [
        WireUnit(BrokerAddress(url), f"unit-{n}", f"c{n}").start() for n in range(1, count + 1)
    ]
    _wait_all(units, [0] * count)
    sys.stdout.write("all\n")
    sys.stdout.flush()
    sys.stdin.readline()
    _wait_all(units, [unit.states for unit in units])
    sys.stdout.write("all\n")
    sys.stdout.flush()
    threading.Event().wait()


def _wait_all(units: list[WireUnit], before: list[int]) -> None:
    for unit, states in zip(units, before, strict=True):
        unit.wait_state(after=states, within_s=120)


if __name__ == "__main__":
    _fleet(sys.argv[1], int(sys.argv[2]))
