"""PINs are kept as scrypt hashes. Slow on purpose: never check one in the state's thread."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_N, _R, _P = 2**13, 8, 1
MOST_N, MOST_R, MOST_P = 2**15, 8, 4
"""What a hash may cost at most, which is some sixteen times ours."""

_NOBODY = f"scrypt${_N}${_R}${_P}${bytes(16).hex()}${bytes(64).hex()}"


def hash_pin(pin: str) -> str:
    """The text for `pin_hash` in the configuration."""
    salt = secrets.token_bytes(16)
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=_N, r=_R, p=_P)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${digest.hex()}"


def pin_right(pin: str, pin_hash: str | None) -> bool:
    """Whether a PIN belongs to a hash. Takes as long for a clerk who does not exist (None)."""
    stored = pin_hash or _NOBODY
    try:
        _, *cost, salt, digest = stored.split("$")
        n, r, p = (int(part) for part in cost)
        if not (1 < n <= MOST_N and 0 < r <= MOST_R and 0 < p <= MOST_P):
            return False  # a plan from elsewhere must not make a sign-in cost seconds
        found = hashlib.scrypt(pin.encode(), salt=bytes.fromhex(salt), n=n, r=r, p=p)
    except (ValueError, TypeError, OverflowError):
        return False
    return hmac.compare_digest(found.hex(), digest) and pin_hash is not None
