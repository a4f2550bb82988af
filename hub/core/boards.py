"""The hall as its boards show it. A pure projection of the state.

Forecasts are rounded outward to whole minutes, as a board shows them: a picture that looks
the same is the same, and is not sent again.
"""

from __future__ import annotations

import heapq
import math
from itertools import islice

from hub.core.hall import Hall
from hub.core.notices import told
from hub.core.pictures import WaitRange, Waits, line_picture
from hub.core.plan import BoardPlace, Service
from hub.core.state import Call
from hub.core.tickets import IN_HAND
from wire import messages as w
from wire.clock import rfc3339

CALLS_SHOWN = 24
"""More than any board has room for."""

LOOKED_AT = 500
"""So many calls are looked through for them: a board of rare services shows what is recent."""

_MINUTE_S = 60.0


def board_picture(hall: Hall, place: BoardPlace, now: float, waits: Waits | None) -> w.Board:
    """What one board shows at `now`."""
    plan = hall.plan
    names = place.services or tuple(plan.service)
    services = [service for service in plan.services if service.id in names]
    return w.Board(
        hall=plan.hall.name,
        now=rfc3339(now, plan.zone),
        epoch=hall.epoch,
        version=hall.version,
        open=hall.open,
        calls=[_call(hall, call) for call in _latest(hall, frozenset(names))],
        queues=[queue_picture(hall, service, now, waits) for service in services],
        notice=told(hall.notice),
        emergency=told(hall.emergency),
    )


def queue_picture(hall: Hall, service: Service, now: float, waits: Waits | None) -> w.QueuePicture:
    """One service's line, its forecast rounded outward to minutes."""
    line = line_picture(hall, service, now, waits)
    return w.QueuePicture(
        service=line.id,
        name=line.name,
        prefix=line.prefix,
        waiting=line.waiting,
        counters=line.open_counters,
        wait_s=_in_minutes(line.wait_s) if line.wait_s and line.open_counters else None,
    )


def _in_minutes(wait: WaitRange) -> w.Wait:
    low, high = math.floor(wait.p10 / _MINUTE_S), math.ceil(wait.p90 / _MINUTE_S)
    middle = min(max(round(wait.p50 / _MINUTE_S), low), high)
    return w.Wait(p10=low * _MINUTE_S, p50=middle * _MINUTE_S, p90=high * _MINUTE_S)


def _latest(hall: Hall, services: frozenset[str]) -> list[Call]:
    """The day's last calls of these services, newest first; a call again is a new one."""
    calls = [
        call
        for call in islice(reversed(hall.calls.values()), LOOKED_AT)
        if call.called_at >= hall.day_began_at and call.service in services and not call.voided
    ]
    return heapq.nlargest(CALLS_SHOWN, calls, key=_at)


def _at(call: Call) -> float:
    return call.called_at if call.recalled_at is None else call.recalled_at


def _call(hall: Hall, call: Call) -> w.BoardCall:
    found = hall.tickets.get(call.ticket)
    ticket = found if found is not None and found.call_id == call.call_id else None
    recalls = ticket.recalls if ticket is not None else 0
    counter, service = hall.plan.counter.get(call.counter), hall.plan.service.get(call.service)
    return w.BoardCall(
        call_id=call.call_id,
        number=call.number,
        counter_number=counter.number if counter else call.counter,
        service_name=service.name if service else w.Text(zh=call.service, en=call.service),
        at=rfc3339(_at(call), hall.plan.zone),
        recalls=max(recalls, int(call.recalled_at is not None)),
        over=ticket is None or ticket.state not in IN_HAND,
    )
