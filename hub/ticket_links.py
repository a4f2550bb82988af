"""The addresses of tickets' pages, and who may act there: whoever has the slip.

The key comes from the one in the hub's data folder, so an address lasts as long as its ticket.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from hub.core.kiosk import series_of
from hub.core.tickets import KIOSK_ALONE, Ticket
from wire.slips import slip_of, subkey, token_of

BLOCK_DAYS: Final = 14
"""Numbers of a kiosk that was cut off for so many days have a code that still works."""


class TicketLinks:
    """Makes the addresses, and knows its own again."""

    def __init__(self, key: bytes, public_url: str = "") -> None:
        self._key = subkey(key, "slips")
        self.public_url = public_url

    def slip(self, ticket: str) -> str:
        """What the address of a ticket's page ends in."""
        return slip_of(self._key, ticket)

    def url(self, ticket: str) -> str:
        """The whole address; it begins with a slash if the hub does not know its own."""
        return f"{self.public_url}/t/{self.slip(ticket)}"

    def block_key(self, prefix: str, day: str) -> bytes:
        """The key for the numbers that a kiosk prints alone from its block of a day."""
        return subkey(self._key, f"block {prefix} {day}")

    def holds(self, ticket: Ticket, token: str, day: str | None) -> bool:
        """Whether somebody with this token has the slip. `day` is the business day."""
        if not token:
            return False
        return any(
            hmac.compare_digest(token_of(key, ticket.id), token) for key in self._keys(ticket, day)
        )

    def _keys(self, ticket: Ticket, day: str | None) -> Iterator[bytes]:
        yield self._key
        series = series_of(ticket.number) if ticket.channel == KIOSK_ALONE else None
        if series is not None and day is not None:
            today = date.fromisoformat(day)
            for ago in range(BLOCK_DAYS + 1):
                yield self.block_key(series[0], str(today - timedelta(days=ago)))
