"""The hub's three connections, and what they add to a delivery. Broker and service are fakes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest

from hub.identity import Identities
from hub.mqtt import adapter as module
from hub.mqtt.adapter import RECORDS_AT_ONCE, Arrival, MqttAdapter
from hub.service import Watcher
from tests.hub.core.examples import make_plan, record_of, request, sign_in
from tests.hub.core.units import command, renew
from wire.clock import ManualClock
from wire.link import BrokerAddress, Connected, Delivery, Disconnected, LinkEvent
from wire.messages import Command, Message
from wire.topics import COMMAND, RECORD, RENEW, Topic

PATIENCE_S = 20.0


class FakeLink:
    """A connection that is up or down when the test says so."""

    made: list[FakeLink]

    def __init__(
        self,
        _broker: BrokerAddress,
        client_id: str,
        inbox: Callable[[LinkEvent], None],
        *,
        subscriptions: Sequence[str] = (),
        **_options: Any,
    ) -> None:
        self.client_id = client_id
        self.subscriptions = subscriptions
        self.say = inbox
        self.acknowledged: list[Delivery] = []
        self.made.append(self)

    def stop(self) -> None:
        """Go down, and say so as the real one does."""
        self.say(Disconnected("stopped"))

    def acknowledge(self, delivery: Delivery) -> None:
        self.acknowledged.append(delivery)


def name_fits(link: FakeLink, topic: Topic) -> bool:
    """Whether a connection reads a topic."""
    return any(name.endswith(f"/{topic.name}") for name in link.subscriptions)


class FakeService:
    """Keeps what it is given, and can be asked for it from another thread."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.plan = make_plan()
        self.times_reached = 0
        self._work: list[Arrival] = []
        self._news = threading.Condition()

    def watch(self, watcher: Watcher) -> None:
        """Nothing is committed here."""

    def reached(self) -> None:
        self.times_reached += 1

    def submit(self, work: Arrival) -> None:
        with self._news:
            self._work.append(work)
            self._news.notify_all()

    @property
    def idle(self) -> bool:
        """Whether nothing has been submitted."""
        return not self._work

    def next_work(self) -> Arrival:
        with self._news:
            assert self._news.wait_for(lambda: bool(self._work), PATIENCE_S)
            return self._work.pop(0)


class Round:
    """Notes what an arrival asks of a transaction."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []
        self.messages: list[Message] = []

    def unit_command(self, unit: str, message: Message, _right: bool, arrived: float) -> None:
        self.asked.append((unit, arrived))
        self.messages.append(message)

    def renew(self, unit: str, _message: Message, arrived: float) -> None:
        self.asked.append((unit, arrived))


class Hub:
    """An adapter between a fake broker and a fake service."""

    def __init__(self) -> None:
        self.service = FakeService()
        address = BrokerAddress("mqtt://127.0.0.1:1")
        identities = Identities(b"k" * 32)
        self.adapter = MqttAdapter(self.service, address, "hub-1", identities)  # type: ignore[arg-type]
        self.reader, self.records, self.writer = FakeLink.made

    def deliver(self, topic: Topic, message: Message) -> None:
        payload = message.model_dump_json().encode()
        name = topic.of(self.service.plan.hall.id, "unit-1")
        [link] = [made for made in FakeLink.made if name_fits(made, topic)]
        link.say(Delivery(1, 1, name, payload, retained=False))

    def asked(self) -> tuple[str, float]:
        done = Round()
        self.service.next_work().run(done)  # type: ignore[arg-type]
        [asked] = done.asked
        return asked


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    FakeLink.made = []
    monkeypatch.setattr(module, "Link", FakeLink)
    hub = Hub()
    hub.records.say(Connected(1))
    yield hub
    hub.adapter.stop()


@pytest.mark.parametrize("order", [*permutations(["reader", "records", "writer"])])
def test_units_are_reached_while_all_connections_are_up(hub: Hub, order: tuple[str, ...]) -> None:
    hub.records.say(Disconnected("not yet"))
    links = [getattr(hub, name) for name in order]
    seen = []
    for link in links:
        link.say(Connected(1))
        seen.append(hub.adapter.connected)
    links[0].say(Disconnected("gone"))
    seen.append(hub.adapter.connected)
    links[0].say(Connected(2))
    seen.append(hub.adapter.connected)
    assert seen == [False, False, True, False, True]


def test_the_service_hears_when_units_can_reach_it_and_not_before(hub: Hub) -> None:
    hub.reader.say(Connected(1))
    assert hub.service.times_reached == 0  # it could not answer them yet
    hub.writer.say(Connected(1))
    assert hub.service.times_reached == 1


def test_a_lost_broker_is_one_line_in_the_log(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    for event in (Connected(1), Disconnected("gone"), Disconnected("still gone")):
        for link in (hub.reader, hub.records, hub.writer):
            link.say(event)
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "the broker is gone: gone"
    ]


def test_what_arrives_carries_the_time_at_which_it_came(hub: Hub) -> None:
    came = hub.service.clock.monotonic()
    hub.deliver(RENEW, renew("run-1", 1))
    hub.deliver(COMMAND, command("k1", request("next"), 0))
    hub.service.clock.advance(30.0)
    assert [hub.asked(), hub.asked()] == [("unit-1", came)] * 2


def test_a_sign_in_is_no_older_for_the_check_of_its_pin(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking, may_end = threading.Event(), threading.Event()

    def check(_pin: str, _hash: str | None) -> bool:
        checking.set()
        return may_end.wait(PATIENCE_S)

    monkeypatch.setattr(module, "pin_right", check)
    came = hub.service.clock.monotonic()
    hub.deliver(COMMAND, command("k1", sign_in("wang"), 0))
    assert checking.wait(PATIENCE_S)
    hub.service.clock.advance(30.0)
    may_end.set()
    assert hub.asked() == ("unit-1", came)


@pytest.mark.parametrize(
    ("typed", "who"), [("17", "li"), ("li", "li"), ("chen", "chen"), ("99", "99")]
)
def test_who_signs_in_is_whose_pin_was_checked(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, typed: str, who: str
) -> None:
    clerks = [
        {"id": "li", "name": "Li", "number": "17", "pin_hash": "scrypt$2$1$1$11$11"},
        {"id": "chen", "name": "Chen", "pin_hash": "scrypt$2$1$1$22$22"},
    ]
    hub.service.plan = make_plan(clerks=clerks)
    checked: list[str | None] = []

    def check(_pin: str, hashed: str | None) -> bool:
        checked.append(hashed)
        return True

    monkeypatch.setattr(module, "pin_right", check)
    hub.deliver(COMMAND, command("k1", sign_in(typed), 0))
    came = Round()
    hub.service.next_work().run(came)  # type: ignore[arg-type]
    [message] = came.messages
    assert isinstance(message, Command)
    assert message.request == sign_in(who)
    known = hub.service.plan.clerk.get(who)
    assert checked == [known.pin_hash if known else None]


def test_acknowledged_in_the_order_of_arrival(hub: Hub) -> None:
    for n in (1, 2):
        hub.deliver(RENEW, renew("run-1", n))
    first, second = hub.service.next_work(), hub.service.next_work()
    second.committed()
    assert hub.reader.acknowledged == []
    first.committed()
    assert hub.reader.acknowledged == [first.delivery, second.delivery]


def test_a_key_press_waits_behind_few_of_many_records(hub: Hub) -> None:
    for sequence in range(1, 3 * RECORDS_AT_ONCE):
        hub.deliver(RECORD, record_of("{}", sequence))
    hub.deliver(COMMAND, command("k1", request("next"), 0))
    ahead = [hub.service.next_work() for _ in range(RECORDS_AT_ONCE)]
    assert {work.delivery.topic.rsplit("/")[-1] for work in ahead} == {"record"}
    assert hub.asked()[0] == "unit-1"
    for work in ahead:
        work.committed()
    assert len(hub.records.acknowledged) == RECORDS_AT_ONCE
    assert hub.service.next_work().delivery.topic == ahead[0].delivery.topic


def test_no_unit_is_answered_before_its_records_can_come(hub: Hub) -> None:
    hub.records.say(Disconnected("gone"))
    for n in (1, 2):
        hub.deliver(RENEW, renew("run-1", n))
    assert hub.service.idle
    hub.records.say(Connected(2))
    first, second = hub.service.next_work(), hub.service.next_work()
    assert b'"n":1' in first.delivery.payload
    assert b'"n":2' in second.delivery.payload


def test_what_was_parked_is_finished_once() -> None:
    delivery = Delivery(1, 1, "hall/civic/unit/unit-1/renew", b"{", retained=False)
    told: list[str] = []
    arrival = Arrival(delivery, "civic", 0.0, lambda: told.append("finished"), lambda *_: None)
    for _ in range(2):
        arrival.committed()
    assert told == ["finished"]


def test_what_cannot_be_read_is_counted_and_noted() -> None:
    delivery = Delivery(1, 1, "hall/civic/unit/unit-1/renew", b"{", retained=False)
    rejected: list[str] = []
    noted: list[str] = []
    arrival = Arrival(delivery, "civic", 0.0, lambda: None, lambda code, _: noted.append(code))
    arrival.run(SimpleNamespace(reject=rejected.append))  # type: ignore[arg-type]
    assert rejected == noted == ["unreadable"]
