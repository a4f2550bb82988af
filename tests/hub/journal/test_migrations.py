"""The migrations make exactly the tables that the code uses, whole or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, Table

from hub.journal import tables
from hub.journal.store import HEAD, Journal
from hub.journal.upgrade import config
from wire.errors import StorageError

pytestmark = pytest.mark.slow  # each of these opens a journal on disk


def test_from_nothing_to_the_tables_of_today(journal: Journal) -> None:
    context = MigrationContext.configure(journal._connection)
    assert compare_metadata(context, tables.metadata) == []


def test_the_comparison_sees_a_difference(journal: Journal) -> None:
    context = MigrationContext.configure(journal._connection)
    copy = MetaData()
    for table in tables.metadata.sorted_tables:
        table.to_metadata(copy)
    Table("events", copy, Column("mood", Integer), extend_existing=True)
    assert compare_metadata(context, copy) != []


def test_a_migration_that_is_cut_off_is_made_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    create_table = op.create_table

    def until_the_third(name: str, *columns: Any) -> None:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(name)
        create_table(name, *columns)

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_table", until_the_third)
        with pytest.raises(KeyboardInterrupt):
            Journal(folder)
    assert len(made) == 2
    with sqlite3.connect(folder / "journal.sqlite") as database:
        left = database.execute("SELECT name FROM sqlite_master").fetchall()
    assert [name for (name,) in left if name in made] == []
    journal = Journal(folder)
    assert list(journal.events()) == []
    journal.close()


def test_the_head_is_the_last_of_the_scripts() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == HEAD


def test_a_journal_that_is_up_to_date_needs_no_alembic(journal: Journal, folder: Path) -> None:
    journal.close()
    lines = (
        "import sys; from pathlib import Path; from hub.journal.store import Journal",
        "Journal(Path(sys.argv[1])).close()",
        "print([name for name in sys.modules if name.startswith('alembic')])",
    )
    command = [sys.executable, "-c", "\n".join(lines), str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout == "[]\n"


def test_a_journal_of_a_later_program_is_refused(journal: Journal, folder: Path) -> None:
    with sqlite3.connect(journal.path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    journal.close()
    with pytest.raises(StorageError, match="9999"):
        Journal(folder)
