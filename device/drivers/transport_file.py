"""A device file of the kernel that is no serial port: a USB printer is /dev/usb/lp0."""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Iterator
from typing import Final

from device.drivers.transport import broken_off
from wire.errors import NoAnswer, Unplugged

WRITE_WITHIN_S: Final = 10.0
_EMPTY_S: Final = 0.01


class DeviceFileTransport:
    """Bytes through the device file at `path`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None

    @property
    def name(self) -> str:
        """The path of the file."""
        return self._path

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises Unplugged, or NoAnswer if it is not taken in time."""
        until_s = time.monotonic() + WRITE_WITHIN_S
        with self._mapped():
            file = self._open()
            while data:
                self._wait(file, select.POLLOUT, until_s, "takes no data")
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(file, data) :]

    def read(self, count: int, within_s: float) -> bytes:
        """The next `count` bytes. Raises NoAnswer, BadAnswer or Unplugged."""
        data = b""
        until_s = time.monotonic() + within_s
        with self._mapped():
            file = self._open()
            while len(data) < count:
                try:
                    self._wait(file, select.POLLIN, until_s, "no answer; is it switched on?")
                except NoAnswer:
                    if data:
                        raise broken_off(self._path, data, count) from None
                    raise
                data += _some(file, count - len(data))
        return data

    def discard(self) -> None:
        """Forget what has come unasked. Raises Unplugged."""
        with self._mapped():
            file = self._open()
            while _poll(file, select.POLLIN, 0) and _some(file, 4096):
                pass

    def check(self) -> None:
        """Open the file, if it is not open, and see that it is there. Raises Unplugged."""
        self.discard()

    def close(self) -> None:
        """Give the file back; the next use opens it again."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _open(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        return self._file

    def _wait(self, file: int, event: int, until_s: float, why: str) -> None:
        rest_s = until_s - time.monotonic()
        if rest_s <= 0 or not _poll(file, event, rest_s):
            raise NoAnswer(f"{self._path}: {why}")

    @contextlib.contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.close()
            raise Unplugged(
                f"{self._path}: {error.strerror or error}; check its cable and that the unit may"
                " use it (group lp)"
            ) from error


def _some(file: int, most: int) -> bytes:
    """What has come. It may be nothing: a USB printer also sends packets without a byte."""
    with contextlib.suppress(BlockingIOError):
        if data := os.read(file, most):
            return data
    time.sleep(_EMPTY_S)
    return b""


def _poll(file: int, event: int, within_s: float) -> int:
    """What is ready; 0 for nothing. Raises OSError for a device that is gone."""
    poll = select.poll()
    poll.register(file, event)
    ready = poll.poll(within_s * 1000)
    events = ready[0][1] if ready else 0
    if events & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
        raise OSError("the device is gone")
    return events
