"""Every role's page is open when the network fails and when the hub is killed and begins anew.

The hub, its broker and a unit are real, the pages are in the system's Chromium, each person's in
a browser profile of its own with a session that began at the page of signing in. Nobody loads a
page again here: each says that it knows nothing, comes back by itself, and shows the truth.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.kit import PIN, TOKEN, HubProcess, Layout, UnitProcess, running
from hub.accounts_offline import stopped_hub
from hub.configuration import HallFile
from hub.core.accounts import CONSOLE
from hub.core.commands_of_people import MakeAccount, MakeToken
from hub.core.people import Role
from hub.passwords import digest, hash_password
from tests.hall.browser import PHONE, Person
from tests.hall.proxy import Proxy
from wire.settings import load

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

OLD_WITHIN_S = 6
PASSWORD = "open sesame 12"
PEOPLE = {
    "operator": (Role.OPERATOR,),
    "colleague": (Role.OPERATOR,),
    "clerk": (Role.CLERK,),
    "supervisor": (Role.SUPERVISOR,),
    "administrator": (Role.ADMINISTRATOR,),
    "deputy": (Role.ADMINISTRATOR,),
}


def _make_people(layout: Layout) -> None:
    """Accounts as the command line makes them, and the token of the tests."""
    secret = hash_password(PASSWORD)
    with stopped_hub(load(layout.write_hall(), HallFile)) as hub:
        hub.do(MakeToken("token-test", "test", tuple(Role), digest(TOKEN), None, CONSOLE))
        for name, roles in PEOPLE.items():
            clerk = "k1" if name == "clerk" else None
            hub.do(MakeAccount(name, name.title(), roles, clerk, secret, CONSOLE))


@dataclass
class Hall:
    """A hub, a unit, and the way from the browsers to the hub."""

    hub: HubProcess
    unit: UnitProcess
    way: Proxy
    browser: Browser
    pictures: Path

    def person(self, name: str, path: str) -> Page:
        """Somebody who signs in, at the page that they wanted; public if they have no account."""
        size = PHONE if name == "citizen" else {"width": 1280, "height": 800}
        person = Person(self.browser, name, self.pictures, size, "en-GB")
        page = person.context.new_page()
        page.goto(f"http://127.0.0.1:{self.way.port}{path}")
        if name in PEOPLE:
            page.fill("#name", name)
            page.fill("#password", PASSWORD)
            page.click("form button[type=submit]")
            page.wait_for_url(f"**{path}")
        page.evaluate("window.notReloaded = true")
        return page

    def begin(self) -> None:
        """Begin the hub anew."""
        self.hub = HubProcess(self.hub.layout).wait_ready()


@pytest.fixture
def hall(tmp_path: Path, browser: Browser) -> Iterator[Hall]:
    layout = Layout(tmp_path, counters=2, services=2, invite_s=120)
    _make_people(layout)
    unit, way = UnitProcess(layout, 1), Proxy(layout.web_port)
    made = Hall(HubProcess(layout), unit, way, browser, tmp_path)
    with running(unit), contextlib.closing(way):
        try:
            made.hub.wait_ready()
            unit.wait_panel()
            unit.wait_drawn("closed")
            yield made
        finally:
            made.hub.end()


def _all_are(pages: list[Page], state: str) -> None:
    for page in pages:
        expect(page.locator("#live")).to_have_attribute("data-live", state)


_FIRST_OLD = """() => {
  const badge = document.getElementById('live');
  new MutationObserver(() => {
    if (badge.dataset.live === 'old') window.firstOld ??= badge.textContent;
  }).observe(badge, {attributes: true, childList: true, subtree: true, characterData: true});
}"""


def _says_how_old(page: Page) -> None:
    """It said early that it was old, and goes on saying how old it is."""
    said = re.search(r"\d+", page.evaluate("window.firstOld"))
    assert said
    assert int(said[0]) <= OLD_WITHIN_S
    expect(page.locator("#live")).to_contain_text(re.compile(r"[4-9]"))


def _sign_in_at_counter(desk: Page) -> None:
    desk.select_option("#clerk", "k1")
    desk.fill("#pin", PIN)
    desk.click("#sign-in button")
    expect(desk.locator("#hand")).to_have_attribute("data-state", "idle")


def test_every_open_page_comes_back_and_shows_the_truth(hall: Hall) -> None:
    desk = hall.person("clerk", "/clerk/c1")
    _sign_in_at_counter(desk)
    phone = hall.person("citizen", "/take")
    phone.click("[data-service='s1'] button")
    expect(phone.locator("h1")).to_contain_text("A001")
    lively, wall = hall.person("operator", "/"), hall.person("supervisor", "/wall")
    kiosk = hall.person("kiosk", "/take?kiosk=1")
    replay = hall.person("supervisor", "/supervision/ratings")
    form = hall.person("administrator", "/administration/counters/c2")
    pages = [lively, wall, desk, phone, kiosk]
    _all_are(pages, "live")

    # The cable is pulled: all is silent, and the hall goes on without the pages.
    form.fill("input[name=number]", "22")
    hall.way.cut()
    _all_are(pages, "old")
    expect(desk.locator("[data-action='next']")).to_have_attribute("aria-disabled", "true")
    hall.unit.press("next")
    hall.unit.wait_drawn("calling", number="A001")
    assert hall.hub.api.post("/api/tickets", {"service": "s2"})[0] == 201
    form.click("form.form button.primary")
    expect(form.locator("#unreached")).to_contain_text("cannot be reached. Nothing is lost")
    kiosk.click("[data-service='s2'] button")
    expect(kiosk.locator("#unreached")).to_be_visible()
    hall.way.mend()
    _all_are(pages, "live")
    expect(phone.locator(".go-counter")).to_have_text("1")
    expect(desk.locator("#hand")).to_have_attribute("data-state", "called")
    for page in (lively, wall):
        expect(page.locator("[data-counter='c1'] [data-slot='ticket']")).to_have_text("A001")
        expect(page.locator("[data-service='s2'] [data-slot='waiting']")).to_have_text("1")
    expect(kiosk.locator("[data-service='s2'] [data-slot='ahead']")).to_have_text("1 ahead")

    # The hub is killed; what was pressed meanwhile is said not to have gone.
    lively.evaluate(_FIRST_OLD)
    hall.hub.kill()
    _all_are(pages, "old")
    _says_how_old(lively)
    form.click("form.form button.primary")
    expect(form.locator("#unreached")).to_be_visible()
    assert form.input_value("input[name=number]") == "22"
    hall.begin()
    _all_are(pages, "live")
    assert all(page.evaluate("window.notReloaded") is True for page in pages if page is not phone)
    form.click("form.form button.primary")
    expect(form.get_by_text("Changes not yet in force: 1")).to_be_visible()
    replay.get_by_role("link", name="What if").click()
    expect(replay.locator("#replay")).to_be_visible()  # still signed in
    kiosk.click("[data-service='s2'] button")
    expect(kiosk.locator("h1")).to_contain_text("B002")
    expect(lively.locator("[data-service='s2'] [data-slot='waiting']")).to_have_text("2")
    desk.click("[data-action='done']")
    expect(desk.locator("#hand")).to_have_attribute("data-state", "idle")
    expect(desk.locator("[data-action='next']")).to_have_attribute("aria-disabled", "false")
    phone.click("button[value='satisfied']")
    expect(phone.locator("#rate-thanks")).to_be_visible()
    expect(lively.locator("#ratings li").first).to_contain_text(re.compile("A001.*Satisfied"))
