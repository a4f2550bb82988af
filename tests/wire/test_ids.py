"""Identifiers: what counts as one, and how fresh ones look."""

from __future__ import annotations

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from wire.ids import ID_PATTERN, Hash, Id, new_id

ID: TypeAdapter[str] = TypeAdapter(Id)
HASH: TypeAdapter[str] = TypeAdapter(Hash)


def test_a_fresh_id_is_an_id() -> None:
    for _ in range(100):
        assert re.fullmatch(ID_PATTERN, new_id())
        ID.validate_python(new_id())


def test_fresh_ids_differ_and_are_too_long_to_guess() -> None:
    fresh = {new_id() for _ in range(1000)}
    assert len(fresh) == 1000
    letters = set("".join(fresh))
    assert len(letters) == 32
    assert {len(text) for text in fresh} == {20}


def test_a_fresh_id_has_no_letter_that_is_mistaken_for_another() -> None:
    assert not set("".join(new_id() for _ in range(200))) & set("ilou")


@pytest.mark.parametrize("text", ["a", "7", "c-3", "0" * 32, "a--b-"])
def test_ids(text: str) -> None:
    assert ID.validate_python(text) == text


@pytest.mark.parametrize("text", ["", "-a", "A", "a" * 33, "a_b", "a/b", "a\n", "a b", "窗", "a+"])
def test_no_ids(text: str) -> None:
    with pytest.raises(ValidationError):
        ID.validate_python(text)


def test_a_hash_is_64_lower_case_hexadecimal_digits() -> None:
    assert HASH.validate_python("0f" * 32)
    for text in ("0f" * 31, "0F" * 32, "0g" * 32, "0f" * 32 + "\n"):
        with pytest.raises(ValidationError):
            HASH.validate_python(text)
