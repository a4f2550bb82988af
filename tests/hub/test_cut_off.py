"""A hub and counters that are cut off for a while: grants, take-backs, records in any order."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from hub import intake
from hub.core import events as e
from hub.core.commands import OnTicket
from hub.core.dispatch import ahead_of
from hub.rounds import PATIENCE_S, SETTLE_S, UNREACHED_S
from tests.hub.core.examples import record_of, request
from tests.hub.core.running import PATIENCE_S as WAIT_S
from tests.hub.core.running import Running
from tests.hub.core.units import command, hello, renew
from wire import messages as w
from wire.chain import NO_HASH

pytestmark = pytest.mark.slow  # each of these opens a journal on disk

WHO: dict[str, Any] = {
    "run": "run-1",
    "boot_ms": 61_000,
    "wall": "2026-03-02T09:00:01.000+08:00",
    "synchronised": True,
    "counter": "c1",
    "clerk": "wang",
}


@pytest.fixture
def hub(folder: Path) -> Iterator[Running]:
    """c1 and c3 are open, unit-1 is heard; four numbers wait, two of them granted to c1."""
    running = Running(folder).start()
    say(running, "hello", "unit-1", hello("run-1", board="board"))
    running.staff("c1", "wang")
    running.staff("c3", "zhao")
    for _ in range(4):
        running.issue("a")
    yield running
    running.close()


def say(hub: Running, what: str, unit: str, *words: Any) -> None:
    assert hub.do(lambda t: getattr(t, what)(unit, *words)) is None


def state(hub: Running, unit: str = "unit-1") -> w.State:
    return hub.outbound(w.State, unit)[-1]


def granted(hub: Running, unit: str = "unit-1") -> list[str]:
    return [grant.number for grant in state(hub, unit).grants]


def acts(hub: Running, n: int, through: int = 0, unit: str = "unit-1", run: str = "run-1") -> None:
    """The unit acts on the last state."""
    now = state(hub, unit)
    word = {"epoch": now.epoch, "version": now.version, "through": through}
    say(hub, "renew", unit, renew(run, n).model_copy(update=word))


def pressing(hub: Running, counter: str, action: str = "next") -> Future[Any]:
    future: Future[Any] = hub.command(hub.new_id(), counter, request(action))
    hub.look(lambda _: None)
    return future


def answer(future: Future[Any]) -> w.Answer:
    assert future.done()  # the time is in the test's hands: nothing else would come
    return w.Answer.model_validate_json(future.result(WAIT_S).body)


def number(hub: Running, found: w.Answer) -> str | None:
    return found.ticket.number if found.ticket else None


def called(hub: Running, of: str, call: str = "alone-1", **fields: Any) -> w.CalledRecord:
    ticket = hub.look(lambda hall: next(t.id for t in hall.tickets.values() if t.number == of))
    given = {**WHO, "call_id": call, "ticket": ticket, "number": of, "service": "a"}
    return w.CalledRecord(**{**given, **fields})


def done(call: str = "alone-1") -> w.StepRecord:
    return w.StepRecord(**{**WHO, "call_id": call, "ticket": "t", "step": "done"})


def rated(call: str = "alone-1") -> w.RatingRecord:
    given = {**WHO, "call_id": call, "ticket": "t", "level": w.Level.SATISFIED, "after_ms": 9}
    return w.RatingRecord(**given)


def chain(*bodies: w.RecordBody) -> list[w.Record]:
    records: list[w.Record] = []
    for sequence, body in enumerate(bodies, 1):
        previous = records[-1].hash if records else NO_HASH
        records.append(record_of(body, sequence, previous))
    return records


def send(hub: Running, *records: w.Record) -> None:
    for record in records:
        say(hub, "record", "unit-1", record)


# --- grants and take-backs ------------------------------------------------------------------


def test_a_state_carries_what_the_unit_may_call_alone(hub: Running) -> None:
    assert granted(hub) == ["A001", "A002"]
    assert state(hub).lease_s == 3600.0


def test_a_change_of_grants_does_not_make_a_key_press_stale(hub: Running) -> None:
    """`seen` is of the counter's picture; the version of the state moves with the grants too."""
    picture = state(hub).counter
    assert picture is not None
    seen, version = picture.version, state(hub).version
    assert version > seen
    say(hub, "unit_command", "unit-1", command("k1", request("next"), seen, n=0), True)
    (said,) = hub.outbound(w.Answer, "unit-1")
    assert (said.outcome, number(hub, said)) == ("done", "A001")
    assert granted(hub)[0] == "A002"
    hub.verify()


def test_a_call_waits_for_the_ticket_to_be_given_back(hub: Running) -> None:
    future = pressing(hub, "c3")
    assert not future.done()
    assert granted(hub) == ["A002"]
    acts(hub, 1)
    assert number(hub, answer(future)) == "A001"
    hub.verify()


def test_a_call_does_not_wait_longer_than_a_moment(hub: Running) -> None:
    future = pressing(hub, "c3")
    hub.pass_time(PATIENCE_S * 0.9)
    assert not future.done()
    hub.pass_time(PATIENCE_S * 0.2)
    assert number(hub, answer(future)) == "A003"
    acts(hub, 1)
    assert granted(hub) == ["A002", "A001"]
    hub.verify()


def test_the_rest_of_the_hall_goes_on_meanwhile(hub: Running) -> None:
    future = pressing(hub, "c3")
    hub.issue("b")
    assert hub.press("c1", "recall").code == "nothing_in_hand"
    assert not future.done()
    acts(hub, 1)
    assert answer(future).outcome == "done"


def test_a_ticket_given_back_too_late_waits_for_whoever_is_next(hub: Running) -> None:
    future = pressing(hub, "c3")
    hub.pass_time(1)
    assert number(hub, answer(future)) == "A003"
    acts(hub, 1)
    assert hub.look(lambda hall: [g.ticket for g in hall.grants.values() if g.withdrawn]) == []
    hub.verify()


def test_the_record_of_a_call_that_crosses_the_taking_back_wins(hub: Running) -> None:
    """The unit called it, and only then acted on the state without it."""
    future = pressing(hub, "c3")
    body = called(hub, "A001")
    acts(hub, 1, through=1)
    assert not future.done()  # what it wrote before has not come yet
    send(hub, *chain(body))
    assert not future.done()  # the next best is the other counter's as well, and asked back
    acts(hub, 2, through=1)
    assert number(hub, answer(future)) == "A002"
    assert hub.look(lambda hall: hall.counters["c1"].ticket) == body.ticket
    hub.verify()


# --- records of a counter that was alone --------------------------------------------------------


def test_its_morning_comes_in_the_order_in_which_it_was(hub: Running) -> None:
    records = chain(called(hub, "A001"), done(), rated(), called(hub, "A002", "alone-2"))
    send(hub, *records)
    assert [x.ticket for x in hub.events(e.TicketCalled)] == [
        called(hub, "A001").ticket,
        called(hub, "A002").ticket,
    ]
    assert [x.counted for x in hub.events(e.Rated)] == [True]
    assert hub.outbound(w.Receipt, "unit-1")[-1].through == 4
    hub.verify()


@pytest.mark.parametrize("restart", [False, True])
def test_records_that_come_in_another_order_are_believed_in_theirs(
    hub: Running, restart: bool
) -> None:
    records = chain(called(hub, "A001"), done(), rated())
    send(hub, records[2], records[1])
    assert hub.events(e.Rated, e.TicketDone, e.AloneStepUnused) == []
    if restart:
        hub.restart()
    send(hub, records[0], records[2])
    assert [x.counted for x in hub.events(e.Rated)] == [True]
    assert len(hub.events(e.TicketDone)) == 1
    hub.verify()


def test_a_record_beyond_a_gap_that_cannot_be_read_is_set_aside_when_its_turn_comes(
    hub: Running,
) -> None:
    first = record_of(called(hub, "A001"))
    second = record_of('{"v":1,"kind":"poem"}', 2, first.hash)
    send(hub, second, first)
    assert len(hub.events(e.RecordQuarantined)) == 1
    assert len(hub.events(e.TicketCalled)) == 1
    hub.verify()


def test_a_late_command_that_the_counter_answered_alone_does_nothing(hub: Running) -> None:
    send(hub, *chain(called(hub, "A001", command="k1")))
    seen = hub.look(lambda hall: hall.counters["c1"].version)
    say(hub, "unit_command", "unit-1", command("k1", request("next"), seen, n=0), True)
    (said,) = hub.outbound(w.Answer, "unit-1")
    assert (said.outcome, said.ticket) == ("done", None)
    assert len(hub.events(e.TicketCalled)) == 1
    hub.verify()


def test_what_the_hub_called_for_a_command_goes_back_when_the_counter_answered_alone(
    hub: Running,
) -> None:
    picture = state(hub).counter
    assert picture is not None
    say(hub, "unit_command", "unit-1", command("k1", request("next"), picture.version, n=0), True)
    send(hub, *chain(called(hub, "A002", command="k1")))
    assert [x.why for x in hub.events(e.CallVoided)] == ["answered_alone"]
    assert [a.kind for a in hub.outbound(w.Announce)] == ["called", "voided", "called"]
    assert hub.look(lambda hall: hall.counters["c1"].ticket) == called(hub, "A002").ticket
    hub.verify()


def test_tags_and_health_are_kept(hub: Running) -> None:
    tags = w.RatingTagsRecord(**{**WHO, "call_id": "alone-1", "ticket": "t", "tags": ["108"]})
    moment = {key: WHO[key] for key in ("run", "boot_ms", "wall", "synchronised")}
    sick = w.HealthRecord(**moment, peripheral="printer", ok=False, code="paper_end")
    well = w.HealthRecord(**moment, peripheral="printer", ok=True)
    records = chain(called(hub, "A001"), done(), rated(), tags, tags, sick, well)
    send(hub, *records[:6])
    assert hub.look(lambda hall: list(hall.units["unit-1"].faults)) == ["printer"]
    send(hub, records[6])
    assert hub.look(lambda hall: hall.units["unit-1"].faults) == {}
    assert [(x.tags, x.why_not) for x in hub.events(e.RatingTagged)] == [
        (("108",), None),
        (("108",), "second"),
    ]
    hub.verify()


# --- starts of the hub, and of the unit -----------------------------------------------------------


def test_after_a_start_no_counter_is_answered_until_its_neighbours_were_heard(
    hub: Running,
) -> None:
    hub.restart()
    future = pressing(hub, "c3")
    assert not future.done()
    body = called(hub, "A001")
    say(hub, "hello", "unit-1", hello("run-1", 5, through=1, board="board"))
    send(hub, *chain(body))
    hub.pass_time(PATIENCE_S * 2)
    assert number(hub, answer(future)) == "A004"
    assert granted(hub) == ["A003"]
    hub.verify()


def test_after_a_start_nobody_waits_longer_than_a_moment(hub: Running) -> None:
    hub.restart()
    future = pressing(hub, "c3")
    hub.pass_time(SETTLE_S + 0.01)
    hub.pass_time(PATIENCE_S * 2)
    assert number(hub, answer(future)) == "A003"
    hub.verify()


def test_the_moment_after_a_start_begins_when_units_can_reach_the_hub(hub: Running) -> None:
    hub.restart(reached=False)
    future = pressing(hub, "c3")
    hub.pass_time(SETTLE_S + 0.01)  # the broker is not up yet
    assert not future.done()
    hub.reach()
    hub.pass_time(SETTLE_S - 0.1)
    hub.reach()  # a broker that comes and goes holds nobody for longer
    assert not future.done()
    hub.pass_time(0.2)
    hub.pass_time(PATIENCE_S * 2)
    assert number(hub, answer(future)) == "A003"


def test_with_the_broker_down_pages_are_not_held_for_long(hub: Running) -> None:
    hub.restart(reached=False)
    future = pressing(hub, "c3")
    hub.pass_time(UNREACHED_S - 0.1)
    assert not future.done()
    hub.pass_time(0.2)
    hub.pass_time(PATIENCE_S * 2)
    assert number(hub, answer(future)) == "A003"


def test_a_unit_that_starts_again_has_no_grants_until_its_records_are_here(hub: Running) -> None:
    say(hub, "hello", "unit-1", hello("run-1", 2, board="board"))
    hub.pass_time(7)
    say(hub, "hello", "unit-1", hello("run-2", through=1, board="board"))
    assert granted(hub) == ["A003"]
    send(hub, *chain(called(hub, "A001")))
    assert granted(hub) == ["A003", "A002"]
    hub.verify()


def test_what_a_lost_disk_may_have_called_is_not_called_again_by_the_same_counter(
    hub: Running,
) -> None:
    """With the outbox went the only word on whom the counter called while it was cut off."""
    hub.pass_time(7)
    say(hub, "hello", "unit-1", hello("run-2", outbox="outbox-2", board="other"))
    assert number(hub, answer(pressing(hub, "c1"))) == "A003"
    hub.verify()


def test_a_page_does_not_call_whom_the_unit_s_records_may_have_called(hub: Running) -> None:
    hub.pass_time(7)
    say(hub, "hello", "unit-1", hello("run-2", through=2, board="board"))
    assert number(hub, answer(pressing(hub, "c1"))) == "A003"
    send(hub, *chain(called(hub, "A001"), done()))
    hub.verify()


def test_the_word_of_a_person_counts_when_the_lease_is_over(hub: Running) -> None:
    ticket = called(hub, "A001").ticket
    wish = OnTicket(ticket, "not_called", "citizen")
    hub.pass_time(7)
    early = hub.service.command("w1", wish).result(WAIT_S)
    assert b"may_be_called" in early.body
    hub.pass_time(3600 + 60)
    late = hub.service.command("w2", wish).result(WAIT_S)
    assert b'"done"' in late.body
    assert number(hub, answer(pressing(hub, "c3"))) == "A001"
    hub.verify()


def test_what_a_page_does_at_a_counter_that_is_cut_off_makes_its_lease_no_longer(
    hub: Running,
) -> None:
    """Each event there sends a state, which answers nothing that the unit has said since."""
    wish = OnTicket(called(hub, "A001").ticket, "not_called", "citizen")
    hub.pass_time(3600)
    states = len(hub.outbound(w.State, "unit-1"))
    answer(pressing(hub, "c1", "close"))
    assert len(hub.outbound(w.State, "unit-1")) > states
    assert b"may_be_called" in hub.service.command("w1", wish).result(WAIT_S).body
    hub.pass_time(7)
    assert b'"done"' in hub.service.command("w2", wish).result(WAIT_S).body
    hub.verify()


def test_a_start_of_the_hub_counts_as_an_answer(hub: Running) -> None:
    """What the hub before this one has sent is not known: the lease is counted from now."""
    ticket = called(hub, "A001").ticket
    hub.pass_time(3700)
    hub.restart()
    hub.pass_time(60)
    wish = OnTicket(ticket, "not_called", "operator")
    refused = hub.service.command("w1", wish).result(WAIT_S)
    assert b"may_be_called" in refused.body
    sure = OnTicket(ticket, "not_called", "operator", unit_off=True)
    assert b'"done"' in hub.service.command("w2", sure).result(WAIT_S).body
    hub.verify()


def test_a_record_that_the_core_refuses_is_set_aside_when_it_comes_again(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it would be sent for ever, and stop the hall each time."""
    body = called(hub, "A001")
    wrong = e.TicketDone(0.0, body.ticket, "never", "c1", "wang", 0.0, 10.0)
    with monkeypatch.context() as broken:
        broken.setattr(intake, "events_of", lambda *_: [wrong])
        (record,) = chain(body)
        assert hub.do(lambda t: t.record("unit-1", record)) is not None
        assert hub.do(lambda t: t.record("unit-1", record)) is None
    assert [x.code for x in hub.events(e.RecordQuarantined)] == ["unfit"]
    assert hub.outbound(w.Receipt, "unit-1")[-1].through == 1
    hub.verify()


def test_an_epoch_that_nobody_can_have_reached_is_no_epoch(hub: Running) -> None:
    say(hub, "renew", "unit-1", renew("run-1", 3).model_copy(update={"epoch": 2**53}))
    assert hub.look(lambda hall: hall.epoch) == 1


def test_an_epoch_of_the_same_number_that_is_another_one_is_gone_beyond(hub: Running) -> None:
    """A journal was put back from a backup, and the hub went on from there."""
    other = hello("run-1", 3, board="board", epoch=1, epoch_id="another")
    say(hub, "hello", "unit-1", other)
    assert hub.look(lambda hall: hall.epoch) == 2
    mine = hello("run-1", 4, board="board", epoch=2, epoch_id=state(hub).epoch_id)
    say(hub, "hello", "unit-1", mine)
    assert hub.look(lambda hall: hall.epoch) == 2


def test_records_of_a_counter_that_has_left_the_plan_are_believed(hub: Running) -> None:
    record = chain(called(hub, "A001"))
    plan = hub.plan.model_dump(mode="json")
    plan["counters"] = [c for c in plan["counters"] if c["id"] != "c1"]
    assert hub.do(lambda t: t.happen([e.Configured(t.now, plan)])) is None
    send(hub, *record)
    assert len(hub.events(e.TicketCalled, e.CalledApart)) == 1
    assert hub.service.alive


def test_who_looks_at_a_kept_ticket_after_a_start_sees_it(hub: Running) -> None:
    hub.pass_time(8)
    hub.restart()
    ticket = called(hub, "A001").ticket
    assert hub.look(lambda hall: ahead_of(hall, hall.tickets[ticket])) == 0
