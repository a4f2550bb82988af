"""The lines in which tickets wait."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.lines import Line
from hub.core.tickets import Ticket, TicketState


def _ticket(key: int, queued_at: float) -> Ticket:
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
