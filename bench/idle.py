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
from bench.roles import ROLES, RoleLayout, UnitOfRole

WATCHED_S = 30.0
SETTLED_S = 3.0

_AIMS = {
    "counter": "2 % of a core, 90 MB, 0 bytes",
    "board": "0 bytes",
    "kiosk": "0 bytes",
}


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
            first, second = _costs([unit.process.pid, hub.process.pid], seconds)
            return first, second


def watch_roles(folder: Path, seconds: float) -> dict[str, Cost]:
    """A unit of each role with its usual peripherals, and their hub, while nobody comes."""
    layout = RoleLayout(folder)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        open_counter(hub.api, 1, "idle")
        units = [UnitOfRole(layout, role) for role in ROLES]
        with running(*units):
            for unit in units:
                unit.wait_live()
            pids = [program.process.pid for program in (*units, hub)]
            return dict(zip((*ROLES, "hub"), _costs(pids, seconds), strict=True))


def _costs(pids: list[int], seconds: float) -> list[Cost]:
    _settle(pids)
    before = [(cpu_s(pid), written_bytes(pid)) for pid in pids]
    time.sleep(seconds)
    return [
        Cost((cpu_s(pid) - cpu) / seconds * 100, rss_mb(pid), written_bytes(pid) - wrote)
        for pid, (cpu, wrote) in zip(pids, before, strict=True)
    ]


def _settle(pids: list[int]) -> None:
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
    """Watch a unit of each role and the hub while nothing happens."""
    costs = watch_roles(folder, WATCHED_S)
    hub = costs.pop("hub")
    return [
        *(_figure(f"{role} that waits", costs[role], _AIMS[role]) for role in ROLES),
        _figure("hub that waits, with one unit of each role", hub, "0 bytes"),
    ]


def _figure(name: str, cost: Cost, aim: str) -> Figure:
    value = f"{cost.share:.1f} % of a core, {cost.mb:.0f} MB, {cost.written} bytes written"
    return Figure(f"{name}, {WATCHED_S:.0f} s", value, aim=aim)
