"""The hall board's loop with everything about it made by hand, and once for real."""

from __future__ import annotations

import io
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from iotcore import Broker

from device.board import BoardLoop, BoardParts
from device.board_presenter import BoardPresenter
from device.board_session import BoardSession
from device.drivers.ports import Health, SignText
from device.inbox import Inbound, Stop, Watchdog
from device.outbox import open_outbox
from device.trace import LineTrace
from device.ui.viewmodel import BoardConnecting, HallBoard, LinkLive, LinkStale, View
from device.uplink import Identity, Uplink
from device.voice.calls import Call as SpokenCall
from device.voice.calls import Silent, Speaking, Turn
from tests.device.board_samples import HALL, alone, announce, board, call, wall
from tests.device.samples import OUTBOX, RUN, FakeLink, state
from wire.clock import ManualClock, rfc3339
from wire.link import BrokerAddress, Connected, Delivery, Disconnected, Link, LinkEvent
from wire.messages import Board, HealthRecord, Hello, Message, Renew, Role, State, Text
from wire.sdnotify import Notifier
from wire.topics import (
    ANNOUNCE,
    BOARD,
    CALL,
    HELLO,
    RENEW,
    STATE,
    Direction,
    Topic,
    locate,
    publication,
    unpack,
)


class Screen:
    """Keeps what it is shown."""

    attend_s: float | None = None

    def __init__(self) -> None:
        self.shown: list[View] = []

    def attend(self) -> bool:
        return False

    def show(self, view: View) -> bool:
        if self.shown and self.shown[-1] == view:
            return False
        self.shown.append(view)
        return True

    @property
    def board(self) -> HallBoard:
        view = self.shown[-1]
        assert isinstance(view, HallBoard)
        return view


class Voice:
    """Keeps what it is to say."""

    def __init__(self) -> None:
        self.calls: list[SpokenCall] = []
        self.forgotten: list[str] = []

    def say(self, call: SpokenCall) -> None:
        self.calls.append(call)

    def forget(self, call_id: str) -> None:
        self.forgotten.append(call_id)


class LargeSign:
    """Keeps what it is to show."""

    def __init__(self) -> None:
        self.content = SignText("")

    def show(self, content: SignText) -> None:
        self.content = content


class Rig:
    """A board; `run` lets it take what is in its inbox."""

    def __init__(self, directory: Path) -> None:
        self.clock = ManualClock()
        self.outbox = open_outbox(directory, lambda: OUTBOX)
        self.link, self.screen, self.voice, self.out = FakeLink(), Screen(), Voice(), io.StringIO()
        self.sign = LargeSign()
        self.inbox: queue.SimpleQueue[Inbound] = queue.SimpleQueue()
        identity = Identity("main", "board-1", RUN, None, "nextwindow 0", Role.BOARD)
        notifier = Notifier("")
        parts = BoardParts(
            clock=self.clock,
            identity=identity,
            session=BoardSession(RUN),
            outbox=self.outbox,
            uplink=Uplink(self.link, self.outbox, identity),
            screen=self.screen,
            presenter=BoardPresenter("board-1"),
            voice=self.voice,
            trace=LineTrace(self.out),
            notifier=notifier,
            watchdog=Watchdog(notifier, None),
            changed=lambda: None,
            sign=self.sign,
        )
        self.loop = BoardLoop(parts, self.inbox)

    def run(self, *inbound: Inbound) -> None:
        for one in (*inbound, Stop("the test has looked")):
            self.inbox.put(one)
        self.loop._stopping = False
        self.loop.run()

    def deliver(
        self, topic: Topic, message: Message, unit: str = "board-1", *, retained: bool = False
    ) -> None:
        packed = publication(topic, message, "main", unit)
        self.run(Delivery(1, 1, packed.topic, packed.payload, retained))

    def now(self) -> str:
        return rfc3339(self.clock.now())

    def connect(self) -> None:
        self.run(Connected(1))
        self.deliver(STATE, state().model_copy(update={"now": wall(0.0)}))
        self.deliver(BOARD, board(0.0, call("c1", -60.0)))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.outbox.close()


def test_it_says_online_and_hello_as_a_board(rig: Rig) -> None:
    rig.run(Connected(1))
    sent = {one.topic.rsplit("/", 1)[1]: one.payload for one in rig.link.take()}
    assert list(sent) == ["status", "hello"]
    hello = Hello.model_validate_json(sent["hello"])
    assert (hello.role, hello.counter, hello.outbox) == (Role.BOARD, None, OUTBOX)
    assert isinstance(rig.screen.shown[-1], BoardConnecting)


def test_it_shows_the_hub_s_picture_and_calls_from_wherever_they_come(rig: Rig) -> None:
    rig.connect()
    assert rig.screen.board.frame.link == LinkLive()
    rig.deliver(ANNOUNCE, announce("c2", 0.0, number="B001"), unit="")
    rig.deliver(CALL, alone("x1", 0.0), unit="unit-5")
    assert {one.number for one in rig.screen.board.calls} == {"A002", "B001", "A001"}
    assert [one.call_id for one in rig.voice.calls] == ["c2", "x1"]
    traced = [json.loads(line) for line in rig.out.getvalue().splitlines()]
    assert traced[-1]["drawn"] == "hallboard"
    assert traced[-1]["lit"] == ["A002", "B001"]


def test_what_the_broker_has_kept_of_calls_is_no_news(rig: Rig) -> None:
    rig.connect()
    rig.deliver(ANNOUNCE, announce("c2", 0.0), unit="", retained=True)
    rig.deliver(CALL, alone("x1", 0.0), unit="unit-5", retained=True)
    assert [one.number for one in rig.screen.board.calls] == ["A001"]
    assert rig.voice.calls == []


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("hall/main/board/board-1", b"{"),
        ("hall/main/board/board-2", board(0.0).model_dump_json().encode()),
        ("hall/other/announce", b"{}"),
        ("hall/main/unit/unit-1/call", b"{}"),
        ("hall/main/unit/unit-1/record", b"{}"),
    ],
)
def test_what_it_cannot_use_changes_nothing(rig: Rig, topic: str, payload: bytes) -> None:
    rig.connect()
    before = rig.screen.board
    rig.run(Delivery(1, 1, topic, payload, retained=False))
    assert rig.screen.board == before


def test_silence_is_told(rig: Rig) -> None:
    rig.connect()
    rig.clock.advance(65.0)
    rig.run()
    assert rig.screen.board.frame.link == LinkStale(60, "09:00")
    assert rig.screen.board.linked
    rig.run(Disconnected("cable"))
    assert not rig.screen.board.linked


def test_the_voice_is_told_what_is_over(rig: Rig) -> None:
    rig.connect()
    over = call("c1", -60.0).model_copy(update={"over": True})
    rig.deliver(BOARD, board(1.0, over))
    assert rig.voice.forgotten == ["c1"]


def test_what_is_being_said_stands_at_the_top(rig: Rig) -> None:
    rig.connect()
    rig.deliver(ANNOUNCE, announce("c2", 0.0, number="B001"), unit="")
    spoken = SpokenCall("c1", "A001", "3")
    rig.run(Speaking(Turn(spoken, 1), rig.clock.monotonic()))
    assert rig.screen.board.calls[0].number == "A001"
    rig.run(Silent("c1"))
    assert rig.screen.board.calls[0].number == "B001"


def test_the_large_sign_shows_the_call_at_the_top_and_an_emergency(rig: Rig) -> None:
    rig.connect()
    assert rig.sign.content == SignText("请A001号到3号窗口", "A001")
    rig.deliver(BOARD, board(1.0, emergency=Text(zh="请撤离", en="Leave")))
    assert rig.sign.content == SignText("请撤离")
    rig.deliver(BOARD, board(2.0, open=False, queues=[]))
    assert rig.sign.content == SignText("")


def test_the_hub_learns_of_a_voice_in_trouble(rig: Rig) -> None:
    rig.connect()
    rig.link.take()
    rig.run(Health("voice", ok=False, code="no_answer", detail="the module is silent"))
    [sent] = [one for one in rig.link.take() if one.topic.endswith("/record")]
    body = json.loads(json.loads(sent.payload)["body"])
    record = HealthRecord.model_validate(body)
    assert (record.peripheral, record.ok, record.code) == ("voice", False, "no_answer")
    assert rig.outbox.through == 1


# --- for real -----------------------------------------------------------------------------

CONFIGURATION = """
[unit]
id = "board-1"
hall = "main"
role = "board"
state = "{state}"
[broker]
url = "{broker}"
[hardware]
kind = "emulated"
[display]
mode = "offscreen"
size = "600x1024"
[voice]
output = "file"
chime = false
repeat = 1
"""


class Hub:
    """Answers a board's hello and renews, and says what it is told to say."""

    def __init__(self, broker: BrokerAddress) -> None:
        self.heard: queue.SimpleQueue[Message] = queue.SimpleQueue()
        subscribed = [topic.filter("main") for topic in (HELLO, RENEW)]
        self.link = Link(broker, "fake-hub", self._arrived, subscriptions=subscribed)
        self._outbox = ""

    def _arrived(self, event: LinkEvent) -> None:
        if isinstance(event, Delivery):
            topic, _ = locate(event.topic, "main", Direction.UP)
            message = unpack(topic, event.payload)
            assert isinstance(message, Renew)
            if isinstance(message, Hello):
                self._outbox = message.outbox
                self.heard.put(message)
            self.say(STATE, self._state(message))

    def _state(self, beat: Renew) -> State:
        made = state(n=beat.n, run=beat.run, outbox=self._outbox)
        return made.model_copy(update={"now": rfc3339(_now()), "hall": HALL})

    def say(self, topic: Topic, message: Message, unit: str = "board-1") -> None:
        self.link.publish(publication(topic, message, "main", unit))


def _now() -> float:
    return time.time()


@pytest.fixture
def hub(free_port: Callable[[], int]) -> Iterator[tuple[Hub, str]]:
    port = free_port()
    with Broker(port=port, listen="127.0.0.1"):
        address = BrokerAddress(f"mqtt://127.0.0.1:{port}")
        made = Hub(address)
        made.link.start()
        yield made, address.url
        made.link.stop()


@pytest.mark.slow
def test_a_board_runs_shows_a_call_and_ends(hub: tuple[Hub, str], tmp_path: Path) -> None:
    said, url = hub
    config = tmp_path / "unit.toml"
    config.write_text(CONFIGURATION.format(state=tmp_path / "state", broker=url))
    child = subprocess.Popen(
        [sys.executable, "-m", "device.cli", "run", str(config), "--until-eof", "--trace"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def read() -> None:
        assert child.stdout is not None
        for line in child.stdout:
            lines.put(json.loads(line))

    threading.Thread(target=read, daemon=True).start()

    def until(holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        while not holds(line := lines.get(timeout=30)):
            pass
        return line

    try:
        until(lambda line: line.get("drawn") == "boardconnecting")
        assert said.heard.get(timeout=30)
        picture: Board = board(0.0).model_copy(update={"now": rfc3339(_now())})
        said.say(BOARD, picture)
        until(lambda line: line.get("drawn") == "hallboard" and line["link"] == "live")
        called = announce("c2", 0.0, number="B007").model_copy(update={"at": rfc3339(_now())})
        said.say(ANNOUNCE, called, unit="")
        drawn = until(lambda line: line.get("calls"))
        assert drawn["calls"] == [["B007", "3"]]
        assert drawn["lit"] == ["B007"]
        spoken = tmp_path / "state" / "spoken"
        deadline = time.monotonic() + 30
        while not list(spoken.glob("*.wav")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        assert child.stdin is not None
        child.stdin.close()
    assert child.wait(timeout=30) == 0
