"""Signs that only listen: each frame byte for byte, and what the far end makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.drivers.far_ends.signs import FramingOneSign, NumberPanel
from device.drivers.one_way_sign import GAP_S, OneWaySign
from device.drivers.ports import SignText
from device.drivers.registry import make_sign, sign_kinds
from device.drivers.signs import framing_1, framing_1_main, number_board
from tests.device.drivers.kit import GB2312, DirectLine, pace
from wire.clock import ManualClock
from wire.errors import HardwareError, UnknownHardware, Unplugged

FEW = settings(max_examples=25)
CALL = SignText("请A001号", "A001")


def written(kind: str, address: int, content: SignText) -> bytes:
    line = DirectLine()
    make_sign(kind, line, pace(), address).show(content)
    return b"".join(line.written)


def test_framing_1_is_as_recorded_on_a_window_sign() -> None:
    golden = bytes.fromhex("AA 01 BB 51 54 FF 01 00 99 00 63 C7 EB 41 30 30 31 BA C5 FF")
    assert written("framing-1", 1, CALL) == golden


def test_the_main_board_has_08_02_in_its_frame_and_in_its_sum() -> None:
    golden = bytes.fromhex("AA 01 BB 51 54 08 08 02 99 00 63 C7 EB 41 30 30 31 BA C5 FF")
    assert written("framing-1-main", 1, CALL) == golden


def test_the_number_board_shows_999_on_board_5() -> None:
    assert written("number-board", 5, SignText("", "999")) == bytes.fromhex("05 03 E7 EF")


@pytest.mark.parametrize(
    ("number", "shown"),
    [("A012", 12), ("A1000", 1000), (None, 0), ("", 0), ("A99999", 0xFFFF), ("A１２", 0)],
)
def test_the_number_board_shows_the_digits_and_nothing_else(number: str | None, shown: int) -> None:
    frame = number_board.Sign.frame(5, SignText("请到3号窗口", number))
    assert int.from_bytes(frame[1:3]) == shown


TEXTS = st.text("A019请" + GB2312, max_size=30)


@FEW
@given(st.integers(0, 255), TEXTS)
def test_a_window_sign_shows_what_was_sent(address: int, text: str) -> None:
    sign = FramingOneSign(address)
    assert sign.take(framing_1.Sign.frame(address, SignText(text))) == b""
    assert (sign.shown, sign.wrong) == (text, 0)


@FEW
@given(st.integers(0, 255), st.text(max_size=30))
def test_no_text_whatever_can_break_a_frame(address: int, text: str) -> None:
    frame = framing_1.Sign.frame(address, SignText(text))
    assert frame.index(0xFF, 6) == len(frame) - 1
    assert not any(byte < 0x20 for byte in frame[11:])


@FEW
@given(st.integers(0, 255), st.integers(0, 0xFFFF))
def test_a_number_board_shows_what_was_sent(address: int, number: int) -> None:
    board = NumberPanel(address)
    board.take(number_board.Sign.frame(address, SignText("", str(number))))
    assert (board.shown, board.wrong) == (number, 0)


@FEW
@given(st.integers(1, 254), TEXTS.filter(bool), st.data())
def test_a_frame_with_a_wrong_byte_is_not_shown(
    address: int, text: str, data: st.DataObject
) -> None:
    frame = bytearray(framing_1.Sign.frame(address, SignText(text)))
    place = data.draw(st.integers(5, len(frame) - 2))
    frame[place] ^= data.draw(st.integers(1, 0x7F))
    sign = FramingOneSign(address)
    sign.take(bytes(frame))
    assert sign.shown == ""


def test_what_is_not_for_it_is_not_shown() -> None:
    sign, main = FramingOneSign(1), FramingOneSign(1, main=True)
    sign.take(framing_1.Sign.frame(2, CALL))
    sign.take(framing_1_main.Sign.frame(1, CALL))
    main.take(framing_1.Sign.frame(1, CALL))
    assert (sign.shown, main.shown) == ("", "")
    main.take(framing_1_main.Sign.frame(1, CALL))
    assert main.shown == "请A001号"


def test_a_sign_finds_its_frame_after_noise_and_in_parts() -> None:
    sign = FramingOneSign(1)
    frame = framing_1.Sign.frame(1, CALL)
    for part in (b"\x00\x42", frame[:7], frame[7:12], frame[12:]):
        sign.take(part)
    assert sign.shown == "请A001号"


def test_two_frames_are_at_least_a_tenth_of_a_second_apart() -> None:
    clock = ManualClock()
    slept: list[float] = []

    def sleep(duration_s: float) -> None:
        slept.append(duration_s)
        clock.advance(duration_s)

    class Slow(DirectLine):
        def write(self, data: bytes) -> None:
            clock.advance(0.05)  # the gap begins when the frame has left
            super().write(data)

    line = Slow()
    spacing = pace(clock)
    spacing._sleep = sleep
    sign = make_sign("framing-1", line, spacing, 1)
    sign.show(CALL)
    clock.advance(0.03)
    sign.show(CALL)
    clock.advance(GAP_S)
    sign.show(CALL)
    assert slept == [pytest.approx(GAP_S - 0.03)]
    assert len(line.written) == 3


def test_a_sign_without_its_port_says_so() -> None:
    line = DirectLine()
    sign = make_sign("framing-1", line, pace(), 1)
    assert "/dev/ttyTEST is there" in sign.probe()
    line.plugged = False
    for use in (sign.probe, lambda: sign.show(CALL)):
        with pytest.raises(Unplugged):
            use()


def test_the_kinds_are_the_files_of_the_folder_and_each_is_a_sign() -> None:
    assert set(sign_kinds()) >= {"framing-1", "framing-1-main", "number-board"}
    for kind in sign_kinds():
        assert isinstance(make_sign(kind, DirectLine(), pace(), 1), OneWaySign)


def test_an_unknown_kind_lists_the_choices() -> None:
    with pytest.raises(UnknownHardware, match="framing-1, framing-1-main, number-board"):
        make_sign("framing-9", DirectLine(), pace(), 1)


def test_an_address_that_the_kind_does_not_have_is_refused() -> None:
    with pytest.raises(HardwareError, match=r"sign\.address = 256: this kind has 0 to 255"):
        make_sign("framing-1", DirectLine(), pace(), 256)
