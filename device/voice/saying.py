"""Saying one call: its texts made into sound and played, or handed to a speech module."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Protocol

from device.drivers.ports import Speech
from device.voice.calls import Call, Turn
from device.voice.errors import VoiceError
from device.voice.pcm import Pcm, chime, joined, silence
from device.voice.wording import Language, ModuleKind, Pace, Wording, for_espeak, reading
from wire.errors import ConfigurationError, HardwareError

_KEPT_SOUNDS: Final = 8  # some 2 MB; a call, its repetition and its recall are made once
_BEFORE_S: Final = 0.05
_BETWEEN_S: Final = 0.35
_AFTER_S: Final = 0.6  # the silence that parts a call from the next
_CHIME_SHARE: Final = 60  # of the voice's volume, in per cent: a pure tone carries further
_MODULE_POLL_S: Final = 0.25
_MODULE_LONGEST_S: Final = 60.0
_SAMPLE: Final = Call("sample", "A012", "3")


class Stopping(Protocol):
    """What tells a player to give up: a `threading.Event` in a running unit."""

    def wait(self, timeout: float) -> bool:
        """Whether to give up, known after `timeout` seconds at the latest."""


class Saying(Protocol):
    """What makes a call heard. Used by one thread."""

    def open(self) -> None:
        """Make ready, and find out whether calls can be heard.

        Raises HardwareError. May be called again to see whether it has recovered.
        """

    def prepare(self, call: Call) -> None:
        """Make a call ready that is likely to be next. Raises HardwareError."""

    def say(self, turn: Turn, began: Callable[[], None], stopping: Stopping) -> None:
        """Say a call to its end. `began` is called when it starts to be heard.

        Raises HardwareError.
        """

    def close(self) -> None:
        """Give the devices back."""


class Player(Protocol):
    """What makes a sound heard."""

    def open(self) -> None:
        """Make ready, and find out whether it can be. Raises VoiceError. May be repeated."""

    def play(self, sound: Pcm, name: str, began: Callable[[], None], stopping: Stopping) -> None:
        """Play to the end, or until `stopping`. `began` is called when it starts to be heard.

        Raises VoiceError.
        """

    def close(self) -> None:
        """Give the device back."""


class Synthesiser(Protocol):
    """What makes sound of a text: `device.voice.synthesis.ESpeak`."""

    @property
    def rate(self) -> int:
        """Samples a second."""

    def speak(self, text: str, language: Language, pace: Pace, volume_percent: int) -> Pcm:
        """The sound of a text. Raises SynthesisFailed."""


@dataclass(frozen=True)
class Manner:
    """How calls sound. `volume_percent` from 0 to 100."""

    wording: Wording
    pace: Pace
    volume_percent: int
    chime: bool


class Sounds:
    """Calls made into sound, the last few kept."""

    def __init__(self, synthesiser: Callable[[], Synthesiser], manner: Manner) -> None:
        self._make_synthesiser = synthesiser
        self._synthesiser: Synthesiser | None = None
        self._manner = manner
        self._chime: Pcm | None = None
        self._made: OrderedDict[Call, Pcm] = OrderedDict()

    def of(self, call: Call) -> Pcm:
        """The whole sound of a call, its chime included. Raises SynthesisFailed."""
        key = replace(call, call_id="")  # calls of the same words sound alike
        if key not in self._made:
            self._made[key] = joined(self._pieces(call))
        self._made.move_to_end(key)
        if len(self._made) > _KEPT_SOUNDS:
            self._made.popitem(last=False)
        return self._made[key]

    def _pieces(self, call: Call) -> Iterator[Pcm]:
        voice = self._voice()
        manner = self._manner
        yield silence(voice.rate, _BEFORE_S)
        if manner.chime:
            yield self._bell(voice.rate)
        for index, language in enumerate(manner.wording.languages):
            if index:
                yield silence(voice.rate, _BETWEEN_S)
            text = for_espeak(call, language, manner.wording)
            yield voice.speak(text, language, manner.pace, manner.volume_percent)
        yield silence(voice.rate, _AFTER_S)

    def _bell(self, rate: int) -> Pcm:
        if self._chime is None:
            self._chime = chime(rate, self._manner.volume_percent * _CHIME_SHARE // 100)
        return self._chime

    def _voice(self) -> Synthesiser:
        if self._synthesiser is None:
            self._synthesiser = self._make_synthesiser()
        return self._synthesiser


class Spoken:
    """Calls made into sound here, and played."""

    def __init__(self, sounds: Sounds, player: Player) -> None:
        self._sounds = sounds
        self._player = player

    def open(self) -> None:
        """Load the voices and open the player. Raises VoiceError."""
        self._sounds.of(_SAMPLE)
        self._player.open()

    def prepare(self, call: Call) -> None:
        """Have the sound of this call ready. Raises SynthesisFailed."""
        self._sounds.of(call)

    def say(self, turn: Turn, began: Callable[[], None], stopping: Stopping) -> None:
        """Play the call to its end. Raises VoiceError."""
        call = turn.call
        name = f"{call.number}-{call.counter}-{turn.index}"
        self._player.play(self._sounds.of(call), name, began, stopping)

    def close(self) -> None:
        """Close the player."""
        self._player.close()


class Dictated:
    """Calls said by a speech module, which makes the sound by itself and has no chime.

    Raises ConfigurationError for a language that the module cannot speak.
    """

    def __init__(self, module: Speech, kind: ModuleKind, manner: Manner) -> None:
        foreign = [name for name in manner.wording.languages if name not in kind.languages]
        if foreign:
            raise ConfigurationError(
                [f"voice.languages: the {kind.name} does not speak {', '.join(foreign)}."]
            )
        self._module = module
        self._kind = kind
        self._manner = manner

    def open(self) -> None:
        """Ask the module whether it is there. Raises HardwareError."""
        with self._given_up_on_fault():
            self._module.probe()

    def prepare(self, call: Call) -> None:
        """The module needs no time."""

    def say(self, turn: Turn, began: Callable[[], None], stopping: Stopping) -> None:
        """Hand the texts over one after another, and wait until each is said.

        Raises HardwareError.
        """
        wording = self._manner.wording
        with self._given_up_on_fault():
            for index, language in enumerate(wording.languages):
                self._module.say(reading(turn.call, language, wording))
                if not index:
                    began()
                if self._until_said(stopping):
                    self._module.stop()
                    return
        stopping.wait(_AFTER_S)

    def close(self) -> None:
        """Give the line back."""
        self._module.close()

    @contextlib.contextmanager
    def _given_up_on_fault(self) -> Iterator[None]:
        """After a fault the port is opened anew: the cable may have been out."""
        try:
            yield
        except HardwareError:
            self._module.close()
            raise

    def _until_said(self, stopping: Stopping) -> bool:
        """Wait for the module; whether to give up. Raises VoiceError if it never ends."""
        for _ in range(round(_MODULE_LONGEST_S / _MODULE_POLL_S)):
            if stopping.wait(_MODULE_POLL_S):
                return True
            if not self._module.is_speaking():
                return False
        raise VoiceError(f"the {self._kind.name} says that it speaks, for a minute now")
