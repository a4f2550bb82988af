"""`counter-unit say`: one call, for people who want to hear what a unit says."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from device.voice.calls import Call
from device.voice.files import write_wav
from device.voice.making import manner_of
from device.voice.pcm import Pcm
from device.voice.saying import Sounds
from device.voice.settings import VoiceSection
from device.voice.synthesis import ESpeak
from device.voice.wording import caption, reading
from wire.errors import ConfigurationError


def section_for(configured: VoiceSection | None, languages: Sequence[str] | None) -> VoiceSection:
    """The `[voice]` that counts, in these languages if any are named.

    Raises ConfigurationError for a language that there is not.
    """
    section = configured or VoiceSection(output="sound-card")
    if not languages:
        return section
    try:
        return VoiceSection.model_validate(section.model_dump() | {"languages": tuple(languages)})
    except ValidationError as error:
        raise ConfigurationError(
            [f"--lang {' --lang '.join(languages)}: there are zh and en, each once."]
        ) from error


def rehearse(
    section: VoiceSection, number: str, counter: str, out: Path | None, *, again: bool
) -> Iterator[str]:
    """Say a call into a file, or aloud without one; what was done, line by line.

    Raises VoiceError.
    """
    call = Call("rehearsal", number, counter, "recalled" if again else "called")
    began_s = time.monotonic()
    sound = Sounds(ESpeak, manner_of(section)).of(call)
    took_ms = (time.monotonic() - began_s) * 1000
    wording = section.wording()
    for language in wording.languages:
        yield f"{language}: {caption(call, language, wording)}"
        yield f"    read as {reading(call, language, wording)}"
    yield f"{sound.duration_s:.1f} s of sound, made in {took_ms:.0f} ms"
    if out is not None:
        write_wav(out, sound)
        yield f"written to {out}"
    else:
        _play(section.device, sound)
        yield "played on the sound card"


def _play(device: str | None, sound: Pcm) -> None:
    from device.voice.sound import SoundCard  # noqa: PLC0415  a file needs no SDL

    card = SoundCard(device, sound.rate)
    try:
        card.play(sound, "", lambda: None, threading.Event())
    finally:
        card.close()
