"""When records were written: runs that met the hub, runs that never did, and wrong clocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core import events as e
from hub.core.hall import Hall
from hub.core.records import Heads
from hub.core.restored import begin
from hub.core.run_clock import RunClock
from hub.core.times import How, When
from hub.journal.store import StoredRecord
from hub.record_times import last_time, time_of
from tests.hub.core.examples import MORNING, Driver, rating, through_json
from wire.clock import rfc3339
from wire.messages import HealthRecord, RecordBody

YEAR_S = 365 * 86_400
UNIT = "unit-1"
NOBODY = "0" * 64
EXACT_S = 0.0021
"""Two readings in whole milliseconds."""

_START = Driver().hall.dump()


class Shelf:
    """A hub that takes records in, without a disk: what `hub.record_times` needs of one."""

    def __init__(self, outbox: str = "outbox-1") -> None:
        self.hall = Hall.load(through_json(_START))
        self.heads = Heads()
        self.now = MORNING
        self.batch: Any = SimpleNamespace(records={})
        self.journal: Any = SimpleNamespace(record=lambda *_: None)
        self.events: list[e.Event] = []
        self.outbox = outbox

    def happen(self, events: Iterable[e.Event]) -> None:
        for event in events:
            self.hall.apply(event)
            self.events.append(event)

    def join(self, run: str, boot_at: float, boot: str = "", **fields: Any) -> None:
        """A run says hello, now."""
        after, at = last_time(self, UNIT)
        given: dict[str, Any] = {
            "outbox": self.outbox,
            "through": 0,
            "head": NOBODY,
            "software": "1",
        }
        given |= {"boot_ms": round(1000 * (self.now - boot_at)), "after": after}
        given |= {"not_before": min(at, self.now), "boot": boot, **fields}
        self.happen([e.UnitJoined(self.now, UNIT, run, boot_at=boot_at, **given)])

    def moved(self, run: str, boot_at: float) -> None:
        after, at = last_time(self, UNIT)
        self.happen([e.UnitClock(self.now, UNIT, run, boot_at, after, min(at, self.now))])

    def take(self, body: RecordBody | str, sequence: int) -> When | None:
        """Take in the next record; None if it cannot be read."""
        text = body if isinstance(body, str) else body.model_dump_json()
        row = (UNIT, self.outbox, sequence, NOBODY, NOBODY, text.encode(), self.now)
        self.batch.records[UNIT, self.outbox, sequence] = StoredRecord(*row)
        self.heads.of(UNIT, self.outbox).add(sequence, NOBODY, NOBODY)
        return None if isinstance(body, str) else time_of(self, UNIT, (self.outbox, sequence), body)

    def sure(self, body: RecordBody, sequence: int) -> When:
        found = self.take(body, sequence)
        assert found is not None
        return found

    def replayed(self) -> Hall:
        hall = Hall.load(through_json(_START))
        for event in self.events:
            hall.apply(e.event_of(type(event).__name__, event.at, through_json(event.content())))
        return hall


def note(
    run: str, boot_s: float, wall: float = 0.0, synchronised: bool = False, boot: str = ""
) -> HealthRecord:
    return HealthRecord(
        run=run,
        boot=boot,
        boot_ms=int(1000 * boot_s),
        wall=rfc3339(wall),
        synchronised=synchronised,
        peripheral="sign",
        ok=True,
    )


@pytest.fixture
def hub() -> Shelf:
    return Shelf()


# --- runs that met the hub --------------------------------------------------------------------


def test_the_hub_knows_better_than_the_units_clock(hub: Shelf) -> None:
    hub.join("r1", MORNING - 100)
    found = hub.sure(note("r1", 40.0), 1)
    assert (found.at, found.sure) == (MORNING - 60, "run")


def test_an_earlier_run_is_still_known_and_one_of_the_same_boot_need_not_be(hub: Shelf) -> None:
    hub.join("r1", MORNING - 5000)
    hub.now += 100
    hub.join("r3", MORNING - 90, boot="b", through=3)
    assert hub.sure(note("r1", 4900), 1).at == MORNING - 100
    assert hub.sure(note("r2", 20.0, boot="b"), 2) == When(
        MORNING - 70, How.RUN, MORNING - 70, MORNING - 70
    )
    assert hub.sure(note("r3", 30.0, boot="b"), 3).at == MORNING - 60


def test_a_better_offset_makes_no_record_older_than_the_one_before(hub: Shelf) -> None:
    hub.join("r1", MORNING - 90)
    hub.now += 100
    assert hub.sure(note("r1", 120.0), 1).at == MORNING + 30
    hub.moved("r1", MORNING - 100)
    assert hub.sure(note("r1", 125.0), 2).at == MORNING + 30
    assert hub.sure(note("r1", 131.0), 3).at == MORNING + 31


def test_the_hubs_clock_put_back_leaves_no_record_in_the_future(hub: Shelf) -> None:
    hub.join("r1", MORNING - 100)
    assert hub.sure(note("r1", 99.0), 1).at == MORNING - 1
    hub.now -= 3600
    hub.moved("r1", hub.now - 101)
    assert hub.sure(note("r1", 100.5), 2).at == hub.now


# --- runs that never met it -------------------------------------------------------------------


@pytest.mark.parametrize("wall", [0.0, MORNING - 40 * YEAR_S, MORNING + 90 * YEAR_S])
def test_a_run_that_never_met_the_hub_lies_between_its_neighbours(hub: Shelf, wall: float) -> None:
    hub.join("r1", MORNING - 100)
    hub.take(note("r1", 90.0), 1)
    hub.now += 7200
    hub.join("r3", hub.now - 600, through=4)
    first = hub.sure(note("r2", 300.0, wall), 2)
    second = hub.sure(note("r2", 360.0, wall - YEAR_S), 3)
    third = hub.sure(note("r2", 90_000.0, wall + YEAR_S), 4)
    ends = "interval 2026-03-02T01:00:00.000+00:00/2026-03-02T03:00:00.000+00:00"
    assert {first.sure, second.sure, third.sure} == {ends}
    assert (first.at, second.at) == (MORNING, MORNING + 60)
    assert third.at == hub.now
    [placed] = [x for x in hub.events if isinstance(x, e.RunPlaced)]
    assert (placed.run, placed.since, placed.until) == ("r2", MORNING, hub.now)


def test_of_another_boot_it_ended_before_that_began_and_began_after_the_last(hub: Shelf) -> None:
    hub.join("r1", MORNING - 100, boot="b1")
    hub.take(note("r1", 90.0, boot="b1"), 1)
    hub.now += 7200
    hub.join("r3", hub.now - 600, boot="b3", through=2)
    found = hub.sure(note("r2", 300.0, boot="b2"), 2)
    assert (found.at, found.since, found.until) == (MORNING + 300, MORNING, hub.now - 600)


def test_with_nothing_known_before_it_it_is_not_from_before_the_hubs_first_start(
    hub: Shelf,
) -> None:
    hub.now += 600
    hub.join("r2", hub.now - 60, through=1)
    found = hub.sure(note("r1", 10.0, MORNING + 5), 1)
    assert (found.since, found.until, found.at) == (MORNING, hub.now, MORNING)
    assert found.sure == "interval 2026-03-02T01:00:00.000+00:00/2026-03-02T01:10:00.000+00:00"
    assert hub.replayed().starts.began_at == MORNING


def test_what_units_remember_of_a_lost_journal_may_be_older_than_the_one_there_is(
    hub: Shelf,
) -> None:
    hub.happen([begin(hub.hall, UNIT, "epoch", hub.now)])
    hub.now += 600
    hub.join("r2", hub.now - 60, through=1)
    found = hub.sure(note("r1", 10.0, MORNING + 5), 1)
    assert (found.since, found.until, found.at) == (0.0, hub.now, 0.0)


def test_records_that_come_before_the_later_run_is_known_end_now(hub: Shelf) -> None:
    hub.join("r1", MORNING - 100)
    hub.now += 50
    found = hub.sure(note("r2", 5.0), 1)
    assert (found.since, found.until) == (MORNING, hub.now)


def test_a_wall_clock_set_by_a_time_server_is_as_good_as_the_hub(hub: Shelf) -> None:
    hub.join("r1", MORNING - 100)
    hub.now += 7200
    hub.join("r3", hub.now - 600, through=4)
    assert hub.sure(note("r2", 10.0, 0.0), 1).at == MORNING
    synced = hub.sure(note("r2", 20.0, MORNING + 3600, synchronised=True), 2)
    assert (synced.at, synced.sure) == (MORNING + 3600, "wall")
    after = hub.sure(note("r2", 50.0, 0.0), 3)
    assert (after.at, after.sure) == (MORNING + 3630, "wall")
    assert hub.sure(note("r2", 60.0, MORNING, synchronised=True), 4).at == MORNING + 3640


def test_a_time_server_that_is_wrong_by_more_than_the_interval_is_not_believed(hub: Shelf) -> None:
    hub.join("r1", MORNING - 100)
    hub.now += 7200
    hub.join("r3", hub.now - 600, through=2)
    for sequence in (1, 2):
        found = hub.sure(note("r2", 10.0, MORNING + YEAR_S, synchronised=True), sequence)
        assert (found.at, found.how) == (MORNING, How.INTERVAL)
    assert len([x for x in hub.events if isinstance(x, e.RunPlaced)]) == 1


def test_a_silence_is_the_last_word_of_a_run(hub: Shelf) -> None:
    hub.join("r1", MORNING - 100)
    hub.happen([e.UnitLost(MORNING + 900, UNIT, 5, 900_000)])
    hub.now += 7200
    hub.join("r3", hub.now - 600, through=7)
    assert hub.sure(note("r2", 10.0), 7).since == MORNING + 800
    late = Shelf()
    late.join("r1", MORNING - 100)
    late.happen([e.UnitLost(MORNING + 900, UNIT)])
    late.now += 7200
    late.join("r3", late.now - 600, through=7)
    assert late.sure(note("r2", 10.0), 7).since == MORNING


def test_a_record_is_no_older_than_the_call_it_is_about(hub: Shelf) -> None:
    driver = Driver()
    driver.open("c1", "wang")
    call = driver.serve("c1")
    hub.hall = driver.hall
    hub.join("r1", MORNING - 100)
    driver.pass_time(1000)
    later = driver.serve("c1")
    called = driver.hall.calls[later].called_at
    hub.now = driver.now + 50
    hub.join("r3", hub.now - 10, through=2)
    first = hub.sure(rating(call, run="r2", boot_ms=1000, wall=rfc3339(0), synchronised=False), 1)
    assert first.at == MORNING
    found = hub.sure(rating(later, run="r2", boot_ms=2000, wall=rfc3339(0), synchronised=False), 2)
    assert (found.at, found.since) == (called, called)


def test_records_that_cannot_be_read_are_passed_over(hub: Shelf) -> None:
    hub.join("r1", MORNING - 100)
    hub.now += 900
    hub.take(note("r1", 110.0), 1)
    assert hub.take("{}", 2) is None
    hub.join("r3", hub.now - 60, through=3)
    assert hub.sure(note("r2", 3.0), 3).since == MORNING + 10


def test_a_unit_that_never_said_hello_is_believed_as_far_as_its_clock(hub: Shelf) -> None:
    assert hub.sure(note("r1", 5.0, MORNING - 5, synchronised=True), 1).sure == "wall"
    found = hub.sure(note("r1", 5.0, MORNING + 5), 2)
    assert (found.at, found.sure) == (MORNING, "guess")


# --- any story --------------------------------------------------------------------------------


@dataclass
class Machine:
    """A unit with a wrong clock. Everything here is by the true time, which is the hub's."""

    hub: Shelf
    tells_boot: bool
    now: float = MORNING
    booted_at: float = MORNING - 50
    wall_off: float = 0.0
    synchronised: bool = False
    boots: int = 1
    runs: int = 1
    written: list[tuple[float, HealthRecord]] = field(default_factory=list)
    stored: list[When] = field(default_factory=list)
    clock: RunClock | None = None
    met: set[str] = field(default_factory=set)
    worst_s: float = EXACT_S

    @property
    def run(self) -> str:
        return f"run-{self.runs}"

    @property
    def boot(self) -> str:
        return f"boot-{self.boots}" if self.tells_boot else ""

    def write(self) -> None:
        wall = self.now if self.synchronised else max(0.0, self.now + self.wall_off)
        boot_s = self.now - self.booted_at
        body = note(self.run, boot_s, wall, self.synchronised, self.boot)
        self.written.append((self.now, body))

    def restart(self) -> None:
        """The program alone."""
        self.runs, self.clock = self.runs + 1, None

    def reboot(self) -> None:
        self.restart()
        self.boots, self.booted_at, self.synchronised = self.boots + 1, self.now, False

    def meet(self, delay: float) -> None:
        """Say hello, or renew; then hand everything in."""
        self.worst_s = max(self.worst_s, EXACT_S + delay)
        hub, boot_ms = self.hub, int(1000 * (self.now - self.booted_at))
        hub.now = self.now = self.now + delay
        known = hub.hall.units.get(UNIT)
        before = known.boots.get(self.boot or self.run) if known else None
        new, clock = self.clock is None, self.clock or RunClock()
        self.clock = clock
        clock.heard(boot_ms, hub.now)  # the hub's monotonic clock is its wall clock here
        boot_at = clock.zero if before is None or clock.better(clock.zero, before) else before
        if new:
            through = len(self.written)
            hub.join(self.run, boot_at, self.boot, through=through, boot_ms=boot_ms)
        elif before != boot_at:
            hub.moved(self.run, boot_at)
        self.met |= {self.run, self.boot}
        for sequence in range(len(self.stored) + 1, len(self.written) + 1):
            self.stored.append(hub.sure(self.written[sequence - 1][1], sequence))

    def step(self, what: str, amount: float) -> None:
        self.now += 1.0
        match what:
            case "wait":
                self.now += amount * 3600
            case "wall":
                self.wall_off = (amount - 0.5) * 100 * YEAR_S
            case "near":
                self.wall_off = (amount - 0.5) * 7200
            case "sync":
                self.synchronised = True
            case "meet":
                self.meet(0.0)
            case "late":
                self.meet(amount * 20)
            case "write":
                self.write()
            case "restart":
                self.restart()
            case _:
                self.reboot()


WHAT = st.sampled_from(
    ["wait", "wall", "near", "sync", "meet", "late", "write", "write", "write", "restart", "reboot"]
)
STORIES = st.lists(st.tuples(WHAT, st.floats(0.0, 1.0)), min_size=4, max_size=25)


@pytest.mark.slow
@settings(max_examples=40)
@given(STORIES, st.booleans())
def test_stored_times_hold_whatever_the_clocks_said(
    story: list[tuple[str, float]], tells_boot: bool
) -> None:
    unit = Machine(Shelf(), tells_boot)
    for what, amount in [*story, ("write", 0.0), ("meet", 0.0)]:
        met = unit.met.copy()
        done = len(unit.stored)
        unit.step(what, amount)
        check(unit, done, met | {unit.run, unit.boot})
    assert len(unit.stored) == len(unit.written)
    assert unit.hub.replayed().dump() == through_json(unit.hub.hall.dump())


def check(unit: Machine, done: int, met: set[str]) -> None:
    """What was stored since `done`; the runs and boots in `met` have met the hub by then."""
    slack = unit.worst_s
    for index in range(done, len(unit.stored)):
        (true, body), found = unit.written[index], unit.stored[index]
        before = unit.stored[index - 1].at if index else 0.0
        assert before <= found.at <= unit.hub.now
        assert found.since - slack <= true <= found.until + slack
        if ({body.run, body.boot} & met) - {""}:
            assert found.how is How.RUN
            assert abs(found.at - true) <= 2 * slack
        elif found.how is How.WALL:
            assert abs(found.at - true) <= 2 * slack
        else:
            assert found.how is How.INTERVAL
            assert found.since <= found.at <= min(found.until, true + slack)
