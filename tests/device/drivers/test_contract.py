"""One contract for every peripheral: the real drivers on emulated hardware, and the simulated ones.

A rig is a peripheral, something to do with it, what a person then sees, and ways to break it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from device.drivers.card_reader import POLL_GAP_S
from device.drivers.far_ends.card_reader import SamModule
from device.drivers.far_ends.instrument import Instrument
from device.drivers.far_ends.line import Fault, PtyLine
from device.drivers.far_ends.printer import TicketPrinterMechanism
from device.drivers.far_ends.signs import FramingOneSign, NumberPanel
from device.drivers.far_ends.speech import SpeechChip
from device.drivers.ports import CitizenCard, Peripheral, SignText, Slip
from device.drivers.registry import make_card_reader, make_printer, make_sign, make_speech
from device.drivers.simulated import (
    SimulatedCardReader,
    SimulatedPrinter,
    SimulatedSign,
    SimulatedSpeech,
)
from device.drivers.speech_module import Syn6288, Xfs5152
from device.drivers.transport import Transport
from device.drivers.transport_file import DeviceFileTransport
from device.drivers.transport_serial import SerialTransport
from tests.device.drivers.kit import pace
from wire.errors import BadAnswer, CoverOpen, HardwareError, NoAnswer, PaperEnd, Refused, Unplugged

pytestmark = pytest.mark.slow  # real terminals, and threads that serve them

CALL = SignText("请A012号", "A012")
SPOKEN = "请A012号到3号窗口"
SLIP = Slip("A012", lines=("社保业务",), below=("前面还有3人",), url="http://h/t/1")
CARD = CitizenCard(
    "张三", "1", "01", "19491231", "某路1号", "11010519491231002X", "某局", "20200101", "长期"
)


@dataclass
class Rig:
    """A peripheral under test. `answers` is False for what only listens."""

    peripheral: Peripheral
    act: Callable[[], object]
    seen: Callable[[], object]
    expected: object
    answers: bool = True
    line: PtyLine | None = None

    def works(self) -> bool:
        """Do it; whether a person sees what is to be seen."""
        self.act()
        if self.line is None:
            return self.seen() == self.expected
        return self.line.wait_until(lambda: self.seen() == self.expected)


Build = Callable[[Path], Rig]


def _sign(kind: str, instrument: Instrument, expected: str) -> Build:
    def build(path: Path) -> Rig:
        line, transport = plugged(path, instrument)
        sign = make_sign(kind, transport, pace(), 3)
        instrument.power_cut()
        return Rig(
            sign, lambda: sign.show(CALL), instrument.reading, expected, answers=False, line=line
        )

    return build


def _speech(kind: str, limit_bytes: int, *, checksum: bool) -> Build:
    def build(path: Path) -> Rig:
        chip = SpeechChip(time.monotonic, limit_bytes, checksum=checksum)
        line, transport = plugged(path, chip)
        speech = make_speech(kind, transport)
        return Rig(speech, lambda: speech.say(SPOKEN), chip.reading, SPOKEN, line=line)

    return build


def _printer(transport_of: Callable[[str], Transport]) -> Build:
    def build(path: Path) -> Rig:
        mechanism = TicketPrinterMechanism()
        line, _ = plugged(path, mechanism)
        printer = make_printer("escpos", transport_of(str(path)))
        expected = "社保业务 | A012 | 前面还有3人"
        return Rig(
            printer, lambda: printer.print_slip(SLIP), mechanism.reading, expected, line=line
        )

    return build


def _card_reader(path: Path) -> Rig:
    module = SamModule()
    line, transport = plugged(path, module)
    reader = make_card_reader("sam", transport, pace(gap_s=POLL_GAP_S))
    cards: list[object] = []

    def read() -> None:
        module.lay(CARD)
        cards.append(reader.read_card())

    return Rig(reader, read, lambda: cards[-1], CARD, line=line)


def _simulated_printer(_path: Path) -> Rig:
    printer = SimulatedPrinter()
    return Rig(printer, lambda: printer.print_slip(SLIP), lambda: printer.printed[-1], SLIP)


def _simulated_card_reader(_path: Path) -> Rig:
    reader = SimulatedCardReader()
    cards: list[object] = []

    def read() -> None:
        reader.lay(CARD)
        cards.append(reader.read_card())

    return Rig(reader, read, lambda: cards[-1], CARD)


def _simulated_sign(_path: Path) -> Rig:
    sign = SimulatedSign()
    return Rig(sign, lambda: sign.show(CALL), lambda: sign.shown, CALL)


def _simulated_speech(_path: Path) -> Rig:
    speech = SimulatedSpeech()
    return Rig(speech, lambda: speech.say(SPOKEN), lambda: speech.said[-1], SPOKEN)


def plugged(path: Path, instrument: Instrument) -> tuple[PtyLine, Transport]:
    line = PtyLine(path, instrument)
    line.plug()
    return line, SerialTransport(str(path), 9600)


EMULATED: dict[str, Build] = {
    "framing-1": _sign("framing-1", FramingOneSign(3), CALL.text),
    "framing-1-main": _sign("framing-1-main", FramingOneSign(3, main=True), CALL.text),
    "number-board": _sign("number-board", NumberPanel(3), "12"),
    "syn6288": _speech("syn6288", Syn6288.limit_bytes, checksum=True),
    "xfs5152": _speech("xfs5152", Xfs5152.limit_bytes, checksum=False),
    "printer on a serial line": _printer(lambda path: SerialTransport(path, 9600)),
    "printer on a device file": _printer(DeviceFileTransport),
    "card reader": _card_reader,
}
MUTE = (Fault.SILENT, Fault.HALF)
SOON_S = 0.1
"""For answers that never come; those that come have the drivers' own time."""

SIMULATED: dict[str, Build] = {
    "simulated sign": _simulated_sign,
    "simulated speech": _simulated_speech,
    "simulated printer": _simulated_printer,
    "simulated card reader": _simulated_card_reader,
}
ANSWERING = sorted(set(EMULATED) - {"framing-1", "framing-1-main", "number-board"})


@pytest.fixture
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    rig = {**EMULATED, **SIMULATED}[request.param](tmp_path / "port")
    yield rig
    rig.peripheral.close()
    if rig.line is not None:
        rig.line.unplug()


on_all = pytest.mark.parametrize("rig", [*EMULATED, *SIMULATED], indirect=True)
on_emulated = pytest.mark.parametrize("rig", EMULATED, indirect=True)
on_answering = pytest.mark.parametrize("rig", ANSWERING, indirect=True)
on_simulated = pytest.mark.parametrize("rig", SIMULATED, indirect=True)


def the_line(rig: Rig) -> PtyLine:
    assert rig.line is not None
    return rig.line


@on_all
def test_what_it_is_told_is_seen(rig: Rig) -> None:
    assert rig.works()


@on_all
def test_it_says_in_words_how_it_is(rig: Rig) -> None:
    assert len(rig.peripheral.probe()) > 5


@on_all
def test_closed_it_opens_by_itself_when_used_again(rig: Rig) -> None:
    for _ in range(2):
        assert rig.works()
        rig.peripheral.close()
        rig.peripheral.close()


@on_answering
@pytest.mark.parametrize(
    ("fault", "errors"),
    [
        (Fault.SILENT, (NoAnswer,)),
        (Fault.GARBLING, (BadAnswer,)),
        (Fault.HALF, (BadAnswer, NoAnswer)),  # half of an answer of one byte is silence
    ],
)
def test_each_way_to_answer_badly_is_its_own_error_and_passes(
    rig: Rig,
    fault: Fault,
    errors: tuple[type[HardwareError], ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    the_line(rig).fault = fault
    with monkeypatch.context() as hasty:
        for driver in ("speech_module", "ticket_printer") * (fault in MUTE):
            hasty.setattr(f"device.drivers.{driver}.ANSWER_WITHIN_S", SOON_S)
        for use in (rig.peripheral.probe, rig.act):
            with pytest.raises(errors):
                use()
    the_line(rig).fault = Fault.NONE
    assert rig.works()


@on_emulated
def test_unplugged_it_says_so_and_plugged_in_again_it_works(rig: Rig) -> None:
    assert rig.works()
    the_line(rig).unplug()
    for use in (rig.peripheral.probe, rig.act):
        with pytest.raises(Unplugged):
            use()
    the_line(rig).plug()
    assert rig.works()


@on_emulated
def test_unplugged_in_the_middle_of_a_frame_it_says_so_and_recovers(rig: Rig) -> None:
    line = the_line(rig)
    line.cut_after = 3

    def use_twice() -> None:
        rig.act()  # has handed the whole frame over by then, if nothing is to be answered
        line.wait_until(lambda: not line.is_plugged)
        rig.peripheral.probe()

    with pytest.raises(Unplugged):
        use_twice()
    assert line.wait_until(lambda: not line.is_plugged)
    line.plug()
    assert rig.works()


@on_simulated
@pytest.mark.parametrize(
    "error",
    [NoAnswer("x"), BadAnswer("x"), Unplugged("x"), Refused("x"), PaperEnd("x"), CoverOpen("x")],
)
def test_a_simulated_one_fails_as_it_is_told(rig: Rig, error: HardwareError) -> None:
    simulated = rig.peripheral
    simulated.fault = error  # type: ignore[attr-defined]
    for use in (simulated.probe, rig.act):
        with pytest.raises(type(error)):
            use()
    simulated.fault = None  # type: ignore[attr-defined]
    assert rig.works()
