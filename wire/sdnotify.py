"""Tells systemd that the program is ready, alive, or stopping (sd_notify(3)).

Without NOTIFY_SOCKET in the environment every call does nothing, so a program started by
hand behaves the same.
"""

from __future__ import annotations

import os
import socket


class Notifier:
    """The NOTIFY_SOCKET of this process, if it has one."""

    def __init__(self, address: str | None = None) -> None:
        name = os.environ.get("NOTIFY_SOCKET") if address is None else address
        self._socket: socket.socket | None = None
        if name:
            self._address = "\0" + name[1:] if name.startswith("@") else name
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def ready(self, status: str = "") -> None:
        """The program has started and does its work."""
        self._send("READY=1", status)

    def alive(self) -> None:
        """The loop that owns the state has just gone round (feeds WatchdogSec)."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The program is on its way out."""
        self._send("STOPPING=1")

    def _send(self, message: str, status: str = "") -> None:
        if self._socket is None:
            return
        if status:
            message += f"\nSTATUS={status}"
        try:
            self._socket.sendto(message.encode(), self._address)
        except OSError:
            # A manager that is restarting itself misses one message; the next one comes in
            # seconds, and a missing heartbeat is exactly what it watches for.
            return
