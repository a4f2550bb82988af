"""Nothing is said by colour alone: whatever a colour marks, words or a shape say as well."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.core import events as e
from hub.web.facts import Facts
from hub.web.texts import LOCALE_DIR
from tests.hall.browser import Person
from tests.hub.core.units import hello, status
from tests.hub.web.conftest import House, plan
from tests.hub.web.every_page import settled
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

STATIC = LOCALE_DIR.parent / "static"
COLOURS = r"(?:^|[;{\s])(?:color|background|border(?:-\w+)*|fill|stroke):"

SEEN = {
    "data-state": (".tile", "[data-slot=state]", {"closed", "idle", "called", "serving", "paused"}),
    "data-unit": (".tile", "[data-slot=unit]", {"heard", "lost", "none", "faulty"}),
    "data-stale": (".tile:not([data-state=closed])", "[data-slot=since]", {"true", "false"}),
    "data-load": (".line", "[data-slot=load]", {"busy", "stuck"}),
    "data-flag": (".line [data-marks] li", "strong", {"hot", "cold"}),
    "data-urgent": ("#alarms li:not([data-seen=true])", ".alarm-sign", {"true", "false"}),
    "data-seen": ("#alarms li[data-urgent=false]", ".alarm-sign", {"true", "false"}),
    "data-level": (".levels li", "span:first-child", {"dissatisfied", "very_dissatisfied"}),
    "data-live": ("#live", "", {"live", "old"}),
    "data-overdue": (".tile[data-state=paused]", "[data-slot=serving]", {"true", "false"}),
}
"""Of each state that has a colour on the operator's page: what has it, what says it, and values."""

SAID_ELSEWHERE = {
    "data-slow": "usual_over beside the meter",
    "data-over": "usual_over beside the meter, for the clerk",
    "data-late": "↑ after the figure",
    "data-open": "the chip's own words",
    "data-kind": "the line's own words",
    "data-sound": "the switch's own words",
    "data-told": "the text that is told",
    "data-wish": "the button's own words",
    "data-bad": "the figure's name",
    "data-step": "the minutes in the field",
    "data-apart": "the counter's words",
    "data-heat": "the mark's words",
    "data-given": "a dashed edge",
    "data-overlaps": "the page's words under the plan",
    "data-slot": "no state",
    "data-density": "no state",
    "data-across": "no state",
    "data-long": "no state",
    "data-held": "no state",
    "data-label": "no state",
}
"""Of the others: what says it."""


def coloured(css: str) -> set[str]:
    """The attributes on which a colour in a style sheet depends."""
    found = set()
    for selector, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", css)):
        if re.search(COLOURS, rule):
            found |= set(re.findall(r"\[(data-[\w-]+)", selector))
    return found


def test_every_state_with_a_colour_is_known_with_what_else_says_it() -> None:
    assert coloured("p[data-a='1'] b { fill: red } i[data-b] { margin: 0 }") == {"data-a"}
    found = set().union(*(coloured(file.read_text("utf-8")) for file in STATIC.glob("*.css")))
    assert found - set(SEEN) - set(SAID_ELSEWHERE) == set()


_WORDS = """([owner, sayer, name]) => [...document.querySelectorAll(owner)].map((element) => {
  const place = sayer ? element.querySelector(sayer) : element;
  const drawn = ['::before', '::after'].map((part) => getComputedStyle(place, part).content)
    .filter((content) => !['none', 'normal'].includes(content));
  return [element.getAttribute(name), place.innerText.replace(/[0-9]+/g, '') + drawn.join('')];
})"""


def _words(page: Page) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    for name, (owner, sayer, _) in SEEN.items():
        for value, words in page.evaluate(_WORDS, [owner, sayer, name]):
            found.setdefault(name, {}).setdefault(value, set()).add(words)
    return found


def _counters() -> list[dict[str, Any]]:
    units = {1: "unit-1", 2: "unit-2", 3: "unit-3"}
    return [
        {"id": f"c{n}", "number": str(n), "services": ["residence"]}
        | ({"unit": units[n]} if n in units else {})
        for n in range(1, 8)
    ]


def _everything(house: House) -> None:
    """Counters in every state, units in every state, and every kind of flag."""
    house.tell(lambda t: t.hello("unit-3", hello("run-3", counter="c3", board="board")))
    for n in range(1, 7):
        house.open(f"c{n}", f"k{n}")
        house.take()
    for n in (1, 3):
        assert house.command("next", f"c{n}").status_code == 200
    assert house.command("start", "c1").status_code == 200
    house.command("pause", "c5", minutes=5, reason="用餐")
    house.command("pause", "c6", minutes=60, reason="用餐")
    house.take("social")
    house.tell(lambda t: t.status("unit-3", status("run-3", online=False)))
    house.clock.pass_time(7)
    house.tell(lambda t: t.missed_units())
    why = {"expected_wait_min": 18.2, "expected_wait_hall_min": 6.4, "waiting": 9}
    late = {"longest_min": 22.0, "target_min": 10.0, "waiting": 9}
    flags = (("hot", "residence", why), ("cold", "social", why), ("late", "residence", late))
    flag = e.Flagged
    house.tell(lambda t: t.happen([flag(t.now, k, "line", of, True, why) for k, of, why in flags]))
    house.clock.pass_time(600)
    assert house.command("next", "c4").status_code == 200
    house.tell(lambda t: t.hello("unit-1", hello("run-1", counter="c1", board="b")))
    house.tell(lambda t: t.hello("unit-2", hello("run-2", counter="c2", board="b")))
    sick = ("unit-2", "sign", False, "no_answer", "nothing came")
    house.tell(lambda t: t.happen([e.HealthNoted(t.now, *sick)]))


def test_what_a_colour_marks_words_or_a_shape_say(
    folder: Path, browser: Browser, tmp_path: Path
) -> None:
    known = plan().clerks[0].pin_hash
    clerks = [{"id": f"k{n}", "name": f"Clerk {n}", "pin_hash": known} for n in range(1, 8)]
    house = House(folder, plan(counters=_counters(), clerks=clerks, boards=[{"unit": "board-1"}]))
    _everything(house)
    with Server(house) as server:
        person = Person(browser, "operator", tmp_path, language="en-GB").known(house.token)
        page = person.context.new_page()
        page.emulate_media(forced_colors="active")
        page.goto(server.url)
        settled(page)
        expect(page.locator("#alarms li").first).to_be_visible()
        found = _words(page)
        page.locator("#alarms li[data-urgent=false] button").first.click()
        expect(page.locator("#alarms [data-seen=true]").first).to_be_visible()
        house.facts = Facts(broker_up=False)
        expect(page.locator("#alarms [data-urgent=true][data-seen=false]").first).to_be_visible()
        server.stop()
        expect(page.locator("#live")).to_have_attribute("data-live", "old")
        for name, values in _words(page).items():
            for value, words in values.items():
                found[name].setdefault(value, set()).update(words)
    house.close()
    for name, (_, _, wanted) in SEEN.items():
        assert wanted <= set(found[name]), name
        said = [(value, words) for value in wanted for words in found[name][value]]
        assert len(said) == len({words for _, words in said}), said
        assert all(words for _, words in said), said
