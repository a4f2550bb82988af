"""The largest draft: its pages are drawn where they hold up nobody, and no draft is larger."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from hub.core.plan_bounds import MOST
from hub.web import pages
from hub.web.administration import desk
from hub.web.administration.areas import _special_days
from hub.web.administration.desk import _copy
from hub.web.administration.drafts import Draft, keyed
from hub.web.administration.importing import Refused, imported
from tests.hub.web.conftest import House

HOME = "/administration"


def _largest(content: dict[str, Any]) -> dict[str, Any]:
    """A plan with as many services, counters and special days as a plan may have."""
    service, counter = content["services"][0], content["counters"][0]
    count = {name: range(MOST[name]) for name in ("services", "counters", "hours.exceptions")}
    services = [{**service, "id": f"s{n}", "prefix": f"{chr(65 + n // 26)}{chr(65 + n % 26)}"}
                for n in count["services"]]  # fmt: skip
    counters = [
        {**counter, "id": f"c{n}", "number": str(n), "unit": None}
        | {"services": [f"s{n % len(services)}"], "also": [], "at": None}
        for n in count["counters"]
    ]
    days = [{"date": f"{2000 + n}-01-01"} for n in count["hours.exceptions"]]
    hours = {**content["hours"], "exceptions": days}
    lists = {"services": services, "counters": counters, "boards": [], "kiosks": [], "roster": []}
    return {**content, **lists, "hours": hours}


def test_the_largest_draft_is_drawn_off_the_event_loop(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = json.dumps(_largest(house.service.plan.model_dump(mode="json")))
    answer = house.client.post(f"{HOME}/import", data={"plan": plan}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    drawn_by: list[str] = []

    def drawn(*given: Any) -> bytes:
        drawn_by.append(threading.current_thread().name)
        return pages.drawn(*given)

    monkeypatch.setattr(desk, "drawn", drawn)
    for name in ("hall", "services"):
        assert house.client.get(f"{HOME}/{name}").status_code == 200
    assert len(drawn_by) == 2
    assert all(thread.startswith("administration") for thread in drawn_by)


def test_a_page_shows_a_draft_as_it_was_whatever_is_filled_in_meanwhile() -> None:
    draft = Draft(3, {}, keyed({"services": [{"id": "a"}]}), made=2)
    copy = _copy(draft, draft.text)
    assert copy == draft
    draft.add("services")
    assert [thing["id"] for thing in copy.things("services")] == ["a"]


@pytest.mark.parametrize("path", ["services", "counters.also", "hours.exceptions", "of.none"])
def test_no_list_of_an_import_is_longer_than_pages_show_however_deep(path: str) -> None:
    section, _, key = path.partition(".")
    entries = [{"id": "x"}] * 1001
    inside = {key: entries} if key else entries
    content = {section: [inside] if section == "counters" else inside}
    found = imported(json.dumps(content), 1, {})
    assert isinstance(found, Refused)
    assert (section, key) in [(wrong.area, wrong.key) for wrong in found.wrong]
    assert "has 1001 entries" in found.wrong[0].text.en


def test_of_special_days_without_end_one_more_is_read_than_there_may_be() -> None:
    most = MOST["hours.exceptions"]
    form = {f"special:{key}": ["x"] * 4900 for key in ("date", "hours", "zh", "en")}
    assert len(_special_days(form)) == most + 1


def test_nothing_is_added_to_a_list_that_is_too_long_already(house: House) -> None:
    fields = {"id": "more", "name.zh": "更多", "name.en": "More", "credit_min": "5"}
    for _ in range(MOST["priorities"] + 1):
        house.client.post(f"{HOME}/priorities/new", data=fields, follow_redirects=False)
    answer = house.client.post(f"{HOME}/priorities/new", data=fields, follow_redirects=False)
    assert answer.status_code == 422
    assert "at most 50 are allowed" in house.client.get(f"{HOME}/preview?lang=en").text
