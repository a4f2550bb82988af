"""What cannot be a plan locks nobody out, and work on plans stops nobody."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from hub.core.commands_of_plans import Configure
from hub.web.administration import changes, examining, history
from tests.hub.web.administration.test_drafts import HOME, RESIDENCE, apply, get, post, save
from tests.hub.web.conftest import House

PAGES = ("", "/preview", "/hall", "/file", "/history", "/rules", "/rating", "/texts", "/skills")
LISTS = ("services", "counters", "clerks", "roster", "priorities", "boards", "kiosks")
LONG = "9" * 5000
HALF = "\ud800"


def exported(house: House) -> dict[str, Any]:
    content: dict[str, Any] = house.client.get(f"{HOME}/plan.json").json()
    return content


def nested(depth: int) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = [found]
    return found


WRONG: dict[str, dict[str, Any]] = {
    "days number": {"hours": {"exceptions": 5}},
    "days numbers": {"hours": {"exceptions": [5]}},
    "hours list": {"hours": {"monday": [5]}},
    "levels": {"rating": {"levels": [5]}},
    "tags": {"rating": {"levels": [{"level": "satisfied", "name": {}, "tags": [5]}]}},
    "boards": {"boards": [{"unit": 5, "services": 7}]},
    "kiosks": {"kiosks": [{"unit": {"a": 1}, "prefix": 7}]},
    "roster": {"roster": [{"clerk": 5, "counter": None, "days": "x", "hours": 5}]},
    "services of a counter": {"counters": [{"id": "c1", "number": "1", "services": 5}]},
    "lists of lists": {"counters": [{"id": ["c"], "number": {}, "services": [[1], {}]}]},
    "name": {"services": [{"id": "a", "name": "x", "prefix": "A"}]},
    "names": {"services": [{"id": "a", "name": {"zh": 5, "en": []}, "prefix": "A"}]},
    "hall": {"hall": {"id": "civic", "name": 5}},
    "deep": {"limits": {"a": nested(800)}},
    "deep in a thing": {"clerks": [{"id": "w", "name": nested(400)}]},
    "half a letter": {"services": [{"id": "a", "name": {"zh": HALF, "en": "x"}, "prefix": "A"}]},
    "half a key": {HALF: {}},
}


def test_a_plan_of_the_wrong_shape_locks_nobody_out(house: House) -> None:
    right = exported(house)
    for name, wrong in WRONG.items():
        answer = post(house.client, "/import", plan=json.dumps({**right, **wrong}))
        assert answer.status_code == 422, name
        get(house.client, "/hall")
    for path in PAGES:
        get(house.client, path)


NUMBERS: dict[str, Any] = {
    "scalars": {"clerks": [{"id": 5, "name": 7, "pin_hash": None, "x": [1]}]},
    "unknown keys": {"limits": {f"k{i}": 1 for i in range(500)}},
    "nan": {"services": [{"id": "a", "name": {"zh": "a", "en": "b"}, "mean_s": float("nan")}]},
    "unknown board": {"boards": [{"unit": 5, "services": ["nothing"]}]},
    "no tags": {"roster": [{}]},
}


@pytest.mark.parametrize("wrong", NUMBERS.values(), ids=NUMBERS)
def test_every_page_shows_a_plan_that_was_taken(house: House, wrong: dict[str, Any]) -> None:
    post(house.client, "/import", plan=json.dumps({**exported(house), **wrong}))
    for path in (*PAGES, *(f"/{name}" for name in LISTS)):
        get(house.client, path)


def test_a_number_without_end_means_nothing(house: House) -> None:
    for page in ("²", LONG, "0", "x"):
        assert house.client.get(f"{HOME}/skills", params={"page": page}).status_code == 200
        moved = post(house.client, "/services/residence", **RESIDENCE, position=page)
        assert moved.status_code == 303
        assert post(house.client, "/skills", page=page).headers["location"].isascii()
    for sequence in (10**30, LONG, -1, 0):
        assert post(house.client, f"/history/{sequence}/undo").status_code == 422
    assert house.service.alive


def test_a_unit_finds_a_broker_with_an_address_of_the_new_kind(house: House) -> None:
    answer = house.client.get(f"http://[fd00::5]:8600{HOME}/units/unit-1/unit.toml")
    assert 'url = "mqtt://[fd00::5]:1883"' in answer.text


def test_what_is_saved_while_a_draft_is_applied_is_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "12"})

    def meanwhile(*given: Any) -> Any:
        other = house.program(house.token)  # another tab of the same person
        save(other, "/services/residence", {**RESIDENCE, "mean_s": "14"})
        return Configure(*given)

    monkeypatch.setattr("hub.web.administration.changes.Configure", meanwhile)
    assert apply(house.client) == 303
    assert house.service.plan.service["residence"].mean_s == 720
    assert 'value="14"' in get(house.client, "/services/residence")


def test_no_plan_is_compared_where_the_hall_or_the_web_waits(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def noted(real: Any) -> Any:
        def call(*given: Any) -> Any:
            threads.append(threading.current_thread().name)
            return real(*given)

        return call

    for module in (changes, examining, history):
        for name in ("changes", "as_content", "sentences", "check", "carried_over", "propose"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, noted(getattr(module, name)))
    save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "12"})
    apply(house.client)
    for path in PAGES:
        get(house.client, path)
    assert threads
    assert all(name.startswith("administration") for name in threads)
    done = len(threads)
    for path in PAGES:
        get(house.client, path)
    assert len(threads) == done
