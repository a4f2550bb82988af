"""Changes of a plan, said in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hub.core.plan_changes import ORDER, Change
from hub.web.administration.fields import Field
from hub.web.administration.lists import LIST
from hub.web.administration.sections import DAY_NAMES, SINGLE
from hub.web.texts import Words, both, marked

Content = dict[str, Any]

LEVELS: Final = {
    "very_satisfied": marked("Very satisfied"),
    "satisfied": marked("Satisfied"),
    "fairly_satisfied": marked("Fairly satisfied"),
    "dissatisfied": marked("Dissatisfied"),
    "very_dissatisfied": marked("Very dissatisfied"),
}

_NOTHING: Final = Words(zh="—", en="—")


def sentence(change: Change, before: Content, after: Content) -> Words:
    """One change in words. The plans say what things are called."""
    return _Saying(before, after).of(change)


def sentences(changed: list[Change], before: Content, after: Content) -> list[Words]:
    """Changes in words."""
    saying = _Saying(before, after)
    return [saying.of(change) for change in changed]


class _Saying:
    """Knows what the things of both plans are called."""

    def __init__(self, before: Content, after: Content) -> None:
        self._names: dict[tuple[str, str], Words] = {}
        for content in (before, after):
            for section in ("services", "counters", "clerks", "priorities"):
                for thing in content.get(section) or ():
                    self._names[section, str(thing.get("id"))] = name_of(section, thing)

    def of(self, change: Change) -> Words:
        """The sentence."""
        what = self._thing(change)
        if change.key == ORDER:
            return both("{what}: another order", what=what)
        if change.key == "" and change.item:
            came = change.before is None
            return both("{what}: new", what=what) if came else both("{what}: removed", what=what)
        label = self._label(change)
        if change.key == "pin_hash":
            return both("{what}: another PIN", what=what)
        old, new = self._value(change, change.before), self._value(change, change.after)
        return both("{what}, {label}: {old} → {new}", what=what, label=label, old=old, new=new)

    def _thing(self, change: Change) -> Words:
        section, item = change.section, change.item
        if section == "rating.levels":
            return both(LEVELS[item]) if item in LEVELS else both("Ratings")
        if section == "hours.exceptions":
            return both("Special day {date}", date=item)
        area = LIST.get(section)
        if area is None or not item:
            known = area or SINGLE.get(section)
            return both(known.title) if known else Words(zh=section, en=section)
        if section == "roster":
            thing = change.after or change.before
            return both(
                "Shift of {clerk} at counter {counter}, {hours}",
                clerk=self._name("clerks", thing.get("clerk")),
                counter=self._name("counters", thing.get("counter")),
                hours=thing.get("hours"),
            )
        name = self._name(section, item)
        return both("{kind} {name}", kind=both(area.one), name=name)

    def _name(self, section: str, item: Any) -> Words:
        return self._names.get((section, str(item)), Words(zh=str(item), en=str(item)))

    def _field(self, change: Change) -> Field | None:
        area = LIST.get(change.section) or SINGLE.get(change.section)
        return area.known(change.key) if area else None

    def _label(self, change: Change) -> Words:
        found = self._field(change)
        if found is not None:
            return both(found.label)
        other = _OTHER_LABELS.get(change.key)
        return both(other) if other else Words(zh=change.key, en=change.key)

    def _value(self, change: Change, value: Any) -> Words:
        found = self._field(change)
        if value is None or value in ("", []):
            return _NOTHING
        if isinstance(value, Mapping) and {"zh", "en"} <= value.keys():
            return both("“{zh}” / “{en}”", zh=value["zh"], en=value["en"])
        if isinstance(value, Mapping) and {"x_m", "y_m"} <= value.keys():
            text = marked("{x} m from the left, {y} m from above")
            return both(text, x=value["x_m"], y=value["y_m"])
        if isinstance(value, bool):
            return both("yes") if value else both("no")
        if isinstance(value, list):
            return self._listed(change, value)
        return _plain(found, value)

    def _listed(self, change: Change, value: list[Any]) -> Words:
        if change.key in {"services", "also"}:
            names = [self._name("services", item) for item in value]
        elif change.key == "days":
            names = [both(DAY_NAMES[day]) for day in value if day in DAY_NAMES]
        elif value and isinstance(value[0], Mapping):
            return both("{count} entries", count=len(value))
        else:
            names = [Words(zh=str(item), en=str(item)) for item in value]
        return Words(zh="、".join(n.zh for n in names), en=", ".join(n.en for n in names))


def _plain(found: Field | None, value: Any) -> Words:
    if found is not None and found.kind == "number":
        shown = found.shown({found.key: value})
        unit = both(found.unit) if found.unit else Words(zh="", en="")
        return Words(zh=f"{shown} {unit.zh}".strip(), en=f"{shown} {unit.en}".strip())
    words = dict(found.options).get(str(value)) if found is not None else None
    return both(words) if words else Words(zh=str(value), en=str(value))


_OTHER_LABELS: Final = {
    "id": marked("Id"),
    "name": marked("Name"),
    "tags": marked("Reasons"),
    "hours": marked("Hours"),
    "at": marked("Place on the floor plan"),
}


def name_of(section: str, thing: Mapping[str, Any]) -> Words:
    """What a thing is called: a counter by its number, others by their name or id."""
    if section == "counters":
        name: Any = thing.get("number")
    elif section == "roster":
        name = thing.get("clerk")
    else:
        name = thing.get("name")
    if isinstance(name, Mapping):
        zh, en = str(name.get("zh") or ""), str(name.get("en") or "")
        if zh or en:
            return Words(zh=zh or en, en=en or zh)
        name = None
    found = str(name or thing.get("id") or thing.get("unit") or "")
    return Words(zh=found, en=found)
