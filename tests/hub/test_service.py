"""The owner of the state: races, repeats, failures, restarts."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from hub.core import events as e
from hub.core.commands import Issue
from hub.core.hall import Hall
from hub.core.state import HistoryError
from hub.journal.store import Batch, Journal
from hub.loading import load
from hub.service import Committed, Service
from hub.transaction import IdReusedError, Transaction
from tests.hub.core.examples import make_plan, request, sign_in, through_json, wall
from tests.hub.core.running import PATIENCE_S, Doing, Running
from tests.hub.core.units import hello, renew
from wire import messages as w
from wire.errors import StorageError

pytestmark = pytest.mark.slow  # each of these opens a journal on disk


@pytest.fixture
def idle(folder: Path) -> Iterator[Running]:
    """A service whose thread has not started: what is submitted will share one round."""
    running = Running(folder)
    yield running
    running.close()


@pytest.fixture
def hub(idle: Running) -> Running:
    return idle.start()


def break_once(monkeypatch: pytest.MonkeyPatch, journal: Journal) -> list[Batch]:
    """The next commit fails; returns what was to be committed."""
    lost: list[Batch] = []
    commit = journal.commit

    def broken(batch: Batch) -> None:
        if batch.empty() or lost:
            commit(batch)
        else:
            lost.append(batch)
            raise StorageError("the disk is full")

    monkeypatch.setattr(journal, "commit", broken)
    return lost


# --- races --------------------------------------------------------------------------------

CLERKS = [f"clerk-{k}" for k in range(10)]


@pytest.fixture
def ten(folder: Path) -> Iterator[Running]:
    """Ten counters, staffed, that all serve a."""
    counters = [{"id": f"c{k}", "number": str(k), "services": ["a"]} for k in range(10)]
    services = [{"id": "a", "name": {"zh": "a", "en": "a"}, "prefix": "A"}]
    pin = "scrypt$2$1$1$00$00"
    clerks = [{"id": clerk, "name": clerk, "pin_hash": pin} for clerk in CLERKS]
    running = Running(folder, make_plan(counters=counters, services=services, clerks=clerks))
    running.start()
    for k, clerk in enumerate(CLERKS):
        running.staff(f"c{k}", clerk)
    yield running
    running.close()


@pytest.mark.parametrize("tickets", [0, 7, 10, 13])
def test_all_press_next_at_once(ten: Running, tickets: int) -> None:
    for _ in range(tickets):
        ten.issue()
    together = threading.Barrier(10)

    def press(counter: int) -> w.Answer:
        together.wait(PATIENCE_S)
        return ten.press(f"c{counter}", "next")

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(press, range(10)))
    called = [answer.ticket.id for answer in answers if answer.ticket]
    assert len(called) == len(set(called)) == min(tickets, 10)
    assert [a.outcome for a in answers].count("nothing_waiting") == 10 - len(called)
    assert sorted(x.ticket for x in ten.events(e.TicketCalled)) == sorted(called)
    ten.verify()


def test_a_morning_of_races(ten: Running) -> None:
    """Clerks press and press again with the same id, until nobody waits."""
    issued = 60
    for _ in range(issued):
        ten.issue()

    def work(counter: int) -> list[str]:
        served: list[str] = []
        chance = random.Random(counter)
        while True:
            key = ten.new_id() + f"-{counter}"
            commands = [ten.command(key, f"c{counter}", request("next")) for _ in range(2)]
            first, again = (command.result(PATIENCE_S) for command in commands)
            assert first == again
            answer = w.Answer.model_validate_json(first.body)
            if answer.ticket is None:
                assert answer.outcome == "nothing_waiting"
                return served
            served.append(answer.ticket.id)
            ten.press(f"c{counter}", chance.choice(["done", "no_show"]))

    with ThreadPoolExecutor(10) as pool:
        served = [ticket for tickets in pool.map(work, range(10)) for ticket in tickets]
    assert len(served) == len(set(served)) == issued
    ten.verify()


def test_a_round_is_one_transaction(idle: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Batch] = []
    commit = idle.journal.commit

    def noted(batch: Batch) -> None:
        written.append(batch)
        commit(batch)

    monkeypatch.setattr(idle.journal, "commit", noted)
    wishes = [idle.service.command(f"k{k}", Issue("a", f"t{k}", "web")) for k in range(20)]
    idle.start()
    bodies = [wish.result(PATIENCE_S).body for wish in wishes]
    assert len(set(bodies)) == 20
    [batch] = [batch for batch in written if batch.answers]
    assert list(batch.answers) == [f"k{k}" for k in range(20)]
    idle.verify()


# --- repeats ------------------------------------------------------------------------------


def test_a_repeat_in_the_same_round(idle: Running) -> None:
    wishes = [idle.service.command("key", Issue("a", f"t{k}", "web")) for k in range(3)]
    idle.start()
    assert len({wish.result(PATIENCE_S).body for wish in wishes}) == 1
    assert len(idle.events(e.TicketIssued)) == 1


def test_a_repeat_gets_the_first_bytes_whatever_has_happened_since(hub: Running) -> None:
    hub.staff("c1", "wang")
    issued = hub.issue("a", "wish")
    called = hub.command("call", "c1", request("next")).result(PATIENCE_S)
    refused = hub.command("busy", "c1", request("next")).result(PATIENCE_S)
    assert w.Answer.model_validate_json(called.body).outcome == "done"
    assert (refused.status, w.Answer.model_validate_json(refused.body).code) == (409, "busy")
    hub.press("c1", "done")
    hub.issue("a")
    hub.clock.advance(3)
    for _ in range(2):
        assert hub.issue("a", "wish") == issued
        assert hub.command("call", "c1", request("next")).result(PATIENCE_S) == called
        assert hub.command("busy", "c1", request("next")).result(PATIENCE_S) == refused
        hub.restart()
    assert len(hub.events(e.TicketCalled)) == 1
    assert len(hub.events(e.TicketIssued)) == 2
    hub.verify()


def test_answers_live_until_the_end_of_the_next_day(hub: Running) -> None:
    first = hub.issue("a", "wish")
    hub.clock.set_wall(wall("2026-03-04 03:59"))
    hub.look(lambda _: None)
    assert hub.issue("a", "wish") == first
    hub.clock.set_wall(wall("2026-03-04 10:00"))
    hub.look(lambda _: None)
    assert hub.issue("a", "wish") != first


def test_answers_are_forgotten_by_a_hub_that_is_off_at_night(hub: Running) -> None:
    first = hub.issue("a", "wish")
    for day in ("2026-03-03", "2026-03-04"):
        hub.close()
        hub.clock.set_wall(wall(f"{day} 09:00"))
        hub.open()
        hub.start()
    assert hub.issue("a", "wish") != first


def test_an_id_with_another_content_is_refused_and_hurts_nobody(idle: Running) -> None:
    first = idle.service.command("key", Issue("a", "t1", "web"))
    other = idle.service.command("key", Issue("b", "t2", "web"))
    third = idle.service.command("third", Issue("b", "t3", "web"))
    idle.start()
    assert first.result(PATIENCE_S).status == 201
    with pytest.raises(IdReusedError, match="key"):
        other.result(PATIENCE_S)
    assert third.result(PATIENCE_S).status == 201
    assert [x.ticket for x in idle.events(e.TicketIssued)] == ["t1", "t3"]
    idle.restart()
    with pytest.raises(IdReusedError):
        idle.issue("b", "key")
    idle.verify()


def test_an_id_is_bound_to_counter_action_and_seen(hub: Running) -> None:
    hub.command("key", "c1", request("open"), seen=0).result(PATIENCE_S)
    for counter, action, seen in (("c2", "open", 0), ("c1", "close", 0), ("c1", "open", None)):
        with pytest.raises(IdReusedError):
            hub.command("key", counter, request(action), seen).result(PATIENCE_S)
    with pytest.raises(IdReusedError):
        hub.issue("a", "key")


def test_nothing_of_a_pin_is_kept_with_an_answer(hub: Running) -> None:
    """Not even a digest, which four digits could be found from: another PIN is a repeat."""
    command = hub.command("key", "c1", sign_in("wang", "2468"))
    first = command.result(PATIENCE_S)
    assert hub.command("key", "c1", sign_in("wang", "1357")).result(PATIENCE_S) == first


def test_a_command_without_an_id_is_answered_and_not_kept(hub: Running) -> None:
    first, second = hub.issue("a"), hub.issue("a")
    assert first.body != second.body
    assert hub.journal.answer("") is None


# --- failures -----------------------------------------------------------------------------


def test_a_failed_commit_leaves_everything_as_it_was(
    idle: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(idle.events())
    lost = break_once(monkeypatch, idle.journal)
    wishes = [idle.service.command(f"k{k}", Issue("a", f"t{k}", "web")) for k in range(3)]
    idle.start()
    for wish in wishes:
        with pytest.raises(StorageError, match="disk is full"):
            wish.result(PATIENCE_S)
    assert [len(batch.answers) for batch in lost] == [3]
    assert idle.news == []
    assert len(idle.events()) == before
    idle.verify()
    # The same ids are decided now, as if they came for the first time.
    assert b'"A001"' in idle.issue("a", "k2").body
    assert b'"A002"' in idle.issue("a", "k0").body
    idle.verify()


def test_trouble_with_the_disk_is_told_until_a_commit_succeeds(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_once(monkeypatch, hub.journal)
    with pytest.raises(StorageError):
        hub.issue("a")
    hub.look(lambda _: None)
    assert hub.service.storage_error == "the disk is full"
    hub.issue("a")
    assert hub.service.storage_error is None


def test_a_full_disk_is_not_hammered_and_people_may_still_look(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call is due to be presumed begun, which nobody can write down."""
    hub.staff("c1", "wang")
    hub.issue("a")
    hub.press("c1", "next")
    tries: list[Batch] = []

    def full(batch: Batch) -> None:
        if not batch.empty():
            tries.append(batch)
            raise StorageError("the disk is full")

    monkeypatch.setattr(hub.journal, "commit", full)
    hub.clock.advance(30)
    for _ in range(50):
        assert hub.look(lambda hall: hall.counters["c1"].ticket) is not None
    assert len(tries) == 1
    assert hub.service.storage_error == "the disk is full"
    hub.clock.advance(2)
    hub.look(lambda _: None)
    assert len(tries) == 2
    monkeypatch.undo()
    hub.clock.advance(2)
    hub.look(lambda _: None)
    assert hub.service.storage_error is None
    assert [x.presumed for x in hub.events(e.ServiceStarted)] == [True]
    hub.verify()


def test_a_hello_that_was_not_kept_is_asked_for_again(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_once(monkeypatch, hub.journal)
    assert isinstance(hub.do(lambda t: t.hello("unit-1", hello("run-1"))), StorageError)
    hub.do(lambda t: t.renew("unit-1", renew("run-1", 1)))
    assert hub.outbound(w.State, "unit-1") == []  # it hears nothing, and says hello
    assert hub.do(lambda t: t.hello("unit-1", hello("run-1", 2))) is None
    assert [x.run for x in hub.events(e.UnitJoined)] == ["run-1"]
    assert [s.n for s in hub.outbound(w.State, "unit-1")] == [2]
    hub.verify()


def bad(_: Transaction) -> NoReturn:
    raise ZeroDivisionError("bad work")


def _issue(k: int, transaction: Transaction) -> None:
    transaction.command(f"k{k}", Issue("a", f"t{k}", "web"))


@pytest.mark.parametrize("at", [0, 1, 2])
def test_work_that_fails_does_not_hurt_the_others(idle: Running, at: int) -> None:
    works = [Doing(partial(_issue, k)) for k in range(2)]
    works.insert(at, Doing(bad))
    for work in works:
        idle.service.submit(work)
    idle.start()
    errors = [work.end() for work in works]
    assert [type(error) for error in errors if error] == [ZeroDivisionError]
    assert errors.index(next(filter(None, errors))) == at
    assert [work.story[-1] for work in works].count("committed") == 2
    assert [x.ticket for x in idle.events(e.TicketIssued)] == ["t0", "t1"]
    idle.verify()


def test_work_that_fails_halfway_leaves_no_half(hub: Running) -> None:
    def half(transaction: Transaction) -> None:
        transaction.command("key", Issue("a", "t1", "web"))
        bad(transaction)

    assert isinstance(hub.do(half), ZeroDivisionError)
    assert hub.journal.answer("key") is None
    assert hub.events(e.TicketIssued) == []
    assert hub.look(lambda hall: hall.tickets) == {}
    hub.verify()


def test_many_failures_in_one_round(idle: Running) -> None:
    works = [Doing(bad) for _ in range(30)]
    for work in works:
        idle.service.submit(work)
    wish = idle.service.command("key", Issue("a", "t", "web"))
    idle.start()
    assert wish.result(PATIENCE_S).status == 201
    assert all(isinstance(work.end(), ZeroDivisionError) for work in works)


def test_who_has_gone_before_the_work_began_is_not_served(
    idle: Running, caplog: pytest.LogCaptureFixture
) -> None:
    gone = idle.service.command("gone", Issue("a", "t1", "web"))
    assert gone.cancel()
    failing = Doing(bad)  # so that the round is tried twice
    idle.service.submit(failing)
    stays = idle.service.command("stays", Issue("a", "t2", "web"))
    idle.start()
    assert stays.result(PATIENCE_S).status == 201
    assert isinstance(failing.end(), ZeroDivisionError)
    with pytest.raises(CancelledError):
        gone.result(0)
    assert [x.ticket for x in idle.events(e.TicketIssued)] == ["t2"]
    failures = [r for r in caplog.records if r.levelname in {"ERROR", "CRITICAL"}]
    assert [r.getMessage() for r in failures] == [
        "a piece of work failed; the state is loaded again"
    ]
    assert idle.service.alive


def test_a_watcher_that_fails_misses_its_news_alone(idle: Running) -> None:
    told: list[Committed] = []

    def failing(news: Committed) -> NoReturn:
        told.append(news)
        raise ValueError("a broken watcher")

    idle.service._watchers.insert(0, failing)
    idle.start()
    idle.issue("a")
    idle.issue("a")
    idle.look(lambda _: None)
    assert len(told) == len(idle.news) == 2
    assert idle.service.alive


def test_who_watches_is_told_before_who_asked(idle: Running) -> None:
    work = Doing(lambda transaction: transaction.command(None, Issue("a", "t1", "web")))
    idle.service._watchers.append(lambda _news: work.story.append("watched"))
    idle.service.submit(work)
    idle.start()
    assert work.end() is None
    assert work.story[-2:] == ["watched", "committed"]


def test_news_come_after_the_commit_and_say_what_happened(hub: Running) -> None:
    seen: list[int] = []
    hub.service._watchers.append(lambda news: seen.append(len(hub.journaled()) - news.version))
    hub.issue("a")
    hub.look(lambda _: None)
    [news] = hub.news
    assert [type(event) for event in news.events] == [e.TicketIssued]
    assert seen == [0]


def test_a_state_that_cannot_be_trusted_ends_the_hub_and_is_not_kept(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.issue("a")
    before = hub.state()
    kept = hub.journal.snapshot()

    def broken(_hall: Hall, now: float) -> list[e.Event]:
        return [e.HallClosed(now), e.UnitLost(now, "nobody")]

    monkeypatch.setattr("hub.service.due", broken)
    hub.clock.advance(86_400)
    hub.service.submit(Doing(lambda _: None))
    hub.service._thread.join(PATIENCE_S)
    assert not hub.service.alive
    assert hub.deaths == 1
    hub.service.stop()
    assert hub.journal.snapshot() == kept
    hall, _ = load(hub.journal)
    assert through_json(hall.dump()) == before


# --- starts -------------------------------------------------------------------------------


def test_each_start_is_a_new_epoch(hub: Running) -> None:
    for _ in range(3):
        hub.restart()
    started = hub.events(e.EpochStarted)
    assert [x.epoch for x in started] == [1, 2, 3, 4]
    assert len({x.epoch_id for x in started}) == 4
    assert hub.look(lambda hall: (hall.epoch, hall.epoch_id)) == (4, started[-1].epoch_id)
    assert len(hub.events(e.Configured)) == 1


def test_a_restart_gives_the_state_back(hub: Running) -> None:
    hub.staff("c1", "wang")
    hub.issue("a")
    hub.issue("b")
    hub.press("c1", "next")
    before = hub.state()
    hub.restart()
    after = hub.state()
    for changed in ("epoch", "epoch_id", "epochs", "version", "feed"):
        del before[changed], after[changed]
    assert after == before
    hub.verify()


def test_an_orderly_end_leaves_a_snapshot(hub: Running) -> None:
    hub.issue("a")
    hub.restart()
    snapshot = hub.journal.snapshot()
    assert snapshot is not None
    assert snapshot[0] == hub.events().index(hub.events(e.EpochStarted)[1])
    assert snapshot[0] == snapshot[1]["version"]


def test_a_long_journal_is_shortened_by_a_snapshot(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.service.SNAPSHOT_EVERY", 5)
    for _ in range(12):
        hub.issue("a")
    hub.look(lambda _: None)
    snapshot = hub.journal.snapshot()
    assert snapshot is not None
    assert hub.state()["version"] - snapshot[0] < 5
    hub.verify()


def test_crash_after_crash_does_not_put_the_snapshot_off_for_ever(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.service.SNAPSHOT_EVERY", 8)
    first = hub.journal.snapshot_sequence()
    for _ in range(4):
        with monkeypatch.context() as crash:
            crash.setattr(Service, "_snapshot", lambda _: None)
            hub.issue("a")
            hub.restart()
    hub.issue("a")
    hub.look(lambda _: None)
    assert hub.journal.snapshot_sequence() > first


def test_what_is_queued_is_finished_before_the_end(idle: Running) -> None:
    idle.start()
    wishes = [idle.service.command(None, Issue("a", f"t{k}", "web")) for k in range(700)]
    idle.service.stop()
    assert all(wish.done() and wish.result().status == 201 for wish in wishes)
    assert len(idle.events(e.TicketIssued)) == 700


def test_the_day_that_began_while_the_hub_was_off(hub: Running) -> None:
    hub.staff("c1", "wang")
    hub.issue("a")
    hub.issue("a")
    hub.press("c1", "next")
    hub.close()
    hub.clock.set_wall(wall("2026-03-03 09:00"))
    hub.open()
    hub.start()
    assert hub.look(lambda hall: (hall.day, hall.open, hall.tickets)) == ("2026-03-03", True, {})
    hub.verify()


def _cut(journal: Journal, statement: str) -> None:
    with journal._engine.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount > 0


@pytest.mark.parametrize("missing", [1, 2, 5])
def test_a_journal_with_a_gap_is_not_loaded(idle: Running, missing: int) -> None:
    idle.start()
    for _ in range(4):
        idle.issue("a")
    _cut(idle.journal, "DELETE FROM snapshots")
    _cut(idle.journal, f"DELETE FROM events WHERE sequence = {missing}")
    with pytest.raises((StorageError, HistoryError)):
        load(idle.journal)


def test_a_journal_that_ends_before_its_snapshot_is_not_loaded(hub: Running) -> None:
    for _ in range(4):
        hub.issue("a")
    hub.service.stop()
    load(hub.journal)
    _cut(hub.journal, "DELETE FROM events WHERE sequence > 5")
    with pytest.raises(StorageError, match="ends at event 5, before its snapshot 8"):
        load(hub.journal)


def test_an_event_that_does_not_fit_is_not_loaded(hub: Running) -> None:
    hub.issue("a")
    [ticket] = hub.look(lambda hall: list(hall.tickets))
    hub.service.stop()
    _cut(hub.journal, "DELETE FROM snapshots")
    again = e.TicketIssued(1.0, ticket, "A002", "a", 1.0, "web")
    hub.journal.commit(Batch(hub.journal.last_sequence() + 1, [again]))
    with pytest.raises(HistoryError, match="issued once"):
        load(hub.journal)


# --- silence ------------------------------------------------------------------------------


def _said(again: w.Renew, once_more: w.Hello, transaction: Transaction) -> None:
    transaction.renew("unit-1", again)
    transaction.hello("unit-1", once_more)


def test_nothing_is_written_while_nothing_happens(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.do(lambda t: t.hello("unit-1", hello("run-1")))
    hub.look(lambda _: None)
    wrote = Counter[str]()

    def forbid(name: str) -> Any:
        def note(*_: object, **__: object) -> None:
            wrote[name] += 1

        return note

    for name in ("_write", "save_snapshot", "forget_answers"):
        monkeypatch.setattr(hub.journal, name, forbid(name))
    for n in range(1, 100):
        boot = {"boot_ms": 60_000 + (n - 1) * 2_000}
        again, once_more = renew("run-1", n).model_copy(update=boot), hello("run-1", n, **boot)
        hub.do(partial(_said, again, once_more))
        hub.pass_time(2.0)
    assert wrote == {}
    assert hub.events(e.UnitLost, e.UnitBack) == []
    assert len(hub.outbound(w.State, "unit-1")) > 90  # all the same, the unit was answered


def test_time_alone_moves_the_hall(hub: Running) -> None:
    hub.staff("c1", "wang")
    hub.issue("a")
    hub.press("c1", "next")
    hub.pass_time(20)
    assert [x.presumed for x in hub.events(e.ServiceStarted)] == [True]
    hub.pass_time(8 * 3600)
    hub.pass_time(20 * 3600)
    assert [type(x) for x in hub.events(e.HallClosed, e.DayBegan, e.HallOpened)] == [
        e.DayBegan,
        e.HallOpened,
        e.HallClosed,
        e.DayBegan,
        e.HallOpened,
    ]
    hub.verify()
