"""Clocks: the real one, the scaled one that programs agree on, the one that tests move."""

from __future__ import annotations

import time
from datetime import timedelta, timezone

import pytest

from wire.clock import ManualClock, RealClock, ScaledClock, make_clock, rfc3339, wall_seconds

BEIJING = timezone(timedelta(hours=8))


class Machine:
    """The machine's two clocks, in a test's hands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, wall: float, boot: float) -> None:
        self.wall = wall
        self.boot = boot
        monkeypatch.setattr(time, "time", lambda: self.wall)
        monkeypatch.setattr(time, "clock_gettime", self._gettime)

    def _gettime(self, which: int) -> float:
        assert which == time.CLOCK_BOOTTIME
        return self.boot

    def pass_s(self, duration_s: float) -> None:
        self.wall += duration_s
        self.boot += duration_s


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch, wall=1_772_419_267.25, boot=81.25)


def test_the_real_clock_reads_the_wall_and_the_boot_clock(machine: Machine) -> None:
    real = RealClock()
    assert (real.now(), real.monotonic()) == (1_772_419_267.25, 81.25)
    assert real.real_seconds(7.0) == 7.0


def test_a_scaled_clock_runs_faster_from_its_origin_on(machine: Machine) -> None:
    scaled = ScaledClock(60.0, origin=machine.wall)
    before = scaled.monotonic()
    assert scaled.now() == machine.wall
    machine.pass_s(2.0)
    assert scaled.now() == pytest.approx(1_772_419_267.25 + 120.0)
    assert scaled.monotonic() - before == pytest.approx(120.0)
    assert scaled.real_seconds(120.0) == pytest.approx(2.0)


def test_programs_started_at_different_moments_agree(machine: Machine) -> None:
    first = make_clock(10.0, origin=1_772_419_000.0)
    machine.pass_s(33.0)
    second = make_clock(10.0, origin=1_772_419_000.0)
    assert first.now() == second.now()


def test_a_program_gets_the_real_clock_unless_it_asks_for_speed(machine: Machine) -> None:
    assert isinstance(make_clock(), RealClock)
    assert make_clock(5.0).now() == machine.wall


def test_a_manual_clock_moves_only_when_told() -> None:
    manual = ManualClock(now=100.0, monotonic=5.0)
    manual.advance(2.5)
    assert (manual.now(), manual.monotonic()) == (102.5, 7.5)
    assert manual.real_seconds(2.0) == 2.0


def test_putting_the_wall_right_leaves_the_other_clock_alone() -> None:
    manual = ManualClock(now=100.0, monotonic=5.0)
    manual.set_wall(1_772_419_267.0)
    assert (manual.now(), manual.monotonic()) == (1_772_419_267.0, 5.0)


def test_wall_time_is_written_with_offset_and_milliseconds() -> None:
    assert rfc3339(1_772_419_267.25, BEIJING) == "2026-03-02T10:41:07.250+08:00"
    assert rfc3339(1_772_419_267.0) == "2026-03-02T02:41:07.000+00:00"


def test_milliseconds_are_rounded_not_cut() -> None:
    assert rfc3339(1_772_419_267.9996) == "2026-03-02T02:41:08.000+00:00"


@pytest.mark.parametrize("wall", [0.0, 1_772_419_267.25, 4_102_444_800.999])
def test_wall_time_is_read_back(wall: float) -> None:
    assert wall_seconds(rfc3339(wall, BEIJING)) == pytest.approx(wall, abs=0.0005)


@pytest.mark.parametrize("text", ["2026-03-02T10:41:07.250", "noon", ""])
def test_a_wall_time_without_offset_is_no_wall_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"offset|isoformat"):
        wall_seconds(text)
