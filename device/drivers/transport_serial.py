"""A serial port, or a USB adapter that looks like one: the only file that imports pyserial."""

from __future__ import annotations

import contextlib
import errno
import termios
from collections.abc import Iterator

import serial

from device.drivers.transport import broken_off
from wire.errors import NoAnswer, Unplugged

WRITE_WITHIN_S = 10.0
"""A printer that has no paper stops taking data; without a limit its writer would hang."""


class SerialTransport:
    """8 data bits, no parity, 1 stop bit, at `baud` bits a second, on the port at `path`.

    With `flow_control` the peripheral holds the line back through RTS and CTS.
    """

    def __init__(self, path: str, baud: int, *, flow_control: bool = False) -> None:
        self._path = path
        self._baud = baud
        self._flow_control = flow_control
        self._port: serial.Serial | None = None

    @property
    def name(self) -> str:
        """The path of the port."""
        return self._path

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises Unplugged, or NoAnswer if it is not taken in time."""
        with self._mapped():
            port = self._open()
            port.write(data)
            if not self._flow_control:  # else whoever holds the line back would hold us
                port.flush()  # the gap between two frames begins when the first has left

    def read(self, count: int, within_s: float) -> bytes:
        """The next `count` bytes. Raises NoAnswer, BadAnswer or Unplugged."""
        with self._mapped():
            port = self._open()
            port.timeout = within_s
            data = bytes(port.read(count))
        if not data:
            raise NoAnswer(f"{self._path}: no answer within {within_s:g} s; is it switched on?")
        if len(data) < count:
            raise broken_off(self._path, data, count)
        return data

    def discard(self) -> None:
        """Forget what has come unasked. Raises Unplugged."""
        with self._mapped():
            self._open().reset_input_buffer()

    def check(self) -> None:
        """Open the port, if it is not open, and see that it is there. Raises Unplugged."""
        with self._mapped():
            _ = self._open().in_waiting  # asks the kernel, which knows of an adapter that is gone

    def close(self) -> None:
        """Give the port back; the next use opens it again."""
        port, self._port = self._port, None
        if port is not None:
            # What fails here has failed before: the port is gone.
            with contextlib.suppress(serial.SerialException, OSError, termios.error):
                port.close()

    def _open(self) -> serial.Serial:
        if self._port is None:
            self._port = serial.Serial(
                self._path,
                self._baud,
                rtscts=self._flow_control,
                write_timeout=WRITE_WITHIN_S,
                exclusive=True,
            )
        return self._port

    @contextlib.contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except serial.SerialTimeoutException as error:
            raise NoAnswer(f"{self._path}: takes no data for {WRITE_WITHIN_S:g} s") from error
        except (serial.SerialException, OSError, termios.error) as error:
            self.close()
            raise Unplugged(f"{self._path}: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    """What is wrong and what to do, by the system's number for it, which pyserial passes on."""
    match getattr(error, "errno", None):
        case errno.ENOENT:
            return "there is no such port; check the cable and the port in the configuration"
        case errno.EACCES:
            return "not permitted; add the unit's user to the group dialout"
        case errno.EAGAIN | errno.EBUSY:
            return "used by another program; is the unit itself running?"
        case _:
            return "the port is gone; check the cable"
