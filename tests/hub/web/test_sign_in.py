"""Signing in, and what an attacker tries: guesses, fixed sessions, forged requests, redirects."""

from __future__ import annotations

import re
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from hub.web.guard import POLICY
from hub.web.rights import declared
from tests.hub.web.conftest import MARKUP, PASSWORD, House
from tests.hub.web.test_pages import Markup
from wire.ids import new_id

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

OWN = {"Sec-Fetch-Site": "same-origin"}
HOSTS = ("http://testserver", "https://testserver")


def at(house: House, host: str = HOSTS[0]) -> TestClient:
    return TestClient(house.app, base_url=host, raise_server_exceptions=False)


def sign_in(client: TestClient, password: str = PASSWORD, **fields: str) -> Any:
    form = {"name": "operator", "password": password, **fields}
    return client.post("/sign-in", data=form, headers=OWN, follow_redirects=False)


@pytest.fixture
def client(house: House) -> TestClient:
    house.person("operator")
    return at(house)


# --- in and out --------------------------------------------------------------------------


def test_who_signs_in_goes_on_to_what_they_wanted_and_out_again(
    house: House, client: TestClient
) -> None:
    asked = client.get("/clerk/c1?lang=en", follow_redirects=False)
    assert asked.headers["location"] == "/sign-in?next=%2Fclerk%2Fc1%3Flang%3Den"
    page = client.get(asked.headers["location"])
    wanted = {f["name"]: f.get("value") for f in Markup(page.text).of("input")}["next"]
    answer = sign_in(client, next=str(wanted))
    assert (answer.status_code, answer.headers["location"]) == (303, "/clerk/c1?lang=en")
    assert "Operator" in client.get("/").text
    assert client.get("/sign-in", follow_redirects=False).headers["location"] == "/"
    secret = client.cookies["session"]
    out = client.post("/sign-out", headers=OWN, follow_redirects=False)
    assert out.headers["location"] == "/sign-in"
    client.cookies.set("session", secret)
    assert client.get("/", follow_redirects=False).status_code == 303
    assert house.accounts.sessions_of("operator") == []


def test_the_cookie_is_for_this_site_and_no_script(house: House) -> None:
    house.person("operator")
    for host, stay in product(HOSTS, ("", "1")):
        cookie = sign_in(at(house, host), stay=stay).headers["set-cookie"]
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=strict", "path=/"} <= parts
        assert ("secure" in parts) == host.startswith("https")
        assert any(part.startswith("max-age") for part in parts) == bool(stay)
        assert len(cookie.partition("=")[2].partition(";")[0]) >= 43


def test_only_a_site_that_is_encrypted_asks_to_stay_so(house: House) -> None:
    for host in HOSTS:
        headers = at(house, host).get("/sign-in").headers
        assert ("strict-transport-security" in headers) == host.startswith("https")
        assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY


def test_a_session_is_new_at_each_sign_in_whatever_the_browser_had(
    house: House, client: TestClient
) -> None:
    client.cookies.set("session", "an-attacker-knows-this")
    assert sign_in(client).status_code == 303
    client.cookies.clear()
    client.cookies.set("session", "an-attacker-knows-this")
    assert client.get("/", follow_redirects=False).status_code == 303
    client.cookies.clear()
    sign_in(client)
    first = client.cookies["session"]
    sign_in(client)
    assert client.cookies["session"] != first
    assert house.accounts.by_session(first) is None


def test_a_page_that_needs_a_right_says_how_the_first_administrator_is_made(
    house: House, client: TestClient
) -> None:
    assert "hall-hub user add" in client.get("/sign-in").text
    house.person("administrator")
    assert "hall-hub user add" not in client.get("/sign-in").text


# --- guessing ----------------------------------------------------------------------------


def test_a_wrong_password_and_an_unknown_name_read_the_same(client: TestClient) -> None:
    known, unknown = sign_in(client, "wrong"), sign_in(client, "wrong", name="nobody")
    assert known.status_code == unknown.status_code == 401
    assert known.text == unknown.text.replace('value="nobody"', 'value="operator"')


def test_guessing_is_slowed_down_and_the_owner_gets_in(house: House, client: TestClient) -> None:
    signed_in_before = at(house)
    assert sign_in(signed_in_before).status_code == 303
    found = [sign_in(client, f"guess {n}", name="OPERATOR ") for n in range(12)]
    assert {answer.status_code for answer in found} == {401, 429}
    slow = found[-1]
    assert int(slow.headers["retry-after"]) >= 1
    assert sign_in(client, "guess").status_code == 429


def test_a_huge_password_is_not_even_checked(client: TestClient) -> None:
    assert sign_in(client, "x" * 20_000).status_code == 413


def test_what_is_no_form_is_no_error(client: TestClient) -> None:
    bodies = [b"", b"\xff\xfe", b"name=%00&password=%00", b"&" * 5000, b"name=a" * 400]
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in bodies:
        answer = client.post("/sign-in", content=body, headers={**OWN, **kind})
        assert answer.status_code in {401, 429}


# --- redirects ---------------------------------------------------------------------------

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/%5Cevil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "/sign-out",
    "/sign-in",
    "/api/hall",
    "/static/hall.css",
    "/nowhere",
    "/take#@evil.example",
    "/@evil.example/..//evil.example",
    "/账号",
    "/" + "x" * 600,
]


def test_nobody_is_sent_anywhere_else(house: House, client: TestClient) -> None:
    for wanted in ELSEWHERE:
        assert sign_in(client, next=wanted).headers["location"] == "/", wanted
        again = client.get("/sign-in", params={"next": wanted}, follow_redirects=False)
        assert again.headers["location"] == "/", wanted
        fields = Markup(at(house).get("/sign-in", params={"next": wanted}).text).of("input")
        assert {f["name"]: f.get("value") for f in fields}["next"] in {"", None}, wanted


def test_a_path_that_looks_like_another_site_is_not_gone_to(house: House) -> None:
    for path in ("//evil.example/%2e%2e", "/%2F%2Fevil.example", "//evil.example"):
        answer = at(house).get(f"http://testserver{path}", follow_redirects=False)
        location = answer.headers.get("location", "/")
        assert not urlsplit(location).netloc, location


# --- forged requests ---------------------------------------------------------------------

FORGED = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # another port of this machine, another name of this domain
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver:81"},
    {},  # a browser that says nothing, with somebody's cookie
]


def test_nothing_is_changed_from_a_page_of_another_site(house: House) -> None:
    version = house.client.get("/api/hall").json()["version"]
    client = at(house)
    client.cookies.set("session", house.session(house.person("administrator")))
    forms = [route for route in declared(house.app) if "POST" in route.methods]
    assert len(forms) > 30
    for route in forms:
        path = re.sub(r"{\w+}", "c1", route.path)
        for headers in FORGED:
            answer = client.post(path, content=b"{}", headers=headers, follow_redirects=False)
            assert answer.status_code == 403, (route.path, headers)
            if path.startswith("/api/"):
                assert answer.json()["code"] in {"cross_site", "no_origin"}
            else:  # people are told in a page
                assert "此操作不是从本系统页面发出的" in answer.text, route.path
    # Making the administrator was one event; nothing else has happened.
    assert house.client.get("/api/hall").json()["version"] == version + 1
    assert len(house.accounts.sessions_of("administrator")) == 1


def test_nobody_is_signed_in_by_another_site(house: House) -> None:
    house.person("operator")
    for headers in FORGED:
        form = {"name": "operator", "password": PASSWORD}
        answer = at(house).post("/sign-in", data=form, headers=headers, follow_redirects=False)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_our_own_pages_and_an_old_phone_without_a_session_are_let_through(house: House) -> None:
    house.open()
    client = at(house)
    client.cookies.set("lang", "en")
    taken = client.post("/take", data={"service": "residence", "key": "k"}, follow_redirects=False)
    assert taken.status_code == 303
    client.cookies.set("session", house.session(house.person("operator")))
    wish, key = {"service": "residence", "wish": "add"}, {"Idempotency-Key": new_id()}
    for headers in ({"Origin": "http://testserver"}, OWN):
        answer = client.post("/api/counters/c2/services", json=wish, headers={**headers, **key})
        assert answer.status_code in {200, 409}


def test_a_token_needs_no_origin_and_a_wrong_one_is_nobody_whatever_the_cookie(
    house: House,
) -> None:
    assert house.client.get("/api/hall").status_code == 200
    client = at(house)
    client.cookies.set("session", house.session(house.person("operator")))
    for header in ("Bearer wrong", "Basic b3BlcmF0b3I6eA==", "Bearer", f"Bearer {house.token}x"):
        answer = client.get("/api/hall", headers={"Authorization": header})
        assert answer.status_code == 401, header
    assert client.get("/api/hall").status_code == 200


# --- files -------------------------------------------------------------------------------


NOT_MEANT = [
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/static/%2e%2e%2f%2e%2e%2fcli.py",
    "/static/....//app.py",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/..\\app.py",
    "/static/..%5capp.py",
    "/static/%00",
    "/static/",
    "/static/hall.css/../../app.py",
]


def test_only_what_is_meant_for_browsers_is_given_out(house: House) -> None:
    client = at(house)
    for path in NOT_MEANT:
        answer = client.request("GET", f"http://testserver{path}", follow_redirects=False)
        assert answer.status_code in {400, 404}, path
        assert "import" not in answer.text
        assert "root:" not in answer.text


# --- names full of markup ------------------------------------------------------------------


def test_a_name_that_was_typed_is_shown_as_text(client: TestClient) -> None:
    page = sign_in(client, "wrong", name=MARKUP).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_one_s_own_password(house: House, client: TestClient) -> None:
    sign_in(client)
    other = at(house)
    sign_in(other)
    wrong = {"password": "nope", "new": "quite another 9", "again": "quite another 9"}
    assert client.post("/account/password", data=wrong, headers=OWN).status_code == 422
    differ = {**wrong, "password": PASSWORD, "again": "x"}
    assert client.post("/account/password", data=differ, headers=OWN).status_code == 422
    weak = {"password": PASSWORD, "new": "operator", "again": "operator"}
    assert client.post("/account/password", data=weak, headers=OWN).status_code == 422
    right = {**wrong, "password": PASSWORD}
    before = client.cookies["session"]
    assert client.post("/account/password", data=right, headers=OWN).status_code == 200
    assert client.cookies["session"] != before
    assert client.get("/", follow_redirects=False).status_code == 200
    assert other.get("/", follow_redirects=False).status_code == 303
    assert sign_in(at(house)).status_code == 401
    assert sign_in(at(house), "quite another 9").status_code == 303
