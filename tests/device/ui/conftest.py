"""One typeface and one painter for the folder: the font's hash is checked once."""

from __future__ import annotations

import pytest

from device.ui.fonts import Typeface
from device.ui.painter import Painter


@pytest.fixture(scope="session")
def typeface() -> Typeface:
    return Typeface.load()


@pytest.fixture(scope="session")
def painter(typeface: Typeface) -> Painter:
    return Painter(typeface)
