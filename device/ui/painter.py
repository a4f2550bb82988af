"""Paints a scene onto a Surface. Imports pygame's drawing, no display.

What is slow to make (text, discs, faces) is kept, up to a bound in bytes, so that a
picture painted once is painted again in a few blits.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from pygame import Rect, Surface

from device.ui import signs
from device.ui.fonts import Lru, Typeface
from device.ui.scene import Badge, Block, Face, Line, Scene
from device.ui.theme import Colour

CACHE_BYTES: Final = 12_000_000
"""Room for all screens of one counter at 1024×600, or the common ones at 1920×1080."""


class Painter:
    """Owns the typeface and what has been drawn with it; used by one thread at a time."""

    def __init__(self, typeface: Typeface, cache_bytes: int = CACHE_BYTES) -> None:
        self.typeface = typeface
        self._kept: Lru[Hashable, Surface] = Lru(cache_bytes)

    @property
    def cached_bytes(self) -> int:
        """The pixels kept for the next picture, in bytes; never above the bound."""
        return self._kept.weight

    def paint(self, surface: Surface, scene: Scene) -> None:
        """Paint the items of `scene` from first to last."""
        for item in scene:
            match item:
                case Block():
                    self._block(surface, item)
                case Line():
                    surface.blit(self._text(item), item.ink)
                case Face(rect, level):
                    key = ("face", rect.width, level)
                    surface.blit(self._made(key, lambda: signs.face(rect.width, level)), rect)
                case Badge():
                    surface.blit(self._badge(item), item.rect)

    def _text(self, line: Line) -> Surface:
        key = (line.text, line.size, line.colour, line.strong)
        return self._made(key, lambda: self.typeface.render(*key))

    def _badge(self, item: Badge) -> Surface:
        key = (item.sign, item.rect.width, item.colour)
        return self._made(key, lambda: signs.badge(item.rect.width, item.sign, item.colour))

    def _block(self, surface: Surface, block: Block) -> None:
        if not block.radius:
            surface.fill(block.colour, block.rect)
            return
        rect, radius = block.rect, min(block.radius, min(block.rect.size) // 2)
        surface.fill(block.colour, rect.inflate(-2 * radius, 0))
        surface.fill(block.colour, rect.inflate(0, -2 * radius))
        self._corners(surface, rect, radius, block.colour)

    def _corners(self, surface: Surface, rect: Rect, radius: int, colour: Colour) -> None:
        key = ("disc", radius, colour)
        disc = self._made(key, lambda: signs.disc(2 * radius, colour))
        for right, x in ((0, rect.left), (radius, rect.right - radius)):
            for low, y in ((0, rect.top), (radius, rect.bottom - radius)):
                surface.blit(disc, (x, y), (right, low, radius, radius))

    def _made(self, key: Hashable, make: Callable[[], Surface]) -> Surface:
        kept = self._kept.get(key)
        if kept is None:
            kept = make()
            self._kept.put(key, kept, kept.get_width() * kept.get_height() * 4)
        return kept
