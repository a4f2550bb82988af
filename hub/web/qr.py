"""A code that phones read, as the path of a drawing: no picture file, nothing inline."""

from __future__ import annotations

from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

QUIET = 4
"""The white round a code, in modules; readers need it."""


@dataclass(frozen=True, slots=True)
class Code:
    """A square of `size` modules, its white edge included, and the path of the dark ones."""

    size: int
    path: str


def code_of(text: str) -> Code | None:
    """The code of a text; None if it is too long for one."""
    code = QRCode(border=QUIET, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    try:
        rows = code.get_matrix()
    except (DataOverflowError, ValueError):
        return None
    path = "".join(_row(y, row) for y, row in enumerate(rows))
    return Code(len(rows), path)


def _row(y: int, row: list[bool]) -> str:
    """The dark runs of a row, each as one rectangle."""
    found, begun = [], None
    for x, dark in enumerate([*row, False]):
        if dark and begun is None:
            begun = x
        elif not dark and begun is not None:
            found.append(f"M{begun} {y}h{x - begun}v1H{begun}z")
            begun = None
    return "".join(found)
