"""Forks in quarantine: a person takes one for what it says or leaves it, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.core import events as e
from hub.core.audit import Audit
from hub.core.commands import Decision
from hub.core.commands_of_forks import Fork, ReviewFork
from hub.core.decide import decide
from hub.core.hall import Hall
from hub.core.records import fork_detail, fork_hashes
from hub.transaction import IdReusedError
from tests.hub.core.examples import rating, record_of, unrated
from tests.hub.core.running import PATIENCE_S, Running
from tests.hub.core.units import hello
from wire import messages as w

pytestmark = pytest.mark.slow  # each of these opens a journal on disk

HASH = "f" * 64


@pytest.fixture
def hub(folder: Path) -> Iterator[Running]:
    """wang is at c1; the only call has ended, and its rating is not here yet."""
    running = Running(folder).start()
    assert running.do(lambda t: t.hello("unit-1", hello("run-1"))) is None
    running.staff("c1", "wang")
    yield running
    running.close()


def served(hub: Running) -> str:
    hub.issue()
    hub.press("c1", "next")
    hub.press("c1", "done")
    return str(hub.events(e.TicketDone)[-1].call_id)


def send(hub: Running, *bodies: w.RecordBody) -> None:
    """Each as the first record of the outbox: all but one are forks."""
    for record in map(record_of, bodies):
        assert hub.do(lambda t, r=record: t.record("unit-1", r)) is None  # type: ignore[misc]


def review(hub: Running, wish: Any, key: str = "key", record: int = 1, why: str = "seen") -> Any:
    command = ReviewFork(record, wish, why, "lin")
    stored = hub.service.command(key, command).result(PATIENCE_S)
    hub.look(lambda _: None)
    return {"status": stored.status, **json.loads(stored.body)}


def forked(hub: Running, call: str, level: w.Level = w.Level.DISSATISFIED) -> None:
    """The disk's first record is about another call; its copy has rated this one."""
    send(hub, unrated("another"), rating(call, level=level))


def test_a_fork_that_is_the_first_rating_of_its_call_counts_by_a_persons_word(
    hub: Running,
) -> None:
    call = served(hub)
    forked(hub, call)
    assert hub.journal.set_aside().count == 1
    assert review(hub, "count")["status"] == 200
    [reviewed], [rated] = hub.events(e.ForkReviewed), hub.events(e.Rated)
    assert (reviewed.by, reviewed.reason, reviewed.counted) == ("lin", "seen", True)
    assert (rated.call_id, rated.level, rated.counted) == (call, "dissatisfied", True)
    assert rated.fork == reviewed.hash == record_of(rating(call, level=w.Level(rated.level))).hash
    assert hub.look(lambda hall: hall.today.levels) == {"dissatisfied": 1}
    assert hub.journal.set_aside().count == 0  # it waits for nobody any more
    hub.verify()


def test_a_fork_of_a_call_that_was_rated_is_kept_and_marked(hub: Running) -> None:
    call = served(hub)
    send(hub, rating(call), rating(call, level=w.Level.DISSATISFIED))
    assert review(hub, "count")["status"] == 200
    first, second = hub.events(e.Rated)
    assert (first.counted, second.counted, second.why_not) == (True, False, "second")
    assert hub.look(lambda hall: hall.today.levels) == {"satisfied": 1}
    hub.verify()


def test_a_fork_that_is_left_counts_nowhere(hub: Running) -> None:
    forked(hub, served(hub))
    assert review(hub, "leave", why="a test of the copy")["status"] == 200
    [reviewed] = hub.events(e.ForkReviewed)
    assert (reviewed.counted, reviewed.reason) == (False, "a test of the copy")
    assert hub.events(e.Rated) == []
    assert hub.journal.set_aside().count == 0
    hub.verify()


@pytest.mark.parametrize("first", ["count", "leave"])
@pytest.mark.parametrize("then", ["count", "leave"])
@pytest.mark.parametrize("restarts", [False, True])
def test_a_fork_is_decided_about_once(
    hub: Running, first: str, then: str, *, restarts: bool
) -> None:
    call = served(hub)
    forked(hub, call)
    before = review(hub, first)
    if restarts:
        hub.service.stop()  # with a snapshot
        hub.journal.close()
        hub.open()
        hub.start()
    send(hub, rating(call, level=w.Level.DISSATISFIED))  # and the copy sends it once more
    assert review(hub, first) == before  # the same wish again
    refused = review(hub, then, key="another")
    assert (refused["status"], refused["code"]) == (409, "reviewed")
    assert len(hub.events(e.ForkReviewed)) == 1
    assert len(hub.events(e.Rated)) == (first == "count")
    with pytest.raises(IdReusedError):
        review(hub, first, why="for another reason")
    hub.verify()


def test_a_fork_is_not_taken_before_the_service_has_ended(hub: Running) -> None:
    hub.issue()
    hub.press("c1", "next")
    forked(hub, hub.events(e.TicketCalled)[-1].call_id)
    assert review(hub, "count")["code"] == "not_ended"
    hub.press("c1", "done")
    assert review(hub, "count", key="later")["status"] == 200
    [rated] = hub.events(e.Rated)
    assert rated.counted
    hub.verify()


def test_what_is_no_rating_can_only_be_left(hub: Running) -> None:
    call = served(hub)
    send(hub, unrated("another"), unrated(call))
    assert review(hub, "count")["code"] == "not_a_rating"
    assert review(hub, "leave", key="left")["status"] == 200
    hub.verify()


def test_a_fork_whose_hash_is_wrong_is_never_counted(hub: Running) -> None:
    call = served(hub)
    send(hub, unrated("another"))
    bad = record_of(rating(call)).model_copy(update={"hash": HASH})
    assert hub.do(lambda t: t.record("unit-1", bad)) is None
    assert review(hub, "count")["code"] == "bad_hash"
    assert hub.events(e.Rated) == []


def test_only_forks_are_decided_about(hub: Running) -> None:
    bad = record_of(rating("x")).model_copy(update={"hash": HASH})
    assert hub.do(lambda t: t.record("unit-1", bad)) is None
    for number in (1, 2, -1):
        answer = review(hub, "leave", key=f"k{number}", record=number)
        assert (answer["status"], answer["code"]) == (404, "unknown_record")
    assert hub.events(e.ForkReviewed) == []


def test_the_hashes_of_a_fork_are_read_from_what_was_written_of_it() -> None:
    record = record_of(rating("x"))
    assert fork_hashes(fork_detail(record)) == (record.hash, record.previous)
    assert fork_hashes("a hash that nobody wrote") is None
    assert fork_hashes(fork_detail(record) + "!") is None


def test_the_core_alone_answers_the_same_fork_once() -> None:
    hall = Hall()
    fork = Fork("unit-1", "outbox-1", 1, HASH, True, None, 1.0, "")
    wish = ReviewFork(1, "leave", "seen", "lin", fork)
    decided: Decision = decide(hall, wish, 2.0)
    assert [type(event) for event in decided.events] == [e.ForkReviewed]
    hall.apply(decided.events[0])
    assert decide(hall, wish, 3.0).code == "reviewed"
    assert decide(Hall.load(hall.dump()), wish, 3.0).code == "reviewed"


def test_the_audit_finds_forks_that_nobody_decided_about_or_twice() -> None:
    key = ("unit-1", "outbox-1", 1)
    aside = e.RecordQuarantined(1.0, *key, "fork", "")
    looked = e.ForkReviewed(2.0, *key, HASH, True, "lin", "seen")
    left = e.ForkReviewed(2.0, *key, HASH, False, "lin", "seen")
    call = ("c1", "wang", "call-1", "ticket-1")
    why_not: dict[str, Any] = {"counted": False, "why_not": "unknown_call", "fork": HASH}
    rated = e.Rated(2.0, *key, *call, level="satisfied", after_ms=1, sure="run", **why_not)
    assert Audit().read([aside, looked, rated]) == []
    assert "was not set aside" in Audit().read([looked])[0]
    assert "decided about twice" in Audit().read([aside, left, looked])[0]
    assert "not taken by a person" in Audit().read([aside, left, rated])[0]
    assert "not taken by a person" in Audit().read([aside, rated])[0]
    assert "taken twice" in Audit().read([aside, looked, rated, rated])[0]
    nobody = e.ForkReviewed(2.0, *key, HASH, False, "", "seen")
    assert "by nobody" in Audit().read([aside, nobody])[0]
