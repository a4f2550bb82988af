"""What a unit and a hall do while nothing happens: next to nothing, and nothing on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.idle import watch


@pytest.mark.slow
def test_an_idle_hall_writes_nothing_and_a_unit_stays_small(tmp_path: Path) -> None:
    unit, hub = watch(tmp_path, 6.0)
    assert (unit.written, hub.written) == (0, 0)
    assert unit.mb < 90
    assert unit.share < 10  # other work shares the machine; the long run holds the real bound


@pytest.mark.long
def test_an_idle_unit_uses_under_two_per_cent(tmp_path: Path) -> None:
    unit, hub = watch(tmp_path, 60.0)
    print(f"idle: unit {unit}, hub {hub}")
    assert unit.share < 2
    assert unit.mb < 90
    assert (unit.written, hub.written) == (0, 0)
