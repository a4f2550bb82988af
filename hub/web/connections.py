"""Connections of which nothing comes, or too many of one address, take nobody else's place.

A browser that connects asks for something at once; whoever connects and says nothing, or never
ends what they began, is cut off. One address may hold half of all connections at most: a hall's
whole Wi-Fi may share one.
"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN_S: Final = 10.0
"""A request that was begun is whole by then, or by twice this time."""

OF_ONE_ADDRESS: Final = 400
"""So many connections one address may have open. This machine's own are not counted."""


class PatientProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, with an end to waiting and to crowding."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected."""
        super().connection_made(transport)
        self._answered: object = None
        self._look = self.loop.call_later(HEAD_WITHIN_S, self._look_again)
        if self._crowded():
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone, or were cut off."""
        self._look.cancel()
        super().connection_lost(exc)

    def _crowded(self) -> bool:
        host = self.client[0] if self.client else ""
        if _is_here(host):
            return False
        clients = [getattr(other, "client", None) for other in self.connections]
        same = [client for client in clients if client and client[0] == host]
        return len(same) > OF_ONE_ADDRESS

    def _look_again(self) -> None:
        """Cut off whoever has asked for nothing since the last look."""
        silent = self.cycle is None or self.cycle.response_complete
        if silent and self.cycle is self._answered:
            self.transport.abort()
            return
        self._answered = self.cycle if silent else None
        self._look = self.loop.call_later(HEAD_WITHIN_S, self._look_again)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return True  # not from a network at all
