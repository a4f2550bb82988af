"""Units come back by themselves after the broker has been away."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.fleet import UNITS, WITHIN_S, last_return_s


@pytest.mark.slow
def test_twenty_units_are_back(tmp_path: Path) -> None:
    # On a busy machine one try may be late.
    assert any(last_return_s(_folder(tmp_path, n), 20) < WITHIN_S for n in range(3))


def _folder(parent: Path, number: int) -> Path:
    made = parent / str(number)
    made.mkdir()
    return made


@pytest.mark.long
@pytest.mark.timeout(400)
def test_two_hundred_units_are_back(tmp_path: Path) -> None:
    took = last_return_s(tmp_path, UNITS)
    print(f"fleet: {UNITS} units back within {took:.1f} s")
    assert took < WITHIN_S
