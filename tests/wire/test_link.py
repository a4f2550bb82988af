"""The MQTT link against real brokers: the embedded one, and Mosquitto."""

from __future__ import annotations

import signal
import socket
import statistics
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from queue import Queue
from typing import Protocol, TypeVar

import iotcore
import pytest

from tests.wire.examples import RENEW
from wire.link import BrokerAddress, Connected, Delivery, Disconnected, Link, LinkEvent
from wire.messages import Receipt, Status
from wire.topics import RECEIPT, STATUS, Publication, publication
from wire.topics import RENEW as RENEW_TOPIC

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0
Kind = TypeVar("Kind", bound=LinkEvent)


class Server(Protocol):
    """A broker in a process of its own."""

    def start(self) -> object: ...
    def stop(self) -> None: ...


class Mosquitto:
    """Debian's Mosquitto, on the loopback address."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._command = ["mosquitto", "-p", str(port)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE_S
        while not listens(self._port):
            assert time.monotonic() < until
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Hall:
    """One broker, and the links that a test opens to it."""

    def __init__(self, server: Server, port: int) -> None:
        self.server = server
        self.address = BrokerAddress(f"mqtt://127.0.0.1:{port}")
        self._links: list[Link] = []

    def join(self, client_id: str, *subscriptions: str, manual_ack: bool = False) -> Guest:
        guest = Guest()
        guest.link = Link(
            self.address,
            client_id,
            guest.events.put,
            subscriptions=subscriptions,
            manual_ack=manual_ack,
        )
        self._links.append(guest.link)
        guest.link.start()
        return guest

    def close(self) -> None:
        for link in self._links:
            link.stop()
        self.server.stop()


class Guest:
    """A link with all that it has heard."""

    link: Link

    def __init__(self) -> None:
        self.events: Queue[LinkEvent] = Queue()

    def hears(self, kind: type[Kind]) -> Kind:
        """The next event of a kind; whatever comes before it is dropped."""
        until = time.monotonic() + PATIENCE_S
        while True:
            event = self.events.get(timeout=max(0.01, until - time.monotonic()))
            if isinstance(event, kind):
                return event

    def hears_of(self, unit: str) -> Status:
        """The next status of a unit. What this guest settled with may still come a second time.

        A broker may deliver a publication that is retained twice to one who subscribes at that
        moment: as what it kept, and as what was just published.
        """
        while True:
            delivery = self.hears(Delivery)
            if delivery.topic == STATUS.of("h1", unit):
                return Status.model_validate_json(delivery.payload)

    def settles(self, sent: Publication) -> None:
        """Wait until the broker has taken in this guest's subscriptions.

        A connection keeps its order, so what it publishes to itself comes back after that.
        """
        assert self.link.publish(sent)
        while self.hears(Delivery).payload != sent.payload:
            pass


@pytest.fixture(
    params=["iotcore", pytest.param("mosquitto", marks=pytest.mark.system("mosquitto"))]
)
def hall(request: pytest.FixtureRequest, free_port: Callable[[], int]) -> Iterator[Hall]:
    port = free_port()
    server: Server = (
        iotcore.Broker(port=port, listen="127.0.0.1")
        if request.param == "iotcore"
        else Mosquitto(port)
    )
    server.start()
    hall = Hall(server, port)
    yield hall
    hall.close()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def receipt(through: int) -> Publication:
    return publication(RECEIPT, Receipt(outbox="o1", through=through), "h1", "u1")


def test_a_publication_arrives_as_it_was_sent(hall: Hall) -> None:
    unit = hall.join("u1-r1", RECEIPT.of("h1", "u1"))
    hub = hall.join("hub")
    first = unit.hears(Connected)
    hub.hears(Connected)
    unit.settles(receipt(0))
    assert hub.link.publish(receipt(7))
    arrived = unit.hears(Delivery)
    assert (arrived.topic, arrived.payload) == (receipt(7).topic, receipt(7).payload)
    assert (arrived.generation, arrived.retained) == (first.generation, False)


def test_what_is_retained_says_so(hall: Hall) -> None:
    status = publication(STATUS, Status(run="r1", online=True), "h1", "u1")
    unit = hall.join("u1-r1", STATUS.of("h1", "u1"))
    unit.hears(Connected)
    unit.settles(status)
    late = hall.join("hub", STATUS.filter("h1")).hears(Delivery)
    assert (late.payload, late.retained) == (status.payload, True)


def test_the_broker_says_the_last_will_of_a_killed_unit(hall: Hall) -> None:
    watcher = hall.join("hub", STATUS.filter("h1"))
    watcher.hears(Connected)
    watcher.settles(publication(STATUS, Status(run="r0", online=True), "h1", "u0"))
    unit = subprocess.Popen([sys.executable, "-c", DOOMED, hall.address.url])
    try:
        born = watcher.hears_of("u1")
        unit.send_signal(signal.SIGKILL)
        gone = watcher.hears_of("u1")
    finally:
        unit.kill()
        unit.wait()
    assert born == Status(run="r1", online=True)
    assert gone == Status(run="r1", online=False)


DOOMED = textwrap.dedent("""
    import queue, sys
    from wire.link import BrokerAddress, Connected, Link
    from wire.messages import Status
    from wire.topics import STATUS, publication

    def status(online):
        return publication(STATUS, Status(run="r1", online=online), "h1", "u1")

    inbox = queue.Queue()
    link = Link(BrokerAddress(sys.argv[1]), "u1-r1", inbox.put, will=status(False))
    link.start()
    while True:
        if isinstance(inbox.get(), Connected):
            link.publish(status(True))
""")


def test_a_link_comes_back_with_its_subscriptions_after_the_broker_was_away(hall: Hall) -> None:
    unit = hall.join("u1-r1", RECEIPT.of("h1", "u1"))
    before = unit.hears(Connected)
    hall.server.stop()
    unit.hears(Disconnected)
    hall.server.start()
    after = unit.hears(Connected)
    assert after.generation > before.generation
    unit.settles(receipt(3))


def test_a_link_may_be_started_before_its_broker(hall: Hall) -> None:
    hall.server.stop()
    unit = hall.join("u1-r1", RECEIPT.of("h1", "u1"))
    assert "reached" in unit.hears(Disconnected).reason
    hall.server.start()
    unit.hears(Connected)
    unit.settles(receipt(1))


def test_what_is_published_while_the_link_is_down_is_dropped_and_said_so(hall: Hall) -> None:
    hub = hall.join("hub", RECEIPT.filter("h1"))
    hub.hears(Connected)
    hall.server.stop()
    hub.hears(Disconnected)
    assert not hub.link.publish(receipt(1))
    hall.server.start()
    hub.hears(Connected)
    assert hub.link.publish(receipt(2))
    assert hub.hears(Delivery).payload == receipt(2).payload


def test_an_acknowledgement_from_an_earlier_connection_does_no_harm(hall: Hall) -> None:
    """Sent blindly it would make the embedded broker drop the client."""
    hub = hall.join("hub", RENEW_TOPIC.filter("h1"), manual_ack=True)
    hub.hears(Connected)
    sent = publication(RENEW_TOPIC, RENEW, "h1", "u1")
    assert hub.link.publish(sent)
    stale = hub.hears(Delivery)
    hall.server.stop()
    hub.hears(Disconnected)
    hall.server.start()
    now = hub.hears(Connected)
    for _ in range(3):
        hub.link.acknowledge(stale)
    for n in range(3, 6):
        later = publication(RENEW_TOPIC, RENEW.model_copy(update={"n": n}), "h1", "u1")
        assert hub.link.publish(later)
        fresh = hub.hears(Delivery)
        assert (fresh.payload, fresh.generation) == (later.payload, now.generation)
        hub.link.acknowledge(fresh)


def test_acknowledged_deliveries_keep_coming(hall: Hall) -> None:
    """More than a broker's window of unacknowledged messages: each one opens it again."""
    hub = hall.join("hub", RECEIPT.filter("h1"), manual_ack=True)
    hub.hears(Connected)
    for through in range(250):
        assert hub.link.publish(receipt(through))
        arrived = hub.hears(Delivery)
        assert arrived.payload == receipt(through).payload
        hub.link.acknowledge(arrived)


def test_small_messages_do_not_wait_for_each_other(hall: Hall) -> None:
    """An acknowledgement and a publication after it go out at once, not 40 ms apart."""
    hub = hall.join("hub", RECEIPT.filter("h1"), manual_ack=True)
    hub.hears(Connected)
    took = []
    for through in range(100):
        began = time.monotonic()
        assert hub.link.publish(receipt(through))
        hub.link.acknowledge(hub.hears(Delivery))
        took.append(time.monotonic() - began)
    assert statistics.median(took) < 0.020  # some wait on a busy machine; they would all


def test_a_stopped_link_is_silent(hall: Hall) -> None:
    hub = hall.join("hub")
    hub.hears(Connected)
    hub.link.stop()
    hub.hears(Disconnected)
    assert not hub.link.publish(receipt(1))
