"""What everybody does on the pages, done with a keyboard alone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.core import events as e
from hub.core.plan import Plan
from tests.hall.browser import Person
from tests.hub.web import keyboard
from tests.hub.web.conftest import HELPING, plan
from tests.hub.web.every_page import settled
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]


@pytest.fixture
def hall_plan() -> Plan:
    return plan(counters=HELPING)


RIGHT = "<style>:focus-visible { outline: 3px solid #a60 }</style><a href='#x'>link</a>"
UNMARKED, UNREACHED = "not seen to be chosen: button b", "not reached: button b"
WRONG = {
    "<style>* { outline: none !important }</style><button>b</button>": UNMARKED,
    "<style>:focus { outline: 3px solid #ffe !important }</style><button>b</button>": UNMARKED,
    "<p style='cursor: pointer'>p</p>": "looks as if it did something: p p",
    "<button tabindex=-1>b</button>": UNREACHED,
    "<div role=button>d</div>": "not reached: div d",
    "<p>p</p><script>document.querySelector('p').addEventListener('click', () => 0)</script>": (
        "for a mouse alone: p p"
    ),
    "<input onkeydown='event.preventDefault()'><button>b</button>": UNREACHED,
    "<input type=radio name=r><input type=radio name=r><button>b</button>": None,
    "<details><summary>s</summary><button>b</button></details>": None,
}


def test_what_no_keyboard_reaches_or_nobody_sees_is_found(browser: Browser, tmp_path: Path) -> None:
    page = Person(browser, "nobody", tmp_path).context.new_page()
    keyboard.watch(page)
    for markup, wanted in WRONG.items():
        page.goto("data:text/html," + quote(RIGHT + markup))
        found = keyboard.wrong(page)
        assert (wanted in found) if wanted else (found == []), (markup, found)


_INSIDE = "() => document.activeElement.matches('body, dialog *')"


def _at(server: Server, person: Person, path: str) -> Page:
    page = person.context.new_page()
    keyboard.watch(page)
    page.goto(server.url + path)
    settled(page)
    return page


def test_a_citizen_takes_a_number_and_rates(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    house.open()
    page = _at(server, Person(browser, "citizen", tmp_path, language="en-GB"), "/take")
    keyboard.press(page, "@service")
    expect(page.locator("h1")).to_contain_text("A001")
    house.command("next")
    house.command("done")
    expect(page.locator("#rate-ask")).to_be_visible()
    keyboard.press(page, "button @level Dissatisfied", "Space")
    expect(page.locator("#rate-thanks")).to_be_visible()
    expect(page.locator(".rate-tags")).to_be_visible()
    keyboard.press(page, "input @tag", "Space")
    expect(page.locator("[name=tag]:checked")).to_have_count(1)
    keyboard.press(page, "Send the reasons")
    expect(page.locator(".rate-tags")).to_have_count(0)


def test_an_operator_acts(server: Server, browser: Browser, tmp_path: Path) -> None:
    house = server.house
    house.open("c2", "li", "1357")
    late = {"longest_min": 22.0, "target_min": 10.0, "waiting": 9}
    advice = ("a1", "add", "c2", "residence", 2.4)
    house.tell(
        lambda t: t.happen(
            [
                e.AdviceGiven(t.now, *advice, {}),
                e.Flagged(t.now, "late", "line", "residence", True, late),
            ]
        )
    )
    operator = Person(browser, "operator", tmp_path, language="en-GB").known(house.token)
    page = _at(server, operator, "/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # leaves out the bar
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.matches('main *')")

    keyboard.press(page, "Counter 2")
    expect(page.locator("#detail")).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate(_INSIDE)
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    assert "Counter 2" in keyboard.focused(page)

    keyboard.press(page, "#see-late-line-residence")
    expect(page.locator("#alarms [data-seen='true']")).to_have_count(1)
    page.keyboard.press("Tab")  # goes on from where the button was
    assert keyboard.focused(page).startswith("button #apply-a1")
    page.keyboard.press("Enter")
    expect(page.locator("[data-counter='c2'] .skill.added")).to_have_count(1)
    keyboard.press(page, "#undo-a1", "Space")
    expect(page.locator("[data-counter='c2'] .skill.added")).to_have_count(0)
    keyboard.press(page, "summary Tell the hall")
    keyboard.go_to(page, "textarea @zh")
    page.keyboard.type("今天提前下班")
    keyboard.press(page, "Show the notice")
    expect(page.locator("[data-slot=told]")).to_contain_text("今天提前下班")


def test_a_clerk_leaves_a_question_and_is_where_they_were(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    house.open()
    house.take()
    house.command("next")
    clerk = Person(browser, "clerk", tmp_path, language="en-GB").known(house.token)
    page = _at(server, clerk, "/clerk/c1")
    for act, dialog in (("Send on", "#transfer"), ("Pause", "#pause")):
        keyboard.press(page, act)
        expect(page.locator(dialog)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
        assert act in keyboard.focused(page)
        if dialog == "#transfer":
            keyboard.press(page, "Finish")
            expect(page.locator("#hand")).to_have_attribute("data-state", "idle")


def test_a_supervisor_takes_a_report_away(server: Server, browser: Browser, tmp_path: Path) -> None:
    supervisor = Person(browser, "supervisor", tmp_path, language="en-GB")
    page = _at(server, supervisor.known(server.house.token), "/supervision?period=today")
    with page.expect_download() as download:
        keyboard.press(page, "Excel")
    assert download.value.suggested_filename.endswith(".xlsx")


def test_an_administrator_changes_the_plan(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    administrator = Person(browser, "administrator", tmp_path, language="en-GB")
    page = _at(server, administrator.known(server.house.token), "/administration/counters/c2")
    keyboard.go_to(page, "@number")
    page.keyboard.press("Control+A")
    page.keyboard.type("22")
    keyboard.press(page, "Keep in the draft")
    expect(page.get_by_text("Changes not yet in force: 1")).to_be_visible()
    keyboard.press(page, "Preview and apply")
    expect(page.get_by_text("What changes")).to_be_visible()
    keyboard.press(page, "Apply now")
    expect(page.get_by_text("The plan is in force.")).to_be_visible()
    assert server.house.counter("c2")["number"] == "22"
