"""What a clerk tells a unit by more than one key: who signs in, where a ticket is sent on to. PURE.

While one of these is open the keys are its own: none of them does what is printed on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from device.entry import ENTRY_S, Entry
from device.events import DigitPressed, StaffKey, StaffPressed
from wire.messages import Action, State, Transfer, TransferTarget

CHOICE_S: Final = 15.0
"""Without a key for so many real seconds, a ticket is not sent on."""

LATE_S: Final = 1.5
"""A key that confirms, so many real seconds after a choice has ended by itself, was meant for it.

Done would otherwise end the service of somebody who was to be sent on.
"""

_CONFIRMING: Final = frozenset({StaffKey.NEXT, StaffKey.DONE})


@dataclass(frozen=True)
class Onward:
    """Where the ticket of a call may be sent on to, one of which is chosen until `until_s`."""

    call_id: str
    targets: tuple[TransferTarget, ...]
    until_s: float
    place: int = 0
    typed: str = ""

    def another(self, until_s: float) -> Onward:
        """With the next of them chosen; after the last comes the first."""
        return replace(self, place=(self.place + 1) % len(self.targets), until_s=until_s, typed="")

    def at(self, digit: str, until_s: float) -> Onward:
        """With the one chosen whose place is typed, counted from 1; as it was if there is none."""
        for typed in (self.typed + digit, digit):
            if 1 <= int(typed) <= len(self.targets):
                return replace(self, place=int(typed) - 1, typed=typed, until_s=until_s)
        return replace(self, until_s=until_s, typed="")

    @property
    def wish(self) -> Transfer:
        """To send the ticket where it is chosen to go."""
        chosen = self.targets[self.place]
        return Transfer(action="transfer", service=chosen.service, counter=chosen.counter)


@dataclass(frozen=True)
class Standing:
    """What a dialogue has to know of the counter.

    `nobody`: it is closed to all but who signs in. `call_id` is that of the ticket in hand, unless
    the hub cannot be asked just now.
    """

    nobody: bool
    call_id: str | None
    targets: tuple[TransferTarget, ...]


def standing(state: State | None, *, asks: bool, waits: bool) -> Standing:
    """How a counter stands by a state. `asks`: by the hub's word; `waits`: for an answer of it."""
    counter = state.counter if state and asks and state.refused is None else None
    if state is None or counter is None:
        return Standing(nobody=False, call_id=None, targets=())
    call_id = counter.ticket.call_id if counter.ticket and not waits else None
    return Standing(counter.clerk is None, call_id, tuple(state.transfers))


class Meant(Enum):
    """What a key means that does not end a dialogue with a wish."""

    ITSELF = "what is printed on it"
    DIALOGUE = "something to the dialogue, or nothing"


class Dialogue:
    """One run's dialogues, of which one at most is open."""

    def __init__(self, second_s: float) -> None:
        """`second_s` is how far the clock advances in a real second."""
        self.entry: Entry | None = None
        self.onward: Onward | None = None
        self._second_s = second_s
        self._late_s = 0.0

    @property
    def times(self) -> list[float]:
        """When something runs out."""
        return [one.until_s for one in (self.entry, self.onward) if one]

    def follow(self, counter: Standing, now_s: float) -> Onward | None:
        """End what has run out or is pointless by now; the choice that has ended so, if any."""
        if self.entry and (now_s >= self.entry.until_s or not counter.nobody):
            self.entry = None
        onward = self.onward
        if onward is None or (counter.call_id == onward.call_id and now_s < onward.until_s):
            return None
        self.onward = None
        self._late_s = now_s + LATE_S * self._second_s
        return onward

    def take(
        self, event: StaffPressed | DigitPressed, counter: Standing, now_s: float
    ) -> Action | Meant:
        """What a key means: something here, a wish, or just itself."""
        if isinstance(event, DigitPressed):
            self._digit(event.digit, counter, now_s)
            return Meant.DIALOGUE
        if self.onward is not None:
            return self._choosing(self.onward, event.key, now_s)
        if self.entry is not None and event.key in {StaffKey.NEXT, StaffKey.UNDO}:
            return self._signing_in(self.entry, event.key, now_s)
        if event.key in _CONFIRMING and now_s < self._late_s:
            return Meant.DIALOGUE
        if event.key is StaffKey.TRANSFER and counter.call_id and counter.targets:
            self.onward = Onward(counter.call_id, counter.targets, self._until(CHOICE_S, now_s))
            return Meant.DIALOGUE
        return Meant.ITSELF

    def _until(self, real_s: float, now_s: float) -> float:
        return now_s + real_s * self._second_s

    def _digit(self, digit: str, counter: Standing, now_s: float) -> None:
        if self.onward:
            self.onward = self.onward.at(digit, self._until(CHOICE_S, now_s))
        elif counter.nobody:
            until_s = self._until(ENTRY_S, now_s)
            self.entry = (self.entry or Entry("", until_s)).typed(digit, until_s)

    def _choosing(self, onward: Onward, key: StaffKey, now_s: float) -> Action | Meant:
        """Transfer goes on to the next, next or done sends, any other key leaves it."""
        if key is StaffKey.TRANSFER:
            self.onward = onward.another(self._until(CHOICE_S, now_s))
            return Meant.DIALOGUE
        self.onward = None
        return onward.wish if key in _CONFIRMING else Meant.DIALOGUE

    def _signing_in(self, entry: Entry, key: StaffKey, now_s: float) -> Action | Meant:
        """Next confirms what was typed, undo begins anew."""
        self.entry = None
        if key is StaffKey.UNDO:
            return Meant.DIALOGUE
        confirmed = entry.confirmed(self._until(ENTRY_S, now_s))
        if not isinstance(confirmed, Entry):
            return confirmed
        self.entry = confirmed
        return Meant.DIALOGUE
