"""Pictures, announcements and calls for the tests of the hall board."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from tests.device.samples import RUN
from wire.messages import Announce, Board, BoardCall, Call, QueuePicture, Text, Wait

HALL = Text(zh="临江市政务服务大厅", en="Linjiang Hall")
ID = Text(zh="居民身份证换领", en="Renewal of an ID card")
NINE = datetime.fromisoformat("2026-03-02T09:00:00.000+08:00")


def wall(seconds: float) -> str:
    """The hall's time so many seconds after nine."""
    return (NINE + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def call(call_id: str, at_s: float, number: str = "A001", recalls: int = 0) -> BoardCall:
    """A call in a picture, made so many seconds after nine."""
    return BoardCall(
        call_id=call_id,
        number=number,
        counter_number="3",
        service_name=ID,
        at=wall(at_s),
        recalls=recalls,
    )


def queue(service: str = "id-card", waiting: int = 4) -> QueuePicture:
    """A line."""
    wait = Wait(p10=60.0, p50=180.0, p90=600.0)
    return QueuePicture(
        service=service, name=ID, prefix="A", waiting=waiting, counters=2, wait_s=wait
    )


def board(at_s: float, *calls: BoardCall, **fields: Any) -> Board:
    """A picture drawn so many seconds after nine."""
    given: dict[str, Any] = {
        "hall": HALL,
        "now": wall(at_s),
        "epoch": 1,
        "version": 1,
        "open": True,
        "calls": list(calls),
        "queues": [queue()],
    }
    return Board(**{**given, **fields})


def announce(
    call_id: str,
    at_s: float,
    kind: Literal["called", "recalled", "voided"] = "called",
    service: str = "id-card",
    **fields: Any,
) -> Announce:
    """The hub's word of a call."""
    given: dict[str, Any] = {"epoch": 1, "number": "A001", "counter": "c3", "counter_number": "3"}
    return Announce(
        at=wall(at_s),
        kind=kind,
        call_id=call_id,
        service=service,
        service_name=ID,
        **{**given, **fields},
    )


def alone(
    call_id: str,
    at_s: float,
    kind: Literal["called", "recalled"] = "called",
    service: str = "id-card",
    number: str = "A002",
) -> Call:
    """The word of a counter that decides alone. Its clock is years behind."""
    return Call(
        run=RUN,
        at=wall(at_s - 1e8),
        kind=kind,
        call_id=call_id,
        number=number,
        counter="c5",
        counter_number="5",
        service=service,
        service_name=ID,
    )
