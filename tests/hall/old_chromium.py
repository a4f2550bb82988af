"""Chromium 86, the oldest browser that the pages promise to work in.

It comes with an npm package that carried one for servers, for x86-64 alone.
"""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.hall.browser import ARGS, PATIENCE_MS
from tests.hall.npm import from_npm, run

PACKAGE = "chrome-aws-lambda@5.3.1"
VERSION = "86.0.4240.0"

_UNPACK = """
const { createReadStream, createWriteStream } = require('fs');
const unpacked = createReadStream(process.argv[1]).pipe(require('zlib').createBrotliDecompress());
unpacked.pipe(createWriteStream(process.argv[2]));
"""


def _unpack(packed: Path, ready: Path) -> None:
    run(packed.parent, "node", "-e", _UNPACK, str(packed), str(ready))
    ready.chmod(0o755)


@contextlib.contextmanager
def old_chromium() -> Iterator[Browser]:
    """A browser of 2020, with a profile of its own, closed at the end."""
    if platform.machine() != "x86_64":
        pytest.skip("there is a Chromium 86 for x86-64 alone")
    program = from_npm(PACKAGE, "bin/chromium.br", f"chromium-{VERSION}", _unpack)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=ARGS, headless=True, timeout=2 * PATIENCE_MS
        )
        try:
            assert browser.version == VERSION
            yield browser
        finally:
            browser.close()


class Hand:
    """What a person does on a page of that browser.

    The driver asks whether a thing can be seen in a way that this browser does not know: it is
    told not to ask, and whether it can be seen is asked here.
    """

    def __init__(self, page: Page) -> None:
        self._page = page

    def click(self, what: str) -> None:
        """Click on what a selector names once it is there to be clicked on."""
        self.see(what)
        self._page.click(what, force=True)

    def fill(self, what: str, text: str) -> None:
        """Type into a field."""
        self.see(what)
        self._page.fill(what, text, force=True)

    def choose(self, what: str, value: str) -> None:
        """Choose from a list."""
        self.see(what)
        self._page.select_option(what, value, force=True)

    def see(self, what: str, text: str = "") -> None:
        """Wait until a thing can be seen, with this text in it."""
        self._page.wait_for_function(_SEEN, arg=[what, text])


_SEEN = """([what, text]) => [...document.querySelectorAll(what)].some((found) =>
  found.getClientRects().length > 0
  && getComputedStyle(found).visibility === 'visible'
  && !found.disabled && (found.innerText || found.value || '').includes(text))"""
