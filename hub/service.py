"""The single owner of the hall's state: one thread, one inbox, one transaction a round.

Adapters submit `Work`. A round takes what has queued up since the last one, lets each piece
act on the state, commits all of it in one durable transaction, and only then tells those
who asked and those who watch. Waiting costs nothing: there is no timer but the next moment
at which the time itself brings something about.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from hub.asked import Asked, Foretold
from hub.boards import Boards
from hub.core import events as e
from hub.core.commands import Command
from hub.core.passing import due, next_due
from hub.core.people import People
from hub.core.plan import Plan
from hub.core.plan_changes import digest
from hub.core.presence import LOST_AFTER_S, Presence
from hub.core.state import HistoryError
from hub.identity import KEY_BYTES
from hub.journal.store import Journal, StoredAnswer
from hub.loading import load
from hub.lookout import Lookout
from hub.outgoing import Outbound
from hub.rounds import Rounds, Work, WorkFailed
from hub.ticket_links import TicketLinks
from hub.transaction import Books, Transaction
from wire.clock import Clock
from wire.errors import StorageError
from wire.sdnotify import Notifier

log = logging.getLogger(__name__)

BATCH = 300
"""So many pieces of work share a transaction at most."""

HEARTBEAT_S = 1.0
"""The loop goes round at least this often, to notice silent units and to feed the watchdog."""

DISK_RESTS_S = 1.0
"""After a failed commit, time alone writes nothing for so long; people's commands still try."""

SNAPSHOT_EVERY = 20_000
"""Events between snapshots."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Committed:
    """Of a round that is durable: what happened, and what is to be sent.

    Answers to commands come ahead in a `Committed` of their own, without events.
    """

    events: tuple[e.Event, ...]
    outbound: tuple[Outbound, ...]
    version: int


Watcher = Callable[[Committed], None]
"""Called in the state's thread after each round with news; must not block.

Who asked through the service is told after those who watch: what goes to a unit has the longer
way.
"""


class Service:
    """The hall, running."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        new_id: Callable[[], str],
        notifier: Notifier | None = None,
        public_url: str = "",
        lookout: Lookout | None = None,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._notifier = notifier or Notifier("")
        self._inbox: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._watchers: list[Watcher] = []
        hall, heads = load(journal)
        self._lookout = lookout or Lookout()
        self._books = Books(
            journal,
            hall,
            heads,
            Presence(second_s=1 / clock.real_seconds(1.0)),
            new_id,
            TicketLinks(secrets.token_bytes(KEY_BYTES), public_url),
            self._lookout.waits,
            Boards(1 / clock.real_seconds(1.0)),
        )
        self._thread = threading.Thread(target=self._run, name="state", daemon=True)
        self._next_check = 0.0
        self._rounds = Rounds(self._scaled(1.0))
        self._rest_until = 0.0
        self._snapshot_at = journal.snapshot_sequence()
        self._sound = True
        self.storage_error: str | None = None
        self.on_death: Callable[[], None] = lambda: None
        self.on_kept: Callable[[int, float], None] = lambda _records, _took_s: None

    @property
    def folder(self) -> Path:
        """The journal's folder, for who reads beside the state."""
        return self._journal.path.parent

    @property
    def clock(self) -> Clock:
        """The hall's clock."""
        return self._clock

    def watch(self, watcher: Watcher) -> None:
        """Be told of every committed round. Only before `start`."""
        self._watchers.append(watcher)

    @property
    def public_url(self) -> str:
        """How phones reach the hub; empty if it was not told."""
        return self._books.links.public_url

    def sign_slips(self, key: bytes) -> None:
        """Make the addresses on tickets' slips by this key. Only before `start`.

        Without it they are good until the end of this process.
        """
        self._books.links = TicketLinks(key, self._books.links.public_url)

    def begin(self, plan: Plan, *, restored: bool = False) -> None:
        """Seed an empty journal with the plan, and commit the epoch of this start.

        `restored`: somebody has said that the journal was put back from a backup. Raises
        StorageError if the journal cannot be written.
        """
        transaction = self._transaction()
        hall, file = self._books.hall, digest(plan)
        if not hall.configured:
            content = plan.model_dump(mode="json")
            transaction.happen([e.Configured(transaction.now, content, file=file)])
        elif file != hall.plan_file and plan == hall.plan:
            transaction.happen([e.PlanFileSeen(transaction.now, file)])
        transaction.start_epoch(restored=restored)
        transaction.happen(due(self._books.hall, transaction.now))
        transaction.read_again()
        self._journal.commit(transaction.batch)
        # Units need time to be heard.
        self._next_check = transaction.monotonic + self._books.presence.lost_after_s
        self._books.presence.since = transaction.monotonic
        units = (grant.unit for grant in self._books.hall.grants.values())
        self._rounds.begin(units, transaction.monotonic)
        self._keep(tuple(transaction.batch.events))

    @property
    def configured(self) -> bool:
        """Whether the journal holds a plan already."""
        return self._books.hall.configured

    @property
    def knows_people(self) -> bool:
        """Whether the journal's state holds hashes of identities. Only before `start`."""
        hall = self._books.hall
        return bool(hall.today.persons) or any(t.person for t in hall.tickets.values())

    @property
    def people(self) -> People:
        """Who has an account or a token. Only before `start`; later, watch."""
        return self._books.hall.people

    @property
    def alive(self) -> bool:
        """Whether the state's thread is running."""
        return self._thread.is_alive()

    @property
    def plan(self) -> Plan:
        """The plan in force. An administrator may change it at any time."""
        return self._books.hall.plan

    @property
    def plan_file(self) -> str:
        """The digest of the file that was last put into force, or was in force at a start."""
        return self._books.hall.plan_file

    def start(self) -> None:
        """Start the state's thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the work that is queued, keep a snapshot, and end the thread."""
        self._inbox.put(None)
        self._thread.join()
        if self._sound and self.storage_error is None:
            self._snapshot()

    def submit(self, work: Work) -> None:
        """Queue a piece of work. Safe from any thread."""
        self._inbox.put(work)

    def command(self, key: str | None, command: Command) -> Future[StoredAnswer]:
        """Have a command decided. The future fails with IdReusedError or StorageError."""
        return self._asked(lambda transaction: transaction.command(key, command))

    def foretold(self) -> None:
        """There is a new forecast: whoever watches shall look again. Safe from any thread."""
        self.submit(Foretold())

    def reached(self) -> None:
        """Units can reach the hub, and it them. Safe from any thread, as often as it is so.

        Who held grants when the hub started has from the first time on a moment to be heard.
        """
        self.ask(lambda transaction: self._rounds.reached(transaction.monotonic))

    def ask(self, question: Callable[[Transaction], T]) -> Future[T]:
        """Read the state between two pieces of work. The question must not change it."""
        work = Asked(question, reads=True)
        self.submit(work)
        return work.future

    def _asked(self, act: Callable[[Transaction], T]) -> Future[T]:
        work = Asked(act)
        self.submit(work)
        return work.future

    # --- the state's thread ----------------------------------------------------------------

    def _run(self) -> None:
        try:
            going = True
            while going:
                batch = self._take()
                going = None not in batch
                self._round([work for work in batch if work is not None])
                self._notifier.alive()
        except Exception:
            # The state cannot be trusted or stored: better a restart than a hall that lies.
            self._sound = False
            log.exception("the state's thread has ended")
            self.on_death()

    def _take(self) -> list[Work | None]:
        try:
            batch = [self._inbox.get(timeout=self._patience())]
        except queue.Empty:
            return []
        while len(batch) < BATCH:
            try:
                batch.append(self._inbox.get_nowait())
            except queue.Empty:
                break
        return batch

    def _patience(self) -> float:
        if self._disk_rests():
            return HEARTBEAT_S
        now = self._clock.now()
        until_due = self._clock.real_seconds(next_due(self._books.hall, now) - now)
        boards_s = self._books.boards.wait_s(self._books.hall, self._clock.monotonic())
        if boards_s is not None:
            until_due = min(until_due, self._clock.real_seconds(boards_s))
        return min(max(until_due, 0.0), self._parked_s(), HEARTBEAT_S)

    def _scaled(self, real_s: float) -> float:
        """So many real seconds, in those of the hall's clock."""
        return real_s / self._clock.real_seconds(1.0)

    def _parked_s(self) -> float:
        """Real seconds until a command that waits has waited long enough."""
        until = self._rounds.deadline
        if until is None:
            return HEARTBEAT_S
        return max(0.0, self._clock.real_seconds(until - self._clock.monotonic()))

    def _transaction(self) -> Transaction:
        return Transaction(self._books, self._clock.now(), self._clock.monotonic())

    def _round(self, batch: list[Work]) -> None:
        while not self._tried(batch):
            pass

    def _tried(self, batch: list[Work]) -> bool:
        """False if a piece of work failed: it has left the batch, and the others start again."""
        transaction = self._transaction()
        rests = self._disk_rests()
        if not rests:
            self._pass_time(transaction)
        try:
            ran = self._rounds.run(transaction, batch)
            if not rests:
                self._look_for_missed(transaction)
        except WorkFailed as failure:
            looked = isinstance(failure.work, Asked) and failure.work.reads
            if looked and transaction.batch.empty():
                failure.work.failed(failure.error)  # who only looks has changed nothing
            else:
                self._start_over([failure.work], failure.error)
            return False
        if self._finish(transaction, ran):
            self._rounds.kept()
        return True

    def _finish(self, transaction: Transaction, ran: list[Work]) -> bool:
        """Commit, and tell; False if nothing was kept."""
        began = time.perf_counter()
        try:
            self._journal.commit(transaction.batch)
        except StorageError as error:
            self._rounds.dropped()
            self._not_kept(ran, error)
            return False
        if not transaction.batch.empty():
            self.on_kept(len(transaction.batch.records), time.perf_counter() - began)
        if self.storage_error is not None and not transaction.batch.empty():
            log.info("the journal takes what happens again")
            self.storage_error = None  # a round that wrote nothing proves nothing
        told = self._tell_all((), transaction.answers())
        told |= self._tell_all(transaction.batch.events, transaction.outbound())
        for work in ran:
            work.committed()
        if told:
            self._keep(tuple(transaction.batch.events))
        self._look_out(transaction)
        self._tell_boards(transaction)
        return True

    def _tell_boards(self, transaction: Transaction) -> None:
        boards, books = self._books.boards, self._books
        if transaction.batch.events or transaction.foretold:
            boards.changed()
        pictures = boards.due(books.hall, books.waits, transaction.now, transaction.monotonic)
        self._tell_all((), pictures)

    def _look_out(self, transaction: Transaction) -> None:
        hall = self._books.hall
        self._lookout.happened(hall, transaction.batch.events)
        self._lookout.look(hall, transaction.now, transaction.monotonic)
        if transaction.foretold:
            news = Committed((), (), hall.version)
            for watcher in self._watchers:
                self._tell(watcher, news)

    def _tell_all(self, events: list[e.Event] | tuple[()], outbound: list[Outbound]) -> bool:
        """Tell those who watch, if there is news. Answers go ahead of what has to be drawn up."""
        if not events and not outbound:
            return False
        news = Committed(tuple(events), tuple(outbound), self._books.hall.version)
        for watcher in self._watchers:
            self._tell(watcher, news)
        return True

    def _not_kept(self, ran: list[Work], error: StorageError) -> None:
        """The disk did not take the round: nothing of it has happened, but people may look."""
        if self.storage_error is None:
            log.error("nothing of this round was kept: %s", error)
        self.storage_error = str(error)
        self._rest_until = self._clock.monotonic() + DISK_RESTS_S
        readers: list[Work] = [w for w in ran if isinstance(w, Asked) and w.reads]
        self._start_over([work for work in ran if work not in readers], error)
        self._round(readers)

    def _disk_rests(self) -> bool:
        """A disk that has just failed is not tried again by time alone for a moment."""
        return self.storage_error is not None and self._clock.monotonic() < self._rest_until

    @staticmethod
    def _tell(watcher: Watcher, news: Committed) -> None:
        try:
            watcher(news)
        except Exception:
            # What is committed stays committed; who missed it asks again (renew, SSE snapshot).
            log.exception("a watcher failed")

    def _pass_time(self, transaction: Transaction) -> None:
        hall, now = self._books.hall, transaction.now
        transaction.happen(due(hall, now))
        for advised in self._lookout.due(hall, now, transaction.monotonic):
            try:
                transaction.happen([advised])
            except HistoryError:
                log.exception("what the lookout said does not fit the hall; the hall goes on")

    def _look_for_missed(self, transaction: Transaction) -> None:
        """Who has fallen silent, once everybody's word is in that has arrived.

        After a moment in which the hub itself stood still, renews wait in its inbox.
        """
        late = transaction.monotonic - self._next_check
        waits = not self._inbox.empty() and late < self._scaled(LOST_AFTER_S)
        if late >= 0 and not waits:
            transaction.missed_units()
            self._next_check = transaction.monotonic + HEARTBEAT_S

    def _keep(self, happened: tuple[e.Event, ...]) -> None:
        day = next((event.day for event in happened if isinstance(event, e.DayBegan)), None)
        try:
            if day is not None:
                yesterday = date.fromisoformat(day) - timedelta(days=1)
                self._journal.forget_answers(yesterday.isoformat())
            if day is not None or self._books.hall.version - self._snapshot_at >= SNAPSHOT_EVERY:
                self._snapshot()
        except StorageError as error:
            # Both only save time and space; the events themselves are safe.
            log.error("housekeeping was put off: %s", error)

    def _snapshot(self) -> None:
        hall = self._books.hall
        if hall.version == self._snapshot_at:
            return
        self._journal.save_snapshot(hall.version, self._clock.now(), hall.dump())
        self._snapshot_at = hall.version

    def _start_over(self, undone: list[Work], error: Exception) -> None:
        try:
            self._books.hall, self._books.heads = load(self._journal)
        finally:
            for work in undone:
                work.failed(error)
        self._books.presence.forget_unjoined(self._books.hall)
