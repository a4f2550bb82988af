"""The kiosk's memory on disk: one small file, whole or as it was before, whatever happens."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from device.kiosk_facts import Memory
from wire.errors import StorageError

log = logging.getLogger(__name__)

FILE_NAME: Final = "kiosk.json"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class MemoryNotKept(StorageError):
    """The kiosk's memory could not be written; what was there before still is."""

    def __init__(self, reason: str, *, full: bool) -> None:
        super().__init__(f"the kiosk's memory could not be kept: {reason}")
        self.full = full


class KioskStore:
    """The memory in a unit's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def load(self) -> Memory:
        """What is remembered; nothing on a first start, or if the file is damaged.

        A damaged one is kept under another name: the hub knows the numbers that were given
        out as soon as it has the records. Raises StorageError if it cannot be read.
        """
        try:
            return Memory.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return Memory()
        except ValidationError as error:
            aside = self._path.with_suffix(".damaged")
            log.error("%s is damaged and kept as %s: %s", self._path, aside.name, error)
            self._path.replace(aside)
            return Memory()
        except OSError as error:
            raise StorageError(f"{self._path}: cannot be read: {error.strerror}") from error

    def save(self, memory: Memory) -> None:
        """Put this in the place of what was remembered, on disk when this returns.

        Raises MemoryNotKept.
        """
        fresh = self._path.with_suffix(".new")
        try:
            with fresh.open("wb") as file:
                file.write(memory.model_dump_json().encode())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
            _sync(self._path.parent)
        except OSError as error:
            raise MemoryNotKept(str(error.strerror), full=error.errno in _NO_ROOM) from error


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
