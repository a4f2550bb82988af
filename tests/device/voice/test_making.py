"""The voice as a unit has it: real speech into files, from a queue, by its thread."""

from __future__ import annotations

import socket
import threading
import wave
from pathlib import Path

import pytest

from device.drivers.ports import Health
from device.voice.calls import Silent, Speaking, VoiceNews
from device.voice.making import make_speaker
from tests.device.voice.examples import call, section
from wire.clock import ScaledClock


@pytest.mark.slow
def test_ten_calls_in_a_second_are_ten_files_in_order_without_internet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("speech has asked the network")

    monkeypatch.setattr(socket, "socket", no_network)
    monkeypatch.setattr(socket, "create_connection", no_network)
    silent = threading.Event()
    news: list[VoiceNews] = []
    health: list[Health] = []

    def hear(what: VoiceNews) -> None:
        news.append(what)
        if isinstance(what, Silent):
            silent.set()

    voice = section(repeat=1, stale_s=600)
    speaker = make_speaker(voice, tmp_path, ScaledClock(200.0, 0.0), hear, health.append)
    for index in range(10):
        speaker.say(call(f"A{index:03}", str(index + 1)))
    speaker.start()
    assert silent.wait(60)
    speaker.close()
    assert [(change.ok, change.code) for change in health] == [(True, "ok")]
    told = [what.turn.call.number for what in news if isinstance(what, Speaking)]
    files = sorted((tmp_path / "spoken").iterdir())
    assert told == [f"A{index:03}" for index in range(10)]
    assert [path.name.split("-")[1] for path in files] == told
    for path in files:
        with wave.open(str(path), "rb") as file:
            assert 3 < file.getnframes() / file.getframerate() < 10
