"""The embedded broker: iotcore in a process of its own, started, watched and restarted.

It keeps nothing over a restart and need not: units send again what has no receipt. Its
access is by address alone, so it listens on loopback unless the configuration says
otherwise, and then every page warns.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from wire.errors import LinkError
from wire.link import BrokerAddress

log = logging.getLogger(__name__)

START_S = 30.0
"""The child listens within this time, or its start has failed."""

LEAVES_WITHIN_S = 3.0
"""So long a port is waited for: the broker of a hub that was killed ends a moment after it."""

RESTART_PAUSE_S = 0.2

_EVERYWHERE = "0.0.0.0"  # noqa: S104 (only compared with)

# Segments: smaller ones lose messages without a word, the default of 100 MB keeps far too
# much in memory. The payload limit lies above ours, so that we get to see and count what is
# too large instead of the broker cutting the unit off.
_TEMPLATE = """\
id = 0

[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 200
max_segment_size = 10485760
max_segment_count = 10

[v4.1]
name = "hall"
listen = "{host}:{port}"
next_connection_delay_ms = 1

[v4.1.connections]
connection_timeout_ms = 5000
max_payload_size = 262144
max_inflight_count = 100
dynamic_filters = true
"""


class EmbeddedBroker:
    """The broker that comes with the hub."""

    def __init__(self, host: str, port: int, folder: Path) -> None:
        """Listen on `host` and `port` (0: a free one); `folder` takes the generated file."""
        self.host = host
        self.port = port or free_port(host)
        self._file = folder / "broker.toml"
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="broker", daemon=True)

    @property
    def address(self) -> BrokerAddress:
        """Where the hub itself reaches it."""
        host = "127.0.0.1" if self.host in {_EVERYWHERE, ""} else self.host
        return BrokerAddress(f"mqtt://{host}:{self.port}")

    @property
    def exposed(self) -> bool:
        """Whether others than this machine can reach it, and give commands."""
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def start(self) -> None:
        """Start the child and watch it.

        Raises LinkError if the port is taken or the child does not come up.
        """
        self._check_port()
        self._file.write_text(_TEMPLATE.format(host=self.host, port=self.port), encoding="utf-8")
        self._spawn()
        if not self._listening():
            self.stop()
            raise LinkError(f"the embedded broker does not listen on {self.host}:{self.port}")
        self._watcher.start()

    def stop(self) -> None:
        """End the child, and with it everybody's connection."""
        self._stopping.set()
        child = self._child
        if child is not None:
            if child.stdin is not None:
                child.stdin.close()  # Python's signal handlers do not run inside the broker
            try:
                child.wait(3)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if self._watcher.is_alive():
            self._watcher.join()

    def _check_port(self) -> None:
        until = time.monotonic() + LEAVES_WITHIN_S
        while (error := self._hindrance()) is not None:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise LinkError(
                    f"the embedded broker cannot listen on {self.host}:{self.port}: "
                    f"{error.strerror}; end what listens there, or set broker_port"
                ) from error
            self._stopping.wait(0.05)

    def _hindrance(self) -> OSError | None:
        """Why nobody could listen on the port right now."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                return error
        return None

    def _spawn(self) -> None:
        # A session of its own, so that Ctrl-C reaches only the hub, which ends it in order;
        # the pipe closes when the hub dies in any way at all, and the child ends with it.
        self._child = subprocess.Popen(
            [sys.executable, "-m", "hub.broker_child", str(self._file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _listening(self) -> bool:
        pause = threading.Event()
        for _ in range(int(START_S / 0.02)):
            if self.pid is None:
                return False
            with socket.socket() as probe:
                if probe.connect_ex((self.address.host, self.port)) == 0:
                    return True
            pause.wait(0.02)
        return False

    def _watch(self) -> None:
        while not self._stopping.is_set():
            child = self._child
            code = child.wait() if child is not None else None
            if self._stopping.is_set():
                return
            log.warning("the embedded broker has ended with %s and is started again", code)
            self._stopping.wait(RESTART_PAUSE_S)
            if not self._stopping.is_set():
                self._spawn()


def free_port(host: str) -> int:
    """A TCP port that is free right now (iotcore cannot be asked for port 0)."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
