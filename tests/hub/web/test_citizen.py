"""The citizen's pages without a script: who may act, rating afterwards, the kiosk, the limits."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hub.core import events as e
from hub.web.qr import QUIET, code_of
from hub.web.throttle import SPAN_S, WISHES_OF_A_TICKET, AddressThrottle
from tests.hub.web.conftest import House, plan
from wire.ids import new_id

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

EN = {"lang": "en"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One hall for tests that each take a number of their own."""
    made = House(tmp_path_factory.mktemp("hall"), plan())
    made.open()
    yield made
    made.close()


def served(house: House) -> tuple[str, str]:
    """A ticket whose service has ended: its id and its call."""
    ticket = str(house.take()["id"])
    assert house.command("next").json()["ticket"]["id"] == ticket
    assert house.command("done").status_code == 200
    found = house.visitor.get(f"/api/tickets/{house.slip(ticket)}").json()
    return ticket, str(found["ticket"]["rating"]["call_id"])


def send(house: House, path: str, **fields: Any) -> Any:
    form = {"key": new_id(), **fields}
    return house.visitor.post(path, data=form, params=EN, follow_redirects=False)


def test_a_form_with_a_key_that_was_made_up_gives_everybody_their_own_ticket(house: House) -> None:
    taken = [send(house, "/take", service="residence", key="1") for _ in range(2)]
    assert [answer.status_code for answer in taken] == [303, 303]
    assert taken[0].headers["location"] != taken[1].headers["location"]


def rating(house: House, ticket: str) -> Any:
    return house.visitor.get(f"/api/tickets/{house.slip(ticket)}").json()["ticket"]["rating"]


# --- a number that is held already ------------------------------------------------------------


def test_who_comes_back_to_take_a_number_finds_the_one_they_hold(house: House) -> None:
    assert "You have a number already" not in house.visitor.get("/take", params=EN).text
    first = send(house, "/take", service="residence")
    path = first.headers["location"]
    kept = first.headers["set-cookie"].lower()
    assert "httponly" in kept
    assert "path=/take" in kept
    assert "samesite=lax" in kept

    again = house.visitor.get("/take", params=EN).text
    assert f'href="{path}"' in again
    assert "A001" in again
    assert 'value="residence"' in again  # another one can be taken all the same
    second = send(house, "/take", service="social").headers["location"]
    both = house.visitor.get("/take", params=EN).text
    assert both.index(f'href="{second}"') < both.index(f'href="{path}"')

    send(house, path, wish="cancel")
    left = house.visitor.get("/take", params=EN).text
    assert f'href="{path}"' not in left
    assert f'href="{second}"' in left


def test_a_kiosk_remembers_nobodys_number(house: House) -> None:
    taken = house.visitor.post(
        "/take?kiosk=1", data={"key": new_id(), "service": "residence"}, follow_redirects=False
    )
    assert "set-cookie" not in taken.headers
    assert "A001" not in house.visitor.get("/take", params=EN).text
    send(house, "/take", service="residence")
    assert "A002" in house.visitor.get("/take", params=EN).text
    assert "A002" not in house.visitor.get("/take", params={**EN, "kiosk": "1"}).text


@pytest.mark.parametrize("slips", ["", ":", "<b>", "a" * 5000, "known:known", "1.2:3.4"])
def test_a_number_that_nobody_has_the_slip_of_is_not_theirs(house: House, slips: str) -> None:
    known = house.take()["id"]  # its id alone gives nobody a right
    house.visitor.cookies.set("numbers", slips.replace("known", known), path="/take")
    page = house.visitor.get("/take", params=EN)
    assert page.status_code == 200
    assert "A001" not in page.text


# --- who may act ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "acts"),
    [
        ("{slip}", True),
        ("{id}", False),
        ("{id}.aaaaaaaaaaaaaaaaaaaaaaaaaa", False),
        ("{other}", False),
    ],
)
@pytest.mark.parametrize("what", ["cancel", "rate", "tags", "api_cancel", "api_rate", "api_tags"])
def test_only_who_has_the_slip_can_act(shared: House, ending: str, acts: bool, what: str) -> None:
    house = shared
    call = ""
    if "rate" in what or "tags" in what:
        ticket, call = served(house)
    else:
        ticket = str(house.take()["id"])
    if "tags" in what:  # there has to be a bad rating first
        send(house, f"/t/{house.slip(ticket)}/rating", call=call, level="dissatisfied")
    other = house.slip(str(house.take("social")["id"])).partition(".")[2]
    values = {"slip": house.slip(ticket), "id": ticket, "other": f"{ticket}.{other}"}
    end = ending.format(**values)
    answer = {
        "cancel": lambda: send(house, f"/t/{end}", wish="cancel"),
        "rate": lambda: send(house, f"/t/{end}/rating", call=call, level="satisfied"),
        "tags": lambda: send(house, f"/t/{end}/tags", call=call, tag=["207"]),
        "api_cancel": lambda: api(house, f"{end}/wishes", wish="cancel"),
        "api_rate": lambda: api(house, f"{end}/ratings", call_id=call, level="satisfied"),
        "api_tags": lambda: api(house, f"{end}/tags", call_id=call, tags=["207"]),
    }[what]()
    done = 200 if what.startswith("api") else 303
    assert answer.status_code == (done if acts else 403), answer.text
    state = house.ticket(ticket)["state"]
    if "cancel" in what:
        assert state == ("cancelled" if acts else "waiting")
        send(house, f"/t/{house.slip(ticket)}", wish="cancel")
    elif "rate" in what:
        assert rating(house, ticket)["rated"] is acts
    else:
        assert (rating(house, ticket)["tags"] == []) is acts
    for waiting in house.client.get("/api/hall").json()["services"]:
        if waiting["waiting"]:  # nobody is left for the next case
            house.command("next")
            house.command("no_show")


def api(house: House, path: str, **content: Any) -> Any:
    headers = {"Idempotency-Key": new_id()}
    return house.visitor.post(f"/api/tickets/{path}", json=content, headers=headers)


def test_who_knows_only_the_id_sees_where_it_stands_and_nothing_more(house: House) -> None:
    house.open()
    ticket, call = served(house)
    send(house, f"/t/{house.slip(ticket)}/rating", call=call, level="dissatisfied")
    for client in (house.visitor, house.client):  # staff cannot see a rating either
        seen = client.get(f"/api/tickets/{ticket}").json()["ticket"]
        assert (seen["state"], seen["rating"], seen["holder"]) == ("done", None, False)
        page = client.get(f"/t/{ticket}", params=EN).text
        assert "this address is not complete" in page
        assert "Dissatisfied" not in re.sub(r'<button class="rate-level.*?</button>', "", page)
    assert rating(house, ticket)["level"] == "dissatisfied"


# --- rating -----------------------------------------------------------------------------------


def test_a_bad_rating_and_its_reasons_without_a_script(house: House) -> None:
    house.open()
    ticket, call = served(house)
    address = f"/t/{house.slip(ticket)}"
    assert "How was the service?" in house.visitor.get(address, params=EN).text
    key = new_id()
    for _ in range(2):  # a double tap is one rating
        answer = send(house, f"{address}/rating", call=call, level="dissatisfied", key=key)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{address}#rate")
    page = house.visitor.get(address, params=EN).text
    assert "You chose: Dissatisfied" in page
    assert 'http-equiv="refresh"' not in page  # what somebody marks is not lost
    refused = send(house, f"{address}/tags", call=call)
    assert refused.status_code == 409
    assert "mark at least one reason" in refused.text
    assert send(house, f"{address}/tags", call=call, tag=["207", "214"]).status_code == 303
    assert "What was the reason" not in house.visitor.get(address, params=EN).text
    today = house.client.get("/api/hall").json()["today"]
    assert (today["levels"], today["not_counted"]) == ({"dissatisfied": 1}, 0)


def test_the_answer_to_a_rating_survives_a_restart(tmp_path: Path) -> None:
    first = House(tmp_path, plan())
    first.open()
    ticket, call = served(first)
    slip, key = first.slip(ticket), new_id()

    def rate(house: House) -> Any:
        content = {"call_id": call, "level": "satisfied"}
        headers = {"Idempotency-Key": key}
        return house.visitor.post(f"/api/tickets/{slip}/ratings", json=content, headers=headers)

    before = rate(first)
    assert before.status_code == 200
    first.close()
    again = House(tmp_path, plan())  # the key of the slips is on the disk as well
    try:
        assert rate(again).content == before.content
        assert again.client.get("/api/hall").json()["today"]["levels"] == {"satisfied": 1}
        assert again.slip(ticket) == slip
    finally:
        again.close()


def test_the_page_asks_no_longer_than_it_says(house: House) -> None:
    house.open()
    ticket, call = served(house)
    address = f"/t/{house.slip(ticket)}"
    house.clock.skip(29 * 60)
    assert rating(house, ticket) is not None
    house.clock.skip(60)
    assert rating(house, ticket) is None
    late = send(house, f"{address}/rating", call=call, level="satisfied")
    assert late.status_code == 409
    assert "The time to rate this service is over" in late.text


def test_what_the_counter_cannot_say_is_worded_for_its_citizen(house: House) -> None:
    ticket = str(house.take()["id"])
    joined = e.UnitJoined(house.clock.now(), "unit-1", "run", "box", 0, "", "1", 0.0, "board")

    def doubt(t: Any) -> None:
        given = e.GrantsGiven(t.now, "c1", "unit-1", "run", "box", "board", (ticket,))
        t.happen([joined, given, e.UnitLost(t.now, "unit-1")])
        t.hall.grants[ticket].doubted = True

    house.open()
    house.tell(doubt)
    page = house.visitor.get(f"/t/{house.slip(ticket)}", params=EN).text
    assert "You may already have been called to counter 1" in page


def test_the_pages_say_until_when_numbers_are_given_out(tmp_path: Path) -> None:
    house = House(tmp_path, plan(hours={"monday": "08:30-12:00, 13:30-17:00"}))
    try:
        assert "until 12:00" in house.visitor.get("/take", params=EN).text
        slip = house.slip(str(house.take()["id"]))
        assert "until 12:00; whoever waits then" in house.visitor.get(f"/t/{slip}", params=EN).text
    finally:
        house.close()


# --- the web kiosk ----------------------------------------------------------------------------


def test_a_kiosk_shows_the_number_with_a_code_and_begins_again(house: House) -> None:
    page = house.visitor.get("/take", params={"kiosk": "1", **EN}).text
    assert 'action="/take?kiosk=1"' in page
    assert "/sign-in" not in page
    form = {"service": "residence", "key": new_id()}
    taken = house.visitor.post(
        "/take", data=form, params={"kiosk": "1"}, follow_redirects=False
    ).headers["location"]
    assert re.fullmatch(r"/t/[a-z0-9]+\.[a-z2-7]{26}\?kiosk=1", taken)
    shown = house.visitor.get(taken, params={"kiosk": "1", **EN}).text
    assert "A001" in shown
    assert 'content="20;url=/take?kiosk=1&amp;lang=zh"' in shown
    assert "<svg" in shown
    assert "cancel" not in shown


def test_a_code_holds_its_text_and_a_white_edge() -> None:
    code = code_of("http://hall/t/abc")
    assert code is not None
    assert code.size == 25 + 2 * QUIET
    assert code.path.startswith(f"M{QUIET} {QUIET}h7v1H{QUIET}z")  # a corner's upper edge
    assert code_of("x" * 5000) is None


# --- limits -----------------------------------------------------------------------------------


class Ticking:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("2001:db8::7", True),
        ("10.1.2.3", False),  # a kiosk's network
        ("::ffff:10.1.2.3", False),
        ("198.51.100.9", False),  # one kiosk
        ("127.0.0.1", False),
        ("::1", False),
        ("testclient", False),
        (None, False),
    ],
)
def test_whose_numbers_are_counted(address: str | None, counted: bool) -> None:
    throttle = AddressThrottle(Ticking())
    waits = [throttle.wait_s(address, 2, ("10.0.0.0/8", "198.51.100.9")) for _ in range(3)]
    assert waits == [0.0, 0.0, SPAN_S if counted else 0.0]


def test_an_address_may_take_numbers_again_and_shares_a_limit_with_its_household() -> None:
    clock = Ticking()
    throttle = AddressThrottle(clock)
    assert throttle.wait_s("2001:db8::1", 1, ()) == 0
    assert throttle.wait_s("2001:db8::2", 1, ()) == SPAN_S
    assert throttle.wait_s("2001:db8:0:1::1", 1, ()) == 0  # the neighbours
    assert throttle.wait_s("192.0.2.7", 0, ()) == 0  # no limit
    clock.now = SPAN_S
    assert throttle.wait_s("2001:db8::2", 1, ()) == 0


def test_too_many_numbers_from_one_address_are_refused_but_not_those_of_a_program(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, plan(limits={"per_address_10min": 2}))
    phone = TestClient(house.app, client=("192.0.2.7", 50_000))
    try:
        wanted = {"service": "residence"}
        taken = [phone.post("/api/tickets", json=wanted).status_code for _ in range(3)]
        assert taken == [201, 201, 429]
        refused = phone.post("/take", data={**wanted, "key": "k"}, params=EN)
        assert refused.status_code == 429
        assert "Too many numbers were taken from this network" in refused.text
        assert house.client.post("/api/tickets", json=wanted).status_code == 201
        assert house.visitor.get(refused.url.path).status_code == 200  # looking is free
    finally:
        phone.close()
        house.close()


def test_of_one_ticket_only_so_much_is_wanted(house: House) -> None:
    """Each answer is kept on disk: whoever has a slip must not fill it."""
    slip, other = (house.slip(str(house.take()["id"])) for _ in range(2))

    def wish(slip: str) -> int:
        headers = {"Idempotency-Key": new_id()}
        path = f"/api/tickets/{slip}/wishes"
        answer = house.visitor.post(path, json={"wish": "come_back"}, headers=headers)
        return int(answer.status_code)

    assert [wish(slip) for _ in range(WISHES_OF_A_TICKET + 1)] == [409] * WISHES_OF_A_TICKET + [429]
    rated = {"call_id": "c", "level": "satisfied"}
    path, headers = f"/api/tickets/{slip}/ratings", {"Idempotency-Key": new_id()}
    assert house.visitor.post(path, json=rated, headers=headers).status_code == 429
    form = {"key": new_id(), "wish": "come_back"}
    assert house.visitor.post(f"/t/{slip}", data=form, params=EN).status_code == 429
    assert wish(other) == 409
    house.clock.pass_time(SPAN_S)
    assert wish(slip) == 409


def test_the_page_that_follows_a_number_is_small(house: House) -> None:
    """What a phone on a poor Wi-Fi loads first, packed as it is sent."""
    slip = house.slip(str(house.take()["id"]))
    page = house.visitor.get(f"/t/{slip}").content
    files = set(re.findall(rb'(?:src|href)="(/static/[^"]+)"', page)) | {b"/static/live.js"}
    sizes = {f: len(gzip.compress(house.visitor.get(f.decode()).content)) for f in files}
    assert len(gzip.compress(page)) + sum(sizes.values()) < 40_000
