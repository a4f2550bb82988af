"""What is typed on a keypad to sign in: a clerk's number, then a PIN. PURE."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from wire.messages import SignIn

LONGEST: Final = 16
"""So many digits are taken for a number or a PIN; further ones are not."""

ENTRY_S: Final = 20.0
"""Without a key for so many real seconds, what was typed is forgotten."""


@dataclass(frozen=True)
class Entry:
    """What has been typed so far. The PIN shows in no `repr`."""

    clerk: str
    until_s: float
    pin: str | None = field(default=None, repr=False)

    def typed(self, digit: str, until_s: float) -> Entry:
        """With one digit more."""
        if self.pin is None:
            return replace(self, clerk=(self.clerk + digit)[:LONGEST], until_s=until_s)
        return replace(self, pin=(self.pin + digit)[:LONGEST], until_s=until_s)

    def confirmed(self, until_s: float) -> Entry | SignIn:
        """From the number to the PIN; from the PIN to signing in."""
        if not self.clerk or self.pin == "":
            return replace(self, until_s=until_s)
        if self.pin is None:
            return replace(self, pin="", until_s=until_s)
        return SignIn(action="sign_in", clerk=self.clerk, pin=self.pin)
