"""The fields of forms: what is shown short is kept exact."""

from __future__ import annotations

from typing import Any

import pytest

from hub.web.administration.fields import Field

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
