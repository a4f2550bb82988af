"""What must hold of a day once everything is back and still: nothing lost, nothing twice.

What the units have shown and kept is compared with the hub's journal.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from hub.core import events as e
from hub.core.audit import Audit
from hub.journal.store import Journal
from hub.loading import load
from tests.hall.long_day import Desk, Hall


@dataclass(frozen=True)
class Sums:
    """What a day came to."""

    thanked: int
    called_alone: int
    unnumbered: int
    printed_alone: int
    calls: int

    def __str__(self) -> str:
        return (
            f"{self.calls} calls, {self.called_alone} of them alone, {self.unnumbered} services"
            f" without a number, {self.printed_alone} numbers printed alone,"
            f" {self.thanked} ratings thanked for; none lost, none twice"
        )


def reconcile(hall: Hall, lost: frozenset[str] = frozenset()) -> Sums:
    """Compare what the units have shown and kept with the journal, once the hall has ended.

    `lost` are calls of which the only trace went with a disk.
    """
    with closing(Journal(hall.layout.data)) as journal:
        events = [event for _, event in journal.events()]
        state, _ = load(journal)
    assert Audit().read(events) == []
    assert state.version == len(events)
    thanked = _check_ratings(hall, events, lost)
    records = [(desk, *found) for desk in hall.desks for found in desk.records()]
    _check_records(events, records)
    _check_calls(hall, events)
    _check_numbers(hall, events)
    kinds = Counter(content["kind"] for _, _, _, content in records)
    return Sums(
        thanked=thanked,
        called_alone=kinds["called"],
        unnumbered=kinds["without_number"],
        printed_alone=sum(number.startswith("K") for number in hall.kiosk.given.values()),
        calls=sum(isinstance(event, e.TicketCalled) for event in events),
    )


def _check_ratings(hall: Hall, events: list[e.Event], lost: frozenset[str]) -> int:
    """Whoever was thanked has one rating that counts."""
    thanked = set().union(*(desk.thanked for desk in hall.desks)) - lost
    counted = Counter(x.call_id for x in events if isinstance(x, e.Rated) and x.counted)
    assert [call for call in thanked if counted[call] != 1] == []
    assert [call for call, times in counted.items() if times > 1] == []
    taken = Counter(
        (x.unit, x.outbox, x.sequence) for x in events if isinstance(x, e.Rated | e.Unrated)
    )
    assert [key for key, times in taken.items() if times > 1] == []
    return len(thanked)


def _check_records(
    events: list[e.Event], records: list[tuple[Desk, str, int, dict[str, Any]]]
) -> None:
    """Every record has had its effect, or stands in the journal as one that had none."""
    rated = {(x.outbox, x.sequence) for x in events if isinstance(x, e.Rated | e.Unrated)}
    began = {
        x.call_id
        for x in events
        if isinstance(x, e.TicketCalled | e.ServedUnnumbered | e.CalledApart)
    }
    ended = {
        x.call_id
        for x in events
        if isinstance(x, e.TicketDone | e.EndedApart | e.CallVoided | e.AloneStepUnused)
    }
    for desk, outbox, sequence, content in records:
        where = f"unit {desk.unit.n}, record {sequence}: {content}"
        match content["kind"]:
            case "rating" | "unrated":
                assert (outbox, sequence) in rated, where
            case "called" | "without_number":
                assert content["call_id"] in began, where
            case "step" if content["step"] == "done":
                assert content["call_id"] in ended, where


def _check_calls(hall: Hall, events: list[e.Event]) -> None:
    """Nobody was called twice: neither in the journal nor on the screens."""
    voided = {x.call_id for x in events if isinstance(x, e.CallVoided)}
    calls = Counter(
        x.ticket for x in events if isinstance(x, e.TicketCalled) and x.call_id not in voided
    )
    assert [ticket for ticket, times in calls.items() if times > 1] == []
    shown: dict[str, set[str]] = defaultdict(set)
    for desk in hall.desks:
        for number, call_id in desk.called:
            shown[number].add(call_id)
    assert {number: found for number, found in shown.items() if len(found) > 1} == {}


def _check_numbers(hall: Hall, events: list[e.Event]) -> None:
    """Every number that the kiosk gave is one of the hall's, and was given once."""
    issued = {x.ticket: x.number for x in events if isinstance(x, e.TicketIssued)}
    numbers = Counter(issued.values())
    assert [number for number, times in numbers.items() if times > 1] == []
    assert hall.kiosk.given.items() <= issued.items()
    assert [event for event in events if isinstance(event, e.NumberSetAside)] == []
