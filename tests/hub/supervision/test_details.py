"""What stands beside a record that was set aside has words in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import hub.core.records
import hub.intake
import wire.topics
from hub.core.records import read_body
from hub.web.supervision.details import TEXTS, detail_words, fitting
from hub.web.words import WHY_SET_ASIDE
from wire.errors import NewerSchema, OversizedMessage, UnreadableMessage, WireError
from wire.topics import MAX_PAYLOAD_BYTES, RECORD, unpack

ERRORS = {error.__name__: error for error in (NewerSchema, OversizedMessage, UnreadableMessage)}
"""What is raised for a record that cannot be read."""

VALUES = {
    "version": "9",
    "topic.name": "record",
    "len(payload)": "70000",
    "MAX_PAYLOAD_BYTES": "65536",
    "first_mistake(error)": "payload: Field required",
}
"""What the sources put into their texts."""


def calls(module: ModuleType) -> Iterator[tuple[str, list[ast.expr]]]:
    """Every call in a module: the last part of what is called, and its arguments."""
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            yield name, node.args


def text_of(node: ast.expr) -> str:
    """A text with sample values in it. KeyError for a value that is not known here."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr), ast.unparse(node)
    return "".join(
        VALUES[ast.unparse(part.value)] if isinstance(part, ast.FormattedValue) else text_of(part)
        for part in node.values
    )


def assigned() -> Iterator[str]:
    """The texts that the intake calls `detail`, but for the one of a fork."""
    for node in ast.walk(ast.parse(Path(str(hub.intake.__file__)).read_text())):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "detail":
            if isinstance(node.value, ast.Call):
                assert ast.unparse(node.value) == "fork_detail(record)"
            else:
                yield text_of(node.value)


def written() -> set[str]:
    """Every text that may stand beside a record, as the sources have it."""
    found = {hub.core.records._FORK.format("ab" * 32, "cd" * 32), *assigned()}
    for module in (hub.intake, hub.core.records, wire.topics):
        found |= {text_of(args[0]) for name, args in calls(module) if name in ERRORS}
    for name, args in calls(hub.intake):
        if name in {"_keep", "_set_aside"}:
            detail = ast.unparse(args[-2] if name == "_keep" else args[3])
            if detail not in {"detail", "str(error)"}:
                found.add(str(ast.literal_eval(detail)))
    return found


def test_every_detail_of_the_sources_has_words_and_no_words_are_left_over() -> None:
    texts = written()
    used = {text: fitting(text) for text in texts}
    assert [text for text, found in used.items() if found is None] == []
    assert {found[0] for found in used.values() if found} == set(TEXTS)
    for text in texts:
        words = detail_words(text)
        assert words.en == text
        assert words.zh != text


def test_every_code_of_the_intake_has_words() -> None:
    codes = {error.code for error in ERRORS.values()}
    for name, args in calls(hub.intake):
        if name in {"_keep", "_set_aside"}:
            said = args[-3 if name == "_keep" else 2]
            if isinstance(said, ast.Constant):
                codes.add(str(said.value))
            elif isinstance(said, ast.Name) and said.id != "code":
                codes.add(getattr(hub.intake, said.id))
    assert {"unfit", "fork", "broken_chain", "newer_frame"} <= codes
    assert codes == set(WHY_SET_ASIDE)


def mistake(payload: bytes, *, framed: bool) -> str:
    with pytest.raises(WireError) as error:
        unpack(RECORD, payload) if framed else read_body(payload)
    return str(error.value)


def test_numbers_and_mistakes_stay_as_they_are() -> None:
    large = mistake(b"x" * (MAX_PAYLOAD_BYTES + 1), framed=True)
    assert detail_words(large).zh == "记录有 65537 字节，最多允许 65536 字节"
    newer = mistake(b'{"v": 99}', framed=True)
    assert detail_words(newer).zh == "记录采用格式版本 99，本系统尚不识别"
    odd = mistake(b"{}\n", framed=False)
    assert detail_words(odd).zh == f"记录格式有误：{odd.removeprefix('record: ')}"


@pytest.mark.parametrize(
    "text", ["", "record", "the cat {sat}", "record of schema x", "x\nrecord: y"]
)
def test_what_is_not_ours_is_shown_as_it_is(text: str) -> None:
    assert detail_words(text).zh == detail_words(text).en == text
