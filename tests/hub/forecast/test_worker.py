from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import psutil
import pytest

from hub.forecast.calibration import NO_OFFSETS, UNCALIBRATED, Calibration, Offsets, Shift
from hub.forecast.child import answer
from hub.forecast.foretell import foretell
from hub.forecast.frames import (
    dump_forecast,
    load_forecast,
    read_frame,
    request,
    write_frame,
)
from hub.forecast.scene import PolicyScene, Scene
from hub.forecast.waits import Forecast
from hub.forecast.worker import USABLE_S, Forecaster
from tests.hub.forecast.scenes import counter, line, scene, service

SMALL = scene((service(cv=0.5),), (counter("c1"), counter("c2")), line("a", 6))


def eventually(true: Callable[[], bool], within_s: float = 60.0) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


# --- without a process ------------------------------------------------------------------------


def test_a_frame_arrives_whole_or_not_at_all() -> None:
    pipe = io.BytesIO()
    write_frame(pipe, b"one", b"two")
    write_frame(pipe, b"")
    sent = pipe.getvalue()
    pipe.seek(0)
    assert [read_frame(pipe), read_frame(pipe), read_frame(pipe)] == [b"onetwo", b"", None]
    assert read_frame(io.BytesIO(sent[:6])) is None
    assert read_frame(io.BytesIO(b"\xff" * 8)) is None


def test_the_child_answers_with_a_forecast_or_says_why_not() -> None:
    forecast = load_forecast(json.loads(answer(request(3, Shift(), SMALL.dump()), UNCALIBRATED)))
    expected = foretell(SMALL, 3, NO_OFFSETS, Shift())
    assert set(forecast.tickets) == {ticket.id for ticket in SMALL.tickets}
    assert forecast.tickets["a5"].p90 == pytest.approx(expected.tickets["a5"].p90, abs=0.1)
    assert forecast.services["a"].p50 >= forecast.tickets["a5"].p50
    unknown = replace(SMALL, policy=PolicyScene("magic"))
    assert b"no policy" in answer(request(3, Shift(), unknown.dump()), UNCALIBRATED)
    assert b"not a scene" in answer(request(3, Shift(), b"{}"), UNCALIBRATED)


def test_a_hall_is_told_by_the_calibration_of_its_kind() -> None:
    wide = Offsets((0.0,), (9.0,), (9.0,))
    known = Calibration("", {"fcfs": NO_OFFSETS}, {"fcfs": wide})
    policy = replace(SMALL.policy, assigned=True)
    for each, offsets in ((SMALL, NO_OFFSETS), (replace(SMALL, policy=policy), wide)):
        told = load_forecast(json.loads(answer(request(3, Shift(), each.dump()), known)))
        expected = foretell(each, 3, offsets, Shift()).tickets["a5"]
        assert told.tickets["a5"].p90 == pytest.approx(expected.p90, abs=0.1)


def test_a_forecast_survives_the_pipe() -> None:
    forecast = foretell(SMALL, 1, NO_OFFSETS, Shift(1.0, 2.0))
    again = load_forecast(json.loads(dump_forecast(forecast)))
    assert again.at == forecast.at
    assert again.tickets["a3"].p90 == pytest.approx(forecast.tickets["a3"].p90, abs=0.1)


def test_a_wider_shift_widens() -> None:
    narrow = foretell(SMALL, 1, NO_OFFSETS, Shift()).tickets["a5"]
    wide = foretell(SMALL, 1, NO_OFFSETS, Shift(2.0, 2.0)).tickets["a5"]
    assert wide.p10 < narrow.p10 <= narrow.p50 == wide.p50 <= narrow.p90 < wide.p90


# --- with one ---------------------------------------------------------------------------------


@pytest.fixture
def forecaster() -> Iterator[Forecaster]:
    running = Forecaster(hang_s=120.0)  # a niced process is slow on a busy machine
    running.start()
    yield running
    running.stop()


def after(forecaster: Forecaster, hall: Scene) -> Forecast:
    """The forecast for a scene, once it is there."""
    forecaster.submit(hall)
    eventually(lambda: getattr(forecaster.latest(hall.now), "at", None) == hall.now)
    forecast = forecaster.latest(hall.now)
    assert forecast is not None
    return forecast


@pytest.mark.slow
def test_scenes_go_in_and_forecasts_come_out_and_grow_old(forecaster: Forecaster) -> None:
    assert forecaster.latest(0.0) is None
    forecast = after(forecaster, SMALL)
    assert forecast.tickets["a5"].p10 <= forecast.tickets["a5"].p50 <= forecast.tickets["a5"].p90
    assert forecaster.latest(USABLE_S) is not None
    assert forecaster.latest(USABLE_S + 1) is None


@pytest.mark.slow
def test_a_scene_that_makes_no_sense_does_not_end_the_child(forecaster: Forecaster) -> None:
    after(forecaster, SMALL)
    pid = forecaster.pid
    forecaster.submit(replace(SMALL, policy=PolicyScene("magic")))
    after(forecaster, replace(SMALL, now=5.0))
    assert forecaster.pid == pid


@pytest.mark.slow
def test_a_dead_child_is_started_again(forecaster: Forecaster) -> None:
    after(forecaster, SMALL)
    pid = forecaster.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: forecaster.pid not in {None, pid})
    after(forecaster, replace(SMALL, now=5.0))
    assert forecaster.restarts == 1


@pytest.mark.slow
def test_a_child_that_hangs_is_replaced() -> None:
    hanging = (sys.executable, "-c", "import time; time.sleep(60)")
    forecaster = Forecaster(command=hanging, hang_s=0.2)
    forecaster.start()
    forecaster.submit(SMALL)
    eventually(lambda: forecaster.restarts > 0)
    assert forecaster.latest(0.0) is None
    forecaster.stop()


@pytest.mark.slow
def test_the_child_does_not_outlive_its_parent() -> None:
    code = (
        "import os, sys, time\n"
        "from hub.forecast.worker import Forecaster\n"
        "f = Forecaster(); f.start()\n"
        "while f.pid is None: time.sleep(0.01)\n"
        "print(f.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=False)
    pid = int(done.stdout)
    eventually(lambda: not alive(pid))


def alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has buried yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.slow
def test_what_came_true_moves_what_is_told_next(forecaster: Forecaster) -> None:
    first = after(forecaster, SMALL).tickets["a5"]
    forecaster.came_true("a5", first.p90 + 100.0)
    assert forecaster.shift.high > 0 > forecaster.shift.low
    before = forecaster.shift
    forecaster.came_true("a5", 0.0)  # only once
    forecaster.left("a4")
    forecaster.came_true("a4", 0.0)
    assert forecaster.shift == before


@pytest.mark.slow
def test_stopping_ends_the_child_even_in_the_middle() -> None:
    forecaster = Forecaster(hang_s=120.0)
    forecaster.start()
    eventually(lambda: forecaster.pid is not None)
    pid = forecaster.pid
    big = scene((service(cv=0.5),), (counter("c1"),), line("a", 3000))
    forecaster.submit(big)
    forecaster.stop()
    assert pid is not None
    assert not alive(pid)
