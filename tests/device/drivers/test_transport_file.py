"""The device file transport where it differs from a serial port; the contract does the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.drivers.far_ends.line import Fault, PtyLine
from device.drivers.far_ends.printer import TicketPrinterMechanism
from device.drivers.transport_file import DeviceFileTransport
from wire.errors import BadAnswer, NoAnswer, Unplugged

STATUS = b"\x10\x04\x02"


def test_a_device_that_gives_nothing_but_empty_packets_is_silent_not_gone() -> None:
    transport = DeviceFileTransport("/dev/null")
    transport.write(b"taken")
    transport.discard()
    with pytest.raises(NoAnswer, match="is it switched on"):
        transport.read(1, 0.05)
    transport.close()


def test_one_that_is_not_there_says_what_to_do() -> None:
    with pytest.raises(Unplugged, match=r"lp7: No such file .* check its cable .* \(group lp\)"):
        DeviceFileTransport("/dev/usb/lp7").check()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PtyLine]:
    line = PtyLine(tmp_path / "lp0", TicketPrinterMechanism())
    line.plug()
    yield line
    line.unplug()


@pytest.mark.slow
def test_an_answer_in_two_parts_is_put_together_and_half_of_one_is_an_error(line: PtyLine) -> None:
    transport = DeviceFileTransport(str(line.path))
    transport.write(STATUS)
    transport.write(STATUS)
    assert transport.read(2, 20.0) == b"\x12\x12"
    transport.write(STATUS + STATUS)
    line.fault = Fault.SILENT
    with pytest.raises((BadAnswer, NoAnswer)):
        transport.read(3, 0.5)
    transport.close()
