"""The lines in which tickets wait."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.lines import Line, Lines
from hub.core.tickets import Ticket, TicketState


def _ticket(key: int, queued_at: float, kind: str = "") -> Ticket:
    return Ticket(
        id=f"t{key}",
        number=f"A{key:03d}",
        service="a",
        issued_at=0.0,
        queued_at=queued_at,
        channel="web",
        state=TicketState.WAITING,
        since=0.0,
        order=key,
        kind=kind,
    )


@settings(max_examples=40)
@given(st.lists(st.integers(0, 3), max_size=12), st.data())
def test_a_line_goes_by_queued_at_then_by_order_of_issue(
    times: list[int], data: st.DataObject
) -> None:
    tickets = [_ticket(key, float(at)) for key, at in enumerate(times)]
    line = Line()
    for ticket in data.draw(st.permutations(tickets)):
        line.add(ticket)
    expected = [t.id for t in sorted(tickets, key=lambda t: (t.queued_at, t.order))]
    assert line.tickets() == expected
    assert len(line) == len(tickets)
    assert [line.place(t) for t in tickets] == [expected.index(t.id) for t in tickets]
    by_id = {t.id: t for t in tickets}
    for gone in expected:
        assert line.head() == (by_id[gone].queued_at, by_id[gone].order, gone)
        line.remove(next(t for t in tickets if t.id == gone))
    assert line.head() is None


def test_removing_a_ticket_that_does_not_wait_is_an_error() -> None:
    line = Line()
    line.add(_ticket(1, 0.0))
    with pytest.raises(ValueError, match="not in this line"):
        line.remove(_ticket(2, 0.0))
    assert line.tickets() == ["t1"]


CREDIT_S = {"": 0.0, "old": 600.0}
PEOPLE = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["", "old"])), max_size=10)


@settings(max_examples=40)
@given(PEOPLE, st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_a_row_has_the_first_of_each_class(
    people: list[tuple[int, str]], gone: set[int], avoid: set[int]
) -> None:
    lines = Lines("a")
    lines.credit(CREDIT_S)
    tickets = [_ticket(n, 1.7e9 + 60.0 * at, kind) for n, (at, kind) in enumerate(people)]
    for ticket in tickets:
        lines.add(ticket)
    for n in gone & set(range(len(tickets))):
        lines.remove(tickets[n])
    here = [ticket for ticket in tickets if ticket.order not in gone]
    row = lines.rows["a"]
    assert sorted(row.heads) == _firsts(here)
    assert row.ordinary == any(ticket.kind == "" for ticket in here)
    left = row.without({f"t{n}" for n in avoid}, CREDIT_S)
    assert sorted(left.heads) == _firsts([t for t in here if t.order not in avoid])
    joined = left.joined((1.7e9, 99, "t99", "a", "old"), CREDIT_S)
    new = _ticket(99, 1.7e9, "old")
    assert sorted(joined.heads) == _firsts([t for t in here if t.order not in avoid] + [new])
    for each in (row, left, joined):
        if each.heads:
            earliest = min(head[0] - CREDIT_S[head[4]] for head in each.heads)
            assert each.first == min(each.heads)
            assert earliest - 1e-4 < each.earliest < earliest


def _firsts(tickets: list[Ticket]) -> list[tuple[float, int, str, str, str]]:
    found = {
        t.kind: (t.queued_at, t.order, t.id, "a", t.kind)
        for t in sorted(tickets, key=lambda t: (t.queued_at, t.order), reverse=True)
    }
    return sorted(found.values())


def test_new_credits_count_for_those_who_wait_already() -> None:
    lines = Lines("a")
    lines.add(_ticket(1, 1_000.0, "old"))
    before = lines.rows["a"].earliest
    lines.credit(CREDIT_S)
    assert lines.rows["a"].earliest == pytest.approx(before - 600.0)
