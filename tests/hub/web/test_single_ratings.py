"""Who serves is never told how a single citizen rated: the page that asks them promises it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hub.core import events as e
from hub.core.people import Role
from hub.transaction import Transaction
from hub.web.stream import Topic
from hub.web.views import View
from tests.hub.web.conftest import PATIENCE_S, House, plan

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

SINGLE = {"Rated", "Unrated"}
MAY = [Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One visit, rated badly."""
    made = House(tmp_path_factory.mktemp("ratings"), plan())
    made.open()
    made.take()
    assert made.command("next").status_code == 200
    assert made.command("done").status_code == 200
    made.tell(_rate)
    yield made
    made.close()


def _rate(t: Transaction) -> None:
    call = t.hall.calls[str(t.hall.counters["c1"].last_call)]
    key = ("unit-1", "o", 1, "c1", "wang", call.call_id, call.ticket)
    t.happen([e.Rated(t.now, *key, "dissatisfied", 2500, "run", counted=True, why_not=None)])
    key = ("unit-1", "o", 2, "c1", "wang", call.call_id, call.ticket)
    t.happen([e.Unrated(t.now, *key, "run", counted=False, why_not="second")])


def kinds(picture: dict[str, Any]) -> set[str]:
    return {line["kind"] for line in picture["news"]}


def first_picture(html: str) -> dict[str, Any]:
    text = html.split('id="page">')[1].split("</script>", maxsplit=1)[0]
    found: dict[str, Any] = json.loads(text)["picture"]
    return found


@pytest.mark.parametrize("role", list(Role))
def test_only_who_answers_for_the_hall_sees_single_ratings(house: House, role: Role) -> None:
    known = house.browser(house.person(role, clerk="wang" if role is Role.CLERK else None))
    expected = SINGLE if role in MAY else set()
    picture = known.get("/api/hall").json()
    assert kinds(picture) & SINGLE == expected
    assert "TicketDone" in kinds(picture)
    assert picture["today"]["rated"] == 1
    assert picture["today"]["levels"] == ({"dissatisfied": 1} if role in MAY else {})
    metrics = known.get("/metrics").text
    assert ('ratings_total{level="dissatisfied"}' in metrics) == (role in MAY)
    assert "nextwindow_unrated_total" in metrics
    for page in ("/", "/wall"):
        assert kinds(first_picture(known.get(page).text)) & SINGLE == expected


def test_a_stream_for_clerks_has_its_own_news_from_the_same_look(house: House) -> None:
    build = house.app.state.live._builder([Topic("hall_for_clerks"), Topic("hall")])

    def look(t: Transaction) -> list[Any]:
        found: list[Any] = build(View(t, house.service.clock))
        return found

    clerks, whole = house.service.ask(look).result(PATIENCE_S)
    assert clerks.counters is whole.counters  # built once for both
    assert [kinds(each.model_dump()) & SINGLE for each in (clerks, whole)] == [set(), SINGLE]


@pytest.mark.parametrize("role", list(Role))
def test_who_follows_the_hall_follows_what_their_role_may_see(
    house: House, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Topic] = []

    async def nothing(topic: Topic, *, packed: bool) -> None:
        asked.append(topic)

    monkeypatch.setattr(house.app.state.live, "follow", nothing)
    known = house.browser(house.person(role, clerk="wang" if role is Role.CLERK else None))
    assert known.get("/api/events").status_code == 404
    assert asked == [Topic("hall" if role in MAY else "hall_for_clerks")]
