"""Calls through the real drivers of speech modules to emulated modules, byte by byte."""

from __future__ import annotations

import pytest

from device.drivers.far_ends.speech import SpeechChip
from device.drivers.ports import Health
from device.drivers.registry import make_speech
from device.drivers.speech_module import Syn6288, Xfs5152
from device.voice.calls import Speaking, VoiceNews
from device.voice.making import manner_of
from device.voice.queue import Rules
from device.voice.saying import Dictated
from device.voice.speaker import Speaker
from device.voice.wording import MODULE_KINDS
from tests.device.drivers.kit import DirectLine
from tests.device.voice.examples import call, section
from wire.clock import ManualClock

LIMITS = {"syn6288": Syn6288.limit_bytes, "xfs5152": Xfs5152.limit_bytes}


class Bench:
    """A speech module on a line, and a speaker that works it, in time that a test makes."""

    def __init__(self, kind: str, monkeypatch: pytest.MonkeyPatch, **settings: object) -> None:
        self.clock = ManualClock()
        self.chip = SpeechChip(self.clock.monotonic, LIMITS[kind], checksum=kind == "syn6288")
        self.line = DirectLine(self.chip)
        voice = section(output="module", **settings)
        module = MODULE_KINDS[kind]
        driver = make_speech(
            kind, self.line, volume=module.volume(voice.volume), speed=module.paces[voice.pace]
        )
        self.health: list[Health] = []
        self.spoken: list[tuple[str, bool]] = []
        dictated = Dictated(driver, module, manner_of(voice))
        self.speaker = Speaker(
            dictated, Rules(repeat=1), self.clock, self._hear, self.health.append
        )
        monkeypatch.setattr(self.speaker._stopping, "wait", self._wait)
        self.speaker.begin()

    def say(self, *numbers: str) -> None:
        for number in numbers:
            self.speaker.say(call(number))
        while self.speaker.speak_next():
            pass

    def _hear(self, news: VoiceNews) -> None:
        if isinstance(news, Speaking):
            self.spoken.append((news.turn.call.number, news.aloud))

    def _wait(self, timeout: float) -> bool:
        self.clock.advance(timeout)
        return False


@pytest.mark.parametrize(
    ("kind", "settings", "texts"),
    [
        ("syn6288", {}, ["[v13][t4]请A零一二号到三号窗口"]),
        ("syn6288", {"volume": 100, "pace": "fast"}, ["[v16][t5]请A零一二号到三号窗口"]),
        ("syn6288", {"one": "幺"}, ["[v13][t4]请A零幺二号到三号窗口"]),
        (
            "xfs5152",
            {"languages": ["zh", "en"], "pace": "slow"},
            [
                "[v8][s3]请A零一二号到三号窗口",
                "[v8][s3]Number A 0 1 2, please go to counter 3",
            ],
        ),
    ],
)
def test_a_module_hears_the_call_after_its_marks(
    kind: str, settings: dict[str, object], texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(kind, monkeypatch, **settings)
    bench.say("A012")
    assert bench.chip.said == texts
    assert [health.ok for health in bench.health] == [True]


def test_ten_calls_at_once_do_not_cut_each_other_off(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench("syn6288", monkeypatch)
    cut: list[bytes] = []
    speaks = bench.chip._speak

    def speak(body: bytes) -> object:
        if bench.chip.is_speaking:
            cut.append(body)
        return speaks(body)

    monkeypatch.setattr(bench.chip, "_speak", speak)
    numbers = [f"A{index:03}" for index in range(10)]
    bench.say(*numbers)
    assert bench.spoken == [(number, True) for number in numbers]
    assert len(bench.chip.said) == 10
    assert cut == []


def test_a_module_that_is_pulled_out_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench("xfs5152", monkeypatch)
    bench.line.plugged = False
    bench.say("A001", "A002")
    bench.line.plugged = True
    bench.say("A003")
    assert bench.spoken == [("A001", False), ("A002", False), ("A003", True)]
    assert [health.code for health in bench.health] == ["ok", "unplugged", "ok"]
    assert len(bench.chip.said) == 1
