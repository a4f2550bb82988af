"""Brings a journal's tables to today's. Imported only when they are not: Alembic is slow."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from wire.errors import StorageError


def config() -> Config:
    """Where the migrations are."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return made


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing.

    Raises StorageError for a journal of a later program.
    """
    here = config()
    here.attributes["connection"] = connection
    try:
        command.upgrade(here, "head")
    except CommandError as error:
        raise StorageError(str(error)) from error
    connection.commit()
