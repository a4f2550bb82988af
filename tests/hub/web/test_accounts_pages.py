"""The administrators' pages about people: accounts, tokens, and who did what."""

from __future__ import annotations

import re
from typing import Any, get_args, get_type_hints

import pytest
from fastapi.testclient import TestClient

from hub.core import events as e
from hub.core.commands import OnTicket
from hub.web.accounts.deeds import action_name
from hub.web.texts import Words
from tests.hub.web.conftest import MARKUP, PASSWORD, House
from wire.actions import Action
from wire.ids import new_id

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

ANNA = {"account": "anna", "name": "Anna", "role": "operator", "password": PASSWORD}


@pytest.fixture
def admin(house: House) -> TestClient:
    return house.browser(house.person("administrator"))


def post(client: TestClient, path: str, **fields: Any) -> Any:
    return client.post(path, data=fields, follow_redirects=False)


def can_sign_in(house: House, name: str, password: str = PASSWORD) -> bool:
    form, own = {"name": name, "password": password}, {"Sec-Fetch-Site": "same-origin"}
    answer = TestClient(house.app).post("/sign-in", data=form, headers=own, follow_redirects=False)
    return bool(answer.status_code == 303)


def test_an_account_from_its_making_to_its_end(house: House, admin: TestClient) -> None:
    made = post(admin, "/accounts", **ANNA)
    assert made.headers["location"] == "/accounts/people/anna?said=made"
    assert can_sign_in(house, "anna")
    one = "/accounts/people/anna"
    assert post(admin, one, name="Anna B", role=["supervisor"]).status_code == 303
    assert house.accounts.people.accounts["anna"].roles == ("supervisor",)
    assert post(admin, f"{one}/password", password="weak").status_code == 422
    assert post(admin, f"{one}/password", password="quite another 9").status_code == 303
    assert not can_sign_in(house, "anna")
    assert can_sign_in(house, "anna", "quite another 9")
    assert post(admin, f"{one}/sign-out").status_code == 303
    assert house.accounts.sessions_of("anna") == []
    assert post(admin, f"{one}/remove").headers["location"] == "/accounts"
    assert admin.get(one).status_code == 404
    assert not can_sign_in(house, "anna", "quite another 9")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"account": "Ann A"}, "sign-in name"),
        ({"account": "administrator"}, "already"),
        ({"password": "short"}, "nobody guesses"),
        ({"role": []}, "one role"),
        ({"role": "clerk"}, "needs a clerk"),
        ({"role": "king"}, "no such role"),
        ({"role": "clerk", "clerk": "nobody"}, "no such clerk"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    house: House, admin: TestClient, change: dict[str, Any], said: str
) -> None:
    answer = admin.post("/accounts?lang=en", data={**ANNA, **change})
    assert answer.status_code == 422
    alert = re.search(r'role="alert">(.*?)</p>', answer.text)
    assert alert is not None
    assert said in alert[1]
    assert 'value="Anna"' in answer.text
    assert PASSWORD not in answer.text
    assert "anna" not in house.accounts.people.accounts


def test_the_last_administrator_cannot_go(admin: TestClient) -> None:
    one = "/accounts/people/administrator"
    assert post(admin, f"{one}/remove").status_code == 422
    assert post(admin, one, name="A", role=["operator"]).status_code == 422
    assert admin.get("/accounts").status_code == 200


def test_a_token_is_shown_once_used_and_revoked(house: House, admin: TestClient) -> None:
    shown = post(admin, "/accounts/tokens", name="Prometheus", role="supervisor").text
    [secret] = re.findall(r'<code class="secret">([^<]+)</code>', shown)
    program = house.program(secret)
    assert program.get("/metrics").status_code == 200
    assert program.get("/accounts").status_code == 403
    listed = admin.get("/accounts/tokens?lang=en").text
    assert secret not in listed
    assert "last used" in listed
    [token] = [t for t in house.accounts.people.tokens.values() if t.name == "Prometheus"]
    assert post(admin, f"/accounts/tokens/{token.id}/revoke").status_code == 303
    assert program.get("/metrics").status_code == 401
    assert post(admin, f"/accounts/tokens/{token.id}/revoke").status_code == 422


@pytest.mark.parametrize("until", ["2001-01-01", "tomorrow", "9999-99-99", "9999-12-31"])
def test_a_token_ends_on_a_day_to_come(house: House, admin: TestClient, until: str) -> None:
    before = len(house.accounts.people.tokens)
    answer = post(admin, "/accounts/tokens", name="x", role="operator", until=until)
    assert answer.status_code in {422, 200}
    assert len(house.accounts.people.tokens) - before == (answer.status_code == 200)


def deeds(admin: TestClient, query: str = "") -> list[str]:
    text = admin.get(f"/accounts/deeds?lang=en{query}").text
    rows = re.findall(
        r'class="deed-who">(.*?)</span>.*?class="deed-text">(.*?)</span>', text, re.DOTALL
    )
    return [f"{who.strip()}: {what}" for who, what in rows]


def test_who_did_what_names_everybody(house: House, admin: TestClient) -> None:
    operator = house.browser(house.person("operator"))
    house.open("c1", "wang")
    key = {"Idempotency-Key": new_id()}
    notice = {"notice": {"zh": "好", "en": "Fine"}, "emergency": None}
    assert operator.post("/api/notice", json=notice, headers=key).status_code == 200
    command = {"action": "close"}
    path = "/api/counters/c1/commands"
    key = {"Idempotency-Key": new_id()}
    assert operator.post(path, json=command, headers=key).status_code == 200
    post(admin, "/accounts", **ANNA)
    found = deeds(admin)
    assert found[0] == "Administrator: made the account anna (Anna): Operator"
    assert "Operator: gave the command “Close counter” at counter 1" in found
    assert any(line.startswith("Operator: ") and "Fine" in line for line in found)
    assert all(line.startswith("Operator: ") for line in deeds(admin, "&who=operator"))
    assert len(deeds(admin, "&who=operator")) == 2
    assert all("account" in line or "token" in line for line in deeds(admin, "&what=people"))
    assert deeds(admin, "&who=nobody") == []
    assert deeds(admin, "&who=%25") == []


def test_each_command_has_a_name_in_both_languages() -> None:
    kinds = get_args(get_args(Action)[0])
    requests = {get_args(kind.model_fields["action"].annotation)[0] for kind in kinds}
    wishes = set(get_args(get_type_hints(OnTicket)["wish"]))
    named = {action: action_name(action) for action in requests | wishes | {"issue", "book"}}
    assert {a for a, words in named.items() if a in (words.en, words.zh)} == set()
    assert action_name("else") == Words(zh="else", en="else")


def test_who_signed_in_and_who_was_not_let_in(house: House, admin: TestClient) -> None:
    house.person("operator")
    for _ in range(3):
        can_sign_in(house, "operator", "wrong")
        can_sign_in(house, "nobody", "wrong")
    can_sign_in(house, "operator")
    found = deeds(admin, "&what=sign-ins")
    assert found[0].startswith("Operator: signed in")
    assert any("an unknown name: was not let in" in line for line in found)
    assert '<span class="mark">3 times' in admin.get("/accounts/deeds?lang=en&what=sign-ins").text


def test_deeds_are_shown_page_by_page(house: House, admin: TestClient) -> None:
    told = [e.NoticeSet(house.clock.now(), None, None, f"anna-{n}") for n in range(120)]
    house.tell(lambda transaction: transaction.happen(told))
    query, seen = "", []
    for _ in range(4):
        page = admin.get(f"/accounts/deeds?{query}").text
        seen += re.findall(r'class="deed-who">(anna-\d+)', page)
        following = re.search(r'href="/accounts/deeds\?([^"]+)"[^>]*>', page.rpartition("</ol>")[2])
        if following is None:
            break
        query = following[1].replace("&amp;", "&")
    assert seen == [f"anna-{n}" for n in reversed(range(120))]


@pytest.mark.parametrize("before", ["-1", "x", "1e400", "nan", "9" * 400, "0"])
def test_a_page_that_there_is_not_is_the_first(admin: TestClient, before: str) -> None:
    assert admin.get("/accounts/deeds", params={"before": before}).status_code == 200
    sign_ins = {"before": before, "what": "sign-ins"}
    assert admin.get("/accounts/deeds", params=sign_ins).status_code == 200


def test_names_are_shown_as_text(house: House, admin: TestClient) -> None:
    post(admin, "/accounts", **{**ANNA, "name": MARKUP})
    post(admin, "/accounts/tokens", name=MARKUP, role="operator")
    pages = ("", "/people/anna", "/tokens", "/deeds", f"/deeds?who={MARKUP}")
    for page in pages:
        text = admin.get(f"/accounts{page}").text
        assert "<script>alert" not in text, page
        assert "alert(1)" in text, page


def test_no_hash_is_on_any_page(house: House, admin: TestClient) -> None:
    post(admin, "/accounts", **ANNA)
    for page in (
        "/accounts",
        "/accounts/people/anna",
        "/accounts/tokens",
        "/accounts/deeds",
        "/api/hall",
    ):
        assert "argon2" not in admin.get(page).text
