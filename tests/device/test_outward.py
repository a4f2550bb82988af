"""The sign over the window and the voice follow the picture on show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.drivers.ports import SignText
from device.events import Kept, LinkDown, LinkUp, StaffKey, StaffPressed, StateCame, Write
from device.outward import STALE_S, Outward
from device.session import Session
from device.stages import Stage
from device.voice.calls import Call
from tests.device.samples import RUN, SERVICE, TRANSFERS, grant, moment, picture, state
from wire.messages import CounterPicture, CounterState


class Ears:
    """A sign and a voice that remember."""

    def __init__(self) -> None:
        self.shown: list[SignText] = []
        self.said: list[Call] = []
        self.forgotten: list[str] = []

    def show(self, content: SignText) -> None:
        self.shown.append(content)

    def say(self, call: Call) -> None:
        self.said.append(call)

    def forget(self, call_id: str) -> None:
        self.forgotten.append(call_id)


class Counter:
    """A session whose outward side is heard."""

    def __init__(self) -> None:
        self.ears = Ears()
        self.outward = Outward(self.ears, self.ears)
        self.session = Session(RUN, "c3")
        self.session.handle(LinkUp(), moment(100.0))
        self.version = 0

    def news(self, shown: CounterPicture) -> None:
        self.version += 1
        news = state(shown, version=self.version, n=self.session.hearing.n, grants=[grant(1)])
        self.session.handle(StateCame(news), moment(100.0))
        self.outward.follow(self.session)

    def press_alone(self, key: StaffKey) -> None:
        self.session.handle(LinkDown(), moment(101.0))
        for effect in self.session.handle(StaffPressed(key, f"k{self.version}"), moment(101.0)):
            assert isinstance(effect, Write)
            self.session.handle(Kept(effect.body, 1), moment(101.0))
        self.outward.follow(self.session)


@pytest.mark.parametrize(
    ("shown", "sign"),
    [
        (CounterState.CLOSED, SignText("")),
        (CounterState.IDLE, SignText("")),
        (CounterState.CALLED, SignText("请A002号", "A002")),
        (CounterState.SERVING, SignText("A002", "A002")),
        (CounterState.PAUSED, SignText("暂停服务")),
    ],
)
def test_the_sign_shows_what_the_counter_is_about(shown: CounterState, sign: SignText) -> None:
    counter = Counter()
    for _ in range(2):
        counter.news(picture(shown))
    assert counter.ears.shown == [sign]


def test_a_call_is_spoken_once_each_time_it_is_called_and_forgotten_when_it_ends() -> None:
    counter = Counter()
    for recalls in (0, 0, 1):
        counter.news(picture(CounterState.CALLED, recalls=recalls))
    counter.news(picture(CounterState.SERVING, recalls=1))
    first = Call("call-2", "A002", "3", "called", SERVICE.zh, SERVICE.en)
    assert counter.ears.said == [first, replace(first, kind="recalled")]
    assert counter.ears.forgotten == ["call-2"]


def test_a_call_that_is_old_by_now_is_shown_and_not_spoken() -> None:
    counter = Counter()
    called = picture(CounterState.CALLED)
    assert called.ticket
    late = called.ticket.model_copy(update={"since_s": STALE_S + 1})
    counter.news(called.model_copy(update={"ticket": late}))
    assert (len(counter.ears.shown), counter.ears.said) == (1, [])


def test_a_call_made_alone_is_spoken_too() -> None:
    counter = Counter()
    counter.news(picture())
    counter.press_alone(StaffKey.NEXT)
    assert [call.number for call in counter.ears.said] == ["B001"]
    assert counter.ears.shown[-1] == SignText("请B001号", "B001")


def test_a_call_that_is_taken_back_is_said_to_be_so_once() -> None:
    counter = Counter()
    counter.news(picture(CounterState.CALLED))
    taken_back = picture().model_copy(update={"voided": "call-2"})
    for _ in range(2):
        counter.news(taken_back)
    assert [call.kind for call in counter.ears.said] == ["called", "voided"]
    assert {call.number for call in counter.ears.said} == {"A002"}
    following = picture(CounterState.CALLED, call_id="call-3")
    counter.news(following.model_copy(update={"voided": "call-2"}))
    assert [call.call_id for call in counter.ears.said[2:]] == ["call-3"]


def test_what_was_taken_back_before_this_run_or_never_said_is_not_told() -> None:
    counter = Counter()
    counter.news(picture().model_copy(update={"voided": "call-1"}))
    counter.news(picture(CounterState.CALLED))
    counter.news(picture().model_copy(update={"voided": "call-9"}))
    assert [call.kind for call in counter.ears.said] == ["called"]


def test_outside_nothing_changes_while_the_clerk_chooses_where_to_send_a_number() -> None:
    counter = Counter()
    counter.news(picture(CounterState.CALLED))
    called = state(picture(CounterState.CALLED), version=9, transfers=TRANSFERS)
    counter.session.handle(StateCame(called), moment(100.0))
    counter.session.handle(StaffPressed(StaffKey.TRANSFER, "k1"), moment(100.0))
    counter.outward.follow(counter.session)
    assert counter.session.stage is Stage.SENDING_ON
    assert counter.ears.shown == [SignText("请A002号", "A002")]
    assert counter.ears.forgotten == []


def test_a_counter_without_either_is_quiet() -> None:
    counter = Counter()
    counter.outward = Outward()
    counter.news(picture(CounterState.CALLED))
    assert (counter.ears.said, counter.ears.shown) == ([], [])
