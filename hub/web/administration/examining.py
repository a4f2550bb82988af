"""Everything that pages say of a draft, found out once for each state that it is in. PURE."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hub.core.plan_changes import Change, changes
from hub.core.replanning import as_content
from hub.web.administration.checking import Checked, check
from hub.web.administration.drafts import Content, Draft, normal, print_of


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft's mistakes, how many changes it makes, and in which sections they are seen.

    `print` is what the draft was then; `plain` its content without keys, and `content` the plan
    that it makes with all that is left at its default, None as long as it makes none.
    """

    print: str
    checked: Checked
    count: int
    changed: bool
    sections: frozenset[str]
    plain: Content
    content: Content | None


def examine(base_at: int, base: Content, text: str) -> Examined:
    """What there is to say of a draft that was written down as `text`."""
    draft = Draft(base_at, base, json.loads(text)[1])
    checked, plain = check(draft), draft.plain
    before, after = normal(base), normal(plain)
    content = as_content(checked.plan) if checked.plan is not None else None
    found = changes(base, content) if content is not None else changes(before, after)
    differ = {name for name in {**before, **after} if before.get(name) != after.get(name)}
    return Examined(
        print_of(text), checked, len(found), bool(differ), _areas(differ, found), plain, content
    )


def _areas(differ: set[str], found: list[Change]) -> frozenset[str]:
    """Where there is something new to look at: where a thing stands, on the floor plan."""
    moved = {change.section for change in found if change.key == "at"}
    otherwise = {change.section for change in found if change.key != "at"}
    return frozenset(differ - (moved - otherwise) | ({"floor"} if moved else set()))
