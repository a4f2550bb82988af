"""A plan that somebody has pasted: a draft, if every page can show it. PURE."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from hub.core.plan import Plan
from hub.core.plan_bounds import MOST
from hub.core.replanning import as_content
from hub.web.administration.checking import Checked, Wrong
from hub.web.administration.drafts import LISTS, Content, Draft, keyed
from hub.web.administration.examining import examine
from hub.web.texts import both, marked

DEEPEST: Final = 20
"""A plan is nested six deep."""

MOST_HERE: Final = {**MOST, "floor.outlines": 200, "rating.levels": 5, "rating.levels.tags": 12}
"""So many entries of each list pages show."""

MOST_THINGS: Final = 200
"""So many has a list of which a plan knows nothing."""

SHOWN: Final = 20
"""So many reasons are told."""

_MISSHAPEN: Final = marked("has another shape than in an exported plan")

_OF_MANY: Final = frozenset(
    {"model_type", "model_attributes_type", "tuple_type", "list_type", "dict_type"}
)

_OF_ONE: Final = frozenset(
    {"string_type", "float_type", "int_type", "bool_type", "enum", "literal_error"}
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a text cannot become a draft: it is no plan ("json"), or no form shows it ("shape")."""

    problem: str
    wrong: list[Wrong] = field(default_factory=list)


def imported(typed: str, plan_at: int, plan: Content) -> Draft | Refused:
    """A draft of a whole plan, against the plan in force."""
    content = _parsed(typed)
    if content is None:
        return Refused("json")
    misshapen = [*_overlong(content), *_misshapen(content)]
    if misshapen:
        return Refused("shape", misshapen[:SHOWN])
    draft = Draft(plan_at, plan, keyed(_whole(content)))
    examined = examine(plan_at, plan, draft.text)
    if _shapeless(examined.checked, content):
        return Refused("shape", examined.checked.wrong[:SHOWN])
    return draft


def showable(content: Content) -> bool:
    """Whether forms have fields for content that somebody else made, mistakes and all."""
    if _deeper_than(content, DEEPEST) or not _listed(content):
        return False
    return not any(_overlong(content, spare=1)) and not any(_misshapen(content))


def _whole(content: Content) -> Content:
    """Content with all that is left at its default said, if it is a plan at all."""
    try:
        return as_content(Plan.model_validate(content))
    except ValueError:
        return content


def _parsed(typed: str) -> Content | None:
    try:
        content = json.loads(typed)
        if _deeper_than(content, DEEPEST):
            return None
        json.dumps(content, ensure_ascii=False).encode()  # half a letter is no text
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) and _listed(content) else None


def _deeper_than(content: Any, most: int) -> bool:
    """Whether something is nested deeper. What works on a plan goes into it as deep as it is."""
    level = [content]
    for _ in range(most):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(content: Any) -> list[Any]:
    if isinstance(content, dict):
        return list(content.values())
    return content if isinstance(content, list) else []


def _overlong(content: Content, spare: int = 0) -> Iterator[Wrong]:
    """Lists that no page could show, however deep they are.

    `spare`: so many more are let pass; forms keep one that is too many, marked as a mistake.
    """
    for area, part in content.items():
        for path, count in _lengths(part, area):
            most = MOST_HERE.get(path, MOST_THINGS)
            if count > most + spare:
                text = marked("has {count} entries; {most} are the most that pages show")
                key = path.partition(".")[2]
                yield Wrong(area, None, key, both(text, count=count, most=most))


def _lengths(part: Any, path: str) -> Iterator[tuple[str, int]]:
    """How many entries each list has, by the names on the way to it."""
    if isinstance(part, list):
        yield path, len(part)
        for thing in part:
            yield from _lengths(thing, path)
    elif isinstance(part, dict):
        for name, inner in part.items():
            yield from _lengths(inner, f"{path}.{name}")


def _misshapen(content: Content) -> Iterator[Wrong]:
    """Where one thing stands for many, or many for one: no form has a field for it."""
    try:
        Plan.model_validate(content)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            many = isinstance(item["input"], dict | list)
            if item["type"] in _OF_MANY or (many and item["type"] in _OF_ONE):
                steps = [str(step + 1 if isinstance(step, int) else step) for step in item["loc"]]
                yield Wrong(steps[0], None, " ".join(steps[1:]), both(_MISSHAPEN))


def _listed(content: Content) -> bool:
    """Whether what should be lists of things are, and sections sections."""
    for name, part in content.items():
        wanted = list if name in LISTS else dict
        if not isinstance(part, wanted):
            return False
        if isinstance(part, list) and not all(isinstance(thing, dict) for thing in part):
            return False
    return True


def _shapeless(checked: Checked, content: Content) -> bool:
    """Whether a form could not even show what is wrong."""
    inside = [w for w in checked.wrong if w.index is None and w.area not in LISTS]
    strange = any(w.area not in content or "levels" in w.key for w in inside)
    return strange or any(not content.get(name) for name in ("services", "counters", "hall"))
