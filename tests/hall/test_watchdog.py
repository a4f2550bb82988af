"""What systemd sees: ready, a heartbeat fed by the loop that owns the state, and its end."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench.kit import HubProcess, Layout, UnitProcess, open_counter, running, wait_for
from wire.ids import new_id

WATCHDOG_S = 2.0
UNIT_WATCHDOG_S = 1.0  # a unit waits five seconds for its disk


class Manager:
    """The service manager's end of NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._lock = threading.Lock()
        self._said: list[tuple[float, str]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            message = self._socket.recv(4096).decode()
            with self._lock:
                self._said += [(time.monotonic(), line) for line in message.splitlines()]

    def said(self, line: str, after: float = 0.0) -> int:
        """How often a line was said since then."""
        with self._lock:
            return sum(1 for at, text in self._said if text == line and at > after)

    def silent_s(self, line: str, since: float) -> float:
        """For how long a line has not been said, at most since then."""
        with self._lock:
            last = max((at for at, text in self._said if text == line), default=since)
        return time.monotonic() - max(last, since)


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    path = tmp_path / "notify"
    manager = Manager(path)
    monkeypatch.setenv("NOTIFY_SOCKET", str(path))
    monkeypatch.setenv("WATCHDOG_USEC", str(int(WATCHDOG_S * 1e6)))
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    yield manager
    monkeypatch.delenv("NOTIFY_SOCKET")


def _beats(manager: Manager) -> None:
    start = time.monotonic()
    wait_for(lambda: manager.said("WATCHDOG=1", start) >= 2, "two heartbeats")


def _hangs(manager: Manager, watchdog_s: float = WATCHDOG_S) -> None:
    """Wait until there was no heartbeat for longer than systemd would wait."""
    start = time.monotonic()
    wait_for(lambda: manager.silent_s("WATCHDOG=1", start) > 1.5 * watchdog_s, "silence", 20)


def _said_goodbye(manager: Manager) -> None:
    wait_for(lambda: manager.said("STOPPING=1") > 0, "STOPPING=1")
    assert manager.said("STOPPING=1") == 1


@pytest.mark.slow
def test_hub_feeds_the_watchdog_until_its_loop_hangs(tmp_path: Path, manager: Manager) -> None:
    layout = Layout(tmp_path, counters=1)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        wait_for(lambda: manager.said("READY=1") > 0, "READY=1")
        _beats(manager)
        with closing(sqlite3.connect(layout.data / "journal.sqlite", timeout=60)) as other:
            other.isolation_level = None
            other.execute("BEGIN EXCLUSIVE")  # the hub's next commit waits for this one
            ticket = threading.Thread(target=hub.api.post, args=("/api/tickets", {"service": "s1"}))
            ticket.start()
            _hangs(manager)
            other.execute("ROLLBACK")
        ticket.join()
        _beats(manager)
    _said_goodbye(manager)


@pytest.mark.slow
def test_unit_feeds_the_watchdog_until_its_loop_hangs(
    tmp_path: Path, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", str(int(UNIT_WATCHDOG_S * 1e6)))
    layout = Layout(tmp_path, counters=1, invite_s=120)
    os.environ.pop("NOTIFY_SOCKET")  # the hub is not the one that is watched here
    hub = HubProcess(layout)
    os.environ["NOTIFY_SOCKET"] = str(tmp_path / "notify")
    with running(hub):
        hub.wait_ready()
        unit = UnitProcess(layout, 1)
        with running(unit):
            unit.wait_panel()
            wait_for(lambda: manager.said("READY=1") > 0, "READY=1")
            _beats(manager)
            open_counter(hub.api, 1, "watchdog")
            hub.api.post("/api/tickets", {"service": "s1"})
            hub.api.command("c1", new_id(), action="next")
            hub.api.command("c1", new_id(), action="done")
            unit.wait_drawn("inviting")
            outbox = layout.folder / "unit-1" / "outbox.sqlite3"
            with closing(sqlite3.connect(outbox, timeout=60)) as other:
                other.isolation_level = None
                other.execute("BEGIN EXCLUSIVE")  # the rating's commit waits for this one
                unit.press("rating-5")
                _hangs(manager, UNIT_WATCHDOG_S)
                other.execute("ROLLBACK")
            unit.wait_drawn("thanks")
            _beats(manager)
    _said_goodbye(manager)
