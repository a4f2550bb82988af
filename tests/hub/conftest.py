"""What the tests of the hub share: a journal in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.journal.store import Journal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the journal lies."""
    return tmp_path / "hub"


@pytest.fixture
def journal(folder: Path) -> Iterator[Journal]:
    """An open journal, closed in the end unless the test does it."""
    opened = Journal(folder)
    yield opened
    opened.close()
