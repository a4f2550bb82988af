"""What a unit may take for news of the hub. PURE: told the time, it says what to send when.

A state is used only if it quotes this run and an `n` that this run sent, and its (epoch,
version) is not lower than the last one used. Hello is repeated until a state answers it, then
renew keeps the hub and the unit sure of each other.

On a scaled clock silence still lasts real seconds, as a network knows no other. The beat
follows the clock: the hub judges by that same clock how fresh a renew is.
"""

from __future__ import annotations

from dataclasses import dataclass

from wire.messages import State

BEAT_S = 2.0
"""Between two hellos or renews."""

SILENCE_S = 6.0
"""Without a state for so many real seconds, the hub counts as gone."""


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

    def __init__(self, run: str, second_s: float = 1.0) -> None:
        """`second_s` is how far the clock advances in a real second."""
        self.run = run
        self.n = 0
        self.answered_n = 0
        self.heard_s: float | None = None
        self._epoch = 0
        self._epoch_id: str | None = None
        self._version = 0
        self._linked = False
        self._answered = False
        self._due_s: float | None = None
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
        news = (state.epoch, state.version) >= (self._epoch, self._version)
        return news or state.refused is not None

    def accept(self, state: State, now_s: float) -> Beat | None:
        """Act on a usable state: the renew that says so, if there is something new in it."""
        if state.refused is not None:
            self._answered = False  # hello goes on, until the reason is put right
            return None
        new = (state.epoch, state.version) != (self._epoch, self._version)
        self._epoch, self._epoch_id, self._version = state.epoch, state.epoch_id, state.version
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
        self._due_s = now_s + BEAT_S
        return Beat(not self._answered, self.n, self._epoch, self._epoch_id, self._version)
