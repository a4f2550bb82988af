"""The plan: hours as text, and names found by id."""

from __future__ import annotations

import pytest

from hub.core.hours import spans
from hub.core.plan import Plan, plan_mistakes
from tests.hub.core.examples import make_plan, raw_plan, through_json


def test_spans_of_a_day() -> None:
    assert spans("") == ()
    assert spans("08:30-12:00") == ((510, 720),)
    assert spans(" 08:30-12:00 ,13:30-24:00") == ((510, 720), (810, 1440))


@pytest.mark.parametrize("text", ["8:30-12:00", "08:30", "08:60-09:00", "08:30-12:00;", "a"])
def test_spans_written_otherwise(text: str) -> None:
    with pytest.raises(ValueError, match="expected spans"):
        spans(text)


def test_a_plan_goes_through_json() -> None:
    plan = make_plan()
    assert Plan.model_validate(through_json(plan.model_dump(mode="json"))) == plan


def test_things_are_found_by_id() -> None:
    plan = make_plan()
    assert list(plan.service) == ["a", "b", "c"]
    assert plan.counter["c3"].services == ("a", "b", "c")
    assert plan.clerk["li"].name == "Li"
    assert plan.counter_of_unit == {"unit-1": "c1", "unit-2": "c2", "unit-3": "c3"}


def test_reasons_are_asked_for_after_a_bad_rating_and_a_hall_may_name_its_own() -> None:
    asked = {
        option.level.value: [t.code for t in option.asked] for option in make_plan().rating.levels
    }
    assert asked["dissatisfied"] == [str(code) for code in range(207, 215)]
    assert asked["very_dissatisfied"] == [str(code) for code in range(108, 116)]
    assert asked["very_satisfied"] == asked["satisfied"] == asked["fairly_satisfied"] == []
    name = {"zh": "慢", "en": "Slow"}
    own = [
        {"level": "satisfied", "name": name, "tags": [{"code": "413", "name": name}]},
        {"level": "very_dissatisfied", "name": name, "tags": []},
    ]
    levels = make_plan(rating={"levels": own}).rating.levels
    assert [[tag.code for tag in option.asked] for option in levels] == [["413"], []]


@pytest.mark.parametrize(
    "section", ["services", "counters", "clerks", "boards", "kiosks", "roster"]
)
@pytest.mark.parametrize("key", ["id", "unit", "services", "also", "prefix", "number", "clerk"])
@pytest.mark.parametrize("value", [5, [[1], {}], {"a": 1}, None, "x"])
def test_the_checks_between_sections_bear_any_shape(section: str, key: str, value: object) -> None:
    raw = raw_plan()
    raw[section] = [{"unit": 5, key: value}, *raw.get(section, [])]
    assert all(str(mistake) for mistake in plan_mistakes(raw))
