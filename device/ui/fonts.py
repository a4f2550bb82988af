"""The one typeface: static Noto Sans SC, pinned by its hash. Imports pygame.freetype.

The common CJK collections open with Japanese glyphs and the variable font draws
hairlines, so no other file is ever used, nor is the system asked for fonts.
pygame.freetype serves every size from one face; pygame.font opens the file once a size
and took 8 MB more for six sizes.
"""

from __future__ import annotations

import hashlib
from itertools import accumulate
from pathlib import Path
from typing import Final, cast

import pygame
import pylopdf_fonts_zh_cn
from pygame import freetype

from device.ui.lru import Lru
from device.ui.theme import Colour
from wire.errors import ConfigurationError

SHA256: Final = "faa6c9df652116dde789d351359f3d7e5d2285a2b2a1f04a2d7244df706d5ea9"
PACKAGE: Final = "pylopdf-fonts-zh-cn==0.1.1"

_STRENGTH: Final = 1 / 34  # of the em; the default 1/36 looks thin on dark ground
_DEPTH: Final = 32
_METRICS_KEPT: Final = 1024
_REFERENCE: Final = 200  # the size at which advances are taken, large enough not to be rounded


class Typeface:
    """Noto Sans SC in every size; measures and draws one line of text at a time."""

    def __init__(self, font: freetype.Font) -> None:
        self._font = font
        self._inks: Lru[tuple[str, int, bool, int | None], pygame.Rect] = Lru(_METRICS_KEPT)
        self._ends: Lru[str, tuple[float, ...]] = Lru(_METRICS_KEPT)
        # freetype's own order of red and blue is blitted fifty times as slowly to a screen.
        self._like = pygame.Surface((1, 1), pygame.SRCALPHA, _DEPTH)

    @classmethod
    def load(cls, path: Path | None = None) -> Typeface:
        """Open the pinned font, or the file at `path`, which must be the same one.

        Raises ConfigurationError when it is missing or is another file.
        """
        path = path or pylopdf_fonts_zh_cn.sans_path()
        _check(path)
        if not freetype.get_init():
            freetype.init()
        font = freetype.Font(str(path))
        font.strength = _STRENGTH
        return cls(font)

    def ink(
        self, text: str, size: int, strong: bool = False, width: int | None = None
    ) -> pygame.Rect:
        """Where a line's pixels lie, in pixels from the start of its baseline, y downwards.

        `width` is the type size across, for a number that is narrower than it is drawn else.
        """
        key = (text, size, strong, width)
        ink = self._inks.get(key)
        if ink is None:
            rect = self._font.get_rect(text, style=_style(strong), size=_extent(size, width))
            ink = pygame.Rect(rect.x, -rect.y, rect.width, rect.height)
            self._inks.put(key, ink)
        return ink

    def ends(self, text: str) -> tuple[float, ...]:
        """Where each character ends, in parts of the type size from the line's start."""
        kept = self._ends.get(text)
        if kept is None:
            metrics = self._font.get_metrics(text, size=_REFERENCE)
            kept = tuple(
                accumulate(metric[4] / _REFERENCE if metric else 0.0 for metric in metrics)
            )
            self._ends.put(text, kept)
        return kept

    def render(
        self, text: str, size: int, colour: Colour, strong: bool = False, width: int | None = None
    ) -> pygame.Surface:
        """A line's pixels on transparent ground, as large as its `ink`."""
        extent = _extent(size, width)
        surface, _ = self._font.render(text, fgcolor=colour, style=_style(strong), size=extent)
        return surface.convert(self._like)


def _extent(size: int, width: int | None) -> float:
    # pygame takes a pair for another width than height; its types know of one number only.
    return size if width is None else cast("float", (width, size))


def _style(strong: bool) -> int:
    return freetype.STYLE_STRONG if strong else freetype.STYLE_NORMAL


def _check(path: Path) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigurationError([f"font {path}: {error.strerror}; {_REMEDY}"]) from error
    if found != SHA256:
        raise ConfigurationError([f"font {path}: SHA-256 is {found}, not {SHA256}; {_REMEDY}"])


_REMEDY: Final = f"install it again with: pip install --force-reinstall {PACKAGE}"
