"""The hall of the benchmarks of all three roles is one that both programs would run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.roles import ROLES, RoleLayout, unit_of
from device.configuration import read
from device.peripherals import SECTIONS
from hub.configuration import HallFile
from wire.settings import load


def test_the_hall_has_a_place_for_each_unit(tmp_path: Path) -> None:
    plan = load(RoleLayout(tmp_path).write_hall(), HallFile).plan()
    assert {unit: role.value for unit, role in plan.role_of_unit.items()} == {
        unit_of(role): role for role in ROLES
    }


@pytest.mark.parametrize(
    ("role", "fitted"),
    [("counter", {"sign", "speech"}), ("board", {"speech"}), ("kiosk", {"printer", "card_reader"})],
)
def test_each_unit_has_its_usual_peripherals(tmp_path: Path, role: str, fitted: set[str]) -> None:
    settings = read(RoleLayout(tmp_path).write_role(role))
    assert (settings.unit.id, settings.unit.role.value) == (unit_of(role), role)
    assert {name for name in SECTIONS if getattr(settings, name)} == fitted
