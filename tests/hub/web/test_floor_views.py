"""The floor plan as it is drawn: of any content, and no name longer than its room."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.web.floor_pages import Drawn
from hub.web.floor_views import MOST_OVERLAPS, fitted, overlaps, picture_of, picture_of_content
from tests.hub.web.conftest import plan

pytestmark = pytest.mark.slow

COUNTER: dict[str, Any] = {"id": "c1", "number": "1", "services": ["residence", "social"]}
OTHER = {**COUNTER, "id": "c2", "number": "2"}

VALUE: st.SearchStrategy[Any] = st.none() | st.text(max_size=3) | st.floats() | st.booleans()
SPOT = VALUE | st.fixed_dictionaries({}, optional={"x_m": VALUE, "y_m": VALUE})
OUTLINE = VALUE | st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("kind", "x_m", "y_m", "width_m", "depth_m", "name"), VALUE),
)
FLOOR = VALUE | st.fixed_dictionaries(
    {},
    optional={
        "width_m": VALUE,
        "depth_m": VALUE,
        "counter_m": VALUE,
        "outlines": VALUE | st.lists(OUTLINE, max_size=3),
    },
)
THINGS = VALUE | st.lists(
    VALUE | st.fixed_dictionaries({"id": VALUE}, optional={"at": SPOT, "name": VALUE}), max_size=4
)


@settings(max_examples=200)
@given(st.fixed_dictionaries({}, optional={"floor": FLOOR, "counters": THINGS, "kiosks": THINGS}))
def test_a_draft_is_drawn_whatever_was_typed(content: dict[str, Any]) -> None:
    floor = picture_of_content(content)
    assert floor.width > 0
    assert floor.height > 0
    for piece in floor.pieces:
        assert -floor.margin <= piece.left or floor.margin > piece.width


def test_a_name_is_cut_to_its_room() -> None:
    assert fitted("咨询台", 3.0) == "咨询台"
    assert fitted("综合咨询服务台", 4.0) == "综合咨…"
    assert fitted("Information", 7.0) == "Information"
    assert fitted("Information desk", 4.0) == "Infor…"
    assert fitted("Information", 0.5) == ""


def test_what_overlaps_is_said_and_the_margin_holds_what_stands_out() -> None:
    at: list[dict[str, Any]] = [{"at": {"x_m": 0, "y_m": 2}}, {"at": {"x_m": 1.5, "y_m": 2}}]
    hall = plan(
        counters=[{**COUNTER, **at[0]}, {**OTHER, **at[1]}], floor={"width_m": 20, "depth_m": 10}
    )
    floor = picture_of(hall)
    assert [words.en for words in overlaps(floor)] == [
        "Counter 1 and Counter 2 overlap on the floor plan"
    ]
    assert (floor.width, floor.height) == (2000, 1000)
    assert floor.margin >= 100
    assert floor.placed == 2


def test_a_pile_of_counters_is_said_in_words_that_somebody_reads() -> None:
    pile = [
        {**COUNTER, "id": f"c{n}", "number": str(n), "at": {"x_m": 5, "y_m": 5}} for n in range(200)
    ]
    said = [words.en for words in overlaps(picture_of_content({"counters": pile}))]
    assert len(said) == MOST_OVERLAPS + 1
    assert said[0] == "Counter 0 and Counter 1 overlap on the floor plan"
    assert said[-1] == "Others overlap too"
    said = [words.en for words in overlaps(picture_of_content({"counters": pile[:3]}))]
    assert len(said) == 3
    assert "Others overlap too" not in said


def test_a_hall_without_places_is_drawn_in_a_row() -> None:
    floor = picture_of(plan())
    assert floor.placed == 0
    first, second = floor.pieces
    assert first.y == second.y
    assert second.left >= first.left + first.width
    assert overlaps(floor) == []


def test_a_floor_is_worked_out_once_for_as_long_as_its_plan_is_in_force() -> None:
    drawn, one = Drawn(), plan(counters=[COUNTER])
    first = drawn.picture(one)
    assert first == picture_of(one)
    assert drawn.picture(one) is first
    other = plan(counters=[COUNTER, OTHER])
    assert len(drawn.picture(other).pieces) == 2
    assert drawn.picture(one) == first
