"""Which records of an outbox go out when. PURE.

A window of them is on the way at once. What has no receipt in time is seldom lost: when many
units send what they kept, receipts take long, and longer still if all of it is sent again. So
the oldest record alone goes again, later and later. If the receipt that comes goes no further
and no other follows, the next ones are lost as well, and twice as many go again at once.
"""

from __future__ import annotations

from collections import deque

WINDOW = 50
"""Records on the way at once."""

AGAIN_S = 2.0
"""A record without a receipt for so many real seconds is sent again."""

AGAIN_AT_MOST_S = 4.0
"""Without any receipt it is sent again after twice as long, and then after so many real seconds."""


class Pace:
    """One outbox's pace, in sequences and the seconds of the clock of `now_s`.

    `committed` is what the hub has of it as heard on this connection; None while it is not heard.
    `deadline_s` is when to ask what is due again; None if only after a receipt or a new record.
    """

    def __init__(self, second_s: float = 1.0, window: int = WINDOW) -> None:
        """`second_s` is how far the clock of `now_s` advances in a real second."""
        self.committed: int | None = None
        self.deadline_s: float | None = None
        self._second_s = second_s
        self._window = window
        self._wait_s = AGAIN_S
        self._sent = 0
        self._out: deque[int] = deque()  # sequences on the way, oldest first
        self._again: int | None = None  # the last that was sent again, if no receipt went beyond
        self._many = 1  # so many at once were sent again

    def stop(self) -> None:
        """The link is down, or the hub silent: what was on the way may be gone."""
        self.committed = None
        self.deadline_s = None

    def heard(self, committed: int, now_s: float) -> None:
        """The hub has said how much it has."""
        if self.committed is None:
            self._out.clear()
            self._again = None
            self._wait_s = AGAIN_S
            # It may be less than it once receipted: a restored hub gets the rest again.
            self.committed = self._sent = committed
        elif committed > self.committed:
            self.committed = committed
            self._wait_s = AGAIN_S
            self._set_deadline(now_s)
            if self._again is not None and committed > self._again:
                self._again = None

    def due(self, oldest: int, through: int, now_s: float) -> tuple[int, int]:
        """After which record to send, and how many, of an outbox that holds `oldest` to `through`.

        Each of them that is sent is then `sent`.
        """
        if self.committed is None:
            return 0, 0
        self._sent = max(self._sent, self.committed)
        while self._out and self._out[0] <= self.committed:
            self._out.popleft()
        if self.committed >= through:
            self.deadline_s = None
        elif self.deadline_s is None:
            self._set_deadline(now_s)
        elif now_s >= self.deadline_s and self._late(self.committed, oldest, through, now_s):
            return self.committed, min(self._many, self._sent - self.committed)
        return self._sent, min(self._window - len(self._out), through - self._sent)

    def sent(self, sequence: int) -> None:
        """A record has been sent."""
        if sequence <= self._sent:
            self._again = sequence
        else:
            self._out.append(sequence)
            self._sent = sequence

    def _late(self, committed: int, oldest: int, through: int, now_s: float) -> bool:
        """No receipt has come in time: whether to send something again ahead of all others.

        A hub that lacks what was pruned here can receipt nothing; so that it gets all there
        is, each window follows the last one before the first comes again.
        """
        if oldest > committed + 1:
            self._out.clear()
            if self._sent >= through:
                self._sent = committed
        elif self._out:
            self._many = 2 * self._many if self._again == committed else 1
            self._wait_s = min(2 * self._wait_s, AGAIN_AT_MOST_S)
            self._set_deadline(now_s)
            return True
        self._set_deadline(now_s)
        return False

    def _set_deadline(self, now_s: float) -> None:
        self.deadline_s = now_s + self._wait_s * self._second_s
