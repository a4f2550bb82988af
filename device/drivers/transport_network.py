"""A peripheral with a network address of its own, as ticket printers have, usually port 9100."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Final

from device.drivers.transport import broken_off
from wire.errors import NoAnswer, Unplugged

CONNECT_WITHIN_S: Final = 3.0
WRITE_WITHIN_S: Final = 10.0


class NetworkTransport:
    """Bytes over TCP to `host`:`port`."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None

    @property
    def name(self) -> str:
        """The address."""
        return f"{self._host}:{self._port}"

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises Unplugged, or NoAnswer if it is not taken in time."""
        with self._mapped():
            connection = self._open()
            connection.settimeout(WRITE_WITHIN_S)
            connection.sendall(data)

    def read(self, count: int, within_s: float) -> bytes:
        """The next `count` bytes. Raises NoAnswer, BadAnswer or Unplugged."""
        data = b""
        until_s = time.monotonic() + within_s
        while len(data) < count:
            try:
                data += self._receive(count - len(data), until_s)
            except NoAnswer:
                if data:
                    raise broken_off(self.name, data, count) from None
                raise
        return data

    def discard(self) -> None:
        """Forget what has come unasked. Raises Unplugged."""
        with self._mapped():
            connection = self._open()
            connection.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                while self._alive(connection.recv(4096)):
                    pass

    def check(self) -> None:
        """Connect, if not connected, and see that the other end is there. Raises Unplugged."""
        self.discard()

    def close(self) -> None:
        """Hang up; the next use connects again."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()

    def _receive(self, most: int, until_s: float) -> bytes:
        with self._mapped():
            connection = self._open()
            connection.settimeout(max(until_s - time.monotonic(), 0.001))
            return self._alive(connection.recv(most))

    def _alive(self, data: bytes) -> bytes:
        if not data:
            raise ConnectionResetError("the other end has hung up")
        return data

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection((self._host, self._port), CONNECT_WITHIN_S)
        return self._socket

    @contextlib.contextmanager
    def _mapped(self) -> Iterator[None]:
        connected = self._socket is not None
        try:
            yield
        except BlockingIOError:
            raise
        except TimeoutError as error:
            if connected:
                raise NoAnswer(f"{self.name}: no answer; is it switched on?") from error
            raise self._gone("does not answer") from error
        except OSError as error:
            raise self._gone(str(error.strerror or error)) from error

    def _gone(self, why: str) -> Unplugged:
        self.close()
        return Unplugged(f"{self.name}: {why}; check its network cable and its address")
