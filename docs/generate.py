"""Writes the documents that the code knows best; `--check` only compares.

protocol.md and asyncapi.yaml come from `wire.topics`, states.md from the transition tables.

Nothing here says what a message holds: that stands once, in the types of `wire.messages`.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from docs.states import states
from wire import ids, link, messages, topics

HERE = Path(__file__).parent
NARRATIVE = HERE / "protocol-rules.md"
BODIES: tuple[type[messages.RecordBody], ...] = get_args(get_args(messages.AnyRecordBody)[0])
"""What a record may hold, in the order of its type."""
_REF = "#/components/schemas/"

Schema = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Write the documents, or with `--check` exit with 1 if one of them is stale."""
    stale = [path for path, text in documents().items() if not _holds(path, text)]
    if arguments == ["--check"]:
        for path in stale:
            print(f"{path.name} is stale: make docs writes it again", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(documents()[path], encoding="utf-8")
        print(f"wrote {path.name}")
    return 0


def documents() -> dict[Path, str]:
    """Each generated file with what belongs in it."""
    return {
        HERE / "protocol.md": protocol(),
        HERE / "asyncapi.yaml": asyncapi(),
        HERE / "states.md": states(),
    }


def protocol() -> str:
    """The protocol for a person to read."""
    schemas = all_schemas()
    named = [topic.message.__name__ for topic in topics.TOPICS]
    bodies = [body.__name__ for body in BODIES]
    parts = sorted(name for name in schemas if name not in {*named, *bodies})
    text = NARRATIVE.read_text(encoding="utf-8")
    for mark, lines in {
        "limits": _limits(),
        "topics": _topic_table(),
        "messages": _message_sections(named, schemas),
        "bodies": _message_sections(bodies, schemas),
        "parts": _message_sections(parts, schemas),
        "example": _chain_example(),
    }.items():
        text = text.replace(f"<!-- {mark} -->", "\n".join(lines).rstrip())
    note = "<!-- Made by docs/generate.py from wire/ and protocol-rules.md: change those. -->"
    return f"{note}\n\n{text}"


def asyncapi() -> str:
    """The protocol for programs: an AsyncAPI 3.0 document, seen from the hub."""
    schemas = all_schemas()
    document: Schema = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Nextwindow",
            "version": f"{messages.SCHEMA_VERSION}.0.0",
            "description": "What crosses a hall's network, seen from the hub.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"hall": _server()},
        "channels": {topic.name: _channel(topic) for topic in topics.TOPICS},
        "operations": {_operation_name(topic): _operation(topic) for topic in topics.TOPICS},
        "components": {
            "messages": {topic.message.__name__: _message(topic) for topic in topics.TOPICS},
            "schemas": {name: _without_discriminator(schemas[name]) for name in sorted(schemas)},
        },
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def all_schemas() -> dict[str, Schema]:
    """The JSON schema of every message, record body and part, by name."""
    models: list[type[BaseModel]] = [topic.message for topic in topics.TOPICS]
    models.extend(BODIES)
    _, schema = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REF + "{model}"
    )
    definitions: dict[str, Schema] = schema["$defs"]
    return definitions


# --- the page ----------------------------------------------------------------------------


def _limits() -> Iterator[str]:
    yield f"- A payload is UTF-8 JSON of at most {topics.MAX_PAYLOAD_BYTES} bytes."
    yield f"- The body of a record has at most {messages.MAX_BODY_CHARS} characters."
    yield f"- `hall`, `unit` and every id match `{ids.ID_PATTERN}`."
    yield f"- Keepalive is {link.KEEPALIVE_S} s; at most {link.IN_FLIGHT} publications in flight."
    yield f"- The schema version `v` is {messages.SCHEMA_VERSION}."


def _topic_table() -> Iterator[str]:
    yield "| topic | message | QoS | retained | direction | meaning |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for topic in topics.TOPICS:
        name = topic.message.__name__
        yield (
            f"| `{topic.address}` | [{name}](#{name.lower()}) | {topic.qos} "
            f"| {'yes' if topic.retain else 'no'} | {topic.direction} | {topic.meaning} |"
        )


def _message_sections(names: list[str], schemas: dict[str, Schema]) -> Iterator[str]:
    for name in names:
        yield f"### {name}"
        yield ""
        yield schemas[name].get("description", "")
        yield ""
        yield from _field_table(schemas[name])
        yield ""


def _field_table(schema: Schema) -> Iterator[str]:
    if "enum" in schema:
        yield "One of " + ", ".join(f"`{value}`" for value in schema["enum"]) + "."
        return
    required = set(schema.get("required", []))
    yield "| field | type | range | meaning |"
    yield "| --- | --- | --- | --- |"
    for name, field in schema["properties"].items():
        meaning = field.get("description", "")
        if name not in required and name != "kind":  # a record's body is told apart by it
            meaning = f"{meaning} May be absent.".strip()
        yield f"| `{name}` | {_kind(field)} | {_range(field)} | {meaning} |"


def _kind(field: Schema) -> str:
    if "$ref" in field:
        name = field["$ref"].removeprefix(_REF)
        return f"[{name}](#{name.lower()})"
    for choice in ("anyOf", "oneOf"):
        if choice in field:
            return " or ".join(_kind(option) for option in field[choice])
    if field["type"] == "array":
        return f"list of {_kind(field['items'])}"
    return str(field["type"])


def _range(field: Schema) -> str:
    """What values a field may take, from the limits in its schema."""
    if "anyOf" in field:
        return "; ".join(filter(None, map(_range, field["anyOf"])))
    said = {
        "const": "`{}`",
        "pattern": "`{}`",
        "minimum": "≥ {}",
        "exclusiveMinimum": "> {}",
        "maximum": "≤ {}",
        "minLength": "from {} characters",
        "maxLength": "up to {} characters",
    }
    found = [text.format(field[key]) for key, text in said.items() if key in field]
    if "enum" in field:
        found.append(", ".join(f"`{value}`" for value in field["enum"]))
    return ", ".join(found)


def _chain_example() -> Iterator[str]:
    """Two records whose hashes a reader can work out again."""
    previous = "0" * 64
    for sequence, body in enumerate(_example_bodies(), start=1):
        text = body.model_dump_json()
        digest = hashlib.sha256(bytes.fromhex(previous) + text.encode()).hexdigest()
        yield f"Record {sequence}, whose `previous` is `{previous}` and whose `body` is"
        yield ""
        yield "```json"
        yield text
        yield "```"
        yield ""
        yield f"has the `hash` `{digest}`."
        yield ""
        previous = digest


def _example_bodies() -> Iterator[messages.RecordBody]:
    moment: Schema = {"run": "r7k2", "synchronised": True, "counter": "c3", "clerk": "lin"}
    yield messages.RatingRecord(
        **moment,
        boot_ms=81_250,
        wall="2026-03-02T10:41:07.250+08:00",
        call_id="call-1",
        ticket="ticket-1",
        level=messages.Level.SATISFIED,
        after_ms=2_140,
    )
    yield messages.UnratedRecord(
        **moment,
        boot_ms=402_900,
        wall="2026-03-02T10:46:28.900+08:00",
        call_id="call-2",
        ticket="ticket-2",
    )


# --- the AsyncAPI document ---------------------------------------------------------------


def _server() -> Schema:
    return {
        "host": "{address}",
        "protocol": "mqtt",
        "protocolVersion": "3.1.1",
        "description": "The hub's embedded broker, or an outside one.",
        "variables": {"address": {"default": "127.0.0.1:1883"}},
    }


def _channel(topic: topics.Topic) -> Schema:
    parameters = {"hall": {"description": "The hall's id."}}
    if "{unit}" in topic.address:
        parameters["unit"] = {"description": "The unit's id."}
    name = topic.message.__name__
    return {
        "address": topic.address,
        "description": topic.meaning,
        "parameters": parameters,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
    }


def _operation_name(topic: topics.Topic) -> str:
    verb = "receive" if topic.direction is topics.Direction.UP else "send"
    return verb + topic.name.capitalize()


def _operation(topic: topics.Topic) -> Schema:
    name = topic.message.__name__
    return {
        "action": "receive" if topic.direction is topics.Direction.UP else "send",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": topic.meaning,
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{name}"}],
        "bindings": {"mqtt": {"qos": topic.qos, "retain": topic.retain, "bindingVersion": "0.2.0"}},
    }


def _message(topic: topics.Topic) -> Schema:
    name = topic.message.__name__
    summary = (topic.message.__doc__ or "").splitlines()[0]
    return {"name": name, "summary": summary, "payload": {"$ref": _REF + name}}


def _without_discriminator(schema: Any) -> Any:
    """The schema as AsyncAPI knows it: its discriminator is a bare name, and `const` says more."""
    if isinstance(schema, dict):
        return {
            key: _without_discriminator(value)
            for key, value in schema.items()
            if key != "discriminator"
        }
    if isinstance(schema, list):
        return [_without_discriminator(item) for item in schema]
    return schema


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
