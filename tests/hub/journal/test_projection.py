"""What reports read follows from the events alone: however they came, and made again or not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import delete, select
from typer.testing import CliRunner

from hub.cli import app
from hub.core import events as e
from hub.core.tickets import TicketState
from hub.journal import projection as p
from hub.journal import tables as t
from hub.journal.store import Batch, Journal
from hub.replay.engine import Replay, Setting
from hub.replay.reading import read_trace
from tests.hub.core.examples import Driver
from tests.hub.core.test_machine import HallMachine
from tests.hub.journal.projected import Projected, Rows, of, sizes
from tests.hub.replay.test_engine import DATA, Recorder
from wire.errors import StorageError


def a_morning() -> list[e.Event]:
    """Two counters, with steps taken back, a visit of two services, and a day after."""
    d = Driver()
    d.open("c1", "wang")
    d.open("c3", "li")
    for _ in range(3):
        d.ticket("a", further=("b",))
        d.press("c1", "next")
        d.pass_time(30)
        d.press("c1", "done")
        d.press("c1", "undo")
        d.press("c1", "done")
        d.press("c3", "next")
        d.press("c3", "no_show")
        d.press("c3", "undo")
        d.press("c3", "done")
    d.pass_time(86_400)
    return d.events


MORNING = a_morning()
ONE_BY_ONE = of(MORNING).rows()


def test_there_is_something_to_compare() -> None:
    assert len(ONE_BY_ONE["turns"]) == 6
    assert len(ONE_BY_ONE["days"]) == 2


@pytest.mark.parametrize("seed", range(6))
def test_batches_of_any_size_say_the_same(seed: int) -> None:
    assert Projected().feed(MORNING, sizes(seed)).rows() == ONE_BY_ONE


def test_without_anything_in_memory_they_say_the_same() -> None:
    made = Projected()
    for event in MORNING:
        made.projection.forget()  # as after every start of a hub
        made.commit([event])
    assert made.rows() == ONE_BY_ONE


def test_made_again_they_are_identical(monkeypatch: pytest.MonkeyPatch) -> None:
    made = of(MORNING)
    made.connection.execute(t.turns.update().values(service="spoilt"))
    made.connection.commit()
    monkeypatch.setattr(p, "EVENTS_A_STEP", 7)
    made.projection.rebuild()
    assert made.rows() == ONE_BY_ONE
    made.commit([])  # and the projection goes on from there
    assert _through(made) is None


def _through(made: Projected) -> int | None:
    with made.connection.begin():
        through: int | None = made.connection.execute(select(t.projection.c.through)).scalar_one()
        return through


def test_an_older_version_is_made_again_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    made = of(MORNING)
    with made.connection.begin():
        made.connection.execute(delete(t.turns))
    made.projection.catch_up()
    assert made.rows()["turns"] == []  # of this version nothing is doubted
    monkeypatch.setattr(p, "VERSION", p.VERSION + 1)
    made.projection.catch_up()
    assert made.rows() == ONE_BY_ONE


def test_a_hub_that_ends_while_they_are_made_goes_on_where_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = of(MORNING)
    monkeypatch.setattr(p, "EVENTS_A_STEP", 10)
    step, steps = p.Projection._step, Counter[str]()

    def until_the_third(self: p.Projection, after: int, upto: int) -> None:
        steps["made"] += 1
        if steps["made"] == 3:
            raise KeyboardInterrupt
        step(self, after, upto)

    with monkeypatch.context() as patch:
        patch.setattr(p.Projection, "_step", until_the_third)
        with pytest.raises(KeyboardInterrupt):
            made.projection.rebuild()
    assert _through(made) == 20
    made.projection.catch_up()
    assert made.rows() == ONE_BY_ONE


def test_what_the_disk_refuses_leaves_no_trace() -> None:
    made = Projected()
    for place, event in enumerate(MORNING):
        if place % 3 == 0:
            made.fail(MORNING[place : place + 4])
        made.commit([event])
    assert made.rows() == ONE_BY_ONE


def test_an_event_that_cannot_be_read_is_named() -> None:
    made = of(MORNING)
    with made.connection.begin():
        made.connection.execute(
            t.events.update().where(t.events.c.sequence == 9).values(content="{")
        )
    kind = made.connection.execute(select(t.events.c.kind).where(t.events.c.sequence == 9)).scalar()
    made.connection.commit()
    assert kind in p._KINDS
    with pytest.raises(StorageError, match="event 9 cannot be read"):
        made.projection.rebuild()


# --- against the hall itself -----------------------------------------------------------------

_STATES = {TicketState.RECALLED: "called", TicketState.NO_SHOW: "missed"}

_BY_A_CALL = ("called", "serving", "held", "done", "missed")


def turns_agree_with_the_hall(made: Projected, d: Any) -> None:
    """The hall that lived says the same of each ticket and of the day."""
    rows = made.turns()
    last = {turn.ticket: turn for turn in rows if not turn.apart}
    for ticket in d.hall.tickets.values():
        turn = last[ticket.id]
        assert turn.state == _STATES.get(ticket.state, str(ticket.state)), ticket
        assert (turn.number, turn.service, turn.kind) == (
            ticket.number,
            ticket.service,
            ticket.kind,
        )
        if turn.state in _BY_A_CALL:
            assert (turn.call_id, turn.counter) == (ticket.call_id, ticket.counter)
            assert turn.called_at == ticket.called_at
            assert turn.held_s == ticket.held_s
    today = [turn for turn in rows if turn.day == d.hall.day]
    calls = {call.call_id: call for call in d.hall.calls.values()}
    done = [turn for turn in today if turn.state == "done"]
    assert len(done) == d.hall.today.served
    ended = [c for c in calls.values() if c.ended_at is not None and not c.voided]
    by_call = {turn.call_id: turn for turn in rows if turn.call_id}
    for call in ended:
        turn = by_call.get(call.call_id)
        if turn is not None and turn.state == "done":
            assert turn.ended_at == call.ended_at
            assert (turn.answer is not None) == call.answered
            assert (turn.level is not None) == call.rated
    assert sum(turn.first and turn.began_at is not None for turn in today) <= d.hall.today.issued


class ReportedHall(HallMachine):
    """A hall under commands, whose journal is projected in batches of many sizes."""

    def teardown(self) -> None:
        if not hasattr(self, "d"):
            return
        made = Projected().feed(self.d.events, sizes(len(self.d.events)))
        turns_agree_with_the_hall(made, self.d)
        found: Rows = made.rows()
        made.projection.rebuild()
        assert made.rows() == found
        made.close()


_STEPS = settings(
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def turns_in(folder: Path) -> list[tuple[Any, ...]]:
    """What a journal that is opened again says of turns."""
    again = Journal(folder)
    with again._connection.begin():
        rows = sorted(tuple(row) for row in again._connection.execute(select(t.turns)))
    again.close()
    return rows


@pytest.mark.slow
def test_after_any_commands_the_tables_say_what_the_hall_says() -> None:
    run_state_machine_as_test(ReportedHall, settings=settings(_STEPS, max_examples=6))


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_after_any_commands_at_length() -> None:
    run_state_machine_as_test(ReportedHall, settings=settings(_STEPS, max_examples=400))


def test_a_whole_day_is_the_same_made_again() -> None:
    recorder = Recorder()
    served = Replay(read_trace(DATA / "tiny-00"), Setting("fcfs"), [recorder]).run()
    made = Projected().feed(recorder.all, sizes(5, most=300))
    rows = made.turns()
    waits = sorted(round(turn.wait_s, 3) for turn in rows if turn.wait_s is not None)
    assert waits == sorted(round(call.wait_s, 3) for call in served)
    assert sum(turn.state == "missed" for turn in rows) == sum(not call.came for call in served)
    found = made.rows()
    made.projection.rebuild()
    assert made.rows() == found


# --- the journal -----------------------------------------------------------------------------


@pytest.mark.slow
def test_the_journal_writes_them_with_its_events_or_not_at_all(folder: Path) -> None:
    journal = Journal(folder)
    journal.commit(Batch(1, MORNING[:20]))
    connection = journal._connection
    connection.exec_driver_sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON turns BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    connection.commit()
    with pytest.raises(StorageError):
        journal.commit(Batch(21, MORNING[20:]))
    assert journal.last_sequence() == 20  # no event without its row
    connection.exec_driver_sql("DROP TRIGGER refuse")
    connection.commit()
    journal.commit(Batch(21, MORNING[20:]))
    journal.close()
    assert turns_in(folder) == ONE_BY_ONE["turns"]


@pytest.mark.slow
def test_a_journal_from_before_gets_them_at_its_first_start(folder: Path) -> None:
    journal = Journal(folder)
    journal.commit(Batch(1, MORNING))
    with journal._connection.begin():
        for table in (t.turns, t.days, t.projection):
            journal._connection.execute(delete(table))
    journal.close()
    assert turns_in(folder) == ONE_BY_ONE["turns"]


@pytest.mark.slow
def test_the_command_line_makes_them_again(folder: Path) -> None:
    journal = Journal(folder)
    journal.commit(Batch(1, MORNING))
    with journal._connection.begin():
        journal._connection.execute(t.turns.update().values(service="spoilt"))
    journal.close()
    told = CliRunner().invoke(app, ["rebuild-reports", str(folder)])
    assert told.output == f"made again from {len(MORNING)} events\n"
    assert turns_in(folder) == ONE_BY_ONE["turns"]
