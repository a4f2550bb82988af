"""Each role's main path in Chromium 86, the oldest browser that offices have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.hall.browser import PHONE, Person
from tests.hall.old_chromium import Hand, old_chromium
from tests.hub.web.conftest import PIN, House, plan
from tests.hub.web.test_stream import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("npm", "node", "chromium")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with old_chromium() as browser:
        yield browser


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    house = House(folder, plan())
    with Server(house) as running:
        yield running
    house.close()


def test_a_number_is_taken_called_and_seen(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    citizen = Person(browser, "citizen", tmp_path, PHONE)
    phone = citizen.open(f"{server.url}/take")
    Hand(phone).click("button[value=residence]")
    Hand(phone).see("h1, strong", "A001")

    clerk = Person(browser, "clerk", tmp_path).known(server.house.token)
    desk = clerk.open(f"{server.url}/clerk/c1")
    hand = Hand(desk)
    _sign_in(hand)
    hand.see("[data-action=next]", "A001")
    hand.click("[data-action=next]")
    hand.see("#hand[data-state=called]", "A001")
    Hand(phone).see("#ticket[data-state=called] .go-counter", "1")
    hand.click("[data-action=done]")
    hand.see("#hand[data-state=idle]")
    assert citizen.complaints == clerk.complaints == []


def _sign_in(hand: Hand) -> None:
    hand.choose("select[name=clerk]", "wang")
    hand.fill("input[name=pin]", PIN)
    hand.click("form button[type=submit]")


def test_the_operators_page_follows_the_hall(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    operator = Person(browser, "operator", tmp_path).known(server.house.token)
    page = operator.open(f"{server.url}/")
    hand = Hand(page)
    hand.see("[data-slot=waiting]", "0")
    ticket = server.house.take()
    server.house.open()
    hand.see("[data-slot=waiting]", "1")
    server.house.command("next")
    hand.see("[data-counter=c1] [data-slot=ticket]", ticket["number"])
    operator.picture(page, "hall")
    assert operator.complaints == []
