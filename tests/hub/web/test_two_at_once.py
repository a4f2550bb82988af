"""Two people at two browsers who want the same at once: one is first, the other is told so."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from hub.core import events as e
from hub.core.plan import Plan
from tests.hall.browser import Person
from tests.hub.web.conftest import HELPING, plan
from tests.hub.web.every_page import settled
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

LATE = {"longest_min": 22.0, "target_min": 10.0, "waiting": 9}
PRESS = "(ids) => { for (const id of ids) document.getElementById(id).click(); }"


@pytest.fixture
def hall_plan() -> Plan:
    return plan(counters=HELPING)


def _of(server: Server, browser: Browser, folder: Path, role: str, path: str) -> list[Page]:
    """A page for each of two people with this role, signed in as themselves."""
    found = []
    for name in ("anna", "ben"):
        person = Person(browser, name, folder, language="en-GB")
        secret = server.house.session(server.house.person(role, name=f"{name}-{role}"))
        person.context.add_cookies([{"name": "session", "value": secret, "url": server.url}])
        page = person.context.new_page()
        page.goto(server.url + path)
        settled(page)
        found.append(page)
    return found


def test_two_operators_answer_one_advice_and_one_alarm(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    house.open("c2", "li", "1357")
    anna, ben = _of(server, browser, tmp_path, "operator", "/")
    advice = ("a1", "add", "c2", "residence", 2.4)
    flag = ("late", "line", "residence", True)
    house.tell(
        lambda t: t.happen([e.AdviceGiven(t.now, *advice, {}), e.Flagged(t.now, *flag, LATE)])
    )
    acts = ["see-late-line-residence", "apply-a1"]
    for page in (anna, ben):
        expect(page.locator("#apply-a1")).to_be_visible()
        expect(page.locator("#see-late-line-residence")).to_be_visible()
    # Ben presses before he can have heard of what Anna did.

    def late(route: Route) -> None:
        """Anna presses two things in one moment, both of which are asked for, and Ben then one."""
        anna.evaluate(PRESS, acts)
        expect(anna.locator("#answered li")).to_have_count(1)
        route.continue_()

    ben.route("**/api/advice/*", late)
    ben.evaluate(PRESS, ["dismiss-a1"])
    expect(ben.locator("#said")).to_have_attribute("data-kind", "bad")
    expect(ben.locator("#said")).to_contain_text("not given any more")
    for page in (anna, ben):
        expect(page.locator("#answered li")).to_contain_text("Applied")
        expect(page.locator("#answered li")).to_contain_text("Anna")
        expect(page.locator("#alarms [data-seen='true']")).to_contain_text("seen by Anna")
        expect(page.locator("[data-counter='c2'] .skill.added")).to_contain_text("Residence")


def test_two_administrators_change_the_plan(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    counters = "/administration/counters"
    anna, ben = _of(server, browser, tmp_path, "administrator", f"{counters}/c2")
    ben.goto(f"{server.url}{counters}/c1")
    for page, number in ((anna, "22"), (ben, "11")):
        page.fill("input[name=number]", number)
        page.get_by_role("button", name="Keep in the draft").click()
        page.get_by_role("link", name="Preview and apply").click()
        expect(page.get_by_role("button", name="Apply now")).to_be_visible()
    anna.get_by_role("button", name="Apply now").click()
    expect(anna.get_by_text("The plan is in force.")).to_be_visible()
    ben.get_by_role("button", name="Apply now").click()
    expect(ben.get_by_text("It was not applied")).to_be_visible()
    assert [house.counter(name)["number"] for name in ("c1", "c2")] == ["1", "22"]
    ben.get_by_role("button", name="Put my changes on top of these").click()
    ben.get_by_role("button", name="Apply now").click()
    expect(ben.get_by_text("The plan is in force.")).to_be_visible()
    assert [house.counter(name)["number"] for name in ("c1", "c2")] == ["11", "22"]
