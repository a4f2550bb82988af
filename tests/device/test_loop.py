"""What the loops of all roles share."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.events import Heard, LinkDown, LinkUp, Say
from device.hearing import Beat
from device.inbox import Inbound, Stop, Watchdog
from device.loop import Anomalies, Line, Mail, Waiting, tidy
from device.outbox import Outbox, open_outbox
from device.uplink import Identity, Uplink
from tests.device.board_samples import alone, announce
from tests.device.samples import OUTBOX, RUN, FakeLink, moment, picture, state
from wire.clock import ManualClock
from wire.errors import StorageError
from wire.link import Connected, Delivery, Disconnected
from wire.messages import Message
from wire.sdnotify import Notifier
from wire.topics import ANNOUNCE, CALL, STATE, Topic, publication

IDENTITY = Identity("main", "unit-3", RUN, "c3", "nextwindow 0")
START_S = 1000.0


class Glass:
    """A display that wants to be attended to every `attend_s`."""

    def __init__(self, attend_s: float | None) -> None:
        self.attend_s = attend_s

    def attend(self) -> bool:
        return False


class Halved(ManualClock):
    """A clock that goes twice as fast as the real one."""

    def real_seconds(self, duration_s: float) -> float:
        return duration_s / 2


class Sent:
    """An uplink that has a deadline of its own."""

    def __init__(self, deadline_s: float | None) -> None:
        self.deadline_s = deadline_s


def waiting(
    sent_s: float | None = None,
    attend_s: float | None = None,
    watchdog_s: float | None = None,
    inbox: queue.SimpleQueue[Inbound] | None = None,
) -> Waiting:
    """At `START_S` of a clock that goes twice as fast; the watchdog has just been fed."""
    watchdog = Watchdog(Notifier(""), watchdog_s)
    watchdog.feed()
    uplink: Uplink = Sent(sent_s)  # type: ignore[assignment]
    clock = Halved(monotonic=START_S)
    return Waiting(clock, inbox or queue.SimpleQueue(), uplink, Glass(attend_s), watchdog)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    made = open_outbox(tmp_path, lambda: OUTBOX)
    yield made
    made.close()


# --- how long to sleep ---

later_s = st.floats(0.0, 1e6)
maybe_s = st.none() | later_s


@pytest.mark.slow
@given(later_s, maybe_s, maybe_s, maybe_s, maybe_s)
def test_it_sleeps_until_the_first_deadline_of_any(
    first: float, second: float | None, sent: float | None, attend: float | None, left: float | None
) -> None:
    on_the_clock = [each for each in (first, second, sent) if each is not None]
    in_real_time = [each for each in (attend, left) if each is not None]
    deadlines = [START_S + first, None if second is None else START_S + second]
    pause = waiting(None if sent is None else START_S + sent, attend)
    expected = min([each / 2 for each in on_the_clock] + in_real_time)
    assert pause.idle_s(*deadlines, left_s=left) == pytest.approx(expected, abs=1e-6)


def test_a_deadline_that_has_passed_is_not_slept_for() -> None:
    assert waiting().idle_s(START_S - 5.0) == 0.0


def test_it_wakes_to_feed_the_watchdog() -> None:
    assert 0.0 <= waiting(watchdog_s=30.0).idle_s(START_S + 1e6) <= 30.0


def test_what_is_in_the_inbox_comes_first_and_nothing_once_a_deadline_has_passed() -> None:
    inbox: queue.SimpleQueue[Inbound] = queue.SimpleQueue()
    inbox.put(Stop("first"))
    pause = waiting(inbox=inbox)
    assert pause.next(START_S - 1.0) == Stop("first")
    assert pause.next(START_S - 1.0) is None


# --- what is said once ---


def test_the_link_is_followed_and_each_change_of_it_logged_once(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "device.loop")
    link = FakeLink()
    line = Line(Uplink(link, outbox, IDENTITY))
    down = [line.follow(Disconnected("no route")) for _ in range(2)]
    up = [line.follow(Connected(generation)) for generation in (1, 2)]
    gone = line.follow(Disconnected("gone"))
    assert (down, up, gone) == ([LinkDown()] * 2, [LinkUp()] * 2, LinkDown())
    assert [record.getMessage() for record in caplog.records] == [
        "not connected: no route",
        "connected to the broker",
        "not connected: gone",
    ]
    assert len(link.take()) == 2  # it says that it is online on every connection


def test_a_lost_link_stops_what_is_on_the_way_until_the_hub_is_heard(outbox: Outbox) -> None:
    link = FakeLink()
    uplink = Uplink(link, outbox, IDENTITY)
    line = Line(uplink)
    line.follow(Connected(1))
    outbox.append("{}", 0.0)
    line.carry_out(Heard(1, OUTBOX, 0), moment(START_S))
    uplink.pump(START_S)
    assert uplink.deadline_s is not None
    line.follow(Disconnected("gone"))
    assert uplink.deadline_s is None


def test_a_beat_is_sent(outbox: Outbox) -> None:
    link = FakeLink()
    Line(Uplink(link, outbox, IDENTITY)).carry_out(
        Say(Beat(hello=False, n=7, epoch=1, epoch_id=None, version=2)), moment(START_S)
    )
    (sent,) = link.take()
    assert sent.topic.endswith("/renew")


def test_anomalies_are_logged_once_a_kind(caplog: pytest.LogCaptureFixture) -> None:
    anomalies = Anomalies()
    for kind in ("a", "b", "a", "a"):
        anomalies.count(kind, f"the first {kind}")
    assert [record.getMessage().split(";")[0] for record in caplog.records] == [
        "a: the first a",
        "b: the first b",
    ]


# --- what the broker delivers ---


def delivered(topic: Topic, message: Message, unit: str) -> Delivery:
    packed = publication(topic, message, "main", unit)
    return Delivery(1, 1, packed.topic, packed.payload, retained=False)


def test_a_message_for_this_unit_is_opened_and_another_s_is_not() -> None:
    mail, message = Mail(IDENTITY, Anomalies()), state(picture())
    assert mail.open(delivered(STATE, message, "unit-3")) == message
    assert mail.open(delivered(STATE, message, "unit-4")) is None


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"v": 99}', b"\xff", b"x" * 70_000])
def test_what_cannot_be_read_is_counted(payload: bytes, caplog: pytest.LogCaptureFixture) -> None:
    address = STATE.of("main", "unit-3")
    mail = Mail(IDENTITY, Anomalies())
    assert mail.open(Delivery(1, 1, address, payload, retained=False)) is None
    assert len(caplog.records) == 1


@pytest.mark.parametrize("topic", [ANNOUNCE, CALL])
def test_only_who_overhears_a_topic_hears_it_of_everybody(topic: Topic) -> None:
    message = announce("c1", 0.0) if topic is ANNOUNCE else alone("c1", 0.0)
    example = delivered(topic, message, "unit-4")
    assert Mail(IDENTITY, Anomalies()).open(example) is None
    heard = Mail(IDENTITY, Anomalies(), (ANNOUNCE, CALL)).open(example)
    assert isinstance(heard, topic.message)


def test_overhearing_calls_makes_nobody_hear_other_units_states() -> None:
    mail = Mail(IDENTITY, Anomalies(), (ANNOUNCE, CALL))
    assert mail.open(delivered(STATE, state(picture()), "unit-4")) is None


# --- the outbox ---


class Untidy:
    """An outbox that is to be tidied, and perhaps cannot be."""

    def __init__(self, *, untidy: bool = True, broken: bool = False) -> None:
        self.untidy, self._broken, self.tidied = untidy, broken, 0

    def tidy(self, now_s: float) -> int:
        self.tidied += 1
        if self._broken:
            raise StorageError("no space")
        return 3


@pytest.mark.parametrize(("untidy", "times"), [(True, 1), (False, 0)])
def test_only_an_untidy_outbox_is_tidied(untidy: bool, times: int) -> None:
    box = Untidy(untidy=untidy)
    tidy(box, time.time())  # type: ignore[arg-type]
    assert box.tidied == times


def test_an_outbox_that_cannot_be_tidied_is_worth_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tidy(Untidy(broken=True), time.time())  # type: ignore[arg-type]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
