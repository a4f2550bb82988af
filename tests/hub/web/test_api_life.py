"""The API for the life of a ticket: classes, several services, appointments, come back, hold."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.hub.web.conftest import MORNING, House, plan
from wire.clock import rfc3339
from wire.ids import new_id

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

CLASSES = [{"id": "elderly", "name": {"zh": "老年人", "en": "Elderly"}, "credit_min": 10}]
DOCUMENT = "11010119491231002X"
KEY = "a-key-that-nobody-guesses"


def post(house: House, path: str, key: str | None = None, **content: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return house.client.post(f"/api/{path}", json=content, headers=headers)


def at(**ahead: float) -> str:
    return rfc3339(MORNING + timedelta(**ahead).total_seconds())


@pytest.fixture
def special(folder: Path) -> Any:
    """A hall with a class of priority and a limit a person and day."""
    made = House(folder, plan(priorities=CLASSES, limits={"per_person_day": 2}))
    yield made
    made.close()


# --- taking a number ----------------------------------------------------------------------


def test_a_class_and_several_services(special: House) -> None:
    special.open()
    taken = special.take(kind="elderly", further=["social"])
    ticket = special.ticket(taken["id"])
    assert ticket["kind"] == {"zh": "老年人", "en": "Elderly"}
    assert [service["id"] for service in ticket["further"]] == ["social"]
    assert ticket["state_text"] == {"zh": "排队中", "en": "In line"}
    hall = special.client.get("/api/hall").json()
    assert hall["priorities"][0]["id"] == "elderly"
    name = {"zh": "老年人", "en": "Elderly"}
    assert hall["services"][0]["classes"] == [{"id": "elderly", "name": name, "waiting": 1}]

    special.command("next")
    assert special.counter()["ticket"]["kind"]["en"] == "Elderly"
    special.command("done")
    onward = special.ticket(taken["id"])
    assert (onward["state"], onward["service"], onward["number"]) == ("waiting", "social", "A001")
    assert onward["further"] == []


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"kind": "royal"}, "unknown_class"),
        ({"kind": "appointment"}, "unknown_class"),
        ({"further": ["nothing"]}, "unknown_service"),
        ({"further": ["residence"]}, "service_twice"),
    ],
)
def test_a_number_that_is_not_given(special: House, wish: dict[str, Any], code: str) -> None:
    answer = post(special, "tickets", service="residence", **wish)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert set(answer.json()) == {"code", "reason"}


def test_a_person_is_counted_and_never_kept(
    special: House, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for typed in (DOCUMENT, DOCUMENT.lower()):
        assert post(special, "tickets", service="social", identity=typed).status_code == 201
    refused = post(special, "tickets", service="social", identity=DOCUMENT)
    assert (refused.status_code, refused.json()["code"]) == (409, "person_limit")
    # A repeat of a key is no second person, and its answer is found by the hash alone.
    for _ in range(2):
        again = post(special, "tickets", KEY, service="social", identity="another")
        assert (again.status_code, again.json()["number"]) == (201, "B003")
    too_long = post(special, "tickets", service="social", identity=DOCUMENT * 9)
    assert too_long.status_code == 422

    seen = [answer.text for answer in (refused, too_long)]
    seen += [special.client.get(path).text for path in ("/api/hall", "/", "/api/events?only=x")]
    seen += [record.getMessage() for record in caplog.records]
    kept = [file.read_bytes() for file in folder.iterdir()]
    for secret in (DOCUMENT, DOCUMENT.lower(), "another"):
        assert not [text for text in seen if secret in text]
        assert not [content for content in kept if secret.encode() in content]


# --- appointments -------------------------------------------------------------------------


def test_an_appointment_is_made_and_checked_in(house: House) -> None:
    made = post(house, "appointments", KEY, service="social", at=at(minutes=20))
    assert made.status_code == 201
    booked = made.json()
    assert set(booked) == {"id", "service", "at", "url"}
    assert booked["url"] == f"/t/{house.slip(booked['id'])}"
    again = post(house, "appointments", KEY, service="social", at=booked["at"])
    assert again.status_code in {201, 422}  # the same moment, or a key with another content
    ticket = house.ticket(booked["id"])
    assert (ticket["state"], ticket["number"], ticket["due_at"]) == ("booked", "", booked["at"])
    assert ticket["check_in_from"] < ticket["due_at"] < ticket["check_in_until"]
    assert set(ticket["wishes"]) == {"check_in", "cancel"}

    checked_in = house.wish(f"tickets/{booked['id']}/wishes", wish="check_in")
    assert (checked_in.status_code, checked_in.json()["outcome"]) == (200, "done")
    ticket = house.ticket(booked["id"])
    assert (ticket["state"], ticket["number"]) == ("waiting", "B001")
    assert ticket["kind"]["en"] == "Appointment"
    assert house.client.get("/api/hall").json()["services"][1]["classes"][0]["waiting"] == 1


def test_an_appointment_s_answer_is_kept_byte_for_byte(house: House) -> None:
    moment = at(hours=3)
    first, again = (post(house, "appointments", KEY, service="social", at=moment) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ({"service": "social", "at": at(days=-1)}, 409, "bad_time"),
        ({"service": "social", "at": at(days=90)}, 409, "bad_time"),
        ({"service": "nothing", "at": at(hours=1)}, 409, "unknown_service"),
        ({"service": "social", "at": "tomorrow"}, 422, "invalid"),
        ({"service": "social", "at": "2026-03-02T10:00:00"}, 422, "invalid"),
        ({"service": "social"}, 422, "invalid"),
    ],
)
def test_an_appointment_that_is_not_made(
    house: House, content: dict[str, str], status: int, code: str
) -> None:
    answer = post(house, "appointments", **content)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_an_early_check_in_is_told_when(house: House) -> None:
    booked = post(house, "appointments", service="social", at=at(hours=2)).json()
    assert house.ticket(booked["id"])["wishes"] == ["cancel"]
    refused = house.wish(f"tickets/{booked['id']}/wishes", wish="check_in")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_early")


# --- wishes -------------------------------------------------------------------------------


def test_who_missed_the_call_comes_back_once(house: House) -> None:
    house.open()
    taken = house.take()
    path = f"tickets/{taken['id']}/wishes"
    early = house.wish(path, wish="come_back")
    assert (early.status_code, early.json()["code"]) == (409, "illegal_step")
    assert set(early.json()) == {"outcome", "code", "reason", "ticket"}
    house.command("next")
    house.command("no_show")
    missed = house.ticket(taken["id"])
    assert missed["come_back_until"] > missed["since"]
    assert missed["wishes"] == ["come_back"]
    first, again = house.wish(path, "k", wish="come_back"), house.wish(path, "k", wish="come_back")
    assert first.json()["ticket"] == taken["id"]
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert house.ticket(taken["id"])["state"] == "waiting"
    assert house.wish(path, "k", wish="cancel").status_code == 422
    assert house.wish(path, wish="cancel").status_code == 200
    gone = house.ticket(taken["id"])
    assert (gone["state"], gone["wishes"]) == ("cancelled", [])


def test_a_wish_needs_a_key_and_a_ticket(house: House) -> None:
    taken = house.take()
    keyless = house.client.post(f"/api/tickets/{taken['id']}/wishes", json={"wish": "cancel"})
    assert (keyless.status_code, keyless.json()["code"]) == (400, "no_key")
    unknown = house.wish("tickets/nobody/wishes", wish="cancel")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_ticket")
    assert house.wish(f"tickets/{taken['id']}/wishes", wish="dance").status_code == 422


def test_an_operator_releases_a_ticket_that_is_kept(house: House) -> None:
    house.open()
    house.open("c2", "li", "1357")
    taken = house.take("social")
    path = f"tickets/{taken['id']}/wishes"
    assert house.wish(path, wish="release").json()["code"] == "not_kept"
    house.command("next")
    moved = house.client.post(
        "/api/counters/c1/commands",
        json={"action": "transfer", "counter": "c2"},
        headers={"Idempotency-Key": new_id()},
    )
    assert moved.status_code == 200
    assert house.ticket(taken["id"])["kept_for"] == "2"
    assert house.command("next", "c1").json()["outcome"] == "nothing_waiting"
    assert house.wish(path, wish="release").status_code == 200
    assert house.ticket(taken["id"])["kept_for"] is None
    assert house.command("next", "c1").json()["ticket"]["id"] == taken["id"]


# --- at the counter -----------------------------------------------------------------------


def test_hold_and_resume(house: House) -> None:
    house.open()
    first, second = house.take(), house.take()
    assert house.command("resume").json()["code"] == "nothing_on_hold"
    for ticket in (first, second):
        assert house.command("next").json()["ticket"]["id"] == ticket["id"]
        assert house.command("hold").status_code == 200
    held = house.counter()["on_hold"]
    assert [kept["number"] for kept in held] == ["A001", "A002"]
    assert house.ticket(first["id"])["kept_for"] == "1"
    assert house.command("resume", ticket=second["id"]).json()["ticket"]["number"] == "A002"
    assert house.command("resume").json()["code"] == "busy"
    assert house.counter()["state"] == "serving"
    house.command("done")
    assert house.command("resume").json()["ticket"]["number"] == "A001"
    assert house.counter()["on_hold"] == []


def test_a_transfer_keeps_the_number(house: House) -> None:
    house.open()
    taken = house.take()
    house.command("next")
    for wish, code in [
        ({}, "nowhere"),
        ({"service": "residence"}, "nowhere"),
        ({"service": "nothing"}, "unknown_service"),
    ]:
        refused = house.command("transfer", **wish)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert house.command("transfer", service="social").status_code == 200
    moved = house.ticket(taken["id"])
    assert (moved["state"], moved["service"], moved["number"]) == ("waiting", "social", "A001")


def test_a_pause_says_why_and_until_when(house: House) -> None:
    house.open()
    house.take()
    assert house.command("pause", reason="Meal", minutes=30).status_code == 200
    paused = house.counter()
    assert paused["state"] == "paused"
    assert paused["pause"]["reason"] == {"zh": "用餐", "en": "Meal"}
    assert paused["pause"]["since"] < paused["pause"]["back_at"]
    assert paused["since"] == paused["pause"]["since"]
    hall = house.client.get("/api/hall").json()
    assert hall["services"][0]["open_counters"] == 0
    news = next(line for line in hall["news"] if line["kind"] == "CounterPaused")
    assert news["text"]["en"] == "Counter 1 pauses: Meal"
    assert house.command("unpause").status_code == 200
    assert house.counter()["pause"] is None

    house.command("pause", reason="找 <b>", minutes=None)
    assert house.counter()["pause"]["reason"] == {"zh": "找 <b>", "en": "找 <b>"}
    assert house.counter()["pause"]["back_at"] is None
    assert house.command("next").json()["ticket"]["number"] == "A001"  # who calls is back


@pytest.mark.parametrize("step", ["done", "no_show", "hold", "transfer"])
def test_a_step_is_taken_back(house: House, step: str) -> None:
    house.open()
    taken = house.take()
    assert house.command("undo").json()["code"] == "nothing_to_undo"
    house.command("next")
    house.command("start")
    more = {"service": "social"} if step == "transfer" else {}
    assert house.command(step, **more).status_code == 200
    undo = house.desk().undo
    assert undo is not None
    assert (undo.step, undo.number) == (step, "A001")
    undone = house.command("undo")
    assert (undone.status_code, undone.json()["ticket"]["id"]) == (200, taken["id"])
    assert house.counter()["ticket"]["service"] == "residence"
    assert house.desk().undo is None


def test_a_call_is_taken_back(house: House) -> None:
    house.open()
    taken = house.take()
    house.command("next")
    undo = house.desk().undo
    assert undo is not None
    assert undo.step == "next"
    assert house.command("undo").status_code == 200
    assert house.ticket(taken["id"])["state"] == "waiting"
