"""A kiosk and the hub: what it is shown, numbers that are given once, records that count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.core import events as e
from hub.core.commands import SetNotice
from hub.core.tickets import TicketState
from hub.identity import Identities
from hub.mqtt.adapter import Arrival
from hub.transaction import Transaction
from tests.hub.core.examples import MORNING, make_plan, record_of, text
from tests.hub.core.running import Running
from tests.hub.core.test_kiosk import issued, paper
from tests.hub.core.units import hello, renew
from wire import messages as w
from wire.clock import rfc3339
from wire.link import Delivery
from wire.topics import TAKE

slow = pytest.mark.slow
"""Each of these opens a journal on disk."""

OUTBOX = "outbox-k"


@pytest.fixture
def hub(folder: Path) -> Iterator[Running]:
    kiosks = [{"unit": "kiosk-1", "prefix": "K", "block": 50, "services": ["a", "b"]}]
    plan = make_plan(
        kiosks=kiosks,
        priorities=[{"id": "elderly", "name": text("e")}],
        limits={"per_person_day": 1},
    )
    running = Running(folder, plan).start()
    greet(running)
    yield running
    running.verify()
    running.close()


def greet(hub: Running, run: str = "run-1") -> None:
    said = hello(run, 1, role=w.Role.KIOSK, counter=None, outbox=OUTBOX)
    assert hub.do(lambda t: t.hello("kiosk-1", said)) is None


def take(
    hub: Running,
    key: str,
    service: str = "a",
    run: str = "run-1",
    unit: str = "kiosk-1",
    **wish: Any,
) -> w.Taken | None:
    request = w.TakeNumber(wish="take", service=service, **wish)
    return ask(hub, w.Take(id=key, run=run, request=request), unit)


def ask(hub: Running, message: w.Take, unit: str = "kiosk-1") -> w.Taken | None:
    before = len(hub.outbound(w.Taken))
    assert hub.do(lambda t: t.take(unit, message)) is None
    answers = hub.outbound(w.Taken, unit)[before:]
    return answers[0] if answers else None


def send(hub: Running, *bodies: w.RecordBody, outbox: str = OUTBOX) -> None:
    previous = "0" * 64
    for sequence, body in enumerate(bodies, 1):
        record = record_of(body, sequence, previous, outbox)
        previous = record.hash
        assert hub.do(partial(receive, record)) is None


def receive(record: w.Record, transaction: Transaction) -> None:
    transaction.record("kiosk-1", record)


def rejected(hub: Running) -> Counter[str]:
    return hub.service.ask(lambda t: Counter(t.books.rejected)).result(5)


def state_of(hub: Running, ticket: str) -> TicketState:
    return hub.look(lambda hall: hall.tickets[ticket].state)


@slow
def test_a_kiosk_is_shown_what_it_may_offer(hub: Running) -> None:
    hub.staff("c1", "wang")
    hub.issue("b")
    hub.issue("c")
    assert hub.do(lambda t: t.renew("kiosk-1", renew("run-1", 2))) is None
    state = hub.outbound(w.State, "kiosk-1")[-1]
    assert (state.run, state.n, state.outbox, state.counter) == ("run-1", 2, OUTBOX, None)
    kiosk = state.kiosk
    assert kiosk is not None
    assert kiosk.open
    found = [(q.service, q.waiting, q.counters, q.wait_s) for q in kiosk.queues]
    assert found == [("a", 0, 1, None), ("b", 1, 1, None)]
    assert [kind.id for kind in kiosk.classes] == ["elderly"]
    assert kiosk.block is not None
    assert kiosk.block.key is not None  # for the codes on what it prints alone
    block = w.NumberBlock(day="2026-03-02", prefix="K", first=1, last=50, page="http://hall/t/")
    assert kiosk.block.model_copy(update={"key": None}) == block
    assert (kiosk.hours[0], kiosk.hours[6], kiosk.identity) == (
        "08:30-12:00, 13:30-17:00",
        "",
        "not_asked",
    )


@slow
def test_a_kiosk_is_told_of_an_emergency_and_given_no_number(hub: Running) -> None:
    told = {"zh": "请撤离", "en": "Leave"}
    hub.service.command("notice-1", SetNotice(None, told, "operator")).result(5)
    assert hub.do(lambda t: t.renew("kiosk-1", renew("run-1", 2))) is None
    picture = hub.outbound(w.State, "kiosk-1")[-1].kiosk
    assert picture is not None
    assert picture.emergency == w.Text(**told)
    refused = take(hub, "k1")
    assert refused is not None
    assert refused.code == "emergency"


@slow
def test_a_counters_unit_is_told_of_an_emergency_and_of_its_end(hub: Running) -> None:
    told = {"zh": "请撤离", "en": "Leave"}
    assert hub.do(lambda t: t.hello("unit-1", hello("run-c"))) is None
    hub.service.command("notice-1", SetNotice(None, told, "operator")).result(5)
    assert hub.do(lambda t: t.renew("unit-1", renew("run-c", 2))) is None
    assert hub.outbound(w.State, "unit-1")[-1].emergency == w.Text(**told)
    hub.service.command("notice-2", SetNotice(None, None, "operator")).result(5)
    assert hub.do(lambda t: t.renew("unit-1", renew("run-c", 3))) is None
    assert hub.outbound(w.State, "unit-1")[-1].emergency is None


@slow
def test_a_counters_unit_is_shown_no_kiosk(hub: Running) -> None:
    assert hub.do(lambda t: t.hello("unit-1", hello("run-c"))) is None
    assert hub.outbound(w.State, "unit-1")[-1].kiosk is None


@slow
def test_a_wish_gets_a_number_and_its_repeat_the_same(hub: Running) -> None:
    first = take(hub, "wish-1", ticket_class="elderly")
    assert first is not None
    assert first.ticket == w.TicketName(id="wish-1", number="A001", service="a")
    assert (first.outcome, first.ahead) == ("done", 0)
    assert re.fullmatch(r"http://hall/t/wish-1\.[a-z2-7]{26}", first.url or "")
    assert take(hub, "wish-1", ticket_class="elderly") == first
    hub.restart()
    greet(hub, "run-2")
    assert take(hub, "wish-1", run="run-2", ticket_class="elderly") == first
    [event] = hub.events(e.TicketIssued)
    assert (event.channel, event.kind, event.number) == ("kiosk", "elderly", "A001")


@slow
def test_an_id_stands_for_one_wish(hub: Running) -> None:
    assert take(hub, "wish-1", "a") is not None
    assert take(hub, "wish-1", "b") is None
    assert rejected(hub)["id_reused"] == 1
    assert len(hub.events(e.TicketIssued)) == 1


@slow
def test_who_is_no_present_run_of_a_kiosk_gets_no_answer(hub: Running) -> None:
    assert take(hub, "wish-1", run="run-0") is None
    assert take(hub, "wish-2", unit="unit-1") is None
    hub.pass_time(60)
    assert take(hub, "wish-3") is None
    assert rejected(hub) == {"not_heard": 2, "unknown_unit": 1}
    assert hub.events(e.TicketIssued) == []
    greet(hub)
    assert take(hub, "wish-3") is not None, "what was left without an answer may be said again"


@slow
@pytest.mark.parametrize(
    ("service", "wish", "code"),
    [("c", {}, "unknown_service"), ("a", {"ticket_class": "vip"}, "unknown_class")],
)
def test_a_refusal_says_why(hub: Running, service: str, wish: dict[str, str], code: str) -> None:
    taken = take(hub, "wish-1", service, **wish)
    assert taken is not None
    assert (taken.outcome, taken.code, taken.ticket) == ("refused", code, None)
    assert taken.reason


@slow
def test_a_person_is_limited_by_what_stands_for_them(hub: Running) -> None:
    answers = [take(hub, f"wish-{n}", person="hashed") for n in (1, 2)]
    assert [x.code for x in answers if x] == [None, "person_limit"]


@slow
def test_a_number_is_given_up(hub: Running) -> None:
    take(hub, "wish-1")
    wish = w.Take(id="wish-2", run="run-1", request=w.GiveUp(wish="give_up", ticket="wish-1"))
    first = ask(hub, wish)
    assert first is not None
    assert (first.outcome, first.ticket and first.ticket.number) == ("done", "A001")
    assert state_of(hub, "wish-1") is TicketState.CANCELLED
    assert ask(hub, wish) == first


@slow
def test_a_number_that_was_not_printed_is_not_called(hub: Running) -> None:
    take(hub, "wish-1")
    take(hub, "wish-2")
    send(hub, paper("failed", "wish-1"), paper("printed", "wish-2"))
    assert state_of(hub, "wish-1") is TicketState.CANCELLED
    assert state_of(hub, "wish-2") is TicketState.WAITING


@slow
def test_a_wish_that_arrives_after_its_kiosk_decided_alone_gets_no_number(hub: Running) -> None:
    """Cut off, it has taken its wish back and printed a number of its own."""
    send(hub, paper("cancelled", "wish-1", ""), issued("K001", "a", "paper-1"))
    late = take(hub, "wish-1")
    assert late is not None
    assert (late.outcome, late.code) == ("refused", "given_up")
    assert [x.number for x in hub.events(e.TicketIssued)] == ["K001"]


@slow
def test_what_was_printed_alone_is_called_and_counted_in_order(hub: Running) -> None:
    hub.pass_time(60)
    hub.issue("a")
    at = rfc3339(MORNING + 30, hub.plan.zone)
    send(hub, issued("K001", "a", "paper-1", run="elsewhere", wall=at))
    [_, event] = hub.events(e.TicketIssued)
    assert (event.at, event.queued_at) == (MORNING + 30, MORNING + 30)
    assert hub.outbound(w.Receipt)[-1] == w.Receipt(outbox=OUTBOX, through=1)
    greet(hub)
    state = hub.outbound(w.State, "kiosk-1")[-1]
    assert state.kiosk is not None
    assert state.kiosk.block is not None
    assert (state.committed, state.kiosk.block.first) == (1, 2)
    hub.staff("c1", "wang")
    assert hub.press("c1", "next").ticket == w.TicketName(id="paper-1", number="K001", service="a")


@slow
def test_the_same_record_twice_is_one_number(hub: Running) -> None:
    send(hub, issued("K001"))
    send(hub, issued("K001"))
    assert len(hub.events(e.TicketIssued)) == 1
    assert hub.events(e.NumberSetAside) == []


@slow
def test_a_number_of_no_use_is_kept_and_told(hub: Running) -> None:
    send(hub, issued("K001"), issued("K001", ticket="other"), issued("K002", "gone"))
    assert [x.why for x in hub.events(e.NumberSetAside)] == ["doubled_number", "unknown_service"]
    assert hub.outbound(w.Receipt)[-1].through == 3
    assert hub.deaths == 0


def test_an_identity_goes_no_further_than_its_hash() -> None:
    request = w.TakeNumber(wish="take", service="a", person="110101199001011234")
    payload = w.Take(id="wish-1", run="run-1", request=request).model_dump_json().encode()
    delivery = Delivery(1, 1, TAKE.of("civic", "kiosk-1"), payload, retained=False)
    arrival = Arrival(delivery, "civic", 0.0, lambda: None, lambda *_: None)
    identities = Identities(b"k" * 32)
    arrival.hide_person(identities)
    heard: list[w.Take] = []

    class Round:
        def take(self, _unit: str, message: w.Take) -> None:
            heard.append(message)

    arrival.run(Round())  # type: ignore[arg-type]
    [message] = heard
    assert isinstance(message.request, w.TakeNumber)
    assert message.request.person == identities.hashed("110101199001011234")
    assert b"110101" not in arrival.delivery.payload
