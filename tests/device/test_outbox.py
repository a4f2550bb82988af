"""The outbox: its chain, what survives a kill, damage, receipts, pruning."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from device.outbox import (
    FILE_NAME,
    LOG_BYTES,
    TIDY_AFTER_COMMITS,
    Limits,
    Outbox,
    OutboxInUse,
    RecordNotKept,
    open_outbox,
)
from wire.chain import NO_HASH
from wire.errors import StorageError

DAY_S = 86_400.0


def opened(directory: Path, prefix: str = "outbox") -> Outbox:
    numbers = count(1)
    return open_outbox(directory, lambda: f"{prefix}-{next(numbers)}")


def body(number: int) -> str:
    return f'{{"kind":"rating","call_id":"call-{number}","text":"评价 {number}"}}'


def test_records_form_the_chain_that_the_wire_describes(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    assert (outbox.through, outbox.oldest, outbox.head) == (0, 0, NO_HASH)
    previous = "00" * 32
    for number in range(1, 4):
        record = outbox.append(body(number), 0.0)
        expected = hashlib.sha256(bytes.fromhex(previous) + body(number).encode()).hexdigest()
        assert (record.sequence, record.previous, record.hash) == (number, previous, expected)
        previous = expected
    assert (outbox.through, outbox.head) == (3, previous)


def test_what_was_written_is_read_back_byte_for_byte(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    written = [outbox.append(body(number), 0.0) for number in range(1, 6)]
    outbox.close()
    again = opened(tmp_path, "other")
    assert again.id == outbox.id
    assert again.records(0, 100) == written
    assert again.last_calls(2) == ["call-4", "call-5"]
    assert again.append(body(6), 0.0).previous == written[-1].hash


def test_a_call_that_was_only_made_may_still_be_rated(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    for kind in ("called", "step", "unrated", "rating_tags", "rating", "away"):
        outbox.append(f'{{"kind":"{kind}","call_id":"call-{kind}"}}', 0.0)
    assert outbox.last_calls(6) == ["call-unrated", "call-rating"]


def test_receipts_move_forward_only_and_never_past_the_end(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    for number in range(1, 6):
        outbox.append(body(number), 0.0)
    assert outbox.receipt(3)
    assert not outbox.receipt(3)
    assert not outbox.receipt(2)
    assert not outbox.receipt(6)
    assert outbox.receipted == 3
    outbox.close()
    assert opened(tmp_path).receipted == 3


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    with pytest.raises(OutboxInUse, match="in use"):
        opened(tmp_path)
    outbox.close()
    opened(tmp_path).close()


def test_a_directory_that_cannot_be_made_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="outbox directory"):
        opened(tmp_path / "file" / "state")


def change(path: Path, statement: str) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(statement)
    database.close()


def damage_bytes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[0:100] = b"\xff" * 100
    path.write_bytes(content)


def damage_chain(path: Path) -> None:
    change(path, "UPDATE record SET body = replace(body, '2', '5') WHERE sequence = 2")


def damage_gap(path: Path) -> None:
    change(path, "DELETE FROM record WHERE sequence = 2")


def replace_with_text(path: Path) -> None:
    path.write_text("not a database at all, but long enough to be read as one" * 50)


def replace_with_stranger(path: Path) -> None:
    path.unlink()
    change(path, "CREATE TABLE somebody_elses (x)")


def damage_text(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace("评价 2".encode(), b"\xff" * 8))


@pytest.mark.parametrize(
    ("harm", "left"),
    [
        (damage_bytes, []),
        (damage_chain, [1, 3]),
        (damage_gap, [1, 3]),
        (damage_text, [1, 3]),
        (replace_with_text, []),
        (replace_with_stranger, []),
    ],
)
def test_a_damaged_file_is_set_aside_and_replaced(
    tmp_path: Path, harm: Callable[[Path], None], left: list[int]
) -> None:
    outbox = opened(tmp_path)
    for number in range(1, 4):
        outbox.append(body(number), 0.0)
    outbox.close()
    harm(tmp_path / FILE_NAME)
    harmed = (tmp_path / FILE_NAME).read_bytes()
    again = opened(tmp_path, "new")
    assert again.id.startswith("new-")
    assert [record.body for record in again.records(0, 10)] == [body(n) for n in left]
    assert again.set_aside is not None
    assert again.set_aside.read_bytes()[100:] == harmed[100:]  # SQLite touches the header
    again.append(body(1), 0.0)
    again.close()
    assert opened(tmp_path).set_aside is None


def damage_a_page(path: Path, text: str) -> None:
    """Overwrite the page that a text stands on."""
    content = bytearray(path.read_bytes())
    start = content.index(text.encode()) // 4096 * 4096
    content[start : start + 4096] = b"\xee" * 4096
    path.write_bytes(content)


def test_what_can_be_read_of_a_damaged_outbox_goes_into_the_new_one_once(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    for number in range(1, 301):
        outbox.append(body(number), 7.0)
    outbox.receipt(100)
    outbox.close()
    damage_a_page(tmp_path / FILE_NAME, body(200))
    again = opened(tmp_path, "new")
    kept = [record.body for record in again.records(0, 1000)]
    numbers = [number for number in range(101, 301) if body(number) in kept]
    assert kept == [body(number) for number in numbers]  # in order, each once
    assert 150 < len(kept) < 200
    assert numbers[0] == 101
    assert numbers[-1] == 300
    assert (again.receipted, again.oldest) == (0, 1)
    again.append(body(301), 8.0)
    again.close()
    third = opened(tmp_path, "other")
    assert third.set_aside is None
    assert [record.body for record in third.records(0, 1000)] == [*kept, body(301)]


class Killed(BaseException):
    """The program ends here."""


@pytest.mark.parametrize("step", range(1, 5))
def test_a_kill_while_a_damaged_outbox_is_replaced_loses_nothing(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = opened(tmp_path)
    for number in range(1, 4):
        outbox.append(body(number), 0.0)
    outbox.close()
    damage_gap(tmp_path / FILE_NAME)
    with monkeypatch.context() as ending:
        _end_at(ending, step)
        with pytest.raises(Killed):
            opened(tmp_path, "new")
    again = opened(tmp_path, "newer")
    assert [record.body for record in again.records(0, 10)] == [body(1), body(3)]


def _end_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Let the program end just before its `step`th step of moving or syncing."""
    steps = count(1)

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            if next(steps) == step:
                raise Killed
            return real(*arguments)

        return call

    monkeypatch.setattr(Path, "rename", counted(Path.rename))
    monkeypatch.setattr(os, "fsync", counted(os.fsync))


def test_a_later_schema_is_left_alone(tmp_path: Path) -> None:
    opened(tmp_path).close()
    change(tmp_path / FILE_NAME, "UPDATE outbox SET schema = 2")
    with pytest.raises(StorageError, match="schema 2"):
        opened(tmp_path)


def test_a_full_disk_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    outbox.append(body(1), 0.0)
    head = outbox.head
    pages = outbox._database.execute("PRAGMA page_count").fetchone()[0]
    outbox._database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(RecordNotKept) as caught:
        outbox.append(body(2) + " " * 15_000, 0.0)
    assert caught.value.full
    assert outbox.head == head
    outbox._database.execute("PRAGMA max_page_count = 100000")
    assert outbox.append(body(3), 0.0).previous == head


def test_tidying_drops_old_receipted_records_but_never_the_last(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    for number in range(1, 11):
        outbox.append(body(number), number * DAY_S)
    outbox.receipt(6)
    assert outbox.tidy(now_s=35 * DAY_S) == 4  # days 1 to 4 are more than 30 days ago
    assert [record.sequence for record in outbox.records(0, 100)] == [5, 6, 7, 8, 9, 10]
    assert outbox.oldest == 5
    outbox.receipt(10)
    assert outbox.tidy(now_s=400 * DAY_S) == 5
    head = outbox.head
    outbox.close()
    again = opened(tmp_path)
    assert (again.through, again.head, again.set_aside) == (10, head, None)


@pytest.mark.slow
def test_tidying_keeps_within_the_bytes_oldest_out_first(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    for number in range(1, 1501):
        outbox.append(body(number) + " " * 400, 0.0)
    outbox.receipt(1200)
    assert outbox.tidy(0.0, Limits(total_bytes=500_000)) == 1000
    assert outbox.records(0, 1)[0].sequence == 1001


def test_it_is_untidy_only_after_many_commits(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    for number in range(1, TIDY_AFTER_COMMITS):
        outbox.append(body(number), 0.0)
    assert not outbox.untidy
    outbox.append(body(0), 0.0)
    assert outbox.untidy
    outbox.tidy(0.0)
    assert not outbox.untidy
    alone = tmp_path / "alone.sqlite3"
    shutil.copyfile(tmp_path / FILE_NAME, alone)  # without its log, which is folded in
    with contextlib.closing(sqlite3.connect(alone)) as copy:
        assert copy.execute("SELECT count(*) FROM record").fetchone() == (TIDY_AFTER_COMMITS,)


def test_the_log_never_grows_in_the_path_of_a_key_press(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    log = tmp_path / f"{FILE_NAME}-wal"
    for _ in range(3):
        for number in range(TIDY_AFTER_COMMITS // 2):
            outbox.append(body(number) + " " * 400, 0.0)
            outbox.receipt(outbox.through)
        assert log.stat().st_size == LOG_BYTES
        outbox.tidy(0.0)
    outbox.close()
    assert opened(tmp_path, "other").through == 3 * TIDY_AFTER_COMMITS // 2


def test_a_log_that_grew_all_the_same_is_cut_again(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    for number in range(80):
        outbox.append(body(number) + " " * 16_000, 0.0)
    log = tmp_path / f"{FILE_NAME}-wal"
    assert log.stat().st_size > LOG_BYTES
    outbox.tidy(0.0)
    outbox.append(body(3), 0.0)
    assert log.stat().st_size <= LOG_BYTES


def test_without_room_for_its_log_it_opens_and_keeps_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("device.outbox._sync_directory", lambda _directory: None)
    monkeypatch.setattr(os, "fsync", fail)
    assert opened(tmp_path).append(body(1), 0.0).sequence == 1


def test_nothing_is_written_while_nothing_happens(tmp_path: Path) -> None:
    outbox = opened(tmp_path)
    outbox.append(body(1), 0.0)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert outbox.records(0, 10)
    assert not outbox.receipt(0)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


WRITER = """
import sys
from pathlib import Path
from device.outbox import open_outbox
outbox = open_outbox(Path(sys.argv[1]), lambda: "outbox-1")
print("open", flush=True)
for number in range(outbox.through + 1, 100_000):
    outbox.append('{"kind":"unrated","call_id":"call-%d"}' % number, 0.0)
    print(number, flush=True)
"""


@pytest.mark.slow
def test_what_was_reported_kept_survives_kill_9(tmp_path: Path) -> None:
    reported = 0
    for killed_after in (1, 7, 40, 3, 120):
        reported = max(reported, _write_until_killed(tmp_path, killed_after))
        copy = tmp_path / "copy"
        shutil.copytree(tmp_path, copy, ignore=lambda *_: {"copy"})
        outbox = opened(copy)
        assert outbox.set_aside is None
        assert outbox.through >= reported
        assert outbox.last_calls(1) == [f"call-{outbox.through}"]
        outbox.close()
        shutil.rmtree(copy)


def _write_until_killed(directory: Path, lines: int) -> int:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(directory)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        for _ in range(lines):
            child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
        said = child.stdout.read().split("\n")
    whole = [int(line) for line in said[:-1]]
    return whole[-1] if whole else 0
