"""Two browsers at one counter, a double click, the numeric pad; and a citizen with a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from hub.core.plan import Plan
from tests.hall.browser import PHONE, Person
from tests.hub.web.conftest import plan
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]


@pytest.fixture
def hall_plan() -> Plan:
    counters = [{"id": "c1", "number": "1", "services": ["residence", "social"]}]
    return plan(counters=counters, dispatch={"next_finishes": True})


# A press of R at a time of this page's clock.
_KEY = """at => {
  const event = new KeyboardEvent('keydown', { key: 'r', code: 'KeyR', bubbles: true });
  Object.defineProperty(event, 'timeStamp', { value: at });
  document.body.dispatchEvent(event);
}"""


def _settled(desk: Page, state: str) -> None:
    expect(desk.locator("#hand")).to_have_attribute("data-state", state)
    expect(desk.locator("#said")).not_to_have_text("Sending…")
    expect(desk.locator("#live")).to_have_attribute("data-live", "live")


def test_two_browsers_a_double_click_and_the_numeric_pad(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    house.open()
    for _ in range(4):
        house.take()
    clerk = Person(browser, "clerk", tmp_path, language="en-GB").known(house.token)
    desk, side = (clerk.open(f"{server.url}/clerk/c1") for _ in range(2))
    for page in (desk, side):
        _settled(page, "idle")
    sent: list[Request] = []
    desk.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    desk.click("[data-action='next']")
    _settled(desk, "called")
    number = desk.locator("#hand [data-slot='number']")
    expect(number).to_have_text("A001")
    # The second press of a hasty hand does nothing, even if the first is answered by then.
    desk.dispatch_event("[data-action='next']", "click", {"detail": 2})
    for pressed_ms in (1_000, 1_400):
        desk.evaluate(_KEY, pressed_ms)
        _settled(desk, "called")
    assert [(request.post_data_json or {})["action"] for request in sent] == ["next", "recall"]
    assert house.counter()["ticket"]["number"] == "A001"
    expect(side.locator("#hand [data-slot='number']")).to_have_text("A001")
    expect(desk.locator("#usual")).to_contain_text("usually 10 min")
    assert house.counter()["waiting"] == 3

    # The other browser's picture is held back: what it presses was decided by the first.
    side.evaluate("window.realFetch = window.fetch")
    side.evaluate(
        "window.fetch = async (a, b) => { await fetchOnce('done'); return realFetch(a, b); };"
        "window.fetchOnce = (action) => realFetch('/api/counters/c1/commands', {method: 'POST',"
        " headers: {'Content-Type': 'application/json', 'Idempotency-Key': 'first'},"
        " body: JSON.stringify({action})})"
    )
    side.keyboard.press("r")
    expect(side.locator("#said")).to_contain_text("changed meanwhile")
    side.evaluate("window.fetch = window.realFetch")
    clerk.complaints.clear()  # the refusal is one, to the browser

    _settled(desk, "idle")
    desk.keyboard.press("NumpadEnter")
    _settled(desk, "called")
    expect(number).to_have_text("A002")
    desk.keyboard.press("NumpadAdd")
    expect(desk.locator("#hand [data-slot='state']")).to_have_text("Called again")
    _settled(desk, "called")
    desk.keyboard.press("NumpadEnter")  # done and next, as this hall has set it
    expect(number).to_have_text("A003")
    _settled(desk, "called")
    desk.keyboard.press("NumpadDecimal")
    _settled(desk, "idle")
    desk.keyboard.press("NumpadDivide")
    expect(desk.locator("#pause")).to_be_visible()
    desk.keyboard.press("NumpadEnter")  # answers the question, and calls nobody
    _settled(desk, "paused")
    assert house.counter()["waiting"] == 1
    assert clerk.complaints == []


_FELT = """() => {
  let times = 0;
  navigator.vibrate = () => { document.body.dataset.felt = ++times; return true; };
}"""


def test_a_citizen_is_called_with_a_sound_and_rates(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    house.open()
    citizen = Person(browser, "citizen", tmp_path, PHONE, "en-GB")
    page = citizen.open(server.url + "/take")
    page.click("[data-service='residence'] button")
    expect(page).to_have_url(re.compile(r"/t/[a-z0-9]+\.[a-z2-7]{26}$"))
    expect(page.locator("#as-of")).to_be_hidden()  # it is live
    page.evaluate(_FELT)
    page.click("#signal-on")
    expect(page.locator("#signal-on")).to_have_attribute("aria-pressed", "true")
    citizen.picture(page, "waiting")
    house.command("next")
    expect(page).to_have_title("A001: go to counter 1")
    expect(page.locator(".go-counter")).to_have_text("1")
    felt = page.locator("body")
    expect(felt).to_have_attribute("data-felt", "2")  # the tap's, and the call's
    house.command("recall")
    expect(felt).to_have_attribute("data-felt", "3")
    citizen.picture(page, "called")
    house.command("done")
    worst = page.get_by_role("button", name="Very dissatisfied")
    expect(worst).to_be_visible()
    citizen.picture(page, "done")
    worst.click()
    expect(page.get_by_text("You chose: Very dissatisfied")).to_be_visible()
    page.get_by_label("Unfriendly and slow").check()
    citizen.picture(page, "tags")
    page.get_by_role("button", name="Send the reasons").click()
    expect(page.locator(".rate-tags")).to_have_count(0)
    today = house.client.get("/api/hall").json()["today"]
    assert today["levels"] == {"very_dissatisfied": 1}
    assert citizen.complaints == []
