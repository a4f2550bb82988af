"""What the web shows of the hall, as frozen types. Wall times are texts with the hall's offset.

Nothing in them grows older by itself: an age is a time that began, and the browser counts on
from the `now` it was told. So two pictures are equal if nothing has happened in between.
"""

from __future__ import annotations

from typing import Literal

from hub.core.pictures import WaitRange
from hub.core.tickets import TicketState
from hub.web.texts import Words
from wire.messages import ClerkName, CounterState, Part, RatingOption, Text


class Moment(Part):
    """When a picture was taken: `version` counts what has happened, `speed` is the clock's."""

    now: str
    epoch: int
    version: int
    speed: float = 1.0


class HallName(Part):
    """The hall itself. `opens_at` is the next opening, while it is closed and one is known."""

    id: str
    name: Text
    time_zone: str
    open: bool
    day: str | None
    opens_at: str | None


class ServiceView(Part):
    """One line. `oldest_at` is since when its first ticket waits."""

    id: str
    name: Text
    prefix: str
    waiting: int
    oldest_at: str | None
    target_s: float
    counters: int
    open_counters: int
    wait_s: WaitRange | None


class HeldTicket(Part):
    """The ticket at a counter, since when it is in its state, and why it was called."""

    id: str
    number: str
    service: str
    state: TicketState
    recalls: int
    since: str
    why: Words | None


class OpenInvitation(Part):
    """Somebody may rate until then."""

    number: str
    until: str


class UnitView(Part):
    """The unit at a counter. Neither heard nor lost: it has not been heard yet."""

    id: str
    heard: bool
    lost_since: str | None


class CounterView(Part):
    """One counter. `version` is what a command quotes as `seen`, `since` when its state began.

    `last_command` is the id of the last command it got since the hub started.
    """

    id: str
    number: str
    name: Text | None
    state: CounterState
    since: str | None
    version: int
    clerk: ClerkName | None
    services: tuple[str, ...]
    ticket: HeldTicket | None
    invitation: OpenInvitation | None
    waiting: int
    served_today: int
    unit: UnitView | None
    last_command: str | None


class Today(Part):
    """The business day's figures. `rated` are the ratings that count, `levels` what they are."""

    issued: int
    served: int
    missed: int
    rated: int
    unrated: int
    not_counted: int
    quarantined: int
    levels: dict[str, int]


class Alert(Part):
    """Something that an operator should see to."""

    code: str
    text: Words


class AsideLine(Part):
    """A record that is kept and not counted, until somebody has read it. `code` is for programs."""

    at: str
    unit: str
    code: str
    why: Words
    detail: str


class NewsLine(Part):
    """One thing that happened, and why."""

    sequence: int
    at: str
    kind: str
    counter: str | None
    level: str | None
    text: Words
    why: Words | None


class HallView(Moment):
    """The whole hall. `news` and `aside` begin with the latest; `rejected` counts by fault."""

    hall: HallName
    rating: tuple[RatingOption, ...]
    services: tuple[ServiceView, ...]
    counters: tuple[CounterView, ...]
    today: Today
    warnings: tuple[Alert, ...]
    rejected: dict[str, int]
    aside: tuple[AsideLine, ...]
    news: tuple[NewsLine, ...]


class LinesView(Moment):
    """The lines alone, for those who want to take a number."""

    hall: HallName
    services: tuple[ServiceView, ...]


class QueuedTicket(Part):
    """Somebody who waits for a counter."""

    number: str
    service: str
    queued_at: str


class DeskView(Moment):
    """One counter, for the clerk at it: who waits for it, in the order of calling. No ratings."""

    hall: HallName
    counter: CounterView
    queue: tuple[QueuedTicket, ...]
    warnings: tuple[Alert, ...]


class TicketView(Part):
    """One ticket, for the person who holds it."""

    id: str
    number: str
    service: str
    service_name: Text
    state: TicketState
    counter: str | None
    counter_number: str | None
    ahead: int | None
    wait_s: WaitRange | None
    issued_at: str
    since: str
    recalls: int


class TicketNow(Moment):
    """One ticket as it stands now."""

    hall: HallName
    ticket: TicketView


class Problem(Part):
    """Why a request was not done: `code` for programs, `reason` for people."""

    code: str
    reason: str


class Health(Part):
    """Whether the hub does its work, and if not what is wrong."""

    status: Literal["ok", "unwell"]
    problems: tuple[Problem, ...]
