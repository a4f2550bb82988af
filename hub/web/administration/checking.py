"""What is wrong with a draft, field by field, in both languages.

The mistakes are those of `hall-hub check-config`, word for word in English; what is said of a
value that a form shows in another unit (minutes for seconds) is said in that unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from hub.configuration import PlanContent
from hub.core.plan import Plan
from hub.web.administration.drafts import Draft
from hub.web.administration.fields import Area
from hub.web.administration.lists import LIST
from hub.web.administration.sections import SINGLE
from hub.web.texts import Words, both, marked
from wire.settings import Mistake, checked

_PLACE: Final = re.compile(r"^(\w+)(?:\[(\d+)\])?(?:\.(.+))?$")

_SAID: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"is missing", marked("is missing")),
        (r"no such key", marked("no such key")),
        (
            r"already used by (?P<section>\w+)\[(?P<nth>\d+)\]",
            marked("already used by {section} {nth} of the list"),
        ),
        (r"already used by (?P<place>.+)", marked("already used by {place}")),
        (
            r"no such (?P<what>\w+); there are: (?P<names>.*)",
            marked("no such {what}; there are: {names}"),
        ),
        (
            r"no counter serves it; nobody could be called",
            marked("no counter serves it; nobody could be called"),
        ),
        (r"it is the id of (?P<place>.+)", marked("it is the id of {place}")),
        (r"the unit already is (?P<what>.+)", marked("the unit already is {what}")),
        (r"other numbers begin with it", marked("other numbers begin with it")),
        (
            r"lies outside the floor, which ends at (?P<size>\S+) m",
            marked("lies outside the floor, which ends at {size} m"),
        ),
        (
            r"a keypad has digits only; use 1 to (?P<most>\d+) of them",
            marked("a keypad has digits only; use 1 to {most} of them"),
        ),
        (
            r"no such time zone; write it like Asia/Shanghai",
            marked("no such time zone; write it like Asia/Shanghai"),
        ),
        (r"expected a time like 04:00", marked("expected a time like 04:00")),
        (r"expected a date like 2026-10-01", marked("expected a date like 2026-10-01")),
        (
            r"spans go from earlier to later and do not overlap",
            marked("spans go from earlier to later and do not overlap"),
        ),
        (
            r"expected spans like 08:30-12:00, 13:30-17:00",
            marked("expected spans like 08:30-12:00, 13:30-17:00"),
        ),
        (
            r"expected one span like 08:30-17:00",
            marked("expected one span like 08:30-17:00"),
        ),
        (
            r"the name of a class that is always there",
            marked("the name of a class that is always there"),
        ),
        (
            r"expected an address or a network, like 10.0.0.7 or 10.0.0.0/24",
            marked("expected an address or a network, like 10.0.0.7 or 10.0.0.0/24"),
        ),
        (
            r"input should be greater than or equal to (?P<number>\S+)",
            marked("input should be greater than or equal to {number}"),
        ),
        (
            r"input should be less than or equal to (?P<number>\S+)",
            marked("input should be less than or equal to {number}"),
        ),
        (
            r"input should be greater than (?P<number>\S+)",
            marked("input should be greater than {number}"),
        ),
        (
            r"input should be less than (?P<number>\S+)",
            marked("input should be less than {number}"),
        ),
        (
            r"input should be a valid (?:number|integer), .*",
            marked("input should be a number"),
        ),
        (
            r"input should be a valid integer",
            marked("input should be a whole number"),
        ),
        (r"input should be a valid string", marked("input should be a text")),
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
            marked("string should match pattern {pattern}"),
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
)
"""What the plan's check says, and the same as a text that is translated."""

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
    content, mistakes = checked(draft.plain, PlanContent)
    if content is not None and not mistakes:
        return Checked(plan=content.plan())
    return Checked([_wrong(mistake) for mistake in mistakes])


def _wrong(mistake: Mistake) -> Wrong:
    found = _PLACE.match(mistake.place)
    if found is None:
        return Wrong("", None, mistake.place, in_words(mistake))
    area, number, key = found[1], found[2], found[3] or ""
    return Wrong(
        area, int(number) - 1 if number else None, key, in_words(mistake, _scale(area, key))
    )


def _scale(area: str, key: str) -> float:
    known = LIST.get(area) or SINGLE.get(area)
    field_ = known.known(key) if known else None
    return field_.scale if field_ else 1.0


def in_words(mistake: Mistake, scale: float = 1.0) -> Words:
    """A mistake in both languages."""
    said = _translated(mistake.problem, scale)
    if mistake.suggestion is None:
        return said
    hint = both("Did you mean {suggestion}?", suggestion=mistake.suggestion)
    return Words(zh=f"{said.zh}。{hint.zh}", en=f"{said.en}. {hint.en}")


def _translated(problem: str, scale: float) -> Words:
    for pattern, text in _SAID:
        found = pattern.fullmatch(problem)
        if found is not None:
            return both(text, **{k: _value(k, v, scale) for k, v in found.groupdict().items()})
    return Words(zh=problem, en=problem)


def _value(name: str, value: str, scale: float) -> Any:
    if name == "number":
        return f"{float(value) / scale:.10g}"
    if name == "section":
        return both(LIST[value].one) if value in LIST else value
    words = _PATTERNS if name == "pattern" else _NAMES if name == "what" else {}
    return both(words[value]) if value in words else value
