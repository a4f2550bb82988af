"""What the web shows of the hall, as frozen types. Wall times are texts with the hall's offset.

Nothing in them grows older by itself: an age is a time that began, and the browser counts on
from the `now` it was told. So two pictures are equal if nothing has happened in between.
"""

from __future__ import annotations

from typing import Any, Literal

from hub.core.pictures import WaitRange
from hub.core.tickets import TicketState
from hub.web.operator_models import (
    AdviceView,
    AlarmView,
    AloneNumber,
    AnsweredAdvice,
    AsideLine,
    RestoredView,
    StripsView,
)
from hub.web.texts import Words
from wire.messages import ClerkName, CounterState, Part, RatingOption, Text


class Moment(Part):
    """When a picture was taken: `version` counts what has happened, `speed` is the clock's.

    `plan` is the version of the plan: with another one a page is drawn anew.
    """

    now: str
    epoch: int
    version: int
    speed: float = 1.0
    plan: int = 0


class HallName(Part):
    """The hall itself. `opens_at` is the next opening, while it is closed and one is known.

    `closes_at` is until when numbers are given out, while they are.
    """

    id: str
    name: Text
    time_zone: str
    open: bool
    day: str | None
    opens_at: str | None
    closes_at: str | None = None


class PriorityView(Part):
    """A class of people who need not wait so long."""

    id: str
    name: Words
    credit_min: float


class ClassCount(Part):
    """How many of a class wait in a line."""

    id: str
    name: Words
    waiting: int


class FlagView(Part):
    """A line or counter is hot, cold or slow: since when, and why."""

    kind: str
    scope: str
    target: str
    since: str
    text: Words
    why: Words | None
    evidence: dict[str, Any]


class ServiceView(Part):
    """One line. `oldest_at` is since when the longest wait lasts.

    `classes` counts those who wait with priority; the others are ordinary.
    """

    id: str
    name: Text
    prefix: str
    waiting: int
    oldest_at: str | None
    target_s: float
    counters: int
    open_counters: int
    wait_s: WaitRange | None
    classes: tuple[ClassCount, ...] = ()
    flags: tuple[FlagView, ...] = ()


class HeldTicket(Part):
    """The ticket at a counter, since when it is in its state, and why it was called.

    `kind` is its class of priority, `further` the services after this one; `usual_s` is how long
    its service usually takes at this counter, from the call on.
    """

    id: str
    number: str
    service: str
    state: TicketState
    recalls: int
    since: str
    why: Words | None
    kind: Words | None = None
    further: tuple[str, ...] = ()
    called_at: str | None = None
    usual_s: float | None = None


class KeptTicket(Part):
    """A ticket that a counter has put on hold."""

    id: str
    number: str
    service: str
    since: str


class PauseView(Part):
    """The clerk is away: why, since when, and until when as announced."""

    reason: Words | None
    since: str
    back_at: str | None


class OpenInvitation(Part):
    """Somebody may rate until then."""

    number: str
    until: str


class FaultView(Part):
    """A peripheral that does not work: what is wrong, in words, and as its driver puts it."""

    peripheral: str
    code: str
    text: Words
    detail: str


class UnitView(Part):
    """A unit. Neither heard nor lost: it has not been heard yet."""

    id: str
    heard: bool
    lost_since: str | None
    faults: tuple[FaultView, ...] = ()


class PlacedUnit(UnitView):
    """A unit that stands at no counter: a board or a kiosk. `number` is its place in the plan."""

    role: Literal["board", "kiosk"]
    number: int


class KeptApart(Part):
    """A waiting ticket that only a unit may call that is not heard.

    `callable_until`: until then the unit may be calling it by itself; None if it can no more.
    `doubted`: the unit is done with it, but a record that cannot be read may be its call.
    """

    id: str
    number: str
    service: str
    queued_at: str
    callable_until: str | None
    doubted: bool


class CounterView(Part):
    """One counter. `version` is what a command quotes as `seen`, `since` when its state began.

    `added` are those of its services that it serves until the end of the day or until they are
    taken back, `hottest` the hottest of its lines. `kept_apart` are the tickets that nobody
    else may call while its unit is cut off. `last_command` is the id of the last command it got
    since the hub started.
    """

    id: str
    number: str
    name: Text | None
    state: CounterState
    since: str | None
    version: int
    clerk: ClerkName | None
    services: tuple[str, ...]
    added: tuple[str, ...] = ()
    ticket: HeldTicket | None
    pause: PauseView | None = None
    on_hold: tuple[KeptTicket, ...] = ()
    flags: tuple[FlagView, ...] = ()
    hottest: FlagView | None = None
    kept_apart: tuple[KeptApart, ...] = ()
    invitation: OpenInvitation | None
    waiting: int
    served_today: int
    unit: UnitView | None
    last_command: str | None


class Today(Part):
    """The business day's figures. `rated` are the ratings that count, `levels` what they are.

    Who may not see single ratings is told `levels` several at a time (`hub.web.ratings_told`).
    """

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
    """The whole hall. `news` and `aside` begin with the latest; `rejected` counts by fault.

    `alone` are the numbers that kiosks printed while they were cut off and that wait, oldest
    first.
    """

    hall: HallName
    rating: tuple[RatingOption, ...]
    services: tuple[ServiceView, ...]
    counters: tuple[CounterView, ...]
    units: tuple[PlacedUnit, ...] = ()
    today: Today
    priorities: tuple[PriorityView, ...] = ()
    advice: tuple[AdviceView, ...] = ()
    answered: tuple[AnsweredAdvice, ...] = ()
    alarms: tuple[AlarmView, ...] = ()
    strips: StripsView
    notice: Text | None = None
    emergency: Text | None = None
    warnings: tuple[Alert, ...]
    rejected: dict[str, int]
    aside: tuple[AsideLine, ...]
    alone: tuple[AloneNumber, ...] = ()
    restored: RestoredView | None = None
    news: tuple[NewsLine, ...]


class LinesView(Moment):
    """The lines alone, for those who want to take a number.

    `identity` says whether a document's number has to be given, may be given, or is not asked.
    """

    hall: HallName
    services: tuple[ServiceView, ...]
    priorities: tuple[PriorityView, ...] = ()
    identity: Literal["required", "limited", "not_asked"] = "not_asked"


class QueuedTicket(Part):
    """Somebody who waits for a counter. `kept`: for this counter alone."""

    id: str
    number: str
    service: str
    queued_at: str
    kind: Words | None = None
    kept: bool = False


class ComingTicket(Part):
    """Somebody with an appointment for today who has not checked in."""

    id: str
    service: str
    due_at: str


class NextTicket(Part):
    """Whom the counter would call now, and why this one."""

    id: str
    number: str
    why: Words


class UndoView(Part):
    """The clerk's last step with a ticket, which can be taken back until then."""

    step: str
    number: str
    until: str


class OtherCounter(Part):
    """Where a ticket could be sent: a counter, whether it is open, and all that it can serve."""

    id: str
    number: str
    name: Text | None
    open: bool
    services: tuple[str, ...]


class DeskView(Moment):
    """One counter, for the clerk at it. No ratings.

    `next` is whom it would call now; `queue` are those who wait for it, that one first, then
    in the order of their wait; `appointments` are those who have yet to come.
    """

    hall: HallName
    counter: CounterView
    next: NextTicket | None
    undo: UndoView | None
    others: tuple[OtherCounter, ...]
    queue: tuple[QueuedTicket, ...]
    appointments: tuple[ComingTicket, ...] = ()
    warnings: tuple[Alert, ...]


class NamedService(Part):
    """A service and its name."""

    id: str
    name: Text


class HeldApart(Part):
    """The counter that alone may call a ticket, and is cut off.

    `since` is None if it is not known since when; the others as for `KeptApart`.
    """

    counter_number: str
    since: str | None
    callable_until: str | None
    doubted: bool = False


class AskedTag(Part):
    """A reason for a rating that may be given."""

    code: str
    name: Text


class RatingView(Part):
    """A service that its citizen may rate, until then, or has rated.

    `level` is the rating by phone that counts, `tags` the reasons still asked for after it.
    """

    call_id: str
    service_name: Text
    counter_number: str
    until: str
    rated: bool
    level: str | None
    level_name: Text | None
    tags: tuple[AskedTag, ...] = ()


class TicketView(Part):
    """One ticket, for the person who holds it.

    `kind` is its class of priority; `further` are the services after this one; `kept_for` is
    the number of the only counter that may call it, and `held_apart` is set if that one is cut
    off. An appointment has `due_at`, and `check_in_from` and `check_in_until` while the check-in
    is still to come; who missed the call may come back until `come_back_until`. `wishes` are
    those that would be granted now. `open_counters` are on duty for its service.

    `holder`: whoever asks has the slip; only they are shown `rating`. `alone`: it was printed
    while its kiosk was cut off.
    """

    id: str
    number: str
    service: str
    service_name: Text
    state: TicketState
    state_text: Words
    kind: Words | None
    further: tuple[NamedService, ...]
    kept_for: str | None
    held_apart: HeldApart | None
    due_at: str | None
    check_in_from: str | None
    check_in_until: str | None
    come_back_until: str | None
    wishes: tuple[str, ...]
    open_counters: int
    counter: str | None
    counter_number: str | None
    ahead: int | None
    wait_s: WaitRange | None
    issued_at: str
    since: str
    recalls: int
    holder: bool = False
    alone: bool = False
    rating: RatingView | None = None


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
