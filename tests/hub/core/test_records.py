"""Records: repeats, forks, gaps and chains, in any order of arrival."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.records import Fit, Head, Heads, fit, read_body
from tests.hub.core.examples import rating, record_of, unrated
from wire.chain import NO_HASH, chain_hash
from wire.errors import NewerSchema, UnreadableMessage
from wire.messages import Record

BODY = '{"kind":"future"}'


def chain(length: int) -> list[Record]:
    records: list[Record] = []
    for sequence in range(1, length + 1):
        previous = records[-1].hash if records else NO_HASH
        records.append(record_of(f"body {sequence}", sequence, previous))
    return records


def test_the_hash_covers_the_previous_hash_and_the_exact_bytes() -> None:
    expected = hashlib.sha256(bytes(31) + b"\x07" + "中".encode()).hexdigest()
    assert chain_hash("00" * 31 + "07", "中") == expected


def test_how_a_record_fits() -> None:
    record = record_of(BODY)
    assert fit(record, None) is Fit.NEW
    assert fit(record, record.hash) is Fit.REPEAT
    assert fit(record, "1" * 64) is Fit.FORK


@pytest.mark.parametrize(
    "change", [{"body": BODY + " "}, {"previous": "1" * 64}, {"hash": "1" * 64}]
)
def test_a_record_that_was_touched_is_seen(change: dict[str, str]) -> None:
    assert fit(record_of(BODY).model_copy(update=change), None) is Fit.BAD_HASH


@settings(max_examples=40)
@given(st.data(), st.integers(1, 12))
def test_any_order_of_arrival_ends_at_the_same_head(data: st.DataObject, length: int) -> None:
    records = chain(length)
    head, arrived = Head(), set[int]()
    for record in data.draw(st.permutations(records)):
        assert head.add(record.sequence, record.previous, record.hash) == []
        arrived.add(record.sequence)
        without_gap = next(n for n in range(length + 1) if n + 1 not in arrived)
        assert head.through == without_gap
        assert head.hash == (records[without_gap - 1].hash if without_gap else NO_HASH)
        assert set(head.beyond) == {n for n in arrived if n > without_gap}


@settings(max_examples=40)
@given(st.data(), st.integers(2, 10))
def test_a_broken_chain_is_named_once_whenever_it_arrives(data: st.DataObject, length: int) -> None:
    records = chain(length)
    broken = data.draw(st.integers(0, length - 1))
    records[broken] = records[broken].model_copy(update={"previous": "1" * 64})
    head, found = Head(), list[int]()
    for record in data.draw(st.permutations(records)):
        found += head.add(record.sequence, record.previous, record.hash)
    assert found == [broken + 1]
    assert head.through == length


def test_heads_are_kept_by_unit_and_outbox() -> None:
    heads = Heads([("u1", "o", Head(3, "a" * 64))])
    assert (heads.through("u1", "o"), heads.through("u1", "p"), heads.through("u2", "o")) == (
        3,
        0,
        0,
    )
    heads.of("u2", "o").add(1, NO_HASH, "b" * 64)
    assert (heads.through("u1", "o"), heads.through("u2", "o")) == (3, 1)
    assert heads.of("u2", "o") is heads.of("u2", "o")


def test_a_head_starts_with_its_own_gap() -> None:
    assert Head().beyond is not Head().beyond
    assert replace(Head()) == Head()


# --- bodies -------------------------------------------------------------------------------


def test_bodies_are_read_by_their_kind() -> None:
    for body in (rating("call-1"), unrated("call-1")):
        assert read_body(body.model_dump_json()) == body
        assert read_body(body.model_dump_json().encode()) == body


@pytest.mark.parametrize(
    "body", ["", "nonsense", "[]", "{}", '{"kind":"rating"}', '{"v":0,"kind":"rating"}', "1" * 9]
)
def test_a_body_that_nobody_can_read(body: str) -> None:
    with pytest.raises(UnreadableMessage):
        read_body(body)


def test_a_body_of_a_later_version_says_so() -> None:
    for body in ('{"v":2,"kind":"rating"}', '{"v":2}', '{"v":99,"kind":"odour"}'):
        with pytest.raises(NewerSchema):
            read_body(body)
