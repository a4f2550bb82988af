"""PINs are kept as scrypt hashes. Slow on purpose: never check one in the state's thread."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_N, _R, _P = 2**13, 8, 1
_NOBODY = f"scrypt${_N}${_R}${_P}${bytes(16).hex()}${bytes(64).hex()}"


def hash_pin(pin: str) -> str:
    """The text for `pin_hash` in the configuration."""
    salt = secrets.token_bytes(16)
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=_N, r=_R, p=_P)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${digest.hex()}"


def pin_right(pin: str, pin_hash: str | None) -> bool:
    """Whether a PIN belongs to a hash. Takes as long for a clerk who does not exist (None)."""
    stored = pin_hash or _NOBODY
    _, n, r, p, salt, digest = stored.split("$")
    try:
        found = hashlib.scrypt(pin.encode(), salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p))
    except ValueError:
        return False
    return hmac.compare_digest(found.hex(), digest) and pin_hash is not None
