"""Ratings that citizens give on the page of their ticket, after the service. PURE.

The call's own counter rates it through its unit's records; this is the other way in. One rule
holds for both: what is committed first is the call's first rating and counts, what comes later
is kept and marked. An invitation that ran out at the counter takes nothing from the phone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hub.core import events as e
from hub.core.commands import Decision, RateByPhone, TagByPhone, refuse
from hub.core.events_of_units import PHONE
from hub.core.plan import RatingOption
from hub.core.state import Call, State
from hub.core.tickets import IN_HAND, Ticket

RATED_BY: Final = ""
"""In place of the unit that took a rating: none did. No unit can have this for an id."""

SURE: Final = "run"
"""How the time of a press is known that the hub itself has timed."""

PER_CALL: Final = 2
"""A first rating and an additional one; more of them would only be noise."""


def until(state: State, call: Call) -> float:
    """Until when, in wall seconds, a call that has ended may be rated by phone."""
    return (call.ended_at or 0.0) + 60 * state.plan.rating.phone_min


def ratable(state: State, ticket: Ticket, now: float) -> Call | None:
    """The last call of a ticket, if it may be rated by phone now, or was."""
    call = state.calls.get(ticket.call_id or "")
    return call if call is not None and _why_not(state, ticket, call, now) is None else None


def option_of(state: State, level: str) -> RatingOption | None:
    """A level of the hall's scheme; None for one that it does not have."""
    return next((o for o in state.plan.rating.levels if o.level.value == level), None)


def tags_of(state: State, call: Call) -> RatingOption | None:
    """The level for which reasons are still asked of whoever rated a call by phone."""
    option = option_of(state, call.phone_level)
    return option if option is not None and option.asked and not call.tagged else None


def rate(state: State, command: RateByPhone, now: float) -> Decision:
    """The citizen rates a call. A second rating is kept, and does not count."""
    call = _call(state, command, now)
    if isinstance(call, Decision):
        return call
    if option_of(state, command.level) is None:
        return refuse("unknown_level", f"the hall's scheme has no level {command.level!r}")
    if call.phone_ratings >= PER_CALL:
        return refuse("rated_twice", "this service has been rated twice by phone")
    why_not = "second" if call.rated else None
    event = e.Rated(
        at=now,
        clerk=call.clerk,
        level=command.level,
        after_ms=int(1000 * max(0.0, now - (call.ended_at or now))),
        counted=why_not is None,
        why_not=why_not,
        **_key(call),
    )
    return Decision((event,), ticket=call.ticket)


def tag(state: State, command: TagByPhone, now: float) -> Decision:
    """The citizen gives the reasons for a rating by phone, once."""
    call = _call(state, command, now)
    if isinstance(call, Decision):
        return call
    option = tags_of(state, call)
    if option is None:
        return refuse("not_asked", "no reasons are asked for here, or they have been given")
    known = tuple(found.code for found in option.asked if found.code in command.tags)
    if not known or len(known) != len(set(command.tags)):
        return refuse("unknown_tag", "name reasons of the level that was chosen")
    event = e.RatingTagged(at=now, tags=known, counted=True, why_not=None, **_key(call))
    return Decision((event,), ticket=call.ticket)


def _call(state: State, command: RateByPhone | TagByPhone, now: float) -> Call | Decision:
    """The call that a command is about, or why it cannot be rated."""
    ticket, call = state.tickets.get(command.ticket), state.calls.get(command.call_id)
    if ticket is None:
        return refuse("unknown_ticket", "there is no such ticket today")
    if call is None or call.ticket != ticket.id:
        return refuse("unknown_call", "this ticket has no such call")
    code = _why_not(state, ticket, call, now)
    return call if code is None else refuse(code, _WHY_NOT[code])


def _why_not(state: State, ticket: Ticket, call: Call, now: float) -> str | None:
    """Why a call cannot be rated by phone now; None if it can."""
    if call.voided or call.ended_at is None:
        return "not_ended"
    if ticket.state in IN_HAND and ticket.call_id == call.call_id:
        return "not_ended"  # its end was taken back
    return "rating_over" if now >= until(state, call) else None


_WHY_NOT: Final[Mapping[str, str]] = {
    "not_ended": "the service has not ended",
    "rating_over": "the time to rate this service is over",
}


def _key(call: Call) -> dict[str, Any]:
    """What a press by phone is stored under, as a record is under its unit's outbox."""
    return {
        "unit": RATED_BY,
        "outbox": call.call_id,
        "sequence": call.by_phone + 1,
        "counter": call.counter,
        "call_id": call.call_id,
        "ticket": call.ticket,
        "sure": SURE,
        "channel": PHONE,
    }


RULES: Final[dict[type, Callable[[State, Any, float], Decision]]] = {
    RateByPhone: rate,
    TagByPhone: tag,
}
