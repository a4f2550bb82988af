"""What taking records in costs: units that were alone send thousands at once."""

from __future__ import annotations

from collections import Counter

import pytest

from hub.core import events as e
from hub.core.records import LATEST
from tests.hub.core.examples import make_plan, record_of, unrated
from tests.hub.core.units import hello
from tests.model.parts import Clock, HubModel, MemoryJournal
from wire import messages as w
from wire.chain import NO_HASH

MANY = 2 * LATEST


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the journal is asked for what."""
    counted: Counter[str] = Counter()
    for name in ("record", "record_hash", "is_set_aside"):
        real = getattr(MemoryJournal, name)

        def ask(*key: object, name: str = name, real: object = real) -> object:
            counted[name] += 1
            return real(*key)  # type: ignore[operator]

        monkeypatch.setattr(MemoryJournal, name, ask)
    return counted


@pytest.fixture
def hub() -> HubModel:
    return HubModel(make_plan(), Clock(), lambda *_: None)


def kept(count: int) -> list[w.Record]:
    records: list[w.Record] = []
    for sequence in range(1, count + 1):
        previous = records[-1].hash if records else NO_HASH
        records.append(record_of(unrated(f"call-{sequence}"), sequence, previous))
    return records


def send(hub: HubModel, records: list[w.Record]) -> None:
    for start in range(0, len(records), 50):
        window = records[start : start + 50]
        hub.do(*(lambda t, r=record: t.record("unit-1", r) for record in window))


def test_records_that_come_in_order_are_stored_without_a_look_into_the_journal(
    hub: HubModel, reads: Counter[str]
) -> None:
    send(hub, kept(MANY))
    assert len(hub.journal.records) == MANY
    assert reads == Counter()


def test_what_comes_again_soon_is_known_without_a_look_into_the_journal(
    hub: HubModel, reads: Counter[str]
) -> None:
    records = kept(MANY)
    send(hub, records)
    send(hub, records[-LATEST:])
    assert reads == Counter()
    send(hub, records[:5])
    assert reads["record_hash"] == 5
    assert len([x for x in hub.journal.events if isinstance(x, e.Unrated)]) == MANY


def test_what_comes_again_soon_as_something_else_is_a_fork(hub: HubModel) -> None:
    records = kept(3)
    send(hub, records)
    send(hub, [record_of(unrated("another"), 3, records[1].hash)])
    assert [q.code for q in hub.journal.quarantine] == ["fork"]


def test_what_is_known_of_an_outbox_says_nothing_of_the_one_that_replaces_it() -> None:
    clock = Clock()
    hub = HubModel(make_plan(), clock, lambda *_: None)
    hub.do(lambda t: t.hello("unit-1", hello("run-1")))
    send(hub, kept(5))
    clock.now += 60.0
    hub.do(lambda t: t.hello("unit-1", hello("run-2", outbox="another")))
    joined = [x for x in hub.journal.events if isinstance(x, e.UnitJoined)]
    assert (joined[-1].outbox, joined[-1].after, joined[-1].not_before) == ("another", 0, 0.0)
    floor = e.OrderKept(joined[-1].at, "unit-1", "another", 2, joined[-1].at - 1)
    hub.do(lambda t: t.happen([floor]))
    times = hub.hall.units["unit-1"].times
    assert (times.floor_after, times.floor_at) == (2, floor.not_before)
