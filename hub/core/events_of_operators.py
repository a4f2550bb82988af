"""What operators do that changes nothing in the hall but what its page asks of them."""

from __future__ import annotations

from dataclasses import dataclass

from hub.core.event import Event


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged(Event):
    """Somebody (`by`) has seen an alarm that stands since `since`, in wall seconds.

    `alarm` is its key, as `hub.core.alarms` makes it. The same cause that comes again later is
    another alarm.
    """

    alarm: str
    since: float
    by: str
