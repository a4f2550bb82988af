"""Divides a room into boxes. Imports pygame's Rect, no display."""

from __future__ import annotations

from pygame import Rect


def cut(room: Rect, height: int) -> tuple[Rect, Rect]:
    """The upper `height` pixels of `room`, and the rest."""
    upper = Rect(room.left, room.top, room.width, height)
    return upper, Rect(room.left, upper.bottom, room.width, room.height - height)


def grid(room: Rect, columns: int, rows: int, gap: int, highest: int | None = None) -> list[Rect]:
    """Boxes of one size that fill `room`, row by row, `gap` pixels apart.

    None is higher than `highest`; then the foot of `room` stays free. Without columns or rows
    there are none.
    """
    if columns < 1 or rows < 1:
        return []
    width = (room.width - (columns - 1) * gap) // columns
    height = (room.height - (rows - 1) * gap) // rows
    if highest is not None:
        height = min(height, highest)
    return [
        Rect(room.left + column * (width + gap), room.top + row * (height + gap), width, height)
        for row in range(rows)
        for column in range(columns)
    ]
