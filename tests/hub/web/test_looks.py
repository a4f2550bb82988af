"""Every page there is: nothing sticks out where it is narrow, and everybody can use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.hall.axe import violations
from tests.hall.browser import PHONE, WIDE, Person, Scheme, chromium, overflow
from tests.hub.web.conftest import House
from tests.hub.web.every_page import all_of, long_plan, settled
from tests.hub.web.test_stream import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium", "npm")]

LANGUAGES = ("zh-CN", "en-GB")
WALL: ViewportSize = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    house = House(tmp_path_factory.mktemp("looks"), long_plan())
    with Server(house) as running:
        yield running
    house.close()


@pytest.fixture(scope="module")
def pages(server: Server) -> list[str]:
    """The addresses of all pages, of a hall in which something of everything has happened."""
    return all_of(server.house)


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
        settled(page)
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
