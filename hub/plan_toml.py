"""A plan written as the TOML of a `hall.toml`. PURE.

TOML 1.0: tables and arrays of tables for the plan's sections and things, all inside them inline.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def to_toml(content: dict[str, Any]) -> str:
    """The text. What is None is left out, as TOML has no word for it."""
    return "\n".join(line for name, part in content.items() for line in _part(name, part))


def _part(name: str, part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield f"[{_key(name)}]"
        yield from _lines(part)
        yield ""
    else:
        for thing in part:
            yield f"[[{_key(name)}]]"
            yield from _lines(thing)
            yield ""


def _lines(table: dict[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        if value is not None:
            yield f"{_key(name)} = {_value(value)}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return f"{{ {', '.join(pairs)} }}"
    # JSON's escapes are TOML's, but for the delete character.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
