"""The audit finds each rule broken in journals made by hand, and nothing in a good one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.core import events as e
from hub.core.audit import Audit
from tests.hub.core.examples import raw_plan

WHY = {"rule": "index"}
ISSUED = e.TicketIssued(2.0, "t3", "A003", "a", 2.0, "web")
DONE = e.TicketDone(6.0, "t1", "call-1", "c1", "wang", 5.0, 10.0)
MISSED = e.TicketMissed(8.0, "t2", "call-2", "c3", "li")

GOOD: tuple[e.Event, ...] = (
    e.Configured(1.0, raw_plan()),
    e.EpochStarted(1.0, 1, "epoch-1"),
    e.DayBegan(1.0, "2026-03-02"),
    e.CounterOpened(1.0, "c1", "wang"),
    e.CounterOpened(1.0, "c2", "zhao"),
    e.CounterOpened(1.0, "c3", "li"),
    e.TicketIssued(2.0, "t1", "A001", "a", 2.0, "web"),
    e.TicketIssued(2.0, "t2", "A002", "a", 2.0, "web"),
    ISSUED,
    e.TicketCalled(3.0, "t1", "call-1", "c1", "wang", WHY),
    e.TicketRecalled(4.0, "t1", "call-1", "c1", "wang"),
    e.ServiceStarted(5.0, "t1", "call-1", "c1", 5.0, presumed=False),
    DONE,
    e.TicketCalled(7.0, "t2", "call-2", "c3", "li", WHY),
    MISSED,
)


def rated(sequence: int = 1, call: str = "call-1", *, counted: bool = True) -> e.Rated:
    return e.Rated(
        at=9.0,
        unit="unit-1",
        outbox="o",
        sequence=sequence,
        counter="c1",
        clerk="wang",
        call_id=call,
        ticket="t1",
        level="satisfied",
        after_ms=1,
        sure="run",
        counted=counted,
        why_not=None if counted else "second",
    )


def unrated(sequence: int) -> e.Unrated:
    return e.Unrated(9.0, "unit-1", "o", sequence, "c1", "wang", "call-1", "t1", "run", True, None)


def called(ticket: str, counter: str, call: str = "call-9") -> e.TicketCalled:
    return e.TicketCalled(9.0, ticket, call, counter, "wang", WHY)


BROKEN: dict[str, tuple[list[Any], str]] = {
    "issued_twice": ([replace(ISSUED, number="A009")], "ticket t3 issued twice"),
    "number_twice": ([replace(ISSUED, ticket="t9")], "number A003 given twice in a day"),
    "invented": ([called("t9", "c1")], "ticket t9 was never issued"),
    "called_after_done": ([called("t1", "c1")], "ticket t1 had ended"),
    "called_after_missed": ([called("t2", "c1")], "ticket t2 had ended"),
    "called_after_expired": (
        [e.TicketExpired(9.0, "t3", None), called("t3", "c1")],
        "ticket t3 had ended",
    ),
    "two_holders": (
        [called("t3", "c1"), called("t3", "c3", "call-10")],
        "ticket t3 is held by c1",
    ),
    "two_in_hand": (
        [
            e.TicketIssued(9.0, "t4", "A004", "a", 9.0, "web"),
            called("t3", "c1"),
            called("t4", "c1", "call-10"),
        ],
        "counter c1 holds t3 already",
    ),
    "call_id_twice": ([called("t3", "c1", "call-1")], "call call-1 made twice"),
    "no_skill": ([called("t3", "c2")], "counter c2 has not the skill for t3"),
    "recalled_elsewhere": (
        [called("t3", "c1"), e.TicketRecalled(9.0, "t3", "call-9", "c3", "li")],
        "ticket t3 is not held by c3",
    ),
    "started_elsewhere": (
        [called("t3", "c1"), e.ServiceStarted(9.0, "t3", "call-9", "c3", 9.0, presumed=True)],
        "ticket t3 is not held by c3",
    ),
    "done_elsewhere": (
        [called("t3", "c1"), replace(DONE, ticket="t3", call_id="call-9", counter="c3")],
        "ticket t3 is not held by c3",
    ),
    "missed_twice": ([MISSED], "ticket t2 is not held by c3"),
    "done_by_another_call": (
        [called("t3", "c1"), replace(DONE, ticket="t3", call_id="call-2")],
        "ticket t3 was not called by call-2",
    ),
    "expired_elsewhere": (
        [called("t3", "c1"), e.TicketExpired(9.0, "t3", None)],
        "ticket t3 is held by c1, not by None",
    ),
    "expired_after_its_end": ([e.TicketExpired(9.0, "t1", None)], "ticket t1 had ended"),
    "epoch_again": ([e.EpochStarted(9.0, 1, "epoch-2")], "epoch 1 after 1"),
    "record_twice": ([rated(1), unrated(1)], "record ('unit-1', 'o', 1) taken twice"),
    "rated_twice": ([rated(1), rated(2)], "call call-1 rated twice"),
    "rated_before_its_end": (
        [called("t3", "c1"), rated(1, "call-9")],
        "rating of call call-9, which never ended",
    ),
    "rated_though_missed": ([rated(1, "call-2")], "rating of call call-2, which never ended"),
    "rating_invented": ([rated(1, "call-8")], "rating of call call-8, which never ended"),
}

HELD = e.TicketHeld(9.0, "t3", "call-9", "c1", "wang")
SENT = e.TicketTransferred(9.0, "t3", "call-9", "c1", "wang", "b", "c2", 1.0)
T4 = e.TicketIssued(9.0, "t4", "A004", "a", 9.0, "web")
BOOKED = e.TicketBooked(9.0, "t5", "a", 99.0, "web")
BROKEN |= {
    "out_of_turn": ([T4, called("t4", "c1")], "ticket t3 was before t4"),
    "at_a_closed_counter": ([called("t3", "c4")], "counter c4 is closed"),
    "at_a_paused_counter": (
        [e.CounterPaused(9.0, "c1", "wang", "", None), called("t3", "c1")],
        "counter c1 is paused",
    ),
    "without_a_reason": (
        [e.TicketCalled(9.0, "t3", "call-9", "c1", "wang", {})],
        "call call-9 has no reason",
    ),
    "called_when_booked": ([BOOKED, called("t5", "c1")], "ticket t5 is booked"),
    "called_on_hold": ([called("t3", "c1"), HELD, called("t3", "c1", "c")], "ticket t3 is held"),
    "called_after_cancelled": (
        [e.TicketCancelled(9.0, "t3", "x"), called("t3", "c1")],
        "ticket t3 had ended",
    ),
    "kept_for_another": (
        [called("t3", "c1"), SENT, called("t3", "c3", "c")],
        "ticket t3 is kept for c2",
    ),
    "resumed_elsewhere": (
        [called("t3", "c1"), HELD, e.TicketResumed(9.0, "t3", "call-9", "c3", "li")],
        "ticket t3 was put on hold by c1",
    ),
    "undone_and_not_the_last": (
        [e.StepUndone(9.0, "t1", "call-1", "c1", "wang", "no_show")],
        "no_show of t1 was not the last step of c1",
    ),
    "undone_after_another_call": (
        [
            called("t3", "c1"),
            replace(SENT, bound=None),
            called("t3", "c3", "c"),
            e.StepUndone(9.0, "t3", "call-9", "c1", "wang", "transfer"),
        ],
        "ticket t3 was taken by c3 since",
    ),
    "call_undone_later": (
        [
            called("t3", "c1"),
            HELD,
            e.TicketResumed(9.0, "t3", "call-9", "c1", "wang"),
            e.CallVoided(9.0, "t3", "call-9", "c1", "undone"),
        ],
        "calling t3 was not the last step of c1",
    ),
    "released_from_nobody": (
        [e.TicketReleased(9.0, "t3", "c1", 2.0, "x")],
        "ticket t3 was not kept for c1",
    ),
    "returned_and_never_missed": (
        [e.TicketReturned(9.0, "t3", 1.0)],
        "ticket t3 is waiting and had not missed its call",
    ),
    "onward_to_nowhere": (
        [called("t3", "c1"), replace(DONE, ticket="t3", call_id="call-9", onward="b")],
        "ticket t3 does not go on to b",
    ),
    "a_number_changed": (
        [e.TicketCheckedIn(9.0, "t3", "A009", 9.0, "")],
        "ticket t3 is waiting and has a number",
    ),
    "added_without_the_skill": (
        [e.ServiceAdded(9.0, "c1", "c", "x", {})],
        "counter c1 has not the skill for c",
    ),
    "not_served_now": (
        [
            e.Configured(
                9.0, {**raw_plan(), "counters": [{"id": "c1", "services": ["b"], "also": ["a"]}]}
            ),
            called("t3", "c1"),
        ],
        "counter c1 does not serve a now",
    ),
    "too_much_priority": (
        [
            e.Configured(9.0, {**raw_plan(), "dispatch": {"priority_bound": 1}}),
            replace(T4, kind="elderly"),
            replace(T4, ticket="t6", number="A006", kind="elderly"),
            called("t4", "c1"),
            called("t6", "c3", "c"),
        ],
        "2 priority calls in a row",
    ),
    "flagged_twice": (
        [e.Flagged(9.0, "hot", "line", "a", False, {})],
        "hot line a was off already",
    ),
    "advice_of_nobody": ([e.AdviceClosed(9.0, "x", "applied", "y")], "advice x was not given"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_found(name: str) -> None:
    added, problem = BROKEN[name]
    found = Audit().read([*GOOD, *added])
    place = f"event {len(GOOD) + len(added)}, {type(added[-1]).__name__}: "
    assert found == [place + problem]


def test_a_good_journal_has_no_violation_and_is_counted() -> None:
    audit = Audit()
    good = [*GOOD, rated(1), rated(2, counted=False), unrated(3)]
    good += [e.TicketExpired(9.0, "t3", None), e.DayBegan(10.0, "2026-03-03")]
    good += [replace(ISSUED, ticket="t9"), e.EpochStarted(10.0, 2, "epoch-2")]
    assert audit.read(good) == []
    assert (audit.calls, audit.ratings) == (2, 1)


def test_a_journal_can_be_read_in_parts() -> None:
    audit = Audit()
    assert audit.read(GOOD[:11]) == []
    assert audit.read(GOOD[11:]) == []
    assert audit.read([called("t1", "c1")]) == [
        f"event {len(GOOD) + 1}, TicketCalled: ticket t1 had ended"
    ]
