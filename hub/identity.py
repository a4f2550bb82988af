"""Who somebody is, without keeping who they are: a keyed hash of a document's number.

The key is random and stays on this machine, so that nobody who has only the journal can try
all numbers there are. The number itself lives no longer than the call of `Identities.hashed`.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import unicodedata
from pathlib import Path

from wire.errors import StorageError
from wire.slips import subkey

log = logging.getLogger(__name__)

KEY_FILE = "identity.key"
"""The key's file in the hub's data folder."""

KEY_BYTES = 32

_OTHERS = 0o077


class Identities:
    """Turns the numbers of documents into what the journal may keep."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def hashed(self, document: str) -> str:
        """The keyed hash of a document's number, however it was typed."""
        return hmac.new(self._key, _plain(document).encode(), hashlib.sha256).hexdigest()

    def for_slips(self) -> bytes:
        """A key for the addresses on tickets' slips; people cannot be found from it."""
        return subkey(self._key, "ticket slips")


def _plain(document: str) -> str:
    """The number without what people type differently: width, case, blanks, hyphens."""
    text = unicodedata.normalize("NFKC", document).upper()
    return "".join(filter(str.isalnum, text)) or text


def load_identities(folder: Path, *, known: bool) -> Identities:
    """The identities by the key in the hub's folder; a first start draws it.

    `known` says that the journal holds hashes made with a key: then there has to be one.
    Raises StorageError if the key is lost, cannot be read, or is none.
    """
    path = folder / KEY_FILE
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        if known:
            raise StorageError(_lost(path, "is lost")) from None
        return Identities(_drawn(path))
    except OSError as error:
        raise StorageError(_lost(path, f"cannot be read: {error.strerror}")) from error
    if len(key) != KEY_BYTES:
        raise StorageError(_lost(path, f"holds {len(key)} bytes, not {KEY_BYTES}"))
    _guard(path)
    return Identities(key)


def _lost(path: Path, what: str) -> str:
    return (
        f"the key of people's identities {path} {what}; put it back from the backup. Or make a "
        f"new one, by which the people counted so far are strangers: "
        f"(umask 077; head -c {KEY_BYTES} /dev/urandom > '{path}')"
    )


def _drawn(path: Path) -> bytes:
    """A new key, on the disk before it is used; whole or not there, whatever happens."""
    key, fresh = secrets.token_bytes(KEY_BYTES), path.with_suffix(".new")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
    return key


def _guard(path: Path) -> None:
    """Close a key to everybody else, as after a backup was copied back."""
    mode = path.stat().st_mode
    if mode & _OTHERS:
        log.warning("%s could be read by others; it is closed to them now", path)
        path.chmod(0o600)
