"""The outbox and the link: what a unit sends, and what the hub's receipts make of it.

Nothing here decides what a message means; `session` does, nor when records go out; `pacing` does.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal, Protocol

from device.hearing import Beat
from device.moment import Moment
from device.outbox import Outbox
from device.pacing import AGAIN_S, Pace
from wire.errors import StorageError
from wire.messages import Call, Command, Hello, Message, Receipt, Record, Renew, Role, Status, Take
from wire.topics import (
    CALL,
    COMMAND,
    HELLO,
    RECORD,
    RENEW,
    STATUS,
    TAKE,
    Publication,
    Topic,
    publication,
)

log = logging.getLogger(__name__)


class Publisher(Protocol):
    """What the uplink needs of a `wire.link.Link`."""

    def publish(self, publication: Publication) -> bool:
        """Hand a publication to the broker; False if the link is down."""


@dataclass(frozen=True)
class Identity:
    """Which run of which unit this is."""

    hall: str
    unit: str
    run: str
    counter: str | None
    software: str
    role: Role = Role.COUNTER
    board: str = ""


def status(identity: Identity, *, online: bool) -> Publication:
    """The retained word on whether this run is connected; also its Last Will."""
    message = Status(run=identity.run, online=online)
    return publication(STATUS, message, identity.hall, identity.unit)


class Uplink:
    """Sends one run's messages, and its outbox's records until they are receipted."""

    def __init__(
        self, link: Publisher, outbox: Outbox, identity: Identity, second_s: float = 1.0
    ) -> None:
        """`second_s` is how far the clock of `now_s` advances in a real second."""
        self._link = link
        self._outbox = outbox
        self._identity = identity
        self._pace = Pace(second_s)
        self.trouble: Literal["disk_full", "disk_broken"] | None = None
        self._rest_s = AGAIN_S * second_s
        self._epoch = 0
        self._receipts_fail = False
        self._read_failed_s: float | None = None
        self._impossible = False

    @property
    def deadline_s(self) -> float | None:
        """When to call `pump` again."""
        return self._pace.deadline_s

    def connected(self) -> None:
        """The link is up: say so. Records wait until the hub is heard."""
        self.lost()
        self._link.publish(status(self._identity, online=True))

    def lost(self) -> None:
        """The link is down, or the hub silent: what was on the way may be gone."""
        self._pace.stop()

    def goodbye(self) -> None:
        """A planned end, which the Last Will does not tell."""
        self._link.publish(status(self._identity, online=False))

    def say(self, beat: Beat, at: Moment) -> None:
        """Send a hello or a renew with the outbox as it stands now."""
        common = {
            "run": self._identity.run,
            "n": beat.n,
            "epoch": beat.epoch,
            "version": beat.version,
            "through": self._outbox.through,
            "boot_ms": at.boot_ms,
            "wall": at.wall,
            "synchronised": at.synchronised,
            "boot": at.boot,
            "trouble": self.trouble,
        }
        if beat.hello:
            self.lost()
            self._publish(HELLO, self._hello(beat, common))
        else:
            self._publish(RENEW, Renew.model_validate(common))

    def command(self, command: Command) -> None:
        """Send what a person wants."""
        self._publish(COMMAND, command)

    def take(self, take: Take) -> None:
        """Send what somebody at a kiosk wants."""
        self._publish(TAKE, take)

    def call(self, call: Call) -> None:
        """Tell boards of a call that this counter made alone. The hub may be gone meanwhile."""
        self._publish(CALL, call)

    def heard(self, epoch: int, outbox: str, committed: int, now_s: float) -> None:
        """A state has come: the hub is there, and has `committed` of this outbox."""
        if outbox != self._outbox.id:
            log.warning("the hub speaks of outbox %s, which is not this one", outbox)
            return
        if epoch != self._epoch:
            self._epoch = epoch
            self.lost()  # a hub that was restored may have less than before
        if not self._is_possible(committed):
            committed = self._outbox.receipted  # what is here goes out all the same, as a fork
        self._note(committed, now_s)

    def receipt(self, receipt: Receipt, now_s: float) -> None:
        """The hub has committed records."""
        if receipt.outbox != self._outbox.id:
            log.warning("a receipt for outbox %s, which is not this one", receipt.outbox)
        elif self._pace.committed is not None and self._is_possible(receipt.through):
            self._note(receipt.through, now_s)

    def pump(self, now_s: float) -> None:
        """Send what is due: new records, or those whose receipt is late."""
        after, many = self._pace.due(self._outbox.oldest, self._outbox.through, now_s)
        if many <= 0 or self._is_resting(now_s):
            return
        for record in self._read(after, many, now_s):
            self._publish(RECORD, record)
            self._pace.sent(record.sequence)

    def _is_resting(self, now_s: float) -> bool:
        """Whether the outbox could not be read a moment ago."""
        return self._read_failed_s is not None and now_s < self._read_failed_s + self._rest_s

    def _read(self, after: int, many: int, now_s: float) -> list[Record]:
        """The next records. If they cannot be read it is logged once, and tried again later."""
        try:
            records = self._outbox.records(after, many)
        except StorageError as error:
            if self._read_failed_s is None:
                log.error("records cannot be read for now, nor sent: %s", error)
            self._read_failed_s = now_s
            return []
        self._read_failed_s = None
        return records

    def _is_possible(self, committed: int) -> bool:
        """Whether the hub can have this many records of this outbox; logged once if not."""
        if committed <= self._outbox.through:
            return True
        if not self._impossible:
            log.error(
                "the hub has %d records of this outbox, which ends at %d: is it an old copy?",
                committed,
                self._outbox.through,
            )
        self._impossible = True
        return False

    def _note(self, committed: int, now_s: float) -> None:
        self._keep_receipt(committed)
        self._pace.heard(committed, now_s)
        self.pump(now_s)

    def _keep_receipt(self, committed: int) -> None:
        """Note it on disk. If that fails, the next receipt or state says it again."""
        try:
            self._outbox.receipt(committed)
        except StorageError as error:
            if not self._receipts_fail:
                log.error("receipts are not noted for now: %s", error)
            self._receipts_fail = True
        else:
            self._receipts_fail = False

    def _hello(self, beat: Beat, common: dict[str, object]) -> Hello:
        own = {
            "role": self._identity.role,
            "counter": self._identity.counter,
            "outbox": self._outbox.id,
            "head": self._outbox.head,
            "receipted": self._outbox.receipted,
            "oldest": self._outbox.oldest,
            "epoch_id": beat.epoch_id,
            "software": self._identity.software,
            "board": self._identity.board,
        }
        return Hello.model_validate(common | own)

    def _publish(self, topic: Topic, message: Message) -> None:
        self._link.publish(publication(topic, message, self._identity.hall, self._identity.unit))
