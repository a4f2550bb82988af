"""What every record of a counter says of itself. PURE."""

from __future__ import annotations

from typing import TypedDict

from device.events import HealthCame
from device.moment import Moment
from wire.messages import HealthRecord


class Stamps(TypedDict):
    """The fields that all records of a counter have."""

    run: str
    counter: str
    boot_ms: int
    wall: str
    synchronised: bool
    boot: str


def stamps(run: str, counter: str, at: Moment) -> Stamps:
    """What a record says that is written now."""
    return Stamps(
        run=run,
        counter=counter,
        boot_ms=at.boot_ms,
        wall=at.wall,
        synchronised=at.synchronised,
        boot=at.boot,
    )


def health_record(run: str, news: HealthCame, at: Moment) -> HealthRecord:
    """What is wrong with a peripheral or a key, or that it is well again.

    What a driver says may be of any length, what a record holds may not.
    """
    return HealthRecord(
        run=run,
        boot_ms=at.boot_ms,
        wall=at.wall,
        synchronised=at.synchronised,
        boot=at.boot,
        peripheral=news.peripheral,
        ok=news.ok,
        code=None if news.code is None else news.code[:60],
        detail=news.detail[:300],
    )
