"""The floor plan in forms: a draft, its mistakes and warnings, put into force and taken back."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.hub.web.administration.test_drafts import HOME, apply, fields_of, get, post, save
from tests.hub.web.conftest import MARKUP, House

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk


def places(**of: tuple[str, str]) -> dict[str, str]:
    """The fields of counters' places."""
    found = {}
    for counter, (x, y) in of.items():
        found[f"counters:{counter}:x_m"], found[f"counters:{counter}:y_m"] = x, y
    return found


def at(house: House, counter: str = "c1") -> Any:
    found = house.service.plan.counter[counter].at
    return found and (found.x_m, found.y_m)


def test_a_place_is_in_force_once_applied_and_is_taken_back(house: House) -> None:
    house.open()
    save(house.client, "/floor", places(c1=("3.5", "2"), c2=("6", "2")))
    assert at(house) is None
    preview = get(house.client, "/preview")
    said = "Counter 1, Place on the floor plan: — → 3.5 m from the left, 2.0 m from above"
    assert said in preview
    assert "goes on with the new settings" not in preview
    assert apply(house.client, "as measured") == 303
    assert at(house) == (3.5, 2.0)
    save(house.client, "/floor", places(c1=("9", "4")))
    assert apply(house.client) == 303
    assert (at(house), at(house, "c2")) == ((9.0, 4.0), (6.0, 2.0))
    changed = re.findall(rf'action="{HOME}(/history/\d+/undo)"', get(house.client, "/history"))
    assert post(house.client, changed[0]).status_code == 303
    undone = re.search(r"/history/(\d+)/undo", changed[0])
    assert undone is not None
    said = f"Version {undone[1]} is not taken back yet"
    assert said in get(house.client, "/preview")
    assert apply(house.client) == 303
    assert at(house) == (3.5, 2.0)


def test_a_form_as_it_is_shown_changes_nothing(house: House) -> None:
    save(house.client, "/floor", fields_of(get(house.client, "/floor")))
    assert "Changes not yet in force" not in get(house.client)
    outline = {"kind": "area", "x_m": "1", "y_m": "1", "width_m": "2.5", "depth_m": "2"}
    form = {f"outline:{k}": v for k, v in outline.items()}
    form |= {"outline:zh": "咨询", "outline:en": "Desk", "width_m": "20", "counter_m": "1.6"}
    save(house.client, "/floor", {**form, **places(c1=("3.25", "2"))})
    assert apply(house.client) == 303
    floor = house.service.plan.floor
    assert (floor.width_m, floor.depth_m, floor.counter_m) == (20.0, None, 1.6)
    assert [o.model_dump(exclude={"name"}) for o in floor.outlines] == [
        {"kind": "area", "x_m": 1.0, "y_m": 1.0, "width_m": 2.5, "depth_m": 2.0}
    ]
    shown = fields_of(get(house.client, "/floor")) | {"outline:kind": ["area", *["wall"] * 3]}
    save(house.client, "/floor", shown)
    assert "Changes not yet in force" not in get(house.client)
    save(house.client, "/counters/c1", fields_of(get(house.client, "/counters/c1")))
    assert "Changes not yet in force" not in get(house.client)


def test_what_is_wrong_is_kept_beside_its_field(house: House) -> None:
    wrong = {**places(c1=("far", "2"), c2=("50", "")), "width_m": "20", "depth_m": MARKUP}
    save(house.client, "/floor", wrong)
    page = get(house.client, "/floor")
    for said in ("input should be a number", "lies outside the floor, which ends at 20 m"):
        assert said in page
    assert 'value="far"' in page
    assert "is missing" in page
    assert MARKUP not in page
    assert "超出大厅范围（到 20 米为止）" in get(house.client, "/floor", "zh")
    assert f'href="{HOME}/floor">Counter 1, ' in get(house.client, "/preview")
    assert apply(house.client) == 409


def test_an_overlap_is_never_taken_in_silence(house: House) -> None:
    save(house.client, "/floor", places(c1=("3", "2"), c2=("4", "2.5")))
    said = "Counter 1 and Counter 2 overlap on the floor plan"
    assert said in get(house.client, "/floor")
    preview = get(house.client, "/preview")
    assert said in preview.partition("<h2>On the floor plan</h2>")[2]
    assert "What it touches right now" not in preview
    save(house.client, "/floor", places(c2=("5", "2.5")))
    assert said not in get(house.client, "/floor")
    assert said not in get(house.client, "/preview")


def test_the_mark_of_a_change_stands_where_it_was_made(house: House) -> None:
    def marked() -> list[str]:
        page = get(house.client)
        found = re.findall(rf'href="{HOME}/(\w+)">[^<]*<span class="way-mark"', page)
        return [str(name) for name in found]

    assert marked() == []
    save(house.client, "/floor", places(c1=("3.5", "2")))
    assert marked() == ["floor"]
    counter = fields_of(get(house.client, "/counters/c1"))
    save(house.client, "/counters/c1", counter | {"number": "7"})
    assert marked() == ["counters", "floor"]
    save(house.client, "/floor", places(c1=("", "")))
    assert marked() == ["counters"]


def test_what_is_drawn_can_be_fixed_and_forgotten(house: House) -> None:
    assert 'data-given="false"' in get(house.client, "/floor")
    save(house.client, "/floor", {**places(c1=("3.125", "4")), "act": "fix"})
    page = get(house.client, "/floor")
    assert 'data-given="false"' not in page
    form = fields_of(page)
    assert form["counters:c1:x_m"] == ["3.125"]
    assert float(form["counters:c2:y_m"][0]) > 4
    save(house.client, "/floor", {**form, "act": "clear"})
    assert 'data-given="true"' not in get(house.client, "/floor")


def test_the_export_has_the_places_and_the_import_takes_them(house: House) -> None:
    save(house.client, "/floor", places(c1=("3.5", "2")))
    assert apply(house.client) == 303
    content = house.client.get(f"{HOME}/plan.json").json()
    assert content["counters"][0]["at"] == {"x_m": 3.5, "y_m": 2.0}
    content["counters"][1]["at"] = {"x_m": 7, "y_m": 2}
    assert post(house.client, "/import", plan=json.dumps(content)).status_code == 303
    assert apply(house.client) == 303
    assert at(house, "c2") == (7.0, 2.0)


def test_names_of_nothing_are_passed_over(house: House) -> None:
    save(house.client, "/floor", places(c9=("1", "1"), c1=("1", "1")) | {"boards:x:x_m": "1"})
    assert "Changes not yet in force: 1" in get(house.client)
