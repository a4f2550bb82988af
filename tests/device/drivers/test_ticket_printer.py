"""The ticket printer: its bytes, its three errors, and that no ticket is a ghost."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Literal

import pytest

from device.drivers import escpos_ticket
from device.drivers.escpos_ticket import PAPER, columns, ticket
from device.drivers.far_ends.printer import PrintedTicket, TicketPrinterMechanism
from device.drivers.ports import Slip
from device.drivers.ticket_printer import CLEAR, EscposPrinter, PrinterFault
from tests.device.drivers.kit import DirectLine
from wire.errors import BadAnswer, CoverOpen, HardwareError, NoAnswer, PaperEnd, Unplugged

SLIP = Slip(
    "A012",
    lines=("市政务服务中心", "社保业务"),
    below=("前面还有3人", "预计等候10–25分钟"),
    url="http://hall.example/t/abc",
    caption="扫码看进度",
)
PRINTED = PrintedTicket(
    ["市政务服务中心", "社保业务", "A012", "前面还有3人", "预计等候10–25分钟", "扫码看进度"],
    "http://hall.example/t/abc",
)
WELL = bytes.fromhex("12 12")


@pytest.fixture
def mechanism() -> TicketPrinterMechanism:
    return TicketPrinterMechanism()


@pytest.fixture
def printer(mechanism: TicketPrinterMechanism) -> EscposPrinter:
    return EscposPrinter(DirectLine(mechanism))


def test_the_live_status_is_asked_for_as_escpos_says() -> None:
    line = DirectLine(answers=WELL)
    EscposPrinter(line).probe()
    assert b"".join(line.written) == bytes.fromhex("10 04 02 10 04 04")


def test_a_ticket_byte_for_byte() -> None:
    slip = Slip("A012", lines=("社保",), url="http://h/t/1")
    golden = (
        "1B 40 1B 61 01"  # from the start, in the middle
        "1D 21 11 1C 26 1C 21 0C C9 E7 B1 A3 1C 2E 0A"  # 社保 in GBK, twice as large
        "1D 21 33 1B 45 01 41 30 31 32 0A 1D 21 00 1B 45 00"  # A012, four times and bold
        "1D 28 6B 04 00 31 41 32 00 1D 28 6B 03 00 31 43 06 1D 28 6B 03 00 31 45 31"
        "1D 28 6B 0F 00 31 50 30 68 74 74 70 3A 2F 2F 68 2F 74 2F 31 1D 28 6B 03 00 31 51 30 0A"
        "1B 64 06 1D 56 01"  # fed out and cut
    )
    assert ticket(slip, PAPER[80], "gbk", "printer") == bytes.fromhex(golden)


def test_a_ticket_has_all_that_stands_on_it(
    printer: EscposPrinter, mechanism: TicketPrinterMechanism
) -> None:
    printer.print_slip(SLIP)
    assert mechanism.printed == [PRINTED]
    assert mechanism.wrong == 0


@pytest.mark.parametrize("width_mm", PAPER)
def test_no_line_is_larger_than_the_paper(width_mm: Literal[80, 58]) -> None:
    paper = PAPER[width_mm]
    for text in SLIP.below:
        data = ticket(Slip("A1", lines=(text,)), paper, "gbk", "printer")
        double = b"\x1d!\x11" in data
        assert double == (columns(text) * 2 <= paper.columns)


def test_what_a_service_is_called_cannot_command_the_printer(
    printer: EscposPrinter, mechanism: TicketPrinterMechanism
) -> None:
    printer.print_slip(Slip("A1", lines=("社\x1b@\x1dV\x00保\n", "🙂")))
    (printed,) = mechanism.printed
    assert printed.lines == ["社@V保", "?", "A1"]


def test_a_printer_without_chinese_letters_gets_pictures(
    mechanism: TicketPrinterMechanism,
) -> None:
    printer = EscposPrinter(DirectLine(mechanism), width_mm=58, chinese="image", qr="image")
    printer.print_slip(SLIP)
    (printed,) = mechanism.printed
    assert printed.lines == ["A012"]
    assert printed.pictures == 6
    assert mechanism.wrong == 0


@pytest.mark.parametrize("size", [24, 48])
def test_a_picture_is_as_wide_as_the_paper_and_has_ink_in_its_middle(size: int) -> None:
    picture = escpos_ticket._picture("社保业务", size, PAPER[58].dots)
    ink = picture.convert("L").point(lambda grey: 255 - grey).getbbox()
    assert ink is not None
    left, _top, right, _bottom = ink
    assert picture.width == PAPER[58].dots
    assert abs((left + right) / 2 - picture.width / 2) < size / 4
    assert 3.5 * size < right - left < 4.5 * size


def _no_paper(mechanism: TicketPrinterMechanism) -> None:
    mechanism.rows = 0


def _open(mechanism: TicketPrinterMechanism) -> None:
    mechanism.cover_open = True


def _jam(mechanism: TicketPrinterMechanism) -> None:
    mechanism.cutter_jammed = True


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (_no_paper, PaperEnd, "put a new roll in"),
        (_open, CoverOpen, "close it"),
        (_jam, PrinterFault, "the cutter is jammed"),
    ],
)
def test_each_fault_is_an_error_of_its_own_before_anything_is_printed(
    printer: EscposPrinter,
    mechanism: TicketPrinterMechanism,
    spoil: Callable[[TicketPrinterMechanism], None],
    error: type[HardwareError],
    words: str,
) -> None:
    spoil(mechanism)
    for use in (printer.probe, lambda: printer.print_slip(SLIP)):
        with pytest.raises(error, match=words):
            use()
    assert mechanism.printed == []


def test_silence_and_nonsense_are_two_more_errors() -> None:
    with pytest.raises(NoAnswer):
        EscposPrinter(DirectLine()).probe()
    with pytest.raises(BadAnswer, match="answered 47"):
        EscposPrinter(DirectLine(answers=b"\x47\x47")).probe()
    unplugged = DirectLine()
    unplugged.plugged = False
    with pytest.raises(Unplugged):
        EscposPrinter(unplugged).print_slip(SLIP)


def test_paper_that_ends_in_the_middle_is_known_and_leaves_no_ghost(
    printer: EscposPrinter, mechanism: TicketPrinterMechanism
) -> None:
    mechanism.rows = 3
    with pytest.raises(PaperEnd):
        printer.print_slip(SLIP)
    mechanism.load_paper()
    printer.probe()
    assert mechanism.printed == []  # the rest of the first ticket does not come out
    printer.print_slip(SLIP)
    assert mechanism.printed == [PRINTED]


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(
    mechanism: TicketPrinterMechanism,
) -> None:
    line = DirectLine(mechanism)
    printer = EscposPrinter(line)
    for use in (printer.probe, lambda: printer.print_slip(SLIP)):
        line.coming = b"\x00\x72"
        use()
    assert mechanism.printed == [PRINTED]


def test_what_is_left_of_a_failed_ticket_is_cleared() -> None:
    # Two good answers, then none: it takes the ticket and dies.
    line = DirectLine(answers=WELL)
    with pytest.raises(NoAnswer):
        EscposPrinter(line).print_slip(SLIP)
    assert line.written[-1] == CLEAR


def test_paper_near_its_end_is_said_and_prints_on(
    printer: EscposPrinter, mechanism: TicketPrinterMechanism
) -> None:
    assert printer.probe() == "it answers"
    mechanism.near_end = True
    assert "nearly at its end" in printer.probe()
    printer.print_slip(SLIP)
    assert mechanism.printed == [PRINTED]


def test_a_late_live_answer_is_not_taken_for_the_end_of_the_ticket() -> None:
    line = DirectLine(answers=WELL + b"\x12\x12\x00")
    EscposPrinter(line).print_slip(SLIP)
    assert line.coming == b""


def test_one_that_cannot_confirm_is_asked_afterwards() -> None:
    line = DirectLine(answers=WELL + b"\x12\x72")
    with pytest.raises(PaperEnd):
        EscposPrinter(line, confirms=False).print_slip(SLIP)
    assert not any(b"\x1dr" in data for data in line.written)


def test_the_package_leaves_no_folder_behind_and_reads_the_short_list() -> None:
    capabilities = sys.modules["escpos.capabilities"]
    assert not capabilities.path.exists(capabilities.pickle_dir)
    assert list(capabilities.CAPABILITIES["profiles"]) == ["default"]


def test_the_driver_itself_does_not_load_the_package() -> None:
    """A unit starts before its printer's thread loads it: only `_compose` names it."""
    module = sys.modules[EscposPrinter.__module__]
    assert not {"escpos", "PIL", "escpos_ticket"} & vars(module).keys()
