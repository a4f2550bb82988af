"""What is drawn: columns and lines within their plot, broken where nothing is known."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hub.web.supervision.plots import (
    BOTTOM,
    FEW,
    FEW_WIDTH,
    HEIGHT,
    LABELS,
    LEFT,
    LETTER,
    TOP,
    WIDTH,
    Series,
    plot,
    round_up,
)


def shown(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def test_columns_stand_on_the_floor_and_the_largest_stays_inside() -> None:
    made = plot(Series("t", ["a", "b", "c"], [0, 5, 10], shown), "summary")
    assert [bar.height for bar in made.bars] == [0, 78, 156]
    assert all(bar.y + bar.height == HEIGHT - BOTTOM for bar in made.bars)
    assert min(bar.y for bar in made.bars) >= TOP
    assert all(LEFT <= bar.x <= bar.x + bar.width <= WIDTH for bar in made.bars)
    assert [bar.says for bar in made.bars] == ["a: 0", "b: 5", "c: 10"]


def test_a_line_is_broken_where_a_value_is_missing() -> None:
    values = [1.0, 2.0, None, 3.0, None, 4.0, 5.0]
    made = plot(Series("t", list("abcdefg"), values, shown, line=True), "")
    assert [len(points.split()) for points in made.lines] == [2, 2]
    assert len(made.dots) == 5  # also the one that stands alone
    assert made.bars == ()


@pytest.mark.parametrize(("count", "width"), [(1, FEW_WIDTH), (FEW, FEW_WIDTH), (FEW + 1, WIDTH)])
def test_a_plot_of_few_labels_is_narrow_and_all_of_it_stays_inside(count: int, width: int) -> None:
    values = [float(n + 1) for n in range(count)]
    made = plot(Series("t", ["09:00"] * count, values, shown), "")
    assert (made.width, made.few) == (width, width < WIDTH)
    assert made.right < made.width
    assert len(made.across) == count
    assert all(made.left < bar.x < bar.x + bar.width < made.right for bar in made.bars)
    half = LETTER * len("09:00") / 2
    assert all(made.left < label.x - half < label.x + half < made.right for label in made.across)


@pytest.mark.parametrize("count", [5, 6, 7, 12, 13, 25, 29, 40])
def test_labels_with_a_year_do_not_run_into_each_other_nor_out_of_the_plot(count: int) -> None:
    made = plot(Series("t", ["26-12-31"] * count, [1.0] * count, shown), "")
    xs = [label.x for label in made.across]
    assert all(b - a > LETTER * len("26-12-31") for a, b in pairwise(xs))
    assert xs[-1] + LETTER * len("26-12-31") / 2 <= made.width


@pytest.mark.parametrize("count", [0, 1, 12, 13, 31, 365])
def test_a_plot_of_any_length_has_room_for_its_labels(count: int) -> None:
    labels = [str(n) for n in range(count)]
    made = plot(Series("t", labels, [float(n) for n in range(count)], shown), "")
    assert len(made.across) <= LABELS
    assert len(made.bars) == count
    assert bool(made.across) == bool(count)


def test_without_any_value_there_is_an_axis_and_no_column() -> None:
    made = plot(Series("t", ["a"], [None], shown), "")
    assert (made.bars, made.dots, made.lines) == ((), (), ())
    assert [label.text for label in made.up] == ["0", "0.5", "1"]


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (0.03, 0.04), (1, 1), (7, 8), (11, 20), (95, 100)]
)
def test_axes_end_at_round_numbers(value: float, top: float) -> None:
    assert round_up(value) == pytest.approx(top)
