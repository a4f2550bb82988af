"""Yesterday out of the journal: what was asked of the hall, and what another policy makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.core import events as e
from hub.core.commands import OnTicket
from hub.core.decide import decide
from hub.journal.reading import read_events
from hub.journal.store import Batch, Journal
from hub.replay.engine import Replay, Served, Setting
from hub.replay.figures import figures
from hub.replay.journal_day import JournalDay, read_day
from hub.replay.reading import read_trace
from tests.hub.core.examples import MONDAY, Driver, make_plan
from tests.hub.replay.test_engine import DATA, Recorder
from wire import messages as w
from wire.errors import StorageError

TINY = read_trace(DATA / "tiny-00")
REPLAYED_DAY = "1970-01-05"


@pytest.fixture(scope="module")
def lived() -> list[e.Event]:
    """The events of a day that ran under FCFS."""
    recorder = Recorder()
    Replay(TINY, Setting("fcfs", credit_min=0.0), [recorder]).run()
    return recorder.all


def test_a_day_comes_back_as_it_was_asked(lived: list[e.Event]) -> None:
    day = read_day(lived, REPLAYED_DAY)
    first = TINY.arrivals[0].arrive_s
    assert [a.service for a in day.trace.arrivals] == [a.service for a in TINY.arrivals]
    found = [round(a.arrive_s + first, 3) for a in day.trace.arrivals]
    assert found == [round(a.arrive_s, 3) for a in TINY.arrivals]
    missed = [a.ticket for a in day.trace.arrivals if a.no_show]
    assert set(missed) >= {n for n, a in enumerate(TINY.arrivals) if a.no_show}
    away = sum(p.duration_s for p in day.trace.pauses)
    assert away == pytest.approx(sum(p.duration_s for p in TINY.pauses), rel=0.02)


def test_the_same_policy_gives_nearly_the_same_day_and_another_a_different_one(
    lived: list[e.Event],
) -> None:
    day = read_day(lived, REPLAYED_DAY)
    really = figures(Replay(TINY, Setting("fcfs", credit_min=0.0)).run())
    again = figures(_under(day, "fcfs"))
    assert again.mean_min == pytest.approx(really.mean_min, rel=0.1)
    assert sum(day.waits_s) / len(day.waits_s) / 60 == pytest.approx(really.mean_min)
    assert figures(_under(day, "pressure")) != again


def _under(day: JournalDay, policy: str) -> list[Served]:
    plan = day.plan.model_copy(
        update={"dispatch": day.plan.dispatch.model_copy(update={"policy": policy})}
    )
    return Replay(day.trace, Setting(), own=(plan, day.names)).run()


def test_each_stretch_of_waiting_is_an_arrival() -> None:
    d = Driver(make_plan(priorities=[{"id": "old", "name": {"zh": "老", "en": "old"}}]))
    d.open("c1", "wang")
    d.open("c3", "li")
    moved, held, gone, back = (d.ticket(s) for s in "aaab")
    d.pass_time(60)
    d.press("c1", "next")
    d.pass_time(100)
    d.at("c1", w.Transfer(action="transfer", service="b", counter="c3"))
    d.press("c1", "next")
    d.pass_time(50)
    d.at("c1", w.Hold(action="hold"))
    d.pass_time(1000)
    d.at("c1", w.Resume(action="resume"))
    d.pass_time(25)
    d.press("c1", "done")
    d.apply(*decide(d.hall, OnTicket(gone.id, "cancel", "web"), d.now).events)
    day = read_day(d.events, MONDAY)
    asked = [(day.names.services[a.service], round(a.arrive_s)) for a in day.trace.arrivals]
    assert asked == [*[("a", 0)] * 3, ("b", 0), ("b", 160)]
    assert moved.service == "b"
    speed = d.hall.speed("c1")
    assert min(a.service_draw_s for a in day.trace.arrivals) == pytest.approx(75 / speed)
    assert held.state == "done"
    patient = sorted(a.patience_s for a in day.trace.arrivals)
    assert patient[0] == 1235.0
    assert patient[1] > 80_000
    assert back.state == "waiting"
    closed = {day.names.counters[p.window] for p in day.trace.pauses}
    assert {"c2", "c4"} <= closed


def test_a_step_that_was_undone_leaves_no_stretch() -> None:
    d = Driver()
    d.open("c1", "wang")
    d.ticket("a")
    d.press("c1", "next")
    d.at("c1", w.Transfer(action="transfer", service="b"))
    d.at("c1", w.Undo(action="undo"))
    d.pass_time(40)
    d.press("c1", "done")
    [arrival] = read_day(d.events, MONDAY).trace.arrivals
    assert arrival.service_draw_s == pytest.approx(40 / d.hall.speed("c1"))


def test_a_day_that_is_not_there_is_said(lived: list[e.Event]) -> None:
    with pytest.raises(StorageError, match="no day 2020-01-01; its last is 1970-01-05"):
        read_day(lived, "2020-01-01")
    with pytest.raises(StorageError, match="nobody took a number"):
        read_day(Driver().events, MONDAY)


def test_the_command_line_asks_a_journal(lived: list[e.Event], tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    batch = Batch(1)
    batch.events += lived
    journal.commit(batch)
    # The hub still has it: reading takes no lock.
    asked = ["replay", str(tmp_path), "--journal", REPLAYED_DAY, "--policy", "pressure", "--json"]
    answer = CliRunner().invoke(app, asked)
    assert answer.exit_code == 0, answer.output
    content = json.loads(answer.stdout)
    assert content["fcfs"]["n"] == content["pressure"]["n"] == len(TINY.arrivals)
    assert content["was_mean_min"] > 0
    journal.close()


def test_a_folder_without_a_journal_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no journal"):
        list(read_events(tmp_path))
    (tmp_path / "journal.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(StorageError, match="not a database"):
        list(read_events(tmp_path))
