"""Views are values: equal ones are one picture, and an age changes no faster than it is told."""

from __future__ import annotations

import dataclasses

import pytest

from device.ui.gallery import samples
from device.ui.viewmodel import LinkStale, stale


@pytest.mark.parametrize(
    ("age_s", "shown_s"),
    [(0.0, 0), (6.9, 6), (59.99, 59), (60.0, 60), (119.9, 60), (3599.0, 3540), (7300.0, 7200)],
)
def test_an_age_is_rounded_down_to_what_the_screen_tells(age_s: float, shown_s: int) -> None:
    assert stale(age_s, "10:41") == LinkStale(shown_s, "10:41")


def test_views_made_alike_are_equal_and_others_are_not() -> None:
    views, again = list(samples().values()), list(samples().values())
    assert views == again
    assert all(one != other for at, one in enumerate(views) for other in views[:at])


@pytest.mark.parametrize("view", samples().values(), ids=samples())
def test_a_view_cannot_be_changed(view: object) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        view.frame = None  # type: ignore[attr-defined]
    assert not hasattr(view, "__dict__")
