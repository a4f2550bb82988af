"""Where things stand on the floor: every mistake at its place, and a drawing that holds all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.configuration import HallFile, PlanContent, differences
from hub.core.floor import Drawn, Placed, Standing, floor_mistakes, laid_out, overlapping
from hub.core.plan_changes import carried_over, changes, digest
from hub.core.replanning import as_content
from hub.plan_toml import to_toml
from tests.hub.test_configuration import MINIMAL, mistakes
from wire.settings import parse

C1 = 'unit = "unit-1"\n'
PLACED = (
    MINIMAL.replace(C1, C1 + "at = { x_m = 3.5, y_m = 2 }\n")
    + """
[floor]
width_m = 24
depth_m = 14

[[floor.outlines]]
kind = "entrance"
x_m = 1
y_m = 13
width_m = 3
depth_m = 1
name = { zh = "入口", en = "Entrance" }

[[kiosks]]
unit = "kiosk-1"
prefix = "K"
at = { x_m = 2, y_m = 12 }
"""
)


# --- in the file ----------------------------------------------------------------------------


def test_a_floor_goes_into_the_plan_out_to_a_file_and_back() -> None:
    plan = parse(PLACED, HallFile, "hall.toml").plan()
    assert plan.counter["c1"].at is not None
    assert (plan.counter["c1"].at.x_m, plan.counter["c1"].at.y_m) == (3.5, 2.0)
    assert plan.counter["c2"].at is None
    assert plan.floor.outlines[0].kind == "entrance"
    again = parse(to_toml(as_content(plan)), PlanContent, "export").plan()
    assert differences(again, plan) == []


def test_a_plan_from_before_there_was_a_floor_is_the_same_plan() -> None:
    plan = parse(MINIMAL, HallFile, "hall.toml").plan()
    old = as_content(plan)
    del old["floor"]
    for kind in ("counters", "boards", "kiosks"):
        for thing in old[kind]:
            del thing["at"]
    read = type(plan).model_validate(old)
    assert read == plan
    assert digest(read) == digest(plan)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("x_m = 3.5,", "x_m = 24.5,", "counters[1].at.x_m = 24.5: lies outside the floor"),
        ("y_m = 12 }", "y_m = 15 }", "kiosks[1].at.y_m = 15: lies outside the floor"),
        ("x_m = 3.5, y_m = 2", "x_m = 3.5", "counters[1].at.y_m: is missing"),
        ("x_m = 3.5,", "x_m = -1,", "counters[1].at.x_m = -1: input should be greater"),
        ("x_m = 3.5,", "x_m = nan,", "counters[1].at.x_m = nan: "),
        ("x_m = 3.5,", 'x_m = "left",', "counters[1].at.x_m = 'left': input should be a valid"),
        ("x_m = 3.5,", "xm = 3.5,", "counters[1].at.xm = 3.5: no such key. Did you mean 'x_m'?"),
        ("width_m = 24", "width_m = 1", "floor.width_m = 1: input should be greater"),
        ("width_m = 3\n", "width_m = 23.5\n", "floor.outlines[1].width_m = 23.5: lies outside"),
        ('"entrance"', '"entrace"', "Did you mean 'entrance'?"),
    ],
)
def test_every_mistake_names_its_place(before: str, after: str, said: str) -> None:
    assert PLACED.count(before) == 1
    assert any(said in line for line in mistakes(PLACED.replace(before, after)))


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["at", "x_m", "y_m", "width_m", "depth_m", "outlines"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@settings(max_examples=15)
@given(st.dictionaries(st.sampled_from(["floor", "counters", "boards", "kiosks"]), anything))
def test_whatever_stands_in_a_file_is_only_found_wrong(raw: dict[str, Any]) -> None:
    for mistake in floor_mistakes(raw):
        assert "lies outside" in mistake.problem


# --- two administrators ---------------------------------------------------------------------


def test_two_people_who_move_different_counters_both_have_their_way() -> None:
    base = as_content(parse(PLACED, HallFile, "hall.toml").plan())
    mine, theirs = as_content_copy(base), as_content_copy(base)
    mine["counters"][0]["at"] = {"x_m": 5.0, "y_m": 2.0}
    theirs["counters"][1]["at"] = {"x_m": 9.0, "y_m": 2.0}
    theirs["floor"]["counter_m"] = 1.5
    carried = carried_over(base, mine, theirs)
    assert carried.both == ()
    assert [counter["at"]["x_m"] for counter in carried.content["counters"]] == [5.0, 9.0]
    assert carried.content["floor"]["counter_m"] == 1.5
    assert [c.place for c in changes(theirs, carried.content)] == ["counters.c1.at"]


def as_content_copy(content: dict[str, Any]) -> dict[str, Any]:
    return as_content(PlanContent.model_validate(content).plan())


# --- as it is drawn -------------------------------------------------------------------------

METRES = st.integers(0, 60).map(lambda half: half / 2)
THINGS = st.lists(
    st.tuples(
        st.sampled_from(["counters", "boards", "kiosks"]),
        st.none() | st.tuples(METRES, METRES),
    ),
    max_size=30,
).map(lambda found: [Standing(k, str(n), at) for n, (k, at) in enumerate(found)])  # type: ignore[arg-type]
SIZES = st.none() | st.integers(2, 40).map(float)


def _apart(one: Placed, other: Placed) -> bool:
    beside = abs(one.x_m - other.x_m) >= (one.width_m + other.width_m) / 2 - 1e-6
    return beside or abs(one.y_m - other.y_m) >= (one.depth_m + other.depth_m) / 2 - 1e-6


@settings(max_examples=15)
@given(THINGS, st.sampled_from([0.5, 1.5, 2.0, 3.3]), SIZES, SIZES)
def test_everything_is_drawn_once_where_it_was_put_or_out_of_the_way(
    things: list[Standing], counter_m: float, width: float | None, depth: float | None
) -> None:
    drawn = laid_out(things, counter_m, width, depth)
    assert [(p.kind, p.key) for p in drawn.placed] == [(t.kind, t.key) for t in things]
    for thing, placed in zip(things, drawn.placed, strict=True):
        assert placed.given == (thing.at is not None)
        if thing.at is not None:
            assert (placed.x_m, placed.y_m) == thing.at
        else:
            assert all(_apart(placed, other) for other in drawn.placed if other is not placed)
            assert placed.x_m - placed.width_m / 2 >= 0
        assert placed.y_m - placed.depth_m / 2 >= (0 if not placed.given else -counter_m)
        assert placed.x_m <= drawn.width_m or (placed.given and width is not None)
        assert placed.y_m <= drawn.depth_m or (placed.given and depth is not None)


@settings(max_examples=15)
@given(THINGS, st.sampled_from([0.5, 2.0, 3.3]))
def test_what_overlaps_is_found_as_by_comparing_all_with_all(
    things: list[Standing], counter_m: float
) -> None:
    drawn = laid_out(things, counter_m)
    found = {frozenset((a.key, b.key)) for a, b in overlapping(drawn)}
    assert found == _all_with_all(drawn)


def _all_with_all(drawn: Drawn) -> set[frozenset[str]]:
    given_ = [placed for placed in drawn.placed if placed.given]
    return {
        frozenset((one.key, other.key))
        for index, one in enumerate(given_)
        for other in given_[index + 1 :]
        if not _apart(one, other)
    }


def test_two_hundred_counters_make_rows_that_fit_a_screen() -> None:
    drawn = laid_out([Standing("counters", str(n), None) for n in range(200)], 2.0)
    assert 1.0 < drawn.width_m / drawn.depth_m < 2.5
    assert list(overlapping(drawn)) == []
