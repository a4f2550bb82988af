"""Identifiers: random, never reused, fit for topics, addresses and file names."""

from __future__ import annotations

import secrets
from typing import Annotated

from pydantic import StringConstraints

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,31}$"
"""What an id looks like everywhere: lower-case letters, digits and hyphens, at most 32."""

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""An id as a field of a message or a configuration."""

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no i l o u: read aloud without mistakes
_LENGTH = 20  # 100 bits: no two are ever the same
_LETTER = bytes(ord(_ALPHABET[byte % len(_ALPHABET)]) for byte in range(256))  # each 8 times


def new_id() -> str:
    """A fresh random id of 100 bits."""
    # At once: the system is asked for randomness in the way of every command.
    return secrets.token_bytes(_LENGTH).translate(_LETTER).decode("ascii")
