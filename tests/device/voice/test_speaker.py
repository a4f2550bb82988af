"""The speaker: news, health, captions that go on, an end in finite time."""

from __future__ import annotations

import threading

import pytest

from device.drivers.ports import Health
from device.voice.calls import Silent, Speaking, VoiceNews
from device.voice.errors import SoundCardFailed
from device.voice.queue import Rules
from device.voice.speaker import SILENT_TURN_S, Speaker
from tests.device.voice.examples import call
from tests.device.voice.fakes import FakeSaying
from wire.clock import ManualClock
from wire.errors import NoAnswer

PATIENCE_S = 30


class Desk:
    """A speaker on a stand-in, and all that it tells."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.saying = FakeSaying()
        self.clock = ManualClock()
        self.news: list[VoiceNews] = []
        self.health: list[Health] = []
        self.silent = threading.Event()
        rules = rules or Rules(repeat=1)
        self.speaker = Speaker(self.saying, rules, self.clock, self._hear, self.health.append)

    def speak_all(self) -> None:
        while self.speaker.speak_next():
            pass

    def told(self) -> list[tuple[str, str]]:
        """The news in short."""
        return [
            ("speaking" if news.aloud else "mute", news.turn.call.number)
            if isinstance(news, Speaking)
            else ("silent", news.call_id)
            for news in self.news
        ]

    def _hear(self, news: VoiceNews) -> None:
        self.news.append(news)
        if isinstance(news, Silent):
            self.silent.set()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def without_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Turns in silence end at once; how long they would have been."""
    waits: list[float] = []

    def wait(timeout: float) -> bool:
        waits.append(timeout)
        return False

    monkeypatch.setattr(desk.speaker._stopping, "wait", wait)
    return waits


def test_the_caption_goes_with_the_call_that_is_spoken(desk: Desk) -> None:
    desk.speaker.say(call("A001"))
    desk.speaker.say(call("A002"))
    desk.speak_all()
    assert desk.told() == [("speaking", "A001"), ("speaking", "A002"), ("silent", "call-a002")]


def test_each_repetition_is_told_with_its_time() -> None:
    desk = Desk(Rules(repeat=2))
    desk.saying.while_speaking = lambda _: desk.clock.advance(4.0)
    desk.speaker.say(call())
    desk.speak_all()
    turns = [
        (news.turn.index, news.started_s - 1000.0)
        for news in desk.news
        if isinstance(news, Speaking)
    ]
    assert turns == [(1, 0.0), (2, 4.0)]
    assert desk.saying.said == [("A012", 1), ("A012", 2)]


def test_calls_that_come_while_one_is_spoken_wait_for_its_end(desk: Desk) -> None:
    def rush(_: object) -> None:
        desk.saying.while_speaking = lambda _: None
        for index in range(1, 10):
            desk.clock.advance(0.1)
            desk.speaker.say(call(f"A00{index}"))

    desk.saying.while_speaking = rush
    desk.speaker.say(call("A000"))
    desk.speak_all()
    assert desk.saying.said == [(f"A00{index}", 1) for index in range(10)]


def test_a_call_that_ends_while_another_is_spoken_is_not(desk: Desk) -> None:
    desk.speaker.say(call("A001"))
    desk.speaker.say(call("A002"))
    desk.saying.while_speaking = lambda _: desk.speaker.forget("call-a002")
    desk.speak_all()
    assert desk.told() == [("speaking", "A001"), ("silent", "call-a001")]
    assert desk.speaker.counts.forgotten == 1


def test_the_last_caption_ends_though_a_stale_call_would_have_followed(desk: Desk) -> None:
    desk.speaker.say(call("A001"))
    desk.speaker.say(call("A002"))
    desk.saying.while_speaking = lambda _: desk.clock.advance(100.0)
    desk.speak_all()
    assert desk.told() == [("speaking", "A001"), ("silent", "call-a001")]
    assert desk.speaker.counts.stale == 1


def test_the_next_call_is_made_ready_while_one_is_spoken() -> None:
    desk = Desk(Rules(repeat=2))
    desk.speaker.say(call("A001"))
    desk.speaker.say(call("A002"))
    desk.speak_all()
    assert [made.number for made in desk.saying.prepared] == ["A001", "A002", "A002"]


def test_a_voice_in_trouble_is_told_of_once_and_its_captions_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = without_waiting(desk, monkeypatch)
    desk.saying.fault = SoundCardFailed("no card")
    desk.speaker.begin()
    for number in ("A001", "A002"):
        desk.speaker.say(call(number))
    desk.speak_all()
    assert desk.health == [Health("voice", ok=False, code="sound_card", detail="no card")]
    assert desk.told() == [("mute", "A001"), ("mute", "A002"), ("silent", "call-a002")]
    assert waits == [SILENT_TURN_S] * 2


def test_a_voice_that_is_heard_again_is_told_of(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(desk, monkeypatch)
    faults = [None, SoundCardFailed("no card"), NoAnswer("silent"), NoAnswer("silent"), None, None]
    for fault in faults:
        desk.saying.fault = fault
        desk.speaker.begin()
    assert [(health.ok, health.code) for health in desk.health] == [
        (True, "ok"),
        (False, "sound_card"),
        (False, "no_answer"),
        (True, "ok"),
    ]


def test_a_call_that_breaks_off_is_not_shown_a_second_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = without_waiting(desk, monkeypatch)
    desk.saying.fails_midway = True
    desk.speaker.say(call())
    desk.speak_all()
    assert desk.told() == [("speaking", "A012"), ("silent", "call-a012")]
    assert [health.ok for health in desk.health] == [False]
    assert waits == [], "nor does its caption stay"


def test_the_thread_speaks_and_ends(desk: Desk) -> None:
    for index in range(10):
        desk.speaker.say(call(f"A00{index}"))
    desk.speaker.start()
    assert desk.silent.wait(PATIENCE_S)
    desk.speaker.close()
    assert [number for number, _ in desk.saying.said] == [f"A00{index}" for index in range(10)]
    assert desk.saying.closed
    assert not desk.speaker._thread.is_alive()


def test_a_voice_is_looked_after_without_a_call(desk: Desk) -> None:
    desk.clock.real_seconds = lambda duration_s: duration_s / 1000  # type: ignore[method-assign]
    told = threading.Event()
    codes: list[str] = []

    def hear(health: Health) -> None:
        codes.append(health.code)
        desk.saying.fault = SoundCardFailed("no card") if len(codes) == 1 else None
        if len(codes) == 3:
            told.set()

    desk.speaker._health = hear
    desk.speaker.start()
    assert told.wait(PATIENCE_S)
    desk.speaker.close()
    assert codes == ["ok", "sound_card", "ok"]


def test_an_end_breaks_off_a_turn_in_silence(desk: Desk) -> None:
    shown = threading.Event()
    desk.saying.fault = SoundCardFailed("no card")
    desk.clock.real_seconds = lambda duration_s: PATIENCE_S + duration_s  # type: ignore[method-assign]
    desk.speaker._news = lambda _: shown.set()
    desk.speaker.start()
    desk.speaker.say(call())
    assert shown.wait(PATIENCE_S)
    desk.speaker.close()
    assert not desk.speaker._thread.is_alive()


def test_a_mistake_of_ours_is_a_fault_and_the_captions_go_on(desk: Desk) -> None:
    def surprise(_: object) -> None:
        desk.saying.speaking = False
        desk.saying.while_speaking = lambda _: None
        raise RuntimeError("surprise")

    desk.saying.while_speaking = surprise
    desk.speaker.say(call("A001"))
    desk.speaker.say(call("A002"))
    desk.speak_all()
    assert [(health.ok, health.code) for health in desk.health] == [(False, "voice"), (True, "ok")]
    assert desk.told() == [("speaking", "A001"), ("speaking", "A002"), ("silent", "call-a002")]
