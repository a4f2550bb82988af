"""The token on a slip: short enough for a small code, and of its ticket alone."""

from __future__ import annotations

import re

import pytest

from wire.ids import new_id
from wire.slips import SLIP_PATTERN, read_slip, slip_of, subkey, token_of

KEY = b"k" * 32


def test_a_slip_is_read_as_it_was_written() -> None:
    for ticket in ("a", "wish-1", new_id(), "x" * 32):
        slip = slip_of(KEY, ticket)
        assert read_slip(slip) == (ticket, token_of(KEY, ticket))
        assert re.fullmatch(SLIP_PATTERN, slip)
        assert re.fullmatch(r"[a-z2-7]{26}", token_of(KEY, ticket))


@pytest.mark.parametrize(
    ("text", "ticket", "token"),
    [
        ("wish-1", "wish-1", ""),
        ("wish-1." + "a" * 26, "wish-1", "a" * 26),
        ("wish-1." + "a" * 25, "", ""),
        ("wish-1." + "A" * 26, "", ""),
        ("wish-1.", "", ""),
        ("wish-1\n", "", ""),
        ("x" * 33, "", ""),
        ("../hall", "", ""),
        ("", "", ""),
    ],
)
def test_what_was_never_a_slip_names_no_ticket(text: str, ticket: str, token: str) -> None:
    assert read_slip(text) == (ticket, token)


def test_every_ticket_and_every_key_has_a_token_of_its_own() -> None:
    keys = [KEY, b"l" * 32, subkey(KEY, "a"), subkey(KEY, "b")]
    tokens = {token_of(key, ticket) for key in keys for ticket in ("wish-1", "wish-2")}
    assert len(tokens) == 8
