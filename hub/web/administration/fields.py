"""What a part of the plan has to be filled in: how each field is shown in a form, and read.

What was typed and cannot be read is kept as it was typed, and the plan's own check says what is
wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from hub.core.plan_bounds import MOST

Content = dict[str, Any]
Kind = Literal["text", "both", "number", "choice", "yes", "services", "days", "pin", "lines"]

MINUTE_S: Final = 60.0

MOST_CHOSEN: Final = MOST["counters.services"]
"""So many boxes of one field are read, and one more, of which the check says it is too many."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. `scale`: so many of the plan's units are one of the form's.

    `needed`: empty is a mistake; else what is empty is left out. `options` are values with
    their words; `of` names the section whose things can be chosen.
    """

    key: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    unit: str = ""
    scale: float = 1.0
    needed: bool = False
    options: tuple[tuple[str, str], ...] = ()
    of: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its inputs."""
        return (f"{self.key}.zh", f"{self.key}.en") if self.kind == "both" else (self.key,)

    def shown(self, content: Content) -> Any:
        """What the form shows of a thing's content."""
        value = content.get(self.key)
        if self.kind == "both":
            both = value if isinstance(value, Mapping) else {}
            return {"zh": both.get("zh", ""), "en": both.get("en", "")}
        if self.kind == "number":
            return _number_shown(value, self.scale)
        if self.kind in {"services", "days"}:
            return [str(item) for item in value] if isinstance(value, list | tuple) else []
        if self.kind == "lines":
            return "\n".join(map(str, value or ()))
        if self.kind == "pin":
            return ""
        return bool(value) if self.kind == "yes" else "" if value is None else str(value)

    def told(self, content: Content) -> str:
        """A number as lists say it: minutes with one decimal at most."""
        value = content.get(self.key)
        if self.scale == 1.0 or isinstance(value, bool) or not isinstance(value, int | float):
            return str(self.shown(content))
        return f"{round(value / self.scale, 1):.10g}"

    def read(self, form: Mapping[str, Sequence[str]], content: Content) -> None:
        """Put what was filled in into a thing's content."""
        if self.kind == "pin":
            return  # its hash is made elsewhere: that takes long
        if self.kind == "number" and _first(form, self.key) == self.shown(content) != "":
            return  # what is shown may be rounded: unchanged, it stays as exact as it was
        value = self._value(form)
        if value is None:
            content.pop(self.key, None)
        else:
            content[self.key] = value

    def _value(self, form: Mapping[str, Sequence[str]]) -> Any:
        if self.kind == "both":
            zh, en = (_first(form, name) for name in self.names)
            return {"zh": zh, "en": en} if zh or en or self.needed else None
        if self.kind in {"services", "days"}:
            return [item for item in form.get(self.key, ()) if item][: MOST_CHOSEN + 1]
        if self.kind == "yes":
            return bool(_first(form, self.key))
        typed = _first(form, self.key)
        if self.kind == "lines":
            return [line.strip() for line in typed.splitlines() if line.strip()]
        if not typed and not self.needed:
            return None
        return _number(typed, self.scale) if self.kind == "number" else typed


def in_order(had: Iterable[str] | None, wanted: Sequence[str], most: int) -> list[str]:
    """What is wanted, nothing twice: first what was had, in that order, and new ones at the end.

    No more than one beyond `most`: the check says then that there are too many.
    """
    chosen = dict.fromkeys(wanted)
    before = dict.fromkeys(one for one in had or () if one in chosen)
    return [*before, *(one for one in chosen if one not in before)][: most + 1]


def _first(form: Mapping[str, Sequence[str]], name: str) -> str:
    return (form.get(name) or ("",))[0].strip()


def _number(typed: str, scale: float) -> float | str:
    try:
        found = float(typed.replace("，", ".").replace(",", "."))
    except ValueError:
        return typed
    return round(found * scale, 6) if abs(found) < 1e12 else typed


def _number_shown(value: Any, scale: float) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    return f"{value if scale == 1.0 else round(value / scale, 3):.10g}"


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the plan with a page of its own: a list of things, or one section."""

    name: str
    title: str
    one: str
    about: str
    fields: tuple[Field, ...]
    key: str = "id"
    columns: tuple[str, ...] = field(default=())

    def known(self, key: str) -> Field | None:
        """The field to which a place in a thing belongs."""
        for each in self.fields:
            if key == each.key or key.startswith((f"{each.key}.", f"{each.key}[")):
                return each
        return None
