"""Lines of CSV that no spreadsheet takes for a formula, and what stands in them."""

from __future__ import annotations

import csv
import io

import pytest

from hub.web.supervision.downloads import line, safe

FULL_WIDTH = [f"{chr(ord(sign) + 0xFEE0)}1+1" for sign in "=+-@"]
FORMULAS = ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "=cmd|' /C calc'!A0", *FULL_WIDTH]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_is_quoted(text: str) -> None:
    assert safe(text) == f"'{text}"
    [row] = csv.reader(io.StringIO(line([text])))
    assert row == [f"'{text}"]


@pytest.mark.parametrize("text", ["A001", "", "户籍", "a=b", "1-2"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


def test_numbers_stay_numbers() -> None:
    assert line([-1.5, 3, None, 'a "quote", and more']) == '-1.5,3,,"a ""quote"", and more"\r\n'
