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
from hub.outgoing import Outbound, Sight, announcement, receipt, refusal, state_for
from hub.record_times import last_time
from hub.restoring import Restoring
from hub.ticket_links import TicketLinks
from wire import messages as w
from wire import topics
from wire.errors import NextwindowError, WireError

DISK = "disk"
"""What the fault of a unit is called that can keep no record."""


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
        self._states: set[str] = set()
        self._refused: dict[str, tuple[w.Hello, w.LinkRefusal]] = {}
        self._intake = Intake(self)
        self._restoring = Restoring(self)
        self._answers: list[Outbound] = []
        self._heard: set[str] = set()
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
                self._states.add(plan.unit)

    def _replanned(self, before: Plan) -> None:
        """Another plan is in force: who has another place says hello, all others are told."""
        plan = self.hall.plan
        for unit, role in before.role_of_unit.items():
            counter = before.counter_of_unit.get(unit)
            if (role, counter) != (plan.role_of_unit.get(unit), plan.counter_of_unit.get(unit)):
                self.books.presence.moved(unit)
        self._states.update(self.books.presence.all_heard(self.monotonic))

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
        refusal = self._stranger(unit, hello)
        before = self.books.presence.get(unit)
        # Not delivered again, long after it was sent.
        news = before is None or before.run != hello.run or hello.n > before.kept
        if refusal is None:
            refusal = self.books.presence.hello(unit, hello, self.monotonic, arrived)
        if refusal is not None:
            self._refused[unit] = (hello, refusal)
            self.books.turned_away[unit] = (refusal.code, self.now)
            self.reject(refusal.code)
            return
        self.books.turned_away.pop(unit, None)
        known = self.hall.units.get(unit)
        if known is None or known.run != hello.run or known.lost_at is not None:
            self.happen([self._joined(unit, hello)])
        else:
            self._set_clock(unit, hello)
        self._note_trouble(unit, hello)
        if news:
            committed = self.heads.anywhere(hello.outbox)
            self._compared(self._restoring.compare(unit, hello, hello.receipted, committed))
            self._intake.close_gap(unit, hello)
        self._states.add(unit)
        self._heard.add(unit)
        if unit in self.hall.plan.board:
            self.books.boards.ask(unit)

    def _compared(self, anew: bool) -> None:
        """After an epoch that began `anew` every unit is to act on it."""
        if anew:
            self._states.update(self.books.presence.all_heard(self.monotonic))

    def _stranger(self, unit: str, hello: w.Hello) -> w.LinkRefusal | None:
        role = self.hall.plan.role_of_unit.get(unit)
        if role is None:
            text = w.Text(zh=f"大厅配置中没有设备 {unit}", en=f"The hall's plan has no unit {unit}")
            return w.LinkRefusal(code="unknown_unit", detail=text)
        if role is not hello.role:
            text = w.Text(
                zh=f"大厅配置中设备 {unit} 的类型是 {role}，而不是 {hello.role}",
                en=f"In the hall's plan unit {unit} is a {role}, not a {hello.role}",
            )
            return w.LinkRefusal(code="wrong_role", detail=text)
        counter = self.hall.plan.counter_of_unit.get(unit)
        if counter != hello.counter:
            text = w.Text(
                zh=f"设备 {unit} 应属于窗口 {counter}，而不是 {hello.counter}",
                en=f"Unit {unit} belongs to counter {counter}, not {hello.counter}",
            )
            return w.LinkRefusal(code="wrong_counter", detail=text)
        return None

    def _joined(self, unit: str, hello: w.Hello) -> e.UnitJoined:
        known = self.hall.units.get(unit)
        same = known is not None and known.outbox == hello.outbox
        after, last_at = last_time(self, unit) if same else (0, 0.0)
        before = known.boots.get(hello.boot or hello.run) if known is not None else None
        return e.UnitJoined(
            at=self.now,
            unit=unit,
            run=hello.run,
            outbox=hello.outbox,
            through=hello.through,
            head=hello.head,
            software=hello.software,
            boot_at=self._boot_at(unit, hello, before),
            board=hello.board,
            boot=hello.boot,
            boot_ms=hello.boot_ms,
            after=after,
            not_before=min(last_at, self.now),
        )

    def _boot_at(self, unit: str, said: w.Renew, before: float | None) -> float:
        """When the clock of a unit's present run was 0: the best by now, or as known `before`."""
        heard = self.books.presence.get(unit)
        if heard is None:
            return self.now - said.boot_ms / 1000
        found = self.now - self.monotonic + heard.clock.zero
        return found if before is None or heard.clock.better(found, before) else before

    def renew(self, unit: str, renew: w.Renew, arrived: float | None = None) -> None:
        """A unit is still there, and says what it acts on. `arrived` as of `unit_command`."""
        before = self.books.presence.get(unit)
        new = before is None or renew.n > before.kept  # not delivered again, long after it was sent
        now = self.monotonic
        if not self.books.presence.renew(unit, renew, now, arrived):
            known = self.hall.units.get(unit)
            if known is None or known.run != renew.run or before:
                return  # it gets no state, and will say hello again
            if self.hall.restored is not None or unit in self.hall.passed:
                return  # what it still has, only a hello says
            if self.books.presence.has_moved(unit):
                return  # nor does it say where it believes that it is
            self.books.presence.adopt(unit, known.run, known.outbox, renew, now, arrived)
        state = self.hall.units.get(unit)
        if state is not None and state.lost_at is not None:
            self.happen([e.UnitBack(self.now, unit)])
        if new:
            self._set_clock(unit, renew)
            self._note_trouble(unit, renew)
            self._compared(
                self._restoring.compare(unit, renew, met=before is not None and before.kept >= 0)
            )
        self._states.add(unit)
        self._heard.add(unit)

    def _set_clock(self, unit: str, said: w.Renew) -> None:
        """Note what is known better of a unit's clock, so that later records get the right time."""
        known = self.hall.units.get(unit)
        boot_at = self._boot_at(unit, said, known.boot_at if known else None)
        if known is not None and boot_at != known.boot_at:
            after, last_at = last_time(self, unit)
            not_before = min(last_at, self.now)
            self.happen([e.UnitClock(self.now, unit, said.run, boot_at, after, not_before)])

    def _note_trouble(self, unit: str, said: w.Renew) -> None:
        """Note that a unit can keep no record, which no record can say, or that it can again."""
        state = self.hall.units.get(unit)
        known = state.faults.get(DISK, [None])[0] if state is not None else said.trouble
        if said.trouble != known:
            ok = said.trouble is None
            self.happen([e.HealthNoted(self.now, unit, DISK, ok, said.trouble, "")])

    def status(self, unit: str, status: w.Status) -> None:
        """A unit's status, or its Last Will."""
        self.books.presence.status(unit, status)

    def missed_units(self) -> None:
        """Note the units that have fallen silent."""
        for unit, state in self.hall.units.items():
            if state.lost_at is None and not self.books.presence.heard(unit, self.monotonic):
                self.happen([self._lost(unit, state.run)])

    def _lost(self, unit: str, run: str) -> e.UnitLost:
        heard = self.books.presence.get(unit)
        if heard is None or heard.run != run or heard.said is None:
            return e.UnitLost(self.now, unit)
        return e.UnitLost(self.now, unit, heard.said.through, heard.clock.boot_ms)

    def start_epoch(self, *, restored: bool = False) -> None:
        """The hub has started; `restored`: somebody says that its journal came from a backup."""
        self._restoring.start(restored=restored)

    # --- records ---------------------------------------------------------------------------

    def record(self, unit: str, record: w.Record) -> None:
        """Take in a record. Its receipt goes out after the commit."""
        self._intake.record(unit, record)
        self._heard.add(unit)

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
        for unit in sorted(self._heard):
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
        for unit in self._heard:
            self.books.presence.committed(unit)
        for unit in self._states:
            self.books.presence.answered(unit, self.monotonic)
        books = self.books
        sight = Sight(self.hall, self.heads, books.presence, self.now, books.waits, books.links)
        out = [receipt(sight, *key) for key in sorted(self._intake.receipts)]
        out += [refusal(sight, unit, *found) for unit, found in self._refused.items()]
        out += [found for unit in sorted(self._states) if (found := state_for(sight, unit))]
        calls = (announcement(self.hall, event) for event in self.batch.events)
        return out + [call for call in calls if call is not None]


def _counter_changed_by(event: e.Event) -> str | None:
    # A rating that does not count is kept, and its counter looks as it did before.
    counted: bool = getattr(event, "counted", True)
    counter: str | None = getattr(event, "counter", None)
    return counter if counted else None
