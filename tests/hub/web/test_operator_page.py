"""The operator's page with two operators at once: alarms seen, heard and acknowledged."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.core import events as e
from hub.web.facts import Facts
from tests.hall.browser import Person
from tests.hub.web.conftest import House
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

EARS = """
  window.tones = [];
  class Tone {
    constructor() { this.frequency = {}; }
    connect(next) { return next; }
    start(at) { window.tones.push(this.frequency.value); }
    stop() {}
  }
  class Gain {
    constructor() { this.gain = { setValueAtTime() {}, exponentialRampToValueAtTime() {} }; }
    connect() {}
  }
  window.AudioContext = class {
    constructor() { this.state = 'running'; this.currentTime = 0; this.destination = {}; }
    createOscillator() { return new Tone(); }
    createGain() { return new Gain(); }
    resume() {}
  };
"""


def _operator(server: Server, browser: Browser, folder: Path, name: str) -> tuple[Person, Page]:
    person = Person(browser, name, folder, language="en-GB").known(server.house.token)
    person.context.add_init_script(EARS)
    page = person.open(server.url)
    expect(page.locator("#live")).to_have_attribute("data-live", "live")
    return person, page


def _flag(house: House, kind: str, *, on: bool = True) -> None:
    evidence = {"longest_min": 22.0, "target_min": 10.0, "waiting": 9}
    flag = e.Flagged
    house.tell(lambda t: t.happen([flag(t.now, kind, "line", "residence", on, evidence)]))


def test_one_operator_acknowledges_an_alarm_and_both_see_who_did(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    first, one = _operator(server, browser, tmp_path, "one")
    second, other = _operator(server, browser, tmp_path, "other")
    one.mouse.click(5, 400)  # a browser is heard after a gesture only
    expect(one.locator("#sound")).to_have_text("Sound on")
    _flag(server.house, "late")
    for page in (one, other):
        expect(page.locator("#alarms li")).to_contain_text("Residence: the wait is far over")
        expect(page).to_have_title("(1) ⚠ Civic Service Centre")
    one.wait_for_function("window.tones.length >= 2")
    first.picture(one, "alarm")
    one.click("#see-late-line-residence")
    for page in (one, other):
        expect(page.locator("#alarms [data-seen='true']")).to_contain_text("seen by")
        expect(page).to_have_title("Civic Service Centre")  # silent, but listed
    _flag(server.house, "late", on=False)
    expect(other.locator("#no-alarms")).to_be_visible()
    _flag(server.house, "late")  # the same again is another alarm
    expect(other.locator("#alarms [data-seen='false']")).to_have_count(1)
    assert first.complaints == second.complaints == []


def test_a_mute_is_kept_and_the_broker_gone_is_an_alarm(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    person, page = _operator(server, browser, tmp_path, "mute")
    page.click("#sound")
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.locator("#sound")).to_have_text("Sound off")
    server.house.facts = Facts(broker_up=False)
    expect(page.locator("#alarms [data-alarm='broker']")).to_have_attribute("data-urgent", "true")
    page.keyboard.press("Tab")
    page.locator("#see-broker").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#alarms [data-alarm='broker']")).to_have_attribute("data-seen", "true")
    server.house.facts = Facts()
    expect(page.locator("#no-alarms")).to_be_visible()
    assert page.evaluate("window.tones.length") == 0
    assert person.complaints == []


def test_who_may_only_look_has_nothing_to_press(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    _flag(server.house, "late")
    watcher = Person(browser, "watcher", tmp_path, language="en-GB").known(
        server.house.give_token("supervisor")
    )
    page = watcher.open(server.url)
    expect(page.locator("#alarms li")).to_have_count(1)
    expect(page.locator("#alarms button")).to_have_count(0)
    wall = watcher.open(server.url + "/wall")
    expect(wall.locator("#live")).to_have_attribute("data-live", "live")
    expect(wall.locator("#alarms li")).to_have_count(1)
    assert wall.evaluate("getComputedStyle(document.body).cursor") == "none"
    assert wall.locator("main button:enabled:not(.tile-number)").count() == 0
    assert watcher.complaints == []
