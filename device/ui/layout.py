"""Puts text into boxes so that nothing overflows. Imports pygame's Rect, draws nothing.

A paragraph that is too long is first drawn smaller, then broken into as many lines as it
may have, and only then shortened with an ellipsis; a stack of paragraphs that is too high
shrinks as a whole. Break points are reckoned from the characters' advances; the ink of
every line is then measured, and has the last word.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Final

from pygame import Rect

from device.ui.fonts import Typeface
from device.ui.scene import Line
from device.ui.theme import Colour

ELLIPSIS: Final = "…"
_ASCENT: Final = 0.95  # of the type size, from a line's top to its baseline
_LEADING: Final = 1.22
_SHRINK_FIRST: Final = 0.78  # how far one line is shrunk before it is broken
_STEP: Final = 0.93
_STACKS_KEPT: Final = 512
_NEVER_FIRST: Final = "、，。；：！？）》」』…·,.;:!?)% "
_NEVER_LAST: Final = "（《「『("


class Align(Enum):
    """Where lines stand in their box; the value is the share of free room to their left."""

    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text of one size, in at most `lines` lines; `gap` pixels stand above it."""

    text: str
    size: int
    colour: Colour
    strong: bool = False
    lines: int = 1
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A paragraph's lines at the size that they fit in."""

    lines: tuple[str, ...]
    size: int

    @property
    def height(self) -> int:
        """Pixels from the top of the first line to the bottom of the last."""
        return len(self.lines) * leading(self.size)


def leading(size: int) -> int:
    """The height of a line of this type size, in pixels."""
    return round(size * _LEADING)


def stack(
    face: Typeface, box: Rect, paragraphs: Sequence[Paragraph], align: Align, floor: int
) -> tuple[Line, ...]:
    """The paragraphs' lines one under the other, in the vertical middle of `box`.

    No type is smaller than `floor` pixels. Paragraphs that do not fit even then are
    dropped from the last on, so that what is shown is whole. What has been set before is
    not set again: most of a screen is what stood on the one before.
    """
    return _stacked(face, (box.x, box.y, box.w, box.h), tuple(paragraphs), align, floor)


@lru_cache(maxsize=_STACKS_KEPT)
def _stacked(
    face: Typeface,
    place: tuple[int, int, int, int],
    paragraphs: tuple[Paragraph, ...],
    align: Align,
    floor: int,
) -> tuple[Line, ...]:
    box = Rect(place)
    wanted = [paragraph for paragraph in paragraphs if paragraph.text]
    while wanted:
        for scaled in _ever_smaller(wanted, floor):
            fitted = [fit(face, paragraph, box.width, floor) for paragraph in scaled]
            if _height(scaled, fitted) <= box.height:
                return tuple(_placed(face, box, scaled, fitted, align))
        wanted.pop()
    return ()


def centred(face: Typeface, box: Rect, paragraph: Paragraph, align: Align, floor: int) -> Line:
    """One line with its ink, not its line box, in the vertical middle of `box`.

    For numbers that stand alone: they may fill the box, whose height a line box would waste.
    """
    for size in _sizes(paragraph.size, min(floor, paragraph.size)):
        ink = face.ink(paragraph.text, size, paragraph.strong)
        if ink.width <= box.width and ink.height <= box.height:
            break
    left = box.left + round((box.width - ink.width) * align.value)
    top = box.top + (box.height - ink.height) // 2
    start = (left - ink.left, top - ink.top)
    return _line(replace(paragraph, size=size), paragraph.text, start, ink.move(start), box)


def fit(face: Typeface, paragraph: Paragraph, width: int, floor: int) -> Fitted:
    """The paragraph in `width` pixels: smaller, then broken, then shortened."""
    floor = min(floor, paragraph.size)
    for lines in range(1, paragraph.lines + 1):
        last = lines == paragraph.lines
        lowest = floor if last else max(floor, round(paragraph.size * _SHRINK_FIRST))
        for size in _sizes(paragraph.size, lowest):
            broken = broken_into(face, paragraph.text, lines, width / size)
            if broken and _within(face, broken, size, paragraph.strong, width):
                return Fitted(broken, size)
    return Fitted(_shortened(face, paragraph, floor, width), floor)


def broken_into(face: Typeface, text: str, lines: int, width: float) -> tuple[str, ...] | None:
    """`text` in at most `lines` even lines of `width` times the type size; None if too long."""
    ends = face.ends(text)
    if ends[-1] <= width:
        return (text,)
    if ends[-1] > width * lines:
        return None
    even = ends[-1] / lines
    for share in range(11):
        broken = _greedy(text, ends, even + (width - even) * share / 10)
        if broken and len(broken) <= lines:
            return broken
    return None


def _greedy(text: str, ends: tuple[float, ...], width: float) -> tuple[str, ...] | None:
    lines: list[str] = []
    start = 0
    while start < len(text):
        stop = bisect_right(ends, width + (ends[start - 1] if start else 0.0))
        while stop > start and not _may_end(text, stop):
            stop -= 1
        if stop <= start:
            return None
        lines.append(text[start:stop].strip())
        start = stop
    return tuple(lines)


def _may_end(text: str, at: int) -> bool:
    """Whether a line may end before `text[at]`."""
    if at == len(text):
        return True
    before, after = text[at - 1], text[at]
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    return before in " /" or _is_wide(before) or _is_wide(after)


def _is_wide(character: str) -> bool:
    return character >= "\u2e80"


def _within(face: Typeface, lines: Sequence[str], size: int, strong: bool, width: int) -> bool:
    return all(face.ink(line, size, strong).width <= width for line in lines)


def _shortened(face: Typeface, paragraph: Paragraph, size: int, width: int) -> tuple[str, ...]:
    """The longest beginning that fits, with an ellipsis; at least the ellipsis."""
    room = bisect_right(face.ends(paragraph.text), width / size * paragraph.lines)
    for length in range(min(room, len(paragraph.text) - 1), 0, -1):
        text = paragraph.text[:length].rstrip() + ELLIPSIS
        broken = broken_into(face, text, paragraph.lines, width / size)
        if broken and _within(face, broken, size, paragraph.strong, width):
            return broken
    return (ELLIPSIS,)


def _sizes(size: int, lowest: int) -> Iterator[int]:
    while size > lowest:
        yield size
        size = min(size - 1, round(size * _STEP))
    yield lowest


def _ever_smaller(paragraphs: Sequence[Paragraph], floor: int) -> Iterator[list[Paragraph]]:
    scale = 1.0
    while True:
        yield [_scaled(paragraph, scale, floor) for paragraph in paragraphs]
        if all(paragraph.size * scale <= floor for paragraph in paragraphs):
            return
        scale *= _STEP


def _scaled(paragraph: Paragraph, scale: float, floor: int) -> Paragraph:
    size = max(min(floor, paragraph.size), round(paragraph.size * scale))
    return replace(paragraph, size=size, gap=round(paragraph.gap * scale))


def _height(paragraphs: Sequence[Paragraph], fitted: Sequence[Fitted]) -> int:
    return sum(block.height for block in fitted) + sum(item.gap for item in paragraphs[1:])


def _placed(
    face: Typeface,
    box: Rect,
    paragraphs: Sequence[Paragraph],
    fitted: Sequence[Fitted],
    align: Align,
) -> Iterator[Line]:
    top = box.top + (box.height - _height(paragraphs, fitted)) // 2
    for index, (paragraph, block) in enumerate(zip(paragraphs, fitted, strict=True)):
        top += paragraph.gap if index else 0
        sized = replace(paragraph, size=block.size)
        for text in block.lines:
            ink = face.ink(text, block.size, paragraph.strong)
            left = box.left + round((box.width - ink.width) * align.value)
            start = (left - ink.left, top + round(block.size * _ASCENT))
            yield _line(sized, text, start, ink.move(start), box)
            top += leading(block.size)


def _line(paragraph: Paragraph, text: str, start: tuple[int, int], ink: Rect, box: Rect) -> Line:
    return Line(text, paragraph.size, paragraph.colour, paragraph.strong, *start, ink, box)
