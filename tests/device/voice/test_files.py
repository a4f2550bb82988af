"""Spoken calls as files: whole, in order, few, and as long as they last."""

from __future__ import annotations

import threading
import wave
from pathlib import Path

import pytest

from device.voice.errors import SpokenFileFailed
from device.voice.files import WavDirectory, newest, write_wav
from device.voice.pcm import Pcm, chime
from wire.clock import ManualClock, ScaledClock

BELL = chime(8000, 50)


class Watch:
    """Keeps how long somebody would have waited."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def wait(self, timeout: float) -> bool:
        self.waits.append(timeout)
        return False


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_wav_file_holds_the_sound(tmp_path: Path) -> None:
    write_wav(tmp_path / "bell.wav", BELL)
    with wave.open(str(tmp_path / "bell.wav"), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert file.readframes(file.getnframes()) == BELL.samples
    assert names(tmp_path) == ["bell.wav"]


def test_a_call_is_a_file_and_takes_as_long_as_it_lasts(tmp_path: Path) -> None:
    watch, began = Watch(), threading.Event()
    directory = WavDirectory(tmp_path / "spoken", ManualClock())
    directory.open()
    directory.play(BELL, "A012-3-1", began.set, watch)
    directory.play(BELL, "../A/ 013", began.set, watch)
    assert names(tmp_path / "spoken") == ["000001-A012-3-1.wav", "000002--A-013.wav"]
    assert began.is_set()
    assert watch.waits == [BELL.duration_s] * 2


def test_it_keeps_to_the_hall_s_clock(tmp_path: Path) -> None:
    watch = Watch()
    directory = WavDirectory(tmp_path, ScaledClock(10.0, 0.0))
    directory.open()
    directory.play(BELL, "A012", lambda: None, watch)
    assert watch.waits == [pytest.approx(BELL.duration_s / 10)]


def test_the_newest_file_is_found_by_its_number(tmp_path: Path) -> None:
    assert newest(tmp_path) is None
    assert newest(tmp_path / "nowhere") is None
    for name in ("000009-B.wav", "000010-A.wav", ".000011-C.wav.part", "other.txt"):
        (tmp_path / name).touch()
    assert newest(tmp_path) == tmp_path / "000010-A.wav"


def test_numbers_go_on_after_a_restart_and_few_files_stay(tmp_path: Path) -> None:
    for number in range(1, 206):
        (tmp_path / f"{number:06d}-A.wav").touch()
    directory = WavDirectory(tmp_path, ManualClock())
    directory.open()
    directory.play(Pcm(8000, b""), "B", lambda: None, Watch())
    kept = names(tmp_path)
    assert (len(kept), kept[0], kept[-1]) == (200, "000007-A.wav", "000206-B.wav")


def test_a_directory_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpokenFileFailed):
        WavDirectory(tmp_path / "file", ManualClock()).open()
    with pytest.raises(SpokenFileFailed, match="cannot be written"):
        write_wav(tmp_path / "nowhere" / "a.wav", BELL)
