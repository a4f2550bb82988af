"""An administrator at a browser: a change on its way, seen at once on the pages of others."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.hall.browser import Person
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

HOME = "/administration"


def test_a_new_counter_is_on_the_operator_s_page_at_once(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    operator = Person(browser, "operator", tmp_path, language="en").known(server.house.token)
    admin = Person(browser, "admin", tmp_path, language="en").known(server.house.token)
    watched = operator.context.new_page()
    watched.goto(server.url + "/")
    expect(watched.locator("#live")).to_have_attribute("data-live", "live")
    page = admin.context.new_page()
    page.goto(server.url + f"{HOME}/counters/new")
    page.get_by_label("Id", exact=True).fill("c3")
    page.get_by_label("Number", exact=True).fill("33")
    page.get_by_role("button", name="Keep in the draft").click()
    expect(page.get_by_text("choose at least 1")).to_be_visible()
    page.get_by_role("radio", name="Insurance: Serves").check()
    page.get_by_role("button", name="Keep in the draft").click()
    page.get_by_role("link", name="Preview and apply").click()
    expect(page.get_by_text("Counter 33: new")).to_be_visible()
    page.get_by_label("Why").fill("more people come")
    page.get_by_role("button", name="Apply now").click()
    expect(page.get_by_text("The plan is in force.")).to_be_visible()
    expect(watched.get_by_text("33", exact=True).first).to_be_visible()
    expect(watched.locator("#live")).to_have_attribute("data-live", "live")


def test_the_matrix_is_filled_in_by_keyboard_alone(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    admin = Person(browser, "admin", tmp_path, language="en").known(server.house.token)
    page = admin.context.new_page()
    page.goto(server.url + f"{HOME}/skills")
    page.locator("#matrix tbody input[type=checkbox]").first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Keep in the draft").press("Enter")
    expect(page.get_by_text("Changes not yet in force: 1")).to_be_visible()
    page.goto(server.url + f"{HOME}/preview")
    expect(page.get_by_text("Insurance → Insurance, Residence")).to_be_visible()


def test_without_a_script_everything_goes_all_the_same(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    context = browser.new_context(
        java_script_enabled=False,
        locale="zh-CN",
        extra_http_headers={"Authorization": f"Bearer {server.house.token}"},
    )
    page = context.new_page()
    page.goto(server.url + f"{HOME}/hall")
    page.get_by_label("星期日").fill("09:00-12:00")
    page.get_by_role("button", name="保存到草稿").click()
    page.get_by_role("link", name="预览并生效").click()
    page.get_by_role("button", name="立即生效").click()
    expect(page.get_by_text("配置已生效。")).to_be_visible()
    assert server.house.service.plan.hours.sunday == "09:00-12:00"
    context.close()
