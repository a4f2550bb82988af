"""What a kiosk's screen can be about. PURE."""

from __future__ import annotations

from enum import Enum
from typing import Final


class KioskStage(Enum):
    """What the screen is about."""

    CONNECTING = "connecting"
    REFUSED = "refused"
    EMERGENCY = "emergency"
    CLOSED = "closed"
    HOME = "home"
    CLASSES = "classes"
    CARD = "card"
    TAKING = "taking"
    TICKET = "ticket"
    TROUBLE = "trouble"
    SORRY = "sorry"
    OUT_OF_ORDER = "out of order"


OF_ONE_PERSON: Final = frozenset(
    {KioskStage.TICKET, KioskStage.TROUBLE, KioskStage.SORRY, KioskStage.EMERGENCY}
)
"""What is about somebody who is there; after an emergency nobody is."""

FOR_THE_NEXT: Final = frozenset(
    {KioskStage.HOME, KioskStage.CLOSED, KioskStage.CONNECTING, KioskStage.OUT_OF_ORDER}
)
"""What is there for whoever comes."""
