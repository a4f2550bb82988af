"""Messages: what goes in comes out, and nothing slips in that the types do not allow."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.wire.examples import EVERY_BODY, EVERY_MESSAGE
from wire import messages, topics
from wire.messages import Command, Message, RecordBody, SignIn, State

BODY: TypeAdapter[messages.AnyRecordBody] = TypeAdapter(messages.AnyRecordBody)


def test_there_is_an_example_of_each_message() -> None:
    assert {type(message) for message in EVERY_MESSAGE} == {
        topic.message for topic in topics.TOPICS
    }


@pytest.mark.parametrize("message", EVERY_MESSAGE, ids=lambda message: type(message).__name__)
def test_a_message_survives_the_wire(message: Message) -> None:
    topic = next(topic for topic in topics.TOPICS if topic.message is type(message))
    sent = topics.publication(topic, message, "h1", "u1")
    assert topics.unpack(topic, sent.payload) == message


@pytest.mark.parametrize("body", EVERY_BODY, ids=lambda body: type(body).__name__)
def test_the_body_of_a_record_is_told_apart_by_its_kind(body: RecordBody) -> None:
    read = BODY.validate_json(body.model_dump_json())
    assert (type(read), read) == (type(body), body)


@pytest.mark.parametrize("action", ["sign_out", "next", "recall", "no_show", "start", "done"])
def test_each_action_is_told_apart_by_its_name(action: str) -> None:
    command = next(message for message in EVERY_MESSAGE if isinstance(message, Command))
    payload = {**command.model_dump(), "request": {"action": action}}
    assert Command.model_validate(payload).request.action == action


def test_a_sign_in_carries_who_and_the_pin() -> None:
    with pytest.raises(ValidationError, match="pin"):
        SignIn.model_validate({"action": "sign_in", "clerk": "lin"})
    assert SignIn.model_validate({"action": "sign_in", "clerk": "lin", "pin": "1"}).clerk == "lin"


def test_a_message_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        EVERY_MESSAGE[0].v = 1  # type: ignore[misc]


def test_fields_of_a_later_version_are_ignored_where_v_is_the_same() -> None:
    state = next(message for message in EVERY_MESSAGE if isinstance(message, State))
    assert State.model_validate({**state.model_dump(), "lunch": "noodles"}) == state


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", -1),
        ("n", 2**53 + 1),
        ("n", "1"),
        ("n", 1.5),
        ("n", True),
        ("run", "Upper"),
        ("run", ""),
        ("run", "x" * 33),
        ("run", "r1\n"),
        ("wall", "2026-03-02T10:41:07.250"),
        ("wall", "yesterday"),
        ("wall", 1_800_000_000),
        ("boot_ms", -1),
        ("synchronised", "yes"),
        ("v", 2),
    ],
)
def test_a_renew_with_a_wrong_field_is_refused(field: str, value: object) -> None:
    renew = next(message for message in EVERY_MESSAGE if type(message) is messages.Renew)
    with pytest.raises(ValidationError) as refused:
        messages.Renew.model_validate({**renew.model_dump(), field: value})
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]
