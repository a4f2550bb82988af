"""Ten hours of a working day without the hub, on scaled clocks; then everything adds up.

Clerks press the keys of their units, citizens rate and take numbers at the kiosk, before, during
and after. The same with the broker, single units, a disk and a unit's name in trouble. A seeded
part of each, with three counters, runs each time.
"""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from bench.kit import HubProcess, UnitProcess, running, wait_for
from bench.ports import free_port
from tests.hall.long_day import Hall, Mosquitto, running_hall
from tests.hall.namespace import Namespace
from tests.hall.namespace import possible as namespaces_possible
from tests.hall.proxy import Proxy
from tests.hall.reconciling import reconcile

HOUR_S = 3600.0


def _spend(hall: Hall, hours: float) -> None:
    """Let so many hours of the hall's day pass."""
    threading.Event().wait(hours * HOUR_S / hall.layout.speed)


def _cut_off_for(
    hall: Hall, hours: float, cut: Callable[[], None], mend: Callable[[], None]
) -> None:
    """A day with a cut in its middle; everybody works all the time."""
    with hall.working():
        wait_for(hall.busy, "each counter's first call")
        cut()
        _spend(hall, hours)
        mend()
        wait_for(hall.live, "every counter to hear the hub again")
    hall.settle()


# --- the hub, and its broker with it -------------------------------------------------------


def _without_hub(
    folder: Path, rng: random.Random, counters: int, hours: float, speed: float
) -> None:
    with running_hall(folder, rng, counters, speed) as hall:
        hall.open(waiting=8 * counters)

        def mend() -> None:
            hall.hub = HubProcess(hall.layout).wait_ready()

        _cut_off_for(hall, hours, hall.hub.kill, mend)
        swept = hall.sweep()
        hall.end()
        sums = reconcile(hall)
        print(f"ten hours: {hours} h without the hub: {sums}; {swept} swept")
        assert sums.called_alone > 0
        assert sums.unnumbered > 0
        assert sums.printed_alone > 0, hall.kiosk.stages
        assert sums.thanked > 0
        assert swept > 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_hour_without_hub_and_broker(tmp_path: Path, rng: random.Random) -> None:
    _without_hub(tmp_path, rng, counters=3, hours=1.0, speed=180.0)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_ten_hours_without_hub_and_broker(tmp_path: Path, rng: random.Random) -> None:
    _without_hub(tmp_path, rng, counters=6, hours=10.0, speed=120.0)


# --- the broker alone ----------------------------------------------------------------------


def _without_broker(
    folder: Path, rng: random.Random, counters: int, hours: float, speed: float
) -> None:
    port = free_port()
    broker = Mosquitto(port)
    with ExitStack() as stack:
        stack.callback(broker.stop)
        broker.start()
        url = f"mqtt://127.0.0.1:{port}"
        hall = stack.enter_context(running_hall(folder, rng, counters, speed, broker=url))
        hall.open(waiting=8 * counters)
        _cut_off_for(hall, hours, broker.stop, broker.start)
        swept = hall.sweep()
        hall.end()
        sums = reconcile(hall)
        print(f"ten hours: {hours} h without the broker: {sums}; {swept} swept")
        assert sums.called_alone > 0
        assert sums.unnumbered > 0
        assert sums.printed_alone > 0, hall.kiosk.stages
        assert sums.thanked > 0


@pytest.mark.long
@pytest.mark.system("mosquitto")
@pytest.mark.timeout(300)
def test_some_time_without_mosquitto(tmp_path: Path, rng: random.Random) -> None:
    _without_broker(tmp_path, rng, counters=3, hours=0.4, speed=180.0)


@pytest.mark.long
@pytest.mark.system("mosquitto")
@pytest.mark.timeout(1500)
def test_ten_hours_without_mosquitto(tmp_path: Path, rng: random.Random) -> None:
    _without_broker(tmp_path, rng, counters=6, hours=10.0, speed=120.0)


# --- single units --------------------------------------------------------------------------


def _single_units(
    folder: Path, rng: random.Random, counters: int, hours: float, speed: float, way: type[Proxy]
) -> None:
    """A third of the counters is cut off; the others and the kiosk go on with the hub."""
    port = free_port()
    with ExitStack() as stack:
        ways = tuple(stack.enter_context(closing(way(port))) for _ in range(counters))
        lonely = ways[: counters // 3]
        hall = stack.enter_context(running_hall(folder, rng, counters, speed, ways=ways))
        hall.open(waiting=8 * counters)

        def cut() -> None:
            for each in lonely:
                each.cut()

        def mend() -> None:
            for each in lonely:
                each.mend()

        _cut_off_for(hall, hours, cut, mend)
        hall.end()
        sums = reconcile(hall)
        print(
            f"ten hours: {hours} h with {len(lonely)} of {counters} units cut off"
            f" ({way.__name__.lower()}): {sums}"
        )
        assert sums.called_alone > 0
        assert sums.unnumbered > 0
        assert sums.thanked > 0


@pytest.mark.long
@pytest.mark.timeout(300)
def test_some_time_with_a_unit_cut_off(tmp_path: Path, rng: random.Random) -> None:
    _single_units(tmp_path, rng, counters=3, hours=0.4, speed=180.0, way=Proxy)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_ten_hours_with_units_cut_off(tmp_path: Path, rng: random.Random) -> None:
    way = Namespace if namespaces_possible() else Proxy
    _single_units(tmp_path, rng, counters=6, hours=10.0, speed=120.0, way=way)


# --- a disk --------------------------------------------------------------------------------


def _new_disk(folder: Path, rng: random.Random, counters: int, hours: float, speed: float) -> None:
    """The hub is away, and with a unit's disk goes what that unit has done meanwhile.

    On its return an operator who has asked at the counter says which of the numbers that are
    kept for it were called, and the unit begins anew.
    """
    with running_hall(folder, rng, counters, speed) as hall:
        hall.open(waiting=8 * counters)
        broken = hall.desks[0]
        with hall.working():
            wait_for(hall.busy, "each counter's first call")
            hall.hub.kill()
            wait_for(lambda: broken.shown.get("link") == "alone", "the first counter to be alone")
            before = len(broken.called)
            wait_for(lambda: len(broken.called) > before, "a call of the first counter's own")
            broken.unit.kill()
            _spend(hall, hours)
        broken.look()
        seen_alone = {number for number, _ in broken.called}
        shutil.move(folder / "unit-1", folder / "broken disk")
        hall.hub = HubProcess(hall.layout).wait_ready()
        others = hall.desks[1:]
        wait_for(lambda: all(desk.look()["link"] == "live" for desk in others), "the others")
        lost = frozenset(broken.thanked - hall.rated())
        freed = hall.tell_what_was_called(broken, seen_alone)
        broken.replace(UnitProcess(hall.layout, 1))
        wait_for(lambda: broken.look().get("link") == "live", "the unit to be heard again")
        hall.finish_service(broken)
        with hall.working():
            wait_for(lambda: hall.live() and not hall.waiting(), "nobody to wait any more", 240)
        hall.settle()
        hall.end()
        sums = reconcile(hall, lost)
        print(
            f"ten hours: a new disk after {hours} h: {sums}; {len(lost)} ratings went with the"
            f" disk, {freed} numbers were freed by a person"
        )
        assert sums.called_alone > 0
        assert freed > 0


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_new_disk_after_some_time(tmp_path: Path, rng: random.Random) -> None:
    _new_disk(tmp_path, rng, counters=3, hours=0.2, speed=180.0)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_a_new_disk_after_ten_hours(tmp_path: Path, rng: random.Random) -> None:
    _new_disk(tmp_path, rng, counters=6, hours=10.0, speed=120.0)


# --- a twin --------------------------------------------------------------------------------


def _twin(folder: Path, rng: random.Random, counters: int, hours: float, speed: float) -> None:
    """A copy of a unit's disk runs in a second unit, while the first goes on."""
    with running_hall(folder, rng, counters, speed) as hall:
        hall.open(waiting=8 * counters)
        shutil.copytree(folder / "unit-1", folder / "twin")
        file = folder / "twin.toml"
        original = (folder / "unit-1.toml").read_text(encoding="utf-8")
        file.write_text(original.replace(f'{folder}/unit-1"', f'{folder}/twin"'), encoding="utf-8")
        with hall.working():
            wait_for(hall.busy, "each counter's first call")
            twin = UnitProcess(hall.layout, 1, file)
            with running(twin):
                twin.wait_drawn("fault")
                before = len(hall.desks[0].called)
                wait_for(lambda: len(hall.desks[0].called) > before, "a call beside the twin")
                _spend(hall, hours)
            drawn = {line["drawn"] for line in twin.look() if "drawn" in line}
            wait_for(hall.live, "every counter to hear the hub")
        hall.settle()
        hall.end()
        sums = reconcile(hall)
        print(f"ten hours: {hours} h with a twin: {sums}")
        assert sums.thanked > 0
        assert drawn == {"connecting", "fault"}
        assert not any("fault" in desk.screens for desk in hall.desks)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_some_time_with_a_twin(tmp_path: Path, rng: random.Random) -> None:
    _twin(tmp_path, rng, counters=2, hours=0.2, speed=180.0)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_an_hour_with_a_twin(tmp_path: Path, rng: random.Random) -> None:
    _twin(tmp_path, rng, counters=6, hours=1.0, speed=120.0)
