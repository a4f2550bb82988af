"""The kiosk's screens, at every size, lying and upright: whole, readable, and to be touched."""

from __future__ import annotations

from itertools import combinations
from typing import get_args

import pytest
from pygame import Rect, Surface

from device.ui import theme
from device.ui.fonts import Typeface
from device.ui.kiosk_gallery import KIOSK_SIZES, samples
from device.ui.kiosk_texts import sorry
from device.ui.kiosk_views import KioskFrame, KioskHome, KioskTicket, KioskView, Offer, Paper
from device.ui.layout import ELLIPSIS
from device.ui.painter import Painter
from device.ui.scene import Area, Badge, Block, Line, Scene, touched
from device.ui.screens import compose, draw
from device.ui.viewmodel import Bilingual

SMALLEST = ((1024, 600), (600, 1024))
FRAME = KioskFrame(Bilingual("大厅", "Hall"), "10:41")
OF_EACH = ("home", "classes", "card", "taking", "ticket", "trouble", "closed", "emergency")
UNITS_HIGH = 6.0
"""A finger needs about 12 mm, which is this on the smallest screens."""


def areas(scene: Scene) -> dict[str, Rect]:
    return {item.target: item.rect for item in scene if isinstance(item, Area)}


def lines(scene: Scene) -> list[Line]:
    return [item for item in scene if isinstance(item, Line)]


def test_there_is_a_sample_of_every_screen() -> None:
    assert {type(view) for view in samples().values()} == set(get_args(KioskView))


ONE_OF_EACH = {f"kiosk-{name}": samples()[f"kiosk-{name}"] for name in OF_EACH}


@pytest.mark.parametrize("size", SMALLEST)
def test_nothing_overflows_overlaps_or_is_shortened(
    size: tuple[int, int], typeface: Typeface
) -> None:
    assert {type(view) for view in ONE_OF_EACH.values()} == set(get_args(KioskView))
    _check(ONE_OF_EACH, size, typeface)


@pytest.mark.slow
@pytest.mark.parametrize("size", KIOSK_SIZES)
def test_nor_on_any_other_screen(size: tuple[int, int], typeface: Typeface) -> None:
    _check(samples(), size, typeface)


@pytest.mark.parametrize("code", ["hall_closed", "emergency", "restoring", "person_limit"])
def test_a_refusal_that_the_hub_gives_has_words_of_its_own(code: str) -> None:
    assert sorry(code) != sorry("refused")


def _check(views: dict[str, KioskView], size: tuple[int, int], typeface: Typeface) -> None:
    for name, view in views.items():
        scene = compose(view, size, typeface)
        boxes = [item.ink if isinstance(item, Line) else item.rect for item in scene]
        assert [box for box in boxes if not Rect((0, 0), size).contains(box)] == [], name
        assert [x.text for x in lines(scene) if ELLIPSIS in x.text] == [], name
        inks = [(x.text, x.ink) for x in lines(scene) if x.ink.size != (0, 0)]
        assert [(a, b) for (a, i), (b, j) in combinations(inks, 2) if i.colliderect(j)] == [], name
        _check_touch(name, areas(scene), size)


def _check_touch(name: str, found: dict[str, Rect], size: tuple[int, int]) -> None:
    for target, rect in found.items():
        assert rect.height * 100 >= UNITS_HIGH * min(size), (name, target)
        assert rect.width >= rect.height, (name, target)
    for (one, a), (other, b) in combinations(found.items(), 2):
        assert not a.colliderect(b), (name, one, other)


@pytest.mark.slow
def test_what_is_written_has_the_contrast_of_the_theme(typeface: Typeface) -> None:
    for name, view in samples().items():
        scene = compose(view, SMALLEST[0], typeface)
        for at, item in enumerate(scene):
            if isinstance(item, Line | Badge):
                ink = item.ink if isinstance(item, Line) else item.rect
                grounds = [x for x in scene[:at] if isinstance(x, Block) and x.rect.contains(ink)]
                ground = grounds[-1].colour
                colour = item.colour
                assert theme.contrast(colour, ground) >= (4.5 if isinstance(item, Line) else 3), (
                    name
                )


def test_a_finger_finds_each_service_and_nothing_beside_it(typeface: Typeface) -> None:
    view = samples()["kiosk-home"]
    scene = compose(view, SMALLEST[0], typeface)
    assert isinstance(view, KioskHome)
    for offer in view.offers:
        target = f"service:{offer.service}"
        assert touched(scene, areas(scene)[target].center) == target
    assert touched(scene, areas(scene)["language"].center) == "language"
    assert touched(scene, (2, 2)) is None


@pytest.mark.parametrize("size", SMALLEST)
@pytest.mark.parametrize("count", [1, 4, 7, 10, 30])
def test_every_service_is_on_a_page(count: int, size: tuple[int, int], typeface: Typeface) -> None:
    name = Bilingual("事项", "Service")
    offers = tuple(Offer(f"s{index}", name, "A", 3, (1, 5), 2) for index in range(count))
    found: list[str] = []
    for page in range(count):
        scene = compose(KioskHome(FRAME, offers, page), size, typeface)
        shown = [target for target in areas(scene) if target.startswith("service:")]
        if shown[0] in found:
            break
        found += shown
    assert found == [f"service:{offer.service}" for offer in offers]


@pytest.mark.parametrize("size", KIOSK_SIZES)
def test_the_number_is_large(size: tuple[int, int], typeface: Typeface) -> None:
    scene = compose(KioskTicket(FRAME, "A012", FRAME.hall, Paper.OUT), size, typeface)
    [number] = [item for item in lines(scene) if item.text == "A012"]
    assert number.ink.height >= (0.12 if size[1] > size[0] else 0.2) * size[1]


def test_the_code_can_be_read(typeface: Typeface) -> None:
    """Its dark modules, run by run, are those of the code for this address, with light around."""
    import qrcode  # noqa: PLC0415

    url = "https://hall.example/t/abc"
    size = SMALLEST[0]
    view = KioskTicket(FRAME, "A012", FRAME.hall, Paper.OUT, url=url)
    surface = Surface(size, depth=32)
    draw(surface, view, Painter(typeface))
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(url)
    code.make(fit=True)
    wanted = code.get_matrix()
    scene = compose(view, size, typeface)
    dark = [x for x in scene if isinstance(x, Block) and x.colour == theme.INK]
    pixel = min(block.rect.height for block in dark)
    left = min(block.rect.left for block in dark) - 4 * pixel
    top = min(block.rect.top for block in dark) - 4 * pixel
    seen = [
        [
            surface.get_at((left + x * pixel + pixel // 2, top + y * pixel + pixel // 2))[:3]
            == theme.INK
            for x in range(len(wanted))
        ]
        for y in range(len(wanted))
    ]
    assert seen == wanted
    assert pixel * len(wanted) >= 0.25 * size[1]


def test_an_address_too_long_for_a_code_leaves_it_out(typeface: Typeface) -> None:
    view = KioskTicket(FRAME, "A012", FRAME.hall, Paper.OUT, url="h" * 3000)
    texts = [item.text for item in lines(compose(view, SMALLEST[0], typeface))]
    assert "A012" in texts
    assert not any("Scan" in text for text in texts)
