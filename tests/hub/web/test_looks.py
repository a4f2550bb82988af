"""Every page there is: nothing sticks out where it is narrow, and everybody can use it.

With a keyboard alone, too: Tab leads to everything, is seen where it is, and gets out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.hall.axe import violations
from tests.hall.browser import PHONE, WIDE, Person, Scheme, nameless, overflow, squeezed
from tests.hub.web import keyboard
from tests.hub.web.every_page import all_of, long_plan, settled
from tests.hub.web.serving import Server, served

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium", "npm")]

_OPEN_THE_MENU = "() => document.querySelector('details.menu')?.setAttribute('open', '')"
LANGUAGES = ("zh-CN", "en-GB")
WALL: ViewportSize = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("looks"), long_plan()) as running:
        yield running


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
    keyboard.watch(page)
    for path in pages:
        answer = page.goto(server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        settled(page)
        yield path, page
    person.context.close()


def _wrong(
    server: Server, pages: list[str], person: Person, find: Callable[[Page], list[str]]
) -> dict[str, list[str]]:
    looked_at = _looked_at(server, pages, person)
    return {path: found for path, page in looked_at if (found := find(page))}


def _for_the_eye(page: Page) -> list[str]:
    found = overflow(page) + squeezed(page) + nameless(page) + violations(page)
    page.evaluate(_OPEN_THE_MENU)
    return found + [f"with its menu open: {what}" for what in overflow(page)]


def _for_everybody(page: Page) -> list[str]:
    return keyboard.wrong(page) + _first(page) + _for_the_eye(page)


def _first(page: Page) -> list[str]:
    """Where there are areas to choose from, Tab offers first to leave them out."""
    areas, first = page.locator("nav.places"), "".join(keyboard.stops(page)[:1])
    said = "Skip to" in first or "跳到" in first or not areas.is_visible()
    return [] if said else [f"comes first: {first}"]


@pytest.mark.parametrize(
    ("language", "scheme", "find"),
    [("zh-CN", "light", _for_the_eye), ("en-GB", "dark", _for_everybody)],
)
def test_every_page_fits_a_phone_and_everybody_can_use_it(
    server: Server,
    browser: Browser,
    pages: list[str],
    tmp_path: Path,
    language: str,
    scheme: Scheme,
    find: Callable[[Page], list[str]],
) -> None:
    person = Person(browser, "narrow", tmp_path, PHONE, language, scheme)
    assert _wrong(server, pages, person, find) == {}


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
    assert _wrong(server, pages, person, _for_everybody) == {}
