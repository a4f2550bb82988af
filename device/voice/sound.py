"""The sound card. The only module that imports pygame.mixer; it touches no screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pygame
import pygame.mixer
from pygame._sdl2.audio import get_audio_device_names

from device.voice.errors import SoundCardFailed
from device.voice.pcm import Pcm
from device.voice.saying import Stopping

_BITS: Final = -16  # signed
_ANY_RATE: Final = 22050
_BUFFER_SAMPLES: Final = 2048  # a smaller one wakes an idle unit more often
_POLL_S: Final = 0.02
_STALLED_AFTER_S: Final = 5.0


class SoundCard:
    """A sound card by its name, or the system's first one."""

    def __init__(self, device: str | None, rate: int) -> None:
        self._device = device
        self._rate = rate

    def open(self) -> None:
        """Open the sound card. Raises SoundCardFailed if there is none of that name."""
        if pygame.mixer.get_init() is None:
            self._open_mixer()
        names = _listed()
        if not names or (self._device is not None and self._device not in names):
            self.close()
            raise SoundCardFailed(f"{self._what()} is not there any more; {_there_are(names)}")

    def play(
        self,
        sound: Pcm,
        name: str,  # noqa: ARG002  a card has no use for it
        began: Callable[[], None],
        stopping: Stopping,
    ) -> None:
        """Play to the end. Raises SoundCardFailed if the card is gone, or does not come on."""
        self.open()
        try:
            channel = pygame.mixer.Sound(buffer=sound.samples).play()
            if channel is None:
                raise SoundCardFailed("the sound card is busy with another sound")
            began()
            left = (sound.duration_s + _STALLED_AFTER_S) / _POLL_S
            while channel.get_busy() and left > 0 and not stopping.wait(_POLL_S):
                left -= 1
            channel.stop()
        except pygame.error as error:
            self.close()
            raise SoundCardFailed(f"the sound card does not play: {error}") from error
        if left <= 0:
            self.close()
            raise SoundCardFailed("the sound card has stalled; it is opened again")

    def close(self) -> None:
        """Give the sound card back."""
        pygame.mixer.quit()

    def _open_mixer(self) -> None:
        try:
            _init(self._rate, self._device)
        except pygame.error as error:
            problem = f"{self._what()} cannot be opened: {error}; {_there_are(sound_cards())}"
            raise SoundCardFailed(problem) from error

    def _what(self) -> str:
        return f"the sound card {self._device!r}" if self._device else "the sound card"


def sound_cards() -> list[str]:
    """The names of the sound cards that there are, as the configuration takes them.

    Opens the first one for a moment unless one is open.
    """
    if pygame.mixer.get_init() is not None:
        return _listed()
    try:
        _init(_ANY_RATE, None)
        return _listed()
    except pygame.error:
        return []
    finally:
        pygame.mixer.quit()


def _init(rate: int, device: str | None) -> None:
    pygame.mixer.init(rate, _BITS, 1, _BUFFER_SAMPLES, devicename=device, allowedchanges=0)


def _listed() -> list[str]:
    return list(get_audio_device_names(iscapture=False))


def _there_are(names: list[str]) -> str:
    return f"there are: {', '.join(repr(name) for name in names) or 'none'}"
