"""The operator sees that the hall was restored, whom it waits for, and goes on without them."""

from __future__ import annotations

import pytest

from tests.hub.core.units import hello
from tests.hub.web.conftest import House

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk


def test_a_restored_hall_goes_on_without_who_was_seen_to_be_missing(house: House) -> None:
    house.open()
    unit = house.service.plan.counter["c1"].unit
    said = hello("run-1", counter="c1").model_copy(update={"epoch": 7})
    house.tell(lambda t: t.hello(str(unit), said))
    view = house.client.get("/api/hall").json()
    missing = {found["id"]: found["heard"] for found in view["restored"]["missing"]}
    assert missing[str(unit)]
    assert [alert["code"] for alert in view["warnings"]] == ["restored"]
    assert house.client.get("/healthz").status_code == 200
    assert house.command("next").json()["code"] == "restoring"
    assert "restored-panel" in house.client.get("/").text
    answer = house.wish("restored/go-on", without=[])
    assert (answer.status_code, answer.json()["code"]) == (409, "others_missing")
    answer = house.wish("restored/go-on", "once", without=list(missing))
    assert (answer.status_code, answer.json()["outcome"]) == (200, "done")
    assert house.wish("restored/go-on", "once", without=list(missing)).content == answer.content
    assert house.client.get("/api/hall").json()["restored"] is None
    assert house.command("next").json()["outcome"] == "nothing_waiting"
    assert house.wish("restored/go-on", without=[]).json()["code"] == "not_restoring"


def test_whoever_wants_a_number_meanwhile_is_told_to_wait(house: House) -> None:
    said = hello("run-1", counter="c1").model_copy(update={"epoch": 7})
    house.tell(lambda t: t.hello(str(house.service.plan.counter["c1"].unit), said))
    answer = house.client.post("/api/tickets", json={"service": "residence"})
    assert (answer.status_code, answer.json()["code"]) == (409, "restoring")
