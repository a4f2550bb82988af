"""The journal's own tests begin with nothing."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the journal will lie; it is not there yet."""
    return tmp_path / "hub"
