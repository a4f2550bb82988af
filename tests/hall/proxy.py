"""A way from a unit to the broker that can be cut, on the loopback address.

It stands in for the unit's network cable, where there can be no real one (`namespace`). While it
is cut every byte is lost and nobody is told, as with a pulled cable: both ends have to find out by
the silence.
"""

from __future__ import annotations

import contextlib
import socket
import threading


class Proxy:
    """Passes bytes on to `target`, a port of this machine, unless it is cut."""

    def __init__(self, target: int, host: str = "127.0.0.1") -> None:
        self.target = target
        self._server = socket.create_server((host, 0))
        self.port: int = self._server.getsockname()[1]
        self.url = f"mqtt://{host}:{self.port}"
        self._cut = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def inside(self) -> list[str]:
        """What the command of a program begins with that has this way."""
        return []

    def reached(self, port: int) -> int:
        """The port of this machine behind which that program's own `port` is."""
        return port

    def cut(self) -> None:
        """Pull the cable."""
        self._cut.set()

    def mend(self) -> None:
        """Put it back. What was connected has lost bytes, and is ended."""
        with self._lock:  # who connects from now on finds it mended
            self._end_all()
            self._cut.clear()

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        with self._lock:
            self._end_all()

    def _end_all(self) -> None:
        for end in self._open:
            _end(end)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                threading.Thread(target=self._serve, args=[near], daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError), self._target() as far:
            ends = {near, far}
            with self._lock:
                self._open |= ends
            back = threading.Thread(target=self._pass_on, args=[far, near], daemon=True)
            back.start()
            self._pass_on(near, far)
            back.join()
            with self._lock:
                self._open -= ends

    def _target(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.target))

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                if not self._cut.is_set():
                    sink.sendall(content)
        _end(source)
        _end(sink)


def _end(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
