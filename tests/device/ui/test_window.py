"""The window draws only what changed, and needs no display to be looked at."""

from __future__ import annotations

import io
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest
from pygame import Surface

from device.ui.gallery import SIZES, samples
from device.ui.painter import Painter
from device.ui.screens import draw
from device.ui.window import Window, encode_png
from wire.errors import HardwareError

SIZE = SIZES[0]
MARK = (255, 0, 255)


@pytest.fixture
def window(painter: Painter) -> Iterator[Window]:
    window = Window.open("offscreen", SIZE)
    yield window
    window.close()


def test_an_equal_view_draws_nothing_and_another_does(window: Window) -> None:
    assert window.show(samples()["idle"])
    window.surface.set_at((3, 3), MARK)
    assert not window.show(samples()["idle"])
    assert window.surface.get_at((3, 3))[:3] == MARK
    assert window.show(samples()["calling"])
    assert window.surface.get_at((3, 3))[:3] != MARK


def test_drawn_over_any_other_a_picture_is_what_it_is_alone(
    window: Window, painter: Painter
) -> None:
    views, surface, alone = samples(), Surface(SIZE, depth=32), {}
    for name, view in views.items():
        draw(surface, view, painter)
        alone[name] = surface.get_view("2").raw
    shown = ""
    for name in _every_one_after_every_other(list(alone)):
        before, shown = shown, name
        window.show(views[name])
        assert window.surface.get_view("2").raw == alone[name], f"{name} after {before}"


def _every_one_after_every_other(names: list[str]) -> Iterator[str]:
    for index, name in enumerate(names):
        yield name
        for other in names[index + 1 :]:
            yield other
            yield name


def test_the_walk_leaves_no_pair_out() -> None:
    walk = list(_every_one_after_every_other(list("abcd")))
    assert set(itertools.pairwise(walk)) >= set(itertools.permutations("abcd", 2))


def test_only_the_part_that_differs_is_drawn(window: Window) -> None:
    window.show(samples()["inviting"])
    window.surface.set_at((3, 3), MARK)  # in the header
    window.show(samples()["thanks"])
    assert window.surface.get_at((3, 3))[:3] == MARK


def test_the_png_has_the_pixels_shown(window: Window) -> None:
    window.show(samples()["inviting"])
    shown = pygame.image.load(io.BytesIO(window.png()), "shown.png")
    assert shown.get_size() == SIZE
    assert pygame.image.tobytes(shown, "RGB") == pygame.image.tobytes(window.surface, "RGB")


def test_a_picture_is_encoded_once_and_a_new_one_anew(window: Window) -> None:
    window.show(samples()["idle"])
    first = window.png()
    assert window.png() is first
    window.show(samples()["thanks"])
    assert window.png() != first


def test_png_of_a_known_picture() -> None:
    pixels = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    image = pygame.image.load(io.BytesIO(encode_png(pixels, (3, 2))), "x.png")
    assert image.get_size() == (3, 2)
    assert pygame.image.tobytes(image, "RGB") == pixels


def test_what_was_prepared_needs_nothing_new_and_is_not_shown(window: Window) -> None:
    before = pygame.image.tobytes(window.surface, "RGB")
    views = [samples()["inviting"], samples()["thanks"]]
    window.prepare(views)
    assert pygame.image.tobytes(window.surface, "RGB") == before
    kept = window._painter.cached_bytes
    assert kept > 0
    for view in views:
        assert window.show(view)
    assert window._painter.cached_bytes == kept
    window.show(samples()["closed"])
    assert window._painter.cached_bytes > kept


def test_a_real_window_shows_the_same_picture(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    real = Window.open("window", SIZE)
    try:
        assert pygame.display.get_surface() is real.surface
        for each in (window, real):
            each.show(samples()["serving"])
        assert real.png() == window.png()
    finally:
        real.close()
    assert not pygame.display.get_init()


@pytest.fixture
def real(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    real = Window.open("window", SIZE)
    real.attend()
    yield real
    real.close()


def test_what_the_display_has_lost_is_drawn_again(real: Window) -> None:
    view = samples()["serving"]
    real.show(view)
    assert not real.attend()
    assert not real.show(view)
    pygame.event.post(pygame.Event(pygame.WINDOWEXPOSED))
    assert not real.attend()
    assert real.show(view)


def test_closing_the_window_is_told_once(real: Window) -> None:
    pygame.event.post(pygame.Event(pygame.QUIT))
    assert real.attend()
    assert not real.attend()


def test_a_screen_without_a_desktop_is_not_closed(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.ui.window._KMS_DRIVER", "dummy")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    kms = Window.open("kms", SIZE)
    pygame.event.post(pygame.Event(pygame.QUIT))
    assert not kms.attend()
    kms.close()


def test_off_any_display_there_is_nothing_to_hear(window: Window) -> None:
    assert window.attend_s is None
    assert not window.attend()
    assert not pygame.display.get_init()


@pytest.mark.parametrize("mode", ["window", "kms"])
def test_a_display_that_is_not_there_is_an_error_that_says_so(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "nosuch")
    if mode == "kms":
        monkeypatch.setattr("device.ui.window._KMS_DRIVER", "nosuch-kms")
    with pytest.raises(HardwareError, match=rf"mode '{mode}' at 1024×600.*offscreen"):
        Window.open(mode, SIZE)  # type: ignore[arg-type]
    assert not pygame.display.get_init()


LIGHT = """
import sys
import device.ui.viewmodel
assert "pygame" not in sys.modules
from device.ui.gallery import samples
from device.ui.window import Window
window = Window.open("offscreen", (1920, 1080))
for view in samples().values():
    window.show(view)
import pygame
pages = int(open("/proc/self/statm").read().split()[1])
print(pages * 4096 // 1_000_000, pygame.display.get_init(), "numpy" in sys.modules)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_every_screen_fits_in_memory_without_video_or_numpy() -> None:
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], env=paths, capture_output=True, text=True, check=True
    )
    megabytes, *others = done.stdout.split()
    assert others == ["False", "False"]
    assert 20 < int(megabytes) < 85
