"""The words that messages are made of: ids, times, texts, levels. Imported by all of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from wire.ids import Id

SCHEMA_VERSION = 1
"""The only schema version there is so far."""

MAX_BODY_CHARS = 16_384
"""How long the body of one record may be."""


def _with_offset(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a wall time needs its offset from UTC")
    return text


WallTime = Annotated[str, Field(max_length=40), AfterValidator(_with_offset)]
"""Wall time in RFC 3339, for instance 2026-03-02T10:41:07.250+08:00."""

Sequence = Annotated[int, Field(ge=0, le=2**53)]
"""A counter that only grows; 0 stands for "none yet"."""

Milliseconds = Annotated[int, Field(ge=0, le=2**53)]
"""A reading of CLOCK_BOOTTIME, or a span between two."""

# Ids by what they name. The descriptions are what docs/protocol.md says of each field.
RunId = Annotated[Id, Field(description="Drawn at random at each start of the unit.")]
BootId = Annotated[
    str,
    Field(
        max_length=36,
        description="Another at each start of the machine, whose runs share CLOCK_BOOTTIME; "
        '"" if that is not known.',
    ),
]
OutboxId = Annotated[Id, Field(description="Random id made with the outbox file.")]
CounterId = Annotated[Id, Field(description="The counter, as the hall's configuration names it.")]
ServiceId = Annotated[Id, Field(description="The service, as the hall's configuration names it.")]
ClerkId = Annotated[Id, Field(description="The clerk, as the hall's configuration names them.")]
SomeClerk = Annotated[Id | None, Field(description="Who was signed in at the call.")]
TicketId = Annotated[Id, Field(description="The ticket's random id, never used again.")]
CallId = Annotated[Id, Field(description="The call's id, made by whoever decided the call.")]
Number = Annotated[str, Field(description="The ticket's number as people see it: A001.")]
Epoch = Annotated[Sequence, Field(description="Grows with each start of the hub.")]


class Part(BaseModel):
    """A piece of a message: frozen, strict about types, deaf to fields it does not know."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Message(Part):
    """What every message has."""

    v: Annotated[Literal[1], Field(description="Schema version of this message.")] = 1


class Text(Part):
    """A text of the hall's own in both languages."""

    zh: Annotated[str, Field(max_length=200)]
    en: Annotated[str, Field(max_length=200)]


class Role(StrEnum):
    """What a unit is."""

    COUNTER = "counter"
    BOARD = "board"
    KIOSK = "kiosk"


class Level(StrEnum):
    """A rating level by name. Numbers differ between standards and stay at the edges.

    GB/T 39046-2020 table A.8 codes very_satisfied as 1, the upload field `satisfaction` as 5.
    """

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"
