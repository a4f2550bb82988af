"""Passwords are kept as argon2id hashes, tokens and sessions as SHA-256 of what is random anyway.

A password is slow to check on purpose: never check one in the state's thread or an event loop.
"""

from __future__ import annotations

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from wire.errors import NextwindowError

SHORTEST, LONGEST = 8, 128

_TIME_COST, _MEMORY_KIB, _LANES = 2, 19_456, 1  # OWASP's first choice: 19 MiB, some 45 ms

_SECRET_BYTES = 32


class WeakPassword(NextwindowError):
    """A password that anybody would try."""


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(password)


def password_right(password: str, secret_hash: str | None) -> bool:
    """Whether a password belongs to a hash. Takes as long for nobody's (None)."""
    try:
        return _hasher().verify(secret_hash or _nobodys(), password) and secret_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def check_password(password: str, account: str) -> None:
    """Raise WeakPassword for one that is too short, or what everybody tries first."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"a password has {SHORTEST} to {LONGEST} characters")
    plain = password.casefold()
    if account in plain or len(set(plain)) < 4 or plain in _TRIED_FIRST:
        raise WeakPassword("this password is too easy to guess")


_TRIED_FIRST = frozenset(
    {
        "password",
        "password1",
        "passw0rd",
        "12345678",
        "123456789",
        "1234567890",
        "87654321",
        "qwertyui",
        "qwertyuiop",
        "1q2w3e4r",
        "1qaz2wsx",
        "qazwsxedc",
        "abcd1234",
        "a1b2c3d4",
        "asdfghjkl",
        "iloveyou",
        "administrator",
        "nextwindow",
        "woaini1314",
        "5201314520",
        "admin123",
        "admin1234",
    }
)


def new_secret() -> str:
    """What a session or a token is known by: nobody guesses it."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def digest(secret: str) -> str:
    """What is kept of a secret that was drawn at random."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(_TIME_COST, _MEMORY_KIB, _LANES)


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_hex())
