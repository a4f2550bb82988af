"""The serial transport on a pseudo-terminal, and what becomes of it when the plug is pulled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.drivers.far_ends.instrument import Instrument
from device.drivers.far_ends.line import Fault, PtyLine
from device.drivers.transport_serial import SerialTransport
from wire.errors import BadAnswer, NoAnswer, Unplugged

pytestmark = pytest.mark.slow  # real terminals, and threads that serve them

SOON_S = 0.2
PATIENT_S = 20.0


class Echo(Instrument):
    """Answers with what it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = b""

    def reading(self) -> str:
        return self.heard.hex()

    def _next(self, data: bytes) -> tuple[int, bytes]:
        self.heard += data
        return len(data), data


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PtyLine]:
    line = PtyLine(tmp_path / "port", Echo())
    line.plug()
    yield line
    line.unplug()


@pytest.fixture
def transport(line: PtyLine) -> Iterator[SerialTransport]:
    transport = SerialTransport(str(line.path), 9600)
    yield transport
    transport.close()


def test_every_byte_goes_both_ways_unchanged(transport: SerialTransport) -> None:
    every = bytes(range(256))
    transport.write(every)
    assert transport.read(256, PATIENT_S) == every


def test_a_silent_peripheral_and_half_an_answer_are_two_errors(
    line: PtyLine, transport: SerialTransport
) -> None:
    with pytest.raises(NoAnswer, match=r"port: no answer within 0\.2 s"):
        transport.read(1, SOON_S)
    line.fault = Fault.HALF
    transport.write(b"12345678")
    assert line.wait_until(lambda: line.instrument.reading() != "")
    with pytest.raises(BadAnswer, match="broke off after 4 of 8 bytes"):
        transport.read(8, 1.0)


def test_what_came_unasked_can_be_forgotten(line: PtyLine, transport: SerialTransport) -> None:
    transport.write(b"old")
    assert transport.read(1, PATIENT_S) == b"o"
    transport.discard()
    transport.write(b"new")
    assert transport.read(3, PATIENT_S) == b"new"


def test_a_port_that_is_not_there_says_which_and_what_to_do(tmp_path: Path) -> None:
    transport = SerialTransport(str(tmp_path / "ttyUSB7"), 9600)
    with pytest.raises(Unplugged, match=r"ttyUSB7: there is no such port; check the cable"):
        transport.check()


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no port")
    with pytest.raises(Unplugged):
        SerialTransport(str(tmp_path / "file"), 9600).check()


def test_a_port_that_is_in_use_is_not_shared(line: PtyLine, transport: SerialTransport) -> None:
    transport.check()
    with pytest.raises(Unplugged, match="used by another program"):
        SerialTransport(str(line.path), 9600).check()


@pytest.mark.parametrize("use", ["write", "read", "check", "discard"])
def test_a_pulled_plug_is_seen_whatever_is_done(
    line: PtyLine, transport: SerialTransport, use: str
) -> None:
    transport.check()
    line.unplug()
    uses = {
        "write": lambda: transport.write(b"x"),
        "read": lambda: transport.read(1, PATIENT_S),
        "check": transport.check,
        "discard": transport.discard,
    }
    with pytest.raises(Unplugged):
        uses[use]()


def test_a_plug_pulled_in_the_middle_of_a_frame_ends_the_wait_for_its_answer(
    line: PtyLine, transport: SerialTransport
) -> None:
    line.cut_after = 3
    line.fault = Fault.HALF

    def ask() -> bytes:
        transport.write(b"123456")
        return transport.read(6, PATIENT_S)

    with pytest.raises((Unplugged, BadAnswer)):
        ask()
    assert line.wait_until(lambda: not line.is_plugged)
    assert line.instrument.reading() == b"123".hex()
    assert not line.path.exists()


def test_plugged_in_again_it_works_on_another_terminal(
    line: PtyLine, transport: SerialTransport
) -> None:
    transport.check()
    for _ in range(3):
        line.unplug()
        with pytest.raises(Unplugged):
            transport.check()
        line.plug()
        transport.write(b"again")
        assert transport.read(5, PATIENT_S) == b"again"
