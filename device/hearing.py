"""What a unit may take for news of the hub. PURE: told the time, it says what to send when.

A state is used only if it quotes this run and an `n` that this run sent, and its (epoch,
version) is not lower than the last one used. Hello is repeated until a state answers it, then
renew keeps the hub and the unit sure of each other.

A state that quotes renew `n` lends its grants until `lease_s` after that renew was sent, not
after the state arrived: the hub reckons from when it saw the renew, which is later. The lease
is in memory only and ends with the run.

On a scaled clock the beat and silence still last real seconds, as a network and a processor
know no other; the hub judges by real seconds, too, who is heard and how fresh a renew is. Only
the lease follows the clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from wire.messages import State

BEAT_S = 2.0
"""Between two hellos or renews, in real seconds."""

SILENCE_S = 6.0
"""Without a state for so many real seconds, the hub counts as gone."""


_SENT_KEPT = 1000
"""So many beats are remembered with their time: a state that quotes an older one lends nothing."""


@dataclass(frozen=True)
class Beat:
    """A hello or a renew that is due: its number, and the state that the unit acts on."""

    hello: bool
    n: int
    epoch: int
    epoch_id: str | None
    version: int


class Hearing:
    """One run's conversation with the hub."""

    def __init__(
        self, run: str, second_s: float = 1.0, epoch: int = 0, epoch_id: str | None = None
    ) -> None:
        """`second_s` is how far the clock advances in a real second.

        `epoch` is the last that an earlier run has heard of. A hello quotes it; a hub that
        does not know it has been restored from a backup.
        """
        self.run = run
        self.n = 0
        self.answered_n = 0
        self.heard_s: float | None = None
        self.lease_ends_s: float | None = None
        self._epoch = epoch
        self._epoch_id = epoch_id
        self._version = 0
        self._used = (0, 0)  # epoch and version of the last state that this run has used
        self._sent_s: dict[int, float] = {}
        self._linked = False
        self._answered = False
        self._due_s: float | None = None
        self._beat_s = BEAT_S * second_s
        self._silence_s = SILENCE_S * second_s

    @property
    def deadline_s(self) -> float | None:
        """When to ask `due` again, or when silence begins."""
        if not self._linked or self._due_s is None:
            return None
        if self._answered and self.heard_s is not None:
            return min(self._due_s, self.heard_s + self._silence_s)
        return self._due_s

    def hears(self, now_s: float) -> bool:
        """Whether what the hub said last is fresh enough to act on."""
        fresh = self.heard_s is not None and now_s < self.heard_s + self._silence_s
        return self._linked and self._answered and fresh

    def may_call(self, now_s: float) -> bool:
        """Whether the lease of the grants in the last state still runs."""
        return self.lease_ends_s is not None and now_s < self.lease_ends_s

    def connect(self, now_s: float) -> Beat:
        """The link is up: the hello to send."""
        self._linked, self._answered = True, False
        return self._beat(now_s)

    def lose(self) -> None:
        """The link is down."""
        self._linked = self._answered = False

    def usable(self, state: State) -> bool:
        """Whether the unit may act on a state, or on the refusal inside it."""
        if state.run != self.run or not 1 <= state.n <= self.n:
            return False
        news = (state.epoch, state.version) >= self._used
        return news or state.refused is not None

    def accept(self, state: State, now_s: float) -> Beat | None:
        """Act on a usable state: the renew that says so, if there is something new in it."""
        if state.refused is not None:
            self._answered = False  # hello goes on, until the reason is put right
            return None
        new = (state.epoch, state.version) != self._used
        self._used = (state.epoch, state.version)
        self._epoch, self._epoch_id, self._version = state.epoch, state.epoch_id, state.version
        sent_s = self._sent_s.get(state.n)
        self.lease_ends_s = None if sent_s is None else sent_s + state.lease_s
        self._answered, self.heard_s = self._linked, now_s
        self.answered_n = max(self.answered_n, state.n)
        return self._beat(now_s) if new and self._linked else None

    def due(self, now_s: float) -> Beat | None:
        """The hello or renew whose time has come."""
        if not self._linked or self._due_s is None:
            return None
        if self._answered and not self.hears(now_s):
            self._answered = False  # a hub that restarted may know nothing of this run
            return self._beat(now_s)
        return self._beat(now_s) if now_s >= self._due_s else None

    def _beat(self, now_s: float) -> Beat:
        self.n += 1
        self._sent_s[self.n] = now_s
        self._sent_s.pop(self.n - _SENT_KEPT, None)
        self._due_s = now_s + self._beat_s
        return Beat(not self._answered, self.n, self._epoch, self._epoch_id, self._version)
