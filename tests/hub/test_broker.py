"""The embedded broker's start: on a port that somebody has, or has just given back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hub import broker
from hub.broker import EmbeddedBroker
from wire.errors import LinkError

pytestmark = pytest.mark.slow  # a real process


def test_the_port_of_a_broker_that_is_just_ending_is_waited_for(
    tmp_path: Path, free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "LEAVES_WITHIN_S", 60.0)
    with socket.create_server(("127.0.0.1", free_port())) as ending:
        starting = EmbeddedBroker("127.0.0.1", ending.getsockname()[1], tmp_path)
        threading.Timer(0.3, ending.close).start()
        starting.start()
    assert starting.pid is not None
    starting.stop()
    assert starting.pid is None


def test_a_port_that_stays_taken_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "LEAVES_WITHIN_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LinkError, match=rf"127\.0\.0\.1:{port}: Address already in use"):
            EmbeddedBroker("127.0.0.1", port, tmp_path).start()
