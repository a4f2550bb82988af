"""The state: what does not fit is refused whole, and a snapshot is the state itself."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.core.hall import FEED_LENGTH, Hall
from hub.core.plan import Plan
from hub.core.snapshot import LATER
from hub.core.state import Call, HistoryError
from tests.hub.core.examples import Driver, raw_plan, sign_in, through_json


@pytest.fixture
def d() -> Driver:
    """wang at c1 serves ticket-3 by call-5; ticket-6 waits; ticket-4 was done by call-7."""
    driver = Driver()
    driver.open("c1", "wang")
    driver.open("c3", "li")
    for _ in range(3):
        driver.ticket("a")
    driver.press("c3", "next")
    driver.press("c3", "done")
    driver.press("c1", "next")
    return driver


def called(**fields: Any) -> e.TicketCalled:
    given = {"ticket": "", "call_id": "new", "counter": "c3", "clerk": "li", "reason": {}}
    return e.TicketCalled(1.0, **{**given, **fields})


def _impossible(d: Driver) -> dict[str, e.Event]:
    done, held, waits = d.hall.tickets
    call, done_call = (str(d.hall.tickets[t].call_id) for t in (held, done))
    return {
        "epoch_back": e.EpochStarted(1.0, 1, "again"),
        "plan_broken": e.Configured(1.0, {"hall": 1}),
        "plan_without_a_service_in_use": e.Configured(1.0, _plan_without_a()),
        "issued_twice": e.TicketIssued(1.0, waits, "A009", "a", 1.0, "web"),
        "unknown_service": e.TicketIssued(1.0, "new", "Z001", "z", 1.0, "web"),
        "called_while_held": called(ticket=held),
        "called_after_the_end": called(ticket=done),
        "called_by_a_busy_counter": called(ticket=waits, counter="c1", clerk="wang"),
        "called_twice_under_one_id": called(ticket=waits, call_id=call),
        "called_by_nobody": called(ticket=waits, counter="c9"),
        "called_and_never_issued": called(ticket="invented"),
        "recalled_elsewhere": e.TicketRecalled(1.0, held, call, "c3", "li"),
        "recalled_while_waiting": e.TicketRecalled(1.0, waits, call, "c1", "wang"),
        "recalled_by_another_call": e.TicketRecalled(1.0, held, done_call, "c1", "wang"),
        "started_elsewhere": e.ServiceStarted(1.0, held, call, "c3", 1.0, presumed=False),
        "started_by_another_call": e.ServiceStarted(1.0, held, "x", "c1", 1.0, presumed=False),
        "missed_elsewhere": e.TicketMissed(1.0, held, call, "c3", "li"),
        "missed_by_another_call": e.TicketMissed(1.0, held, done_call, "c1", "wang"),
        "done_elsewhere": e.TicketDone(1.0, held, call, "c3", "li", 1.0, 10.0),
        "done_by_another_call": e.TicketDone(1.0, held, done_call, "c1", "wang", 1.0, 10.0),
        "done_twice": e.TicketDone(1.0, done, done_call, "c3", "li", 1.0, 10.0),
        "expired_after_the_end": e.TicketExpired(1.0, done, None),
        "expired_elsewhere": e.TicketExpired(1.0, held, "c3"),
        "expired_and_still_held": e.TicketExpired(1.0, held, None),
        "expired_and_held_by_nobody": e.TicketExpired(1.0, waits, "c3"),
        "clerk_at_no_counter": e.ClerkSignedIn(1.0, "c9", "wang"),
        "lost_and_never_there": e.UnitLost(1.0, "unit-1"),
        "rated_call_unknown": _rated("invented"),
    }


def _plan_without_a() -> dict[str, Any]:
    raw = raw_plan(services=[{"id": "b", "name": {"zh": "b", "en": "b"}, "prefix": "B"}])
    raw["counters"] = raw["counters"][1:2]
    return Plan.model_validate(raw).model_dump(mode="json")


def _rated(call: str) -> e.Rated:
    return e.Rated(
        at=1.0,
        unit="unit-1",
        outbox="o",
        sequence=1,
        counter="c1",
        clerk="wang",
        call_id=call,
        ticket="t",
        level="satisfied",
        after_ms=1,
        sure="run",
        counted=True,
        why_not=None,
    )


@pytest.mark.parametrize("name", _impossible(d.__wrapped__()))  # type: ignore[attr-defined]
def test_what_cannot_have_happened_is_refused_and_changes_nothing(d: Driver, name: str) -> None:
    before, lines = d.hall.dump(), _lines(d.hall)
    event = _impossible(d)[name]
    with pytest.raises(HistoryError, match=type(event).__name__):
        d.hall.apply(event)
    assert d.hall.dump() == before
    assert _lines(d.hall) == lines


def test_a_call_is_rated_first_once(d: Driver) -> None:
    call = str(next(iter(d.hall.tickets.values())).call_id)
    d.apply(_rated(call))
    with pytest.raises(HistoryError, match="one first rating a call"):
        d.apply(_rated(call))


def test_nobody_knows_how_to_apply_a_stranger(d: Driver) -> None:
    with pytest.raises(HistoryError, match="nobody knows"):
        d.hall.apply(e.Event(1.0))


def test_an_empty_hall_has_no_plan() -> None:
    with pytest.raises(HistoryError, match="without a configuration"):
        _ = Hall().plan


def test_each_event_counts_and_its_counter_follows(d: Driver) -> None:
    before = {c.id: c.version for c in d.hall.counters.values()}
    d.press("c1", "recall")
    assert d.hall.version == len(d.events)
    assert d.counter("c1").version == d.hall.version
    assert {c: v for c, v in before.items() if c != "c1"} == {
        c.id: c.version for c in d.hall.counters.values() if c.id != "c1"
    }


@pytest.mark.parametrize("end", ["done", "no_show"])
def test_a_counter_is_free_since_it_let_go(d: Driver, end: str) -> None:
    d.pass_time(60)
    d.press("c1", end)
    assert d.counter("c1").free_since == d.now
    d.pass_time(60)
    d.press("c1", "recall")  # refused: there is nobody to recall
    assert d.counter("c1").free_since == d.now - 60


def test_the_feed_keeps_the_latest(d: Driver) -> None:
    for _ in range(FEED_LENGTH + 5):
        d.ticket("b")
    assert len(d.hall.feed) == FEED_LENGTH
    assert [news.sequence for news in d.hall.feed] == list(
        range(d.hall.version - FEED_LENGTH + 1, d.hall.version + 1)
    )


def test_totals_of_the_day(d: Driver) -> None:
    d.press("c1", "no_show")
    today = d.hall.today
    assert (today.issued, today.served, today.missed) == (3, 1, 1)
    assert d.counter("c3").served_today == 1
    d.now += 86_400
    d.pass_time()
    assert (d.hall.today.issued, d.hall.today.served, d.hall.today.missed) == (0, 0, 0)
    assert d.counter("c3").served_today == 0


# --- snapshots ----------------------------------------------------------------------------


def test_a_snapshot_is_the_state(d: Driver) -> None:
    d.apply(e.UnitJoined(d.now, "unit-1", "run-1", "o", 0, "0" * 64, "1", d.now - 50))
    d.apply(_rated(str(next(iter(d.hall.tickets.values())).call_id)))
    loaded = Hall.load(through_json(d.hall.dump()))
    assert loaded.dump() == d.hall.dump()
    assert _lines(loaded) == _lines(d.hall)
    assert loaded.plan == d.hall.plan
    assert loaded.tickets == d.hall.tickets
    assert loaded.calls == d.hall.calls
    assert loaded.counters == d.hall.counters
    assert loaded.units == d.hall.units


def test_a_snapshot_shares_nothing_with_the_state(d: Driver) -> None:
    dump = d.hall.dump()
    text = str(dump)
    d.press("c1", "recall")
    d.at("c3", sign_in("zhao"), pin_right=False)
    assert str(dump) == text


@pytest.mark.slow
def test_five_weeks_of_calls_are_dumped_as_rows_without_a_name_on_each_value() -> None:
    hall = Hall()
    hall.calls = {
        f"{n:032d}": Call(f"{n:032d}", f"t{n}", "A001", "a", "c1", "wang", 1.0, 2.0)
        for n in range(25_000)
    }
    dump = through_json(hall.dump())
    assert len(dump["calls"]["rows"]) == len(hall.calls)
    assert {type(row) for row in dump["calls"]["rows"]} == {list}
    assert Hall.load(dump).calls == hall.calls


@pytest.mark.parametrize(
    "damage",
    [
        {"version": None, "tickets": []},
        {"tickets": {"fields": ["id"], "rows": [["t"]]}},
        {"tickets": {"fields": ["id"], "rows": [3]}},
        {"tickets": {"fields": ["id"], "rows": [[]]}},
        {"calls": {"fields": ["call_id", "mood"], "rows": [["c", "good"]]}},
        {"calls": {"rows": []}},
        {"counters": "c1"},
        {"plan": {"hall": {}}},
        {"feed": [{"sequence": 1}]},
        {"today": {"surprise": 1}},
    ],
)
def test_a_damaged_snapshot_is_no_state(d: Driver, damage: dict[str, Any]) -> None:
    with pytest.raises(HistoryError, match="snapshot"):
        Hall.load({**d.hall.dump(), **damage})


@pytest.mark.parametrize("key", sorted(LATER))
def test_a_snapshot_of_an_earlier_program_lacks_what_came_later(key: str) -> None:
    dump = Hall().dump()
    del dump[key]
    assert Hall.load(dump).dump() == Hall().dump()


@pytest.mark.parametrize("key", sorted(Hall().dump().keys() - LATER))
def test_a_snapshot_without_a_part_is_no_state(key: str) -> None:
    dump = Hall().dump()
    del dump[key]
    with pytest.raises(HistoryError, match=key):
        Hall.load(dump)


def test_a_ticket_in_a_snapshot_waits_in_a_line_that_exists(d: Driver) -> None:
    dump = through_json(d.hall.dump())
    names = dump["tickets"]["fields"]
    waits = next(t for t in dump["tickets"]["rows"] if t[names.index("state")] == "waiting")
    waits[names.index("service")] = "z"
    with pytest.raises(HistoryError, match="snapshot"):
        Hall.load(dump)


def _lines(hall: Hall) -> dict[tuple[str, str], list[str]]:
    return {key: line.tickets() for key, line in hall.lines.pool.items()}
