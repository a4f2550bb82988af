"""The system's Chromium, and whatever a page complains of.

The profile is a new one each time, and nothing is downloaded: not the browser, and not by it.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STREAMS = ("/api/events", "/events")
Scheme: TypeAlias = Literal["light", "dark"]
PATIENCE_MS = 60_000  # a busy machine is slow, and waiting for what comes costs nothing
expect.set_options(timeout=PATIENCE_MS)
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=ARGS,
            headless=True,
            timeout=2 * PATIENCE_MS,
        )
        try:
            yield browser
        finally:
            browser.close()


class OneBrowser:
    """A browser that is started when it is needed, and goes on until it is closed."""

    def __init__(self) -> None:
        self._open = contextlib.ExitStack()
        self._browser: Browser | None = None

    def start(self) -> Browser:
        """The browser; another one if it has crashed."""
        if self._browser is None or not self._browser.is_connected():
            self.close()
            self._browser = self._open.enter_context(chromium())
        return self._browser

    def close(self) -> None:
        """End it, if it runs."""
        self._browser = None
        self._open.close()


class Person:
    """Someone in front of a browser: pages, their complaints, and pictures of what is seen."""

    def __init__(
        self,
        browser: Browser,
        name: str,
        pictures: Path,
        size: ViewportSize = WIDE,
        language: str = "zh-CN",
        scheme: Scheme = "light",
    ) -> None:
        self._pictures = pictures
        self.name = name
        self._taken = 0
        self.complaints: list[str] = []
        self.context = browser.new_context(viewport=size, locale=language, color_scheme=scheme)
        self.context.set_default_timeout(PATIENCE_MS)

    def known(self, token: str) -> Person:
        """They have signed in, as far as every page is concerned: each request has a token."""
        self.context.set_extra_http_headers({"Authorization": f"Bearer {token}"})
        return self

    def open(self, address: str) -> Page:
        """A page at an address, watched from its first request on."""
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        page.goto(address)
        return page

    def picture(self, page: Page, what: str) -> Path:
        """Keep a screenshot of the whole page for people to look at; what sticks out is wrong.

        Refuses to where Chinese would be drawn as boxes.
        """
        assert drawn_apart(page, "直", "值"), "no Chinese font here (make system-deps brings one)"
        self._taken += 1
        file = self._pictures / f"{self.name}-{self._taken:02}-{what}.png"
        page.screenshot(path=file, full_page=True, animations="disabled")
        self.complaints += [f"{what}: {problem}" for problem in overflow(page)]
        return file

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:  # a violated policy is an error here
            self.complaints.append(f"{message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        # A page that is left ends its stream, and one that waits too long for an answer begins
        # anew; Chromium counts both as failures. What a server does wrong has other names.
        given_up = urlsplit(request.url).path in STREAMS or request.method == "POST"
        if not (given_up and request.failure == "net::ERR_ABORTED"):
            self.complaints.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")


def overflow(page: Page) -> list[str]:
    """What sticks out to the right of the page, or is cut off inside its box."""
    found: list[str] = page.evaluate(_OVERFLOW)
    return found


def squeezed(page: Page) -> list[str]:
    """Texts with no room: a character or two on each of many lines."""
    found: list[str] = page.evaluate(_SQUEEZED)
    return found


def nameless(page: Page) -> list[str]:
    """Fields of a form beside which nothing is seen that says what belongs in them."""
    found: list[str] = page.evaluate(_NAMELESS)
    return found


def drawn_apart(page: Page, one: str, other: str) -> bool:
    """Whether two characters look different: without a font for them both are the same box."""
    found: bool = page.evaluate(_DRAWN_APART, [one, other])
    return found


_DRAWN_APART = """(characters) => {
  const drawn = characters.map((character) => {
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d');
    pen.font = '48px ' + getComputedStyle(document.body).fontFamily;
    pen.fillText(character, 10, 60);
    return canvas.toDataURL();
  });
  return drawn[0] !== drawn[1];
}"""

_OVERFLOW = """() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  // What scrolls in a box of its own, a wide table say, is not lost; nor is the end of a field.
  const scrolls = (element) => element !== null && element !== document.body
    && (['auto', 'scroll'].includes(getComputedStyle(element).overflowX)
      || scrolls(element.parentElement));
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('.unseen, .skip, .hidden, [hidden], input, textarea')) continue;
    if (scrolls(element)) continue;
    const box = element.getBoundingClientRect();
    if (!box.width) continue;
    const name = element.tagName + '.' + element.className + ' '
      + element.textContent.trim().slice(0, 40);
    if (box.right > width + 1 || box.left < -1) found.push('sticks out: ' + name);
    const boxed = !element.matches('.meter') && getComputedStyle(element).display !== 'inline';
    if (boxed && element.scrollWidth > element.clientWidth + 1) found.push('overflows: ' + name);
  }
  return found;
}"""

_SQUEEZED = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const parent = node.parentElement;
    if (!text || !parent.getClientRects().length) continue;
    if (parent.closest('.unseen, .skip, script, style, svg, textarea')) continue;
    if (getComputedStyle(parent).writingMode !== 'horizontal-tb') continue;
    range.selectNodeContents(node);
    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
    if (lines > 2 && text.length / lines < 3) found.push('squeezed: ' + text.slice(0, 40));
  }
  return found;
}"""

_NAMELESS = """() => {
  const seen = (element) => {
    if (!element || !element.textContent.trim()) return false;
    const box = element.getBoundingClientRect();
    return box.width > 2 && box.height > 2 && !element.closest('.unseen');
  };
  const heads = (cell) => {
    const before = getComputedStyle(cell, '::before').content;
    if (before !== 'none' && before !== 'normal' && before !== '""') return true;
    const head = cell.closest('table').querySelector('thead tr:last-child');
    return seen(head && head.children[cell.cellIndex]);
  };
  const said = (field) => {
    const by = (field.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean);
    const named = by.map((id) => document.getElementById(id)).concat([...(field.labels || [])]);
    const cell = field.closest('td');
    return named.some(seen) || (cell !== null && heads(cell));
  };
  return [...document.querySelectorAll('input, select, textarea')]
    .filter((field) => !['hidden', 'submit', 'button'].includes(field.type))
    .filter((field) => field.getBoundingClientRect().width > 2 && !field.closest('.unseen'))
    .filter((field) => !said(field))
    .map((field) => 'no name is seen: ' + (field.name || field.id));
}"""
