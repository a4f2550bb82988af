"""The web's pictures of the state. They are made in its thread, and are quick."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import Any

from hub.core import calendar
from hub.core.dispatch import lines_for, waiting_for
from hub.core.hall import Hall
from hub.core.pictures import line_picture, open_invitation, phase, ticket_picture
from hub.core.plan import Counter, Service
from hub.core.state import CounterState, News
from hub.core.tickets import Ticket
from hub.journal.store import Quarantined, SetAside
from hub.transaction import JOURNAL_BEHIND, Transaction
from hub.web import models as m
from hub.web.facts import Facts
from hub.web.texts import both
from hub.web.words import news_text, why_called, why_set_aside
from wire.clock import Clock, rfc3339
from wire.messages import ClerkName, RatingOption

NEWS_SHOWN = 40
QUEUE_SHOWN = 8


class View:
    """One look at the state: whatever is built from it belongs to the same moment."""

    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._hall: Hall = transaction.hall
        self._plan = transaction.hall.plan
        self._speed = 1 / clock.real_seconds(1.0)

    def hall(self, facts: Facts, storage_error: str | None) -> m.HallView:
        """The whole hall."""
        return m.HallView(
            **self._moment(),
            hall=self._hall_name(),
            rating=tuple(
                RatingOption(level=option.level, name=option.name)
                for option in self._plan.rating.levels
            ),
            services=self._services(),
            counters=tuple(self._counter(counter) for counter in self._plan.counters),
            today=self._today(),
            warnings=self._warnings(facts, storage_error),
            rejected=dict(self._transaction.books.rejected),
            aside=tuple(self._aside_line(found) for found in self._aside().newest),
            news=tuple(self._news(line) for line in self._hall.feed[: -NEWS_SHOWN - 1 : -1]),
        )

    def lines(self) -> m.LinesView:
        """The lines alone."""
        return m.LinesView(**self._moment(), hall=self._hall_name(), services=self._services())

    def desk(self, counter: str, facts: Facts, storage_error: str | None) -> m.DeskView | None:
        """One counter for its clerk; None if there is no such counter."""
        plan = self._plan.counter.get(counter)
        if plan is None:
            return None
        return m.DeskView(
            **self._moment(),
            hall=self._hall_name(),
            counter=self._counter(plan),
            queue=tuple(self._queue(plan)),
            warnings=self._warnings(facts, storage_error),
        )

    def ticket(self, ticket_id: str) -> m.TicketNow | None:
        """One ticket for its citizen; None if there is no such ticket any more."""
        ticket = self._hall.tickets.get(ticket_id)
        if ticket is None:
            return None
        view = self._ticket(ticket)
        return m.TicketNow(**self._moment(), hall=self._hall_name(), ticket=view)

    # --- parts -----------------------------------------------------------------------------

    def _moment(self) -> dict[str, Any]:
        return {
            "now": self._time(self._transaction.now),
            "epoch": self._hall.epoch,
            "version": self._hall.version,
            "speed": self._speed,
        }

    def _time(self, wall_s: float) -> str:
        return rfc3339(wall_s, self._plan.zone)

    def _hall_name(self) -> m.HallName:
        return m.HallName(
            id=self._plan.hall.id,
            name=self._plan.hall.name,
            time_zone=self._plan.hall.time_zone,
            open=self._hall.open,
            day=self._hall.day,
            opens_at=None if self._hall.open else self._opens_at(),
        )

    def _opens_at(self) -> str | None:
        moment = calendar.next_opening_change(self._plan, self._transaction.now)
        return self._time(moment) if calendar.is_open(self._plan, moment) else None

    def _services(self) -> tuple[m.ServiceView, ...]:
        return tuple(self._service(service) for service in self._plan.services)

    def _service(self, service: Service) -> m.ServiceView:
        picture = line_picture(self._hall, service, self._transaction.now)
        oldest = self._hall.lines.oldest(service.id)
        return m.ServiceView(
            id=service.id,
            name=service.name,
            prefix=service.prefix,
            waiting=picture.waiting,
            oldest_at=self._time(oldest[0]) if oldest else None,
            target_s=service.target_s,
            counters=sum(service.id in counter.services for counter in self._plan.counters),
            open_counters=picture.open_counters,
            wait_s=picture.wait_s,
        )

    def _counter(self, plan: Counter) -> m.CounterView:
        state = self._hall.counters[plan.id]
        clerk = self._plan.clerk.get(state.clerk or "")
        ticket = self._hall.tickets.get(state.ticket or "")
        return m.CounterView(
            id=plan.id,
            number=plan.number,
            name=plan.name,
            state=phase(self._hall, state),
            since=self._counter_since(state, ticket),
            version=state.version,
            clerk=ClerkName(id=clerk.id, name=clerk.name) if clerk else None,
            services=self._hall.services_of(plan.id),
            ticket=self._held(state, ticket) if ticket else None,
            invitation=self._invitation(state),
            waiting=waiting_for(self._hall, plan.id),
            served_today=state.served_today,
            unit=self._unit(plan.unit) if plan.unit else None,
            last_command=self._transaction.books.commanded.get(plan.id),
        )

    def _counter_since(self, state: CounterState, ticket: Ticket | None) -> str | None:
        since = ticket.since if ticket else state.free_since
        return None if since is None else self._time(since)

    def _held(self, state: CounterState, ticket: Ticket) -> m.HeldTicket:
        return m.HeldTicket(
            id=ticket.id,
            number=ticket.number,
            service=ticket.service,
            state=ticket.state,
            recalls=ticket.recalls,
            since=self._time(ticket.since),
            why=why_called(state.reason),
        )

    def _invitation(self, state: CounterState) -> m.OpenInvitation | None:
        call = open_invitation(self._hall, state, self._transaction.now)
        if call is None:
            return None
        until = (call.ended_at or 0.0) + call.invite_s
        return m.OpenInvitation(number=call.number, until=self._time(until))

    def _unit(self, unit: str) -> m.UnitView:
        known = self._hall.units.get(unit)
        heard = self._transaction.books.presence.heard(unit, self._transaction.monotonic)
        lost_at = known.lost_at if known and not heard else None
        return m.UnitView(
            id=unit, heard=heard, lost_since=None if lost_at is None else self._time(lost_at)
        )

    def _today(self) -> m.Today:
        today = self._hall.today
        return m.Today(
            issued=today.issued,
            served=today.served,
            missed=today.missed,
            rated=sum(today.levels.values()),
            unrated=today.unrated,
            not_counted=today.not_counted,
            quarantined=today.quarantined,
            levels=dict(today.levels),
        )

    def _warnings(self, facts: Facts, storage_error: str | None) -> tuple[m.Alert, ...]:
        found = list(trouble(facts, storage_error))
        count = self._aside().count
        if count:
            text = both("{count} records of units are set aside and not counted", count=count)
            found.append(m.Alert(code="quarantined", text=text))
        if JOURNAL_BEHIND in self._transaction.books.rejected:
            text = both(
                "The journal is older than the units remember. If it was put back from a backup,"
                " numbers and calls of the time between may come again"
            )
            found.append(m.Alert(code="journal_behind", text=text))
        return tuple(found)

    def _aside(self) -> SetAside:
        return self._transaction.books.journal.set_aside()

    def _aside_line(self, found: Quarantined) -> m.AsideLine:
        return m.AsideLine(
            at=self._time(found.received_at),
            unit=found.unit,
            code=found.code,
            why=why_set_aside(found.code),
            detail=found.detail,
        )

    def _news(self, news: News) -> m.NewsLine:
        return m.NewsLine(
            sequence=news.sequence,
            at=self._time(news.at),
            kind=news.kind,
            counter=news.content.get("counter"),
            level=news.content.get("level"),
            text=news_text(self._hall, news),
            why=why_called(news.content.get("reason") or {}),
        )

    def _queue(self, plan: Counter) -> list[m.QueuedTicket]:
        tickets = self._hall.tickets
        lines = [
            [tickets[i] for i in line.tickets()[:QUEUE_SHOWN]]
            for line in lines_for(self._hall, plan.id)
        ]
        order = merge(*lines, key=lambda ticket: (ticket.queued_at, ticket.order))
        return [
            m.QueuedTicket(number=t.number, service=t.service, queued_at=self._time(t.queued_at))
            for t in islice(order, QUEUE_SHOWN)
        ]

    def _ticket(self, ticket: Ticket) -> m.TicketView:
        picture = ticket_picture(self._hall, ticket.id, self._transaction.now)
        shown = picture.model_dump(exclude={"waited_s"})
        issued_at, since = self._time(ticket.issued_at), self._time(ticket.since)
        return m.TicketView.model_validate({**shown, "issued_at": issued_at, "since": since})


def trouble(facts: Facts, storage_error: str | None) -> list[m.Alert]:
    """What is wrong with the hub itself, and what is left open."""
    found = []
    if storage_error is not None:
        text = both("The hub cannot store anything; what is pressed now does not count")
        found.append(m.Alert(code="storage", text=text))
    if not facts.broker_up:
        text = both("The hub has no link to its broker; the units at the counters are cut off")
        found.append(m.Alert(code="broker_down", text=text))
    if facts.broker_exposed:
        text = both("The embedded broker is open to this network: anyone on it can give commands")
        found.append(m.Alert(code="broker_exposed", text=text))
    return found
