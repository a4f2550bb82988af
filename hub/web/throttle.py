"""How often the public may want something, because each time costs the hall something.

Each number is one person to wait for, and what a citizen wants of a ticket is kept on disk with
its answer.

A hall's whole Wi-Fi may share one address, so a hall sets its own limit of numbers. Web kiosks
are named in the plan; who has signed in, programs with a token, and this machine itself are not
counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from ipaddress import ip_network
from typing import Final

from hub.addresses import household, read_address

SPAN_S: Final = 600.0
ADDRESSES: Final = 4096
"""So many, and so many tickets, are remembered; the one that was quiet for longest goes first."""


WISHES_OF_A_TICKET: Final = 30
"""So often within `SPAN_S` its holder may want something of a ticket, or rate its services."""


class Throttle:
    """When each of many did something, in seconds of `monotonic`."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._taken: dict[str, deque[float]] = {}

    def wait_s(self, who: str, limit: int) -> float:
        """Count what somebody wants to do now; how long they have to wait for it, or 0."""
        now = self._monotonic()
        taken = self._taken.pop(who, deque())
        self._taken[who] = taken
        if len(self._taken) > ADDRESSES:
            del self._taken[next(iter(self._taken))]
        while taken and taken[0] <= now - SPAN_S:
            taken.popleft()
        if len(taken) >= limit:
            return taken[0] + SPAN_S - now
        taken.append(now)
        return 0.0


class AddressThrottle:
    """When each address took numbers."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._throttle = Throttle(monotonic)

    def wait_s(self, address: str | None, limit: int, kiosks: Iterable[str]) -> float:
        """Count a number that an address wants now; how long it has to wait for it, or 0."""
        who = _counted(address, kiosks)
        if who is None or limit == 0:
            return 0.0
        return self._throttle.wait_s(who, limit)


def _counted(address: str | None, kiosks: Iterable[str]) -> str | None:
    """What an address is counted under; None if it is not counted."""
    found = read_address(address)
    if found is None:
        return None
    if found.is_loopback or any(found in ip_network(kiosk) for kiosk in kiosks):
        return None
    return household(found)
