"""Who somebody is, without keeping who they are: the keyed hash, and the file of its key."""

from __future__ import annotations

import hashlib
import hmac
import stat
from pathlib import Path

import pytest

from hub.identity import KEY_BYTES, KEY_FILE, Identities, load_identities
from wire.errors import StorageError

DOCUMENT = "11010119491231002X"


def test_the_hash_is_keyed() -> None:
    key = bytes(range(KEY_BYTES))
    expected = hmac.new(key, DOCUMENT.encode(), hashlib.sha256).hexdigest()
    assert Identities(key).hashed(DOCUMENT) == expected
    assert Identities(bytes(KEY_BYTES)).hashed(DOCUMENT) != expected


@pytest.mark.parametrize(
    "typed", ["11010119491231002x", "110101 19491231 002X", "１１０１０１１９４９１２３１００２Ｘ"]
)
def test_a_number_is_the_same_however_it_is_typed(typed: str) -> None:
    people = Identities(bytes(KEY_BYTES))
    assert people.hashed(typed) == people.hashed(DOCUMENT)


def test_others_are_others() -> None:
    people = Identities(bytes(KEY_BYTES))
    documents = [DOCUMENT, "军字第2001号", "军字第2002号", "---", "–"]
    assert len({people.hashed(document) for document in documents}) == len(documents)


def test_a_first_start_draws_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    first = load_identities(tmp_path, known=False)
    path = tmp_path / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == KEY_BYTES
    assert [file.name for file in tmp_path.iterdir()] == [KEY_FILE]
    again = load_identities(tmp_path, known=True)
    assert first.hashed(DOCUMENT) == again.hashed(DOCUMENT)


def test_a_start_that_was_cut_off_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).with_suffix(".new").write_bytes(b"half")
    load_identities(tmp_path, known=False)
    assert [file.name for file in tmp_path.iterdir()] == [KEY_FILE]


def test_a_key_that_is_lost_is_not_silently_replaced(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"identity\.key is lost; put it back .*umask 077"):
        load_identities(tmp_path, known=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"short", bytes(KEY_BYTES + 1)])
def test_a_file_that_is_no_key(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(StorageError, match=f"holds {len(content)} bytes, not {KEY_BYTES}"):
        load_identities(tmp_path, known=False)


def test_a_key_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).mkdir()
    with pytest.raises(StorageError, match=r"identity\.key cannot be read: Is a directory"):
        load_identities(tmp_path, known=False)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        load_identities(tmp_path / "nowhere", known=False)


def test_a_key_that_others_could_read_is_closed(tmp_path: Path) -> None:
    path = tmp_path / KEY_FILE
    path.write_bytes(bytes(KEY_BYTES))
    path.chmod(0o644)
    load_identities(tmp_path, known=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
