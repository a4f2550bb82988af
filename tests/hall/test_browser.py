"""What the tests' own browser is asked, and that its answers can be no."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.hall.browser import Person, drawn_apart

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]


def test_pictures_without_chinese_fonts_are_refused(browser: Browser, tmp_path: Path) -> None:
    person = Person(browser, "nobody", tmp_path)
    page = person.open("about:blank")
    assert drawn_apart(page, "直", "值")
    # Two characters that no font has are the same box: so would all be without a font.
    assert not drawn_apart(page, "\U000e0ffe", "\U000e0fff")
    assert person.picture(page, "blank").exists()
