"""Speech modules: each frame byte for byte, each answer, and the emulated chips."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.drivers.far_ends.speech import SECONDS_A_CHARACTER, SpeechChip
from device.drivers.ports import Speech
from device.drivers.registry import SPEECH, make_speech
from device.drivers.speech_module import Command, Reply, Syn6288, Xfs5152
from tests.device.drivers.kit import GB2312, DirectLine
from wire.clock import ManualClock
from wire.errors import BadAnswer, NoAnswer, Refused, UnknownHardware

FEW = settings(max_examples=25)
CALL = "请A001号到1号窗口"
SPOKEN = {
    "syn6288": "FD 00 14 01 01 C7 EB 41 30 30 31 BA C5 B5 BD 31 BA C5 B4 B0 BF DA ED",
    "xfs5152": "FD 00 13 01 01 C7 EB 41 30 30 31 BA C5 B5 BD 31 BA C5 B4 B0 BF DA",
}


def chip(kind: str, clock: ManualClock | None = None) -> SpeechChip:
    now = (clock or ManualClock()).monotonic
    if kind == "syn6288":
        return SpeechChip(now, Syn6288.limit_bytes, checksum=True)
    return SpeechChip(now, Xfs5152.limit_bytes, checksum=False)


def on_chip(kind: str, clock: ManualClock) -> tuple[Speech, SpeechChip]:
    instrument = chip(kind, clock)
    return make_speech(kind, DirectLine(instrument)), instrument


@pytest.mark.parametrize("kind", SPEECH)
def test_a_call_is_as_in_the_data_sheet(kind: str) -> None:
    line = DirectLine(answers=bytes([Reply.ACCEPTED]))
    make_speech(kind, line).say(CALL)
    assert line.written == [bytes.fromhex(SPOKEN[kind])]


def test_the_data_sheet_s_own_example_in_gb2312() -> None:
    line = DirectLine(answers=bytes([Reply.ACCEPTED]))
    Syn6288(line, encoding="gb2312").say("宇音天下")
    assert line.written == [bytes.fromhex("FD 00 0B 01 00 D3 EE D2 F4 CC EC CF C2 C1")]


def test_stop_and_status_are_as_in_the_data_sheet() -> None:
    assert Syn6288.frame(Command.STOP) == bytes.fromhex("FD 00 02 02 FD")
    assert Syn6288.frame(Command.STATUS) == bytes.fromhex("FD 00 02 21 DE")
    assert Xfs5152.frame(Command.STOP) == bytes.fromhex("FD 00 01 02")
    assert Xfs5152.frame(Command.STATUS) == bytes.fromhex("FD 00 01 21")
    assert Xfs5152.frame(Command.WAKE) == bytes.fromhex("FD 00 01 FF")


@pytest.mark.parametrize(("kind", "begin"), [("syn6288", b"[v16][t5]"), ("xfs5152", b"[v10][s10]")])
def test_volume_and_speed_stand_as_marks_before_the_text(kind: str, begin: bytes) -> None:
    line = DirectLine(answers=bytes([Reply.ACCEPTED]))
    make_speech(kind, line, volume=16, speed=10).say("请")
    assert line.written[0][5:].startswith(begin + "请".encode("gbk"))


@pytest.mark.parametrize("kind", SPEECH)
def test_brackets_in_a_text_are_not_marks(kind: str) -> None:
    module, instrument = on_chip(kind, ManualClock())
    module.say("[v0]请")
    assert instrument.said == ["［v0］请"]


@pytest.mark.parametrize(
    ("answer", "speaking"),
    [("4E", True), ("4F", False), ("41 4E", True), ("41 4F", False), ("4A 4F", False)],
)
@pytest.mark.parametrize("kind", SPEECH)
def test_its_answers_about_itself(kind: str, answer: str, speaking: bool) -> None:
    assert make_speech(kind, DirectLine(answers=bytes.fromhex(answer))).is_speaking() is speaking


@pytest.mark.parametrize("stale", ["", "4F", "4A", "4A 4F"])
def test_what_it_said_before_is_not_taken_for_the_answer(stale: str) -> None:
    line = DirectLine(answers=bytes.fromhex(f"{stale} 41"))
    make_speech("syn6288", line).say(CALL)
    assert line.coming == b""


@pytest.mark.parametrize("late", ["41", "45", "00", "4E"])
def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(late: str) -> None:
    instrument = chip("syn6288")
    line = DirectLine(instrument)
    line.coming = bytes.fromhex(late)
    module = make_speech("syn6288", line)
    assert not module.is_speaking()
    line.coming = bytes.fromhex(late)
    module.say(CALL)
    assert instrument.said == [CALL]


def test_each_wrong_answer_is_an_error_of_its_own() -> None:
    for answers, error in ((b"\x45", Refused), (b"\x00", BadAnswer), (b"", NoAnswer)):
        with pytest.raises(error):
            make_speech("syn6288", DirectLine(answers=answers)).say(CALL)
    with pytest.raises(BadAnswer, match="without an end"):
        make_speech("syn6288", DirectLine(answers=b"\x4f" * 100)).stop()


@pytest.mark.parametrize("kind", SPEECH)
def test_the_longest_text_is_taken_and_one_more_is_refused(kind: str) -> None:
    module, instrument = on_chip(kind, ManualClock())
    longest = "口" * (module.limit_bytes // 2)
    module.say(longest)
    assert instrument.said == [longest]
    with pytest.raises(Refused, match=f"{module.limit_bytes} are the most"):
        module.say(longest + "1")
    assert (instrument.said, instrument.wrong) == ([longest], 0)


@pytest.mark.parametrize("kind", SPEECH)
def test_it_speaks_for_a_while_and_is_silent_at_once_when_told(kind: str) -> None:
    clock = ManualClock()
    module, _ = on_chip(kind, clock)
    module.say(CALL)
    assert module.is_speaking()
    clock.advance(SECONDS_A_CHARACTER * len(CALL))
    assert not module.is_speaking()
    module.say(CALL)
    assert "speaking" in module.probe()
    module.stop()
    assert not module.is_speaking()
    assert "idle" in module.probe()


def test_a_module_that_sleeps_is_woken() -> None:
    module, instrument = on_chip("xfs5152", ManualClock())
    instrument.asleep = True
    module.say(CALL)
    assert instrument.said == [CALL]
    instrument.asleep = True
    assert module.is_speaking()


@FEW
@given(st.text("A019 " + GB2312, min_size=1, max_size=50))
def test_any_text_arrives_with_its_sum_right(text: str) -> None:
    for kind in SPEECH:
        module, instrument = on_chip(kind, ManualClock())
        module.say(text)
        assert (instrument.said, instrument.wrong) == ([text], 0)


@FEW
@given(st.integers(5, 22), st.integers(1, 255))
def test_the_chip_with_a_checksum_refuses_a_wrong_byte(place: int, flip: int) -> None:
    frame = bytearray.fromhex(SPOKEN["syn6288"])
    frame[place] ^= flip
    instrument = chip("syn6288")
    assert instrument.take(bytes(frame)) == bytes([Reply.BAD])
    assert instrument.said == []


def test_what_the_encoding_has_not_is_left_unsaid() -> None:
    module, instrument = on_chip("syn6288", ManualClock())
    module.say("请🙂A001号")
    assert instrument.said == ["请A001号"]


def test_an_unknown_kind_lists_the_choices() -> None:
    with pytest.raises(UnknownHardware, match="syn6288, xfs5152"):
        make_speech("syn6658", DirectLine())
