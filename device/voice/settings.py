"""The `[voice]` section of a unit's configuration file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from device.voice.queue import Rules
from device.voice.wording import Language, One, Pace, Wording, check_template
from wire.settings import Mistake, Settings


def _each_once(languages: tuple[Language, ...]) -> tuple[Language, ...]:
    if not languages:
        raise ValueError("at least one language is needed")
    if len(set(languages)) != len(languages):
        raise ValueError("a language stands there twice")
    return languages


Languages = Annotated[tuple[Language, ...], AfterValidator(_each_once)]
Template = Annotated[str, AfterValidator(check_template)]
NumberTemplate = Annotated[str, AfterValidator(partial(check_template, needed=("number",)))]


class VoiceSection(Settings):
    """How calls are spoken. Without the section they are not.

    `output` is chosen by its name; there is no fall-back. `device` is the sound card's name as
    the system lists it, without it the system's first. `directory` is where the
    WAV files of `output = "file"` go, without it `spoken` beside the outbox.
    """

    output: Literal["sound-card", "module", "file"]
    device: Annotated[str | None, Field(min_length=1)] = None
    directory: Path | None = None
    languages: Languages = ("zh",)
    repeat: Annotated[int, Field(ge=1, le=5)] = 2
    hurry_above: Annotated[int, Field(ge=0, le=100)] = 2
    stale_s: Annotated[float, Field(ge=5, le=600)] = 60.0
    most: Annotated[int, Field(ge=1, le=200)] = 30
    volume: Annotated[int, Field(ge=0, le=100)] = 80
    pace: Pace = "normal"
    chime: bool = True
    one: One = "一"
    zh: Template = "请{number}号到{counter}号窗口"
    zh_again: Template = "再次呼叫，请{number}号到{counter}号窗口"
    zh_voided: NumberTemplate = "请{number}号稍候，刚才的叫号已取消"
    en: Template = "Number {number}, please go to counter {counter}"
    en_again: Template = "Calling again: number {number}, please go to counter {counter}"
    en_voided: NumberTemplate = "Number {number}, please wait. Your call was taken back"

    def wording(self) -> Wording:
        """What is said."""
        return Wording(
            languages=self.languages,
            templates=MappingProxyType(
                {
                    ("called", "zh"): self.zh,
                    ("called", "en"): self.en,
                    ("recalled", "zh"): self.zh_again,
                    ("recalled", "en"): self.en_again,
                    ("voided", "zh"): self.zh_voided,
                    ("voided", "en"): self.en_voided,
                }
            ),
            one=self.one,
        )

    def rules(self) -> Rules:
        """How the queue goes."""
        return Rules(
            repeat=self.repeat,
            stale_s=self.stale_s,
            most=self.most,
            hurry_above=self.hurry_above,
        )


def mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """What is wrong between this section and others of a whole file, which may be anything."""
    voice, hardware = _table(raw, "voice"), _table(raw, "hardware")
    output = voice.get("output")
    if output == "file" and hardware.get("kind") == "real":
        problem = 'it goes with [hardware] kind = "emulated" only: nobody would hear the calls'
        yield Mistake("voice.output", output, problem)
    for key, needed in (("device", "sound-card"), ("directory", "file")):
        if key in voice and output != needed:
            yield Mistake(f"voice.{key}", voice[key], f'it goes with output = "{needed}" only')


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = raw.get(name)
    return section if isinstance(section, Mapping) else {}
