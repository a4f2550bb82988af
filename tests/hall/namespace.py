"""A network of a unit's own, with a cable to this machine that can really be pulled.

A namespace holds nothing but a loopback and one end of a virtual cable. Making one needs root and
`ip`; where there is neither, `proxy.Proxy` loses the bytes instead.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path

from tests.hall.proxy import Proxy

_CLONE_NEWNET = 0x40000000
_numbers = itertools.count(1)


def possible() -> bool:
    """Whether this process may make a namespace."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"probe{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
        return False
    _ip("netns", "del", name)
    return True


class Namespace(Proxy):
    """The way of a program inside to `target`, a port of this machine."""

    def __init__(self, target: int) -> None:
        number = next(_numbers)
        self._name = f"nw{os.getpid()}x{number}"
        self._cable, far = f"{self._name}h", f"{self._name}u"
        net = f"198.18.{os.getpid() & 255}"  # a range that is kept for tests (RFC 2544)
        near_address, far_address = f"{net}.{4 * number + 1}", f"{net}.{4 * number + 2}"
        _ip("netns", "add", self._name)
        _ip("link", "add", self._cable, "type", "veth", "peer", far, "netns", self._name)
        _ip("addr", "add", f"{near_address}/30", "dev", self._cable)
        _ip("-n", self._name, "addr", "add", f"{far_address}/30", "dev", far)
        for end in ("lo", far):
            _ip("-n", self._name, "link", "set", end, "up")
        _ip("link", "set", self._cable, "up")
        super().__init__(target, near_address)
        self._ways_in: list[Proxy] = []

    @property
    def inside(self) -> list[str]:
        """What a command begins with that runs in there."""
        return ["ip", "netns", "exec", self._name]

    def reached(self, port: int) -> int:
        """A port of this machine behind which `port` of the loopback in there is."""
        self._ways_in.append(_WayIn(port, self._name))
        return self._ways_in[-1].port

    def cut(self) -> None:
        """Pull the cable."""
        _ip("link", "set", self._cable, "down")

    def mend(self) -> None:
        """Put it back."""
        _ip("link", "set", self._cable, "up")

    def close(self) -> None:
        """End it, and whatever way there was."""
        for way in self._ways_in:
            way.close()
        super().close()
        _ip("netns", "del", self._name)


class _WayIn(Proxy):
    """Passes bytes on to a port of the loopback in a namespace."""

    def __init__(self, target: int, name: str) -> None:
        self._name = name
        super().__init__(target)

    def _target(self) -> socket.socket:
        connected: list[socket.socket] = []

        def connect() -> None:
            # A thread can change its network for itself alone; a socket stays where it was made.
            _enter(self._name)
            connected.append(super(_WayIn, self)._target())

        thread = threading.Thread(target=connect)
        thread.start()
        thread.join()
        if not connected:
            raise ConnectionRefusedError(f"nobody listens on {self.target} in {self._name}")
        return connected[0]


def _enter(name: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    with Path(f"/var/run/netns/{name}").open("rb") as namespace:
        if libc.setns(namespace.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"the namespace {name} cannot be entered")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
