"""Ratings: which records count.

One first rating a call (一次一评). What does not count is kept all the same, with the
reason, and a person decides; nothing is deleted and nothing is made up.
"""

from __future__ import annotations

from hub.core import events as e
from hub.core.state import State
from wire.messages import CallRecord, RatingRecord, RatingTagsRecord, UnratedRecord


def judge(state: State, unit: str, record: RatingRecord | UnratedRecord) -> str | None:
    """Why a rating, or the word that there was none, does not count; None if it does."""
    call = state.calls.get(record.call_id)
    if call is None:
        return "unknown_call"
    if call.counter != record.counter or not state.stood_at(unit, record.counter):
        return "other_counter"
    if call.ended_at is None:
        return "not_ended"
    if isinstance(record, UnratedRecord):
        return "answered" if call.answered else None
    return "second" if call.rated else None


def rated(
    state: State, unit: str, key: tuple[str, int], record: RatingRecord, at: float, sure: str
) -> e.Rated:
    """The event of a rating record. `key` is its outbox and sequence."""
    why_not = judge(state, unit, record)
    clerk, ticket = _about(state, record)
    return e.Rated(
        at=at,
        unit=unit,
        outbox=key[0],
        sequence=key[1],
        counter=record.counter,
        clerk=clerk,
        call_id=record.call_id,
        ticket=ticket,
        level=record.level.value,
        after_ms=record.after_ms,
        sure=sure,
        counted=why_not is None,
        why_not=why_not,
    )


def unrated(
    state: State, unit: str, key: tuple[str, int], record: UnratedRecord, at: float, sure: str
) -> e.Unrated:
    """The event of an invitation that ran out."""
    why_not = judge(state, unit, record)
    clerk, ticket = _about(state, record)
    return e.Unrated(
        at=at,
        unit=unit,
        outbox=key[0],
        sequence=key[1],
        counter=record.counter,
        clerk=clerk,
        call_id=record.call_id,
        ticket=ticket,
        sure=sure,
        counted=why_not is None,
        why_not=why_not,
    )


def tagged(
    state: State, unit: str, key: tuple[str, int], record: RatingTagsRecord, at: float, sure: str
) -> e.RatingTagged:
    """The event of the reasons that somebody gave for a rating."""
    call = state.calls.get(record.call_id)
    if call is None or call.counter != record.counter or not state.stood_at(unit, record.counter):
        why_not: str | None = "unknown_call"
    elif not call.rated:
        why_not = "not_rated"
    else:
        why_not = "second" if call.tagged else None
    return e.RatingTagged(
        at=at,
        unit=unit,
        outbox=key[0],
        sequence=key[1],
        counter=record.counter,
        call_id=record.call_id,
        ticket=_about(state, record)[1],
        tags=tuple(record.tags),
        sure=sure,
        counted=why_not is None,
        why_not=why_not,
    )


def _about(state: State, record: CallRecord) -> tuple[str | None, str]:
    """Clerk and ticket of the call: the hub's own word if it knows the call."""
    call = state.calls.get(record.call_id)
    return (call.clerk, call.ticket) if call else (record.clerk, record.ticket)
