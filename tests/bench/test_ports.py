"""Ports for halls that are started beside one another."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bench import ports

ANOTHER_PROCESS = "import sys; from bench import ports; print(ports._reserved(int(sys.argv[1])))"


def _drawn(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    dice = iter(numbers)
    monkeypatch.setattr("bench.ports.random.randint", lambda _first, _last: next(dice))


def test_no_port_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = ports.free_port(), ports.free_port()
    ports._held.pop().close()  # the other is given back
    _drawn(monkeypatch, first, other)
    assert ports.free_port() == other


def test_a_port_on_which_somebody_listens_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = ports.free_port()
        ports._held.pop().close()
        _drawn(monkeypatch, taken.getsockname()[1], port)
        assert ports.free_port() == port


@pytest.mark.slow
def test_what_one_process_has_been_given_no_other_is() -> None:
    port = ports.free_port()
    command = [sys.executable, "-c", ANOTHER_PROCESS]
    folder = Path(__file__).parents[2]
    told = [
        subprocess.run([*command, str(n)], cwd=folder, capture_output=True, text=True, check=True)
        for n in (port, 19_999)
    ]
    assert [each.stdout.strip() for each in told] == ["False", "True"]


def test_only_so_many_names_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_held", [])
    monkeypatch.setattr(ports, "_HELD", 3)
    given = [ports.free_port() for _ in range(5)]
    assert len(ports._held) == 3
    assert [ports._reserved(port) for port in (given[4], given[2], given[0])] == [
        False,
        False,
        True,
    ]
    for name in ports._held:
        name.close()
