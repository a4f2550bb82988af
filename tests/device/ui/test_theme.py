"""Everything written can be read: the contrast of what is on the screens, not only of a list."""

from __future__ import annotations

import pytest
from pygame import Surface

from device.ui import theme
from device.ui.gallery import SIZES, samples
from device.ui.painter import Painter
from device.ui.scene import Badge, Line
from device.ui.screens import compose
from device.ui.viewmodel import View

READABLE = 4.5


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ((0, 0, 0), (255, 255, 255), 21.0),
        ((255, 255, 255), (255, 255, 255), 1.0),
        ((119, 119, 119), (255, 255, 255), 4.48),
        ((255, 0, 0), (255, 255, 255), 4.0),
    ],
)
def test_contrast_is_that_of_the_guidelines(
    one: theme.Colour, other: theme.Colour, ratio: float
) -> None:
    assert theme.contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert theme.contrast(other, one) == theme.contrast(one, other)


@pytest.mark.parametrize(("text", "ground"), theme.TEXT_PAIRS)
def test_every_pair_can_be_read(text: theme.Colour, ground: theme.Colour) -> None:
    assert theme.contrast(text, ground) >= READABLE


@pytest.mark.parametrize("view", samples().values(), ids=samples())
def test_every_line_stands_on_a_ground_of_the_list(view: View, painter: Painter) -> None:
    surface = Surface(SIZES[0], depth=32)
    scene = compose(view, SIZES[0], painter.typeface)
    for at, item in enumerate(scene):
        if isinstance(item, Line):
            ground = tuple(surface.get_at(item.ink.center))[:3]
            assert (item.colour, ground) in theme.TEXT_PAIRS, item.text
        elif isinstance(item, Badge):
            assert (theme.PAPER, item.colour) in theme.TEXT_PAIRS or item.colour == theme.INK
        if not isinstance(item, Line):
            painter.paint(surface, scene[at : at + 1])
