"""Forks that lie in quarantine, as a person decides about them."""

from __future__ import annotations

from hub.core.commands import Decision
from hub.core.commands_of_forks import Fork, ReviewFork
from hub.core.decide import decide
from hub.core.records import fork_hashes, read_body
from hub.core.times import when
from hub.record_times import Dated
from wire.chain import chain_hash
from wire.errors import WireError
from wire.messages import AnyRecordBody


def fork_of(round_: Dated, number: int) -> Fork | None:
    """The fork that is kept under a number in the quarantine; None if there is no such fork."""
    row = round_.journal.quarantined_record(number)
    hashes = fork_hashes(row["detail"]) if row is not None and row["code"] == "fork" else None
    if row is None or hashes is None:
        return None
    key, text = (str(row["outbox"]), int(row["sequence"])), bytes(row["payload"])
    body, at, sure = _read(text), float(row["received_at"]), ""
    if body is not None:
        found = when(round_.hall, row["unit"], key, body, at)
        at, sure = found.at, found.sure
    return Fork(row["unit"], *key, hashes[0], _fits(hashes, text), body, at, sure)


def _read(text: bytes) -> AnyRecordBody | None:
    try:
        return read_body(text)
    except WireError:
        return None


def _fits(hashes: tuple[str, str], text: bytes) -> bool:
    own, before = hashes
    return chain_hash(before, text.decode()) == own


def reviewed(round_: Dated, command: ReviewFork) -> Decision:
    """Decide about a fork; what is decided waits for nobody any more."""
    decided = decide(round_.hall, command, round_.now)
    if decided.outcome == "done":
        round_.batch.read_again.append(command.record)
    return decided
