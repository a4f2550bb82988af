"""Text stays in its box: smaller first, then in more lines, then shortened."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygame import Rect

from device.ui.fonts import Typeface
from device.ui.layout import (
    ELLIPSIS,
    Align,
    Paragraph,
    broken_into,
    centred,
    fit,
    leading,
    stack,
)
from device.ui.theme import INK

TYPEFACE = Typeface.load()
CHINESE = "国有建设用地使用权及房屋所有权转移登记（存量房买卖、继承、赠与）"
ENGLISH = "Transfer of the right to use state-owned land and of house ownership"

texts = st.text(alphabet="国有建设，。、（）A1 z-/…", min_size=1, max_size=60).filter(str.strip)


def paragraph(text: str, size: int = 40, lines: int = 1, gap: int = 0) -> Paragraph:
    return Paragraph(text, size, INK, lines=lines, gap=gap)


def test_text_with_room_keeps_its_size() -> None:
    fitted = fit(TYPEFACE, paragraph("居民身份证"), 1000, 12)
    assert (fitted.lines, fitted.size, fitted.height) == (("居民身份证",), 40, leading(40))


def test_text_a_little_too_long_is_drawn_smaller_in_one_line() -> None:
    full = TYPEFACE.ink("居民身份证", 40).width
    fitted = fit(TYPEFACE, paragraph("居民身份证", lines=2), round(full * 0.9), 12)
    assert fitted.lines == ("居民身份证",)
    assert 31 <= fitted.size < 40


@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_text_far_too_long_is_broken_evenly_before_it_gets_tiny(text: str) -> None:
    width = TYPEFACE.ink(text, 40).width * 0.58
    fitted = fit(TYPEFACE, paragraph(text, lines=2), round(width), 12)
    assert 31 <= fitted.size <= 40
    first, second = (TYPEFACE.ink(line, 40).width for line in fitted.lines)
    assert 0.7 < first / second < 1.4


def test_text_that_fits_in_no_way_is_shortened_at_the_smallest_size() -> None:
    fitted = fit(TYPEFACE, paragraph(ENGLISH), 150, 12)
    assert fitted.size == 12
    assert fitted.lines[0].endswith(ELLIPSIS)
    assert ENGLISH.startswith(fitted.lines[0].rstrip(ELLIPSIS))
    assert 100 < TYPEFACE.ink(fitted.lines[0], 12).width <= 150


def test_no_line_begins_with_closing_punctuation_or_ends_with_an_opening_one() -> None:
    for tenths in range(60, 200):
        for line in broken_into(TYPEFACE, CHINESE, 8, tenths / 10) or ():
            assert line[0] not in "、，）"
            assert line[-1] != "（"


def test_english_is_broken_between_words() -> None:
    broken = broken_into(TYPEFACE, ENGLISH, 3, 15)
    assert broken
    assert " ".join(broken) == ENGLISH


def test_a_word_longer_than_the_line_is_not_broken() -> None:
    assert broken_into(TYPEFACE, "incomprehensibilities", 3, 5) is None


def test_nothing_is_lost_by_breaking() -> None:
    broken = broken_into(TYPEFACE, CHINESE, 3, 14)
    assert broken
    assert len(broken) == 3
    assert "".join(broken) == CHINESE


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    st.lists(st.tuples(texts, st.integers(12, 90), st.integers(1, 3)), min_size=1, max_size=4),
    st.integers(60, 900),
    st.integers(30, 400),
    st.sampled_from(Align),
)
def test_no_pixel_leaves_the_box(
    paragraphs: list[tuple[str, int, int]], width: int, height: int, align: Align
) -> None:
    box = Rect(17, 23, width, height)
    items = [paragraph(text, size, lines, gap=5) for text, size, lines in paragraphs]
    for line in stack(TYPEFACE, box, items, align, 12):
        assert box.contains(line.ink), line
        assert line.size >= 12


def test_a_stack_that_is_too_high_shrinks_as_a_whole() -> None:
    items = [paragraph("大", 60), paragraph("小", 30, gap=10)]
    lines = stack(TYPEFACE, Rect(0, 0, 500, 70), items, Align.CENTRE, 10)
    assert len(lines) == 2
    assert lines[0].size / lines[1].size == pytest.approx(2, abs=0.15)
    assert lines[1].ink.bottom <= 70


def test_what_has_no_room_even_then_is_left_out_from_the_end() -> None:
    items = [paragraph("大", 60), paragraph("小", 30)]
    lines = stack(TYPEFACE, Rect(0, 0, 500, 20), items, Align.CENTRE, 12)
    assert [line.text for line in lines] == ["大"]


@pytest.mark.parametrize(
    ("align", "left", "right"), [(Align.LEFT, 100, None), (Align.RIGHT, None, 400)]
)
def test_ink_is_flush_with_its_side(align: Align, left: int | None, right: int | None) -> None:
    (line,) = stack(TYPEFACE, Rect(100, 0, 300, 100), [paragraph("直A")], align, 12)
    assert left in {None, line.ink.left}
    assert right in {None, line.ink.right}


def test_a_number_by_itself_may_fill_its_box() -> None:
    box = Rect(50, 50, 600, 100)
    line = centred(TYPEFACE, box, paragraph("A001", 300), Align.CENTRE, 12)
    assert box.contains(line.ink)
    assert line.ink.height >= 88
    assert abs(line.ink.centery - box.centery) <= 1
