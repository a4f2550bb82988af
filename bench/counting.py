"""A way to the hub that counts the bytes which come back over it, whatever they are."""

from __future__ import annotations

import contextlib
import socket
import threading

READ_BYTES = 65_536


class CountingWay:
    """Listens on a loopback port and passes everything on to another."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.came = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                for source, target in ((here, there), (there, here)):
                    counts = source is there
                    threading.Thread(
                        target=self._pass_on, args=[source, target, counts], daemon=True
                    ).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(READ_BYTES):
                self.came += len(data) if counts else 0
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
