"""One connection's deliveries on their way through the hub, and back to the broker as done."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from math import inf
from typing import Generic, Protocol, TypeVar

from wire.link import Delivery


class Item(Protocol):
    """A delivery that is worked on. `finished`: it is safe, or nothing will come of it."""

    delivery: Delivery
    finished: bool


T = TypeVar("T", bound=Item)


class Lane(Generic[T]):
    """Passes deliveries on in the order of arrival, and acknowledges them in that order.

    Whatever order the work was done in: iotcore drops a client that acknowledges in another.
    At most `at_once` are passed on before the first of them is finished; the others wait here,
    where they are in nobody's way. While the lane is closed all of them wait.
    """

    def __init__(
        self,
        pass_on: Callable[[T], None],
        acknowledge: Callable[[Delivery], None],
        at_once: float = inf,
    ) -> None:
        """`pass_on` must not block."""
        self._open = True
        self._pass_on = pass_on
        self._acknowledge = acknowledge
        self._at_once = at_once
        self._lock = threading.Lock()
        self._passed = 0
        self._waiting: deque[T] = deque()
        self._unacknowledged: deque[T] = deque()

    def take(self, item: T) -> None:
        """It has arrived. Only the connection's thread comes here."""
        self._unacknowledged.append(item)
        with self._lock:
            self._waiting.append(item)
            self._pass_what_may_go()

    def finished(self) -> None:
        """One more is finished. Only the state's thread comes here, once for each."""
        while self._unacknowledged and self._unacknowledged[0].finished:
            self._acknowledge(self._unacknowledged.popleft().delivery)
        with self._lock:
            self._passed -= 1
            self._pass_what_may_go()

    def turn(self, *, open_: bool) -> None:
        """Open the lane or close it, from any thread."""
        with self._lock:
            self._open = open_
            self._pass_what_may_go()

    def _pass_what_may_go(self) -> None:
        # Under the lock, so that nothing overtakes what came before it.
        while self._open and self._waiting and self._passed < self._at_once:
            self._passed += 1
            self._pass_on(self._waiting.popleft())
