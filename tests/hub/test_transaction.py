"""What units send and what they are sent: links, commands, records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import intake
from hub.core import events as e
from hub.core.presence import COMMAND_WITHIN_S, LOST_AFTER_S
from hub.core.records import read_body
from hub.intake import UNREADABLE_KEPT
from hub.transaction import Transaction
from tests.hub.core.examples import (
    make_plan,
    rating,
    raw_plan,
    record_of,
    request,
    sign_in,
    unrated,
)
from tests.hub.core.running import Doing, Running
from tests.hub.core.units import command, hello, renew, status
from wire import messages as w
from wire import topics
from wire.chain import NO_HASH
from wire.clock import rfc3339
from wire.errors import NewerSchema, StorageError, UnreadableMessage
from wire.messages import Level, Record

pytestmark = pytest.mark.slow  # each of these opens a journal on disk


@pytest.fixture
def hub(folder: Path) -> Iterator[Running]:
    running = Running(folder).start()
    yield running
    running.close()


@pytest.fixture
def joined(hub: Running) -> Running:
    """unit-1 is there in run-1."""
    assert hub.do(lambda t: t.hello("unit-1", hello("run-1"))) is None
    hub.news.clear()
    return hub


def say(hub: Running, method: str, *arguments: Any) -> None:
    def act(transaction: Transaction) -> None:
        getattr(transaction, method)(*arguments)

    assert hub.do(act) is None


def send(hub: Running, *records: Record, unit: str = "unit-1") -> None:
    for record in records:
        say(hub, "record", unit, record)


def rejected(hub: Running) -> Counter[str]:
    return hub.service.ask(lambda t: Counter(t.books.rejected)).result(5)


def served(hub: Running, counter: str = "c1", clerk: str = "wang") -> str:
    """A call that has just ended."""
    if hub.look(lambda hall: hall.counters[counter].clerk) is None:
        hub.staff(counter, clerk)
    hub.issue("b")
    assert hub.press(counter, "next").outcome == "done"
    assert hub.press(counter, "done").outcome == "done"
    return hub.look(lambda hall: str(hall.counters[counter].last_call))


# --- links --------------------------------------------------------------------------------


def test_a_hello_is_answered_with_the_run_and_n_that_it_said(hub: Running) -> None:
    say(hub, "hello", "unit-1", hello("run-1", 3))
    [state] = hub.outbound(w.State, "unit-1")
    assert (state.run, state.n, state.outbox, state.committed) == ("run-1", 3, "outbox-1", 0)
    assert state.refused is None
    assert state.counter is not None
    assert (state.counter.id, state.version) == ("c1", state.counter.version)
    assert (state.epoch, state.epoch_id) == (1, hub.events(e.EpochStarted)[0].epoch_id)
    assert state.now == rfc3339(hub.clock.now(), hub.plan.zone)
    assert [option.level for option in state.rating] == list(Level)
    assert (state.lease_s, state.grants) == (3600.0, [])
    [event] = hub.events(e.UnitJoined)
    assert (event.unit, event.run, event.boot_at) == ("unit-1", "run-1", hub.clock.now() - 60)


@pytest.mark.parametrize("kind", ["hello", "renew"])
def test_a_unit_that_remembers_a_later_epoch_is_not_left_behind(hub: Running, kind: str) -> None:
    """The journal was put back from a backup: a lower epoch would be ignored for ever."""
    say(hub, "hello", "unit-1", hello("run-1", 1))
    said = (hello if kind == "hello" else renew)("run-1", 2).model_copy(update={"epoch": 7})
    say(hub, kind, "unit-1", said)
    assert hub.outbound(w.State, "unit-1")[-1].epoch == 8
    assert rejected(hub)["journal_behind"] == 1
    say(hub, "renew", "unit-1", renew("run-1", 3).model_copy(update={"epoch": 8}))
    assert [x.epoch for x in hub.events(e.EpochStarted)] == [1, 8]
    hub.verify()


def test_each_renew_is_answered_and_changes_are_told_at_once(joined: Running) -> None:
    say(joined, "renew", "unit-1", renew("run-1", 1))
    joined.staff("c1", "wang")
    say(joined, "renew", "unit-1", renew("run-1", 2))
    states = joined.outbound(w.State, "unit-1")
    assert [(s.run, s.n) for s in states] == [("run-1", n) for n in (1, 1, 1, 2)]
    versions = [s.version for s in states]
    assert versions == sorted(versions)
    assert states[-1].counter is not None
    assert states[-1].counter.state is w.CounterState.IDLE


def test_a_state_says_where_to_send_a_ticket_on_and_what_next_does(joined: Running) -> None:
    joined.staff("c1", "wang")
    joined.staff("c2", "li")
    joined.issue("b")
    joined.press("c1", "next")
    state = joined.outbound(w.State, "unit-1")[-1]
    assert [one.counter for one in state.transfers if one.counter] == ["c2"]
    assert state.next_finishes is joined.plan.dispatch.next_finishes


def test_news_of_one_counter_are_not_sent_to_another(joined: Running) -> None:
    say(joined, "hello", "unit-2", hello("run-2", counter="c2"))
    joined.news.clear()
    joined.staff("c1", "wang")
    assert joined.outbound(w.State, "unit-2") == []
    assert len(joined.outbound(w.State, "unit-1")) == 2


def test_a_renew_of_a_stranger_is_not_answered(joined: Running) -> None:
    say(joined, "renew", "unit-2", renew("run-2", 1))
    say(joined, "renew", "unit-1", renew("run-0", 9))
    assert joined.outbound(w.State) == []


def test_a_twin_is_refused_and_named_and_the_first_goes_on(joined: Running) -> None:
    say(joined, "hello", "unit-1", hello("run-2", 5, outbox="outbox-2"))
    say(joined, "renew", "unit-1", renew("run-2", 6))
    say(joined, "renew", "unit-1", renew("run-1", 1))
    refused, answered = joined.outbound(w.State, "unit-1")
    assert refused.refused is not None
    assert (refused.run, refused.n, refused.outbox) == ("run-2", 5, "outbox-2")
    assert (refused.refused.code, refused.refused.twin_run) == ("twin", "run-1")
    assert refused.counter is None
    assert (answered.run, answered.n, answered.refused) == ("run-1", 1, None)
    assert rejected(joined)["twin"] == 1
    assert len(joined.events(e.UnitJoined)) == 1


@pytest.mark.parametrize(
    ("unit", "fields", "code"),
    [
        ("unit-9", {}, "unknown_unit"),
        ("unit-2", {"counter": "c1"}, "wrong_counter"),
        ("unit-2", {"counter": None}, "wrong_counter"),
    ],
)
def test_a_unit_that_is_not_in_the_plan_is_refused(
    hub: Running, unit: str, fields: dict[str, Any], code: str
) -> None:
    say(hub, "hello", unit, hello("run-1", **fields))
    [state] = hub.outbound(w.State, unit)
    assert state.refused is not None
    assert state.refused.code == code
    assert hub.events(e.UnitJoined) == []
    assert rejected(hub)[code] == 1


def test_a_silent_unit_is_lost_once_and_back_once(joined: Running) -> None:
    joined.pass_time(LOST_AFTER_S - 0.1)
    assert joined.events(e.UnitLost) == []
    for _ in range(3):
        joined.pass_time(1.1)
    assert [x.unit for x in joined.events(e.UnitLost)] == ["unit-1"]
    for n in (1, 2):
        say(joined, "renew", "unit-1", renew("run-1", n))
    assert [x.unit for x in joined.events(e.UnitBack)] == ["unit-1"]
    joined.verify()


def test_a_hub_that_stood_still_reads_what_has_arrived_before_it_misses_anybody(
    joined: Running,
) -> None:
    waiting = Doing(lambda t: t.renew("unit-1", renew("run-1", 1)))

    def stand_still(_transaction: Transaction) -> None:
        joined.clock.advance(2 * LOST_AFTER_S)
        joined.service.submit(waiting)

    assert joined.do(stand_still) is None
    assert waiting.end() is None
    joined.pass_time(0.1)
    assert joined.events(e.UnitLost) == []
    joined.pass_time(LOST_AFTER_S)
    assert [x.unit for x in joined.events(e.UnitLost)] == ["unit-1"]


def test_a_will_loses_a_unit_at_the_next_look(joined: Running) -> None:
    joined.pass_time(LOST_AFTER_S - 1)
    say(joined, "renew", "unit-1", renew("run-1", 1))
    joined.pass_time(1.0)
    say(joined, "status", "unit-1", status("run-0", online=False))
    joined.pass_time(1.0)
    assert joined.events(e.UnitLost) == []
    say(joined, "status", "unit-1", status("run-1", online=False))
    joined.pass_time(1.0)
    assert len(joined.events(e.UnitLost)) == 1
    say(joined, "hello", "unit-1", hello("run-2"))
    assert [x.run for x in joined.events(e.UnitJoined)] == ["run-1", "run-2"]


def test_a_unit_that_renews_needs_no_hello_after_the_hub_has_restarted(joined: Running) -> None:
    joined.restart()
    joined.news.clear()
    say(joined, "renew", "unit-1", renew("run-1", 40))
    [state] = joined.outbound(w.State, "unit-1")
    assert (state.n, state.epoch, state.outbox) == (40, 2, "outbox-1")
    joined.pass_time(LOST_AFTER_S - 0.1)
    assert joined.events(e.UnitLost) == []


def test_units_are_given_time_to_be_heard_after_a_start(joined: Running) -> None:
    joined.restart()
    joined.pass_time(LOST_AFTER_S - 0.1)
    assert joined.events(e.UnitLost) == []
    joined.pass_time(0.2)
    assert len(joined.events(e.UnitLost)) == 1


def test_a_clock_that_was_set_is_noted_once_and_corrects_later_ratings(joined: Running) -> None:
    call = served(joined)
    boot_at = joined.clock.now() - 60 + 3600
    joined.clock.set_wall(joined.clock.now() + 3600)  # it was an hour slow
    for n in (1, 2, 2, 3, 4, 5, 6, 7, 8):
        joined.clock.advance(2.0)
        sent = renew("run-1", n).model_copy(update={"boot_ms": 60_000 + 2000 * n})
        say(joined, "renew", "unit-1", sent)
    [event] = joined.events(e.UnitClock)
    assert (event.unit, event.run, event.boot_at) == ("unit-1", "run-1", pytest.approx(boot_at))
    send(joined, *chain(rating(call, boot_ms=59_000)))
    [rated] = joined.events(e.Rated)
    assert (rated.at, rated.sure) == (pytest.approx(boot_at + 59), "run")
    joined.verify()


def test_clocks_that_agree_and_renews_that_come_again_write_nothing(joined: Running) -> None:
    before = len(joined.events())
    for n in range(1, 5):
        joined.clock.advance(2.0)
        sent = renew("run-1", n).model_copy(update={"boot_ms": 60_000 + n * 2000 - 1900})
        say(joined, "renew", "unit-1", sent)
    joined.clock.advance(4.0)
    say(joined, "renew", "unit-1", sent)
    assert len(joined.events()) == before


def test_a_clock_is_looked_at_when_a_unit_says_hello_again(joined: Running) -> None:
    joined.clock.set_wall(joined.clock.now() - 5)
    say(joined, "hello", "unit-1", hello("run-1", 1))
    assert [x.boot_at for x in joined.events(e.UnitClock)] == [joined.clock.now() - 60]


def test_a_hello_that_came_late_is_put_right_by_what_comes_after(hub: Running) -> None:
    """The hub was busy for 3 s, and the broker had kept the hello for 10 s before."""
    zero = hub.clock.now() - 60
    hub.clock.advance(13.0)
    arrived = hub.clock.monotonic() - 3
    say(hub, "hello", "unit-1", hello("run-1"), arrived)
    [event] = hub.events(e.UnitJoined)
    assert event.boot_at == pytest.approx(zero + 10)
    sent = renew("run-1", 1).model_copy(update={"boot_ms": 73_000})
    say(hub, "renew", "unit-1", sent)
    assert [x.boot_at for x in hub.events(e.UnitClock)] == [pytest.approx(zero)]
    late = renew("run-1", 2).model_copy(update={"boot_ms": 73_000})
    hub.clock.advance(5.0)
    say(hub, "renew", "unit-1", late)
    assert len(hub.events(e.UnitClock)) == 1


def test_a_run_that_never_met_the_hub_lies_between_those_that_did(joined: Running) -> None:
    """The unit was switched off and on in the night, by a clock that is years behind."""
    call = served(joined)
    since = joined.clock.now()
    joined.clock.advance(7200.0)
    wrong: dict[str, Any] = {"wall": "1971-01-01T00:00:00.000+00:00", "synchronised": False}
    apart = rating(call, run="run-2", boot="boot-2", boot_ms=5_000, **wrong)
    tags = w.RatingTagsRecord(
        **apart.model_dump(exclude={"kind", "level", "after_ms", "boot_ms"}),
        boot_ms=9_000,
        tags=["slow"],
    )
    here = rating(call, run="run-3", boot="boot-3", boot_ms=55_000, **wrong)
    say(joined, "hello", "unit-1", hello("run-3", boot="boot-3", through=3))
    for record in chain(apart, tags, here):
        send(joined, record)
        joined.restart()
    [first, last], [tagged] = joined.events(e.Rated), joined.events(e.RatingTagged)
    began = joined.clock.now() - 60
    assert [placed.until for placed in joined.events(e.RunPlaced)] == [began]
    assert first.sure == f"interval {rfc3339(since)}/{rfc3339(began)}"
    assert (first.at, tagged.at) == (since, since + 4)
    assert (last.at, last.sure) == (began + 55, "run")
    assert (first.counted, tagged.counted, last.why_not) == (True, True, "second")
    joined.verify()


# --- commands from units ------------------------------------------------------------------


def version(hub: Running, counter: str = "c1") -> int:
    return hub.look(lambda hall: hall.counters[counter].version)


def key(hub: Running, id_: str, action: w.Action, **fields: Any) -> w.Answer:
    fields.setdefault("seen", version(hub))
    hub.news.clear()
    say(hub, "unit_command", "unit-1", command(id_, action, **fields), True)
    [answer] = hub.outbound(w.Answer, "unit-1")
    return answer


def test_a_key_at_a_unit_acts_and_is_answered(joined: Running) -> None:
    assert key(joined, "k1", sign_in("wang")).outcome == "done"
    assert key(joined, "k2", request("open")).outcome == "done"
    joined.issue("a")
    answer = key(joined, "k3", request("next"))
    assert (answer.id, answer.outcome, answer.counter, answer.state) == ("k3", "done", "c1", None)
    assert answer.ticket is not None
    assert answer.ticket.number == "A001"
    kinds = [type(out.message) for news in joined.news for out in news.outbound]
    assert kinds == [w.Answer, w.State, w.Announce]  # the answer first
    ahead, _rest = joined.news  # before the state was drawn up
    assert [type(out.message) for out in ahead.outbound] == [w.Answer]
    assert ahead.events == ()


def test_a_key_pressed_again_gets_the_same_answer(joined: Running) -> None:
    seen = version(joined)
    first = key(joined, "k1", sign_in("wang"), seen=seen)
    assert key(joined, "k1", sign_in("wang"), seen=seen) == first
    joined.restart()
    assert key(joined, "k1", sign_in("wang"), seen=seen) == first
    assert len(joined.events(e.ClerkSignedIn)) == 1


def test_an_old_seen_is_answered_with_the_present_state(joined: Running) -> None:
    key(joined, "k1", sign_in("wang"))
    answer = key(joined, "k2", request("open"), seen=0)
    assert (answer.outcome, answer.code) == ("refused", "stale")
    assert answer.state is not None
    assert (answer.state.version, answer.state.clerk) == (
        version(joined),
        w.ClerkName(id="wang", name="Wang"),
    )


def test_a_command_that_took_too_long(joined: Running) -> None:
    key(joined, "k1", sign_in("wang"), n=0)
    joined.clock.advance(COMMAND_WITHIN_S + 0.1)
    assert key(joined, "k2", request("open"), n=0).code == "too_late"
    assert key(joined, "k3", request("open"), n=1).code == "too_late"
    say(joined, "renew", "unit-1", renew("run-1", 1))
    assert key(joined, "k4", request("open"), n=1, run="run-0").code == "too_late"
    assert joined.look(lambda hall: hall.counters["c1"].open) is False
    assert key(joined, "k5", request("open"), n=1).outcome == "done"


def test_a_command_is_as_old_as_it_was_when_it_came(joined: Running) -> None:
    """It may have waited since, for its PIN to be checked."""
    came = joined.clock.monotonic() + COMMAND_WITHIN_S
    joined.clock.advance(COMMAND_WITHIN_S + 3.0)
    for id_, late_s, code in (("k1", 0.1, "too_late"), ("k2", 0.0, None)):
        joined.news.clear()
        message = command(id_, sign_in("wang"), version(joined), n=0)
        say(joined, "unit_command", "unit-1", message, True, came + late_s)
        [answer] = joined.outbound(w.Answer, "unit-1")
        assert answer.code == code


def test_a_unit_commands_its_own_counter_only(joined: Running) -> None:
    seen = version(joined, "c2")
    answer = key(joined, "k1", sign_in("wang"), counter="c2", seen=seen)
    assert (answer.outcome, answer.code, answer.counter) == ("refused", "other_counter", "c2")
    assert joined.events(e.ClerkSignedIn) == []


def test_the_last_command_of_each_counter_is_known(hub: Running) -> None:
    for counter, id_ in (("c1", "k1"), ("c2", "k2"), ("c1", "k3"), ("c9", "k4")):
        hub.press(counter, "open", id_)
    known = hub.service.ask(lambda t: dict(t.books.commanded)).result(5)
    assert known == {"c1": "k3", "c2": "k2"}


def test_an_id_that_was_used_before_is_counted_and_not_answered(joined: Running) -> None:
    joined.issue("a", "k1")
    joined.news.clear()
    say(joined, "unit_command", "unit-1", command("k1", request("open"), 0), False)
    assert joined.outbound(w.Answer) == []
    assert rejected(joined)["id_reused"] == 1


def test_calls_are_announced_to_the_hall(hub: Running) -> None:
    hub.staff("c1", "wang")
    hub.issue("a")
    for action in ("next", "recall", "start", "done"):
        hub.press("c1", action)
    called, recalled = hub.outbound(w.Announce, "")
    assert (called.kind, recalled.kind) == ("called", "recalled")
    for message in (called, recalled):
        assert (message.number, message.counter, message.counter_number) == ("A001", "c1", "1")
        assert (message.service, message.epoch) == ("a", 1)
    assert called.call_id == recalled.call_id == hub.events(e.TicketCalled)[0].call_id


def test_nothing_is_announced_again_after_a_restart(hub: Running) -> None:
    hub.staff("c1", "wang")
    hub.issue("a")
    hub.press("c1", "next")
    hub.news.clear()
    hub.restart()
    assert hub.outbound(w.Announce) == []


# --- records ------------------------------------------------------------------------------


def chain(*bodies: w.RecordBody | str, first: int = 1, previous: str = NO_HASH) -> list[Record]:
    records: list[Record] = []
    for sequence, body in enumerate(bodies, first):
        records.append(record_of(body, sequence, previous))
        previous = records[-1].hash
    return records


def test_a_rating_is_stored_counted_and_receipted(joined: Running) -> None:
    call = served(joined)
    [record] = chain(rating(call))
    joined.news.clear()
    send(joined, record)
    assert joined.outbound(w.Receipt, "unit-1") == [w.Receipt(outbox="outbox-1", through=1)]
    [event] = joined.events(e.Rated)
    assert (event.call_id, event.sequence, event.counted, event.sure) == (call, 1, True, "run")
    [state] = joined.outbound(w.State, "unit-1")
    assert state.committed == 1
    assert state.counter is not None
    assert state.counter.invitation is None
    assert joined.journal.record_hash("unit-1", "outbox-1", 1) == record.hash
    joined.verify()


def test_a_rating_that_does_not_count_leaves_the_counter_as_it_was(joined: Running) -> None:
    joined.news.clear()
    send(joined, *chain(rating("nobody-knows-it")))
    [event] = joined.events(e.Rated)
    assert not event.counted
    assert joined.outbound(w.Receipt, "unit-1") == [w.Receipt(outbox="outbox-1", through=1)]
    assert joined.outbound(w.State) == []


def test_a_receipt_follows_the_commit(joined: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    [record] = chain(rating(served(joined)))
    joined.news.clear()

    def broken(_batch: object) -> None:
        raise StorageError("no disk")

    with monkeypatch.context() as patch:
        patch.setattr(joined.journal, "commit", broken)
        error = joined.do(lambda t: t.record("unit-1", record))
        assert isinstance(error, StorageError)
    assert joined.outbound(w.Receipt) == []
    send(joined, record)
    assert [r.through for r in joined.outbound(w.Receipt)] == [1]
    assert len(joined.events(e.Rated)) == 1


def test_a_repeat_is_receipted_and_counted_once(joined: Running) -> None:
    [record] = chain(rating(served(joined)))
    works = [Doing(lambda t: t.record("unit-1", record)) for _ in range(3)]
    for work in works:
        joined.service.submit(work)
    assert [work.end() for work in works] == [None] * 3
    before = len(joined.events())
    send(joined, record)
    joined.restart()
    send(joined, record)
    assert len(joined.events(e.Rated)) == 1
    assert joined.outbound(w.Receipt)[-1].through == 1
    assert len(joined.events()) == before + 1  # the new epoch
    joined.verify()


def test_a_gap_holds_the_receipt_back_until_it_is_filled(joined: Running) -> None:
    one, two, three = chain(unrated("x"), unrated("y"), unrated("z"))
    throughs = []
    for record in (three, one):
        send(joined, record)
        throughs.append(joined.outbound(w.Receipt)[-1].through)
    joined.restart()
    send(joined, two)
    throughs.append(joined.outbound(w.Receipt)[-1].through)
    assert throughs == [0, 1, 3]
    assert [x.sequence for x in joined.events(e.Unrated)] == [1, 2, 3]
    assert joined.events(e.RecordQuarantined) == []


def test_a_fork_is_kept_flagged_and_not_counted(joined: Running) -> None:
    call = served(joined)
    [first] = chain(rating(call))
    [other] = chain(rating(call, level=Level.DISSATISFIED))
    send(joined, first, other)
    assert joined.outbound(w.Receipt)[-1].through == 1
    assert len(joined.events(e.Rated)) == 1
    [flag] = joined.events(e.RecordQuarantined)
    assert (flag.unit, flag.outbox, flag.sequence, flag.code) == ("unit-1", "outbox-1", 1, "fork")
    [kept] = joined.journal.quarantined(9)
    assert (kept["code"], kept["payload"]) == ("fork", other.body.encode())
    assert joined.journal.record_hash("unit-1", "outbox-1", 1) == first.hash
    joined.verify()


def test_a_fork_that_comes_again_is_a_repeat(joined: Running) -> None:
    [first], [other], [third] = (chain(unrated(call)) for call in "xyz")
    send(joined, first, other, other)
    works = [Doing(lambda t, r=r: t.record("unit-1", r)) for r in (third, third)]  # type: ignore[misc]
    for work in works:
        joined.service.submit(work)
    assert [work.end() for work in works] == [None] * 2
    joined.restart()
    send(joined, other, third)
    payloads = [row["payload"] for row in joined.journal.quarantined(9)]
    assert payloads == [third.body.encode(), other.body.encode()]
    assert len(joined.events(e.RecordQuarantined)) == 2
    assert joined.outbound(w.Receipt)[-1].through == 1


def test_a_body_that_was_changed_on_the_way_is_kept_and_not_counted(joined: Running) -> None:
    call = served(joined)
    [record] = chain(rating(call))
    forged = record.model_copy(
        update={"body": rating(call, level=Level.SATISFIED).model_dump_json() + " "}
    )
    send(joined, forged, forged)
    assert joined.events(e.Rated) == []
    assert [x.code for x in joined.events(e.RecordQuarantined)] == ["bad_hash"]
    assert joined.journal.quarantine_count("unit-1") == 1


def test_a_broken_chain_is_flagged_and_its_records_count_all_the_same(joined: Running) -> None:
    call = served(joined)
    [first] = chain(unrated("x"))
    [second] = chain(rating(call), first=2, previous="1" * 64)
    send(joined, second, first)
    assert [x.counted for x in joined.events(e.Rated)] == [True]
    [flag] = joined.events(e.RecordQuarantined)
    assert (flag.sequence, flag.code) == (2, "broken_chain")
    [kept] = joined.journal.set_aside().newest
    assert (kept.unit, kept.sequence, kept.code) == ("unit-1", 2, "broken_chain")
    assert joined.outbound(w.Receipt)[-1].through == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("nonsense", "unreadable"),
        ('{"v":2,"kind":"rating"}', "newer_schema"),
        (rating("x").model_dump_json().replace("5000", "1" + "0" * 400), "unreadable"),
        (rating("x").model_dump_json().replace("700", "1" + "0" * 400), "unreadable"),
    ],
)
def test_a_body_that_nobody_can_read_is_set_aside_and_receipted(
    joined: Running, body: str, code: str
) -> None:
    send(joined, *chain(body, unrated("x")))
    assert joined.outbound(w.Receipt)[-1].through == 2
    [flag] = joined.events(e.RecordQuarantined)
    assert (flag.code, flag.sequence) == (code, 1)
    [kept] = joined.journal.quarantined(9)
    assert (kept["payload"], kept["code"], kept["read_at"]) == (body.encode(), code, None)
    assert [x.sequence for x in joined.events(e.Unrated)] == [2]


def test_an_upgrade_reads_what_was_set_aside(
    joined: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = served(joined)
    future = rating(call).model_dump_json().replace('"v":1', '"v":2')
    send(joined, *chain(future, '{"v":3}'))
    assert joined.events(e.Rated) == []
    joined.restart()
    assert joined.events(e.Rated) == []

    def upgraded(body: str | bytes) -> w.AnyRecordBody:
        return read_body(bytes(body).replace(b'"v":2', b'"v":1'))  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "read_body", upgraded)
    joined.restart()
    [event] = joined.events(e.Rated)
    assert (event.call_id, event.counted, event.sequence) == (call, True, 1)
    assert [row["sequence"] for row in joined.journal.unread_records()] == [2]
    [when] = [row["read_at"] for row in joined.journal.quarantined(9) if row["sequence"] == 1]
    assert when == joined.clock.now()
    joined.restart()
    assert len(joined.events(e.Rated)) == 1
    joined.verify()


def test_a_newer_frame_is_kept_whole_until_its_version_is_known(
    joined: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = served(joined)
    [record] = chain(rating(call))
    frame = record.model_dump_json().replace('"v":1', '"v":2', 1).encode()
    say(joined, "unreadable", "unit-1", frame, NewerSchema("record: schema 2"))
    assert joined.outbound(w.Receipt)[-1].through == 1
    [kept] = joined.journal.quarantined(9)
    assert (kept["code"], kept["payload"]) == ("newer_frame", frame)
    joined.restart()
    assert joined.events(e.Rated) == []

    def upgraded(topic: topics.Topic, payload: bytes) -> w.Message:
        return unpack(topic, payload.replace(b'"v":2', b'"v":1', 1))

    unpack = topics.unpack
    monkeypatch.setattr(topics, "unpack", upgraded)
    joined.restart()
    [event] = joined.events(e.Rated)
    assert (event.call_id, event.counted, event.sequence) == (call, True, 1)
    assert joined.journal.unread_records() == []
    joined.verify()


def test_a_newer_frame_whose_hash_does_not_fit_is_never_taken_in(
    joined: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    [record] = chain(rating(served(joined)))
    forged = record.model_copy(update={"hash": "1" * 64})
    frame = forged.model_dump_json().replace('"v":1', '"v":2', 1).encode()
    say(joined, "unreadable", "unit-1", frame, NewerSchema("record: schema 2"))
    monkeypatch.setattr(topics, "unpack", lambda _topic, _payload: forged)
    joined.restart()
    assert joined.events(e.Rated) == []


def test_a_frame_that_nobody_can_read_is_kept_up_to_a_limit(
    joined: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "UNREADABLE_KEPT", 3)
    assert UNREADABLE_KEPT == 1000
    for k in range(5):
        error = UnreadableMessage(f"record: {k}")
        say(joined, "unreadable", "unit-1", b"\xff%d" % k, error)
    say(joined, "unreadable", "unit-9", b"x", NewerSchema("later"))
    assert [row["payload"] for row in joined.journal.quarantined(9)] == [
        b"\xff2",
        b"\xff1",
        b"\xff0",
    ]
    assert rejected(joined) == {"unreadable": 5, "newer_schema": 1}
    assert joined.outbound(w.Receipt) == []
    assert joined.journal.unread_records() == []


def test_a_record_of_an_unknown_unit_is_counted_and_not_kept(hub: Running) -> None:
    send(hub, *chain(unrated("x")), unit="unit-9")
    assert rejected(hub) == {"unknown_unit": 1}
    assert hub.outbound(w.Receipt) == []
    assert hub.journal.record_hash("unit-9", "outbox-1", 1) is None


@pytest.mark.parametrize("unit", [None, "unit-4"])
def test_a_unit_that_was_moved_or_removed_still_hands_in_its_ratings(
    joined: Running, unit: str | None
) -> None:
    calls = [served(joined), served(joined)]
    records = chain(*[rating(call) for call in calls])
    content = raw_plan()
    del content["counters"][0]["unit"]
    if unit:
        content["counters"][0]["unit"] = unit
        content["counters"][3]["unit"] = "unit-1"
    plan = make_plan(counters=content["counters"]).model_dump(mode="json")
    say(joined, "happen", [e.Configured(joined.clock.now(), plan)])
    send(joined, records[0])
    joined.restart()
    send(joined, records[1])
    assert [(x.call_id, x.counted) for x in joined.events(e.Rated)] == [(c, True) for c in calls]
    assert joined.outbound(w.Receipt, "unit-1")[-1].through == 2
    assert rejected(joined) == {}
    joined.verify()


def test_outboxes_of_two_units_do_not_meet(joined: Running) -> None:
    [record] = chain(unrated("x"))
    send(joined, record, unit="unit-1")
    send(joined, record, unit="unit-2")
    assert {r.through for r in joined.outbound(w.Receipt)} == {1}
    assert [x.unit for x in joined.events(e.Unrated)] == ["unit-1", "unit-2"]
    assert joined.events(e.RecordQuarantined) == []


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_order_any_repeats_any_rounds_store_each_once(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    hub = Running(tmp_path_factory.mktemp("hub"))
    hub.service.start()
    calls = [served(hub) for _ in range(3)]
    records = chain(*[rating(call) for call in calls for _ in range(2)])
    deliveries = data.draw(
        st.permutations(records + data.draw(st.lists(st.sampled_from(records), max_size=6)))
    )
    works = [Doing(lambda t, r=r: t.record("unit-1", r)) for r in deliveries]  # type: ignore[misc]
    for work in works:
        hub.service.submit(work)
        if data.draw(st.booleans()):
            work.end()
        if data.draw(st.integers(0, 9)) == 0:
            hub.restart()
    assert [work.end() for work in works] == [None] * len(works)
    rated = hub.events(e.Rated)
    assert sorted(x.sequence for x in rated) == [1, 2, 3, 4, 5, 6]
    assert sorted(x.call_id for x in rated if x.counted) == sorted(calls)
    assert hub.outbound(w.Receipt)[-1].through == 6
    throughs = [r.through for r in hub.outbound(w.Receipt)]
    assert throughs == sorted(throughs)
    assert hub.events(e.RecordQuarantined) == []
    hub.verify()
    hub.close()
