"""More pages of one browser than it opens connections: each is live, and its buttons work."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.hall.browser import Person
from tests.hub.web.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

PAGES = 7
"""A browser opens six connections to one address."""


def test_so_many_pages_of_one_browser_are_live_and_can_be_used(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    person = Person(browser, "one", tmp_path, language="en-GB").known(server.house.token)
    pages = [person.open(server.url + ("/wall" if n % 2 else "/")) for n in range(PAGES)]
    for page in pages:
        expect(page.locator("#live")).to_have_attribute("data-live", "live")
    server.house.take()
    for page in pages:
        expect(page.locator('[data-figure="waiting"] strong')).to_have_text("1")
    operator = pages[-1]  # the one for which no connection is left
    operator.locator("#tell summary").click()
    operator.locator('form[data-kind="notice"] textarea[name="zh"]').fill("今日下午三点关门")
    operator.locator('form[data-kind="notice"] button[type="submit"]').click()
    expect(operator.locator("#said")).not_to_be_empty()
    pages[0].close()
    expect(pages[-1].locator("#live")).to_have_attribute("data-live", "live")
    person.context.close()
