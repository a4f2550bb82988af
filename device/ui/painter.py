"""Paints a scene onto a Surface. Imports pygame's drawing, no display.

What is slow to make (text, discs, faces) is kept, up to a bound in bytes, so that a
picture painted once is painted again in a few blits.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from pygame import Rect, Surface

from device.ui import signs
from device.ui.fonts import Typeface
from device.ui.lru import Lru
from device.ui.scene import Area, Badge, Block, Face, Line, Scene, bounds
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
        """Paint the items of `scene` from first to last, inside the surface's clip."""
        clip = surface.get_clip()
        for item in scene:
            if isinstance(item, Area):
                continue
            place = bounds(item)
            if not clip.colliderect(place):
                continue
            if isinstance(item, Block):
                self._block(surface, item)
            else:
                surface.blit(self._piece(item), place)

    def make_ready(self, scene: Scene) -> None:
        """Make what is slow to make of `scene`, so that painting it is a few blits."""
        for item in scene:
            if isinstance(item, Line | Face | Badge):
                self._piece(item)
            elif isinstance(item, Block) and item.radius:
                self._disc(_radius(item), item.colour)

    def _piece(self, item: Line | Face | Badge) -> Surface:
        match item:
            case Line():
                return self._text(item)
            case Face():
                return self._face(item)
            case Badge():
                return self._badge(item)

    def _text(self, line: Line) -> Surface:
        key = (line.text, line.size, line.colour, line.strong, line.width)
        return self._made(key, lambda: self.typeface.render(*key))

    def _face(self, item: Face) -> Surface:
        key = ("face", item.rect.width, item.level)
        return self._made(key, lambda: signs.face(item.rect.width, item.level))

    def _badge(self, item: Badge) -> Surface:
        key = (item.sign, item.rect.width, item.colour)
        return self._made(key, lambda: signs.badge(item.rect.width, item.sign, item.colour))

    def _block(self, surface: Surface, block: Block) -> None:
        if not block.radius:
            surface.fill(block.colour, block.rect)
            return
        rect, radius = block.rect, _radius(block)
        surface.fill(block.colour, rect.inflate(-2 * radius, 0))
        surface.fill(block.colour, rect.inflate(0, -2 * radius))
        self._corners(surface, rect, radius, block.colour)

    def _corners(self, surface: Surface, rect: Rect, radius: int, colour: Colour) -> None:
        disc = self._disc(radius, colour)
        for right, x in ((0, rect.left), (radius, rect.right - radius)):
            for low, y in ((0, rect.top), (radius, rect.bottom - radius)):
                surface.blit(disc, (x, y), (right, low, radius, radius))

    def _disc(self, radius: int, colour: Colour) -> Surface:
        return self._made(("disc", radius, colour), lambda: signs.disc(2 * radius, colour))

    def _made(self, key: Hashable, make: Callable[[], Surface]) -> Surface:
        kept = self._kept.get(key)
        if kept is None:
            kept = make()
            self._kept.put(key, kept, kept.get_width() * kept.get_height() * 4)
        return kept


def _radius(block: Block) -> int:
    return min(block.radius, min(block.rect.size) // 2)
