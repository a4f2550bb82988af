"""The contract of the wire: the table as it is, and what happens to what does not fit it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.examples import EVERY_MESSAGE, RENEW
from wire import topics
from wire.errors import (
    NewerSchema,
    OversizedMessage,
    UnknownTopic,
    UnreadableMessage,
    WireError,
)
from wire.messages import Record, Renew, Status
from wire.topics import MAX_PAYLOAD_BYTES, TOPICS, Direction, Topic

UP, DOWN = Direction.UP, Direction.DOWN

TABLE = [
    # address, message, QoS, retained, direction
    ("hall/{hall}/unit/{unit}/status", "Status", 1, True, UP),
    ("hall/{hall}/unit/{unit}/hello", "Hello", 1, False, UP),
    ("hall/{hall}/unit/{unit}/renew", "Renew", 1, False, UP),
    ("hall/{hall}/unit/{unit}/command", "Command", 1, False, UP),
    ("hall/{hall}/unit/{unit}/record", "Record", 1, False, UP),
    ("hall/{hall}/unit/{unit}/take", "Take", 1, False, UP),
    ("hall/{hall}/unit/{unit}/call", "Call", 1, False, UP),
    ("hall/{hall}/unit/{unit}/state", "State", 1, False, DOWN),
    ("hall/{hall}/unit/{unit}/answer", "Answer", 1, False, DOWN),
    ("hall/{hall}/unit/{unit}/taken", "Taken", 1, False, DOWN),
    ("hall/{hall}/unit/{unit}/receipt", "Receipt", 1, False, DOWN),
    ("hall/{hall}/announce", "Announce", 1, False, DOWN),
    ("hall/{hall}/board/{unit}", "Board", 1, True, DOWN),
]


def test_the_table_is_what_units_in_service_expect() -> None:
    assert [
        (topic.address, topic.message.__name__, topic.qos, topic.retain, topic.direction)
        for topic in TOPICS
    ] == TABLE


def test_a_topic_is_named_for_one_unit_and_matched_for_all() -> None:
    assert topics.RECORD.of("h1", "u1") == "hall/h1/unit/u1/record"
    assert topics.RECORD.filter("h1") == "hall/h1/unit/+/record"
    assert topics.ANNOUNCE.of("h1") == topics.ANNOUNCE.filter("h1") == "hall/h1/announce"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_an_address_leads_back_to_its_topic_and_unit(topic: Topic) -> None:
    unit = "u1" if "{unit}" in topic.address else ""
    assert topics.locate(topic.of("h1", "u1"), "h1", topic.direction) == (topic, unit)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "record",
        "hall/h1/record",
        "hall/h1/unit/u1",
        "hall/h1/unit/u1/",
        "hall/h1/unit/u1/rekord",
        "hall/h1/unit/u1/record/more",
        "hall/h2/unit/u1/record",
        "hall/h1/unit/U1/record",
        "hall/h1/unit//record",
        "hall/h1/unit/u1\n/record",
        "hall/h1/unit/{hall}/record",
        "/hall/h1/unit/u1/record",
        "hall/h1/unit/u1/state",
        "hall/h1/announce",
        "hall/h1/board/u1",
        "hall/h1/board/u1/record",
        "hall/h1/board",
        "$SYS/record",
    ],
)
def test_an_address_that_does_not_go_up_here_is_unknown(address: str) -> None:
    with pytest.raises(UnknownTopic):
        topics.locate(address, "h1", UP)


def test_a_publication_says_where_it_goes_and_how() -> None:
    sent = topics.publication(topics.STATUS, Status(run="r1", online=False), "h1", "u1")
    assert (sent.topic, sent.qos, sent.retain) == ("hall/h1/unit/u1/status", 1, True)
    assert json.loads(sent.payload) == {"v": 1, "run": "r1", "online": False}


def test_a_topic_carries_no_message_of_another_type() -> None:
    with pytest.raises(TypeError, match="carries Receipt"):
        topics.publication(topics.RECEIPT, RENEW, "h1", "u1")


def test_not_even_one_that_extends_its_own() -> None:
    hello = next(message for message in EVERY_MESSAGE if type(message).__name__ == "Hello")
    assert isinstance(hello, Renew)
    with pytest.raises(TypeError, match="carries Renew"):
        topics.publication(topics.RENEW, hello, "h1", "u1")


def test_a_message_that_grew_too_large_is_not_sent() -> None:
    body = "\x01" * 16_384  # six bytes each in JSON
    record = Record(outbox="o1", sequence=1, previous="0" * 64, hash="0" * 64, body=body)
    with pytest.raises(OversizedMessage, match="65536 allowed"):
        topics.publication(topics.RECORD, record, "h1", "u1")


GOOD = RENEW.model_dump()


@pytest.mark.parametrize(
    ("payload", "error", "says"),
    [
        (b"", UnreadableMessage, "JSON"),
        (b"not json", UnreadableMessage, "JSON"),
        (b"\xff\xfe\x00", UnreadableMessage, "JSON"),
        (b"[]", UnreadableMessage, "object"),
        (b"null", UnreadableMessage, "object"),
        (b"{}", UnreadableMessage, "run"),
        (b"[" * 30_000, UnreadableMessage, "JSON"),
        (json.dumps({**GOOD, "n": "2"}).encode(), UnreadableMessage, "n: "),
        (json.dumps({**GOOD, "wall": "noon"}).encode(), UnreadableMessage, "wall: "),
        (json.dumps({**GOOD, "v": 2}).encode(), NewerSchema, "schema 2"),
        (b'{"v": 7, "all": "else is new"}', NewerSchema, "schema 7"),
        (json.dumps({**GOOD, "v": 0}).encode(), UnreadableMessage, "v: "),
        (json.dumps({**GOOD, "v": "2"}).encode(), UnreadableMessage, "v: "),
        (b'{"v": ' + b"9" * 5_000 + b"}", UnreadableMessage, "JSON|v: |run"),
        (b" " * (MAX_PAYLOAD_BYTES + 1), OversizedMessage, "65537 bytes"),
    ],
)
def test_a_bad_payload_is_told_by_its_kind(
    payload: bytes, error: type[WireError], says: str
) -> None:
    with pytest.raises(WireError, match=says) as told:
        topics.unpack(topics.RENEW, payload)
    assert type(told.value) is error


def test_the_largest_payload_allowed_is_read() -> None:
    payload = RENEW.model_dump_json().encode().ljust(MAX_PAYLOAD_BYTES)
    assert topics.unpack(topics.RENEW, payload) == RENEW


def test_each_kind_of_mistake_has_a_code_of_its_own() -> None:
    kinds = [UnreadableMessage, NewerSchema, OversizedMessage, UnknownTopic, WireError]
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_the_reason_of_a_refusal_holds_no_secret_and_is_short() -> None:
    payload = {"v": 1, "request": {"action": "sign_in", "clerk": "lin", "pin": "9753" * 99}}
    with pytest.raises(UnreadableMessage) as told:
        topics.unpack(topics.COMMAND, json.dumps(payload).encode())
    assert "9753" not in str(told.value)
    assert len(str(told.value)) < 400


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[Topic, bytes]:
    """A good message in which one field has been replaced, or one byte damaged."""
    message = draw(st.sampled_from(EVERY_MESSAGE))
    topic = next(topic for topic in TOPICS if topic.message is type(message))
    content: dict[str, Any] = message.model_dump(mode="json")
    content[draw(st.sampled_from(sorted(content)))] = draw(any_json)
    payload = bytearray(json.dumps(content).encode())
    if draw(st.booleans()):
        payload[draw(st.integers(0, len(payload) - 1))] = draw(st.integers(0, 255))
    return topic, bytes(payload)


@given(topic=st.sampled_from(TOPICS), payload=st.binary(max_size=200))
def test_no_bytes_crash_the_reader(topic: Topic, payload: bytes) -> None:
    with pytest.raises(WireError):
        topics.unpack(topic, payload)


@pytest.mark.slow
@given(spoilt())
def test_no_spoilt_message_crashes_the_reader(case: tuple[Topic, bytes]) -> None:
    topic, payload = case
    try:
        read = topics.unpack(topic, payload)
    except WireError:
        return
    assert topics.unpack(topic, topics.publication(topic, read, "h1", "u1").payload) == read


@given(st.text())
def test_no_address_crashes_the_reader(address: str) -> None:
    with pytest.raises(UnknownTopic):
        topics.locate(address, "h1", UP)
