"""What says the calls, made as the configuration names it. Imports only what is chosen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from device.drivers.ports import HealthSink, Speech
from device.voice.calls import VoiceNews
from device.voice.saying import Dictated, Manner, Player, Saying, Sounds, Spoken
from device.voice.settings import VoiceSection
from device.voice.speaker import Speaker
from device.voice.synthesis import ESpeak
from device.voice.wording import ModuleKind
from wire.clock import Clock, RealClock
from wire.errors import ConfigurationError

RATE = 22050
"""Samples a second of eSpeak NG's voices."""


def make_speaker(
    section: VoiceSection,
    state: Path,
    clock: Clock,
    news: Callable[[VoiceNews], None],
    health: HealthSink,
    module: tuple[Speech, ModuleKind] | None = None,
) -> Speaker:
    """The unit's voice, not started yet. `module` is its speech module, if it has one.

    Files of an emulated hall keep to the hall's clock. Sound cannot be hurried, so its calls
    are stale after so many real seconds. Raises ConfigurationError as `make_saying`.
    """
    saying = make_saying(section, state, clock, module)
    own_clock = clock if section.output == "file" else RealClock()
    return Speaker(saying, section.rules(), own_clock, news, health)


def make_saying(
    section: VoiceSection,
    state: Path,
    clock: Clock,
    module: tuple[Speech, ModuleKind] | None = None,
) -> Saying:
    """What says the calls.

    Opens nothing yet. Raises ConfigurationError for an output that the unit does not have.
    """
    manner = manner_of(section)
    if section.output == "module":
        if module is None:
            raise ConfigurationError(
                ["voice.output = 'module': no speech module is configured on this unit."]
            )
        return Dictated(*module, manner)
    return Spoken(Sounds(ESpeak, manner), _player(section, state, clock))


def manner_of(section: VoiceSection) -> Manner:
    """How calls sound."""
    return Manner(section.wording(), section.pace, section.volume, section.chime)


def _player(section: VoiceSection, state: Path, clock: Clock) -> Player:
    if section.output == "file":
        from device.voice.files import WavDirectory  # noqa: PLC0415

        return WavDirectory(section.directory or state / "spoken", clock)
    from device.voice.sound import SoundCard  # noqa: PLC0415  other outputs need no SDL

    return SoundCard(section.device, RATE)
