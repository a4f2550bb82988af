"""The `[voice]` section: its defaults, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.configuration import UnitSettings
from device.voice.queue import Rules
from device.voice.saying import Dictated, Spoken
from device.voice.wording import SYN6288
from tests.device.voice.examples import section
from wire.clock import ManualClock
from wire.errors import ConfigurationError
from wire.settings import parse

UNIT = """
[unit]
id = "unit-3"
hall = "main"
counter = "c3"
state = "/tmp/state"
[hardware]
kind = "{kind}"
[voice]
"""


def settings(voice: str, kind: str = "emulated") -> UnitSettings:
    return parse(UNIT.format(kind=kind) + voice, UnitSettings, "unit.toml")


def mistakes(voice: str, kind: str = "emulated") -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        settings(voice, kind)
    return [mistake.removeprefix("unit.toml: ") for mistake in caught.value.mistakes]


def test_a_unit_without_the_section_does_not_speak() -> None:
    text = UNIT.format(kind="real").replace("[voice]", "")
    assert parse(text, UnitSettings, "unit.toml").voice is None


def test_the_queue_goes_by_the_section() -> None:
    voice = settings('output = "file"\nrepeat = 1\nstale_s = 20\nmost = 5\nhurry_above = 0').voice
    assert voice is not None
    assert voice.rules() == Rules(repeat=1, stale_s=20.0, most=5, hurry_above=0)
    assert section().rules() == Rules(), "a default stands in one place only"


@pytest.mark.parametrize(
    ("voice", "problem"),
    [
        ('output = "loudspeaker"', "voice.output = 'loudspeaker': input should be "),
        ('output = "soundcard"', "Did you mean 'sound-card'?"),
        ("", "voice.output: is missing"),
        ('output = "file"\nlanguages = []', "voice.languages: at least one"),
        ('output = "file"\nlanguages = ["zh", "zh"]', "voice.languages: a language stands there"),
        ('output = "file"\nlanguages = ["fr"]', "voice.languages[1] = 'fr': "),
        ('output = "file"\nrepeat = 0', "voice.repeat = 0: "),
        ('output = "file"\nvolume = 101', "voice.volume = 101: "),
        ('output = "file"\none = "1"', "voice.one = '1': "),
        ('output = "file"\nrepeats = 1', "Did you mean 'repeat'?"),
        ('output = "file"\nzh = "请{numer}到{counter}"', "Did you mean {number}?"),
        ('output = "file"\nen_again = "Again"', "voice.en_again = 'Again': {number} is missing"),
        ('output = "file"\ndevice = "USB"', "voice.device = 'USB': it goes with output"),
        ('output = "sound-card"\ndirectory = "/x"', "voice.directory = '/x': it goes with output"),
    ],
)
def test_what_is_wrong_is_said(voice: str, problem: str) -> None:
    found = mistakes(voice)
    assert len(found) == 1
    assert problem in found[0]


def test_a_real_counter_does_not_speak_into_a_file() -> None:
    (mistake,) = mistakes('output = "file"', kind="real")
    assert "nobody would hear the calls" in mistake


def test_a_section_that_is_no_table_is_one_mistake() -> None:
    text = "voice = 3\n" + UNIT.format(kind="real").replace("[voice]", "")
    with pytest.raises(ConfigurationError, match="voice"):
        parse(text, UnitSettings, "unit.toml")


def test_the_output_is_made_as_it_is_named(tmp_path: Path) -> None:
    from device.drivers.simulated import SimulatedSpeech  # noqa: PLC0415
    from device.voice.making import make_saying  # noqa: PLC0415

    clock = ManualClock()
    module = (SimulatedSpeech(), SYN6288)
    assert isinstance(make_saying(section(), tmp_path, clock), Spoken)
    assert isinstance(make_saying(section(output="sound-card"), tmp_path, clock), Spoken)
    assert isinstance(make_saying(section(output="module"), tmp_path, clock, module), Dictated)
    with pytest.raises(ConfigurationError, match="no speech module is configured"):
        make_saying(section(output="module"), tmp_path, clock)
