"""What leaves after a commit: states for units, announcements for everything that shows calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from hub.core import events as e
from hub.core.grants import active
from hub.core.hall import Hall
from hub.core.notices import told
from hub.core.onward import targets
from hub.core.pictures import Waits, counter_picture
from hub.core.plan import RatingOption
from hub.core.presence import Presence
from hub.core.records import Heads
from hub.kiosks import kiosk_picture
from hub.ticket_links import TicketLinks
from wire import messages as w
from wire import topics
from wire.clock import rfc3339


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message for a unit, or for the whole hall if `unit` is empty."""

    topic: topics.Topic
    message: w.Message
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What messages are drawn up from. Read only."""

    hall: Hall
    heads: Heads
    presence: Presence
    now: float
    waits: Callable[[float], Waits | None] = lambda _: None
    links: TicketLinks | None = None


def receipt(sight: Sight, unit: str, outbox: str) -> Outbound:
    """How far an outbox is committed."""
    through = sight.heads.through(unit, outbox)
    return Outbound(topics.RECEIPT, w.Receipt(outbox=outbox, through=through), unit)


def refusal(sight: Sight, unit: str, hello: w.Hello, refused: w.LinkRefusal) -> Outbound:
    """The answer to a run that the hub will not work with."""
    state = _state(sight, unit, hello.run, hello.n, hello.outbox, None)
    return Outbound(topics.STATE, state.model_copy(update={"refused": refused}), unit)


def state_for(sight: Sight, unit: str) -> Outbound | None:
    """What a unit may act on; None for one that was not heard or is no longer in the plan."""
    heard = sight.presence.get(unit)
    if heard is None or unit not in sight.hall.plan.role_of_unit:
        return None
    counter = sight.hall.plan.counter_of_unit.get(unit)
    message = _state(sight, unit, heard.run, heard.n, heard.outbox, counter)
    return Outbound(topics.STATE, message, unit)


def _state(sight: Sight, unit: str, run: str, n: int, outbox: str, counter: str | None) -> w.State:
    hall, plan = sight.hall, sight.hall.plan
    picture = counter_picture(hall, counter, sight.now) if counter else None
    return w.State(
        hall=plan.hall.name,
        now=rfc3339(sight.now, plan.zone),
        epoch=hall.epoch,
        epoch_id=hall.epoch_id,
        version=_version(hall, counter),
        run=run,
        n=n,
        outbox=outbox,
        committed=sight.heads.through(unit, outbox),
        lease_s=60 * plan.alone.lease_min,
        grants=_grants(hall, unit, run, counter),
        counter=picture,
        rating=_rating_keys(plan.rating.levels) if counter else [],
        invite_s=plan.rating.invite_s,
        transfers=targets(hall, counter, sight.now) if counter else [],
        next_finishes=plan.dispatch.next_finishes,
        kiosk=_kiosk(sight, unit),
        emergency=told(hall.emergency) if counter else None,
    )


@lru_cache(maxsize=1)  # the same in each state of a counter, until there is another plan
def _rating_keys(levels: tuple[RatingOption, ...]) -> list[w.RatingOption]:
    return [
        w.RatingOption(
            level=option.level,
            name=option.name,
            tags=[w.RatingTag(code=tag.code, name=tag.name) for tag in option.asked],
        )
        for option in levels
    ]


def _version(hall: Hall, counter: str | None) -> int:
    """Moves with all that the unit of a counter acts on: its picture, and its grants."""
    if counter is None:
        return hall.version
    state = hall.counters[counter]
    return max(state.version, state.granted)


def _grants(hall: Hall, unit: str, run: str, counter: str | None) -> list[w.Grant]:
    if counter is None or (known := hall.units.get(unit)) is None or known.run != run:
        return []
    tickets = [hall.tickets[grant.ticket] for grant in active(hall, counter, unit)]
    return [
        w.Grant(
            ticket=ticket.id,
            number=ticket.number,
            service=ticket.service,
            service_name=hall.plan.service[ticket.service].name,
        )
        for ticket in tickets
    ]


def _kiosk(sight: Sight, unit: str) -> w.KioskPicture | None:
    if unit not in sight.hall.plan.kiosk:
        return None
    return kiosk_picture(sight.hall, unit, sight.now, sight.waits(sight.now), sight.links)


_ANNOUNCED: dict[type[e.Event], Literal["called", "recalled", "voided"]] = {
    e.TicketCalled: "called",
    e.TicketRecalled: "recalled",
    e.CallVoided: "voided",
}


def announcement(hall: Hall, event: e.Event) -> Outbound | None:
    """A call, or one taken back, for all who show or say it; None for any other event."""
    kind = _ANNOUNCED.get(type(event))
    if kind is None or not isinstance(event, e.TicketCalled | e.TicketRecalled | e.CallVoided):
        return None
    ticket, counter = hall.tickets.get(event.ticket), hall.plan.counter.get(event.counter)
    if ticket is None or counter is None:
        return None
    message = w.Announce(
        epoch=hall.epoch,
        at=rfc3339(event.at, hall.plan.zone),
        kind=kind,
        call_id=event.call_id,
        number=ticket.number,
        counter=event.counter,
        counter_number=counter.number,
        service=ticket.service,
        service_name=hall.plan.service[ticket.service].name,
    )
    return Outbound(topics.ANNOUNCE, message)
