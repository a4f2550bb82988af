"""One round of work on the state: commands and records in, one batch for the journal out.

Everything here runs in the thread that owns the state. Events are applied as they are
decided, so that the next piece of work in the same batch sees them; nothing is shown to
anybody before the batch is committed, and if that fails the whole state is loaded again.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from hub import kiosks
from hub.answers import (
    answer_body,
    booked_body,
    fingerprint,
    issued_body,
    status_of,
    wish_body,
)
from hub.boards import Boards
from hub.core import events as e
from hub.core.commands import (
    PENDING,
    AtCounter,
    Book,
    Command,
    Decision,
    Issue,
    OnTicket,
    Patience,
    refuse,
)
from hub.core.commands_of_forks import ReviewFork
from hub.core.decide import decide
from hub.core.grants import freed, top_up
from hub.core.hall import Hall
from hub.core.pictures import Waits
from hub.core.plan import Plan
from hub.core.presence import Presence
from hub.core.records import Heads
from hub.forks import fork_of, reviewed
from hub.intake import ANSWERED_ALONE, Intake
from hub.journal.store import Batch, Journal, StoredAnswer
from hub.links import Links
from hub.outgoing import Outbound, Sight, announcement, receipt, refusal, state_for
from hub.restoring import Restoring
from hub.ticket_links import TicketLinks
from wire import messages as w
from wire import topics
from wire.errors import NextwindowError, WireError


class IdReusedError(NextwindowError):
    """The id of an earlier command came with another content."""


@dataclass(slots=True)
class Books:
    """What the state's thread owns. Nobody else touches any of it."""

    journal: Journal
    hall: Hall
    heads: Heads
    presence: Presence
    new_id: Callable[[], str]
    links: TicketLinks = field(default_factory=lambda: TicketLinks(secrets.token_bytes(32)))
    waits: Callable[[float], Waits | None] = lambda _: None
    boards: Boards = field(default_factory=Boards)
    rejected: Counter[str] = field(default_factory=Counter)
    commanded: dict[str, str] = field(default_factory=dict)
    """The id of the last command of each counter since the start."""
    turned_away: dict[str, tuple[str, float]] = field(default_factory=dict)
    """By unit, why a run that said hello was refused since the start, and when."""
    unfit: set[tuple[str, str, int]] = field(default_factory=set)
    """Unit, outbox and sequence of records that the core refused."""


class NotYet(Exception):
    """A command cannot be decided yet: `ticket` has first to be given back by its counter.

    None: by nobody in particular; the hub has just started. What was raised with it stays.
    """

    def __init__(self, ticket: str | None) -> None:
        super().__init__(f"waiting for ticket {ticket}")
        self.ticket = ticket


class Transaction:
    """A batch in the making. `now` is wall time, `monotonic` the hub's own."""

    def __init__(self, books: Books, now: float, monotonic: float) -> None:
        self.books = books
        self.hall = books.hall
        self.heads = books.heads
        self.journal = books.journal
        self.unfit = books.unfit
        self.now = now
        self.monotonic = monotonic
        self.batch = Batch(books.hall.version + 1, at=now)
        self._intake = Intake(self)
        self._restoring = Restoring(self)
        self._links = Links(self, self._restoring, self._intake)
        self._answers: list[Outbound] = []
        self.foretold = False
        self.patience = Patience.FOR_THE_BEST
        self.settling = False

    def happen(self, events: Iterable[e.Event]) -> None:
        """Apply events and put them into the batch."""
        for event in events:
            before = self.hall.plan if self.hall.configured else None
            self.hall.apply(event)
            self.batch.events.append(event)
            if isinstance(event, e.Configured) and before is not None:
                self._replanned(before)
            counter = _counter_changed_by(event)
            plan = self.hall.plan.counter.get(counter) if counter else None
            if plan is not None and plan.unit:
                self._links.due.add(plan.unit)

    def _replanned(self, before: Plan) -> None:
        """Another plan is in force: who has another place says hello, all others are told."""
        plan = self.hall.plan
        for unit, role in before.role_of_unit.items():
            counter = before.counter_of_unit.get(unit)
            if (role, counter) != (plan.role_of_unit.get(unit), plan.counter_of_unit.get(unit)):
                self.books.presence.moved(unit)
        self._links.due.update(self.books.presence.all_heard(self.monotonic))

    # --- commands --------------------------------------------------------------------------

    def command(self, key: str | None, command: Command) -> StoredAnswer:
        """Decide a command, or find the answer that its id got before.

        Raises IdReusedError if the id came with another content before.
        """
        asked = self._as_things_stand(command)
        if isinstance(asked, ReviewFork):
            return self._answered(key, command, lambda: reviewed(self, asked))
        return self._answered(key, command, lambda: decide(self.hall, asked, self.now))

    def _as_things_stand(self, command: Command) -> Command:
        """A command with what only the hub's shell knows."""
        if isinstance(command, AtCounter):
            return replace(command, patience=self.patience)
        if isinstance(command, OnTicket) and command.wish == "not_called":
            return replace(command, unit_off=command.unit_off or self._lease_over(command.ticket))
        if isinstance(command, ReviewFork):
            return replace(command, found=fork_of(self, command.record))
        return command

    def _lease_over(self, ticket: str) -> bool:
        grant = self.hall.grants.get(ticket)
        lease_s = 60 * self.hall.plan.alone.lease_min
        presence = self.books.presence
        return grant is not None and presence.lease_over(
            grant.unit, grant.run, lease_s, self.monotonic
        )

    def _answered(
        self, key: str | None, command: Command, decision: Callable[[], Decision]
    ) -> StoredAnswer:
        print_ = fingerprint(command) if key is not None else ""
        before = self._before(key)
        if before is not None:
            if before.fingerprint not in {print_, ANSWERED_ALONE}:
                raise IdReusedError(f"id {key!r} was used before for something else")
            return before
        if self.settling and isinstance(command, AtCounter):
            raise NotYet(None)
        decided = decision()
        self.happen(decided.events)
        if decided.outcome == PENDING:
            raise NotYet(decided.ticket)
        if isinstance(command, AtCounter) and command.counter in self.hall.plan.counter:
            self.books.commanded[command.counter] = key or ""
        answer = self._answer(key or "", print_, command, decided)
        if key is not None:
            self.batch.answers[key] = answer
        return answer

    def _before(self, key: str | None) -> StoredAnswer | None:
        if key is None:
            return None
        return self.batch.answers.get(key) or self.books.journal.answer(key)

    def _answer(self, key: str, print_: str, command: Command, decided: Decision) -> StoredAnswer:
        if isinstance(command, Issue):
            status = status_of(decided, 201)
            body = issued_body(
                self.hall, decided, self.now, self.books.links.url, self.books.waits(self.now)
            )
        elif isinstance(command, Book):
            status = status_of(decided, 201)
            body = booked_body(self.hall, decided, self.books.links.url)
        elif not isinstance(command, AtCounter):
            status = status_of(decided, 200)
            body = wish_body(decided)
        else:
            status = status_of(decided, 200)
            body = answer_body(self.hall, key, command, decided, self.now)
        return StoredAnswer(key, print_, status, body, self.hall.day or "")

    def unit_command(
        self, unit: str, message: w.Command, pin_right: bool, arrived: float | None = None
    ) -> None:
        """A staff key was pressed at a unit. The answer goes out after the commit.

        `arrived` is when it came, by the hub's monotonic clock; None for just now. It may have
        waited since, for its PIN to be checked or for a ticket.
        """
        command = AtCounter(
            message.counter,
            message.request,
            message.seen,
            self.books.new_id(),
            pin_right,
            patience=self.patience,
        )
        try:
            stored = self._answered(
                message.id, command, lambda: self._decide_for(unit, message, command, arrived)
            )
        except IdReusedError:
            self.reject("id_reused")
            return
        answer = w.Answer.model_validate_json(stored.body)
        self._answers.append(Outbound(topics.ANSWER, answer, unit))

    def _decide_for(
        self, unit: str, message: w.Command, command: AtCounter, arrived: float | None
    ) -> Decision:
        if self.hall.plan.counter_of_unit.get(unit) != message.counter:
            return refuse("other_counter", f"unit {unit} does not stand at {message.counter}")
        came = self.monotonic if arrived is None else arrived
        if not self.books.presence.in_time(unit, message.run, message.n, came, self.monotonic):
            return refuse("too_late", "the command took too long to arrive")
        return decide(self.hall, command, self.now)

    def take(self, unit: str, message: w.Take) -> None:
        """Somebody at a kiosk wants a number. The answer goes out after the commit.

        What comes from no present run of a kiosk is left without one: who still wants it
        says so again.
        """
        heard = self.books.presence.get(unit)
        present = heard is not None and heard.run == message.run
        if unit not in self.hall.plan.kiosk:
            self.reject("unknown_unit")
        elif not present or not self.books.presence.heard(unit, self.monotonic):
            self.reject("not_heard")
        else:
            taken = kiosks.take(self, unit, message, self._outlook)
            if taken is not None:
                self._answers.append(Outbound(topics.TAKEN, taken, unit))

    def _outlook(self) -> kiosks.Outlook:
        return kiosks.Outlook(self.books.waits(self.now), self.books.links)

    # --- units -----------------------------------------------------------------------------

    def hello(self, unit: str, hello: w.Hello, arrived: float | None = None) -> None:
        """A unit has connected. `arrived` as of `unit_command`."""
        self._links.hello(unit, hello, arrived)

    def renew(self, unit: str, renew: w.Renew, arrived: float | None = None) -> None:
        """A unit is still there, and says what it acts on. `arrived` as of `unit_command`."""
        self._links.renew(unit, renew, arrived)

    def status(self, unit: str, status: w.Status) -> None:
        """A unit's status, or its Last Will."""
        self.books.presence.status(unit, status)

    def missed_units(self) -> None:
        """Note the units that have fallen silent."""
        self._links.missed()

    def start_epoch(self, *, restored: bool = False) -> None:
        """The hub has started; `restored`: somebody says that its journal came from a backup."""
        self._restoring.start(restored=restored)

    # --- records ---------------------------------------------------------------------------

    def record(self, unit: str, record: w.Record) -> None:
        """Take in a record. Its receipt goes out after the commit."""
        self._intake.record(unit, record)
        self._links.heard.add(unit)

    def unreadable(self, unit: str, payload: bytes, error: WireError) -> None:
        """Keep a record whose frame cannot be read."""
        self._intake.unreadable(unit, payload, error)

    def read_again(self) -> None:
        """Try quarantined records once more, after an upgrade may have taught us to read them."""
        self._intake.read_again()

    # --- grants ----------------------------------------------------------------------------

    def free_grants(self) -> None:
        """End the grants of which it is now known that their units did not call the tickets."""
        self._restoring.hear_out()
        if not self.hall.grants:
            return
        for unit in sorted(self._links.heard):
            heard = self.books.presence.get(unit)
            outboxes = {g.outbox for g in self.hall.grants.values() if g.unit == unit}
            committed = {outbox: self.heads.through(unit, outbox) for outbox in outboxes}
            said = heard.said if heard is not None else None
            self.happen(freed(self.hall, unit, said, committed, self.now))

    def top_up_grants(self) -> None:
        """Grant tickets to counters that lack some, if anything has happened."""
        if self.batch.events and self.hall.configured:
            heard = self.books.presence.all_heard(self.monotonic)
            self.happen(top_up(self.hall, heard, self.now))

    def reject(self, code: str) -> None:
        """Count a message that was not acted on."""
        self.books.rejected[code] += 1

    # --- after the commit ------------------------------------------------------------------

    def answers(self) -> list[Outbound]:
        """What to send first, now that the batch is committed: somebody waits for it."""
        return self._answers

    def outbound(self) -> list[Outbound]:
        """What to send after the answers, once all is committed: receipts before states."""
        for unit in self._links.heard:
            self.books.presence.committed(unit)
        for unit in self._links.due:
            self.books.presence.answered(unit, self.monotonic)
        books = self.books
        sight = Sight(self.hall, self.heads, books.presence, self.now, books.waits, books.links)
        out = [receipt(sight, *key) for key in sorted(self._intake.receipts)]
        out += [refusal(sight, unit, *found) for unit, found in self._links.refused.items()]
        out += [found for unit in sorted(self._links.due) if (found := state_for(sight, unit))]
        calls = (announcement(self.hall, event) for event in self.batch.events)
        return out + [call for call in calls if call is not None]


def _counter_changed_by(event: e.Event) -> str | None:
    # A rating that does not count is kept, and its counter looks as it did before.
    counted: bool = getattr(event, "counted", True)
    counter: str | None = getattr(event, "counter", None)
    return counter if counted else None
