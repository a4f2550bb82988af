"""What differs between plans, thing by thing, and two people's changes put together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.plan import Plan
from hub.core.plan_changes import ORDER, Content, carried_over, changes, digest
from hub.core.replanning import as_content
from tests.hub.core.examples import make_plan, raw_plan, text
from tests.hub.core.plan_edits import EDITS, edited

CONTENT = as_content(make_plan())


def changed(**sections: object) -> Content:
    return as_content(make_plan(**sections))


def places(before: Content, after: Content) -> list[str]:
    return [change.place for change in changes(before, after)]


def test_a_plan_does_not_differ_from_itself() -> None:
    assert changes(CONTENT, CONTENT) == []


def test_a_thing_is_known_by_its_id_wherever_it_stands() -> None:
    raw = raw_plan()
    raw["services"].insert(0, {"id": "new", "name": text("n"), "prefix": "N"})
    raw["counters"][0]["services"] = ["new", "a", "b"]
    raw["counters"][1], raw["counters"][2] = raw["counters"][2], raw["counters"][1]
    del raw["clerks"][1]
    raw["hours"]["friday"] = ""
    assert places(CONTENT, as_content(Plan.model_validate(raw))) == [
        "hours.friday",
        "services.new+",
        "counters.c1.services",
        "counters.order",
        "clerks.li-",
    ]


def test_lists_inside_sections_are_told_thing_by_thing() -> None:
    raw = raw_plan()
    raw["hours"]["exceptions"] = [{"date": "2026-10-01"}]
    levels = [{**level} for level in CONTENT["rating"]["levels"]]
    levels[0]["name"] = text("!")
    raw["rating"] = {"levels": levels}
    found = places(CONTENT, as_content(Plan.model_validate(raw)))
    assert found == ["hours.exceptions.2026-10-01+", "rating.levels.very_satisfied.name"]


def test_what_has_no_id_only_comes_and_goes() -> None:
    shift = {"clerk": "wang", "counter": "c1", "hours": "08:30-12:00"}
    one, other = changed(roster=[shift]), changed(roster=[{**shift, "hours": "13:00-17:00"}])
    found = changes(one, other)
    assert [(c.section, c.key, c.before is None) for c in found] == [
        ("roster", "", False),
        ("roster", "", True),
    ]


WISHES = st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 59)), max_size=4)


def a_plan(wishes: list[tuple[object, int]]) -> Content | None:
    try:
        return as_content(Plan.model_validate(edited(CONTENT, wishes)))
    except (ValueError, IndexError):
        return None


@settings(max_examples=60, deadline=None)
@given(WISHES)
def test_changes_done_to_the_old_plan_give_the_new_one(wishes: list[tuple[object, int]]) -> None:
    after = a_plan(wishes)
    if after is None:
        return
    carried = carried_over(CONTENT, after, CONTENT)
    assert carried.content == after
    assert carried.both == ()


@settings(max_examples=60, deadline=None)
@given(WISHES, WISHES)
def test_what_only_one_changed_stands(
    mine: list[tuple[object, int]], theirs: list[tuple[object, int]]
) -> None:
    one, other = a_plan(mine), a_plan(theirs)
    if one is None or other is None:
        return
    merged = carried_over(CONTENT, one, other).content
    theirs_alone = {(c.section, c.item, c.key): c.after for c in changes(CONTENT, other)}
    for change in changes(CONTENT, one):
        theirs_alone.pop((change.section, change.item, change.key), None)
        if not change.key and change.item:
            theirs_alone = {
                k: v for k, v in theirs_alone.items() if k[:2] != (change.section, change.item)
            }
    left = {(c.section, c.item, c.key): c.after for c in changes(CONTENT, merged)}
    for where, value in theirs_alone.items():
        if where[2] != ORDER:
            assert left.get(where) == value, where


def test_changed_on_both_sides_is_told_and_mine_stands() -> None:
    mine, theirs = raw_plan(), raw_plan()
    mine["services"][0]["mean_s"], theirs["services"][0]["mean_s"] = 50, 70
    theirs["services"][1]["mean_s"] = 80
    carried = carried_over(CONTENT, changed(**mine), changed(**theirs))
    assert [service["mean_s"] for service in carried.content["services"]] == [50.0, 80.0, 100.0]
    assert [(c.item, c.before, c.after) for c in carried.both] == [("a", 70.0, 50.0)]


def test_both_changed_it_to_the_same_is_no_conflict() -> None:
    both = raw_plan()
    both["services"][0]["mean_s"] = 50
    assert carried_over(CONTENT, changed(**both), changed(**both)).both == ()


def test_what_has_gone_meanwhile_stays_gone() -> None:
    mine, theirs = raw_plan(), raw_plan()
    mine["clerks"][0]["name"] = "Another"
    del theirs["clerks"][0]
    carried = carried_over(CONTENT, changed(**mine), changed(**theirs))
    assert [clerk["id"] for clerk in carried.content["clerks"]] == ["li", "zhao", "chen"]


def test_a_digest_is_of_what_was_said() -> None:
    said = make_plan(dispatch={"priority_bound": 3})
    assert digest(said) == digest(make_plan())
    assert digest(make_plan(dispatch={"priority_bound": 4})) != digest(make_plan())


@pytest.mark.parametrize("special", [5, [5], {"date": 5}, [[]], "x"])
@pytest.mark.parametrize("section", ["hours", "rating"])
def test_changes_bear_any_shape_of_a_list(section: str, special: object) -> None:
    key = {"hours": "exceptions", "rating": "levels"}[section]
    wrong = {**CONTENT, section: {**CONTENT[section], key: special}}
    assert all(c.section.startswith(section) for c in changes(CONTENT, wrong))
    assert changes(wrong, wrong) == []


def test_changes_bear_any_shape_of_a_thing_and_a_section() -> None:
    assert places(CONTENT, {**CONTENT, "counters": [5]})[-1] == "counters.5+"
    assert changes({**CONTENT, "hours": 5}, CONTENT)
