"""Each role's main path in Chromium 86, the oldest browser that offices have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from hub.core import events as e
from tests.hall.browser import PHONE, Person
from tests.hall.old_chromium import Hand, old_chromium
from tests.hub.web.conftest import PASSWORD, PIN, plan
from tests.hub.web.serving import Server, served

pytestmark = [pytest.mark.slow, pytest.mark.system("npm", "node", "chromium")]

ROLES = ("operator", "clerk", "supervisor", "administrator")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with old_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("old"), plan()) as running:
        for role in ROLES:
            running.house.person(role, clerk="wang" if role == "clerk" else None)
        yield running


def _signed_in(server: Server, person: Person, path: str) -> tuple[Page, Hand]:
    """Somebody who has signed in with their role's name, at a page that they asked for first."""
    page = person.open(server.url + path)
    hand = Hand(page)
    hand.fill("#name", person.name)
    hand.fill("#password", PASSWORD)
    hand.click("form button[type=submit]")
    page.wait_for_url(f"**{path}")
    return page, hand


def test_a_number_is_taken_called_served_and_rated(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    citizen = Person(browser, "citizen", tmp_path, PHONE)
    phone = citizen.open(f"{server.url}/take")
    holder = Hand(phone)
    holder.click("button[value=residence]")
    holder.see(".slip-number", "A001")

    clerk = Person(browser, "clerk", tmp_path)
    _, hand = _signed_in(server, clerk, "/clerk/c1")
    hand.choose("select[name=clerk]", "wang")
    hand.fill("input[name=pin]", PIN)
    hand.click("main form button[type=submit]")
    hand.see("[data-action=next]", "A001")
    hand.click("[data-action=next]")
    hand.see("#hand[data-state=called]", "A001")
    holder.see("#ticket[data-state=called] .go-counter", "1")
    hand.click("[data-action=done]")
    hand.see("#hand[data-state=idle]")
    holder.click("button[value=satisfied]")
    holder.see("#rate-thanks", "您的评价：满意")
    assert citizen.complaints == clerk.complaints == []


def test_an_operator_follows_the_hall_and_tells_it_something(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    operator = Person(browser, "operator", tmp_path)
    page, hand = _signed_in(server, operator, "/")
    ticket = server.house.take("social")
    hand.see("[data-service=social] [data-slot=waiting]", "1")
    server.house.open("c2", "li", "1357")
    server.house.command("next", "c2")
    hand.see("[data-counter=c2] [data-slot=ticket]", ticket["number"])
    hand.click("#tell summary")
    hand.fill("form[data-kind=notice] textarea[name=zh]", "今天提前下班")
    hand.click("form[data-kind=notice] button[type=submit]")
    hand.see("[data-slot=told]", "今天提前下班")
    operator.picture(page, "hall")
    assert operator.complaints == []


def test_a_supervisor_reads_the_day(server: Server, browser: Browser, tmp_path: Path) -> None:
    supervisor = Person(browser, "supervisor", tmp_path)
    page, hand = _signed_in(server, supervisor, "/supervision")
    hand.see("main", "好评率")
    hand.click("a[href^='/supervision/ratings']")
    hand.see("main")
    supervisor.picture(page, "ratings")
    assert supervisor.complaints == []


def test_an_administrator_changes_the_plan(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    administrator = Person(browser, "administrator", tmp_path)
    _, hand = _signed_in(server, administrator, "/administration/counters/c2")
    hand.fill("input[name=number]", "22")
    hand.click("main form button.primary")
    hand.click("a[href='/administration/preview']")
    hand.see("main", "22")
    hand.click("form.apply button")
    hand.see("main [role=status]")
    assert server.house.counter("c2")["number"] == "22"
    assert administrator.complaints == []


def test_a_kiosk_gives_a_number_and_the_wall_and_the_advice_are_live(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    kiosk = Person(browser, "kiosk", tmp_path)
    page = kiosk.open(f"{server.url}/take?kiosk=1")
    touch = Hand(page)
    touch.click("button[value=residence]")
    touch.see(".kiosk-slip .slip-number", "A")
    touch.see(".kiosk-code svg")
    house.tell(lambda t: t.happen([e.AdviceGiven(t.now, "a1", "open", "c1", None, 0.7, {})]))
    operator = Person(browser, "operator", tmp_path)
    _, hand = _signed_in(server, operator, "/")
    hand.click("#dismiss-a1")
    hand.see("#answered li", "1")
    hand = Hand(operator.open(f"{server.url}/wall"))
    hand.see("#live[data-live=live]")
    waiting = str(house.client.get("/api/hall").json()["services"][0]["waiting"])
    hand.see("[data-service=residence] [data-slot=waiting]", waiting)
    assert kiosk.complaints == operator.complaints == []
