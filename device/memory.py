"""What a unit remembers over a restart: the last state it used, in one small file by the outbox.

With the hub gone, a unit that starts goes on from it: with the clerk, the ticket in hand and
what is on hold, never with grants. The file is replaced as a whole and may be lost: it spares
people trouble and decides nothing. It is written some seconds after a change, out of the way of
keys, and otherwise seldom.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from device.alone import DecisionRecord
from device.deciding import Remembered
from device.outbox import Outbox
from device.session import Session
from wire.errors import StorageError
from wire.messages import State

log = logging.getLogger(__name__)

FILE_NAME: Final = "last-state.json"
SETTLE_S: Final = 2.0
"""A change is written after so many real seconds, with what has changed since."""
REFRESH_S: Final = 300.0
"""Without a change it is written again after so long, for the time that it tells."""
FORGOTTEN_S: Final = 18 * 3600.0
"""What is older than this is of another day, and not used."""

_PAGE: Final = 500
_DECISION: TypeAdapter[DecisionRecord] = TypeAdapter(
    Annotated[DecisionRecord, Field(discriminator="kind")]
)
_KINDS: Final = ("called", "without_number", "step", "away")


class _Page(BaseModel):
    """The file. Times are by the unit's own clocks, in the run that wrote it."""

    model_config = ConfigDict(frozen=True, strict=True)

    boot_id: str
    told_s: float
    wall_s: float
    synchronised: bool
    state: State


class Memory:
    """One run's writing of the file. `second_s` is how far the clock advances in a real second."""

    def __init__(self, directory: Path, boot_id: str, second_s: float = 1.0) -> None:
        self._path = directory / FILE_NAME
        self._boot_id = boot_id
        self._second_s = second_s
        self._written: tuple[Hashable, float] | None = None
        self._due_s: float | None = None
        self._fails = False

    @property
    def deadline_s(self) -> float | None:
        """When to call `keep` again."""
        return self._due_s

    def keep(self, session: Session, now_s: float, wall_s: float, *, synchronised: bool) -> bool:
        """Write down what the session knows, if it is time; whether it was written."""
        state, told_s = session.state, session.hearing.heard_s
        if state is None or told_s is None or state.refused is not None:
            return False
        if not self._is_news(state, told_s, alone=session.alone is not None):
            self._due_s = None
            return False
        if self._due_s is None:
            self._due_s = now_s + SETTLE_S * self._second_s
        if now_s < self._due_s:
            return False
        self._due_s = None
        self._written = (_substance(state), told_s)
        page = _Page(
            boot_id=self._boot_id,
            told_s=told_s,
            wall_s=wall_s - (now_s - told_s),
            synchronised=synchronised,
            state=state,
        )
        return self._write(page)

    def _is_news(self, state: State, told_s: float, *, alone: bool) -> bool:
        if self._written is None:
            return True
        substance, written_s = self._written
        if told_s == written_s:
            return False
        old = told_s - written_s >= REFRESH_S * self._second_s
        return alone or old or substance != _substance(state)

    def _write(self, page: _Page) -> bool:
        """Replace the file. A failure is logged once: a full disk has its own fault screen."""
        fresh = self._path.with_suffix(".new")
        try:
            with fresh.open("wb") as file:
                file.write(page.model_dump_json().encode())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            if not self._fails:
                log.warning("the last state is not remembered for now: %s", error)
            self._fails = True
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            return False
        self._fails = False
        return True


def _substance(state: State) -> Hashable:
    """What a restarted unit would miss most."""
    counter = state.counter
    if counter is None:
        return None
    ticket, clerk = counter.ticket, counter.clerk
    return (
        state.outbox,
        state.epoch,
        clerk.id if clerk else None,
        counter.state,
        (ticket.call_id, ticket.recalls) if ticket else None,
        tuple(held.id for held in counter.on_hold),
        (state.emergency.zh, state.emergency.en) if state.emergency else None,
        tuple(service.id for service in counter.services),
    )


def remembered(
    directory: Path,
    outbox: Outbox,
    boot_id: str,
    now_s: float,
    wall_s: float,
    *,
    synchronised: bool,
) -> Remembered:
    """What an earlier run has left, for this one to start from. Damage leaves less of it.

    Without a common boot the age is what the wall clocks say, which a machine without a
    battery clock cannot be sure of: such a clock stood still meanwhile.
    """
    page = _read(directory / FILE_NAME)
    if page is None:
        return Remembered(decisions=_decisions(outbox, outbox.receipted))
    same_boot = bool(boot_id) and page.boot_id == boot_id and page.told_s <= now_s
    age_s = now_s - page.told_s if same_boot else max(0.0, wall_s - page.wall_s)
    known = page.state.committed if page.state.outbox == outbox.id else 0
    decisions = _decisions(outbox, min(known, outbox.receipted))
    if age_s >= FORGOTTEN_S:
        return Remembered(decisions=_decisions(outbox, outbox.receipted))
    sure = same_boot or (page.synchronised and synchronised)
    return Remembered(page.state, now_s - age_s, sure, decisions)


def _read(path: Path) -> _Page | None:
    try:
        return _Page.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("%s cannot be used, the hub will tell: %s", path, str(error)[:200])
        return None


def _decisions(outbox: Outbox, after: int) -> list[tuple[int, DecisionRecord]]:
    """What earlier runs decided while alone, from the outbox beyond `after`."""
    found: list[tuple[int, DecisionRecord]] = []
    try:
        while page := outbox.records(after, _PAGE):
            found += [
                (record.sequence, _DECISION.validate_json(record.body))
                for record in page
                if json.loads(record.body).get("kind") in _KINDS
            ]
            after = page[-1].sequence
    except (StorageError, ValueError) as error:
        log.error("what was decided before this start cannot be read: %s", error)
    return found
