"""The pages by hand, in a browser: what a clerk, an operator and a citizen do beyond the loop."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from hub.core import events as e
from hub.core.plan import Plan
from tests.hall.browser import PHONE, Person
from tests.hub.web.conftest import HELPING, plan
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

NOTICED_S = 3.0
TRIES = 5


@pytest.fixture
def hall_plan() -> Plan:
    return plan(counters=HELPING)


def _state(desk: Page, state: str) -> None:
    """Wait for a state, and until the page takes the next key.

    The news of a state may be there before the answer to the key that brought it about.
    """
    expect(desk.locator("#hand")).to_have_attribute("data-state", state)
    expect(desk.locator("#said")).not_to_have_text("Sending…")
    expect(desk.locator("#said")).not_to_have_attribute("data-kind", "bad")
    expect(desk.locator("#live")).to_have_attribute("data-live", "live")


def test_a_clerk_works_with_the_keyboard_alone(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    first = house.take()
    house.clock.skip(300)  # so that there is no doubt who is next, however long this takes
    house.take("social")
    house.open()
    house.open("c2", "li", "1357")
    clerk = Person(browser, "clerk", tmp_path, language="en-GB").known(server.house.token)
    desk = clerk.open(f"{server.url}/clerk/c1")
    _state(desk, "idle")
    called = house.desk().next
    assert called is not None
    assert called.id == first["id"]
    expect(desk.locator("[data-action='next'] small")).to_contain_text(called.number)
    expect(desk.locator("[data-action='undo']")).to_be_hidden()

    desk.keyboard.press("n")
    _state(desk, "called")
    expect(desk.locator("#said")).to_have_text(f"Called: {called.number}")
    expect(desk.locator("[data-action='next']")).to_have_attribute("aria-disabled", "true")
    desk.keyboard.press("u")  # the call is taken back …
    _state(desk, "idle")
    desk.keyboard.press("n")  # … and made again
    _state(desk, "called")
    desk.keyboard.press("h")
    _state(desk, "idle")
    expect(desk.locator("#held li")).to_contain_text(called.number)
    desk.keyboard.press("g")
    _state(desk, "serving")
    expect(desk.locator("#held-panel")).to_be_hidden()

    desk.keyboard.press("t")
    expect(desk.locator("#transfer")).to_be_visible()
    clerk.picture(desk, "transfer")
    desk.keyboard.press("Enter")  # nothing chosen yet: it says so and stays
    expect(desk.locator("#transfer-hint")).to_be_visible()
    desk.select_option("#to-service", "social")
    desk.select_option("#to-counter", "c2")
    desk.keyboard.press("Enter")
    _state(desk, "idle")
    assert house.ticket(first["id"])["kept_for"] == "2"

    desk.keyboard.press("p")
    expect(desk.locator("#pause")).to_be_visible()
    desk.keyboard.press("n")  # a key that commands does not command behind a question
    clerk.picture(desk, "pause")
    desk.keyboard.press("Escape")
    expect(desk.locator("#pause")).to_be_hidden()
    _state(desk, "idle")
    desk.keyboard.press("p")
    expect(desk.locator("#pause")).to_be_visible()
    desk.keyboard.press("Enter")
    _state(desk, "paused")
    assert house.counter()["pause"]["reason"]["en"] == "Short break"
    desk.keyboard.press("b")
    _state(desk, "idle")
    assert clerk.complaints == []


def test_news_is_on_every_page_within_three_seconds(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    """Or it is not live. On a busy machine one may be late: the best of some tries counts."""
    house = server.house
    house.open()
    person, taken = (
        Person(browser, "watcher", tmp_path, language="en-GB").known(server.house.token),
        0,
    )
    for path, place, text in [
        ("/", "#news", "A{:03}"),
        ("/take", "[data-service='residence'] [data-slot='ahead']", "{} "),
        ("/clerk/c1", "#queue", "A{:03}"),
    ]:
        page = person.open(server.url + path)
        expect(page.locator("#live")).to_have_attribute("data-live", "live")
        took: list[float] = []
        while not took or (min(took) > NOTICED_S and len(took) < TRIES):
            began, taken = time.monotonic(), taken + 1
            house.take()
            expect(page.locator(place)).to_contain_text(text.format(taken))
            took.append(time.monotonic() - began)
        page.close()
        assert min(took) <= NOTICED_S, path


def test_an_operator_follows_one_advice_and_dismisses_another(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    house.open("c2", "li", "1357")
    evidence = {"expected_wait_min": 18.2, "expected_wait_hall_min": 6.4, "waiting": 9}
    house.tell(
        lambda t: t.happen(
            [
                e.AdviceGiven(t.now, "a1", "add", "c2", "residence", 2.4, {}),
                e.AdviceGiven(t.now, "a2", "open", "c1", None, 0.7, {"signed_in": False}),
                e.Flagged(t.now, "hot", "line", "residence", True, evidence),
            ]
        )
    )
    operator = Person(browser, "operator", tmp_path, language="en-GB", scheme="dark").known(
        server.house.token
    )
    hall = operator.open(server.url)
    expect(hall.locator("#advice li")).to_have_count(2)
    expect(hall.locator("#advice li").first).to_contain_text("2.4 min less mean wait")
    expect(hall.locator("[data-service='residence'] [data-marks]")).to_contain_text("18:12")
    operator.picture(hall, "advice")
    # The second click of a double click on what stood above: it is not for this one.
    hall.dispatch_event("#dismiss-a2", "click", {"detail": 2})
    hall.click("#apply-a1")
    tile = hall.locator("[data-counter='c2']")
    expect(tile.locator(".skill.added")).to_contain_text("Residence")
    expect(tile.locator("[data-marks]")).to_contain_text("hot line: Residence")
    expect(hall.locator("#said")).to_contain_text("Applied: ")  # one answer at a time
    hall.click("#dismiss-a2")
    expect(hall.locator("#said")).to_contain_text("Dismissed: Open counter 1")
    expect(hall.locator("#advice li")).to_have_count(0)
    expect(hall.locator("#answered li")).to_have_count(2)
    hall.click("#undo-a1")  # one more click, and all is as before
    expect(hall.locator("#advice li")).to_have_count(1)
    expect(tile.locator(".skill.added")).to_have_count(0)

    house.command("pause", "c2", reason="用餐", minutes=30)
    expect(tile).to_contain_text("Meal · back in 29 min")
    operator.picture(hall, "paused")
    assert operator.complaints == []


def test_a_citizen_who_missed_the_call_comes_back(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    house.open()
    citizen = Person(browser, "citizen", tmp_path, PHONE)
    phone = citizen.open(f"{server.url}/take")
    phone.click("details.options summary")
    phone.check("[name='further'][value='social']")
    phone.click("[data-service='residence'] button")
    expect(phone.locator("h1")).to_contain_text("A001")
    expect(phone.locator(".slip-further")).to_contain_text("社会保险")
    house.command("next")
    house.command("no_show")
    back = phone.locator("form[data-wish='come_back'] button")
    expect(back).to_be_visible()
    expect(phone.locator("[data-slot='left']")).to_contain_text("29分钟")
    expect(phone.locator("[data-slot='back']")).to_have_text(
        re.compile(r"^\d\d:\d\d前返回，已等候的时间仍然有效。$")
    )
    citizen.picture(phone, "missed")
    with phone.expect_navigation():
        back.click()
    expect(phone.locator("section[data-when='waiting']")).to_be_visible()
    phone.click("details.slip-cancel summary")
    phone.click("details.slip-cancel form button")
    expect(phone.locator("section[data-when='cancelled']")).to_be_visible()
    assert citizen.complaints == []


def test_a_tap_that_was_lost_can_be_repeated(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    """While it is on its way, a second one is none; after that it is the same wish again."""
    house = server.house
    house.open()
    phone = Person(browser, "lost", tmp_path, PHONE).context.new_page()
    phone.clock.install()
    phone.goto(f"{server.url}/take")
    sent: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.post_data or "")
        if len(sent) == 1:
            route.fulfill(status=204)  # the page stays as it is, as if the load had been stopped
        else:
            route.continue_()

    phone.route("**/take", lose)
    button = phone.locator("[data-service='residence'] button")
    with phone.expect_request("**/take"):
        button.click(no_wait_after=True)
    with phone.expect_response("**/healthz"):
        button.click(no_wait_after=True)
    phone.clock.fast_forward(5_000)
    other = phone.locator("[data-service='social'] button")
    with phone.expect_response("**/healthz"):  # another wish, while nobody knows of the first
        other.click(no_wait_after=True)
    button.click(no_wait_after=True)
    expect(phone.locator("h1")).to_contain_text("A001")
    assert len(sent) == 2
    assert sent[0] == sent[1]


def test_what_a_page_complains_of_is_heard(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    """Else nothing would follow from all those who have no complaints."""
    person = Person(browser, "heard", tmp_path, PHONE)
    page = person.open(f"{server.url}/no-such-page")
    with page.expect_event("pageerror"):
        page.evaluate("() => { setTimeout(() => { throw new Error('oops'); }); }")
    with page.expect_event("requestfailed"):
        page.evaluate(
            "() => { document.body.append(new Image()); document.images[0].src = 'x:y'; }"
        )
    heard = "\n".join(person.complaints)
    for complaint in ("404: ", "error: oops", "failed: GET x:y"):
        assert complaint in heard, heard
    person.context.close()
