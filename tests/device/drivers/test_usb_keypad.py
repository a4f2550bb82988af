"""A keypad on USB: a pipe with a name stands for /dev/input/event0."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.drivers.ports import Health, KeyEdge
from device.drivers.usb_keypad import EVENT, UsbKeypad

EVIOCGRAB = 0x4004_4590  # _IOW('E', 0x90, int) of Linux's input.h
CODES = {"next": 96, "rating-5": 79}
PATIENCE_S = 20.0


class Rig:
    """A keypad at the far end of a pipe."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.edges: queue.SimpleQueue[KeyEdge] = queue.SimpleQueue()
        self.health: queue.SimpleQueue[Health] = queue.SimpleQueue()
        self.keypad = UsbKeypad(path, CODES, self.health.put, retry_s=0.01)
        self.far_end = -1

    def plug(self) -> None:
        os.mkfifo(self.path)
        self.far_end = os.open(self.path, os.O_RDWR)

    def unplug(self) -> None:
        self.path.unlink()
        os.close(self.far_end)

    def event(self, kind: int, code: int, value: int) -> bytes:
        return EVENT.pack(1_800_000_000, 5, kind, code, value)

    def key(self, code: int, *values: int) -> None:
        os.write(self.far_end, b"".join(self.event(1, code, value) for value in values))

    def edge(self) -> tuple[str, bool]:
        edge = self.edges.get(timeout=PATIENCE_S)
        return edge.name, edge.closed


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path / "event0")
    yield rig
    rig.keypad.close()


def test_presses_and_releases_are_edges_and_repeats_are_not(rig: Rig) -> None:
    rig.plug()
    rig.keypad.start(rig.edges.put)
    rig.key(96, 1, 2, 2, 0)
    rig.key(30, 1, 0)  # a key without a meaning
    os.write(rig.far_end, rig.event(4, 4, 458_840) + rig.event(0, 0, 0))  # scan code, and SYN
    rig.key(79, 1)
    assert [rig.edge() for _ in range(3)] == [("next", True), ("next", False), ("rating-5", True)]


def test_the_keypad_is_taken_for_this_unit_alone(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
    monkeypatch.setattr(
        "device.drivers.usb_keypad.fcntl.ioctl",
        lambda _handle, request, value: asked.put((request, value)),
    )
    rig.plug()
    rig.keypad.start(rig.edges.put)
    assert asked.get(timeout=PATIENCE_S) == (EVIOCGRAB, 1)


def test_an_event_may_come_in_pieces(rig: Rig) -> None:
    rig.plug()
    rig.keypad.start(rig.edges.put)
    whole = rig.event(1, 96, 1) + rig.event(1, 96, 0)
    for at in range(0, len(whole), 5):
        os.write(rig.far_end, whole[at : at + 5])
    assert [rig.edge(), rig.edge()] == [("next", True), ("next", False)]


def test_keys_that_are_down_when_events_are_lost_count_as_released(rig: Rig) -> None:
    rig.plug()
    rig.keypad.start(rig.edges.put)
    rig.key(96, 1)
    os.write(rig.far_end, rig.event(0, 3, 0))
    assert [rig.edge(), rig.edge()] == [("next", True), ("next", False)]


def test_an_unplugged_keypad_is_told_waited_for_and_lets_its_keys_go(rig: Rig) -> None:
    rig.plug()
    rig.keypad.start(rig.edges.put)
    rig.key(96, 1)
    assert rig.edge() == ("next", True)
    rig.unplug()
    assert rig.edge() == ("next", False)
    gone = rig.health.get(timeout=PATIENCE_S)
    assert (gone.peripheral, gone.ok, gone.code) == ("keypad", False, "unplugged")
    rig.plug()
    back = rig.health.get(timeout=PATIENCE_S)
    assert (back.ok, back.code) == (True, "ok")
    rig.key(79, 1)
    assert rig.edge() == ("rating-5", True)


def test_one_that_is_not_there_at_first_is_told_once(rig: Rig) -> None:
    rig.keypad.start(rig.edges.put)
    missing = rig.health.get(timeout=PATIENCE_S)
    assert "plug the keypad in" in missing.detail
    rig.plug()
    assert rig.health.get(timeout=PATIENCE_S).ok
