"""Kiosks: the numbers that one may print while it is cut off, and what comes of them. PURE.

A kiosk's numbers begin with a prefix of its own, and the hub never gives one of them out: so a
number stays the only one of its kind in the hall and business day, whoever is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from math import inf
from typing import Final

from hub.core import calendar
from hub.core import events as e
from hub.core.commands import Decision, Sweep, refuse
from hub.core.plan import KioskPlace
from hub.core.rules import Mode
from hub.core.state import State
from hub.core.tickets import ANY_COUNTER, KIOSK_ALONE, ORDINARY, Ticket, TicketState
from hub.core.times import How, When
from wire import messages as w

CHANNEL: Final = "kiosk"
"""Where a number was taken that the hub gave out at a kiosk."""

SWEEP: Final = "sweep"
"""By whom a number is cancelled that was served while the hall was cut off."""

KIOSK: Final = "kiosk"
"""By whom a number is cancelled that a kiosk could not print."""

_NUMBER: Final = re.compile(r"([A-Z]{1,2})([0-9]{1,6})")


def series_of(number: str) -> tuple[str, int] | None:
    """A number's prefix and its place in the series; None if it is not written so."""
    found = _NUMBER.fullmatch(number)
    return (found[1], int(found[2])) if found else None


def count_shown(state: State, number: str) -> None:
    """Count a number that somebody has, whoever gave it out: it is not given out again today."""
    found = series_of(number)
    if found is not None:
        prefix, place = found
        state.series[prefix] = max(state.series.get(prefix, 0), place)


def count_printed(state: State, number: str) -> None:
    """Count a number of a kiosk's own series, so that none below it is given out again."""
    found = series_of(number)
    if found is not None and found[0] not in _own_prefixes(state):
        count_shown(state, number)


def _own_prefixes(state: State) -> set[str]:
    """What the numbers begin with that the hub gives out itself."""
    return {service.prefix for service in state.plan.services}


def number_block(state: State, kiosk: KioskPlace) -> w.NumberBlock | None:
    """The numbers that a kiosk may print by itself; None before the first business day."""
    if state.day is None:
        return None
    first = state.series.get(kiosk.prefix, 0) + 1
    last = first + kiosk.block - 1
    return w.NumberBlock(day=state.day, prefix=kiosk.prefix, first=first, last=last)


def printed_alone(
    state: State, unit: str, key: tuple[str, int], record: w.IssuedRecord, issued: When
) -> e.Event:
    """The event of a number that was printed while its kiosk was cut off.

    `key` is the record's outbox and sequence. A number that may be of today waits, if it was
    printed earlier since the day began: people may hold it, and the sweep is there.
    """
    why = _unusable(state, record, issued)
    if why is not None:
        return e.NumberSetAside(
            at=issued.at,
            unit=unit,
            outbox=key[0],
            sequence=key[1],
            ticket=record.ticket,
            number=record.number,
            service=record.service,
            sure=issued.sure,
            why=why,
        )
    at = max(issued.at, _day_started(state))
    classes = {kind.id for kind in state.plan.priorities}
    return e.TicketIssued(
        at=at,
        ticket=record.ticket,
        number=record.number,
        service=record.service,
        queued_at=at,
        channel=KIOSK_ALONE,
        kind=record.ticket_class if record.ticket_class in classes else ORDINARY,
        label=ANY_COUNTER if state.plan.dispatch.mode is Mode.ASSIGNED else None,
    )


def _day_started(state: State) -> float:
    """When the present business day began by the calendar; the hub may have come back later."""
    return calendar.day_starts(state.plan, date.fromisoformat(state.day)) if state.day else inf


def _over(state: State, issued: When) -> bool:
    """Whether a number cannot be of the present business day."""
    began = _day_started(state)
    if issued.since >= began:
        return False
    if issued.how is How.GUESS:
        return state.day is None  # its clock was never right
    return issued.until < began or not calendar.opens_between(state.plan, began, issued.until)


def _unusable(state: State, record: w.IssuedRecord, issued: When) -> str | None:
    """Why nobody can be called by this number."""
    found = series_of(record.number)
    if found is None or found[0] in _own_prefixes(state):
        return "foreign_number"
    if _over(state, issued):
        return "day_over"
    if record.ticket in state.tickets:
        return "doubled_ticket"
    behind = state.restored is not None or state.passed
    if behind and any(call.ticket == record.ticket for call in state.calls.values()):
        return "called"  # in the time that is lost; the record of the call was quicker
    if any(ticket.number == record.number for ticket in state.tickets.values()):
        return "doubled_number"
    return None if record.service in state.plan.service else "unknown_service"


def not_printed(state: State, record: w.PrintRecord, now: float) -> Iterator[e.Event]:
    """What follows from the word on a number's paper: who has none is not to be called."""
    ticket = state.tickets.get(record.ticket)
    if record.outcome != "printed" and ticket and ticket.state is TicketState.WAITING:
        yield e.TicketCancelled(now, ticket.id, KIOSK)


# --- the sweep ----------------------------------------------------------------------------


def waiting_alone(state: State) -> list[Ticket]:
    """Who waits with a number that was printed while its kiosk was cut off, oldest first."""
    found = (t for t in state.tickets.values() if t.channel == KIOSK_ALONE)
    waiting = (ticket for ticket in found if ticket.state is TicketState.WAITING)
    return sorted(waiting, key=lambda ticket: (ticket.issued_at, ticket.order))


def sweep(state: State, command: Sweep, now: float) -> Decision:
    """Close the numbers printed before a time: their people were served meanwhile."""
    events = tuple(
        e.TicketCancelled(now, ticket.id, SWEEP)
        for ticket in waiting_alone(state)
        if ticket.issued_at < command.before
    )
    if not events:
        return refuse("nothing_to_sweep", "no number that was printed alone waits any more")
    return Decision(events, reason=f"{len(events)} numbers closed")


def number_set_aside(state: State, event: e.NumberSetAside) -> None:
    """A number that is of no use still has been used."""
    if event.why != "day_over":
        count_printed(state, event.number)
    state.today.quarantined += 1
