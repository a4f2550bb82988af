"""Forks: records that came under a number that had been another record's. PURE.

A copy of a unit's disk makes them, and so does whoever tampers with one. They are set aside, and
nobody believes them by itself; a person looks at each, and takes a rating for what it says or
leaves it, once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from hub.core import events as e
from hub.core.commands import Decision, refuse
from hub.core.commands_of_forks import Fork, ReviewFork
from hub.core.ratings import judge, rated
from hub.core.state import State
from wire.messages import RatingRecord

UNKNOWN: Final = "unknown_record"
"""The code of a refusal: no such record was set aside, or it is no fork."""


def review(state: State, command: ReviewFork, now: float) -> Decision:
    """A person (`by`) has looked at a fork.

    A rating that is to count is one of its call by the rules of all ratings: the first counts, a
    second is kept and marked.
    """
    fork = command.found
    if fork is None:
        return refuse(UNKNOWN, "no such record was set aside that a person is to look at")
    if fork.hash in state.desk.forks:
        return refuse("reviewed", "somebody has decided about this record already")
    why = (now, fork.unit, fork.outbox, fork.sequence, fork.hash)
    if command.wish == "leave":
        return Decision((e.ForkReviewed(*why, False, command.by, command.reason),))
    rating = _rating(state, fork)
    if isinstance(rating, Decision):
        return rating
    looked = e.ForkReviewed(*why, True, command.by, command.reason)
    return Decision((looked, rating), ticket=rating.ticket)


def _rating(state: State, fork: Fork) -> e.Rated | Decision:
    """The rating that a fork is, or why it is none that could count now."""
    if not fork.hash_fits:
        return refuse("bad_hash", "the record's hash does not belong to what it says")
    if not isinstance(fork.body, RatingRecord):
        return refuse("not_a_rating", "this record is no rating")
    if judge(state, fork.unit, fork.body) == "not_ended":
        return refuse("not_ended", "the service that it rates has not ended")
    key = (fork.outbox, fork.sequence)
    found = rated(state, fork.unit, key, fork.body, fork.at, fork.sure)
    return replace(found, fork=fork.hash)


def _reviewed(state: State, event: e.ForkReviewed) -> None:
    if event.hash in state.desk.forks:
        raise ValueError("a fork is decided about once")
    state.desk.forks.append(event.hash)


RULES: Final[dict[type, Callable[[State, Any, float], Decision]]] = {ReviewFork: review}

HANDLERS: Final[dict[type[e.Event], Callable[[State, Any], None]]] = {e.ForkReviewed: _reviewed}
