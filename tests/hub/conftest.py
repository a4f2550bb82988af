"""What the tests of the hub share: a journal in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.journal.store import Journal


@pytest.fixture(scope="session")
def empty_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal with its tables and nothing in them, to be copied: migrations take a while."""
    made = Journal(tmp_path_factory.mktemp("empty"))
    made.close()
    return made.path


@pytest.fixture
def folder(tmp_path: Path, empty_journal: Path) -> Path:
    """Where the journal lies, empty."""
    (tmp_path / "hub").mkdir()
    shutil.copy(empty_journal, tmp_path / "hub")
    return tmp_path / "hub"


@pytest.fixture
def journal(folder: Path) -> Iterator[Journal]:
    """An open journal, closed in the end unless the test does it."""
    opened = Journal(folder)
    yield opened
    opened.close()
