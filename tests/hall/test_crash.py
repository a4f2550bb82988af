"""Power cuts everywhere: what was thanked for is in the journal, once, and nobody is called twice.

Units, hub and broker are killed at random instants while clerks serve and citizens rate.
A rating counts as thanked for when the thank-you screen has been drawn; the unit's trace
says so after the flip, so a kill between the two only makes the test miss one, never err.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.kit import PIN, HubProcess, Layout, UnitProcess, wait_for
from hub.core import events as e
from hub.core.audit import Audit
from hub.journal.store import Journal
from hub.loading import load
from wire.ids import new_id

COUNTERS = 3


@dataclass
class Desk:
    """One counter with its unit, and what was thanked for there."""

    hall: CrashHall
    n: int
    unit: UnitProcess
    thanked: set[str] = field(default_factory=set)

    def harvest(self) -> None:
        """Remember what the unit says it has drawn."""
        for line in self.unit.look():
            if line.get("thanked"):
                self.thanked.add(line["thanked"])

    def still(self) -> bool:
        """Whether nothing is under way: no press that may still be thanked for, and no record."""
        self.harvest()
        drawn = next((line["drawn"] for line in reversed(self.unit.seen) if "drawn" in line), None)
        return drawn not in {None, "connecting", "inviting"} and self._receipted()

    def _receipted(self) -> bool:
        file = self.hall.layout.folder / f"unit-{self.n}" / "outbox.sqlite3"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as outbox:
            query = "SELECT receipted, (SELECT coalesce(max(sequence), 0) FROM record) FROM outbox"
            receipted, last = outbox.execute(query).fetchone()
            return bool(receipted >= last)

    def serve(self, press_delay_s: float) -> bool:
        """One service up to the rating key; False if something was down on the way."""
        api, counter = self.hall.hub.api, f"c{self.n}"
        with suppress(OSError, TimeoutError, KeyError, ValueError):
            self._ready(counter)
            if api.post("/api/tickets", {"service": "s1"}, new_id())[0] != 201:
                return False
            self._until_answered(counter, action="next")
            done = self._until_answered(counter, action="done")
            ticket = done["ticket"]
            if ticket is None:
                return False
            self.unit.wait_drawn("inviting", 2.0, number=ticket["number"])
            time.sleep(press_delay_s)
            self.hall.pressed.set()
            self.unit.press(f"rating-{self.hall.rng.randint(1, 5)}")
            return True
        return False

    def _ready(self, counter: str) -> None:
        _, hall = self.hall.hub.api.get("/api/hall")
        picture = next(c for c in hall["counters"] if c["id"] == counter)
        if picture["clerk"] is None:
            self._until_answered(counter, action="sign_in", clerk=f"k{self.n}", pin=PIN)
        if picture["state"] == "closed":
            self._until_answered(counter, action="open")
        if picture["ticket"] is not None:
            self._until_answered(counter, action="done")

    def _until_answered(self, counter: str, **action: str) -> dict[str, Any]:
        """Press once, and repeat with the same id until somebody answers."""
        key = new_id()
        deadline = time.monotonic() + 20
        while True:
            try:
                status, answer = self.hall.hub.api.command(counter, key, **action)
            except OSError:
                if time.monotonic() > deadline or self.hall.over.is_set():
                    raise
                time.sleep(0.05)
            else:
                if status != 503:
                    return answer
                time.sleep(0.05)


class CrashHall:
    """A hall whose parts are killed and started again."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.layout = Layout(folder, counters=COUNTERS)
        self.rng = rng
        self.over = threading.Event()
        self.pressed = threading.Event()
        self.hub = HubProcess(self.layout).wait_ready()
        units = [UnitProcess(self.layout, n) for n in range(1, COUNTERS + 1)]
        self.desks = [Desk(self, unit.n, unit.wait_panel()) for unit in units]

    def restart_hub(self) -> None:
        """Kill the hub, and its broker with it, and start it again."""
        self.hub.kill()
        self.hub = HubProcess(self.layout).wait_ready()

    def restart_unit(self, desk: Desk) -> None:
        """Kill a unit and start it again."""
        desk.unit.kill()
        desk.harvest()
        desk.unit = UnitProcess(self.layout, desk.n).wait_panel()

    def kill_broker(self) -> None:
        """Kill the embedded broker; the hub starts it again."""
        psutil.Process(self.hub.broker_pid()).kill()

    def end(self) -> None:
        """End everything in order."""
        self.over.set()
        for desk in self.desks:
            desk.unit.end()
            desk.harvest()
        self.hub.end()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Clerks serve and citizens rate at every counter, whatever happens meanwhile."""
        stop = threading.Event()

        def work(desk: Desk) -> None:
            while not stop.is_set():
                if not desk.serve(0.0):
                    time.sleep(0.05)
                desk.harvest()

        threads = [threading.Thread(target=work, args=(desk,), daemon=True) for desk in self.desks]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def rated(self) -> set[str]:
        """Calls whose rating the journal counts, read while the hub runs."""
        address = f"file:{self.layout.data / 'journal.sqlite'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as journal:
            query = (
                "SELECT json_extract(content, '$.call_id') FROM events"
                " WHERE kind = 'Rated' AND json_extract(content, '$.counted')"
            )
            return {row[0] for row in journal.execute(query)}

    def settle(self) -> None:
        """Wait until every press has had its effect, and all that was thanked for has arrived."""
        wait_for(lambda: all(desk.still() for desk in self.desks), "every outbox to be receipted")
        thanked = set().union(*(desk.thanked for desk in self.desks))
        wait_for(lambda: thanked <= self.rated(), "every thanked rating in the journal")


def _check(hall: CrashHall) -> tuple[int, int]:
    """What must hold once everything is still; returns thanked and counted ratings."""
    thanked = [call for desk in hall.desks for call in desk.thanked]
    journal = Journal(hall.layout.data)
    try:
        events = [event for _, event in journal.events()]
        state, _ = load(journal)
    finally:
        journal.close()
    audit = Audit()
    assert audit.read(events) == []
    counted = Counter(x.call_id for x in events if isinstance(x, e.Rated) and x.counted)
    assert [call for call in thanked if counted[call] != 1] == []
    assert [call for call, times in counted.items() if times > 1] == []
    _check_outboxes(hall, events)
    assert state.version == len(events)
    return len(thanked), len(counted)


def _check_outboxes(hall: CrashHall, events: list[e.Event]) -> None:
    """Every row of every unit's outbox that was receipted is one event, and only one."""
    taken = Counter(
        (x.unit, x.outbox, x.sequence) for x in events if isinstance(x, e.Rated | e.Unrated)
    )
    assert [key for key, times in taken.items() if times > 1] == []
    for desk in hall.desks:
        file = hall.layout.folder / f"unit-{desk.n}" / "outbox.sqlite3"
        with closing(sqlite3.connect(file)) as outbox:
            (outbox_id, receipted) = outbox.execute("SELECT id, receipted FROM outbox").fetchone()
            rows = outbox.execute("SELECT sequence FROM record WHERE sequence <= ?", (receipted,))
            missing = [s for (s,) in rows if not taken[f"unit-{desk.n}", outbox_id, s]]
        assert missing == []


@pytest.fixture
def crash_hall(tmp_path: Path, rng: random.Random) -> Iterator[CrashHall]:
    hall = CrashHall(tmp_path, rng)
    try:
        yield hall
    finally:
        if not hall.over.is_set():
            with suppress(OSError):
                hall.end()


def _finish(hall: CrashHall, what: str, kills: int) -> None:
    hall.settle()
    hall.end()
    thanked, counted = _check(hall)
    assert thanked > 0
    print(f"{what}: {kills} kills, {thanked} thanked, {counted} counted, none lost, none twice")


# --- one unit at a time, around the press -------------------------------------------------


def _kill_units(hall: CrashHall, kills: int) -> None:
    done, lock = [0], threading.Lock()

    def work(desk: Desk) -> None:
        while True:
            with lock:
                if done[0] >= kills:
                    return
                done[0] += 1
                number = done[0]
                instant = hall.rng.uniform(0.0, 0.04)
            wait_for(lambda: desk.serve(0.0), f"a service at counter {desk.n}", 120)
            time.sleep(instant)
            hall.restart_unit(desk)
            if number % 20 == 0:
                print(f"crash: {number} of {kills} units killed")

    threads = [threading.Thread(target=work, args=(desk,), daemon=True) for desk in hall.desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_units_killed_tenth(crash_hall: CrashHall) -> None:
    _kill_units(crash_hall, 20)
    _finish(crash_hall, "units", 20)


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_units_killed_200_times(crash_hall: CrashHall) -> None:
    _kill_units(crash_hall, 200)
    _finish(crash_hall, "units", 200)


# --- the hub, around commits ---------------------------------------------------------------


def _kill(hall: CrashHall, what: str, kills: int, act: Callable[[], None]) -> None:
    with hall.working():
        for number in range(1, kills + 1):
            _around_a_press(hall)
            act()
            if number % 10 == 0:
                print(f"crash: {number} of {kills} times {what} killed")
    _finish(hall, what, kills)


def _around_a_press(hall: CrashHall) -> None:
    """Wait for a random instant: most of them within the 60 ms after a rating press."""
    hall.pressed.clear()
    if hall.rng.random() < 0.75:
        hall.pressed.wait(5)
        time.sleep(hall.rng.uniform(0.0, 0.06))
    else:
        time.sleep(hall.rng.uniform(0.0, 2.5))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_hub_killed_tenth(crash_hall: CrashHall) -> None:
    _kill(crash_hall, "the hub", 20, crash_hall.restart_hub)


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_hub_killed_200_times(crash_hall: CrashHall) -> None:
    _kill(crash_hall, "the hub", 200, crash_hall.restart_hub)


# --- the broker ----------------------------------------------------------------------------


def _kill_broker(hall: CrashHall) -> Callable[[], None]:
    def act() -> None:
        before = wait_for(lambda: _pid(hall), "a broker")
        hall.kill_broker()
        wait_for(lambda: _pid(hall) not in {None, before}, "the broker's return")

    return act


def _pid(hall: CrashHall) -> int | None:
    with suppress(OSError):
        return hall.hub.broker_pid()
    return None


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_broker_killed_tenth(crash_hall: CrashHall) -> None:
    _kill(crash_hall, "the broker", 5, _kill_broker(crash_hall))


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_broker_killed_50_times(crash_hall: CrashHall) -> None:
    _kill(crash_hall, "the broker", 50, _kill_broker(crash_hall))


# --- all three at once ---------------------------------------------------------------------


def _kill_all(hall: CrashHall) -> None:
    hall.hub.kill()  # its broker ends with it
    for desk in hall.desks:
        desk.unit.kill()
    for desk in hall.desks:
        desk.harvest()
        desk.unit = UnitProcess(hall.layout, desk.n)
    hall.hub = HubProcess(hall.layout).wait_ready()
    for desk in hall.desks:
        desk.unit.wait_panel()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_everything_killed_tenth(crash_hall: CrashHall) -> None:
    _kill(crash_hall, "everything", 2, lambda: _kill_all(crash_hall))


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_everything_killed_20_times(crash_hall: CrashHall) -> None:
    _kill(crash_hall, "everything", 20, lambda: _kill_all(crash_hall))
