"""The floor plan in a browser: placed by hand and by keys, and heat seen live where it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.core import events as e
from hub.core.plan import Plan
from hub.web.script_texts import FLOOR, HALL
from hub.web.texts import catalogue
from tests.hall.browser import PHONE, WIDE, Person
from tests.hub.web.conftest import plan
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]


@pytest.fixture
def hall_plan() -> Plan:
    counters = [
        {"id": "c1", "number": "1", "services": ["residence", "social"]},
        {"id": "c2", "number": "2", "services": ["social"]},
    ]
    return plan(counters=counters, floor={"width_m": 20, "depth_m": 10})


def _middle(page: Page, counter: str) -> tuple[float, float]:
    box = page.locator(f"[data-piece='counters:{counter}'] .mover-box").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _field(page: Page, counter: str, axis: str) -> float:
    return float(page.locator(f"[name='counters:{counter}:{axis}_m']").input_value())


def test_a_counter_is_dragged_stepped_kept_and_found_there_by_operators(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    operator = Person(browser, "floor", tmp_path, language="en-GB").known(house.token)
    watched = operator.open(f"{server.url}/floor")
    expect(watched.locator("#live")).to_have_attribute("data-live", "live")
    expect(watched.get_by_text("Nobody has said yet where the counters stand")).to_be_visible()

    admin = Person(browser, "placing", tmp_path, language="en-GB").known(house.token)
    page = admin.open(f"{server.url}/administration/floor")
    per_metre = page.evaluate("() => document.getElementById('ground').getScreenCTM().a * 100")
    x, y = _middle(page, "c1")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 5.1 * per_metre, y + 2.9 * per_metre, steps=4)
    page.mouse.up()
    # On the grid, five metres and three from where it was drawn; its neighbour stays there, too.
    first, second = ((_field(page, c, "x"), _field(page, c, "y")) for c in ("c1", "c2"))
    assert (first[0] * 2, first[1] * 2) == (round(first[0] * 2), round(first[1] * 2))
    assert abs(_middle(page, "c1")[0] - x - 5 * per_metre) < per_metre / 4
    assert abs(_middle(page, "c1")[1] - y - 3 * per_metre) < per_metre / 4
    assert second[0] > 0
    expect(page.locator("#floor-dirty")).to_be_visible()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator("#floor-said")).to_contain_text("Counter 1: ")
    assert (_field(page, "c1", "x"), _field(page, "c1", "y")) == (first[0] + 0.5, first[1] - 2)
    for _ in range(12):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#floor-said")).to_have_text("Counter 1 is at the edge")
    assert _field(page, "c1", "x") == 20

    page.locator("[name='counters:c1:x_m']").fill(str(second[0] + 1))
    page.locator("[name='counters:c1:y_m']").fill(str(second[1]))
    page.keyboard.press("Tab")
    overlap = page.get_by_role("listitem").filter(has_text="overlap on the floor plan")
    expect(overlap).to_have_count(1)
    admin.picture(page, "overlap")
    page.locator("[data-piece='counters:c1']").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    expect(overlap).to_have_count(0)
    page.get_by_role("button", name="Keep in the draft").first.click()
    page.get_by_role("link", name="Preview and apply").click()
    expect(page.get_by_text("Counter 1, Place on the floor plan: — → ")).to_be_visible()
    page.get_by_role("button", name="Apply now").click()
    expect(page.get_by_text("The plan is in force.")).to_be_visible()
    at = house.service.plan.counter["c1"].at
    assert at is not None
    assert at.x_m == second[0] + 7
    # The operator's page comes again by itself, with the counter at its new place.
    moved = f"translate({round(at.x_m * 100) - 100} "
    expect(watched.locator(f"[data-spot='c1'][transform^='{moved}']")).to_be_visible()
    assert admin.complaints == operator.complaints == []


def test_heat_is_seen_where_it_is_and_a_counter_opens_by_keyboard(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    person = Person(browser, "heat", tmp_path, PHONE, "en-GB", "dark").known(house.token)
    page = person.open(f"{server.url}/floor")
    spot = page.locator("[data-spot='c1']")
    hit = spot.locator(".spot-hit")
    expect(spot.locator("[data-slot='spot_state']")).to_have_text("closed")
    house.open()
    number = house.take()["number"]
    house.take("social")
    house.command("next")
    expect(spot.locator("[data-slot='spot_ticket']")).not_to_have_text("—")
    expect(spot.locator("[data-slot='spot_waits']")).to_have_text("1 waiting")
    evidence = {"expected_wait_min": 18.2, "expected_wait_hall_min": 6.4, "waiting": 9}
    house.tell(lambda t: t.happen([e.Flagged(t.now, "hot", "line", "residence", True, evidence)]))
    expect(spot.locator("[data-slot='spot_heat']")).to_have_text("▲ hot · A")
    expect(hit).to_have_attribute(
        "aria-label", f"Counter 1, called, {number}, 1 waiting, hot: Residence"
    )
    expect(page.locator("[data-glow='c1']")).to_have_attribute("data-heat", "hot")
    expect(page.locator("[data-glow='c2']")).to_have_attribute("data-heat", "")
    person.picture(page, "hot")
    hit.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#detail-tile .tile")).to_contain_text("hot line: Residence")
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    expect(hit).to_be_focused()
    more = page.get_by_text("The plan is larger than the screen")
    expect(more).to_be_visible()
    page.set_viewport_size(WIDE)
    expect(more).to_be_hidden()
    assert person.complaints == []


_END = """([slot, text]) => {
  const element = document.querySelector(`[data-spot="c1"] [data-slot="${slot}"]`);
  const before = element.textContent;
  element.textContent = text;
  const box = element.getBBox();
  element.textContent = before;
  return [box.x, box.x + box.width];
}"""


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_what_stands_in_a_counter_stays_within_it(
    server: Server, browser: Browser, tmp_path: Path, language: str
) -> None:
    page = (
        Person(browser, "inside", tmp_path, WIDE, language)
        .known(server.house.token)
        .open(f"{server.url}/floor")
    )
    said = catalogue("zh" if language == "zh-CN" else "en").gettext
    box = page.locator("[data-spot='c1'] .spot-box")
    left, width = (float(box.get_attribute(name) or "nan") for name in ("x", "width"))
    states = [key for key in HALL if key.startswith("state_")]
    assert "state_recalled" in states
    texts = [("spot_state", said(HALL[key])) for key in states]
    texts.append(("spot_waits", said(FLOOR["spot_waits"]).format(count=188)))
    texts.append(("spot_ticket", "AB188"))
    for slot, text in texts:
        begins, ends = page.evaluate(_END, [slot, text])
        assert left < begins < ends < left + width, (slot, text)


def test_a_finger_drags_a_counter_and_a_cancelled_drag_puts_it_back(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    person = Person(browser, "finger", tmp_path, PHONE).known(server.house.token)
    page = person.open(f"{server.url}/administration/floor")
    mover = page.locator("[data-piece='counters:c1']")
    mover.scroll_into_view_if_needed()
    x, y = _middle(page, "c1")
    before = mover.get_attribute("transform")

    def touch(kind: str, dx: float) -> None:
        where = {"clientX": x + dx, "clientY": y, "pointerId": 1, "pointerType": "touch"}
        mover.dispatch_event(kind, {**where, "bubbles": True, "button": 0})

    # A pointer of our own making cannot be captured; the rest is as with a finger.
    page.evaluate("() => { Element.prototype.setPointerCapture = () => {}; }")
    touch("pointerdown", 0)
    touch("pointermove", 80)
    assert mover.get_attribute("transform") != before
    touch("pointercancel", 80)
    assert mover.get_attribute("transform") == before
    expect(page.locator("#floor-dirty")).to_be_hidden()
    touch("pointerdown", 0)
    touch("pointermove", 80)
    touch("pointerup", 80)
    assert mover.get_attribute("transform") != before
    expect(page.locator("#floor-dirty")).to_be_visible()
    assert person.complaints == []
