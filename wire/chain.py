"""The hash chain of an outbox: nothing in a unit's history can be changed unseen.

Each record's hash covers the one before and the exact text that was stored and sent.
"""

from __future__ import annotations

import hashlib

NO_HASH = "0" * 64
"""The `previous` of an outbox's first record."""


def chain_hash(previous: str, body: str) -> str:
    """SHA-256 over the 32 bytes of the previous hash and the body's UTF-8, in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(previous) + body.encode()).hexdigest()
