"""Who did what: what the journal says of people, read beside the hub that writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from sqlite3 import Error, connect
from typing import Any, Final

from hub.core import events as e
from hub.core.accounts import NOBODY
from wire.errors import StorageError

NAMED: Final = tuple(
    sorted(
        name
        for name, kind in vars(e).items()
        if isinstance(kind, type)
        and issubclass(kind, e.Event)
        and "by" in {field.name for field in fields(kind)}
    )
)
"""The kinds of events that say who did it."""

AT_COUNTERS: Final = (
    "ClerkSignedIn",
    "ClerkSignedOut",
    "CounterOpened",
    "CounterClosed",
    "CounterPaused",
    "CounterResumed",
    "TicketCalled",
    "TicketRecalled",
    "TicketMissed",
    "TicketHeld",
    "TicketResumed",
    "TicketTransferred",
    "TicketDone",
    "StepUndone",
)
"""What a clerk does at a counter, by its keys or from a page."""

OF_PEOPLE: Final = (
    "AccountMade",
    "AccountChanged",
    "AccountRemoved",
    "PasswordSet",
    "TokenMade",
    "TokenRevoked",
)

_NOBODY = ("", *NOBODY)
"""Whose deeds are no person's."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did. `by` is an account, a token or a clerk of the plan."""

    sequence: int
    at: float
    kind: str
    by: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deeds: before a sequence, of one person, who may be a `clerk` of the plan too."""

    limit: int
    before: int | None = None
    by: str = ""
    clerk: str = ""
    kinds: tuple[str, ...] = NAMED


def deeds(folder: Path, asked: Asked) -> list[Deed]:
    """What people did, newest first. Blocks.

    Raises StorageError.
    """
    path = folder / "journal.sqlite"
    query, values = _query(asked)
    try:
        with closing(connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as journal:
            return [_deed(*row) for row in journal.execute(query, values)]
    except (Error, ValueError, KeyError) as error:
        raise StorageError(f"journal {path}: {error}") from error


def _query(asked: Asked) -> tuple[str, list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    parts = [_of(asked.kinds, _who("by", asked.by), values)]
    if asked.clerk and asked.kinds == NAMED:
        parts.append(_of(AT_COUNTERS, _who("clerk", asked.clerk), values))
    where.append(f"({' OR '.join(parts)})")
    if asked.before is not None:
        where.append("sequence < ?")
        values.append(asked.before)
    values.append(asked.limit)
    what = "SELECT sequence, kind, at, content FROM events"
    return f"{what} WHERE {' AND '.join(where)} ORDER BY sequence DESC LIMIT ?", values


def _of(kinds: Iterable[str], whose: tuple[str, list[str]], values: list[Any]) -> str:
    """A condition: one of these kinds, and whose it is; its values go behind `values`."""
    listed = list(kinds)
    condition, texts = whose
    values += [*listed, *texts]
    return f"(kind IN ({', '.join('?' * len(listed))}) AND {condition})"


def _who(field: str, person: str) -> tuple[str, list[str]]:
    # The content is compact JSON: a name stands in it as it does here.
    if person:
        wanted = f'"{field}":{json.dumps(person)}'
        for sign in ("!", "%", "_"):  # what a pattern would take for something else
            wanted = wanted.replace(sign, f"!{sign}")
        return "content LIKE ? ESCAPE '!'", [f"%{wanted}%"]
    return " AND ".join(["content NOT LIKE ?"] * len(_NOBODY)), [
        f'%"{field}":"{name}"%' for name in _NOBODY
    ]


def _deed(sequence: int, kind: str, at: float, text: str) -> Deed:
    content = json.loads(text)
    return Deed(sequence, at, kind, content.get("by") or content.get("clerk") or "", content)
