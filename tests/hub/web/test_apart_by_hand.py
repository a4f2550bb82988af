"""A counter that is cut off, in a browser: for the operator, the citizen and the clerk."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hub.core import events as e
from hub.core.plan import Plan
from tests.hall.browser import PHONE, Person
from tests.hub.core.units import hello, status
from tests.hub.web.conftest import House, plan
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]


@pytest.fixture
def hall_plan() -> Plan:
    return plan(boards=[{"unit": "board-1"}])


@pytest.fixture
def house(house: House) -> House:
    """The unit at counter 1 is cut off with A001 and A002, and its sign does not answer."""
    sick = ("unit-1", "sign", False, "no_answer", "nothing came")
    house.tell(lambda t: t.hello("unit-1", hello("run-1", board="board")))
    house.tell(lambda t: t.happen([e.HealthNoted(t.now, *sick)]))
    house.open()
    house.open("c2", "li", "1357")
    for _ in range(4):  # of which each of the two counters is granted half
        house.take()
    house.tell(lambda t: t.status("unit-1", status("run-1", online=False)))
    house.clock.pass_time(7)
    house.tell(lambda t: t.missed_units())
    return house


def test_an_operator_gives_a_kept_number_to_the_others(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    operator = Person(browser, "operator", tmp_path, language="en-GB").known(server.house.token)
    page = operator.open(server.url)
    rows = page.locator("#apart li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("held by counter 1, cut off since 10:00")
    expect(page.locator('[data-counter="c1"] [data-faults]')).to_contain_text("does not answer")
    expect(page.locator("#units")).to_contain_text("Board 1 (board-1)")
    rows.first.locator("button").click()
    sure = page.locator("#apart-sure")
    expect(sure).to_contain_text("Is the unit at counter 1 switched off?")
    sure.locator("[data-close]").click()
    expect(sure).to_be_hidden()
    expect(rows).to_have_count(2)
    rows.first.locator("button").click()
    sure.locator('[data-slot="yes"]').click()
    expect(rows).to_have_count(1)
    expect(page.locator("#said")).to_have_text("Every counter can call A001 now")
    operator.picture(page, "kept")
    # Only what was refused until the unit was said to be off is complained of.
    assert all("409" in complaint for complaint in operator.complaints)


def test_a_citizen_and_a_clerk_are_told_that_the_counter_is_cut_off(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    clerk = Person(browser, "clerk", tmp_path, language="en-GB").known(server.house.token)
    desk = clerk.open(server.url + "/clerk/c1")
    expect(desk.locator("#cut-off")).to_contain_text("cut off since 10:00")
    other = clerk.open(server.url + "/clerk/c2")
    expect(other.locator("#cut-off")).to_contain_text("not heard yet")
    kept = house.counter()["kept_apart"][0]["id"]
    citizen = Person(browser, "citizen", tmp_path, PHONE, "en-GB")
    page = citizen.open(f"{server.url}/t/{house.slip(kept)}")
    word = page.get_by_text("I am still here and was not called")
    expect(page.locator("#apart")).to_contain_text("It may call you by itself until 11:0")
    expect(word).to_be_hidden()
    house.clock.pass_time(3700)
    expect(page.locator("#apart")).to_contain_text("say so")
    citizen.picture(page, "kept")
    word.click()
    expect(page.locator("#apart")).to_be_hidden()
    assert [ticket["number"] for ticket in house.counter()["kept_apart"]] == ["A002"]
    for person in (clerk, citizen):
        assert person.complaints == []
