"""How often somebody may try to sign in. Pure: the caller says what time it is.

An attempt counts when it begins, so that many at once are no way round; a right password takes
it back. Whoever is delayed is only delayed: no account is ever locked, and who has signed in from
an address before is not held up by what others try from elsewhere.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from hub.addresses import household, read_address

REMEMBERED = 10_000
"""So many accounts and addresses are remembered at most, those that tried last."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What is free, and what then follows.

    `free` attempts without delay, then a delay of 1, 2, 4 … seconds up to `longest_s`. One
    attempt is forgotten every `forget_s`.
    """

    free: int
    longest_s: float
    forget_s: float


OF_ACCOUNT = Bound(free=4, longest_s=60.0, forget_s=300.0)
OF_ADDRESS = Bound(free=20, longest_s=60.0, forget_s=30.0)
"""Many people may share an address."""


@dataclass(slots=True)
class _Tried:
    count: float
    at: float

    def left(self, bound: Bound, now: float) -> float:
        """How many attempts are not forgotten yet."""
        return max(0.0, self.count - max(0.0, now - self.at) / bound.forget_s)


class Throttle:
    """Who has tried how often of late."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._tried: OrderedDict[Hashable, _Tried] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def knows(self, account: str, address: str) -> None:
        """Somebody has signed in from this address."""
        address = _counted(address)
        self._known[account, address] = None
        self._known.move_to_end((account, address))
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)

    def begin(self, account: str, address: str, now: float) -> float:
        """Begin an attempt: 0.0, or the seconds to wait, and then it was none."""
        keys = self._keys(account, address)
        wait_s = max(self._wait_s(key, bound, now) for key, bound in keys)
        if wait_s <= 0.0:
            for key, bound in keys:
                self._count(key, bound, now)
        return max(0.0, wait_s)

    def right(self, account: str, address: str, now: float) -> None:
        """The attempt was right: it counts no more, nor do those before it of this account."""
        (of_account, _), (of_address, bound) = self._keys(account, address)
        self._tried.pop(of_account, None)
        tried = self._tried.get(of_address)
        if tried is not None:
            self._tried[of_address] = _Tried(max(0.0, tried.left(bound, now) - 1), now)
        self.knows(account, address)

    def __len__(self) -> int:
        """How much is remembered."""
        return len(self._tried) + len(self._known)

    def _keys(self, account: str, address: str) -> tuple[tuple[Hashable, Bound], ...]:
        address = _counted(address)
        known = (account, address) in self._known
        of_account = (account, address if known else None)
        return ((of_account, OF_ACCOUNT), (address, OF_ADDRESS))

    def _wait_s(self, key: Hashable, bound: Bound, now: float) -> float:
        tried = self._tried.get(key)
        if tried is None:
            return 0.0
        over = tried.left(bound, now) - bound.free
        if over < 0:
            return 0.0
        delay_s = min(bound.longest_s, float(2 ** int(min(over, 20.0))))
        # A clock that was set back must not keep anybody out.
        return min(delay_s, tried.at + delay_s - now)

    def _count(self, key: Hashable, bound: Bound, now: float) -> None:
        tried = self._tried.pop(key, None)
        self._tried[key] = _Tried((tried.left(bound, now) if tried else 0.0) + 1, now)
        while len(self._tried) > self._remembered:
            self._tried.popitem(last=False)


def _counted(address: str) -> str:
    found = read_address(address)
    return address if found is None else household(found)
