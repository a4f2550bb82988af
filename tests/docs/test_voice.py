"""docs/voice.md says what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from device.voice.calls import Call
from device.voice.settings import VoiceSection
from device.voice.wording import One, reading

TEXT = (Path(__file__).parents[2] / "docs" / "voice.md").read_text(encoding="utf-8")
SETTINGS = re.findall(r"^\| `(\w+)` \| (.+?) \| ", TEXT, re.MULTILINE)
READ = re.findall(
    r"^\| (\w+), counter (\d+)(?:, `one = \"(.)\"`)? \| (\S+) \| (.+?) \|$", TEXT, re.MULTILINE
)
WITHOUT_DEFAULT = {"output": "needed", "device": "the first", "directory": "`spoken` beside"}


def test_every_setting_is_described_in_order_with_its_default() -> None:
    fields = VoiceSection.model_fields
    assert [name for name, _ in SETTINGS] == list(fields)
    for name, default in SETTINGS:
        if name in WITHOUT_DEFAULT:
            assert default.startswith(WITHOUT_DEFAULT[name])
            continue
        value = fields[name].default
        shown = json.loads(default.strip("`"))
        assert shown == (list(value) if isinstance(value, tuple) else value), name


@pytest.mark.parametrize(("number", "counter", "one", "mandarin", "english"), READ)
def test_numbers_are_read_as_the_table_says(
    number: str, counter: str, one: One, mandarin: str, english: str
) -> None:
    wording = VoiceSection(output="file", one=one or "一").wording()
    call = Call("c", number, counter)
    assert reading(call, "zh", wording) == mandarin
    assert reading(call, "en", wording) == english


def test_the_table_of_numbers_is_found() -> None:
    assert len(READ) == 4
