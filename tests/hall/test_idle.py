"""What a unit and a hub do while nothing happens: next to nothing, and nothing on disk."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

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


def _watch(folder: Path, seconds: float) -> tuple[float, float, int, int]:
    """Core share in per cent, MB, and bytes written by the unit and by the hub."""
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
            pids = unit.process.pid, hub.process.pid
            before, wrote = cpu_s(pids[0]), [written_bytes(pid) for pid in pids]
            time.sleep(seconds)
            share = (cpu_s(pids[0]) - before) / seconds * 100
            written = [written_bytes(pid) - was for pid, was in zip(pids, wrote, strict=True)]
            return share, rss_mb(pids[0]), written[0], written[1]


@pytest.mark.slow
def test_an_idle_hall_writes_nothing_and_a_unit_stays_small(tmp_path: Path) -> None:
    share, mb, by_unit, by_hub = _watch(tmp_path, 6.0)
    assert (by_unit, by_hub) == (0, 0)
    assert mb < 90
    assert share < 10  # other tests share the machine; the long run holds the real bound


@pytest.mark.long
def test_an_idle_unit_uses_under_two_per_cent(tmp_path: Path) -> None:
    share, mb, by_unit, by_hub = _watch(tmp_path, 60.0)
    print(f"idle: {share:.2f} % of a core, {mb:.0f} MB, {by_unit} and {by_hub} bytes written")
    assert share < 2
    assert mb < 90
    assert (by_unit, by_hub) == (0, 0)
