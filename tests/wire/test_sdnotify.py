"""What systemd hears, on a real datagram socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from wire.sdnotify import Notifier


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """Systemd's end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def test_systemd_hears_each_word(manager: socket.socket) -> None:
    notifier = Notifier(manager.getsockname())
    notifier.ready("4 counters open")
    notifier.alive()
    notifier.stopping()
    heard = [manager.recv(200) for _ in range(3)]
    assert heard == [b"READY=1\nSTATUS=4 counters open", b"WATCHDOG=1", b"STOPPING=1"]


def test_the_address_comes_from_the_environment(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    Notifier().ready()
    assert manager.recv(200) == b"READY=1"


def test_an_abstract_address_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("")  # the kernel picks an abstract name
        listening.settimeout(5)
        name = listening.getsockname()
        Notifier("@" + name[1:].decode()).alive()
        assert listening.recv(200) == b"WATCHDOG=1"


def test_a_program_started_by_hand_says_nothing(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notifier = Notifier()
    notifier.ready()
    notifier.alive()
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(200)


def test_a_manager_that_is_away_does_not_stop_the_program(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    notifier = Notifier(str(address))
    notifier.alive()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(address))
        listening.settimeout(5)
        notifier.alive()
        assert listening.recv(200) == b"WATCHDOG=1"
