"""Each topic with its message type, QoS, retain flag and direction, in this one place.

Both ends pack and unpack through here, so a message is validated when it is sent and when it
is received. `docs/protocol.md` and `docs/asyncapi.yaml` are generated from `TOPICS`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from wire.errors import NewerSchema, OversizedMessage, UnknownTopic, UnreadableMessage
from wire.ids import ID_PATTERN
from wire.messages import (
    SCHEMA_VERSION,
    Announce,
    Answer,
    Board,
    Call,
    Command,
    Hello,
    Message,
    Receipt,
    Record,
    Renew,
    State,
    Status,
    Take,
    Taken,
)

MAX_PAYLOAD_BYTES = 65_536
"""Larger payloads are set aside unread."""


class Direction(StrEnum):
    """Who sends."""

    UP = "from a unit to the hub"
    DOWN = "from the hub to units"


@dataclass(frozen=True)
class Topic:
    """One kind of topic. `address` holds `{hall}` and, where it is a unit's own, `{unit}`."""

    name: str
    address: str
    message: type[Message]
    direction: Direction
    retain: bool
    meaning: str
    qos: int = 1

    def of(self, hall: str, unit: str = "") -> str:
        """The topic of this kind for one hall and unit."""
        return self.address.format(hall=hall, unit=unit)

    def filter(self, hall: str) -> str:
        """The subscription that matches this kind for every unit of a hall."""
        return self.address.format(hall=hall, unit="+")


_UNIT = "hall/{hall}/unit/{unit}/"

STATUS = Topic(
    "status",
    _UNIT + "status",
    Status,
    Direction.UP,
    retain=True,
    meaning="Connected or gone; the broker sends the Last Will when a unit falls silent.",
)
HELLO = Topic(
    "hello",
    _UNIT + "hello",
    Hello,
    Direction.UP,
    retain=False,
    meaning="Sent on every connect and until a state answers it.",
)
RENEW = Topic(
    "renew",
    _UNIT + "renew",
    Renew,
    Direction.UP,
    retain=False,
    meaning="Every 2 s, and at once after acting on a new state; the hub answers with a state.",
)
COMMAND = Topic(
    "command",
    _UNIT + "command",
    Command,
    Direction.UP,
    retain=False,
    meaning="A staff key was pressed.",
)
RECORD = Topic(
    "record",
    _UNIT + "record",
    Record,
    Direction.UP,
    retain=False,
    meaning="An outbox row; sent again while connected until a receipt covers it.",
)
TAKE = Topic(
    "take",
    _UNIT + "take",
    Take,
    Direction.UP,
    retain=False,
    meaning="Somebody at a kiosk wants a number, or a number is to be given up.",
)
CALL = Topic(
    "call",
    _UNIT + "call",
    Call,
    Direction.UP,
    retain=False,
    meaning="A counter that decides alone has called. Boards listen to it; the hub does not.",
)
STATE = Topic(
    "state",
    _UNIT + "state",
    State,
    Direction.DOWN,
    retain=False,
    meaning="Answers a hello or a renew, and follows each change at the counter.",
)
ANSWER = Topic(
    "answer",
    _UNIT + "answer",
    Answer,
    Direction.DOWN,
    retain=False,
    meaning="What became of a command.",
)
TAKEN = Topic(
    "taken",
    _UNIT + "taken",
    Taken,
    Direction.DOWN,
    retain=False,
    meaning="What became of a wish at a kiosk.",
)
RECEIPT = Topic(
    "receipt",
    _UNIT + "receipt",
    Receipt,
    Direction.DOWN,
    retain=False,
    meaning="Follows the commit of records.",
)
ANNOUNCE = Topic(
    "announce",
    "hall/{hall}/announce",
    Announce,
    Direction.DOWN,
    retain=False,
    meaning="A call, a recall or a call taken back, for everything that shows or says it.",
)
BOARD = Topic(
    "board",
    "hall/{hall}/board/{unit}",
    Board,
    Direction.DOWN,
    retain=True,
    meaning="What a board shows, so that one that starts while the hub is gone shows the last.",
)

TOPICS = (
    STATUS,
    HELLO,
    RENEW,
    COMMAND,
    RECORD,
    TAKE,
    CALL,
    STATE,
    ANSWER,
    TAKEN,
    RECEIPT,
    ANNOUNCE,
    BOARD,
)
"""All of them."""

_BY_NAME = {topic.name: topic for topic in TOPICS}


@dataclass(frozen=True)
class Publication:
    """A message on its way out, packed."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


def publication(topic: Topic, message: Message, hall: str, unit: str = "") -> Publication:
    """Pack a message for its topic.

    Raises TypeError if the topic carries another type, OversizedMessage if it is too large.
    """
    if type(message) is not topic.message:
        raise TypeError(f"topic {topic.name} carries {topic.message.__name__}, not {message!r}")
    payload = message.model_dump_json().encode()
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise OversizedMessage(f"{topic.name}: {len(payload)} bytes, {MAX_PAYLOAD_BYTES} allowed")
    return Publication(topic.of(hall, unit), payload, topic.qos, topic.retain)


def locate(address: str, hall: str, direction: Direction) -> tuple[Topic, str]:
    """Which topic kind an address is, and of which unit ("" for the hall's own).

    Raises UnknownTopic if it is none of ours, of another hall, or of the other direction.
    """
    parts = address.split("/")
    of_board = len(parts) == 4 and parts[2] == BOARD.name
    topic = BOARD if of_board else _BY_NAME.get(parts[-1])
    unit = parts[3] if of_board or len(parts) == 5 else ""
    if topic is None or topic.direction is not direction or topic.of(hall, unit) != address:
        raise UnknownTopic(f"no topic {address!r} {direction}")
    if "{unit}" in topic.address and not _is_id(unit):
        raise UnknownTopic(f"{unit!r} is no unit id")
    return topic, unit


def unpack(topic: Topic, payload: bytes) -> Message:
    """Read and validate a payload.

    Raises OversizedMessage, NewerSchema (the version is a later one, whatever else the
    payload holds) or UnreadableMessage.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise OversizedMessage(f"{topic.name}: {len(payload)} bytes, {MAX_PAYLOAD_BYTES} allowed")
    try:
        return topic.message.model_validate_json(payload)
    except ValidationError as error:
        version = schema_version(payload)
        if version is not None and version > SCHEMA_VERSION:
            raise NewerSchema(f"{topic.name}: schema {version} is not known here") from error
        raise UnreadableMessage(f"{topic.name}: {first_mistake(error)}") from error


def schema_version(payload: bytes | str) -> int | None:
    """The schema version that a payload claims, or None if it cannot be told."""
    try:
        content: Any = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    version = content.get("v") if isinstance(content, dict) else None
    return version if isinstance(version, int) else None


def first_mistake(error: ValidationError) -> str:
    """The first thing wrong with a message, short enough for a log line."""
    mistake = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(step) for step in mistake["loc"]) or "payload"
    return f"{place}: {mistake['msg']}"[:300]


def _is_id(text: str) -> bool:
    return re.fullmatch(ID_PATTERN, text) is not None
