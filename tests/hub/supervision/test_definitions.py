"""What the pages say of each figure is what the document says."""

from __future__ import annotations

from pathlib import Path

from hub.web.supervision.definitions import DEFINITIONS

DOCUMENT = Path(__file__).parents[3] / "docs" / "reports.md"


def test_every_figure_is_defined_in_the_document_in_the_same_words() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("- **") and "**: " in line] == [
        f"- **{name}**: {meaning}" for name, meaning in DEFINITIONS
    ]
