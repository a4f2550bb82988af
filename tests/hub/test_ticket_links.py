"""Who holds a ticket: whoever has the token of its slip, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.core.tickets import KIOSK_ALONE, Ticket, TicketState
from hub.ticket_links import BLOCK_DAYS, TicketLinks
from wire.slips import read_slip, token_of

TODAY = "2026-03-02"
LINKS = TicketLinks(b"k" * 32, "http://hall")
OTHERS = TicketLinks(b"l" * 32, "http://hall")
TICKET = Ticket("t-1", "A001", "a", 0.0, 0.0, "web", TicketState.WAITING, 0.0, 1)
PRINTED = replace(TICKET, id="t-2", number="K001", channel=KIOSK_ALONE)


def printed_token(prefix: str = "K", day: str = TODAY, ticket: str = "t-2") -> str:
    """The token that a kiosk puts on what it prints alone."""
    return token_of(LINKS.block_key(prefix, day), ticket)


@pytest.mark.parametrize(
    ("ticket", "token", "holds"),
    [
        (TICKET, read_slip(LINKS.slip("t-1"))[1], True),
        (TICKET, "", False),
        (TICKET, "a" * 26, False),
        (TICKET, read_slip(LINKS.slip("t-2"))[1], False),  # another's slip
        (TICKET, read_slip(OTHERS.slip("t-1"))[1], False),  # another hall's
        (PRINTED, read_slip(LINKS.slip("t-2"))[1], True),
        (PRINTED, printed_token(), True),
        (PRINTED, printed_token(day="2026-02-27"), True),  # cut off since Friday
        (PRINTED, printed_token(day="2026-01-02"), False),  # for too long
        (PRINTED, printed_token(day="2026-03-03"), False),
        (PRINTED, printed_token(prefix="L"), False),  # another kiosk's key
        (PRINTED, printed_token(ticket="t-1"), False),
        (TICKET, printed_token(ticket="t-1"), False),  # a kiosk's key opens its own numbers alone
        (replace(TICKET, number="K001"), printed_token(ticket="t-1"), False),
        (replace(PRINTED, number=""), printed_token(), False),
    ],
)
def test_who_holds_a_ticket(ticket: Ticket, token: str, holds: bool) -> None:
    assert LINKS.holds(ticket, token, TODAY) is holds


def test_a_kiosk_s_code_works_for_as_long_as_it_is_said() -> None:
    assert LINKS.holds(PRINTED, printed_token(), "2026-03-16")
    assert not LINKS.holds(PRINTED, printed_token(), "2026-03-17")
    assert BLOCK_DAYS == 14
    assert not LINKS.holds(PRINTED, printed_token(), None)


def test_the_address_is_short_enough_for_a_code_that_a_printer_draws_well() -> None:
    url = TicketLinks(b"k" * 32, "http://hall.example.gov:8000").url("x" * 20)
    assert url.startswith("http://hall.example.gov:8000/t/xxxxxxxxxxxxxxxxxxxx.")
    assert len(url) <= 84  # version 5, correction M: 37 modules
