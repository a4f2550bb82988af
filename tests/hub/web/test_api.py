"""The API: what it answers, with which status, and that a command acts once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hub.core import events as e
from hub.web.facts import Facts
from tests.hub.web.conftest import MARKUP, PIN, House
from wire.errors import StorageError, UnreadableMessage

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk


def test_a_number_is_taken_and_followed(house: House) -> None:
    answer = house.client.post("/api/tickets", json={"service": "residence"})
    assert answer.status_code == 201
    issued = answer.json()
    assert set(issued) == {"id", "number", "service", "ahead", "wait_s", "url"}
    assert (issued["number"], issued["ahead"], issued["wait_s"]) == ("A001", 0, None)
    assert issued["url"] == f"/t/{house.slip(issued['id'])}"

    now = house.client.get(f"/api/tickets/{issued['id']}").json()
    assert now["ticket"]["state"] == "waiting"
    assert now["ticket"]["ahead"] == 0


def test_an_unknown_ticket_is_not_found(house: House) -> None:
    answer = house.client.get("/api/tickets/nobody")
    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_ticket"


def test_a_double_tap_makes_one_ticket(house: House) -> None:
    def take(service: str) -> Any:
        headers = {"Idempotency-Key": "tap-1-of-the-page"}
        return house.client.post("/api/tickets", json={"service": service}, headers=headers)

    first, again, other = take("residence"), take("residence"), take("social")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (other.status_code, other.json()["code"]) == (422, "id_reused")


@pytest.mark.parametrize("path", ["tickets", "appointments"])
def test_an_answer_is_repeated_to_nobody_but_who_asked(house: House, path: str) -> None:
    wanted = {"service": "residence"}
    if path == "appointments":
        wanted["at"] = "2026-03-02T15:00:00+08:00"

    def take(client: TestClient) -> Any:
        return client.post(
            f"/api/{path}", json=wanted, headers={"Idempotency-Key": "somebody-guesses"}
        )

    other = house.program(house.give_token("operator"))
    first = take(house.client)
    assert first.status_code == 201, first.text
    for stranger in (house.visitor, other):
        refused = take(stranger)
        assert (refused.status_code, refused.json()["code"]) == (422, "id_reused")
        assert first.json()["url"] not in refused.text
    assert take(house.client).content == first.content


@pytest.mark.parametrize("path", ["tickets", "appointments"])
def test_a_key_is_none_that_another_happens_to_use(house: House, path: str) -> None:
    """Two who both count from 1 would get one ticket, and each the other's address of it."""
    wanted = {"service": "residence"}
    if path == "appointments":
        wanted["at"] = "2026-03-02T15:00:00+08:00"

    def take(key: str) -> Any:
        headers = {"Idempotency-Key": key}
        return house.visitor.post(f"/api/{path}", json=wanted, headers=headers)

    refused = take("1" * 15)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    first, again = take("1" * 16), take("1" * 16)
    assert (first.status_code, first.content) == (201, again.content)


def test_the_loop_of_a_clerk(house: House) -> None:
    house.open()
    taken = house.take()
    called = house.command("next", key="Press_1").json()
    assert set(called) == {"id", "outcome", "code", "ticket", "reason", "counter", "state"}
    assert called["id"] == "Press_1"
    assert called["outcome"] == "done"
    assert called["ticket"]["id"] == taken["id"]
    assert house.counter()["ticket"]["why"]["zh"].startswith("已等候")
    assert house.command("start").status_code == 200
    assert house.counter()["state"] == "serving"
    assert house.command("done").json()["outcome"] == "done"
    assert house.command("next").json()["outcome"] == "nothing_waiting"
    assert house.counter()["invitation"]["number"] == "A001"


def test_a_repeat_gets_the_first_answer_byte_for_byte(house: House) -> None:
    house.open()
    house.take()
    house.take()
    first = house.command("next", key="k")
    again = house.command("next", key="k")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert house.command("recall", key="k").status_code == 422


def test_a_press_with_an_old_picture_changes_nothing(house: House) -> None:
    house.open()
    house.take()
    seen = house.counter()["version"]
    assert house.command("next", seen=seen).status_code == 200
    refused = house.command("next", seen=seen)
    assert refused.status_code == 409
    assert refused.json()["code"] == "stale"
    assert refused.json()["state"]["version"] > seen
    assert refused.json()["state"]["ticket"]["number"] == "A001"


def test_refusals_have_the_shape_of_answers(house: House) -> None:
    refused = house.command("next")
    assert refused.status_code == 409
    assert refused.json()["code"] == "not_signed_in"
    assert set(refused.json()) == {"id", "outcome", "code", "ticket", "reason", "counter", "state"}
    unknown = house.command("next", counter="c9")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_counter")


def test_a_wrong_pin_and_an_unknown_clerk_are_refused_alike(house: House) -> None:
    wrong = house.command("sign_in", clerk="wang", pin="0000").json()
    nobody = house.command("sign_in", clerk="nobody", pin=PIN).json()
    assert wrong["code"] == nobody["code"] == "wrong_pin"


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [
        (None, '{"action": "next"}', 400),
        ("", '{"action": "next"}', 422),
        ("a b", '{"action": "next"}', 422),
        ("a" * 65, '{"action": "next"}', 422),
        ("k", '{"action": "dance"}', 422),
        ("k", '{"action": "next", "seen": "1"}', 422),
        ("k", '{"action": "next", "seen": true}', 422),
        ("k", '{"action": "next", "more": 1}', 422),
        ("k", '{"action": "sign_in", "clerk": "wang", "pin": "\\ud800"}', 422),
        ("k", '{"action": "sign_in", "clerk": "a\\u0000", "pin": "1"}', 422),
        ("k", "{", 422),
        ("k", "[]", 422),
        ("k", b"\xff\xfe", 422),
        ("k", " " * 20_000, 413),
    ],
)
def test_bad_input_is_refused(
    house: House, key: str | None, body: str | bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    headers |= {} if key is None else {"Idempotency-Key": key}
    answer = house.client.post("/api/counters/c1/commands", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"code", "reason"}


def test_a_pin_is_never_repeated(house: House) -> None:
    answer = house.command("sign_in", clerk="wang", pin="9" * 80)
    assert answer.status_code == 422
    assert "999" not in answer.text


def test_no_hash_of_a_pin_leaves_the_hub(house: House) -> None:
    house.open()
    for address in ("/api/hall", "/api/openapi.json"):
        assert "scrypt$" not in house.client.get(address).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_other_sites_cannot_make_a_browser_command(house: House, headers: dict[str, str]) -> None:
    answer = house.client.post("/api/tickets", json={"service": "social"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert house.client.get("/api/hall").json()["today"]["issued"] == 0


def test_our_own_pages_can(house: House) -> None:
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}):
        answer = house.client.post("/api/tickets", json={"service": "social"}, headers=headers)
        assert answer.status_code == 201


def test_the_hall_at_a_glance(house: House) -> None:
    house.open()
    house.take()
    hall = house.client.get("/api/hall").json()
    assert {"hall", "now", "epoch", "version", "services", "counters"} <= set(hall)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", hall["now"])
    assert hall["hall"]["open"] is True
    residence = hall["services"][0]
    assert (residence["waiting"], residence["open_counters"]) == (1, 1)
    assert hall["counters"][0]["clerk"] == {"id": "wang", "name": "王芳"}
    assert hall["counters"][0]["unit"] == {
        "id": "unit-1",
        "heard": False,
        "lost_since": None,
        "faults": [],
    }
    assert [line["kind"] for line in hall["news"]][:2] == ["TicketIssued", "CounterOpened"]
    assert hall["news"][0]["text"] == {"zh": "A001取号：户籍办理", "en": "A001 taken: Residence"}


def test_rejected_messages_are_counted(house: House) -> None:
    house.tell(lambda transaction: transaction.reject("unreadable"))
    assert house.client.get("/api/hall").json()["rejected"] == {"unreadable": 1}


def test_healthz(house: House) -> None:
    assert house.client.get("/healthz").json() == {"status": "ok", "problems": []}
    house.facts = Facts(broker_up=False, broker_exposed=True)
    answer = house.client.get("/healthz")
    assert answer.status_code == 503
    assert [found["code"] for found in answer.json()["problems"]] == ["broker_down"]


def test_a_disk_that_fails_is_503_and_nothing_has_changed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.open()
    house.take()
    commit = house.journal.commit

    def full(batch: Any) -> None:
        if not batch.empty():
            raise StorageError("journal: disk full")

    monkeypatch.setattr(house.journal, "commit", full)
    answer = house.command("next", key="k")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert house.client.post("/api/tickets", json={"service": "social"}).status_code == 503
    assert house.client.get("/healthz").status_code == 503
    assert house.client.get("/api/hall").json()["warnings"][0]["code"] == "storage"

    monkeypatch.setattr(house.journal, "commit", commit)
    assert house.command("next", key="k").json()["ticket"]["number"] == "A001"
    assert house.client.get("/healthz").status_code == 200


def test_no_documentation_pages(house: House) -> None:
    for address in ("/docs", "/redoc"):
        assert house.client.get(address).status_code == 404
    assert house.client.get("/api/openapi.json").json()["openapi"].startswith("3.1")


def test_what_was_set_aside_stays_until_somebody_has_read_it(house: House) -> None:
    def quiet() -> dict[str, Any]:
        view: dict[str, Any] = house.client.get("/api/hall").json()
        return view

    assert quiet()["aside"] == []
    for detail in ("first", MARKUP):
        error = UnreadableMessage(detail)
        house.tell(lambda t, error=error: t.unreadable("unit-1", b"x", error))  # type: ignore[misc]
    house.tell(lambda t: t.happen([e.DayBegan(t.now, "2026-03-03")]))
    view = quiet()
    assert view["today"]["quarantined"] == 0
    assert [(line["unit"], line["code"]) for line in view["aside"]] == [
        ("unit-1", "unreadable")
    ] * 2
    assert [line["detail"] for line in view["aside"]] == [MARKUP, "first"]
    assert view["aside"][0]["why"] == {"zh": "无法读取", "en": "cannot be read"}
    [warning] = view["warnings"]
    assert warning["code"] == "quarantined"
    assert warning["text"]["en"] == "Records of units set aside and not counted: 2"
    assert MARKUP not in house.client.get("/").text
