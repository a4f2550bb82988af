"""What every record of a counter says of itself. PURE."""

from __future__ import annotations

from typing import TypedDict

from device.moment import Moment


class Stamps(TypedDict):
    """The fields that all records of a counter have."""

    run: str
    counter: str
    boot_ms: int
    wall: str
    synchronised: bool


def stamps(run: str, counter: str, at: Moment) -> Stamps:
    """What a record says that is written now."""
    return Stamps(
        run=run,
        counter=counter,
        boot_ms=at.boot_ms,
        wall=at.wall,
        synchronised=at.synchronised,
    )
