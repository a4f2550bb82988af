"""The pinned typeface, its Chinese glyphs, and the bound on what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pygame
import pylopdf_fonts_zh_cn
import pytest
from pygame import Surface

from device.ui import theme
from device.ui.fonts import SHA256, Typeface
from device.ui.gallery import SIZES, samples
from device.ui.painter import Painter
from device.ui.scene import Line
from device.ui.screens import compose, draw
from device.ui.viewmodel import Bilingual, Serving
from wire.errors import ConfigurationError

# 直 as Noto Sans draws it for Simplified Chinese and for Japanese, 20 by 20.
CHINESE = """\
.........##.........
.........##.........
.##################.
........###.........
........##..........
...##############...
...##############...
...##..........##...
...##..........##...
...##############...
...##..........##...
...##..........##...
...##############...
...##..........##...
...##..........##...
...##############...
...##..........##...
...##..........##...
####################
####################
""".splitlines()
JAPANESE = """\
.........##.........
.........##.........
####################
####################
.........##.........
......###########...
.##..############...
.##..##.........#...
.##..############...
.##..############...
.##..##.........#...
.##..############...
.##..############...
.##..##.........#...
.##..############...
.##...###########...
.##.................
.###################
.###################
.##.................
""".splitlines()


def differing(glyph: Sequence[str], other: Sequence[str]) -> int:
    """In how many of 400 cells two glyphs differ."""
    return sum(
        a != b for rows in zip(glyph, other, strict=True) for a, b in zip(*rows, strict=True)
    )


def is_chinese(glyph: Sequence[str]) -> bool:
    """Whether it is near the Chinese pattern, and not half as near to the Japanese one."""
    return differing(glyph, CHINESE) <= min(50, differing(glyph, JAPANESE) // 2)


def test_the_judge_tells_the_two_glyphs_apart() -> None:
    assert is_chinese(CHINESE)
    assert not is_chinese(JAPANESE)
    assert differing(CHINESE, JAPANESE) > 100


def cells(glyph: Surface, ground: theme.Colour, ink: theme.Colour) -> list[str]:
    """A glyph on plain ground, cut to its ink and reduced to 20 by 20 cells."""
    mask = pygame.mask.from_threshold(glyph, ink, (90, 90, 90))
    cut = glyph.subsurface(mask.get_bounding_rects()[0].unionall(mask.get_bounding_rects()))
    small = pygame.transform.smoothscale(cut, (20, 20))
    middle = (sum(ground) + sum(ink)) / 2
    dark = sum(ink) < sum(ground)
    return [
        "".join(
            "#" if (sum(tuple(small.get_at((x, y)))[:3]) < middle) == dark else "."
            for x in range(20)
        )
        for y in range(20)
    ]


def test_the_screens_write_chinese_and_not_japanese_glyphs(painter: Painter) -> None:
    frame = samples()["serving"].frame
    view = Serving(frame, "直", Bilingual("直"), "")
    surface = Surface(SIZES[2], depth=32)
    draw(surface, view, painter)
    lines = [item for item in compose(view, SIZES[2], painter.typeface) if isinstance(item, Line)]
    drawn = max((line for line in lines if line.text == "直"), key=lambda line: line.size)
    glyph = cells(surface.subsurface(drawn.ink), theme.GROUND, drawn.colour)
    assert is_chinese(glyph), "\n".join(glyph)


def test_another_hand_draws_the_font_s_glyph_alike() -> None:
    """The pattern above is that of the pinned file, drawn by SDL_ttf instead of FreeType."""
    pygame.font.init()
    font = pygame.font.Font(str(pylopdf_fonts_zh_cn.sans_path()), 300)
    surface = Surface((400, 500), depth=32)
    surface.fill(theme.PAPER)
    surface.blit(font.render("直", True, theme.INK), (0, 0))
    glyph = cells(surface, theme.PAPER, theme.INK)
    pygame.font.quit()
    assert is_chinese(glyph), "\n".join(glyph)


def test_every_character_of_the_screens_has_a_glyph(typeface: Typeface) -> None:
    missing = typeface.render("\U0001f5ff", 40, theme.INK)
    for view in samples().values():
        for item in compose(view, SIZES[0], typeface):
            if isinstance(item, Line):
                for character in set(item.text) - {" "}:
                    glyph = typeface.render(character, 40, theme.INK)
                    assert glyph.get_buffer().raw != missing.get_buffer().raw, character


def test_another_file_is_refused_and_the_error_says_what_to_do(tmp_path: Path) -> None:
    sound = pylopdf_fonts_zh_cn.sans_path().read_bytes()
    tampered = tmp_path / "NotoSansSC-Regular.otf"
    tampered.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    with pytest.raises(ConfigurationError) as refused:
        Typeface.load(tampered)
    assert str(tampered) in str(refused.value)
    assert SHA256 in str(refused.value)
    assert "pip install --force-reinstall pylopdf-fonts-zh-cn==0.1.1" in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"No such file.*pip install"):
        Typeface.load(tmp_path / "none.otf")


def test_strong_ink_is_wider(typeface: Typeface) -> None:
    assert typeface.ink("王", 60, strong=True).width > typeface.ink("王", 60).width


def test_rendered_pixels_are_as_large_as_the_ink_promised(typeface: Typeface) -> None:
    for text in ("A001", "请到3号窗口", "gypsy, jag"):
        for strong in (False, True):
            promised = typeface.ink(text, 57, strong).size
            assert typeface.render(text, 57, theme.INK, strong).get_size() == promised


def test_the_painter_keeps_no_more_than_its_bound(typeface: Typeface) -> None:
    bound = 300_000
    painter = Painter(typeface, bound)
    surface = Surface(SIZES[0], depth=32)
    for view in samples().values():
        draw(surface, view, painter)
        assert 0 < painter.cached_bytes <= bound


def test_text_has_the_order_of_colours_that_a_screen_has(typeface: Typeface) -> None:
    rendered = typeface.render("A001", 40, (10, 78, 168))
    screen = pygame.Surface((1, 1), depth=32)
    assert rendered.get_masks()[:3] == screen.get_masks()[:3]
    assert rendered.get_flags() & pygame.SRCALPHA
