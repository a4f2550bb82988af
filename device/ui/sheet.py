"""A sheet that a screen is set on: it collects a scene, and turns sizes into pixels.

A unit is a hundredth of the screen's height, less on a screen that is narrow for its
kind: one that lies, or one that stands upright. Imports pygame's Rect, no display.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pygame import Rect

from device.ui import theme
from device.ui.fonts import Typeface
from device.ui.layout import Align, Paragraph, centred, stack
from device.ui.scene import Item, Scene
from device.ui.theme import Colour
from device.ui.viewmodel import Bilingual, LanguageOrder

_NARROWEST: Final = 1.55  # width to height; a narrower screen gets smaller type
_UPRIGHT: Final = 0.88  # the same of a screen that stands upright


class Sheet:
    """One picture of `size` pixels in the making."""

    def __init__(self, size: tuple[int, int], face: Typeface, order: LanguageOrder) -> None:
        self.size = size
        self.face = face
        self.area = Rect((0, 0), size)
        narrowest = _UPRIGHT if self.upright else _NARROWEST
        self._unit = min(size[1], size[0] / narrowest) / 100
        self._order = order
        self._items: list[Item] = []

    @property
    def upright(self) -> bool:
        """Whether the screen is higher than it is wide."""
        return self.size[1] > self.size[0]

    @property
    def scene(self) -> Scene:
        """What has been put on the sheet so far."""
        return tuple(self._items)

    def px(self, units: float) -> int:
        """Units in pixels, at least one."""
        return max(1, round(units * self._unit))

    def put(self, item: Item) -> None:
        """Add an item above all others."""
        self._items.append(item)

    def text(self, box: Rect, paragraphs: Sequence[Paragraph], align: Align = Align.CENTRE) -> None:
        """Set paragraphs in the vertical middle of `box`; nothing leaves it."""
        floor = self.px(theme.FLOOR)
        self._items.extend(stack(self.face, box, paragraphs, align, floor))

    def number(
        self, box: Rect, text: str, size: int, colour: Colour, align: Align = Align.CENTRE
    ) -> None:
        """Set a number or a time by itself, `size` pixels high or what of it `box` has room for."""
        if not text:
            return
        paragraph = Paragraph(text, size, colour, strong=True)
        self.put(centred(self.face, box, paragraph, align, self.px(theme.FLOOR)))

    def first(self, text: Bilingual) -> str:
        """The text in the language that stands first."""
        chinese_first = self._order is LanguageOrder.CHINESE_FIRST
        return text.zh if chinese_first else text.en or text.zh

    def pair(
        self,
        text: Bilingual,
        units: float,
        colours: tuple[Colour, Colour],
        *,
        strong: bool = False,
        lines: int = 1,
        gap: float = 0.0,
        second: float | None = None,
    ) -> tuple[Paragraph, Paragraph]:
        """One text in both languages: the first large, the second smaller under it.

        `gap` units stand above it; `second` is the second language's size in units.
        """
        chinese_first = self._order is LanguageOrder.CHINESE_FIRST
        first, other = (text.zh, text.en) if chinese_first else (text.en or text.zh, text.zh)
        smaller = self.px(second if second is not None else units * theme.ENGLISH)
        return (
            Paragraph(first, self.px(units), colours[0], strong, lines, self.px(gap)),
            Paragraph(other if other != first else "", smaller, colours[1], False, lines),
        )
