"""What a unit reads of its machine's clocks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from device import timekeeping
from device.stamps import stamps
from device.timekeeping import read_moment
from tests.device.samples import moment
from wire.clock import ManualClock, RealClock

BOOT = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(timekeeping, "boot_id", lambda: BOOT)
    timekeeping._boot.cache_clear()
    yield
    timekeeping._boot.cache_clear()


def test_runs_of_one_boot_share_its_clock_but_not_a_scaled_one() -> None:
    assert read_moment(RealClock()).boot == "0f1e2d3c"
    assert read_moment(ManualClock()).boot == ""


def test_each_record_names_the_boot_by_whose_clock_it_is_stamped() -> None:
    at = read_moment(RealClock())
    assert stamps("run-1", "c1", at)["boot"] == at.boot
    assert stamps("run-1", "c1", moment(10.0))["boot"] == ""
