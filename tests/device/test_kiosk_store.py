"""The kiosk's memory survives what a power cut does to a file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from device.kiosk_facts import Memory, Wished
from device.kiosk_store import FILE_NAME, KioskStore, MemoryNotKept
from tests.device.kiosk_samples import HALL, kiosk
from wire.messages import NumberBlock

MEMORY = Memory(
    series=NumberBlock(day="2026-03-02", prefix="K", first=3, last=50),
    wish=Wished(id="w", paper="p", service="a", ticket_class="", wall="2026-03-02T10:00:00Z"),
    hall=HALL,
    kiosk=kiosk(),
    epoch=4,
)


def test_what_was_kept_is_there_again(tmp_path: Path) -> None:
    store = KioskStore(tmp_path)
    assert store.load() == Memory()
    store.save(MEMORY)
    assert KioskStore(tmp_path).load() == MEMORY
    store.save(Memory())
    assert store.load() == Memory()


def test_a_damaged_memory_is_kept_aside_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b'{"series": 3')
    store = KioskStore(tmp_path)
    assert store.load() == Memory()
    assert (tmp_path / "kiosk.damaged").read_bytes() == b'{"series": 3'
    store.save(MEMORY)
    assert store.load() == MEMORY


@pytest.mark.parametrize(("number", "full"), [(errno.ENOSPC, True), (errno.EIO, False)])
def test_what_cannot_be_written_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, full: bool
) -> None:
    store = KioskStore(tmp_path)
    store.save(MEMORY)

    def broken(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("device.kiosk_store.os.fsync", broken)
    with pytest.raises(MemoryNotKept) as caught:
        store.save(Memory())
    assert caught.value.full is full
    assert store.load() == MEMORY
