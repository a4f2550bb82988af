"""The numbers that were taken on a phone: its browser brings the ends of their addresses along.

They go to the page that gives out numbers alone, so that whoever comes back to it, or opens it
once more, finds the number that they hold instead of taking a second one by mistake.
"""

from __future__ import annotations

import re
from typing import Final

from fastapi import Request, Response

from wire.slips import SLIP_PATTERN

COOKIE: Final = "numbers"

REMEMBERED: Final = 4
"""So many are remembered, the latest: a family has come on one phone."""

REMEMBERED_S: Final = 24 * 3600


def slips_of(request: Request) -> tuple[str, ...]:
    """What the addresses of these numbers end in, the latest first."""
    kept = request.cookies.get(COOKIE, "").split(":")
    return tuple(slip for slip in kept if re.fullmatch(SLIP_PATTERN, slip))[:REMEMBERED]


def remember(request: Request, answer: Response, slip: str) -> None:
    """Have the browser bring this one too, to the page that gives out numbers."""
    others = (other for other in slips_of(request) if other != slip)
    answer.set_cookie(
        COOKIE,
        ":".join([slip, *others][:REMEMBERED]),
        max_age=REMEMBERED_S,
        path="/take",
        httponly=True,
        samesite="lax",  # a link in a message leads here too
        secure=request.url.scheme == "https",
    )
