"""Colours and sizes. Imports nothing.

A size is in hundredths of the screen's height, so a screen looks alike at every
resolution. Every pair in `TEXT_PAIRS` has a contrast of at least 4.5 : 1 (WCAG 2 AA), and
nothing is told by colour alone: a level has a face, a name and a key number, a lost
connection a sentence.
"""

from __future__ import annotations

from typing import Final, TypeAlias

Colour: TypeAlias = tuple[int, int, int]

GROUND: Final[Colour] = (242, 245, 250)
PAPER: Final[Colour] = (255, 255, 255)
INK: Final[Colour] = (16, 32, 60)
QUIET: Final[Colour] = (74, 89, 115)
EDGE: Final[Colour] = (201, 211, 226)
NAVY: Final[Colour] = (11, 36, 78)
NAVY_QUIET: Final[Colour] = (190, 210, 240)
BLUE: Final[Colour] = (10, 78, 168)
BLUE_QUIET: Final[Colour] = (214, 230, 252)
AMBER: Final[Colour] = (255, 203, 84)
GREEN: Final[Colour] = (20, 118, 74)
RED: Final[Colour] = (176, 36, 30)
GREY: Final[Colour] = (92, 105, 128)

Pair: TypeAlias = tuple[Colour, Colour]
"""The colours of a text in two languages: of the first, and of the second under it."""

ON_GROUND: Final[Pair] = (INK, QUIET)
ON_PAPER: Final[Pair] = (INK, QUIET)
ON_NAVY: Final[Pair] = (PAPER, NAVY_QUIET)
ON_BLUE: Final[Pair] = (PAPER, BLUE_QUIET)

LEVELS: Final[dict[int, Colour]] = {
    5: (14, 112, 72),
    4: (66, 112, 24),
    3: (133, 97, 0),
    2: (176, 78, 8),
    1: (172, 34, 34),
}
"""The face of each level; its features are drawn in PAPER."""

TEXT_PAIRS: Final[tuple[tuple[Colour, Colour], ...]] = (
    (INK, GROUND),
    (INK, PAPER),
    (INK, AMBER),
    (AMBER, BLUE),
    (QUIET, GROUND),
    (QUIET, PAPER),
    (BLUE, GROUND),
    (BLUE, PAPER),
    (PAPER, NAVY),
    (NAVY_QUIET, NAVY),
    (PAPER, BLUE),
    (BLUE_QUIET, BLUE),
    (PAPER, INK),
    (NAVY_QUIET, INK),
    (PAPER, GREEN),
    (PAPER, RED),
    (PAPER, GREY),
    (RED, GROUND),
    *((PAPER, colour) for colour in LEVELS.values()),
)
"""Every (foreground, background) that a screen writes or draws a sign with."""

HEADER: Final = 15.0
EMERGENCY: Final = 21.0
"""An emergency text in the place of the header: room for all that may be written."""
BAND: Final = 8.0
FOOTER: Final = 9.5
MARGIN: Final = 4.0
GAP: Final = 2.2
RADIUS: Final = 2.0

CALLED: Final = 43.0
"""Type size of a called number where it has the room: its digits stand 0.73 of this high."""
TITLE: Final = 12.0
BODY: Final = 5.0
ENGLISH: Final = 0.55
"""Size of the second language, as a part of the first's."""
FLOOR: Final = 2.2
"""No text is drawn smaller than this; it is shortened instead."""


def contrast(one: Colour, other: Colour) -> float:
    """The WCAG 2 contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
