"""The loop by hand: from the number on a citizen's phone to the rating before the operator.

Every part is real: the hub, its broker, a unit with emulated keys, and the system's Chromium.
Each step leaves a screenshot in the test's folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from bench.kit import PIN, TOKEN, HubProcess, Layout, UnitProcess, running, wait_for
from device.ui import theme
from device.ui.theme import Colour
from tests.hall.browser import PHONE, WIDE, Person, Scheme, overflow

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

EXCELLENT = {"zh": "非常满意", "en": "Very satisfied"}


class Hall:
    """A hub and one unit, and where their pages are."""

    def __init__(self, hub: HubProcess, unit: UnitProcess) -> None:
        self.hub = hub
        self.unit = unit
        self.address = f"http://127.0.0.1:{hub.layout.web_port}"


@contextmanager
def _begun(folder: Path) -> Iterator[Hall]:
    layout = Layout(folder, counters=2, services=2, invite_s=120)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        unit = UnitProcess(layout, 1)
        with running(unit):
            unit.wait_panel()
            unit.wait_drawn("closed")
            yield Hall(hub, unit)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with _begun(tmp_path) as hall:
        yield hall


@pytest.fixture(scope="module")
def idle_hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall at which tests only look: people wait, and nobody is called."""
    with _begun(tmp_path_factory.mktemp("hall")) as hall:
        yield hall


def _shows(panel: Page, ground: Colour, mark: Colour, what: str) -> None:
    """Wait until the unit's screen, as its panel page shows it, has had these two colours.

    Each picture is looked at as it comes, in order: thanks stand for a few seconds only.
    """
    wait_for(lambda: bool(panel.evaluate(_SHOWN, [list(ground), list(mark)])), what)


_WATCH = """() => {
  const image = document.getElementById('screen');
  window.pictures = [];
  function look() {
    const {naturalWidth: width, naturalHeight: height} = image;
    if (!width) return;
    const paper = new OffscreenCanvas(width, height).getContext('2d');
    paper.drawImage(image, 0, 0);
    const {data} = paper.getImageData(0, 0, width, height);
    const colour = (at) => data[at] << 16 | data[at + 1] << 8 | data[at + 2];
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) colours.add(colour(at));
    window.pictures.push({ground: colour(4 * width * (height >> 1)), colours});
  }
  image.addEventListener('load', look, {capture: true});
  if (image.complete) look();
}"""
_SHOWN = """(wanted) => {
  const [ground, mark] = wanted.map(([red, green, blue]) => red << 16 | green << 8 | blue);
  const found = window.pictures.findIndex((p) => p.ground === ground && p.colours.has(mark));
  if (found > 0) window.pictures.splice(0, found);
  return found >= 0;
}"""


def _press(panel: Page, key: str) -> None:
    """Click a key of the panel, and wait until the unit has taken it."""
    with panel.expect_response(lambda answer: f"/keys/{key}" in answer.url) as answer:
        panel.click(f"button[data-key='{key}']")
    assert answer.value.status == 204


def _sign_in(desk: Page) -> None:
    desk.select_option("#clerk", "k1")
    desk.fill("#pin", PIN)
    desk.click("#sign-in button")
    expect(desk.locator("#work")).to_be_visible()
    expect(desk.locator("#hand")).to_have_attribute("data-state", "idle")


def _rating(page: Page, lang: str) -> None:
    """Wait for the rating among the latest, and in the figures."""
    expect(page.locator("#ratings li").first).to_contain_text(EXCELLENT[lang])
    expect(page.locator("#ratings li").first).to_contain_text("A001")
    expect(page.locator("[data-level='very_satisfied'] [data-slot='count']")).to_have_text("1")
    expect(page.locator(".figure [data-slot='rated']")).to_have_text("1")


def test_the_loop_by_hand(hall: Hall, browser: Browser, tmp_path: Path) -> None:
    operator = Person(browser, "operator", tmp_path).known(TOKEN)
    second = Person(browser, "operator-en", tmp_path, language="en-GB", scheme="dark").known(TOKEN)
    citizen = Person(browser, "citizen", tmp_path, PHONE)
    clerk = Person(browser, "clerk", tmp_path).known(TOKEN)
    visitor = Person(browser, "unit", tmp_path)
    people = [operator, second, citizen, clerk, visitor]

    lively, other = operator.open(hall.address), second.open(hall.address)
    lively.evaluate("window.notReloaded = true")
    panel = visitor.open(hall.unit.panel)
    panel.evaluate(_WATCH)
    desk = clerk.open(f"{hall.address}/clerk/c1")
    clerk.picture(desk, "sign-in")
    _sign_in(desk)
    clerk.picture(desk, "open")

    hall.unit.wait_drawn("idle")
    idle = hall.unit.look()[-1]

    phone = citizen.open(f"{hall.address}/take")
    citizen.picture(phone, "take")
    phone.click("[data-service='s1'] button")
    expect(phone).to_have_url(re.compile(r"/t/[a-z0-9-]+\.[a-z2-7]{26}$"))
    expect(phone.locator("h1")).to_contain_text("A001")
    expect(phone.locator("[data-when='waiting']")).to_be_visible()
    citizen.picture(phone, "waiting")
    expect(desk.locator("#queue")).to_contain_text("A001")

    wait_for(lambda: hall.unit.look()[-1] != idle, "the unit to count who waits")
    _shows(panel, theme.GROUND, theme.INK, "the waiting screen")
    visitor.picture(panel, "idle")
    _press(panel, "next")
    assert hall.unit.wait_drawn("calling", number="A001")
    expect(desk.locator("#hand [data-slot='number']")).to_have_text("A001")
    tile = lively.locator("[data-counter='c1']")
    expect(tile).to_have_attribute("data-state", "called")
    # What is called counts as served after 20 s, what is recalled does not: pictures take time.
    desk.click("[data-action='recall']")
    expect(phone.locator("[data-when='recalled']")).to_be_visible()
    _shows(panel, theme.BLUE, theme.PAPER, "the called number")
    expect(phone.locator("[data-when='called recalled']")).to_be_visible()
    expect(phone.locator(".go-counter")).to_have_text("1")
    expect(phone).to_have_title(re.compile("A001.*1"))
    expect(tile.locator("[data-slot='ticket']")).to_have_text("A001")
    visitor.picture(panel, "calling")
    citizen.picture(phone, "called")
    clerk.picture(desk, "called")
    operator.picture(lively, "called")

    expect(desk.locator("#live")).to_have_attribute("data-live", "live")
    desk.click("[data-action='start']")
    hall.unit.wait_drawn("serving", number="A001")
    expect(phone.locator("[data-when='serving']")).to_be_visible()
    citizen.picture(phone, "serving")
    clerk.picture(desk, "serving")
    _shows(panel, theme.GROUND, theme.BLUE, "the number that is served")
    visitor.picture(panel, "serving")

    _press(panel, "done")
    hall.unit.wait_drawn("inviting", number="A001")
    lit = panel.locator("button.lit")
    expect(lit).to_have_count(5)
    _shows(panel, theme.GROUND, theme.LEVELS[5], "the faces to choose from")
    visitor.picture(panel, "inviting")
    expect(phone.locator("[data-when='done']")).to_be_visible()
    citizen.picture(phone, "done")
    expect(tile.locator("[data-slot='invited']")).to_contain_text("A001")
    expect(desk.locator("#hand [data-slot='invited']")).to_contain_text("A001")
    clerk.picture(desk, "invited")
    operator.picture(lively, "invited")

    _press(panel, "rating-5")
    assert hall.unit.wait_drawn("thanks")["thanked"]
    _shows(panel, theme.GROUND, theme.GREEN, "the thanks")
    visitor.picture(panel, "thanks")
    expect(lit).to_have_count(0)  # the pressed key's own lamp went out last
    _rating(lively, "zh")
    _rating(other, "en")
    operator.picture(lively, "rated")
    second.picture(other, "rated")
    assert lively.evaluate("window.notReloaded") is True
    assert [complaint for person in people for complaint in person.complaints] == []


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "dark"), (PHONE, "light")])
def test_every_page_fits_in_english_too(
    idle_hall: Hall, browser: Browser, tmp_path: Path, size: ViewportSize, scheme: Scheme
) -> None:
    ticket = json.loads(idle_hall.hub.api.post("/api/tickets", {"service": "s1"})[1])
    person = Person(browser, "english", tmp_path, size, "en-GB", scheme).known(TOKEN)
    for path in ("/", "/take", f"/t/{ticket['id']}", "/clerk", "/clerk/c1"):
        page = person.open(idle_hall.address + path)
        assert page.locator("html").get_attribute("lang") == "en"
        if page.locator("#live").count():
            expect(page.locator("#live")).to_have_attribute("data-live", "live")
        person.picture(page, path.strip("/").partition("/")[0] or "operator")
        page.close()
    person.picture(person.open(idle_hall.unit.panel), "panel")
    assert person.complaints == []


def test_a_page_that_does_not_fit_is_found(browser: Browser, tmp_path: Path) -> None:
    page = Person(browser, "nobody", tmp_path, PHONE).open("about:blank")
    page.set_content("<p>short</p>")
    assert overflow(page) == []
    page.set_content("<p style='white-space: nowrap'>" + "long " * 99)
    assert overflow(page) != []
