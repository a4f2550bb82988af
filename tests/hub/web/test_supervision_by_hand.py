"""The supervisor's pages in a browser: plots are drawn, a day is replayed, by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.hall.browser import Person
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]


def test_a_supervisor_looks_at_a_day_and_asks_what_if(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    house = server.house
    house.open()
    house.take()
    assert house.command("next").status_code == 200
    assert house.command("done").status_code == 200
    supervisor = house.give_token("supervisor")
    person = Person(browser, "supervisor", tmp_path, language="en-GB").known(supervisor)
    page = person.open(f"{server.url}/supervision?period=today")
    expect(page.locator(".tally").first).to_contain_text("1 served")
    column = page.locator("rect.plot-blue:not(.track *)").first
    assert column.bounding_box() is not None
    size = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    cut = "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
    assert page.locator(".plot-scroll").count() >= 3
    assert page.locator(".plot-scroll").evaluate_all(cut) == 0  # an hour fits a phone
    page.set_viewport_size(size or {"width": 1280, "height": 720})
    page.get_by_role("link", name="What if").press("Enter")
    day = "2026-03-02"
    page.locator("[name=day]").fill(day)
    page.locator("[data-go]").press("Enter")
    result = page.locator("[data-result]")
    expect(result).to_contain_text(f"{day}: side by side", timeout=60_000)
    expect(result.locator("[data-figure=n] td")).to_have_text(["1", "1"])
    expect(result).to_be_focused()
