"""The example configuration for Mosquitto: accepted by it, and as strict as it says."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from tests.wire.examples import EVERY_MESSAGE
from wire.link import BrokerAddress, Connected, Delivery, Disconnected, Link, LinkEvent
from wire.messages import Message
from wire.topics import BOARD, CALL, TOPICS, Direction, Publication, Topic, publication

DOCS = Path(__file__).parents[2] / "docs"
CONFIG = (DOCS / "mosquitto.conf.example").read_text(encoding="utf-8")
PATIENCE_S = 60.0
SECRETS = {name: f"{name}-secret" for name in ("hub", "u1", "u2", "board-1")}


def test_the_lines_that_keep_messages_and_keep_people_out_are_there() -> None:
    lines = set(CONFIG.splitlines())
    assert lines >= {
        "allow_anonymous false",
        "max_queued_messages 0",
        "max_inflight_messages 1000",
        "persistence true",
        "autosave_interval 30",
        "set_tcp_nodelay true",
    }
    for key in ("certfile", "keyfile", "password_file", "acl_file"):
        assert re.search(rf"^{key} /etc/mosquitto/", CONFIG, re.MULTILINE)


def test_the_access_list_names_each_topic_once_for_each_who_sends_or_hears_it() -> None:
    rules = (DOCS / "mosquitto.acl.example").read_text(encoding="utf-8")
    given = [
        line for line in rules.splitlines() if line.startswith(("user ", "topic ", "pattern "))
    ]
    of_hub, of_units = [], []
    for topic in TOPICS:
        up = topic.direction is Direction.UP
        if topic is not CALL:
            of_hub.append(f"topic {'read' if up else 'write'} {topic.of('+', '+')}")
        of_units.append(f"pattern {'write' if up else 'read'} {topic.of('+', '%u')}")
    of_board = ["user board-1", f"topic read {CALL.of('+', '+')}"]
    assert given == ["user hub", *of_hub, *of_board, *of_units]


@pytest.fixture
def broker(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[str]:
    """A Mosquitto with the example's lines, on loopback and without its certificate."""
    port = free_port()
    passwords = tmp_path / "passwd"
    passwords.touch()
    for user, secret in SECRETS.items():
        subprocess.run(["mosquitto_passwd", "-b", passwords, user, secret], check=True)
    acl = tmp_path / "acl"
    acl.write_bytes((DOCS / "mosquitto.acl.example").read_bytes())
    text = re.sub(r"^(certfile|keyfile|tls_version) .*\n", "", CONFIG, flags=re.MULTILINE)
    text = text.replace("listener 8883", f"listener {port} 127.0.0.1")
    text = text.replace("/etc/mosquitto/hall.passwd", str(passwords))
    text = text.replace("/etc/mosquitto/hall.acl", str(acl))
    text = text.replace("/var/lib/mosquitto/", f"{tmp_path}/")
    path = tmp_path / "mosquitto.conf"
    path.write_text(text + "\nuser root\n")  # or it could not read the test's folder
    process = subprocess.Popen(["mosquitto", "-c", path])
    try:
        wait_for(port)
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError("Mosquitto does not listen")


class Guest:
    """A connected link, as one of the users."""

    def __init__(self, url: str, user: str, secret: str, *subscriptions: str) -> None:
        self.events: Queue[LinkEvent] = Queue()
        address = BrokerAddress(url, user, secret)
        self.link = Link(address, f"{user}-test", self.events.put, subscriptions=subscriptions)
        self.link.start()
        self.first = self.events.get(timeout=PATIENCE_S)

    def heard(self, payload: bytes) -> bool:
        """Whether a payload arrives before patience ends."""
        try:
            while True:
                event = self.events.get(timeout=PATIENCE_S)
                if isinstance(event, Delivery) and event.payload == payload:
                    return True
        except Empty:
            return False

    def delivery(self) -> Delivery:
        """The next that arrives."""
        while not isinstance(event := self.events.get(timeout=PATIENCE_S), Delivery):
            pass
        return event

    def settles(self, sender: Guest, sent: Publication) -> None:
        """Have somebody publish until it arrives: the broker has taken in the subscription."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            assert sender.link.publish(sent)
            with contextlib.suppress(Empty):
                if isinstance(self.events.get(timeout=1.0), Delivery):
                    return
        raise TimeoutError("nothing that is published arrives")


def example(topic: Topic) -> Message:
    return next(message for message in EVERY_MESSAGE if type(message) is topic.message)


@pytest.mark.slow
@pytest.mark.system("mosquitto", "mosquitto_passwd")
def test_everybody_is_heard_on_their_own_topics(broker: str) -> None:
    down = [topic.of("h1", "u1") for topic in TOPICS if topic.direction is Direction.DOWN]
    up = [topic.filter("h1") for topic in TOPICS if topic.direction is Direction.UP]
    unit = Guest(broker, "u1", SECRETS["u1"], *down)
    hub = Guest(broker, "hub", SECRETS["hub"], *up)
    board = Guest(
        broker, "board-1", SECRETS["board-1"], CALL.filter("h1"), BOARD.of("h1", "board-1")
    )
    for topic in TOPICS:
        sender, listener = (unit, hub) if topic.direction is Direction.UP else (hub, unit)
        sent = publication(topic, example(topic), "h1", "u1")
        assert sender.link.publish(sent)
        assert (board if topic is CALL else listener).heard(sent.payload), topic.name
    picture = publication(BOARD, example(BOARD), "h1", "board-1")
    assert hub.link.publish(picture)
    assert board.heard(picture.payload)
    for guest in (unit, hub, board):
        guest.link.stop()


@pytest.mark.slow
@pytest.mark.system("mosquitto", "mosquitto_passwd")
def test_nobody_is_heard_on_another_units_topics(broker: str) -> None:
    record = next(topic for topic in TOPICS if topic.name == "record")
    hub = Guest(broker, "hub", SECRETS["hub"], record.filter("h1"))
    liar = Guest(broker, "u2", SECRETS["u2"])
    message = example(record)
    hub.settles(liar, publication(record, message, "h1", "u2"))
    last = publication(record, message.model_copy(update={"sequence": 99}), "h1", "u2")
    assert liar.link.publish(publication(record, message, "h1", "u1"))
    assert liar.link.publish(last)
    heard = [hub.delivery()]
    while heard[-1].payload != last.payload:
        heard.append(hub.delivery())
    assert {delivery.topic for delivery in heard} == {record.of("h1", "u2")}
    hub.link.stop()
    liar.link.stop()


@pytest.mark.slow
@pytest.mark.system("mosquitto", "mosquitto_passwd")
def test_a_counter_hears_neither_another_counters_calls_nor_a_boards_picture(broker: str) -> None:
    announce = next(topic for topic in TOPICS if topic.name == "announce")
    nosy = [CALL.filter("h1"), BOARD.filter("h1"), announce.of("h1")]
    spy = Guest(broker, "u2", SECRETS["u2"], *nosy)
    unit, hub = Guest(broker, "u1", SECRETS["u1"]), Guest(broker, "hub", SECRETS["hub"])
    spy.settles(hub, publication(announce, example(announce), "h1"))
    assert unit.link.publish(publication(CALL, example(CALL), "h1", "u1"))
    assert hub.link.publish(publication(BOARD, example(BOARD), "h1", "board-1"))
    last = example(announce).model_copy(update={"number": "Z999"})
    assert hub.link.publish(publication(announce, last, "h1"))
    heard = [spy.delivery()]
    while b"Z999" not in heard[-1].payload:
        heard.append(spy.delivery())
    assert {delivery.topic for delivery in heard} == {announce.of("h1")}
    for guest in (spy, unit, hub):
        guest.link.stop()


@pytest.mark.slow
@pytest.mark.system("mosquitto", "mosquitto_passwd")
def test_a_wrong_password_is_refused(broker: str) -> None:
    stranger = Guest(broker, "hub", "guessed")
    assert isinstance(stranger.first, Disconnected)
    friend = Guest(broker, "hub", SECRETS["hub"])
    assert isinstance(friend.first, Connected)
    stranger.link.stop()
    friend.link.stop()
