"""The card reader: each frame byte for byte, the fields of a card, and that nothing of it leaks."""

from __future__ import annotations

import logging
import traceback
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.drivers.card_reader import (
    FIELDS,
    FOUND,
    NO_CARD,
    POLL_GAP_S,
    TEXT_BYTES,
    WELL,
    ReaderFault,
    SamCardReader,
    frame,
    is_citizen_number,
    parsed,
)
from device.drivers.far_ends.card_reader import SamModule, text_of
from device.drivers.ports import CitizenCard, UnknownCard
from device.drivers.supervised import SupervisedCardReader
from tests.device.drivers.kit import DirectLine, pace
from wire.clock import ManualClock
from wire.errors import BadAnswer, NoAnswer

CARD = CitizenCard(
    name="张三丰",
    sex="1",
    nation="01",
    born="19491231",
    address="某省某市某路１号院2号楼303室",
    number="11010519491231002X",
    authority="某市公安局",
    valid_from="20200101",
    valid_until="长期",
)
HEAD = "AA AA AA 96 69"
SECRETS = [
    getattr(CARD, field.name) for field in fields(CARD) if len(getattr(CARD, field.name)) > 2
]


@pytest.fixture
def module() -> SamModule:
    return SamModule()


def reader_of(line: DirectLine) -> SamCardReader:
    return SamCardReader(line, pace(gap_s=POLL_GAP_S))


def test_what_it_asks_is_byte_for_byte_what_the_module_expects() -> None:
    line = DirectLine(SamModule())
    line_reader = reader_of(line)
    line_reader.probe()
    line_reader.read_card()
    assert line.written == [
        bytes.fromhex(f"{HEAD} 00 03 11 FF ED"),
        bytes.fromhex(f"{HEAD} 00 03 20 01 22"),
    ]


def test_a_card_is_found_selected_and_read(module: SamModule) -> None:
    line = DirectLine(module)
    module.lay(CARD)
    assert reader_of(line).read_card() == CARD
    assert line.written == [
        bytes.fromhex(f"{HEAD} 00 03 20 01 22"),
        bytes.fromhex(f"{HEAD} 00 03 20 02 21"),
        bytes.fromhex(f"{HEAD} 00 03 30 01 32"),
    ]
    assert module.wrong == 0


def test_the_answers_of_the_emulated_module_are_those_of_a_real_one() -> None:
    assert frame(FOUND + bytes(4)) == bytes.fromhex(f"{HEAD} 00 08 00 00 9F 00 00 00 00 97")
    assert frame(NO_CARD) == bytes.fromhex(f"{HEAD} 00 04 00 00 80 84")


def test_a_card_is_read_once_each_time_it_is_laid(module: SamModule) -> None:
    reader = reader_of(DirectLine(module))
    assert reader.read_card() is None
    module.lay(CARD)
    assert reader.read_card() == CARD
    assert reader.read_card() is None
    module.take_away()
    module.lay(CARD)
    assert reader.read_card() == CARD


@pytest.mark.parametrize("refusals", [["00 00 81"], ["00 00 90", "00 00 41"]])
def test_a_card_taken_away_too_early_is_no_fault(refusals: list[str]) -> None:
    answers = [FOUND + bytes(4), *(bytes.fromhex(text) for text in refusals)]
    line = DirectLine(answers=b"".join(frame(answer) for answer in answers))
    assert reader_of(line).read_card() is None


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(module: SamModule) -> None:
    line = DirectLine(module)
    line.coming = frame(NO_CARD)
    module.lay(CARD)
    assert reader_of(line).read_card() == CARD


def test_it_looks_no_faster_than_the_module_bears(module: SamModule) -> None:
    clock = ManualClock()
    reader = SamCardReader(DirectLine(module), pace(clock, POLL_GAP_S))
    begin_s = clock.monotonic()
    for _ in range(11):
        reader.read_card()
    assert clock.monotonic() - begin_s == pytest.approx(10 * POLL_GAP_S)


def test_the_fields_fill_the_text_in_their_order() -> None:
    assert [name for name, _ in FIELDS] == [field.name for field in fields(CitizenCard)]
    assert sum(size for _, size in FIELDS) == TEXT_BYTES - 36
    text = text_of(CARD)
    assert len(text) == TEXT_BYTES
    assert text[:30].decode("utf-16-le") == "张三丰".ljust(15)
    assert text[122:158].decode("utf-16-le") == CARD.number


@pytest.mark.slow
@settings(max_examples=25)
@given(
    st.sampled_from([name for name, size in FIELDS if size >= 30 and name != "number"]), st.data()
)
def test_each_field_is_read_from_its_own_place(name: str, data: st.DataObject) -> None:
    value = data.draw(st.text("张王李ABC123·", min_size=1, max_size=dict(FIELDS)[name] // 2))
    card = replace(CARD, **{name: value})
    assert parsed(text_of(card)) == card


@pytest.mark.parametrize(
    "number",
    ["11010519491231002x", "110105194912310021", "1101051949123100", "", "١1010519491231002X"],
)
def test_a_number_with_a_wrong_check_digit_is_seen(number: str) -> None:
    assert is_citizen_number(CARD.number)
    assert not is_citizen_number(number)


@pytest.mark.parametrize("place", range(17))
def test_any_wrong_digit_is_seen(place: int) -> None:
    other = str((int(CARD.number[place]) + 1) % 10)
    assert not is_citizen_number(CARD.number[:place] + other + CARD.number[place + 1 :])


def test_silence_a_wrong_checksum_nonsense_and_a_fault_are_different_errors(
    module: SamModule,
) -> None:
    with pytest.raises(NoAnswer):
        reader_of(DirectLine()).probe()
    wrong = bytearray(frame(WELL))
    wrong[-1] ^= 1
    with pytest.raises(BadAnswer, match="wrong checksum"):
        reader_of(DirectLine(answers=bytes(wrong))).probe()
    with pytest.raises(BadAnswer, match="no answer of a card reader"):
        reader_of(DirectLine(answers=b"\x55" * 20)).probe()
    with pytest.raises(BadAnswer, match="broke off after 2 of 4"):
        reader_of(DirectLine(answers=frame(WELL)[:-2])).probe()
    with pytest.raises(BadAnswer, match="00 00 21, which is not known"):
        reader_of(DirectLine(answers=frame(b"\x00\x00\x21"))).read_card()
    module.well = False
    with pytest.raises(ReaderFault, match="reports 60"):
        reader_of(DirectLine(module)).probe()


def test_a_card_does_not_show_what_is_on_it() -> None:
    for shown in (repr(CARD), str(CARD), f"{CARD}", repr([CARD]), "%s" % CARD):  # noqa: UP031
        assert shown.strip("[]") == "CitizenCard(9 fields, not shown)"


STRANGE_TEXTS = {
    "check digit": text_of(replace(CARD, number="110105194912310021")),
    "not UTF-16": text_of(CARD)[:-60] + b"\x00\xd8" * 30,
    "a foreigner's": text_of(replace(CARD, number="CHN110105491231")),
}


@pytest.mark.parametrize("text", STRANGE_TEXTS.values(), ids=STRANGE_TEXTS)
def test_a_card_that_nobody_understands_is_no_fault_of_the_reader(
    module: SamModule, text: bytes
) -> None:
    module.lay_text(text)
    assert reader_of(DirectLine(module)).read_card() == UnknownCard()


@pytest.mark.parametrize("text", [*STRANGE_TEXTS.values(), text_of(CARD)[:100], text_of(CARD)])
def test_nothing_of_a_card_is_told_in_errors_health_or_logs(
    module: SamModule, text: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    supervised = SupervisedCardReader(
        "card_reader",
        reader_of(DirectLine(module)),
        ManualClock(),
        lambda health: told.append(str(health)),
        lambda card: told.append(str(card)),
    )
    module.lay_text(text)
    supervised.look(True)
    with caplog.at_level(logging.DEBUG):
        supervised.turn()
    assert len(told) >= 1
    everything = "".join([*told, caplog.text])
    assert [secret for secret in [*SECRETS, "110105194912310021"] if secret in everything] == []


@pytest.mark.parametrize("text", STRANGE_TEXTS.values(), ids=STRANGE_TEXTS)
def test_an_error_of_parsing_quotes_nothing_of_the_card(text: bytes) -> None:
    with pytest.raises(ValueError, match="of a card") as caught:
        parsed(text)
    everything = "".join(traceback.format_exception(caught.value))
    assert [secret for secret in SECRETS if secret in everything] == []


def test_a_text_that_is_too_short_is_a_bad_answer() -> None:
    short = WELL + (100).to_bytes(2) + bytes(2) + text_of(CARD)[:100]
    answers = [FOUND + bytes(4), WELL, short]
    line = DirectLine(answers=b"".join(frame(answer) for answer in answers))
    with pytest.raises(BadAnswer, match="length that it cannot have"):
        reader_of(line).read_card()
