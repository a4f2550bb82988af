"""A process that commits until it is killed. Says each batch's number once it is durable.

Run by `test_crash` with the journal's folder as its only argument.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hub.core import events as e
from hub.journal.store import Batch, Journal, Quarantined, StoredAnswer, StoredRecord
from wire.chain import NO_HASH

EVENTS_EACH = 3
"""Events of a batch; batch k holds those with the sequences 3k+1 to 3k+3."""


def batch_of(number: int) -> Batch:
    """A batch with something for every table."""
    first = number * EVENTS_EACH + 1
    batch = Batch(first)
    batch.events += [e.UnitLost(float(number), f"u{k}") for k in range(EVENTS_EACH)]
    body = b"x" * (number % 7 * 1000)
    batch.answers[f"a{number}"] = StoredAnswer(f"a{number}", "f", 200, body, "2026-03-02")
    record = StoredRecord("u", "o", number + 1, NO_HASH, f"{number:064d}", body, 1.0)
    batch.records["u", "o", number + 1] = record
    batch.quarantine.append(Quarantined(1.0, "u", "o", number + 1, "fork", "", body))
    return batch


def main() -> None:
    journal = Journal(Path(sys.argv[1]))
    number = sum(1 for _ in journal.events()) // EVENTS_EACH
    while True:
        journal.commit(batch_of(number))
        print(number, flush=True)
        number += 1


if __name__ == "__main__":
    main()
