"""How many things a plan may have."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core.plan import Plan
from hub.core.plan_bounds import MOST, bound_mistakes
from hub.core.replanning import as_content, propose
from tests.hub.core.examples import raw_plan
from wire.errors import ConfigurationError


def _with(path: str, count: int) -> dict[str, Any]:
    """A raw plan in which one list has so many entries."""
    section, _, key = path.partition(".")
    entries = [{"id": f"x{i}"} for i in range(count)]
    if not key:
        return {section: entries}
    part = {key: entries}
    return {section: part if section in {"hours", "limits"} else [{}, part]}


@pytest.mark.parametrize("path", MOST)
def test_a_list_is_as_long_as_its_bound_and_no_longer(path: str) -> None:
    assert not list(bound_mistakes(_with(path, MOST[path])))
    (found,) = bound_mistakes(_with(path, MOST[path] + 1))
    assert found.place.replace("[2]", "") == path
    assert found.problem == f"has {MOST[path] + 1} entries; at most {MOST[path]} are allowed"


def test_every_list_of_a_plan_has_a_bound() -> None:
    bounded = {"floor.outlines", "rating.levels", "rating.levels.tags", *MOST}
    assert set(_lists(Plan.model_json_schema(), Plan.model_json_schema(), "")) == bounded


def _lists(schema: dict[str, Any], whole: dict[str, Any], path: str) -> list[str]:
    """Where a schema has lists."""
    if "$ref" in schema:
        return _lists(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, path)
    found = [path] if schema.get("type") == "array" else []
    for inner in (schema.get("items"), *schema.get("anyOf", ())):
        found += _lists(inner, whole, path) if inner else []
    for name, inner in schema.get("properties", {}).items():
        found += _lists(inner, whole, f"{path}.{name}".lstrip("."))
    return found


def test_a_plan_that_is_kept_already_loads_whatever_its_length_and_is_not_proposed_again() -> None:
    raw = raw_plan()
    raw["hours"] = {"exceptions": [{"date": f"{y}-01-01"} for y in range(2000, 3001)]}
    assert len(Plan.model_validate(raw).hours.exceptions) == 1001
    with pytest.raises(ConfigurationError, match=r"hours\.exceptions: .*at most 1000"):
        propose(raw, 1, as_content(Plan.model_validate(raw_plan())))


@pytest.mark.parametrize("part", [None, 3, "x", {"services": 3}, [3], [[]], {}])
def test_what_is_wrong_in_any_way_is_no_matter(part: object) -> None:
    assert not list(
        bound_mistakes(dict.fromkeys(("services", "counters", "hours", "limits"), part))
    )
