"""A supervisor decides about a record that came under another's number, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hub.core import events as e
from tests.hub.core.examples import rating, record_of, unrated
from tests.hub.core.units import hello
from tests.hub.web.conftest import House, plan

ADDRESS = "/api/quarantine/1"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """c1's only call has ended; its rating has come under the number of another record."""
    made = House(tmp_path_factory.mktemp("quarantine"), plan())
    made.open("c1", "wang")
    made.take()
    assert made.command("next").status_code == 200
    assert made.command("done").status_code == 200
    call = made.service.ask(lambda t: str(t.hall.counters["c1"].last_call)).result(20)
    made.tell(lambda t: t.hello("unit-1", hello("run-1")))
    for body in (unrated("another"), rating(call)):
        made.tell(lambda t, r=record_of(body): t.record("unit-1", r))  # type: ignore[misc]  # noqa: B008
    yield made
    made.close()


def review(house: House, wish: str, reason: str, key: str, token: str) -> Any:
    known = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    return house.visitor.post(ADDRESS, json={"wish": wish, "reason": reason}, headers=known)


def test_a_supervisor_takes_a_fork_once_and_everybody_reads_of_it(house: House) -> None:
    page = house.client.get("/supervision/records").text
    assert 'data-record="1"' in page
    operator, token = house.give_token("operator"), house.give_token("supervisor")
    assert review(house, "count", "seen", "a", operator).status_code == 403
    for reason in ("", " ", "x" * 301):
        assert review(house, "count", reason, "b", token).status_code == 422
    done = review(house, "count", "her own disk", "c", token)
    assert (done.status_code, done.json()["outcome"]) == (200, "done")
    assert review(house, "count", "her own disk", "c", token).content == done.content
    again = review(house, "leave", "a mistake", "d", token)
    assert (again.status_code, again.json()["code"]) == (409, "reviewed")
    page = house.client.get("/supervision/records?state=all").text
    assert "data-record=" not in page
    assert "裁定" in page
    assert "her own disk" in house.client.get("/").text
    levels = house.service.ask(lambda t: dict(t.hall.today.levels)).result(20)
    assert levels == {"satisfied": 1}
    assert e.ForkReviewed.__name__ in str(house.service.ask(lambda t: t.hall.feed).result(20))
