"""Drafts: what an administrator has changed and not yet put into force.

A draft is kept here, one for each person, and in no browser: so it goes on at another desk, and
a form carries nothing but its own fields. It outlives the process (`lasting`), but not in the
journal, which has what is in force alone. A draft may hold what is no plan at all, as it was typed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Final

from hub.core.plan_changes import KEYS

Content = dict[str, Any]

KEY: Final = "_key"
"""Under this a thing of a list carries what a page calls it, whatever its id becomes."""

KEPT: Final = 50
"""So many people's drafts are kept, the oldest forgotten first."""

NO_VERSION: Final = -1
"""The version of a plan that is not in force any more, whichever it was."""

LISTS: Final = ("services", "counters", "clerks", "roster", "priorities", "boards", "kiosks")


@dataclass(slots=True)
class Draft:
    """Changes to the plan of version `base_at`. `undoes`: they take a change back, of this version.

    `base` is that plan; `content` what it is to be, its things with their keys.
    """

    base_at: int
    base: Content
    content: Content
    undoes: int | None = None
    made: int = 0

    def things(self, area: str) -> list[Content]:
        """The things of a list."""
        found: list[Content] = self.content.setdefault(area, [])
        return found

    def thing(self, area: str, key: str) -> Content | None:
        """A thing by its key."""
        return next((thing for thing in self.things(area) if thing[KEY] == key), None)

    def add(self, area: str) -> Content:
        """A new thing at the end of a list."""
        self.made += 1
        thing: Content = {KEY: f"new-{self.made}"}
        self.things(area).append(thing)
        return thing

    def section(self, name: str) -> Content:
        """A section that is no list."""
        found: Content = self.content.setdefault(name, {})
        return found

    @property
    def plain(self) -> Content:
        """The content without the keys."""
        return {
            name: [without_key(thing) for thing in part] if name in LISTS else part
            for name, part in self.content.items()
        }

    @property
    def text(self) -> str:
        """The draft written down: what it was, whatever becomes of it."""
        return json.dumps([self.base_at, self.content], sort_keys=True)

    @property
    def print(self) -> str:
        """A digest of the content: whether it is still as somebody saw it."""
        return print_of(self.text)


def print_of(text: str) -> str:
    """The digest of a draft that was written down."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def without_key(thing: Content) -> Content:
    """A thing as the plan has it."""
    return {name: value for name, value in thing.items() if name != KEY}


def normal(content: Any) -> Any:
    """Content with what is left empty left out: so it says the same as one that never said it."""
    if isinstance(content, dict):
        return {name: normal(value) for name, value in content.items() if value is not None}
    return [normal(item) for item in content] if isinstance(content, list | tuple) else content


def keyed(content: Content) -> Content:
    """Content whose things have keys: their ids, as long as no two have the same."""
    made: Content = json.loads(json.dumps(content))  # four times as fast as a deep copy
    for area in LISTS:
        used: set[str] = set()
        for place, thing in enumerate(made.get(area) or (), 1):
            key = str(thing.get(KEYS.get(area, ""), f"line-{place}"))
            thing[KEY] = key if key not in used else f"{key}-{place}"
            used.add(thing[KEY])
    return made


@dataclass(slots=True)
class Drafts:
    """Everybody's drafts, by who they are. They belong to the web's event loop."""

    _of: dict[Hashable, Draft] = field(default_factory=dict)

    def kept(self, person: Hashable) -> Draft | None:
        """Somebody's draft, if there is one."""
        return self._of.get(person)

    def of(self, person: Hashable, plan_at: int, plan: Content, unchanged: str = "") -> Draft:
        """Somebody's draft. One in which nothing has been changed follows the plan in force.

        `unchanged` is the print of one that is known to be such.
        """
        found = self._of.get(person)
        if found is None or (found.base_at != plan_at and found.print == unchanged):
            found = Draft(plan_at, plan, keyed(plan))
        self._of.pop(person, None)
        self._of[person] = found
        while len(self._of) > KEPT:
            del self._of[next(iter(self._of))]
        return found

    def begin(self, person: Hashable, draft: Draft) -> None:
        """Go on with this one instead."""
        self._of[person] = draft

    def discard(self, person: Hashable, print_: str | None = None) -> None:
        """Forget somebody's changes; only if they are still of this print, if one is given."""
        found = self._of.get(person)
        if found is not None and print_ in {None, found.print}:
            del self._of[person]
