"""Stand-ins on the voice's own ports: they keep what they are given and fail when told to."""

from __future__ import annotations

from collections.abc import Callable

from device.voice.calls import Call, Turn
from device.voice.errors import SoundCardFailed
from device.voice.pcm import Pcm
from device.voice.saying import Stopping
from device.voice.wording import Language, Pace
from wire.errors import HardwareError

RATE = 8000


class FakeSynthesiser:
    """Makes a hundredth of a second of sound for each sign of a text, and keeps the texts."""

    rate = RATE

    def __init__(self) -> None:
        self.texts: list[tuple[Language, str, Pace, int]] = []

    def speak(self, text: str, language: Language, pace: Pace, volume_percent: int) -> Pcm:
        """Sound of the length of the text."""
        self.texts.append((language, text, pace, volume_percent))
        return Pcm(RATE, b"\x10\x20" * (len(text) * RATE // 100))


class FakePlayer:
    """Has played every sound at once; `fault` is raised while it is set."""

    def __init__(self) -> None:
        self.fault: HardwareError | None = None
        self.played: list[tuple[str, Pcm]] = []
        self.opened = 0
        self.closed = False

    def open(self) -> None:
        """Count it."""
        self._work()
        self.opened += 1

    def play(self, sound: Pcm, name: str, began: Callable[[], None], stopping: Stopping) -> None:
        """Keep the sound."""
        self._work()
        began()
        self.played.append((name, sound))

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def _work(self) -> None:
        if self.fault is not None:
            raise self.fault


class FakeSaying:
    """Has said every call at once; keeps its calls, and can be made to fail or to take part.

    `while_speaking` is run in the middle of each turn, with the turn.
    """

    def __init__(self) -> None:
        self.fault: HardwareError | None = None
        self.fails_midway = False
        self.while_speaking: Callable[[Turn], None] = lambda _: None
        self.said: list[tuple[str, int]] = []
        self.prepared: list[Call] = []
        self.speaking = False
        self.closed = False

    def open(self) -> None:
        """Fail if told to."""
        self._work()

    def prepare(self, call: Call) -> None:
        """Keep it."""
        self.prepared.append(call)

    def say(self, turn: Turn, began: Callable[[], None], stopping: Stopping) -> None:
        """Say it at once. Raises AssertionError if another call is being said."""
        self._work()
        assert not self.speaking, "one call has cut another off"
        self.speaking = True
        began()
        self.while_speaking(turn)
        self.speaking = False
        if self.fails_midway:
            raise SoundCardFailed("stalled")
        self.said.append((turn.call.number, turn.index))

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def _work(self) -> None:
        if self.fault is not None:
            raise self.fault
