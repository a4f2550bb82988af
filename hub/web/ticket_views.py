"""What the web shows a citizen of a ticket: where it stands, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from hub.core.commands import OnTicket
from hub.core.decide import decide
from hub.core.hall import Hall
from hub.core.phone_ratings import option_of, ratable, tags_of, until
from hub.core.pictures import Waits, ticket_picture
from hub.core.tickets import KIOSK_ALONE, Ticket, TicketState
from hub.web import models as m
from hub.web.bodies import TicketWish
from hub.web.load_views import Time
from hub.web.texts import Words, both, marked
from hub.web.why import kind_name
from wire.messages import Text

WISHES: tuple[TicketWish, ...] = ("check_in", "come_back", "not_called", "cancel")
"""What a citizen may do with a ticket."""

_STATES = {
    TicketState.BOOKED: marked("Appointment"),
    TicketState.WAITING: marked("In line"),
    TicketState.CALLED: marked("Called"),
    TicketState.RECALLED: marked("Called again"),
    TicketState.SERVING: marked("Serving"),
    TicketState.HELD: marked("On hold"),
    TicketState.DONE: marked("Done"),
    TicketState.NO_SHOW: marked("Missed"),
    TicketState.CANCELLED: marked("Given up"),
    TicketState.EXPIRED: marked("No longer valid"),
}


_OVER = {TicketState.DONE, TicketState.CANCELLED, TicketState.EXPIRED}


def can_go_on(ticket: m.TicketView) -> bool:
    """Whether somebody still has its turn before them, or is in it."""
    missed = ticket.state is TicketState.NO_SHOW
    return "come_back" in ticket.wishes if missed else ticket.state not in _OVER


def state_text(state: TicketState) -> Words:
    """A ticket's state in words."""
    return both(_STATES[state])


class Eyes(IntEnum):
    """Who looks at a ticket: the public sees where it stands, and its holder all."""

    ANYBODY = 0
    STAFF = 1
    HOLDER = 2


@dataclass(frozen=True, slots=True)
class TicketSight:
    """What a ticket is looked at with."""

    hall: Hall
    now: float
    time: Time
    waits: Waits | None
    eyes: Eyes


def ticket_view(
    sight: TicketSight, ticket: Ticket, apart: m.HeldApart | None = None
) -> m.TicketView:
    """One ticket for the person who holds it. `apart`: who keeps it and is cut off."""
    hall, time = sight.hall, sight.time
    picture = ticket_picture(hall, ticket.id, sight.now, sight.waits)
    shown = picture.model_dump(exclude={"waited_s"})
    more = {
        "state_text": state_text(ticket.state),
        "kind": kind_name(hall, ticket.kind),
        "further": tuple(
            m.NamedService(id=s, name=hall.plan.service[s].name) for s in ticket.further
        ),
        "kept_for": _kept_for(hall, ticket),
        "held_apart": apart,
        "open_counters": sum(ticket.service in s for s in hall.duty.serving.values()),
        "wishes": _wishes(sight, ticket, apart),
        "issued_at": time(ticket.issued_at),
        "since": time(ticket.since),
        "holder": sight.eyes is Eyes.HOLDER,
        "alone": ticket.channel == KIOSK_ALONE,
        "rating": _rating(sight, ticket) if sight.eyes is Eyes.HOLDER else None,
        **_moments(hall, ticket, time),
    }
    return m.TicketView.model_validate({**shown, **more})


def _wishes(
    sight: TicketSight, ticket: Ticket, apart: m.HeldApart | None
) -> tuple[TicketWish, ...]:
    if sight.eyes is Eyes.ANYBODY:
        return ()
    # The word of who was not called counts once the counter can call by itself no more.
    silent = apart is not None and apart.callable_until is None
    return tuple(w for w in WISHES if _granted(sight.hall, ticket, w, sight.now, silent))


def _rating(sight: TicketSight, ticket: Ticket) -> m.RatingView | None:
    """The last service, if it may be rated or was."""
    hall = sight.hall
    call = ratable(hall, ticket, sight.now)
    if call is None:
        return None
    service, counter = hall.plan.service.get(call.service), hall.plan.counter.get(call.counter)
    chosen, asked = option_of(hall, call.phone_level), tags_of(hall, call)
    return m.RatingView(
        call_id=call.call_id,
        service_name=service.name if service else Text(zh=call.service, en=call.service),
        counter_number=counter.number if counter else call.counter,
        until=sight.time(until(hall, call)),
        rated=call.rated,
        level=call.phone_level or None,
        level_name=chosen.name if chosen else None,
        tags=tuple(m.AskedTag(code=t.code, name=t.name) for t in (asked.asked if asked else ())),
    )


def _kept_for(hall: Hall, ticket: Ticket) -> str | None:
    if ticket.state not in {TicketState.WAITING, TicketState.HELD}:
        return None
    counter = hall.plan.counter.get(ticket.bound or ticket.label or "")
    return counter.number if counter else None


def _granted(hall: Hall, ticket: Ticket, wish: TicketWish, now: float, silent: bool) -> bool:
    wanted = OnTicket(ticket.id, wish, "citizen", silent)
    return decide(hall, wanted, now).outcome != "refused"


def _moments(hall: Hall, ticket: Ticket, time: Time) -> dict[str, str | None]:
    """Until when what may be done."""
    plan, due_at = hall.plan, ticket.due_at
    booked = ticket.state is TicketState.BOOKED and due_at is not None
    missed = ticket.state is TicketState.NO_SHOW
    early_s, late_s = 60 * plan.appointments.early_min, 60 * plan.appointments.late_min
    back_s = 60 * plan.dispatch.come_back_min
    return {
        "due_at": None if due_at is None else time(due_at),
        "check_in_from": time(due_at - early_s) if booked and due_at is not None else None,
        "check_in_until": time(due_at + late_s) if booked and due_at is not None else None,
        "come_back_until": time(ticket.since + back_s) if missed else None,
    }
