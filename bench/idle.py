"""What a hall costs while nothing happens: processor, memory, disk."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bench.kit import (
    HubProcess,
    Layout,
    UnitProcess,
    cpu_s,
    open_counter,
    rss_mb,
    running,
    wait_for,
    written_bytes,
)
from bench.report import Figure

WATCHED_S = 30.0
SETTLED_S = 3.0


@dataclass(frozen=True)
class Cost:
    """What a process took: per cent of a core, MB of memory, bytes written to disk."""

    share: float
    mb: float
    written: int


def watch(folder: Path, seconds: float) -> tuple[Cost, Cost]:
    """An open counter's unit, and its hub, while nobody comes for some seconds."""
    layout = Layout(folder, counters=1)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        unit = UnitProcess(layout, 1)
        with running(unit):
            unit.wait_panel()
            open_counter(hub.api, 1, "idle")
            unit.wait_drawn("idle")
            pids = unit.process.pid, hub.process.pid
            _settle(pids)
            before = [(cpu_s(pid), written_bytes(pid)) for pid in pids]
            time.sleep(seconds)
            first, second = (
                Cost((cpu_s(pid) - cpu) / seconds * 100, rss_mb(pid), written_bytes(pid) - wrote)
                for pid, (cpu, wrote) in zip(pids, before, strict=True)
            )
            return first, second


def _settle(pids: tuple[int, ...]) -> None:
    """Wait until what the start brought about is over: nothing written for some seconds.

    Raises TimeoutError if it never is.
    """
    last = [-1]
    since = time.monotonic()

    def quiet() -> bool:
        nonlocal last, since
        now = [written_bytes(pid) for pid in pids]
        if now != last:
            last, since = now, time.monotonic()
        return time.monotonic() - since > SETTLED_S

    wait_for(quiet, "an idle hall to stop writing")


def measure(folder: Path) -> list[Figure]:
    """Watch one unit and the hub while nothing happens."""
    unit, hub = watch(folder, WATCHED_S)
    return [
        _figure("unit that waits", unit, "2 % of a core, 90 MB, 0 bytes"),
        _figure("hub that waits, with one unit", hub, "0 bytes"),
    ]


def _figure(name: str, cost: Cost, aim: str) -> Figure:
    value = f"{cost.share:.1f} % of a core, {cost.mb:.0f} MB, {cost.written} bytes written"
    return Figure(f"{name}, {WATCHED_S:.0f} s", value, aim=aim)
