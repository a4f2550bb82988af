"""The web's pictures of the state. They are made in its thread, and are quick."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from functools import lru_cache
from typing import Any, Literal
from weakref import WeakKeyDictionary

from hub.core import calendar
from hub.core.dispatch import waiting_for
from hub.core.hall import Hall
from hub.core.kiosk import waiting_alone
from hub.core.notices import told
from hub.core.pictures import line_picture, open_invitation, phase
from hub.core.plan import Counter, Service
from hub.core.state import CounterState, News
from hub.core.tickets import Ticket, TicketState
from hub.journal.store import Quarantined, SetAside
from hub.transaction import Transaction
from hub.web import desk_views, load_views
from hub.web import models as m
from hub.web import operator_models as om
from hub.web.alarm_views import alarm_views
from hub.web.facts import Facts
from hub.web.news_why import why_news
from hub.web.ratings_told import levels_told, without_ratings
from hub.web.texts import both
from hub.web.ticket_views import Eyes, TicketSight, can_go_on, ticket_view
from hub.web.unit_views import Units
from hub.web.why import kind_name, pause_reason, why_called
from hub.web.words import news_text, why_set_aside
from wire.clock import Clock, rfc3339
from wire.messages import ClerkName, RatingOption
from wire.slips import read_slip

NEWS_SHOWN = 40

JUST_AFTER_S = 0.002
"""A time that is written to the millisecond, and surely after."""


class View:
    """One look at the state: whatever is built from it belongs to the same moment."""

    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._hall: Hall = transaction.hall
        self._plan = transaction.hall.plan
        self._waits = transaction.books.waits(transaction.now)
        self._speed = 1 / clock.real_seconds(1.0)
        self._served = [self._hall.services_of(counter.id) for counter in self._plan.counters]
        self._held_by: dict[str | None, list[Ticket]] | None = None
        self._to_come: list[Ticket] | None = None
        self._units = Units(transaction, self._time)
        self._whole: m.HallView | None = None

    def hall(self, facts: Facts, storage_error: str | None, *, ratings: bool = True) -> m.HallView:
        """The whole hall, built once. Without `ratings`, nobody's own is told: only their sums."""
        if self._whole is None:
            self._whole = self._hall_now(facts, storage_error)
        if ratings:
            return self._whole
        return without_ratings(self._whole, levels_told(self._hall))

    def _hall_now(self, facts: Facts, storage_error: str | None) -> m.HallView:
        return m.HallView(
            **self._moment(),
            hall=self._hall_name(),
            rating=tuple(
                RatingOption(level=option.level, name=option.name)
                for option in self._plan.rating.levels
            ),
            services=self._services(),
            counters=tuple(self._counter(counter) for counter in self._plan.counters),
            units=self._units.placed(),
            today=self._today(),
            priorities=load_views.priorities(self._hall),
            advice=load_views.advice(self._hall, self._time),
            answered=load_views.answered(self._hall, self._transaction.now, self._time),
            alarms=alarm_views(self._hall, facts, self._aside(), self._time),
            strips=load_views.strips(self._hall, self._transaction.now, self._time),
            notice=told(self._hall.notice),
            emergency=told(self._hall.emergency),
            warnings=self._warnings(facts, storage_error),
            rejected=dict(self._transaction.books.rejected),
            aside=tuple(self._aside_line(found) for found in self._aside().newest),
            alone=tuple(self._alone(ticket) for ticket in waiting_alone(self._hall)),
            restored=self._units.missing(),
            news=tuple(self._news(line) for line in self._hall.feed[: -NEWS_SHOWN - 1 : -1]),
        )

    def lines(self) -> m.LinesView:
        """The lines alone."""
        return m.LinesView(
            **self._moment(),
            hall=self._hall_name(),
            services=self._services(),
            priorities=load_views.priorities(self._hall),
            identity=self._identity(),
        )

    def _identity(self) -> Literal["required", "limited", "not_asked"]:
        limits = self._plan.limits
        if limits.identity_required:
            return "required"
        return "limited" if limits.per_person_day else "not_asked"

    def desk(self, counter: str, facts: Facts, storage_error: str | None) -> m.DeskView | None:
        """One counter for its clerk; None if there is no such counter."""
        plan = self._plan.counter.get(counter)
        if plan is None:
            return None
        hall, now = self._hall, self._transaction.now
        choice = desk_views.choice_of(hall, counter, now)
        return m.DeskView(
            **self._moment(),
            hall=self._hall_name(),
            counter=self._counter(plan),
            next=desk_views.next_view(hall, choice),
            undo=desk_views.undo_view(hall, hall.counters[counter], now, self._time),
            others=desk_views.others(hall, counter),
            queue=tuple(desk_views.queue(hall, plan, choice, self._time)),
            appointments=desk_views.appointments(hall, plan, self._booked(), self._time),
            warnings=self._warnings(facts, storage_error),
        )

    def ticket(self, slip: str, *, staff: bool = False) -> m.TicketNow | None:
        """One ticket, by its id or its slip; None if there is no such ticket any more.

        What can be done with it is for its holder; what can be wished for them also for staff.
        """
        ticket = self._hall.tickets.get(read_slip(slip)[0])
        if ticket is None:
            return None
        eyes = Eyes.STAFF if staff else Eyes.ANYBODY
        eyes = Eyes.HOLDER if self.holds(slip) else eyes
        sight = TicketSight(self._hall, self._transaction.now, self._time, self._waits, eyes)
        view = ticket_view(sight, ticket, self._units.held_apart(ticket))
        return m.TicketNow(**self._moment(), hall=self._hall_name(), ticket=view)

    def holds(self, slip: str) -> str | None:
        """The ticket that whoever knows this slip holds; None if it is nobody's slip."""
        ticket_id, token = read_slip(slip)
        ticket = self._hall.tickets.get(ticket_id)
        held = ticket and self._transaction.books.links.holds(ticket, token, self._hall.day)
        return ticket_id if held else None

    def held(self, slips: Iterable[str]) -> dict[str, m.TicketView]:
        """The numbers among these that still have their turn before them, or are in it."""
        looked = {slip: self.ticket(slip) for slip in slips if self.holds(slip)}
        return {slip: now.ticket for slip, now in looked.items() if now and can_go_on(now.ticket)}

    # --- parts -----------------------------------------------------------------------------

    def _moment(self) -> dict[str, Any]:
        return {
            "now": self._time(self._transaction.now),
            "epoch": self._hall.epoch,
            "version": self._hall.version,
            "speed": self._speed,
            "plan": self._hall.plan_at,
        }

    def _time(self, wall_s: float) -> str:
        return _written(wall_s, self._plan.zone)

    def _hall_name(self) -> m.HallName:
        return m.HallName(
            id=self._plan.hall.id,
            name=self._plan.hall.name,
            time_zone=self._plan.hall.time_zone,
            open=self._hall.open,
            day=self._hall.day,
            opens_at=None if self._hall.open else self._opens_at(),
            closes_at=self._closes_at() if self._hall.open else None,
        )

    def _closes_at(self) -> str | None:
        moment = calendar.next_opening_change(self._plan, self._transaction.now)
        return None if calendar.is_open(self._plan, moment) else self._time(moment)

    def _opens_at(self) -> str | None:
        moment = calendar.next_opening_change(self._plan, self._transaction.now)
        return self._time(moment) if calendar.is_open(self._plan, moment) else None

    def _services(self) -> tuple[m.ServiceView, ...]:
        return tuple(self._service(service) for service in self._plan.services)

    def _service(self, service: Service) -> m.ServiceView:
        picture = line_picture(self._hall, service, self._transaction.now, self._waits)
        oldest = self._hall.lines.oldest(service.id)
        return m.ServiceView(
            id=service.id,
            name=service.name,
            prefix=service.prefix,
            waiting=picture.waiting,
            oldest_at=self._time(oldest[0]) if oldest else None,
            target_s=service.target_s,
            counters=sum(service.id in served for served in self._served),
            open_counters=picture.open_counters,
            wait_s=picture.wait_s,
            classes=load_views.classes(self._hall, service.id),
            flags=load_views.flags_of(self._hall, "line", service.id, self._time),
        )

    def _counter(self, plan: Counter) -> m.CounterView:
        state = self._hall.counters[plan.id]
        clerk = self._plan.clerk.get(state.clerk or "")
        ticket = self._hall.tickets.get(state.ticket or "")
        services = self._hall.services_of(plan.id)
        kept_apart = self._units.kept_apart(plan.id)
        return m.CounterView(
            id=plan.id,
            number=plan.number,
            name=plan.name,
            state=phase(self._hall, state),
            since=self._counter_since(state, ticket),
            version=state.version,
            clerk=ClerkName(id=clerk.id, name=clerk.name) if clerk else None,
            services=services,
            added=tuple(service for service in state.added if service in services),
            ticket=self._held(state, ticket) if ticket else None,
            pause=self._pause(state),
            on_hold=tuple(self._kept(kept) for kept in self._on_hold(plan.id)),
            flags=load_views.flags_of(self._hall, "counter", plan.id, self._time),
            hottest=load_views.hottest(self._hall, services if state.open else (), self._time),
            kept_apart=kept_apart,
            invitation=self._invitation(state),
            waiting=waiting_for(self._hall, plan.id) + len(kept_apart),
            served_today=state.served_today,
            unit=self._units.of(plan.unit) if plan.unit else None,
            last_command=self._transaction.books.commanded.get(plan.id),
        )

    def _counter_since(self, state: CounterState, ticket: Ticket | None) -> str | None:
        since = ticket.since if ticket else state.free_since
        if state.paused is not None:
            since = state.paused.since
        return None if since is None else self._time(since)

    def _held(self, state: CounterState, ticket: Ticket) -> m.HeldTicket:
        return m.HeldTicket(
            id=ticket.id,
            number=ticket.number,
            service=ticket.service,
            state=ticket.state,
            recalls=ticket.recalls,
            since=self._time(ticket.since),
            why=why_called(state.reason, kind_name(self._hall, ticket.kind)),
            kind=kind_name(self._hall, ticket.kind),
            further=ticket.further,
            called_at=None if ticket.called_at is None else self._time(ticket.called_at),
            usual_s=self._usual_s(state, ticket),
        )

    def _usual_s(self, state: CounterState, ticket: Ticket) -> float | None:
        """How long a service usually takes at a counter, to ten seconds: it is learned on."""
        if ticket.service not in self._plan.service or state.id not in self._plan.counter:
            return None
        return round(self._hall.mean_s(ticket.service) * self._hall.speed(state.id), -1)

    def _booked(self) -> list[Ticket]:
        """Who has yet to check in, the earliest first: all tickets are gone through once."""
        if self._to_come is None:
            booked = (t for t in self._hall.tickets.values() if t.state is TicketState.BOOKED)
            self._to_come = sorted(booked, key=lambda t: (t.due_at or 0.0, t.order))
        return self._to_come

    def _on_hold(self, counter: str) -> list[Ticket]:
        """What a counter has put on hold, longest first: all tickets are gone through once."""
        if self._held_by is None:
            self._held_by = {}
            for ticket in self._hall.tickets.values():
                if ticket.state is TicketState.HELD:
                    self._held_by.setdefault(ticket.bound, []).append(ticket)
        return sorted(self._held_by.get(counter, ()), key=lambda t: (t.since, t.order))

    def _kept(self, ticket: Ticket) -> m.KeptTicket:
        return m.KeptTicket(
            id=ticket.id,
            number=ticket.number,
            service=ticket.service,
            since=self._time(ticket.since),
        )

    def _pause(self, state: CounterState) -> m.PauseView | None:
        pause = state.paused
        if pause is None:
            return None
        return m.PauseView(
            reason=pause_reason(pause.reason),
            since=self._time(pause.since),
            back_at=None if pause.back_at is None else self._time(pause.back_at),
        )

    def _invitation(self, state: CounterState) -> m.OpenInvitation | None:
        call = open_invitation(self._hall, state, self._transaction.now)
        if call is None:
            return None
        until = (call.ended_at or 0.0) + call.invite_s
        return m.OpenInvitation(number=call.number, until=self._time(until))

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
            text = both("Records of units set aside and not counted: {count}", count=count)
            found.append(m.Alert(code="quarantined", text=text))
        if self._hall.restored is not None:
            text = both(
                "The hall was restored from a backup. Nothing is called and no number is given"
                " before the units have handed in what they know"
            )
            found.append(m.Alert(code="restored", text=text))
        return tuple(found)

    def _aside(self) -> SetAside:
        return self._transaction.books.journal.set_aside()

    def _aside_line(self, found: Quarantined) -> om.AsideLine:
        return om.AsideLine(
            at=self._time(found.received_at),
            unit=found.unit,
            code=found.code,
            why=why_set_aside(found.code),
            detail=found.detail,
        )

    def _alone(self, ticket: Ticket) -> om.AloneNumber:
        return om.AloneNumber(
            id=ticket.id,
            number=ticket.number,
            service=ticket.service,
            at=self._time(ticket.issued_at),
            before=self._time(ticket.issued_at + JUST_AFTER_S),
        )

    def _news(self, news: News) -> m.NewsLine:
        """A line, said once: what has happened does not change any more."""
        said = _SAID.setdefault(self._hall, {})
        if news.sequence not in said:
            if len(said) > 4 * NEWS_SHOWN:
                said.clear()
            said[news.sequence] = self._say(news)
        return said[news.sequence]

    def _say(self, news: News) -> m.NewsLine:
        return m.NewsLine(
            sequence=news.sequence,
            at=self._time(news.at),
            kind=news.kind,
            counter=news.content.get("counter"),
            level=news.content.get("level"),
            text=news_text(self._hall, news),
            why=why_news(self._hall, news),
        )


_SAID: WeakKeyDictionary[Hall, dict[int, m.NewsLine]] = WeakKeyDictionary()
"""The lines of news that were said before. Touched in the state's thread only."""


@lru_cache(maxsize=8192)
def _written(wall_s: float, zone: tzinfo) -> str:
    """A wall time as a text; most of a picture's times were in the one before."""
    return rfc3339(wall_s, zone)


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
