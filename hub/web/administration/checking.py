"""What is wrong with a draft, field by field, in both languages.

The mistakes are those of `hall-hub check-config`, in its words where these are for people; what is
said of a value that a form shows in another unit (minutes for seconds) is said in that unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from hub.configuration import PlanContent
from hub.core.plan import Plan
from hub.web.administration.drafts import Content, Draft
from hub.web.administration.fields import Area
from hub.web.administration.lists import LIST
from hub.web.administration.sections import SINGLE
from hub.web.administration.sentences import name_of
from hub.web.texts import Words, both, marked
from wire.settings import Mistake, checked

_PLACE: Final = re.compile(r"^(\w+)(?:\[(\d+)\])?(?:\.(.+))?$")

_AS_IT_IS: Final = (
    marked("is missing"),
    marked("no such key"),
    marked("no such {what}; there are: {names}"),
    marked("no counter serves it; nobody could be called"),
    marked("the unit already is {what}"),
    marked("other numbers begin with it"),
    marked("a keypad has digits only; use 1 to {most} of them"),
    marked("no such time zone; write it like Asia/Shanghai"),
    marked("expected a time like 04:00"),
    marked("expected a date like 2026-10-01"),
    marked("spans go from earlier to later and do not overlap"),
    marked("expected spans like 08:30-12:00, 13:30-17:00"),
    marked("expected one span like 08:30-17:00"),
    marked("the name of a class that is always there"),
    marked("has {count} entries; at most {most} are allowed"),
    marked("expected an address or a network, like 10.0.0.7 or 10.0.0.0/24"),
    marked("input should be greater than or equal to {number}"),
    marked("input should be less than or equal to {number}"),
    marked("input should be greater than {number}"),
    marked("input should be less than {number}"),
)
"""What the plan's check says, word for word."""

_OTHERWISE: Final = (
    (r"already used by hours\.exceptions\[\d+\]", marked("another line has this date")),
    (r"already used by (?P<used_by>.+)", marked("already used by {used_by}")),
    (r"it is the id of (?P<used_by>.+)", marked("it is the id of {used_by}")),
    (r"input should be a valid (?:number|integer), .*", marked("input should be a number")),
    (r"input should be a valid integer", marked("input should be a whole number")),
    (r"input should be a valid string", marked("input should be a text")),
    (
        r"lies outside the floor, which ends at (?P<size>\S+) m",
        marked("lies outside the floor, which ends at {size} m"),
    ),
    (
        r"string should have at least (?P<count>\d+) characters?",
        marked("string should have at least {count} characters"),
    ),
    (
        r"string should have at most (?P<count>\d+) characters?",
        marked("string should have at most {count} characters"),
    ),
    (
        r"string should match pattern '(?P<pattern>.*)'",
        marked("should be {pattern}"),
    ),
    (
        r"\w+ should have at least (?P<count>\d+) items? after validation, not \d+",
        marked("choose at least {count}"),
    ),
    (
        r"\w+ should have at most (?P<count>\d+) items? after validation, not \d+",
        marked("choose at most {count}"),
    ),
    (r"input should be (?P<choices>'.*)", marked("input should be {choices}")),
)
"""What it says for programmers, and how it is said to people."""


def _pattern(text: str) -> str:
    """What matches a text, whatever its values are."""
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(text))


_SAID: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (*((_pattern(text), text) for text in _AS_IT_IS), *_OTHERWISE)
)

PIN_HASH: Final = r"^scrypt\$\d+\$\d+\$\d+\$[0-9a-f]+\$[0-9a-f]+$"

_PATTERNS: Final = {
    PIN_HASH: marked("a PIN of 4 to 16 digits"),
    "^[A-Z]{1,2}$": marked("one or two capital letters"),
    "^[a-z0-9][a-z0-9-]{0,31}$": marked("small letters, digits and hyphens, 32 at most"),
}
"""What a pattern asks for, in words."""

_NAMES: Final = {
    "service": marked("service"),
    "counter": marked("counter"),
    "clerk": marked("clerk"),
    "a counter": marked("a counter"),
    "one of the boards": marked("one of the boards"),
    "one of the kiosks": marked("one of the kiosks"),
}
"""What a mistake calls a thing."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A mistake, and where: the area, the thing's place in its list from 0, the field's key."""

    area: str
    index: int | None
    key: str
    text: Words


@dataclass(slots=True)
class Checked:
    """A draft's mistakes, and its plan if there are none."""

    wrong: list[Wrong] = field(default_factory=list)
    plan: Plan | None = None
    _at: dict[tuple[str, int | None], list[Wrong]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for wrong in self.wrong:
            self._at.setdefault((wrong.area, wrong.index), []).append(wrong)

    def of(self, area: Area, index: int | None = None) -> dict[str, list[Words]]:
        """The mistakes of one thing or section by the key of the field; "" has all others."""
        found: dict[str, list[Words]] = {}
        for wrong in self._at.get((area.name, index), ()):
            known = area.known(wrong.key)
            found.setdefault(known.key if known else "", []).append(wrong.text)
        return found

    def count(self, area: str, index: int | None = None) -> int:
        """How many mistakes an area has, or one thing of it."""
        if index is not None:
            return len(self._at.get((area, index), ()))
        return sum(wrong.area == area for wrong in self.wrong)


def check(draft: Draft) -> Checked:
    """Everything that is wrong with a draft in itself."""
    plain = draft.plain
    content, mistakes = checked(plain, PlanContent)
    if content is not None and not mistakes:
        return Checked(plan=content.plan())
    return Checked([_wrong(mistake, plain) for mistake in mistakes])


def _wrong(mistake: Mistake, content: Content) -> Wrong:
    found = _PLACE.match(mistake.place)
    area, number, key = found.groups("") if found is not None else ("", "", mistake.place)
    told = _Telling(content, area, key)
    return Wrong(area, int(number) - 1 if number else None, key, told.of(mistake))


@dataclass(frozen=True, slots=True)
class _Telling:
    """Says what is wrong with one field of a content, in both languages."""

    content: Content
    area: str
    key: str

    def of(self, mistake: Mistake) -> Words:
        """The mistake in words."""
        said = self._translated(mistake.problem)
        if mistake.suggestion is None:
            return said
        hint = both("Did you mean {suggestion}?", suggestion=mistake.suggestion)
        return Words(zh=f"{said.zh}。{hint.zh}", en=f"{said.en}. {hint.en}")

    def _translated(self, problem: str) -> Words:
        for pattern, text in _SAID:
            found = pattern.fullmatch(problem)
            if found is not None:
                return both(text, **{k: self._value(k, v) for k, v in found.groupdict().items()})
        return Words(zh=problem, en=problem)

    def _value(self, name: str, value: str) -> Any:
        if name == "number":
            return f"{float(value) / self._scale():.10g}"
        if name == "used_by":
            return self._named(value)
        words = _PATTERNS if name == "pattern" else _NAMES if name == "what" else {}
        return both(words[value]) if value in words else value

    def _scale(self) -> float:
        area = LIST.get(self.area) or SINGLE.get(self.area)
        field_ = area.known(self.key) if area else None
        return field_.scale if field_ else 1.0

    def _named(self, place: str) -> Any:
        """What stands at a place of a list, by a name that is not what is doubled."""
        found = _PLACE.match(place)
        area = LIST.get(found[1]) if found is not None else None
        if found is None or area is None:
            return place
        thing = self.content[area.name][int(found[2]) - 1]
        name: Any = name_of(area.name, thing)
        if self.key == "number" and area.name == "counters":
            name = thing.get("id") or found[2]
        return both("{kind} {name}", kind=both(area.one), name=name)
