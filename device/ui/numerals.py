"""A number so high that it is read across a hall, however narrow its room. Imports no display."""

from __future__ import annotations

from typing import Final

from pygame import Rect

from device.ui import theme
from device.ui.fonts import Typeface
from device.ui.scene import Line
from device.ui.sheet import Sheet

_STEP: Final = 0.97
_NARROWEST: Final = 0.45  # of the natural width; digits can still be told apart


def numeral(sheet: Sheet, box: Rect, text: str, least: int, colour: theme.Colour) -> None:
    """Set a number in the middle of `box`, `least` pixels high at least where that can be.

    What is too wide is first drawn smaller, but no lower than `least`; then narrower.
    """
    if text:
        sheet.put(_fitted(sheet, box, text, least, colour))


def _fitted(sheet: Sheet, box: Rect, text: str, least: int, colour: theme.Colour) -> Line:
    face, size = sheet.face, box.height * 2
    floor = sheet.px(theme.FLOOR)
    while size > floor:
        width = _width(face, text, size, box.width)
        ink = face.ink(text, size, True, width)
        low = ink.height * _STEP <= least  # another step would be too low
        fits = ink.width <= box.width and ink.height <= box.height
        if fits and (width is None or low):
            break
        size = min(size - 1, round(size * _STEP))
    start = (
        box.left + (box.width - ink.width) // 2 - ink.left,
        box.top + (box.height - ink.height) // 2 - ink.top,
    )
    return Line(text, size, colour, True, *start, ink.move(start), box, width)


def _width(face: Typeface, text: str, size: int, room: int) -> int | None:
    """The type size across with which the text fits `room`; None where that is its own."""
    natural = face.ink(text, size, True).width
    if natural <= room:
        return None
    return max(round(size * _NARROWEST), int(size * room / natural * 0.985))
