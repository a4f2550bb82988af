"""The secret on a ticket's slip: who knows it holds the ticket. PURE.

A ticket's id is known to staff, boards and programs, so it gives nobody the right to rate, to
come back or to give the ticket up. The address on the slip ends in `id.token`; the token is an
HMAC-SHA-256 of the id, cut to 128 bits, in base 32. The hub holds the key. A kiosk that is cut
off has a key of its own for each block of numbers, from which the hub knows its tokens again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from typing import Final

TOKEN_BYTES: Final = 16
"""128 bits: nobody guesses one, however long they try."""

_WRITTEN = re.compile(r"([a-z0-9][a-z0-9-]{0,31})(?:\.([a-z2-7]{26}))?")

SLIP_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,31}(\.[a-z2-7]{26})?$"
"""A ticket's id, and its token if it is known."""


def subkey(key: bytes, purpose: str) -> bytes:
    """A key for one purpose only, from which the first cannot be found."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()


def token_of(key: bytes, ticket: str) -> str:
    """The token of a ticket: 26 letters and digits."""
    cut = hmac.new(key, ticket.encode(), hashlib.sha256).digest()[:TOKEN_BYTES]
    return b32encode(cut).decode().rstrip("=").lower()


def slip_of(key: bytes, ticket: str) -> str:
    """What the address on a ticket's slip ends in."""
    return f"{ticket}.{token_of(key, ticket)}"


def read_slip(text: str) -> tuple[str, str]:
    """Ticket and token of what an address ends in.

    The token is empty if there is none, both are for what was never the end of an address.
    """
    found = _WRITTEN.fullmatch(text)
    return (found[1], found[2] or "") if found else ("", "")
