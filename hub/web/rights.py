"""What a request may do: every route declares the right that it needs.

Rights are given to roles; a person has one role or several. `request.state.person` is who asks,
or None.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from fastapi import Depends, Request


class Right(StrEnum):
    """What somebody may do."""

    FOLLOW = "follow"
    """Take a number and follow it: anybody may."""

    VIEW = "view"
    """See the hall: any role may."""

    SERVE = "serve"
    """Command a counter: a clerk their own, operators and administrators any."""

    OPERATE = "operate"
    """What an operator does: advice, notices, sweeps, what a counter serves."""

    SUPERVISE = "supervise"
    """Ratings, reports, replay, quarantine."""

    ADMINISTER = "administer"
    """The configuration, people, units and tokens."""


class Needed:
    """A dependency of a route that refuses whoever lacks a right."""

    def __init__(self, right: Right) -> None:
        self.right = right

    async def __call__(self, request: Request) -> None:
        """Let the request through."""
        if not hasattr(request.state, "person"):
            request.state.person = None


def needs(right: Right) -> Any:
    """What a route or a router puts into its `dependencies` to need a right."""
    return Depends(Needed(right))
