"""From the start of `counter-unit run` until systemd is told that it is ready, in each role."""

from __future__ import annotations

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.kit import HubProcess, running
from bench.report import Figure, times
from bench.roles import ROLES, RoleLayout, UnitOfRole

STARTS = 7
_IMPORTS = "import pygame, paho.mqtt.client, pydantic, sqlite3, typer"
"""What every unit needs of others: the least that a start can take is to import it."""


def measure(folder: Path) -> list[Figure]:
    """Start each kind of unit some times beside a hub, and an interpreter with its packages."""
    layout = RoleLayout(folder)
    bare_s = statistics.median(_bare_s() for _ in range(STARTS))
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        return [_figure(layout, role, bare_s) for role in ROLES]


def _figure(layout: RoleLayout, role: str, bare_s: float) -> Figure:
    took_s = statistics.median(_start_s(layout, role) for _ in range(STARTS))
    return Figure(
        f"{role}: start to ready, median of {STARTS}",
        f"{took_s:.2f} s",
        f"{bare_s:.2f} s (an interpreter that imports its packages)",
        times(took_s, bare_s),
    )


def _bare_s() -> float:
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", _IMPORTS], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def _start_s(layout: RoleLayout, role: str) -> float:
    with _notified(layout.folder) as notified:
        start = time.monotonic()
        unit = UnitOfRole(layout, role)
        with running(unit):
            while b"READY=1" not in notified.recv(4096):
                continue
            return time.monotonic() - start


@contextlib.contextmanager
def _notified(folder: Path) -> Iterator[socket.socket]:
    """The end of systemd: where the processes that are started here report to."""
    path = folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.settimeout(60.0)
        end.bind(str(path))
        os.environ["NOTIFY_SOCKET"] = str(path)
        try:
            yield end
        finally:
            del os.environ["NOTIFY_SOCKET"]
            path.unlink()
