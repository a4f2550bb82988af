"""What is said for a call, in tables."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.voice.calls import Call
from device.voice.wording import (
    MODULE_KINDS,
    SYN6288,
    XFS5152CE,
    Language,
    caption,
    check_template,
    for_espeak,
    reading,
)
from tests.device.voice.examples import call, wording

# number, counter, Mandarin as it is said, English as it is said
SAID = [
    ("A012", "3", "请A零一二号到三号窗口", "Number A 0 1 2, please go to counter 3"),
    ("A001", "1", "请A零零一号到一号窗口", "Number A 0 0 1, please go to counter 1"),
    ("A999", "10", "请A九九九号到十号窗口", "Number A 9 9 9, please go to counter 10"),
    ("A1000", "12", "请A一零零零号到十二号窗口", "Number A 1 0 0 0, please go to counter 12"),
    ("B345", "20", "请B三四五号到二十号窗口", "Number B 3 4 5, please go to counter 20"),
    ("B678", "21", "请B六七八号到二十一号窗口", "Number B 6 7 8, please go to counter 21"),
    ("AB007", "99", "请AB零零七号到九十九号窗口", "Number A B 0 0 7, please go to counter 99"),
    ("012", "101", "请零一二号到一零一号窗口", "Number 0 1 2, please go to counter 1 0 1"),
    ("A-012", "03", "请A零一二号到三号窗口", "Number A 0 1 2, please go to counter 3"),
    ("a012", "B3", "请A零一二号到B三号窗口", "Number A 0 1 2, please go to counter B 3"),
    ("Ａ０１２", "３", "请A零一二号到三号窗口", "Number A 0 1 2, please go to counter 3"),
    ("社保012", "3", "请社保零一二号到三号窗口", "Number 社保 0 1 2, please go to counter 3"),
]

# The same as eSpeak NG is given it.
HEARD = [
    ("A012", "3", "请A·零壹二号到三号窗口", "Number A; 0 1 2, please go to counter 3"),
    ("A1000", "11", "请A·壹零零零号到十壹号窗口", "Number A; 1 0 0 0, please go to counter 11"),
    ("IT01", "1", "请I·T·零壹号到壹号窗口", "Number I- T; 0 1, please go to counter 1"),
    ("A012", "B3", "请A·零壹二号到B·三号窗口", "Number A; 0 1 2, please go to counter B; 3"),
]


@pytest.mark.parametrize(("number", "counter", "mandarin", "english"), SAID)
def test_a_number_is_read_as_people_read_it(
    number: str, counter: str, mandarin: str, english: str
) -> None:
    assert reading(call(number, counter), "zh", wording()) == mandarin
    assert reading(call(number, counter), "en", wording()) == english


@pytest.mark.parametrize(("number", "counter", "mandarin", "english"), HEARD)
def test_espeak_is_written_to_by_ear(
    number: str, counter: str, mandarin: str, english: str
) -> None:
    assert for_espeak(call(number, counter), "zh", wording()) == mandarin
    assert for_espeak(call(number, counter), "en", wording()) == english


@pytest.mark.parametrize(
    ("language", "shown"),
    [("zh", "请A012号到3号窗口"), ("en", "Number A012, please go to counter 3")],
)
def test_the_caption_shows_the_number_as_it_is_printed(language: Language, shown: str) -> None:
    assert caption(call(), language, wording()) == shown


def test_one_is_yao_where_a_hall_says_so_but_not_in_a_counter_s_numeral() -> None:
    yao = wording(one="幺")
    assert reading(call("A112", "11"), "zh", yao) == "请A幺幺二号到十一号窗口"
    assert for_espeak(call("A112", "11"), "zh", yao) == "请A·幺幺二号到十壹号窗口"
    assert reading(call("A112", "101"), "zh", yao) == "请A幺幺二号到幺零幺号窗口"


def test_a_recall_is_told_apart() -> None:
    again = call(kind="recalled")
    assert reading(again, "zh", wording()) == "再次呼叫，请A零一二号到三号窗口"
    assert reading(again, "en", wording()).startswith("Calling again: number A 0 1 2,")


def test_a_call_is_taken_back_without_a_counter() -> None:
    back = call(kind="voided")
    assert reading(back, "zh", wording()) == "请A零一二号稍候，刚才的叫号已取消"
    assert reading(back, "en", wording()).startswith("Number A 0 1 2, please wait.")
    assert check_template("{number}", needed=("number",)) == "{number}"


def test_figures_anywhere_are_read_and_abbreviations_spelled() -> None:
    other = wording(zh="请{number}号到2楼{counter}号窗口办理{service}")
    made = Call("c", "A012", "3", service_zh="ETC业务16")
    assert reading(made, "zh", other) == "请A零一二号到二楼三号窗口办理ETC业务十六"
    assert for_espeak(made, "zh", other) == "请A·零壹二号到二楼三号窗口办理E·T·C·业务十六"
    assert caption(made, "zh", other) == "请A012号到2楼3号窗口办理ETC业务16"


def test_a_service_is_named_in_the_language_that_is_spoken() -> None:
    other = wording(en="{number} to {counter} for {service}")
    made = Call("c", "A012", "3", service_zh="社保", service_en="Social security")
    assert reading(made, "en", other) == "A 0 1 2 to 3 for Social security"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("请{numer}号到{counter}号窗口", r"no such place \{numer\}.* Did you mean \{number\}\?"),
        ("请{xyz}号到{counter}", r"no such place \{xyz\}; there are: counter, number, service$"),
        ("请{number}号", r"\{counter\} is missing"),
        ("请到{counter}", r"\{number\} is missing"),
        ("请{number号", "write a place as"),
        ("请{number:>5}号到{counter}", "takes no format"),
        ("请{}号到{counter}", r"no such place \{\}"),
        ("请{number}号到{counter}" + "谢" * 80, "longer than 80"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(template: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        check_template(template)


def test_a_module_counts_volume_in_its_own_numbers() -> None:
    assert [SYN6288.volume(percent) for percent in (0, 50, 80, 100)] == [0, 8, 13, 16]
    assert [XFS5152CE.volume(percent) for percent in (0, 50, 80, 100)] == [0, 5, 8, 10]
    for kind in MODULE_KINDS.values():
        assert kind.paces["slow"] < kind.paces["normal"] < kind.paces["fast"]


@settings(max_examples=25)
@given(
    number=st.from_regex(r"[A-Z]{0,3}[0-9]{1,5}", fullmatch=True),
    counter=st.integers(0, 999),
)
def test_no_figure_is_left_to_the_voice_in_mandarin(number: str, counter: int) -> None:
    for made in (reading, for_espeak):
        said = made(call(number, str(counter)), "zh", wording())
        assert not re.search("[0-9]", said)
        assert len(re.findall("[A-Z]", said)) == len(re.findall("[A-Z]", number))


@settings(max_examples=25)
@given(number=st.from_regex(r"[A-Z]{0,2}[0-9]{1,4}", fullmatch=True))
def test_nothing_of_a_number_is_lost_and_its_order_is_kept(number: str) -> None:
    said = reading(call(number, "3"), "zh", wording()).removeprefix("请").split("号")[0]
    figures = {digit: str(value) for value, digit in enumerate("零一二三四五六七八九")}
    assert "".join(figures.get(sign, sign) for sign in said) == number
