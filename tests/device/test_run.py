"""A real `counter-unit run`, a real broker, a scripted hub: one citizen from call to rating."""

from __future__ import annotations

import itertools
import json
import queue
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from iotcore import Broker

from tests.device.fakehub import FakeHub
from wire.link import BrokerAddress
from wire.messages import Status

pytestmark = pytest.mark.slow

CONFIGURATION = """
[unit]
id = "unit-3"
hall = "main"
counter = "c3"
state = "{state}"
[broker]
url = "{broker}"
[hardware]
kind = "emulated"
[display]
mode = "offscreen"
"""
PATIENCE_S = 60.0
WATCHDOG_S = 0.3
NEVER_IMPORTED = ("sqlalchemy", "fastapi", "uvicorn", "rich", "numpy")
PEEK = """
import atexit, sys
atexit.register(lambda: print("modules", *sorted(m for m in sys.modules if "." not in m),
                              file=sys.stderr))
from device.cli import main
main()
"""


class Process:
    """A `counter-unit run` and what it traces."""

    def __init__(self, config: Path) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-c", PEEK, "run", str(config), "--until-eof", "--trace"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        self.url = str(self.until("panel")["panel"])

    def _read(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            self._lines.put(json.loads(line))

    def until(self, key: str, value: object = None) -> dict[str, Any]:
        """The next traced line with this key and, if given, value."""
        while True:
            line = self._lines.get(timeout=PATIENCE_S)
            if key in line and value in {None, line[key]}:
                return line

    def press(self, key: str) -> None:
        request = urllib.request.Request(f"{self.url}keys/{key}?hold_ms=20", method="POST")
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            assert answer.status == 204

    def end(self) -> str:
        """Close its input; what it said on standard error."""
        assert self.child.stdin is not None
        assert self.child.stderr is not None
        self.child.stdin.close()
        assert self.child.wait(timeout=PATIENCE_S) == 0
        return self.child.stderr.read()


@pytest.fixture
def broker(free_port: Callable[[], int]) -> Iterator[BrokerAddress]:
    port = free_port()
    with Broker(port=port, listen="127.0.0.1"):
        yield BrokerAddress(f"mqtt://127.0.0.1:{port}")


@pytest.fixture
def config(tmp_path: Path, broker: BrokerAddress) -> Path:
    path = tmp_path / "unit.toml"
    path.write_text(CONFIGURATION.format(state=tmp_path / "state", broker=broker.url))
    return path


@pytest.fixture
def hub(broker: BrokerAddress) -> Iterator[FakeHub]:
    with FakeHub(broker, "unit-3") as hub:
        assert hub.up.wait(PATIENCE_S)
        yield hub


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_from_the_call_to_the_rating_at_the_hub(config: Path, hub: FakeHub) -> None:
    unit = Process(config)
    unit.until("drawn", "idle")
    unit.press("next")
    assert unit.until("drawn", "calling")["number"] == "A002"
    unit.press("done")
    unit.until("drawn", "inviting")
    with urllib.request.urlopen(f"{unit.url}screen.png", timeout=PATIENCE_S) as picture:
        assert picture.read(8) == b"\x89PNG\r\n\x1a\n"
    unit.press("rating-4")
    assert unit.until("drawn", "thanks")["thanked"] == "call-1"
    eventually(lambda: 1 in hub.records)
    rating = json.loads(hub.records[1].body)
    assert (rating["level"], rating["call_id"], rating["clerk"]) == ("satisfied", "call-1", "wang")
    assert psutil.Process(unit.child.pid).memory_info().rss < 90_000_000
    said = unit.end()
    assert "Traceback" not in said
    imported = said.rsplit("modules ", 1)[1].split()
    assert not set(NEVER_IMPORTED) & set(imported)
    run = hub.hellos[-1].run
    eventually(lambda: hub.statuses[-1:] == [Status(run=run, online=False)])


def test_a_rating_survives_kill_9_and_is_not_invited_again(config: Path, hub: FakeHub) -> None:
    unit = Process(config)
    unit.until("drawn", "idle")
    unit.press("next")
    unit.until("drawn", "calling")
    unit.press("done")
    unit.until("drawn", "inviting")
    threading.Thread(target=_press_quietly, args=[unit]).start()
    unit.until("drawn", "thanks")
    unit.child.kill()
    unit.child.wait()
    again = Process(config)
    again.until("drawn", "idle")  # the hub still names the invitation
    eventually(lambda: 1 in hub.records)
    again.end()
    assert len(hub.records) == 1
    assert hub.hellos[-1].through == 1
    assert hub.hellos[0].run != hub.hellos[-1].run


def _press_quietly(unit: Process) -> None:
    try:
        unit.press("rating-5")
    except OSError:
        return  # killed while it answered


def test_systemd_hears_ready_then_the_loop_s_heartbeat_then_the_end(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", str(int(WATCHDOG_S * 1e6)))
        began = time.monotonic()
        unit = Process(config)
        unit.until("drawn", "connecting")
        assert manager.recv(100) == b"READY=1"
        beats = [(manager.recv(100), time.monotonic()) for _ in range(20)]
        assert {beat for beat, _ in beats} == {b"WATCHDOG=1"}
        moments = [at for _, at in beats]
        assert moments[-1] - began > 20 * WATCHDOG_S / 3  # no more often than it has to
        gaps = [later - sooner for sooner, later in itertools.pairwise(moments)]
        assert statistics.median(gaps) < WATCHDOG_S  # one is late where the machine was busy
        unit.end()
        last = b""
        while last != b"STOPPING=1":
            last = manager.recv(100)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_without_a_traceback(config: Path, number: signal.Signals) -> None:
    unit = Process(config)
    unit.until("drawn", "connecting")
    unit.child.send_signal(number)
    assert "Traceback" not in unit.end()


def test_a_second_process_on_the_same_outbox_is_told_so_in_one_line(config: Path) -> None:
    unit = Process(config)
    second = subprocess.run(
        [sys.executable, "-m", "device.cli", "run", str(config)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert "in use by another process" in second.stderr
    unit.end()
