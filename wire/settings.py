"""Configuration files: read, checked against one schema, every mistake reported at once.

A `Mistake` names the section, the key and the bad value, and suggests what was probably
meant. What no schema can say (a counter with a service that does not exist) is said by the
model's `cross_check`, which is asked even when the schema has found mistakes.
"""

from __future__ import annotations

import difflib
import heapq
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from wire.errors import ConfigurationError

_SHOWN_CHARS = 60

MOST_MISTAKES = 200
"""So many mistakes are said of one file; nobody reads more before mending these."""

_COMPARED_CHARS = 64
"""So much of a value is compared with what it may have meant, which takes longer the more it is."""

_COMPARED_NAMES = 500
"""With so many names a value is compared …"""

_LIKELY_NAMES = 10
"""… and letter by letter with those that share most letters with it: a hundred times as long."""


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a configuration file."""

    place: str
    value: object
    problem: str
    suggestion: str | None = None

    def __str__(self) -> str:
        shown = "" if self.value is None else f" = {_shorten(self.value)}"
        hint = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        where = f"{self.place}{shown}: " if self.place else ""
        return f"{where}{self.problem}.{hint}"


class Settings(BaseModel):
    """A section of a configuration file. Unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileSettings(Settings):
    """A whole configuration file."""

    @classmethod
    def cross_check(cls, raw: Mapping[str, Any]) -> Iterator[Mistake]:  # noqa: ARG003
        """Mistakes between sections. `raw` may be wrong in any way."""
        yield from ()


AnyFile = TypeVar("AnyFile", bound=FileSettings)


def load(path: Path, schema: type[AnyFile]) -> AnyFile:
    """Read a TOML file.

    Raises ConfigurationError with every mistake found, each naming the file.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise ConfigurationError([f"{path}: cannot be read: {reason}."]) from error
    return parse(text, schema, str(path))


def parse(text: str, schema: type[AnyFile], name: str) -> AnyFile:
    """Like `load`, from a text that `name` stands for."""
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # digits or brackets without end, too
        raise ConfigurationError([f"{name}: not TOML: {error}."]) from error
    settings, mistakes = checked(raw, schema)
    if mistakes or settings is None:
        raise ConfigurationError([f"{name}: {mistake}" for mistake in mistakes])
    return settings


def checked(raw: Mapping[str, Any], schema: type[AnyFile]) -> tuple[AnyFile | None, list[Mistake]]:
    """Plain data as a schema has it, and every mistake in it."""
    mistakes: list[Mistake] = []
    settings: AnyFile | None = None
    try:
        settings = schema.model_validate(raw)
    except ValidationError as error:
        found = error.errors(include_url=False)[:MOST_MISTAKES]
        mistakes += [_mistake(item, schema) for item in found]
    mistakes += islice(schema.cross_check(raw), MOST_MISTAKES - len(mistakes))
    return settings, mistakes


def unknown_name(place: str, value: object, known: Iterable[str], what: str) -> Mistake:
    """A mistake for a name that should be one of `known`."""
    names = sorted(known)
    close = _close(value, names, 0.5)
    listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return Mistake(
        place, value, f"no such {what}; there are: {listed}", close[0] if close else None
    )


def _close(value: object, names: list[str], cutoff: float) -> list[str]:
    """What a value very likely should have been, at most one name."""
    if isinstance(value, Mapping | list):
        return []
    said = str(value)[:_COMPARED_CHARS]
    matcher = difflib.SequenceMatcher(b=said)

    def shared(name: str) -> float:
        matcher.set_seq1(name)
        return matcher.quick_ratio()

    short = [name for name in names[:_COMPARED_NAMES] if len(name) <= _COMPARED_CHARS]
    likely = heapq.nlargest(_LIKELY_NAMES, short, key=shared)
    return difflib.get_close_matches(said, likely, n=1, cutoff=cutoff)


def doubles(items: object, section: str, key: str) -> Iterator[Mistake]:
    """Mistakes for values of `key` that stand more than once in a list of sections."""
    seen: dict[str, int] = {}
    for index, item in tables(items):
        value = item.get(key)
        if not isinstance(value, str):
            continue
        if value in seen:
            place = f"{section}[{index + 1}].{key}"
            yield Mistake(place, value, f"already used by {section}[{seen[value] + 1}]")
        seen.setdefault(value, index)


def tables(items: object) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The tables among `items` with their positions, whatever `items` is."""
    if isinstance(items, list):
        for index, item in enumerate(items):
            if isinstance(item, Mapping):
                yield index, item


def effective(settings: Settings) -> dict[str, Any]:
    """The values in force, defaults included, secrets masked."""
    return settings.model_dump(mode="json")


def _mistake(item: Any, schema: type[BaseModel]) -> Mistake:
    steps: tuple[int | str, ...] = item["loc"]
    place = _place(steps)
    section = _model_at(schema, steps[:-1])
    value = _showable(item["input"], section, steps[-1] if steps else "")
    if item["type"] == "extra_forbidden":
        known = list(section.model_fields) if section else []
        close = _close(steps[-1], known, 0.6)
        return Mistake(place, value, "no such key", close[0] if close else None)
    if item["type"] == "missing":
        return Mistake(place, None, "is missing")
    close = _close(item["input"], _choices(item), 0.5)
    return Mistake(place, value, _plain(item["msg"]), close[0] if close else None)


def _showable(value: object, section: type[BaseModel] | None, key: int | str) -> object:
    """The value as a report may show it: no secret, nor a table that may hold one."""
    if isinstance(value, Mapping | list):
        return None
    if section is None:
        return value
    fields = section.model_fields
    # A key that is none of the section's may be a secret's, misspelt.
    asked = [fields[str(key)]] if key in fields else fields.values()
    return SecretStr("") if any(_is_secret(field.annotation) for field in asked) else value


def _is_secret(kind: Any) -> bool:
    return kind is SecretStr or any(_is_secret(part) for part in get_args(kind))


def _choices(item: Any) -> list[str]:
    expected = item.get("ctx", {}).get("expected", "")
    words = (word.strip(" '") for word in str(expected).replace(" or ", ",").split(","))
    return [word for word in words if word]


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").rstrip(".")
    return text[:1].lower() + text[1:]


def _place(steps: tuple[int | str, ...]) -> str:
    text = ""
    for step in steps:
        text += f"[{step + 1}]" if isinstance(step, int) else f"{'.' if text else ''}{step}"
    return text


def _model_at(kind: Any, steps: tuple[int | str, ...]) -> type[BaseModel] | None:
    for step in steps:
        kind = _inside(kind, step)
    return _model_in(kind)


def _inside(kind: Any, step: int | str) -> Any:
    """The annotation that lies one step deeper in an annotation, or None."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = kind.model_fields.get(str(step))
        return field.annotation if field else None
    parts = [part for part in get_args(kind) if part is not Ellipsis]
    if get_origin(kind) in {list, tuple, dict}:
        return parts[-1]
    found = (_inside(part, step) for part in parts)
    return next((part for part in found if part is not None), None)


def _model_in(kind: Any) -> type[BaseModel] | None:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    found = (_model_in(part) for part in get_args(kind))
    return next((model for model in found if model is not None), None)


def _shorten(value: object) -> str:
    text = "***" if isinstance(value, SecretStr) else repr(value)
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"
