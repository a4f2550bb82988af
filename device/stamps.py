"""What every record of a unit says of itself, and the one record that every role writes. PURE."""

from __future__ import annotations

from typing import Protocol, TypedDict

from device.moment import Moment
from wire.messages import HealthRecord


class Origin(TypedDict):
    """The fields that all records have."""

    run: str
    boot_ms: int
    wall: str
    synchronised: bool
    boot: str


class Stamps(Origin):
    """The fields that all records of a counter have."""

    counter: str


class News(Protocol):
    """What a driver says of its peripheral, or a unit of itself."""

    @property
    def peripheral(self) -> str:
        """Which it is."""

    @property
    def ok(self) -> bool:
        """Whether it works."""

    @property
    def code(self) -> str | None:
        """What is wrong, for a program."""

    @property
    def detail(self) -> str:
        """What is wrong, for people."""


def origin(run: str, at: Moment) -> Origin:
    """What a record says that is written now."""
    return Origin(
        run=run, boot_ms=at.boot_ms, wall=at.wall, synchronised=at.synchronised, boot=at.boot
    )


def stamps(run: str, counter: str, at: Moment) -> Stamps:
    """The same at a counter."""
    return {**origin(run, at), "counter": counter}


def health_record(run: str, news: News, at: Moment) -> HealthRecord:
    """What is wrong with a peripheral or a key, or that it is well again.

    What a driver says may be of any length, what a record holds may not.
    """
    return HealthRecord(
        **origin(run, at),
        peripheral=news.peripheral.replace("_", "-"),
        ok=news.ok,
        code=None if news.ok or news.code is None else news.code[:60],
        detail=news.detail[:300],
    )
