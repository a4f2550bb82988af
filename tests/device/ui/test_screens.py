"""Every screen, at every size: nothing overflows, nothing is missing, the number is large."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from typing import get_args

import pygame
import pytest
from pygame import Rect, Surface

from device.ui import signs, theme
from device.ui.fonts import Typeface
from device.ui.gallery import SIZES, samples
from device.ui.layout import ELLIPSIS
from device.ui.painter import Painter
from device.ui.scene import Block, Face, Line, Scene, Sign
from device.ui.screens import compose, draw
from device.ui.texts import both, rating_options
from device.ui.viewmodel import (
    Bilingual,
    BoardView,
    Calling,
    Closed,
    Connecting,
    Fault,
    Frame,
    Idle,
    Inviting,
    LanguageOrder,
    LinkConnecting,
    LinkLive,
    Paused,
    Serving,
    View,
    stale,
)

ALL_SIZES = (*SIZES, (800, 480), (1366, 768))
EVERY = pytest.mark.parametrize("view", samples().values(), ids=samples())
ONE_OF_EACH = pytest.mark.parametrize(
    "view",
    {type(view): view for view in samples().values()}.values(),
    ids=lambda v: type(v).__name__,
)


BENEATH = ("calling-invitation", "serving-invitation", "paused-invitation")


def lines(scene: Scene) -> list[Line]:
    return [item for item in scene if isinstance(item, Line)]


def uncovered(scene: Scene) -> list[Line]:
    """The lines that no later block hides."""
    return [
        line
        for at, line in enumerate(scene)
        if isinstance(line, Line)
        and not any(isinstance(over, Block) and over.rect.contains(line.ink) for over in scene[at:])
    ]


def words(view: View, typeface: Typeface) -> str:
    return " ".join(line.text for line in lines(compose(view, SIZES[0], typeface)))


def test_there_is_a_sample_of_every_screen() -> None:
    of_others = set(get_args(BoardView))
    assert {type(view) for view in samples().values()} == set(get_args(View)) - of_others


@pytest.mark.parametrize("size", ALL_SIZES)
def test_nothing_overflows_overlaps_or_is_shortened(
    size: tuple[int, int], typeface: Typeface
) -> None:
    for name, view in samples().items():
        scene = compose(view, size, typeface)
        boxes = [item.ink if isinstance(item, Line) else item.rect for item in scene]
        outside = [box for box in boxes if not Rect((0, 0), size).contains(box)]
        overflowing = [line.text for line in lines(scene) if not line.box.contains(line.ink)]
        shortened = [line.text for line in lines(scene) if ELLIPSIS in line.text]
        overlapping = [
            (one.text, other.text)
            for one, other in combinations(uncovered(scene), 2)
            if one.ink.colliderect(other.ink)
        ]
        assert (outside, overflowing, shortened, overlapping) == ([], [], [], []), name


@EVERY
def test_a_line_stands_wholly_on_one_ground(view: View, typeface: Typeface) -> None:
    scene = compose(view, SIZES[0], typeface)
    for line in uncovered(scene):
        at = scene.index(line)
        under = [
            b.rect for b in scene[:at] if isinstance(b, Block) and b.rect.colliderect(line.ink)
        ]
        over = [b.rect for b in scene[at:] if isinstance(b, Block) and b.rect.colliderect(line.ink)]
        assert under[-1].contains(line.ink), line.text
        assert over == [], line.text


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "view",
    [view for view in samples().values() if isinstance(view, Calling | Serving)],
    ids=[name for name, view in samples().items() if isinstance(view, Calling | Serving)],
)
@pytest.mark.parametrize("order", LanguageOrder)
def test_the_called_number_stands_a_fifth_of_the_screen_high(
    view: Calling | Serving, order: LanguageOrder, size: tuple[int, int], painter: Painter
) -> None:
    if not view.number:
        order = LanguageOrder.CHINESE_FIRST  # in English it is two words, and called to nobody
    view = replace(view, frame=replace(view.frame, order=order))
    number = max(lines(compose(view, size, painter.typeface)), key=lambda line: line.size)
    assert number.text == (view.number or "无号")
    surface = Surface(size, depth=32)
    draw(surface, view, painter)
    mask = pygame.mask.from_threshold(surface.subsurface(number.ink), number.colour, (8, 8, 8))
    parts = mask.get_bounding_rects()
    assert parts[0].unionall(parts[1:]).height >= size[1] / 5


@EVERY
def test_the_same_view_is_the_same_bytes(view: View, typeface: Typeface, painter: Painter) -> None:
    warm, cold = Surface(SIZES[0], depth=32), Surface(SIZES[0], depth=32)
    cold.fill((255, 0, 255))
    draw(warm, view, painter)
    draw(cold, view, Painter(typeface))
    assert warm.get_buffer().raw == cold.get_buffer().raw


def test_every_sample_is_a_picture_of_its_own(painter: Painter) -> None:
    surface = Surface(SIZES[0], depth=32)
    pictures = set()
    for view in samples().values():
        draw(surface, view, painter)
        pictures.add(surface.get_buffer().raw)
    assert len(pictures) == len(samples())


@ONE_OF_EACH
def test_a_lost_link_is_told_on_every_screen(view: View, typeface: Typeface) -> None:
    live = replace(view, frame=replace(view.frame, link=LinkLive()))
    lost = replace(view, frame=replace(view.frame, link=stale(240, "09:07")))
    chinese, english = both(
        "No connection to the hall since {since}, for {age}",
        since="09:07",
        age=Bilingual("4分钟", "4 min"),
    )
    assert chinese in words(lost, typeface)
    assert english in words(lost, typeface)
    assert "09:07" not in words(live, typeface)


@ONE_OF_EACH
@pytest.mark.parametrize("order", LanguageOrder)
def test_an_emergency_is_told_on_every_screen_over_nothing_that_is_called(
    view: View, order: LanguageOrder, typeface: Typeface
) -> None:
    link = stale(240, "09:07")
    frame = replace(view.frame, emergency=Bilingual("请撤离", "Leave now"), order=order, link=link)
    told = words(replace(view, frame=frame), typeface)
    assert "请撤离" in told
    assert "Leave now" in told
    assert "09:07" in told, "and the link that is down as well"
    assert f"{view.frame.counter}号窗口" in told
    silent = replace(view, frame=replace(frame, emergency=None))
    assert "请撤离" not in words(silent, typeface)
    for one in lines(compose(silent, SIZES[0], typeface)):
        if isinstance(view, Calling | Serving) and one.text == view.number:
            assert one.text in told


@ONE_OF_EACH
def test_a_notice_is_told_on_every_screen_and_hides_no_rating_key(
    view: View, typeface: Typeface
) -> None:
    told = replace(view, frame=replace(view.frame, notice=Bilingual("没有号票", "No ticket")))
    scene = compose(told, SIZES[0], typeface)
    assert [line.text for line in lines(scene)[-2:]] == ["没有号票", "No ticket"]
    silent = compose(replace(view, frame=replace(view.frame, notice=None)), SIZES[0], typeface)
    assert "没有号票" not in {line.text for line in lines(silent)}


@pytest.mark.parametrize("name", ["calling-notice", "long-calling", "long-paused-invitation"])
@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_notice_hides_nothing_of_the_invitation(
    name: str, size: tuple[int, int], typeface: Typeface
) -> None:
    view = samples()[name]
    told = replace(view, frame=replace(view.frame, notice=Bilingual("没有号票", "No ticket")))
    shown = {line.text for line in uncovered(compose(told, size, typeface))}
    for option in rating_options():
        assert {option.zh, option.en, str(option.key)} <= shown


REASONS = {
    "chinese": ("到二楼不动产登记档案室查阅原始登记材料，请稍后再来。" * 3)[:60],
    "english": ("Fetching the original register of land from the archive " * 2)[:60],
    "wide-words": ("W" * 19 + " ") * 3,
    "no-break": "證" * 60,
}
ASKED = samples()["inviting"]


@pytest.mark.parametrize("order", LanguageOrder)
@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS)
@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("size", ALL_SIZES)
def test_a_pause_tells_all_of_itself_however_long_its_reason(
    size: tuple[int, int], asked: bool, reason: str, order: LanguageOrder, typeface: Typeface
) -> None:
    frame = replace(samples()["long-paused"].frame, order=order)
    assert isinstance(ASKED, Inviting)
    view = Paused(frame, Bilingual(reason), "10:45", invitation=ASKED.invitation if asked else None)
    drawn = lines(compose(view, size, typeface))
    told = "".join(line.text for line in drawn).replace(" ", "")
    assert reason.replace(" ", "") in told
    for text in (*both("Paused"), *both("Back at {time}", time="10:45"), *both(WATCH)):
        assert text.replace(" ", "") in told
    assert not [line.text for line in drawn if not line.box.contains(line.ink)]


WATCH = "Please watch for your number at the other counters"


@pytest.mark.parametrize(
    ("name", "told", "untold"),
    [
        ("paused", ["预计 10:45 返回", "Back at 10:45", "用餐", "Meal"], ["请稍候"]),
        ("paused-overdue", ["请稍候", "Please wait", "用餐"], ["返回", "Back at"]),
        ("paused-plain", [], ["请稍候", "返回", "Back at"]),
    ],
)
def test_a_pause_says_what_is_known_of_it(
    name: str, told: list[str], untold: list[str], typeface: Typeface
) -> None:
    text = words(samples()[name], typeface)
    for known in (*told, *both("Paused"), *both(WATCH)):
        assert known in text
    for unknown in untold:
        assert unknown not in text


@ONE_OF_EACH
def test_the_counter_the_hall_and_the_time_are_on_every_screen(
    view: View, typeface: Typeface
) -> None:
    text = words(view, typeface)
    assert f"{view.frame.counter}号窗口" in text
    assert f"Counter {view.frame.counter}" in text
    assert view.frame.clock in text
    assert view.frame.hall.zh in text


@ONE_OF_EACH
def test_english_first_puts_english_on_top_and_larger(view: View, typeface: Typeface) -> None:
    for order, first in ((LanguageOrder.CHINESE_FIRST, 0), (LanguageOrder.ENGLISH_FIRST, 1)):
        ordered = replace(view, frame=replace(view.frame, order=order))
        name = both("Counter {counter}", counter=view.frame.counter)
        drawn = {line.text: line for line in lines(compose(ordered, SIZES[0], typeface))}
        top, under = drawn[name[first]], drawn[name[1 - first]]
        assert top.size > under.size
        assert top.baseline < under.baseline


@pytest.mark.parametrize("name", ["inviting", *BENEATH])
def test_levels_have_face_names_and_key_and_none_stands_out(name: str, typeface: Typeface) -> None:
    scene = compose(samples()[name], SIZES[0], typeface)
    faces = [item for item in scene if isinstance(item, Face)]
    assert [face.level for face in faces] == [5, 4, 3, 2, 1]
    assert len({(face.rect.size, face.rect.top) for face in faces}) == 1
    assert len({b.rect.left - a.rect.left for a, b in pairwise(faces)}) == 1
    drawn = {line.text: line for line in lines(scene)}
    for option, face in zip(rating_options(), faces, strict=True):
        for text in (option.zh, option.en):
            assert abs(drawn[text].ink.centerx - drawn[option.zh].ink.centerx) <= 1
        assert abs(drawn[str(option.key)].ink.centerx - face.rect.centerx) < SIZES[0][0] / 10


def test_the_time_left_is_told_and_its_bar_shrinks(typeface: Typeface) -> None:
    view = samples()["inviting"]
    assert isinstance(view, Inviting)
    widths = []
    for seconds in (10, 5, 1):
        left = replace(view, invitation=replace(view.invitation, seconds_left=seconds))
        assert f"剩余 {seconds} 秒" in words(left, typeface)
        scene = compose(left, SIZES[0], typeface)
        widths.append(
            max(b.rect.width for b in scene if isinstance(b, Block) and b.colour == theme.BLUE)
        )
    assert widths[0] == pytest.approx(2 * widths[1], abs=2)
    assert widths[0] == pytest.approx(10 * widths[2], abs=10)


def test_faces_differ_without_colour(painter: Painter) -> None:
    features = []
    for level in theme.LEVELS:
        face = signs.face(120, level)
        features.append(pygame.mask.from_threshold(face, theme.PAPER, (60, 60, 60, 255)))
    for one, other in combinations(features, 2):
        alike = one.overlap_area(other, (0, 0))
        assert one.count() + other.count() - 2 * alike > 0.2 * max(one.count(), other.count())


def test_every_sign_is_drawn() -> None:
    drawn = {signs.badge(80, sign, theme.RED).get_buffer().raw for sign in Sign}
    plain = signs.disc(80, theme.RED).get_buffer().raw
    assert len(drawn - {plain}) == len(Sign)


def test_a_disc_is_smooth_and_keeps_its_colour_at_the_edge() -> None:
    disc = signs.disc(40, theme.RED)
    pixels = [disc.get_at((x, y)) for x in range(40) for y in range(40)]
    edge = [pixel for pixel in pixels if 40 < pixel.a < 215]
    assert len(edge) > 40
    assert all(abs(pixel.r - theme.RED[0]) < 12 for pixel in edge)


def test_rounded_corners_show_the_ground(painter: Painter) -> None:
    surface = Surface((100, 60), depth=32)
    painter.paint(surface, (Block(Rect(10, 10, 80, 40), theme.PAPER, radius=12),))
    corners = [surface.get_at(at)[:3] for at in ((10, 10), (89, 10), (10, 49), (89, 49))]
    assert corners == [(0, 0, 0)] * 4
    for at in ((22, 10), (50, 49), (10, 30), (89, 30), (14, 14)):
        assert surface.get_at(at)[:3] == theme.PAPER


def test_repeated_calls_are_told(typeface: Typeface) -> None:
    view = samples()["calling"]
    assert isinstance(view, Calling)
    assert "第3次" in words(replace(view, recalls=2), typeface)
    assert "第" not in words(view, typeface)


def test_waiting_people_are_counted_and_old_counts_are_dated(typeface: Typeface) -> None:
    view = samples()["idle"]
    assert isinstance(view, Idle)
    assert "等候 12 人" in words(view, typeface)
    assert both("as of {time}", time="10:41").zh not in words(view, typeface)
    assert "截至10:41" in words(samples()["alone-idle"], typeface)
    assert "没有等候的号票" in words(replace(view, waiting=0), typeface)


def test_connecting_says_so_once_and_other_screens_wear_the_band(typeface: Typeface) -> None:
    band = both("Not connected to the hall yet").en
    frame = replace(samples()["idle"].frame, link=LinkConnecting())
    assert band not in words(Connecting(frame), typeface)
    assert band in words(Closed(frame), typeface)


def test_a_fault_names_what_is_wrong_and_what_helps(typeface: Typeface) -> None:
    view = samples()["fault-disk"]
    assert isinstance(view, Fault)
    for text in (*view.title, *view.detail):
        assert text in words(view, typeface)


@pytest.mark.parametrize("size", ALL_SIZES)
def test_an_empty_frame_is_drawn_without_a_nameless_counter(
    size: tuple[int, int], typeface: Typeface
) -> None:
    empty = Frame("", Bilingual(""), Bilingual(""), "")
    drawn = {line.text for line in lines(compose(Closed(empty), size, typeface))}
    assert drawn == {*both("Counter closed"), *both("Please go to another counter")}


def test_what_is_no_view_is_refused(typeface: Typeface) -> None:
    class Stranger:
        frame = samples()["idle"].frame

    with pytest.raises(TypeError, match="Stranger"):
        compose(Stranger(), SIZES[0], typeface)  # type: ignore[arg-type]
