"""Calls and wordings to try things on."""

from __future__ import annotations

from device.voice.calls import Call, Kind
from device.voice.settings import VoiceSection
from device.voice.wording import Wording


def call(
    number: str = "A012",
    counter: str = "3",
    *,
    call_id: str | None = None,
    kind: Kind = "called",
) -> Call:
    """A call; its id is its number unless another is given."""
    return Call(call_id or f"call-{number.lower()}", number, counter, kind)


def section(**settings: object) -> VoiceSection:
    """A `[voice]` that writes files, with other settings if they are given."""
    return VoiceSection.model_validate({"output": "file"} | settings)


def wording(**settings: object) -> Wording:
    """What is said by default, or with these settings of `[voice]`."""
    return section(**settings).wording()
