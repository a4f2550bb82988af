"""Records on their way in: stored once, set aside if they cannot be read, and then believed.

All of it happens within the transaction that commits it.
"""

from __future__ import annotations

import json
import logging
from typing import Protocol

from hub.answers import alone_body
from hub.core import events as e
from hub.core.alone import AloneBody, Source, events_of
from hub.core.ratings import rated, tagged, unrated
from hub.core.records import Fit, fit, fork_detail, keyed, read_body
from hub.core.restored import asked, given_back, remembered
from hub.core.state import HistoryError
from hub.core.times import When
from hub.journal.store import NEWER_FRAME, Quarantined, StoredAnswer, StoredRecord
from hub.kiosks import kiosk_record
from hub.record_times import Dated, time_of
from wire import messages as w
from wire import topics
from wire.errors import NewerSchema, UnreadableMessage, WireError

ANSWERED_ALONE = "alone"
"""In place of the fingerprint of a command that its counter has answered by itself."""

UNFIT = "unfit"
"""The code of a record that can be read and is not believed: the core refused what it says."""

KEPT_TOO = ("broken_chain", "fork")
"""Codes of what lies in quarantine beside a record that is believed all the same."""

log = logging.getLogger(__name__)

UNREADABLE_KEPT = 1000
"""So many payloads without a readable key are kept for each unit; the rest is only counted."""


class Round(Dated, Protocol):
    """What the intake needs of the transaction that it belongs to."""

    unfit: set[tuple[str, str, int]]

    def reject(self, code: str) -> None:
        """Count a message that was not acted on."""


class Intake:
    """The records of one transaction. `receipts` are due for these units and outboxes."""

    def __init__(self, round_: Round) -> None:
        self._round = round_
        self.receipts: set[tuple[str, str]] = set()

    def record(self, unit: str, record: w.Record, newer_frame: bytes | None = None) -> None:
        """Take in a record from the outbox of a unit that is or was in the plan.

        Its receipt goes out after the commit.

        A `newer_frame` is stored under its key and set aside whole: what today's program finds
        in it may not be what it says.
        """
        if not self._round.hall.knows(unit):
            self._round.reject("unknown_unit")
            return
        self.receipts.add((unit, record.outbox))
        found = fit(record, self._stored_hash(unit, record))
        if found is Fit.REPEAT:
            return
        if found is Fit.FORK:
            self._keep_fork(unit, record)
            return
        late = record.sequence <= self._round.heads.through(unit, record.outbox)
        self._store(unit, record)
        believed = newer_frame is None and found is not Fit.BAD_HASH
        if newer_frame is not None:
            detail = "the frame is of a newer schema"
            self._set_aside(unit, record, NEWER_FRAME, detail, newer_frame)
        elif not believed:
            self._set_aside(unit, record, "bad_hash", "the hash does not belong to the body")
        # In the order in which it happened: what a counter did alone means nothing in another.
        through = self._round.heads.through(unit, record.outbox)
        if believed and record.sequence <= through:
            self._take_in(unit, (record.outbox, record.sequence), record.body)
        if not late:  # had it not been given up for lost
            self._take_in_between(unit, record.outbox, record.sequence, through)

    def close_gap(self, unit: str, hello: w.Hello) -> None:
        """Pass over records that will not come: no receipt could ever pass them.

        What a unit handed in under another name is not asked for again, and is not lost. What it
        has pruned and nobody has is.
        """
        outbox, heads = hello.outbox, self._round.heads
        kept = min(heads.anywhere(outbox), hello.receipted)
        if unit in asked(self._round.hall):  # what was receipted here since the backup is not in it
            kept = min(kept, hello.oldest - 1)
        if heads.through(unit, outbox) < kept:
            before = heads.holder(outbox)
            renamed = e.OutboxRenamed(self._round.now, unit, outbox, before, kept)
            self._round.happen([renamed])
            self.give_up(unit, outbox, kept)
        first, lost = heads.through(unit, outbox) + 1, hello.oldest - 1
        if first <= lost < hello.through:
            self._round.happen([e.RecordsLost(self._round.now, unit, outbox, first, lost)])
            self.give_up(unit, outbox, lost)

    def give_up(self, unit: str, outbox: str, lost: int) -> None:
        """The records up to `lost` that are not stored will never come; go on behind them."""
        head = self._round.heads.of(unit, outbox)
        before = head.through
        self._note_broken(unit, outbox, head.skip(lost))
        self._take_in_between(unit, outbox, before, head.through)
        self.receipts.add((unit, outbox))

    def _stored_hash(self, unit: str, record: w.Record) -> str | None:
        head = self._round.heads.of(unit, record.outbox)
        if record.sequence in head.beyond:
            return head.beyond[record.sequence][1]
        if record.sequence > head.through:
            return None
        if record.sequence in head.latest:
            return head.latest[record.sequence]
        batched = self._round.batch.records.get((unit, record.outbox, record.sequence))
        if batched is not None:
            return batched.hash
        return self._round.journal.record_hash(unit, record.outbox, record.sequence)

    def _store(self, unit: str, record: w.Record) -> None:
        self._round.batch.records[unit, record.outbox, record.sequence] = StoredRecord(
            unit,
            record.outbox,
            record.sequence,
            record.previous,
            record.hash,
            record.body.encode(),
            self._round.now,
        )
        head = self._round.heads.of(unit, record.outbox)
        if record.sequence <= head.through:
            return
        broken = head.add(record.sequence, record.previous, record.hash)
        self._note_broken(unit, record.outbox, broken)

    def _note_broken(self, unit: str, outbox: str, sequences: list[int]) -> None:
        for sequence in sequences:
            detail = "its previous hash is not that of the record before"
            self._keep(unit, outbox, sequence, "broken_chain", detail, b"")

    def _keep_fork(self, unit: str, record: w.Record) -> None:
        """Set a fork aside, once: it comes again until the unit has heard of the receipt."""
        detail = fork_detail(record)
        key = (unit, record.outbox, record.sequence, detail)
        batched = ((q.unit, q.outbox, q.sequence, q.detail) for q in self._round.batch.quarantine)
        if key not in batched and not self._round.journal.has_quarantined(*key):
            self._set_aside(unit, record, "fork", detail)

    def _take_in(self, unit: str, key: tuple[str, int], text: str) -> None:
        """Believe a record whose hash fits. `key` is its outbox and sequence."""
        try:
            body = read_body(text)
        except WireError as error:
            self._keep(unit, *key, error.code, str(error), text.encode())
            return
        if (unit, *key) in self._round.unfit:
            detail = "what it says does not fit the hall as it is"
            self._keep(unit, *key, UNFIT, detail, text.encode())
            return
        try:
            self._believe(unit, key, body)
        except HistoryError:
            self._round.unfit.add((unit, *key))  # when it comes again it is set aside
            raise

    def _take_in_between(self, unit: str, outbox: str, after: int, through: int) -> None:
        """Believe the records that were stored beyond a gap, now that it is closed."""
        for sequence in range(after + 1, through + 1):
            stored = self._round.batch.records.get((unit, outbox, sequence))
            stored = stored or self._round.journal.record(unit, outbox, sequence)
            if stored is not None and not self._is_set_aside(unit, outbox, sequence):
                self._take_in(unit, (outbox, sequence), stored.body.decode())

    def _is_set_aside(self, unit: str, outbox: str, sequence: int) -> bool:
        batched = self._round.batch.quarantine
        return any(
            (q.unit, q.outbox, q.sequence) == (unit, outbox, sequence) and q.code not in KEPT_TOO
            for q in batched
        ) or self._round.journal.is_set_aside(unit, outbox, sequence)

    def _believe(self, unit: str, key: tuple[str, int], body: w.AnyRecordBody) -> None:
        written = time_of(self._round, unit, key, body)
        self._round.happen(given_back(self._round.hall, unit, key[0], body, written.at))
        self._round.happen(remembered(self._round.hall, unit, key[0], body, written.at))
        self._round.happen(self._events_of(unit, key, body, written))

    def _events_of(
        self, unit: str, key: tuple[str, int], body: w.AnyRecordBody, written: When
    ) -> list[e.Event]:
        hall, at, sure = self._round.hall, written.at, written.sure
        if isinstance(body, w.IssuedRecord | w.PrintRecord):
            return kiosk_record(self._round, unit, key, body, written)
        if isinstance(body, w.HealthRecord):
            return [e.HealthNoted(at, unit, body.peripheral, body.ok, body.code, body.detail)]
        if isinstance(body, w.RatingRecord):
            return [rated(hall, unit, key, body, at, sure)]
        if isinstance(body, w.UnratedRecord):
            return [unrated(hall, unit, key, body, at, sure)]
        if isinstance(body, w.RatingTagsRecord):
            return [tagged(hall, unit, key, body, at, sure)]
        return events_of(hall, body, Source(unit, at, self._answered_alone(body)))

    def _answered_alone(self, body: AloneBody) -> str | None:
        """See to it that the command that a record answers does nothing any more.

        If the hub had decided it before, the ticket that it called for it.
        """
        if body.command is None:
            return None
        stored = self._round.batch.answers.get(body.command)
        stored = stored or self._round.journal.answer(body.command)
        if stored is not None:
            ticket = json.loads(stored.body).get("ticket")
            return str(ticket["id"]) if isinstance(ticket, dict) else None
        answer = alone_body(body.command, body.counter)
        day = self._round.hall.day or ""
        self._round.batch.answers[body.command] = StoredAnswer(
            body.command, ANSWERED_ALONE, 200, answer, day
        )
        return None

    def _set_aside(
        self, unit: str, record: w.Record, code: str, detail: str, payload: bytes | None = None
    ) -> None:
        kept = record.body.encode() if payload is None else payload
        self._keep(unit, record.outbox, record.sequence, code, detail, kept)

    def _keep(
        self,
        unit: str,
        outbox: str | None,
        sequence: int | None,
        code: str,
        detail: str,
        payload: bytes,
    ) -> None:
        """Put bytes into quarantine. A broken chain has none: its record itself is kept."""
        self._round.batch.quarantine.append(
            Quarantined(self._round.now, unit, outbox, sequence, code, detail, payload)
        )
        self._round.happen(
            [e.RecordQuarantined(self._round.now, unit, outbox, sequence, code, detail)]
        )

    def unreadable(self, unit: str, payload: bytes, error: WireError) -> None:
        """A record whose frame cannot be read.

        One of a newer schema that still has its key is receipted like any other; the rest is
        kept without a key, and without a receipt.
        """
        self._round.reject(error.code)
        if not self._round.hall.knows(unit):
            return
        record = keyed(payload) if isinstance(error, NewerSchema) else None
        if record is not None:
            self.record(unit, record, payload)
            return
        if self._round.journal.quarantine_count(unit) >= UNREADABLE_KEPT:
            return
        kept = payload[: topics.MAX_PAYLOAD_BYTES]
        self._keep(unit, None, None, error.code, str(error), kept)

    def read_again(self) -> None:
        """Try quarantined records once more, after an upgrade may have taught us to read them."""
        for row in self._round.journal.unread_records():
            try:
                body = _read_set_aside(row["code"], bytes(row["payload"]))
            except WireError:
                continue
            key = (str(row["outbox"]), int(row["sequence"]))
            try:
                self._believe(row["unit"], key, body)
                self._round.happen([e.RecordRead(self._round.now, row["unit"], *key)])
            except HistoryError:
                log.exception("a record that can be read by now does not fit; it stays set aside")
            else:
                self._round.batch.read_again.append(row["id"])


def _read_set_aside(code: str, payload: bytes) -> w.AnyRecordBody:
    """What a quarantined record says.

    Raises WireError if it still cannot be read or believed.
    """
    if code != NEWER_FRAME:
        return read_body(payload)
    record = w.Record.model_validate(topics.unpack(topics.RECORD, payload))
    if fit(record, None) is Fit.BAD_HASH:
        raise UnreadableMessage("the hash does not belong to the body")
    return read_body(record.body)
