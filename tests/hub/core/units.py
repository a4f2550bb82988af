"""What units say, for the tests of the hub."""

from __future__ import annotations

from typing import Any

from wire.messages import Action, Command, Hello, Renew, Role, Status

WALL = "2026-03-02T09:00:00.000+08:00"


def renew(run: str, n: int) -> Renew:
    return Renew(
        run=run, n=n, epoch=0, version=0, through=0, boot_ms=60_000, wall=WALL, synchronised=True
    )


def hello(run: str, n: int = 0, **fields: Any) -> Hello:
    given: dict[str, Any] = {
        "role": Role.COUNTER,
        "counter": "c1",
        "outbox": "outbox-1",
        "head": "0" * 64,
        "receipted": 0,
        "oldest": 0,
        "epoch_id": None,
        "software": "1",
    }
    return Hello(**{**given, **renew(run, n).model_dump(), **fields})


def status(run: str, *, online: bool) -> Status:
    return Status(run=run, online=online)


def command(id_: str, request: Action, seen: int, **fields: Any) -> Command:
    given: dict[str, Any] = {"run": "run-1", "n": 0, "counter": "c1"}
    return Command(id=id_, seen=seen, request=request, **{**given, **fields})
