"""Every screen in every size and language looks as it did when somebody looked at it."""

from __future__ import annotations

import json

import pygame
import pytest
from pygame import Rect

from device.ui.catalogue import Screen, Size
from device.ui.painter import Painter
from device.ui.viewmodel import LanguageOrder
from tests.device.ui.references import (
    FINGERPRINTS,
    FOLDER,
    Case,
    cases,
    drawn,
    fingerprint,
    halved,
    like_fingerprint,
    like_picture,
    name_of,
    path_of,
    pictured,
)

MOST_BYTES = 3_000_000
KEPT: dict[str, str] = json.loads(FINGERPRINTS.read_text(encoding="utf-8"))

EVERY = [
    pytest.param(case, id=name_of(case), marks=() if index % 100 == 0 else pytest.mark.slow)
    for index, case in enumerate(cases())
]
PICTURED = [
    pytest.param(*found, id=path_of(*found).stem, marks=() if n % 40 == 0 else pytest.mark.slow)
    for n, found in enumerate(pictured())
]
RENEW = "look at the screen, then: python -m tests.device.ui.references"


@pytest.mark.parametrize("case", EVERY)
def test_a_screen_has_its_fingerprint(case: Case, painter: Painter) -> None:
    found = fingerprint(drawn(case, painter))
    assert name_of(case) in KEPT, RENEW
    assert like_fingerprint(found, KEPT[name_of(case)]), RENEW


@pytest.mark.parametrize(("screen", "size"), PICTURED)
def test_a_screen_looks_like_its_picture(screen: Screen, size: Size, painter: Painter) -> None:
    found = halved(drawn((screen, size, LanguageOrder.CHINESE_FIRST), painter))
    kept = pygame.image.load(path_of(screen, size))
    assert like_picture(found, kept), RENEW


def test_nothing_is_kept_that_is_not_drawn_and_all_of_it_is_small() -> None:
    assert set(KEPT) == {name_of(case) for case in cases()}, RENEW
    assert {path.name for path in FOLDER.glob("*.png")} == {
        path_of(screen, size).name for screen, size in pictured()
    }, RENEW
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < MOST_BYTES


def test_a_number_that_is_another_one_is_another_picture(painter: Painter) -> None:
    screen, size = next(found for found in pictured() if found[0].name == "calling")
    found = drawn((screen, size, LanguageOrder.CHINESE_FIRST), painter)
    kept = pygame.image.load(path_of(screen, size))
    assert like_picture(halved(found), kept)
    found.fill((255, 255, 255), Rect(480, 200, 60, 60))
    assert not like_picture(halved(found), kept)
    assert not like_fingerprint(fingerprint(found), KEPT[f"calling {size[0]}x{size[1]} zh"])
