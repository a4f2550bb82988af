"""A hall board's screens: all of it on the screen, large enough and readable, in every shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from device.ui import theme
from device.ui.board_gallery import BOARD_SIZES, board_samples
from device.ui.fonts import Typeface
from device.ui.scene import Badge, Block, Line, Scene, bounds
from device.ui.screens import compose
from device.ui.viewmodel import (
    Bilingual,
    BoardCall,
    BoardView,
    Emergency,
    HallBoard,
    LanguageOrder,
    LinkConnecting,
    View,
    stale,
)

CASES = list(product(board_samples(), BOARD_SIZES, LanguageOrder))
EVERY = [
    pytest.param(*case, marks=() if index % 10 == 0 else pytest.mark.slow)
    for index, case in enumerate(CASES)
]
LANDSCAPE, UPRIGHT = (1024, 600), (600, 1024)


def ordered(name: str, order: LanguageOrder) -> View:
    view = board_samples()[name]
    return replace(view, frame=replace(view.frame, order=order))


def lines(scene: Scene) -> list[Line]:
    return [item for item in scene if isinstance(item, Line)]


def said(view: View, size: tuple[int, int], face: Typeface) -> str:
    return "|".join(line.text for line in lines(compose(view, size, face)))


def grounds(scene: Scene) -> Iterator[tuple[Line, theme.Colour]]:
    """Each line with the colour that it stands on."""
    for index, item in enumerate(scene):
        if isinstance(item, Line):
            under = [b for b in scene[:index] if isinstance(b, Block) and b.rect.contains(item.ink)]
            yield item, under[-1].colour


@pytest.mark.parametrize(("name", "size", "order"), EVERY)
def test_nothing_leaves_its_place_and_all_can_be_read(
    name: str, size: tuple[int, int], order: LanguageOrder, typeface: Typeface
) -> None:
    scene = compose(ordered(name, order), size, typeface)
    screen = scene[0]
    assert isinstance(screen, Block)
    assert screen.rect.size == size
    for item in scene:
        assert screen.rect.contains(bounds(item)), item
        if isinstance(item, Line):
            assert item.box.contains(item.ink), item.text
        if isinstance(item, Badge):
            assert theme.contrast(theme.PAPER, item.colour) >= 4.5
    for line, ground in grounds(scene):
        assert theme.contrast(line.colour, ground) >= 4.5, line.text


@pytest.mark.parametrize(("name", "size", "order"), EVERY)
def test_the_number_called_is_a_fifth_of_the_screen_high(
    name: str, size: tuple[int, int], order: LanguageOrder, typeface: Typeface
) -> None:
    view = ordered(name, order)
    if not isinstance(view, HallBoard) or not view.calls:
        assert all(line.width is None for line in lines(compose(view, size, typeface)))
        return
    drawn = lines(compose(view, size, typeface))
    called = next(line for line in drawn if line.text == view.calls[0].number)
    assert called.ink.height >= size[1] / 5
    assert called.ink.height == max(line.ink.height for line in drawn)


@pytest.mark.parametrize("size", BOARD_SIZES)
def test_both_languages_of_all_that_is_told_stand_on_the_screen(
    size: tuple[int, int], typeface: Typeface
) -> None:
    for name in ("board-notice", "board-stale", "board-emergency", "board-closed"):
        text = said(board_samples()[name], size, typeface).replace("|", "").replace(" ", "")
        view = board_samples()[name]
        told: list[str] = [*view.frame.hall]
        if isinstance(view, Emergency):
            told += view.text
        elif isinstance(view, HallBoard):
            told += view.notice or ()
            told += [part for call in view.calls[:2] for part in call.service]
        for part in told:
            assert part.replace(" ", "") in text, (name, part)


def test_the_longest_notice_is_told_whole(typeface: Typeface) -> None:
    view = board_samples()["board-long"]
    assert isinstance(view, HallBoard)
    for size in BOARD_SIZES:
        text = said(view, size, typeface).replace("|", "").replace(" ", "")
        for part in view.notice or ():
            assert part.replace(" ", "") in text, size


def test_the_first_language_is_the_large_one(typeface: Typeface) -> None:
    for order, first in ((LanguageOrder.CHINESE_FIRST, 0), (LanguageOrder.ENGLISH_FIRST, 1)):
        drawn = {
            line.text: line for line in lines(compose(ordered("board", order), LANDSCAPE, typeface))
        }
        names = ("请到3号窗口", "Please come to counter 3")
        assert drawn[names[first]].size > drawn[names[1 - first]].size
        assert drawn[names[first]].baseline < drawn[names[1 - first]].baseline


def test_there_is_a_sample_of_every_screen() -> None:
    assert {type(view) for view in board_samples().values()} == set(get_args(BoardView))


def test_a_call_that_flashes_changes_ink_and_ground(typeface: Typeface) -> None:
    for name, colours in (("board", (theme.PAPER, theme.BLUE)), ("board-flash", None)):
        scene = compose(board_samples()[name], LANDSCAPE, typeface)
        number, ground = next(found for found in grounds(scene) if found[0].text == "A012")
        assert (number.colour, ground) == (colours or (theme.BLUE, theme.PAPER))


def test_what_was_called_again_says_so(typeface: Typeface) -> None:
    assert "第2次" in said(board_samples()["board-recalled"], LANDSCAPE, typeface)
    assert "第" not in said(board_samples()["board"], LANDSCAPE, typeface)


def test_lines_without_room_take_turns(typeface: Typeface) -> None:
    view = board_samples()["board"]
    assert isinstance(view, HallBoard)
    names = [f"N{n:02}" for n in range(15)]
    many = tuple(replace(view.queues[0], name=Bilingual(name)) for name in names)
    for size in (LANDSCAPE, UPRIGHT):
        seen: set[str] = set()
        for turn in range(15):
            text = said(replace(view, queues=many, turn=turn), size, typeface)
            seen |= {name for name in names if f"|{name}|" in text}
        assert seen == set(names)


def test_an_old_picture_says_how_old_it_is_and_foretells_nothing(typeface: Typeface) -> None:
    view = board_samples()["board"]
    assert isinstance(view, HallBoard)
    now = said(view, LANDSCAPE, typeface)
    assert "10–25 min" in now
    assert "No news" not in now
    old = replace(view, frame=replace(view.frame, link=stale(240, "10:41")), as_of="10:41")
    text = said(old, LANDSCAPE, typeface)
    assert "No news of the hall since 10:41, for 4 min" in text
    assert "Waiting, as of 10:41" in text
    assert "min|" not in text.replace("4 min", "")
    kept = replace(view, frame=replace(view.frame, link=LinkConnecting()), as_of="10:41")
    assert "Not connected to the hall yet; this was so at 10:41" in said(kept, LANDSCAPE, typeface)


@pytest.mark.parametrize(
    ("wait", "counters", "told"),
    [
        ((0, 0), 1, "no wait"),
        ((0, 1), 1, "no wait"),
        ((0, 5), 1, "within 5 min"),
        ((5, 5), 1, "about 5 min"),
        ((5, 9), 1, "5–9 min"),
        (None, 0, "no counter open"),
    ],
)
def test_a_forecast_is_told_as_people_say_it(
    wait: tuple[int, int] | None, counters: int, told: str, typeface: Typeface
) -> None:
    view = board_samples()["board"]
    assert isinstance(view, HallBoard)
    queue = replace(view.queues[0], wait_min=wait, counters=counters)
    assert f"|{told}" in said(replace(view, queues=(queue,)), LANDSCAPE, typeface)


def test_an_emergency_goes_over_everything(typeface: Typeface) -> None:
    view = board_samples()["board-emergency"]
    assert isinstance(view, Emergency)
    scene = compose(view, LANDSCAPE, typeface)
    sizes = {line.text: line.size for line in lines(scene)}
    assert max(sizes, key=lambda text: sizes[text]) in view.text.zh
    assert "A012" not in said(view, LANDSCAPE, typeface)


@pytest.mark.parametrize("number", ["A1", "A001", "A1000", "AB1000", "WW9999"])
@pytest.mark.parametrize("size", BOARD_SIZES)
def test_every_number_has_its_height(
    number: str, size: tuple[int, int], typeface: Typeface
) -> None:
    view = board_samples()["board"]
    assert isinstance(view, HallBoard)
    call = BoardCall(number, "3", view.calls[0].service)
    drawn = lines(compose(replace(view, calls=(call,)), size, typeface))
    called = next(line for line in drawn if line.text == number)
    assert called.ink.height >= size[1] / 5
    assert called.box.contains(called.ink)
