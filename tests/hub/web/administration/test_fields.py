"""The fields of forms: what is shown short is kept exact."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.web.administration.fields import MOST_CHOSEN, Field, in_order

FIELD = Field("mean_s", "Usual time", kind="number", scale=60.0)


@pytest.mark.parametrize("seconds", [40, 40.123456, 0.01, 480])
def test_what_is_shown_rounded_and_saved_unchanged_stays_exact(seconds: float) -> None:
    content: dict[str, Any] = {"mean_s": seconds}
    shown = FIELD.shown(content)
    assert len(shown) <= 6
    FIELD.read({"mean_s": [shown]}, content)
    assert content == {"mean_s": seconds}


def test_what_is_typed_is_taken_and_a_list_says_one_decimal() -> None:
    content: dict[str, Any] = {"mean_s": 40}
    assert FIELD.told(content) == "0.7"
    FIELD.read({"mean_s": ["1.5"]}, content)
    assert content == {"mean_s": 90.0}


NAMES = st.lists(st.sampled_from("abcdef"), max_size=12)


@given(had=NAMES, wanted=NAMES, most=st.integers(0, 8))
def test_what_was_had_leads_in_its_order_and_nothing_is_there_twice(
    had: list[str], wanted: list[str], most: int
) -> None:
    found = in_order(had, wanted, most)
    assert len(found) == len(set(found)) == min(most + 1, len(set(wanted)))
    kept = [one for one in dict.fromkeys(had) if one in wanted][: most + 1]
    assert found[: len(kept)] == kept
    assert set(found) <= set(wanted)


def test_of_boxes_without_end_one_more_is_read_than_there_may_be() -> None:
    content: dict[str, Any] = {}
    Field("services", "Services", kind="services").read({"services": ["x"] * 19_000}, content)
    assert len(content["services"]) == MOST_CHOSEN + 1
    many = [f"x{n}" for n in range(19_000)]
    assert in_order(many, many, 200) == many[:201]
