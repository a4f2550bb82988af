"""The loop, in this thread: real outbox, mock pins, fake link, a screen that remembers."""

from __future__ import annotations

import io
import json
import queue
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

import pytest

from device.drivers.gpio import MockedFront
from device.drivers.ports import Health, KeyEdge, Wiring
from device.events import StaffKey
from device.inbox import Inbound, Stop, Touch, Watchdog
from device.memory import Memory
from device.outbox import Outbox, RecordNotKept, open_outbox
from device.outward import Outward
from device.presenter import Presenter
from device.session import Session
from device.timekeeping import read_moment
from device.trace import LineTrace
from device.ui.viewmodel import Calling, Fault, Inviting, Paused, Tags, Thanks, View
from device.unit import RATING_KEYS, Parts, Unit
from device.uplink import Identity, Uplink
from tests.device.samples import (
    ASKING,
    RUN,
    TAGS,
    FakeLink,
    invitation,
    picture,
    state,
)
from wire.clock import ManualClock
from wire.errors import StorageError
from wire.link import Connected, Delivery, Disconnected
from wire.messages import CounterState, Message
from wire.sdnotify import Notifier
from wire.topics import STATE, Topic, publication

NAMES = (*RATING_KEYS, *(key.value for key in StaffKey))
WIRING = Wiring({name: pin for pin, name in enumerate(NAMES, 5)}, {"rating-4": 20})


class Screen:
    """Remembers what was shown, and how much was on disk by then. May be closed."""

    attend_s: float | None = None

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.shown: list[tuple[View, int]] = []
        self.prepared: list[View] = []
        self.closed = False
        self.fingers: list[str] = []

    def touch(self, place: tuple[int, int] | None) -> None:
        self.fingers.append(f"rating-{place[0]}" if place else "")

    def touches(self) -> list[str]:
        fingers, self.fingers = self.fingers, []
        return fingers

    def attend(self) -> bool:
        return self.closed

    def show(self, view: View) -> bool:
        if self.shown and self.shown[-1][0] == view:
            return False
        self.shown.append((view, self._outbox.through))
        return True

    def prepare(self, views: Iterable[View]) -> None:
        self.prepared.extend(views)

    @property
    def view(self) -> View:
        return self.shown[-1][0]


class Rig:
    """A unit; `run` lets it take what is in its inbox."""

    def __init__(self, directory: Path) -> None:
        self.clock = ManualClock()
        self.outbox = open_outbox(directory, lambda: "outbox-1")
        self.link = FakeLink()
        self.inbox: queue.SimpleQueue[Inbound] = queue.SimpleQueue()
        self.front = MockedFront(WIRING)
        self.front.start(self.inbox.put)
        self.screen = Screen(self.outbox)
        self.session = Session(RUN, "c3")
        self.out = io.StringIO()
        numbers = count(1)
        notifier = Notifier("")
        identity = Identity("main", "unit-3", RUN, "c3", "nextwindow 0")
        self.parts = Parts(
            clock=self.clock,
            identity=identity,
            session=self.session,
            outbox=self.outbox,
            uplink=Uplink(self.link, self.outbox, identity),
            front=self.front,
            screen=self.screen,
            presenter=Presenter("unit-3"),
            new_id=lambda: f"k{next(numbers)}",
            trace=LineTrace(self.out),
            notifier=notifier,
            debounce_ms=1,
            watchdog=Watchdog(notifier, None),
            changed=lambda: None,
            memory=Memory(directory, "boot-1"),
            outward=Outward(),
        )
        self.unit = Unit(self.parts, self.inbox)

    def run(self) -> None:
        """Take what is in the inbox, with a loop that was there before."""
        self.inbox.put(Stop("the test has looked"))
        self.unit.run()

    def deliver(self, topic: Topic, message: Message) -> None:
        packed = publication(topic, message, "main", "unit-3")
        self.inbox.put(Delivery(1, 1, packed.topic, packed.payload, retained=False))

    def topics(self) -> list[str]:
        return [sent.topic.rsplit("/", 1)[1] for sent in self.link.take()]

    def traced(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.front.close()
    rig.outbox.close()


def connect(rig: Rig, asked: bool = False) -> None:
    rig.inbox.put(Connected(1))
    rig.deliver(STATE, state(picture(asked=invitation() if asked else None)))
    rig.run()


def test_it_says_online_hello_and_renews_after_the_state(rig: Rig) -> None:
    connect(rig)
    assert rig.topics() == ["status", "hello", "renew"]


def test_a_rating_is_on_disk_before_thanks_are_shown_and_then_sent(rig: Rig) -> None:
    connect(rig, asked=True)
    assert isinstance(rig.screen.view, Inviting)
    rig.front.press("rating-4", 0.002)
    rig.run()
    view, on_disk = rig.screen.shown[-1]
    assert isinstance(view, Thanks)
    assert on_disk == 1
    assert rig.front.lit == {"rating-4"}
    assert rig.topics()[-1] == "record"


def test_a_disk_that_fails_is_shown_instead_of_thanks(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_body: str, _written_s: float) -> None:
        raise RecordNotKept("no room", full=True)

    connect(rig, asked=True)
    monkeypatch.setattr(rig.outbox, "append", fail)
    rig.front.press("rating-4", 0.002)
    rig.front.press("next", 0.002)
    rig.run()
    assert not any(isinstance(view, Thanks) for view, _ in rig.screen.shown)
    assert any(isinstance(view, Fault) for view, _ in rig.screen.shown)
    assert rig.topics()[-1] == "command"
    monkeypatch.undo()
    assert renewed(rig)["trouble"] == "disk_full", "no record can tell the hub"
    rig.front.press("rating-4", 0.002)
    rig.run()
    assert renewed(rig)["trouble"] is None


def renewed(rig: Rig) -> dict[str, object]:
    """What the next renew says."""
    rig.link.take()
    rig.parts.uplink.say(rig.session.hearing.connect(rig.clock.monotonic()), read_moment(rig.clock))
    content: dict[str, object] = json.loads(rig.link.take()[-1].payload)
    return content


def test_an_outbox_that_was_damaged_is_reported(rig: Rig) -> None:
    rig.outbox.set_aside = Path("outbox.sqlite3.damaged-1")
    connect(rig)
    bodies = [json.loads(record.body) for record in rig.outbox.records(0, 9)]
    said = [(body["peripheral"], body["ok"], body["code"]) for body in bodies]
    assert said == [("outbox", False, "damaged"), ("outbox", True, None)]


def test_an_outbox_that_cannot_be_read_does_not_end_the_unit(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_after: int, _limit: int) -> None:
        raise StorageError("disk I/O error")

    rig.outbox.append("{}", 0.0)
    monkeypatch.setattr(rig.outbox, "records", fail)
    connect(rig)
    assert rig.topics() == ["status", "hello", "renew"]


def test_a_finger_rates_and_names_reasons_as_the_keys_do(rig: Rig) -> None:
    rig.inbox.put(Connected(1))
    rig.screen.fingers = ["rating-2"]
    rig.run()
    assert rig.outbox.through == 0, "outside an invitation nothing counts"
    rig.deliver(STATE, state(picture(asked=invitation()), rating=ASKING))
    rig.run()
    rig.screen.fingers = ["rating-2", "rating-5"]
    rig.run()
    assert isinstance(rig.screen.view, Tags)
    rig.clock.advance(1.0)
    rig.screen.fingers = [f"tag-{TAGS[6].code}", "tags-done"]
    rig.run()
    assert isinstance(rig.screen.view, Thanks)
    bodies = [json.loads(record.body) for record in rig.outbox.records(0, 9)]
    assert [body["kind"] for body in bodies] == ["rating", "rating_tags"]
    assert (bodies[0]["level"], bodies[1]["tags"]) == ("dissatisfied", [TAGS[6].code])


def test_a_click_on_the_panels_picture_is_a_finger(rig: Rig) -> None:
    connect(rig, asked=True)
    rig.inbox.put(Touch(4, 0))
    rig.run()
    assert isinstance(rig.screen.view, Thanks)
    assert rig.outbox.through == 1


def test_a_double_press_is_one_command(rig: Rig) -> None:
    connect(rig)
    rig.topics()
    for _ in range(2):
        rig.front.press("next", 0.002)
        rig.run()
    assert rig.topics() == ["command"]


@pytest.mark.parametrize(("key", "asked"), [("pause", "pause"), ("hold", "resume")])
def test_a_further_key_becomes_its_command(rig: Rig, key: str, asked: str) -> None:
    rig.inbox.put(Connected(1))
    rig.deliver(STATE, state(picture(on_hold=["ticket-9"])))
    rig.run()
    rig.link.take()
    rig.front.press(key, 0.002)
    rig.run()
    (sent,) = rig.link.take()
    assert json.loads(sent.payload)["request"]["action"] == asked


def test_a_pause_is_drawn_and_traced(rig: Rig) -> None:
    rig.inbox.put(Connected(1))
    rig.deliver(STATE, state(picture(CounterState.PAUSED)))
    rig.run()
    assert isinstance(rig.screen.view, Paused)
    assert [line["drawn"] for line in rig.traced() if "drawn" in line][-1] == "paused"


def test_bad_messages_are_counted_logged_once_a_kind_and_change_nothing(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    connect(rig)
    caplog.clear()
    before = rig.screen.view
    address = STATE.of("main", "unit-3")
    newer = b'{"v": 99}'
    for topic, payload in (
        (address, b"\xff\xfe"),
        (address, b"[]"),
        (address, b"x" * 70_000),
        (address, newer),
        ("hall/main/unit/unit-3/record", b"{}"),
        ("hall/other/unit/unit-3/state", b"{}"),
        ("", b""),
    ):
        rig.inbox.put(Delivery(1, 1, topic, payload, retained=False))
    rig.run()
    assert rig.screen.view == before
    warnings = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    kinds = {warning.split(":")[0] for warning in warnings}
    assert len(warnings) == len(kinds) == 4


def test_a_message_for_another_unit_is_not_used(rig: Rig) -> None:
    connect(rig)
    before = rig.session.state
    packed = publication(STATE, state(picture(version=9), version=9), "main", "unit-4")
    rig.inbox.put(Delivery(1, 1, packed.topic, packed.payload, retained=False))
    rig.run()
    assert rig.session.state is before


def test_a_lost_link_marks_the_picture(rig: Rig) -> None:
    connect(rig)
    rig.inbox.put(Disconnected("gone"))
    rig.run()
    assert type(rig.screen.view.frame.link).__name__ == "LinkAlone"


@pytest.mark.parametrize(
    ("turns", "answered", "warnings"), [(2, False, 0), (9, False, 1), (3, True, 0), (9, True, 1)]
)
def test_a_broker_without_the_hall_s_hub_is_warned_of_once(
    rig: Rig, caplog: pytest.LogCaptureFixture, turns: int, answered: bool, warnings: int
) -> None:
    turn = count(1)

    def ten_seconds_later() -> bool:
        rig.clock.advance(10)
        return next(turn) >= turns

    rig.screen.attend = ten_seconds_later  # type: ignore[method-assign]
    rig.inbox.put(Connected(1))
    if answered:
        rig.deliver(STATE, state(picture()))
    Unit(rig.parts, rig.inbox).run()
    said = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert said == ["no hub of hall main answers unit unit-3"] * warnings


def test_closing_the_window_ends_the_unit(rig: Rig) -> None:
    rig.screen.attend_s, rig.screen.closed = 0.001, True
    Unit(rig.parts, rig.inbox).run()
    assert rig.inbox.empty()


def test_the_trace_names_what_is_drawn_and_pressed(rig: Rig) -> None:
    connect(rig, asked=True)
    rig.front.press("rating-4", 0.002)
    rig.run()
    lines = rig.traced()
    drawn = [line["drawn"] for line in lines if "drawn" in line]
    assert drawn[0] == "connecting"
    assert drawn[-2:] == ["inviting", "thanks"]
    assert [line["key"] for line in lines if "key" in line] == ["rating-4"]
    assert lines[-1]["call_id"] == "call-1"
    assert lines[-1]["thanked"] == "call-1"


def test_what_may_come_is_made_ready_once_there_is_time(rig: Rig) -> None:
    waiting: list[bool] = []

    def prepare(views: Iterable[View]) -> None:
        waiting.append(not rig.inbox.empty())
        rig.screen.prepared.extend(views)
        if isinstance(rig.screen.view, Thanks):
            rig.inbox.put(Stop("the test has looked"))
        elif len(waiting) == 2:
            rig.front.press("rating-4", 0.002)

    rig.inbox.put(Connected(1))
    rig.deliver(STATE, state(picture(asked=invitation())))
    rig.screen.prepare = prepare  # type: ignore[method-assign]
    Unit(rig.parts, rig.inbox).run()
    assert [type(view) for view in rig.screen.prepared] == [Thanks, Thanks, Calling]
    assert not any(waiting)


def test_a_key_that_is_held_down_is_reported_once_and_again_when_it_works(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_ms = [0.0]
    monkeypatch.setattr("device.unit.boot_ms", lambda: real_ms[0])
    connect(rig)
    for edge, at_ms in ((True, 1.0), (None, 20_000.0), (None, 25_000.0), (False, 30_000.0)):
        real_ms[0] = at_ms
        if edge is not None:
            rig.inbox.put(KeyEdge("no_show", edge, at_ms))
        rig.run()
    bodies = [json.loads(record.body) for record in rig.outbox.records(0, 9)]
    said = [(body["peripheral"], body["ok"], body["code"]) for body in bodies]
    assert said == [("key-no-show", False, "stuck"), ("key-no-show", True, None)]


def test_what_is_wrong_with_a_peripheral_is_a_record(rig: Rig) -> None:
    connect(rig)
    rig.inbox.put(Health("card_reader", ok=False, code="no_answer", detail="plug it in"))
    rig.inbox.put(Health("card_reader", ok=True, code="ok", detail="works again"))
    rig.run()
    bodies = [json.loads(record.body) for record in rig.outbox.records(0, 9)]
    said = [(body["peripheral"], body["ok"], body["code"]) for body in bodies]
    assert said == [("card-reader", False, "no_answer"), ("card-reader", True, None)]


def test_a_key_that_nobody_knows_is_counted(rig: Rig) -> None:
    connect(rig)
    rig.inbox.put(KeyEdge("volume", True, 1.0))
    rig.run()
    assert rig.topics()[-1] == "renew"
