"""Every page there is: nothing sticks out where it is narrow, and everybody can use it.

The pages are read off the application: a page that is new is looked at without being named here,
unless its address needs something that has no sample yet, and then this fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Browser, Page, ViewportSize

from hub.core.commands_of_people import MakeAccount
from tests.hall.axe import violations
from tests.hall.browser import PHONE, WIDE, Person, Scheme, chromium, overflow
from tests.hub.web.conftest import PATIENCE_S, House, plan
from tests.hub.web.test_stream import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium", "npm")]

LONG_ZH, LONG_EN = (
    "不动产统一登记与二手房交易网签备案综合受理",
    "Unified Real Estate Registration and Second-hand Housing Transactions",
)
NO_PAGES = re.compile(r"\.(csv|xlsx|json|toml)$|/(metrics|openapi\.json|replay/run)$")
LANGUAGES = ("zh-CN", "en-GB")
WALL: ViewportSize = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    house = House(tmp_path_factory.mktemp("looks"), _long_plan())
    with Server(house) as running:
        yield running
    house.close()


def _long_plan() -> Any:
    names = {"zh": LONG_ZH, "en": LONG_EN}
    services = [
        {"id": "residence", "name": names, "prefix": "A"},
        {"id": "social", "name": {"zh": "社会保险", "en": "Insurance"}, "prefix": "B"},
    ]
    return plan(services=services, hall={"id": "civic", "name": names})


@pytest.fixture(scope="module")
def pages(server: Server) -> list[str]:
    """The addresses of all pages, of a hall in which something of everything has happened."""
    house = server.house
    slip = _a_day(house)
    samples = {
        "slip": slip,
        "ticket": slip.partition(".")[0],
        "counter": "c1",
        "unit": "unit-1",
        "account": _account(house),
    }
    found = ["/take?kiosk=1", f"/t/{slip}?kiosk=1"]
    for route in iter_route_contexts(house.app.routes):
        path = str(route.path)
        if path.startswith(("/static", "/api/")) or "GET" not in (route.methods or ()):
            continue
        if route.include_in_schema or NO_PAGES.search(path):
            continue
        found += _addresses(path, samples)
    return sorted(set(found))


AREAS = ("services", "counters", "clerks", "boards", "kiosks")


def _addresses(path: str, samples: dict[str, str]) -> list[str]:
    if "{name}" in path:
        things = {"counters": "c1", "clerks": "wang", "services": "residence"}
        return [
            path.replace("{name}", area).replace("{key}", things.get(area, "new")) for area in AREAS
        ]
    return [re.sub(r"\{(\w+)(:\w+)?\}", lambda found: samples[found[1]], path)]


def _a_day(house: House) -> str:
    house.open()
    house.open("c2", "li", "1357")
    first = house.take()
    for _ in range(3):
        house.take("social")
    house.command("next")
    house.command("done")
    house.take()
    house.command("next")
    house.command("next", "c2")
    house.command("hold", "c2")
    return str(first["url"]).rsplit("/", 1)[1]


def _account(house: House) -> str:
    wanted = MakeAccount("chen", LONG_EN[:60], ("operator", "supervisor"), None, "x", "console")
    assert house.service.command(None, wanted).result(PATIENCE_S).status == 200
    return wanted.account


def _settled(page: Page) -> None:
    page.wait_for_function(
        "() => (document.getElementById('live') || { dataset: { live: 'live' } })"
        ".dataset.live === 'live'"
    )


def _looked_at(
    server: Server,
    pages: list[str],
    person: Person,
) -> Iterator[tuple[str, Page]]:
    page = person.known(server.house.token).context.new_page()
    for path in pages:
        answer = page.goto(server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        _settled(page)
        yield path, page
    person.context.close()


def _wrong(server: Server, pages: list[str], person: Person) -> dict[str, list[str]]:
    looked_at = _looked_at(server, pages, person)
    return {path: found for path, page in looked_at if (found := overflow(page) + violations(page))}


@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "light"), ("en-GB", "dark")])
def test_every_page_fits_a_phone_and_everybody_can_use_it(
    server: Server,
    browser: Browser,
    pages: list[str],
    tmp_path: Path,
    language: str,
    scheme: Scheme,
) -> None:
    person = Person(browser, "narrow", tmp_path, PHONE, language, scheme)
    assert _wrong(server, pages, person) == {}


@pytest.mark.long
@pytest.mark.parametrize("size", [PHONE, WIDE, WALL], ids=["phone", "desk", "wall"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_in_every_size_language_and_theme(
    server: Server,
    browser: Browser,
    pages: list[str],
    tmp_path: Path,
    size: ViewportSize,
    language: str,
    scheme: Scheme,
) -> None:
    person = Person(browser, "every", tmp_path, size, language, scheme)
    assert _wrong(server, pages, person) == {}
