"""Texts full of markup everywhere: every page, by role, shows them as text and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hub.core.people import Role
from hub.web.rights import OF_ROLE, Right
from tests.hall.browser import Person
from tests.hub.web.conftest import House, plan
from tests.hub.web.every_page import addresses, routes, settled
from tests.hub.web.serving import Server, served
from wire.ids import new_id

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

BAD = "</script></title><img src=x onerror=alert(1) data-bad><b data-bad>'\"`${1}{{1}}"
SHORT = "<b data-bad>"
TEXT = {"zh": f"中{BAD}", "en": f"E{BAD}"}


def hostile() -> Any:
    """A hall whose every text is markup."""
    levels = ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied")
    return plan(
        hall={"id": "civic", "name": TEXT},
        services=[
            {"id": "residence", "name": TEXT, "prefix": "A"},
            {"id": "social", "name": TEXT, "prefix": "B"},
        ],
        counters=[
            {
                "id": "c1",
                "number": "<b>",
                "name": TEXT,
                "services": ["residence", "social"],
                "unit": "unit-1",
            },
            {"id": "c2", "number": "'\"&<", "services": ["social"]},
        ],
        clerks=[
            {"id": "wang", "name": BAD[:60], "pin_hash": plan().clerks[0].pin_hash},
            {"id": "li", "name": SHORT, "pin_hash": plan().clerks[1].pin_hash},
        ],
        priorities=[{"id": "elderly", "name": TEXT}],
        rating={
            "levels": [
                {"level": level, "name": TEXT, "tags": [{"code": SHORT[:12], "name": TEXT}]}
                for level in levels
            ]
        },
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("markup"), hostile()) as running:
        yield running


@pytest.fixture(scope="module")
def slip(server: Server) -> str:
    """The end of a ticket's address, on a day on which something of everything has happened."""
    house = server.house
    house.open()
    house.open("c2", "li", "1357")
    first = house.take()
    house.command("next")
    house.command("pause", "c2", reason=BAD[:40], minutes=5)
    wish = {"notice": TEXT, "emergency": None}
    house.client.post("/api/notice", json=wish, headers={"Idempotency-Key": new_id()})
    house.take("social")
    fields = {"name": BAD[:60], "role": "operator"}
    house.client.post("/accounts/tokens", data=fields)
    return str(first["url"]).rsplit("/", 1)[1]


def pages(house: House, rights: frozenset[Right], slip: str) -> list[str]:
    samples = {"slip": slip, "counter": "c1", "unit": "unit-1", "account": "operator"}
    samples["ticket"] = slip.partition(".")[0]
    seen = [route for route in routes(house) if route.rights[0] in rights]
    return sorted({address for route in seen for address in addresses(route, samples)})


def harmed(page: Page) -> list[str]:
    """Elements that only a text of ours could have brought."""
    found: list[str] = page.eval_on_selector_all(
        "[data-bad], [onerror], img[src='x']", "all => all.map((e) => e.outerHTML)"
    )
    return found


OTHERS = (Role.OPERATOR, Role.SUPERVISOR, Role.CLERK)
"""They see pages that an administrator sees, too."""


@pytest.mark.parametrize(
    "who",
    ["public", "administrator", *(pytest.param(role, marks=pytest.mark.long) for role in OTHERS)],
)
def test_a_hall_full_of_markup_shows_text(
    server: Server, browser: Browser, slip: str, tmp_path: Path, who: str
) -> None:
    house, said = server.house, []
    person = Person(browser, who, tmp_path, language="en-GB")
    rights = frozenset({Right.FOLLOW})
    if who != "public":
        name = house.person(who, clerk="wang" if who == Role.CLERK else None)
        cookie: Any = {"name": "session", "value": house.session(name), "url": server.url}
        person.context.add_cookies([cookie])
        rights = OF_ROLE[Role(who)]
        house.person("operator")
    person.context.on("dialog", lambda dialog: said.append(dialog.message))
    page, shown = person.context.new_page(), 0
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in pages(house, rights, slip):
        answer = page.goto(server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        settled(page)
        assert harmed(page) == [], path
        shown += "<b data-bad>" in page.locator("body").inner_text()
    person.context.close()
    assert said == []
    assert shown >= 2
