"""Saying a call: sounds made once and played, or texts handed to a speech module."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from device.drivers.simulated import SimulatedSpeech
from device.voice.calls import Turn
from device.voice.errors import SoundCardFailed, VoiceError
from device.voice.making import manner_of
from device.voice.saying import Dictated, Manner, Sounds, Spoken
from device.voice.wording import SYN6288, XFS5152CE
from tests.device.voice.examples import call, section
from tests.device.voice.fakes import FakePlayer, FakeSynthesiser
from wire.errors import ConfigurationError, NoAnswer

BOTH: list[str] = ["zh", "en"]


class Never:
    """Nobody gives up, and no time passes."""

    def __init__(self) -> None:
        self.waits = 0

    def wait(self, timeout: float) -> bool:
        self.waits += 1
        return False


@pytest.fixture
def synthesiser() -> FakeSynthesiser:
    return FakeSynthesiser()


def sounds(synthesiser: FakeSynthesiser, **settings: object) -> Sounds:
    return Sounds(lambda: synthesiser, manner_of(section(**settings)))


def test_each_language_is_spoken_in_its_order_and_manner(synthesiser: FakeSynthesiser) -> None:
    sounds(synthesiser, languages=["en", "zh"], pace="slow", volume=50).of(call())
    assert synthesiser.texts == [
        ("en", "Number A; 0 1 2, please go to counter 3", "slow", 50),
        ("zh", "请A·零壹二号到三号窗口", "slow", 50),
    ]


def test_a_call_is_made_into_sound_once(synthesiser: FakeSynthesiser) -> None:
    made = sounds(synthesiser)
    first = made.of(call(call_id="one"))
    assert made.of(call(call_id="two")) is first
    assert len(synthesiser.texts) == 1
    assert made.of(call(kind="recalled")) is not first
    for index in range(10):
        made.of(call(f"B{index}"))
    assert made.of(call()) is not first, "few are kept"


def test_the_chime_comes_before_the_voice(synthesiser: FakeSynthesiser) -> None:
    with_chime = sounds(synthesiser).of(call())
    without = sounds(synthesiser, chime=False).of(call())
    assert with_chime.duration_s - without.duration_s == pytest.approx(1.35)
    voice = synthesiser.speak("请A·零壹二号到三号窗口", "zh", "normal", 80).samples
    assert voice in with_chime.samples[20_000:]
    assert voice in without.samples


def test_the_sample_is_ready_before_the_first_call(synthesiser: FakeSynthesiser) -> None:
    player = FakePlayer()
    spoken = Spoken(sounds(synthesiser), player)
    spoken.open()
    assert (player.opened, len(synthesiser.texts)) == (1, 1)
    spoken.prepare(call("B001"))
    spoken.say(Turn(call("B001"), 2), lambda: None, threading.Event())
    assert [name for name, _ in player.played] == ["B001-3-2"]
    assert len(synthesiser.texts) == 2
    spoken.close()
    assert player.closed


def test_what_the_player_finds_wrong_is_passed_on(synthesiser: FakeSynthesiser) -> None:
    player = FakePlayer()
    player.fault = SoundCardFailed("no card")
    spoken = Spoken(sounds(synthesiser), player)
    with pytest.raises(SoundCardFailed):
        spoken.open()
    with pytest.raises(SoundCardFailed):
        spoken.say(Turn(call(), 1), lambda: None, threading.Event())


def manner(**settings: object) -> Manner:
    return manner_of(section(**settings))


def test_a_module_is_given_the_words_and_waited_for() -> None:
    module = SimulatedSpeech()
    began: list[list[str]] = []
    dictated = Dictated(module, XFS5152CE, manner(languages=BOTH))
    dictated.open()
    dictated.say(Turn(call(), 1), lambda: began.append(list(module.said)), Never())
    assert module.said == ["请A零一二号到三号窗口", "Number A 0 1 2, please go to counter 3"]
    assert began == [["请A零一二号到三号窗口"]], "it begins with the first of them"
    assert not module.is_speaking(), "each was waited for"


def test_a_module_is_told_to_be_quiet_when_the_unit_ends() -> None:
    class Speaking(SimulatedSpeech):
        stopped = False

        def is_speaking(self) -> bool:
            return True

        def stop(self) -> None:
            self.stopped = True

    module = Speaking()
    ending = threading.Event()
    ending.set()
    Dictated(module, SYN6288, manner()).say(Turn(call(), 1), lambda: None, ending)
    assert module.stopped
    with pytest.raises(VoiceError, match="for a minute now"):
        Dictated(module, SYN6288, manner()).say(Turn(call(), 1), lambda: None, Never())


class _Plugged(SimulatedSpeech):
    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_silent_module_is_an_error_at_once_and_its_port_opened_anew() -> None:
    module = _Plugged()
    module.fault = NoAnswer("silent")
    dictated = Dictated(module, SYN6288, manner())
    with pytest.raises(NoAnswer):
        dictated.open()
    with pytest.raises(NoAnswer):
        dictated.say(Turn(call(), 1), lambda: None, Never())
    assert module.closed == 2


def test_a_module_is_not_given_a_language_that_it_does_not_speak() -> None:
    with pytest.raises(ConfigurationError, match="SYN6288 does not speak en"):
        Dictated(SimulatedSpeech(), SYN6288, manner(languages=BOTH))


def test_sounds_differ_by_everything_that_is_heard(synthesiser: FakeSynthesiser) -> None:
    made = sounds(synthesiser, zh="请{number}号到{counter}号窗口办{service}")
    base = call()
    others = [
        replace(base, number="A013"),
        replace(base, counter="4"),
        replace(base, kind="recalled"),
        replace(base, service_zh="社保"),
    ]
    heard = {made.of(other).samples for other in [base, *others]}
    assert len({text for _, text, _, _ in synthesiser.texts}) == 5
    assert len(heard) >= 3
