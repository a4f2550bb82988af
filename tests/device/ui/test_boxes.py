"""Rooms are divided into boxes that lie apart and stay inside."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from pygame import Rect

from device.ui.boxes import cut, grid

ROOM = Rect(7, 11, 640, 480)


@settings(max_examples=30)
@given(
    columns=st.integers(1, 6),
    rows=st.integers(1, 6),
    gap=st.integers(1, 20),
    highest=st.none() | st.integers(1, 200),
)
def test_boxes_of_one_size_lie_apart_and_fill_the_room(
    columns: int, rows: int, gap: int, highest: int | None
) -> None:
    boxes = grid(ROOM, columns, rows, gap, highest)
    assert len(boxes) == columns * rows
    assert len({box.size for box in boxes}) == 1
    assert all(ROOM.contains(box) for box in boxes)
    assert not any(a.inflate(gap - 1, gap - 1).colliderect(b) for a, b in combinations(boxes, 2))
    assert boxes == sorted(boxes, key=lambda box: (box.top, box.left))
    assert ROOM.right - boxes[-1].right < columns
    if highest is None:
        assert ROOM.bottom - boxes[-1].bottom < rows
    else:
        assert boxes[0].height <= highest


def test_without_columns_or_rows_there_are_no_boxes() -> None:
    assert grid(ROOM, 0, 3, 1) == grid(ROOM, 3, 0, 1) == []


def test_a_room_is_cut_in_two() -> None:
    assert cut(ROOM, 100) == (Rect(7, 11, 640, 100), Rect(7, 111, 640, 380))
