"""`hall-hub demo`: alive within seconds, and nothing left behind, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.kit import PATIENCE_S, TOKEN, Api, HubProcess, Layout, wait_for
from bench.ports import free_port


@contextmanager
def _demo(port: int, folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    command = [str(Path(sys.executable).parent / "hall-hub"), "demo"]
    own = {"DEMO_PORT": str(port), "DEMO_TOKEN": TOKEN, "TMPDIR": str(folder)}
    env = {**os.environ, **own, **environment}
    demo = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield demo
    finally:
        if demo.poll() is None:
            demo.kill()
            demo.wait()
        if demo.stdout is not None:
            demo.stdout.close()


def _hall(port: int) -> dict[str, Any] | None:
    """The picture of the hall, once there is one."""
    try:
        status, hall = Api(port, TOKEN).get("/api/hall")
    except OSError:
        return None
    return hall if status == 200 else None


def _today(port: int) -> dict[str, Any]:
    hall = _hall(port)
    return hall["today"] if hall else {}


def _counters(port: int) -> list[dict[str, Any]]:
    hall = _hall(port)
    return hall["counters"] if hall else []


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _children(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def _eleven(pid: int) -> list[psutil.Process] | None:
    children = _children(pid)
    return children if len(children) == 11 else None


def _gone(processes: list[psutil.Process]) -> None:
    """Wait until they have ended, whoever is there to bury them."""
    wait_for(lambda: not any(_alive(process) for process in processes), "every process to end")


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.slow
def test_demo_lives_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    port = free_port()
    with _demo(port, tmp_path) as demo:
        wait_for(lambda: _today(port).get("issued", 0) > 0, "citizens")
        wait_for(lambda: any(c["ticket"] for c in _counters(port)), "a call")
        wait_for(lambda: _today(port).get("rated", 0) > 0, "a rating", 120)
        # Hub, broker, forecaster, six counters, a board, a kiosk; one that ended starts again.
        children = wait_for(lambda: _eleven(demo.pid), "eleven processes")
        demo.send_signal(signal.SIGINT)
        output, _ = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0
    assert "Traceback" not in output
    assert f"http://127.0.0.1:{port}/" in output
    assert "INFO" not in output  # nothing between the addresses but what went wrong
    _gone(children)
    assert _free(port)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_demo_without_people_and_killed(tmp_path: Path) -> None:
    port = free_port()
    with _demo(port, tmp_path, DEMO_AUTO="0") as demo:
        wait_for(
            lambda: len([c for c in _counters(port) if c["unit"]["heard"]]) == 6,
            "six units",
        )
        hall = wait_for(lambda: _hall(port), "a picture")
        assert hall["today"]["issued"] == 0
        assert {c["state"] for c in hall["counters"]} == {"closed"}
        children = _children(demo.pid)
        demo.kill()
        demo.wait()
        _gone(children)
    assert _free(port)


class _TakesOver:
    """Sees when a program has taken Ctrl-C away from Python, which has it for the first moment."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._python_has_it = False

    def seen(self) -> bool:
        status = Path(f"/proc/{self._pid}/status").read_text(encoding="ascii")
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
        has_it = bool(int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1)
        if self._python_has_it and not has_it:
            return True
        self._python_has_it = has_it
        return bool(_children(self._pid))  # looked away at that moment: later is as good


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.0, 0.5, 1.5, 4.0])
def test_ctrl_c_while_it_starts(tmp_path: Path, moment: float) -> None:
    port = free_port()
    with _demo(port, tmp_path) as demo:
        takes_over = _TakesOver(demo.pid)
        wait_for(takes_over.seen, "our own handling of Ctrl-C")
        time.sleep(moment)
        children = _children(demo.pid)
        demo.send_signal(signal.SIGINT)
        output, _ = demo.communicate(timeout=PATIENCE_S)
        assert "Traceback" not in output
        _gone(children)
    assert _free(port)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_hub_whose_input_ends_before_it_serves_leaves_nothing(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    hub = HubProcess(layout)
    assert hub.process.stdin is not None
    hub.process.stdin.close()
    assert hub.process.wait(PATIENCE_S) == 0
    assert _free(layout.web_port)
    assert _free(layout.broker_port)


@pytest.mark.slow
def test_demo_says_that_its_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with _demo(taken.getsockname()[1], tmp_path) as demo:
            output, _ = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 1
    assert "Traceback" not in output
    assert "Address already in use" in output
