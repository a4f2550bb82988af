"""What differs between two plans, thing by thing; and two people's changes put together. PURE.

Plans are taken as their content, plain data as the journal keeps it. What has an id is known by
it, wherever it stands in its list, so that a service that was moved up is not taken for another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from hub.core.plan import Plan

Content = dict[str, Any]

KEYS: Final = {
    "services": "id",
    "counters": "id",
    "clerks": "id",
    "priorities": "id",
    "boards": "unit",
    "kiosks": "unit",
    "levels": "level",
    "exceptions": "date",
}
"""By what the things of a list are known; those of any other list are known by their whole."""

ORDER: Final = "order"
"""The key of a change that has only moved the things of a list."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `item` is empty for a section that is no list.

    With an empty `key` the whole thing has come (`before` is None) or gone (`after` is None).
    """

    section: str
    item: str
    key: str
    before: Any
    after: Any

    @property
    def place(self) -> str:
        """Where, as the journal says it: "services.residence.mean_s"."""
        sign = "" if self.key else ("+" if self.before is None else "-")
        return ".".join(filter(None, (self.section, self.item, self.key))) + sign


def changes(before: Content, after: Content) -> list[Change]:
    """What has to change in the one for it to be the other."""
    found: list[Change] = []
    for section in {**before, **after}:
        old, new = before.get(section), after.get(section)
        if isinstance(old, list) or isinstance(new, list):
            found += _in_list(section, old, new)
        elif isinstance(old, dict) or isinstance(new, dict):
            found += _in_section(section, _section(old), _section(new))
        elif old != new:
            found.append(Change(section, "", "", old, new))
    return found


def _in_section(section: str, old: Content, new: Content) -> Iterator[Change]:
    for key in {**old, **new}:
        before, after = old.get(key), new.get(key)
        if key in KEYS and (isinstance(before, list) or isinstance(after, list)):
            yield from _in_list(f"{section}.{key}", before, after)
        elif before != after:
            yield Change(section, "", key, before, after)


def _section(content: Any) -> Content:
    return content if isinstance(content, dict) else {}


def _in_list(section: str, old: Any, new: Any) -> Iterator[Change]:
    before, after = named(section, old), named(section, new)
    for name, thing in before.items():
        if name not in after:
            yield Change(section, name, "", thing, None)
    for name, thing in after.items():
        if name not in before:
            yield Change(section, name, "", None, thing)
        elif thing != before[name]:
            yield from _in_thing(section, name, before[name], thing)
    stayed = [name for name in before if name in after]
    if stayed != [name for name in after if name in before]:
        yield Change(section, "", ORDER, stayed, [name for name in after if name in before])


def _in_thing(section: str, name: str, old: Any, new: Any) -> Iterator[Change]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield Change(section, name, "", None, new)
        return
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            yield Change(section, name, key, old.get(key), new.get(key))


def named(section: str, things: Any) -> dict[str, Any]:
    """The things of a list by what they are known by. What is no list has none."""
    key = KEYS.get(section.rpartition(".")[2])
    return {_known_by(key, thing): thing for thing in (things if isinstance(things, list) else ())}


def _known_by(key: str | None, thing: Any) -> str:
    return _whole(thing) if key is None or not isinstance(thing, dict) else str(thing.get(key))


def _whole(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False, sort_keys=True)


# --- two people's changes -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carried:
    """Changes put on top of a plan that has changed too.

    `both` are the places that were changed on both sides, to something else: there mine stand.
    """

    content: Content
    both: tuple[Change, ...]


def carried_over(base: Content, mine: Content, theirs: Content) -> Carried:
    """What was changed from `base` to `mine`, done to `theirs`."""
    made = changes(base, mine)
    others = {(c.section, c.item, c.key): c for c in changes(base, theirs)}
    content: Content = json.loads(json.dumps(theirs))
    both = []
    for change in made:
        other = others.get((change.section, change.item, change.key))
        if other is not None and other.after != change.after and change.key != ORDER:
            both.append(Change(change.section, change.item, change.key, other.after, change.after))
        _carry(content, change)
    return Carried(content, tuple(both))


def _carry(content: Content, change: Change) -> None:
    outer, _, inner = change.section.partition(".")
    here = content.setdefault(outer, {}) if inner else content
    section = inner or outer
    if change.key == ORDER:
        here[section] = _ordered(section, here.get(section, []), change.after)
    elif change.item:
        here[section] = _with(section, here.get(section) or [], change)
    elif change.key:
        here.setdefault(section, {})[change.key] = change.after
    else:
        here[section] = change.after


def _ordered(section: str, things: list[Any], order: list[str]) -> list[Any]:
    known = named(section, things)
    first = [known.pop(name) for name in order if name in known]
    return [*first, *known.values()]


def _with(section: str, things: list[Any], change: Change) -> list[Any]:
    known = named(section, things)
    if change.key:
        if change.item in known:  # else it has gone meanwhile, and stays gone
            known[change.item] = {**known[change.item], change.key: change.after}
    elif change.after is None:
        known.pop(change.item, None)
    else:
        known[change.item] = change.after
    return list(known.values())


# --- a file ---------------------------------------------------------------------------------


def digest(plan: Plan) -> str:
    """By what a file's plan is known again. What is left at its default does not count.

    So a later version of the hub, which knows more settings, takes the file for the same.
    """
    content = plan.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(_whole(content).encode()).hexdigest()
