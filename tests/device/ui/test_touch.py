"""What a finger means: what stands under it, once, and nothing where nothing stands."""

from __future__ import annotations

import pygame
import pytest

from device.ui.gallery import samples
from device.ui.scene import Area, touched
from device.ui.screens import compose
from device.ui.viewmodel import View
from device.ui.window import Window, _place

SIZE = (1024, 600)


@pytest.fixture(scope="module")
def window() -> Window:
    return Window.open("offscreen", SIZE)


def areas(view: View, window: Window) -> dict[str, pygame.Rect]:
    scene = compose(view, SIZE, window._painter.typeface)
    return {item.target: item.rect for item in scene if isinstance(item, Area)}


@pytest.mark.parametrize("name", ["inviting", "calling-invitation", "paused-invitation"])
def test_every_level_can_be_touched_wherever_it_is_shown(name: str, window: Window) -> None:
    view = samples()[name]
    found = areas(view, window)
    assert set(found) == {f"rating-{level}" for level in range(1, 6)}
    for target, rect in found.items():
        window.show(view)
        window.touch(rect.center)
        assert window.touches() == [target]
        assert min(rect.size) >= 0.09 * SIZE[1], "large enough for a finger"


@pytest.mark.parametrize("name", ["tags", "tags-chosen", "serving-tags"])
def test_every_reason_can_be_touched(name: str, window: Window) -> None:
    found = areas(samples()[name], window)
    codes = {target for target in found if target.startswith("tag-")}
    assert len(codes) in {5, 8}
    assert ("tags-done" in found) is (name != "serving-tags")


@pytest.mark.parametrize("name", ["idle", "thanks", "closed", "calling", "alone-offering"])
def test_nothing_is_to_be_touched_outside_a_question(name: str, window: Window) -> None:
    assert not areas(samples()[name], window)


def test_beside_the_cards_a_finger_means_nothing(window: Window) -> None:
    window.show(samples()["inviting"])
    window.touch((2, 2))
    window.touch(None)
    assert window.touches() == []
    assert touched((), (2, 2)) is None


def test_a_touch_counts_once_though_it_comes_as_a_mouse_as_well() -> None:
    finger = pygame.event.Event(pygame.FINGERDOWN, x=0.5, y=0.25)
    echo = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(512, 150), touch=True)
    mouse = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(512, 150), touch=False)
    wheel = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=4, pos=(512, 150), touch=False)
    places = [_place(event, SIZE) for event in (finger, echo, mouse, wheel)]
    assert places == [(512, 150), None, (512, 150), None]
