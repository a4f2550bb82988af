"""The journal keeps whole batches and gives back what it was given."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.core import events as e
from hub.core.records import Head
from hub.journal import store
from hub.journal.store import (
    SNAPSHOTS_KEPT,
    Batch,
    Journal,
    Quarantined,
    SetAside,
    StoredAnswer,
    StoredRecord,
)
from tests.hub.core.examples import record_of
from wire.chain import NO_HASH
from wire.errors import StorageError

pytestmark = pytest.mark.slow  # each of these opens a journal on disk

EVENTS: list[e.Event] = [
    e.Configured(0.1 + 0.2, {"hall": {"name": "大厅"}}),
    e.TicketIssued(1.5, "t1", "A001", "a", 1.5, "web"),
    e.TicketCalled(2.5, "t1", "call-1", "c1", "wang", {"waited_s": 1.0, "runner_up": None}),
]
BODY = b"\x00\xff{bytes} \xe4\xb8\xad"


def answer(id_: str, day: str = "2026-03-02", body: bytes = BODY) -> StoredAnswer:
    return StoredAnswer(id_, "f" * 64, 200, body, day)


def stored(
    sequence: int, unit: str = "u", previous: str = NO_HASH, hash_: str = ""
) -> StoredRecord:
    return StoredRecord(unit, "o", sequence, previous, hash_ or f"{sequence:064d}", BODY, 1.0)


def quarantined(code: str = "unreadable", sequence: int | None = 1) -> Quarantined:
    return Quarantined(1.0, "u", "o" if sequence else None, sequence, code, "why", BODY)


def full_batch(first: int = 1) -> Batch:
    """Three events, an answer, a record and a quarantined payload."""
    batch = Batch(first, list(EVENTS))
    batch.answers[f"a{first}"] = answer(f"a{first}")
    batch.records["u", "o", first] = stored(first)
    batch.quarantine.append(quarantined(sequence=first))
    return batch


def counts(journal: Journal) -> dict[str, int]:
    with sqlite3.connect(journal.path) as database:
        tables = ("events", "answers", "records", "quarantine", "snapshots")
        query = "SELECT count(*) FROM {}"
        return {name: database.execute(query.format(name)).fetchone()[0] for name in tables}


# --- batches ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 4, 63, 64, 65, 300])
def test_a_batch_of_any_size_is_written_whole_and_in_order(journal: Journal, count: int) -> None:
    for first in (1, count + 1):
        sequences = range(first, first + count)
        batch = Batch(first, [e.UnitLost(float(n), f"u{n}") for n in sequences])
        batch.answers.update({f"a{n}": answer(f"a{n}", body=BODY * n) for n in sequences})
        batch.records.update({("u", "o", n): stored(n) for n in sequences})
        batch.quarantine.extend(quarantined(sequence=n) for n in sequences)
        journal.commit(batch)
    everything = range(1, 2 * count + 1)
    assert list(journal.events()) == [(n, e.UnitLost(float(n), f"u{n}")) for n in everything]
    assert [journal.answer(f"a{n}") for n in everything] == [
        answer(f"a{n}", body=BODY * n) for n in everything
    ]
    assert [journal.record_hash("u", "o", n) for n in everything] == [
        stored(n).hash for n in everything
    ]
    kept = reversed(journal.quarantined(2 * count))
    assert [(row["sequence"], row["payload"]) for row in kept] == [(n, BODY) for n in everything]


def test_everything_comes_back_as_it_went_in(journal: Journal, folder: Path) -> None:
    journal.commit(full_batch())
    for again in range(2):
        assert list(journal.events()) == list(enumerate(EVENTS, 1))
        assert list(journal.events(after=2)) == [(3, EVENTS[2])]
        assert journal.answer("a1") == answer("a1")
        assert journal.answer("a2") is None
        assert journal.record_hash("u", "o", 1) == stored(1).hash
        assert journal.record_hash("u", "p", 1) is None
        [row] = journal.quarantined(10)
        assert (row["payload"], row["code"], row["sequence"]) == (BODY, "unreadable", 1)
        if not again:
            journal.close()
            journal.__init__(folder)  # type: ignore[misc]


def test_an_empty_batch_writes_nothing(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(_batch: Batch) -> None:
        pytest.fail("there was nothing to write")

    monkeypatch.setattr(journal, "_write", write)
    assert Batch(1).empty()
    journal.commit(Batch(1))


@pytest.mark.parametrize("part", ["events", "answers", "records", "quarantine", "read_again"])
def test_a_batch_with_any_part_is_not_empty(part: str) -> None:
    batch, full = Batch(1), full_batch()
    full.read_again.append(1)
    setattr(batch, part, getattr(full, part))
    assert not batch.empty()


def _event_again(batch: Batch) -> None:
    batch.first = 1


def _answer_again(batch: Batch) -> None:
    batch.answers["a1"] = answer("a1")


def _record_again(batch: Batch) -> None:
    batch.records["u", "o", 1] = stored(1)


@pytest.mark.parametrize("spoil", [_event_again, _answer_again, _record_again])
def test_a_batch_is_written_whole_or_not_at_all(
    journal: Journal, spoil: Callable[[Batch], None]
) -> None:
    journal.commit(full_batch())
    before = counts(journal)
    spoiled = full_batch(4)
    spoil(spoiled)
    with pytest.raises(StorageError, match="journal"):
        journal.commit(spoiled)
    assert counts(journal) == before
    assert journal.answer("a4") is None
    journal.commit(full_batch(4))  # and goes on
    assert len(list(journal.events())) == 6
    assert journal.answer("a4") == answer("a4")


def test_a_full_disk_keeps_nothing_of_the_batch(journal: Journal) -> None:
    journal.commit(full_batch())
    connection = journal._connection
    [pages] = connection.exec_driver_sql("PRAGMA page_count").scalars()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    connection.commit()
    before = counts(journal)
    big = full_batch(4)
    big.answers["a4"] = answer("a4", body=bytes(200_000))
    with pytest.raises(StorageError, match="full"):
        journal.commit(big)
    assert counts(journal) == before
    connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    connection.commit()
    journal.commit(big)


def test_every_commit_is_durable_at_once(journal: Journal) -> None:
    journal.commit(full_batch())
    [mode] = journal._connection.exec_driver_sql("PRAGMA journal_mode").scalars()
    [synchronous] = journal._connection.exec_driver_sql("PRAGMA synchronous").scalars()
    assert (mode, synchronous) == ("wal", 2)


# --- one hub ------------------------------------------------------------------------------


def test_a_second_hub_is_kept_out_until_the_first_has_gone(folder: Path, journal: Journal) -> None:
    with pytest.raises(StorageError, match="in use by another hub"):
        Journal(folder)
    journal.commit(full_batch())  # the first is none the worse for it
    journal.close()
    second = Journal(folder)
    assert len(list(second.events())) == 3
    second.close()


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file"):
        Journal(tmp_path / "file")


# --- answers ------------------------------------------------------------------------------


def test_answers_of_earlier_days_are_forgotten(journal: Journal, folder: Path) -> None:
    batch = Batch(1)
    for day in ("2026-02-28", "2026-03-01", "2026-03-02"):
        batch.answers[day] = answer(day, day)
    journal.commit(batch)
    journal.forget_answers("2026-03-01")
    for again in range(2):
        assert journal.answer("2026-02-28") is None
        assert journal.answer("2026-03-01") is not None
        assert journal.answer("2026-03-02") is not None
        if not again:
            journal.close()
            journal.__init__(folder)  # type: ignore[misc]


# --- snapshots ----------------------------------------------------------------------------


def test_the_latest_snapshots_are_kept(journal: Journal) -> None:
    assert journal.snapshot() is None
    for sequence in (5, 10, 15, 15):
        journal.save_snapshot(sequence, 1.0, {"version": sequence, "名": "大厅"})
    assert journal.snapshot() == (15, {"version": 15, "名": "大厅"})
    assert counts(journal)["snapshots"] == SNAPSHOTS_KEPT == 2


# --- records ------------------------------------------------------------------------------


def test_heads_are_what_the_records_add_up_to(journal: Journal) -> None:
    batch = Batch(1)
    hashes = [f"{n:064d}" for n in range(8)]
    for unit, sequences in {"whole": (1, 2, 3), "gap": (1, 2, 4, 6), "late": (2,)}.items():
        for n in sequences:
            record = stored(n, unit, previous=hashes[n - 1], hash_=hashes[n])
            batch.records[unit, "o", n] = record
    journal.commit(batch)
    found = {unit: head for unit, _, head in journal.heads()}
    assert found == {
        "whole": Head(3, hashes[3]),
        "gap": Head(2, hashes[2], {4: (hashes[3], hashes[4]), 6: (hashes[5], hashes[6])}),
        "late": Head(0, NO_HASH, {2: (hashes[1], hashes[2])}),
    }


def test_heads_behind_what_was_given_up_are_as_if_all_had_been_read(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = [f"{n:064d}" for n in range(13)]
    kept = {"a": (5, 6, 8), "b": (1, 2, 3, 4, 6, 7, 9), "c": (2, 3, 4, 12), "d": (4, 5, 6, 8)}
    batch = Batch(1)
    for unit, sequences in kept.items():
        for n in sequences:
            record = stored(n, unit, previous=hashes[n - 1], hash_=hashes[n])
            batch.records[unit, "o", n] = record
    journal.commit(batch)
    for lost in ((4,), (3,), (7,), (3, 6), (1, 4), (1, 3, 10)):
        whole = {unit: head for unit, _, head in journal.heads()}
        for head in whole.values():
            for through in lost:
                head.skip(through)
        given_up = {(unit, "o"): lost for unit in kept}
        assert {unit: head for unit, _, head in journal.heads(given_up)} == whole
    read: list[int] = []

    def add(_head: Head, sequence: int, *_: str) -> list[int]:
        read.append(sequence)
        return []

    monkeypatch.setattr(Head, "add", add)
    list(journal.heads({("b", "o"): (5,), **{(x, "o"): (12,) for x in "acd"}}))
    assert read == [6, 7, 9]


def test_what_may_be_read_again_and_what_was(journal: Journal) -> None:
    batch = Batch(1)
    codes = ("newer_schema", "unreadable", "fork", "bad_hash", "newer_schema")
    batch.quarantine = [quarantined(code, k) for k, code in enumerate(codes, 1)]
    batch.quarantine.append(quarantined("unreadable", None))
    journal.commit(batch)
    assert [row["sequence"] for row in journal.unread_records()] == [1, 2, 5]
    assert journal.quarantine_count("u") == 6
    assert journal.quarantine_count("v") == 0
    ids = [row["id"] for row in journal.unread_records()]
    journal.commit(Batch(1, [e.UnitLost(7.0, "u")], read_again=ids[:1]))
    assert [row["sequence"] for row in journal.unread_records()] == [2, 5]
    assert [row["sequence"] for row in journal.quarantined(2)] == [None, 5]


def test_what_nobody_has_read_is_counted_and_the_newest_known(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert journal.set_aside() == SetAside(0, ())
    batch = Batch(1)
    batch.quarantine = [quarantined("unreadable", k) for k in range(1, 8)]
    journal.commit(batch)
    found = journal.set_aside()
    assert (found.count, [q.sequence for q in found.newest]) == (7, [7, 6, 5, 4, 3])
    with monkeypatch.context() as patch:
        patch.setattr(journal, "_rows", None)
        journal.commit(Batch(1, [e.UnitLost(7.0, "u")]))
        assert journal.set_aside() is found
    last = journal.quarantined(1)[0]["id"]
    journal.commit(Batch(2, [e.UnitLost(7.0, "u")], read_again=[last]))
    assert (journal.set_aside().count, journal.set_aside().newest[0].sequence) == (6, 6)


def test_events_are_read_a_page_at_a_time(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "EVENTS_A_PAGE", 3)
    happened: list[e.Event] = [e.UnitLost(float(k), "u") for k in range(7)]
    journal.commit(Batch(1, happened))
    sizes: list[int] = []
    rows = journal._rows

    def counted(query: object) -> list[dict[str, Any]]:
        found = rows(query)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(journal, "_rows", counted)
    assert list(journal.events()) == list(enumerate(happened, 1))
    assert sizes == [3, 3, 1, 0]
    assert [n for n, _ in journal.events(after=5)] == [6, 7]


def test_a_record_keeps_the_bytes_that_were_hashed(journal: Journal) -> None:
    record = record_of('{"a" : "中",  "b":1.10}')
    batch = Batch(1)
    batch.records["u", "o", 1] = StoredRecord(
        "u", "o", 1, record.previous, record.hash, record.body.encode(), 1.0
    )
    journal.commit(batch)
    with sqlite3.connect(journal.path) as database:
        [[body]] = database.execute("SELECT body FROM records").fetchall()
    assert body == record.body.encode()


# --- damage -------------------------------------------------------------------------------


def spoil(journal: Journal, statement: str, *values: Any) -> None:
    with sqlite3.connect(journal.path) as database:
        assert database.execute(statement, values).rowcount > 0


def test_a_file_that_is_no_database(folder: Path) -> None:
    folder.mkdir()
    (folder / "journal.sqlite").write_bytes(b"nonsense" * 600)
    with pytest.raises(StorageError, match="not a database"):
        Journal(folder)
    (folder / "journal.sqlite").unlink()
    Journal(folder).close()  # the lock was let go


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("content", "{"),
        ("content", "[]"),
        ("content", '{"unit": 1}'),
        ("kind", "Weather"),
        ("kind", "Event"),
        ("content", b"\xff"),
    ],
)
def test_an_event_that_nobody_can_read_is_named(
    journal: Journal, column: str, value: object
) -> None:
    journal.commit(full_batch())
    spoil(journal, f"UPDATE events SET {column} = ? WHERE sequence = 2", value)
    with pytest.raises(StorageError, match="event 2 cannot be read"):
        list(journal.events())


def test_a_snapshot_that_nobody_can_read_is_named(journal: Journal) -> None:
    journal.save_snapshot(7, 1.0, {})
    spoil(journal, "UPDATE snapshots SET state = '{'")
    with pytest.raises(StorageError, match="snapshot 7 cannot be read"):
        journal.snapshot()


def test_a_page_overwritten_in_the_middle(journal: Journal, folder: Path) -> None:
    for first in range(1, 900, 3):
        batch = full_batch(first)
        batch.quarantine.clear()
        journal.commit(batch)
    journal.close()
    path = folder / "journal.sqlite"
    content = bytearray(path.read_bytes())
    content[4096 * 3 : -4096] = b"\xaa" * (len(content) - 4096 * 4)
    path.write_bytes(content)
    with pytest.raises(StorageError):  # noqa: PT012 - at the latest when it is read
        damaged = Journal(folder)
        try:
            list(damaged.events())
        finally:
            damaged.close()


def test_nobody_else_on_the_machine_reads_the_journal(tmp_path: Path) -> None:
    for first in (1, 4):
        journal = Journal(tmp_path)
        journal.commit(full_batch(first))
        files = sorted(tmp_path.glob("journal.sqlite*"))
        assert {file.name: file.stat().st_mode & 0o777 for file in files} == {
            f"journal.sqlite{end}": 0o600 for end in ("", "-shm", "-wal")
        }
        journal.close()
        (tmp_path / "journal.sqlite").chmod(0o644)  # as it was made before
