"""Where a ticket in hand may be sent on to, for who chooses with a key or two. PURE."""

from __future__ import annotations

from typing import Final

from hub.core.at_counter import no_counter
from hub.core.state import State
from wire import messages as w

MOST: Final = 12
"""So many services and so many counters at most: nobody looks for one among more with a key."""


def targets(state: State, counter_id: str, now: float) -> list[w.TransferTarget]:
    """Other services that some counter on duty serves, then counters for the ticket's own service.

    In the hall's order; none while nobody is in hand.
    """
    counter = state.counters[counter_id]
    ticket = state.tickets.get(counter.ticket or "")
    if ticket is None:
        return []
    services = [
        w.TransferTarget(service=service.id, name=service.name)
        for service in state.plan.services
        if service.id != ticket.service and state.duty.capacity.get(service.id)
    ]
    counters = [
        w.TransferTarget(counter=there.id, number=there.number, name=there.name)
        for there in state.plan.skilled.get(ticket.service, ())
        if no_counter(state, counter, there.id, ticket.service, now) is None
    ]
    return services[:MOST] + counters[:MOST]
