"""The generated documents: fresh, complete, and true to the types."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from docs import generate
from wire import topics
from wire.messages import RatingRecord, Record

pytestmark = pytest.mark.slow  # the documents are generated several times


def test_the_documents_are_fresh() -> None:
    assert generate.main(["--check"]) == 0, "make docs writes them again"


def test_a_stale_document_is_found_and_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "HERE", tmp_path)
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    (tmp_path / "asyncapi.yaml").write_text("asyncapi: 2.6.0\n")
    assert generate.main(["--check"]) == 1


def test_every_field_of_a_message_has_a_meaning() -> None:
    schemas = generate.all_schemas()
    named = [topic.message.__name__ for topic in topics.TOPICS]
    bare = [
        f"{name}.{field}"
        for name in [*named, "RatingRecord", "UnratedRecord"]
        for field, schema in schemas[name]["properties"].items()
        if not schema.get("description")
    ]
    assert not bare


def test_no_mark_of_the_narrative_is_left() -> None:
    assert re.findall(r"<!-- (?!Made by)\w+", generate.protocol()) == []


def test_the_worked_example_can_be_worked_out() -> None:
    page = generate.protocol()
    bodies = re.findall(r"```json\n(\{.*\})\n```", page)
    hashes = re.findall(r"has the `hash` `([0-9a-f]{64})`", page)
    assert len(bodies) == len(hashes) == 2
    first = hashlib.sha256(bytes(32) + bodies[0].encode())
    assert hashes[0] == first.hexdigest()
    assert hashes[1] == hashlib.sha256(first.digest() + bodies[1].encode()).hexdigest()
    assert hashes[0] == "e684903bc316d8070a416d3f92c87d2bd87f799e0fc8262128d5b8fd11817e4a"
    assert RatingRecord.model_validate_json(bodies[0]).level == "satisfied"
    Record(outbox="o1", sequence=1, previous="0" * 64, hash=hashes[0], body=bodies[0])


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = yaml.safe_load(generate.asyncapi())
    found = list(references(document))
    assert len(found) > len(topics.TOPICS)
    for reference in found:
        assert resolve(document, reference) is not None


def test_the_asyncapi_document_says_who_sends_and_how() -> None:
    document = yaml.safe_load(generate.asyncapi())
    told = {
        resolve(document, operation["channel"]["$ref"])["address"]: (
            operation["action"],
            operation["bindings"]["mqtt"]["qos"],
            operation["bindings"]["mqtt"]["retain"],
        )
        for operation in document["operations"].values()
    }
    assert told["hall/{hall}/unit/{unit}/status"] == ("receive", 1, True)
    assert told["hall/{hall}/announce"] == ("send", 1, False)
    assert len(told) == len(topics.TOPICS)


def test_the_schemas_accept_and_refuse_what_the_types_do() -> None:
    document = yaml.safe_load(generate.asyncapi())
    schema = {"$ref": "#/components/schemas/Receipt", "components": document["components"]}
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid({"v": 1, "outbox": "o1", "through": 3})
    assert not validator.is_valid({"v": 1, "outbox": "O 1", "through": 3})
    assert not validator.is_valid({"v": 1, "outbox": "o1"})


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def resolve(document: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document
