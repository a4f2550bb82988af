"""Spoken calls as WAV files, for an emulated hall and for people who want to listen."""

from __future__ import annotations

import contextlib
import re
import wave
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Final

from device.voice.errors import SpokenFileFailed
from device.voice.pcm import SAMPLE_BYTES, Pcm
from device.voice.saying import Stopping
from wire.clock import Clock

_KEPT_FILES: Final = 200
_PATTERN: Final = "[0-9]*-*.wav"
_UNSAFE: Final = re.compile(r"[^\w-]+")


class WavDirectory:
    """A directory to which each spoken call is written, for halls that are emulated.

    It takes as long as the sound would last, on the unit's clock. The newest 200 files stay.
    """

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._numbers = count(1)

    def open(self) -> None:
        """Make the directory. Raises SpokenFileFailed."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            last = max((_file_number(path) for path in self._files()), default=0)
        except OSError as error:
            raise SpokenFileFailed(f"{self._directory}: {error}") from error
        self._numbers = count(last + 1)

    def play(self, sound: Pcm, name: str, began: Callable[[], None], stopping: Stopping) -> None:
        """Write the file, then wait as long as it lasts. Raises SpokenFileFailed."""
        safe = _UNSAFE.sub("-", name)
        write_wav(self._directory / f"{next(self._numbers):06d}-{safe}.wav", sound)
        began()
        for old in sorted(self._files())[:-_KEPT_FILES]:
            with contextlib.suppress(OSError):  # one file too many does no harm
                old.unlink()
        stopping.wait(self._clock.real_seconds(sound.duration_s))

    def close(self) -> None:
        """Nothing is held."""

    def _files(self) -> list[Path]:
        return list(self._directory.glob(_PATTERN))


def newest(directory: Path) -> Path | None:
    """The file of the call that was spoken last, if there is one."""
    return max(directory.glob(_PATTERN), key=_file_number, default=None)


def write_wav(path: Path, sound: Pcm) -> None:
    """Write a WAV file; whoever looks sees the whole file or none. Raises SpokenFileFailed."""
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as opened, wave.open(opened, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(SAMPLE_BYTES)
            file.setframerate(sound.rate)
            file.writeframes(sound.samples)
        partial.replace(path)
    except OSError as error:
        raise SpokenFileFailed(f"{path} cannot be written: {error}") from error


def _file_number(path: Path) -> int:
    found = re.match(r"\d+", path.name)
    return int(found[0]) if found else 0
