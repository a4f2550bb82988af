"""Figures, and the table that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured thing: what, how much, and the limit that was measured beside it.

    `aim` is what was aimed at, in words.
    """

    name: str
    value: str
    limit: str = ""
    ratio: str = ""
    aim: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def times(value: float, limit: float) -> str:
    """A ratio as text."""
    return f"{value / limit:.2f}×"


def table(figures: Sequence[Figure]) -> str:
    """A Markdown table of figures."""
    rows = [("what", "measured", "limit in the same run", "ratio", "aim")]
    rows += [(f.name, f.value, f.limit, f.ratio, f.aim) for f in figures]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]) + "\n"
