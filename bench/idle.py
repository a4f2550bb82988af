"""What a unit that waits costs: processor, memory, disk."""

from __future__ import annotations

import time
from pathlib import Path

from bench.kit import (
    HubProcess,
    Layout,
    UnitProcess,
    cpu_s,
    open_counter,
    rss_mb,
    running,
    written_bytes,
)
from bench.report import Figure

WATCHED_S = 30.0


def measure(folder: Path) -> list[Figure]:
    """Watch one unit and the hub while nothing happens."""
    layout = Layout(folder, counters=1)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        unit = UnitProcess(layout, 1)
        with running(unit):
            unit.wait_panel()
            open_counter(hub.api, 1, "idle")
            unit.wait_drawn("idle")
            time.sleep(3)
            return _watch(unit.process.pid, "unit that waits", "2 % of a core, 90 MB, 0 bytes") + (
                _watch(hub.process.pid, "hub that waits, one unit", "0 bytes")
            )


def _watch(pid: int, name: str, aim: str) -> list[Figure]:
    before, wrote = cpu_s(pid), written_bytes(pid)
    time.sleep(WATCHED_S)
    share = (cpu_s(pid) - before) / WATCHED_S * 100
    written = written_bytes(pid) - wrote
    value = f"{share:.1f} % of a core, {rss_mb(pid):.0f} MB, {written} bytes written"
    return [Figure(f"{name}, {WATCHED_S:.0f} s", value, aim=aim)]
