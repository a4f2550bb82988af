"""A board's hash: the same for a later run, another for a copy of its files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from device.hardware_id import board_of, boot_id


def test_it_stays_with_the_file_and_not_with_a_copy(tmp_path: Path) -> None:
    lock = tmp_path / "outbox.lock"
    lock.touch()
    board = board_of(lock)
    lock.write_text("touched")
    assert board_of(lock) == board
    assert re.fullmatch(r"[0-9a-f]{64}", board)
    assert board_of(Path(shutil.copy(lock, tmp_path / "copy"))) != board


def test_another_machine_is_another_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, serial = tmp_path / "outbox.lock", tmp_path / "serial"
    lock.touch()
    monkeypatch.setattr("device.hardware_id._SERIALS", (tmp_path / "none", serial))
    boards = set()
    for text in ("10000000abcdef\0", "10000000abcdf0\0"):
        serial.write_text(text)
        boards.add(board_of(lock))
    assert len(boards) == 2


def test_a_boot_has_a_name() -> None:
    assert boot_id() == boot_id() != ""
