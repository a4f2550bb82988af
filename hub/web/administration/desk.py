"""What every page of an administrator needs: the draft, its mistakes, and what stands round it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qs, quote

from fastapi import Request, Response

from hub.accounts import Person
from hub.accounts_store import Key
from hub.core.plan import Plan
from hub.core.replanning import as_content
from hub.transaction import Transaction
from hub.web.access import Access
from hub.web.administration.aside import Aside, Kept
from hub.web.administration.checking import Wrong
from hub.web.administration.drafts import KEY, Content, Draft, Drafts, print_of
from hub.web.administration.examining import Examined, examine
from hub.web.administration.fields import Area, Field
from hub.web.administration.lists import LIST, LISTS
from hub.web.administration.sections import DAY_NAMES, SECTIONS, SINGLE
from hub.web.administration.sentences import name_of
from hub.web.pages import drawn, framed, sent
from hub.web.texts import Words, both, language_of, marked
from hub.web.words import placed_unit

Form = Mapping[str, Sequence[str]]

MOST_FIELDS: Final = 20_000
"""A matrix of 200 counters has no more boxes on a page."""

MOST_DIGITS: Final = 16
"""No number here is as long."""

KEPT_PLANS: Final = 4
"""So many plans in force are kept as their content; there is one at a time."""

KEPT_EXAMINED: Final = 16
"""What is said of so many drafts, and states of drafts, is kept."""

CHOSEN: Final = frozenset({"services", "days", "choice"})
"""Kinds of fields whose values stand for something with a name."""

ROOT: Final = "/administration"

_SAID: Final = ("saved", "busy", "applied")
"""What an address may say that was just done."""


@dataclass(frozen=True, slots=True)
class Way:
    """A page of the administration, as the list at the side shows it."""

    path: str
    text: Words
    here: bool
    wrong: int = 0
    changed: bool = False


_WAYS: Final = (
    ("hall", marked("Hall and opening hours"), ("hall", "hours")),
    ("services", marked("Services"), ("services",)),
    ("counters", marked("Counters"), ("counters",)),
    ("skills", marked("Skills"), ()),
    ("floor", marked("Floor plan"), ("floor",)),
    ("clerks", marked("Clerks"), ("clerks",)),
    ("roster", marked("Duty roster"), ("roster",)),
    ("priorities", marked("Priority classes"), ("priorities",)),
    ("rating", marked("Ratings"), ("rating",)),
    ("texts", marked("Texts"), ()),
    ("boards", marked("Boards"), ("boards",)),
    ("kiosks", marked("Kiosks"), ("kiosks",)),
    ("rules", marked("Rules"), tuple(area.name for area in SECTIONS)),
    ("units", marked("Units"), ()),
    ("history", marked("History"), ()),
    ("file", marked("Export and import"), ()),
)


class Desk:
    """The administrators' desks: a draft for each person."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.drafts = Drafts()
        self.said: dict[Key, str] = {}  # of drafts and restarts, until they save something
        self.aside = Aside()
        self._contents: Kept[int, Content] = Kept(KEPT_PLANS)
        self._examined: Kept[str, Examined] = Kept(KEPT_EXAMINED)

    async def draft(self, who: Person) -> Draft:
        """Somebody's draft, on the plan in force if nothing has been changed yet.

        Raises StorageError or StateSilent.
        """
        plan_at, plan = await self.in_force()
        found, unchanged = self.drafts.kept(who.key), ""
        if found is not None and found.base_at != plan_at:
            examined = await self.examined(found)
            unchanged = "" if examined.changed else examined.print
        return self.drafts.of(who.key, plan_at, plan, unchanged)

    async def seen(self, who: Person) -> Draft:
        """Somebody's draft as it is now: what a page shows, whatever is filled in meanwhile.

        Raises StorageError or StateSilent.
        """
        draft = await self.draft(who)
        return await self.aside.do(_copy, draft, draft.text)

    async def in_force(self) -> tuple[int, Content]:
        """The plan in force and since which version. Nobody may change it.

        Raises StorageError or StateSilent.
        """
        plan_at, plan = await self.access.ask(_plan_in_force)
        found = self._contents.get(plan_at)
        if found is None:
            found = self._contents.keep(plan_at, await self.aside.do(as_content, plan))
        return plan_at, found

    async def examined(self, draft: Draft) -> Examined:
        """What there is to say of a draft as it is now."""
        text = draft.text
        found = self._examined.get(print_of(text))
        if found is None:
            found = await self.aside.do(examine, draft.base_at, draft.base, text)
            self._examined.keep(found.print, found)
        return found

    async def page(
        self, request: Request, who: Person, template: str, status: int = 200, **values: Any
    ) -> Response:
        """A page with the draft's state round it, drawn aside: a large one takes a second.

        The draft and what else is given must not change meanwhile (`seen`).
        """
        draft: Draft = values.pop("draft", None) or await self.seen(who)
        found = await self.examined(draft)
        shown = {
            "plan": self.access.service.plan,
            "draft": draft,
            "checked": found.checked,
            "changed": found.changed,
            "ways": ways(request, found),
            "count": found.count,
            "figures": _figures(draft),
            "said_of_draft": self.said.get(who.key, ""),
            "can_undo": False,
            "people": self.access.accounts.people,
            **{f"{said}_now": request.query_params.get(said) == "1" for said in _SAID},
            **_WORDS,
        }
        shown = framed(request, {**shown, **values})
        path, language = f"administration/{template}", language_of(request)
        return sent(request, await self.aside.do(drawn, language, path, shown), status, shown)


def _copy(draft: Draft, text: str) -> Draft:
    """A draft as it was when it was written down as `text`."""
    return replace(draft, content=json.loads(text)[1])


def _figures(draft: Draft) -> dict[str, int]:
    """How many things each list has, by the path of its page."""
    return {f"{ROOT}/{area.name}": len(draft.things(area.name)) for area in LISTS}


def _choices(field: Field, draft: Draft) -> list[tuple[str, Words]]:
    """What can be chosen in a field, with its words."""
    if field.kind == "days":
        return [(day, both(name)) for day, name in DAY_NAMES.items()]
    if field.options:
        return [(value, both(text)) for value, text in field.options]
    section = field.of or "services"
    return [
        (str(thing.get("id") or ""), name_of(section, thing)) for thing in draft.things(section)
    ]


def _names_in(area: Area, draft: Draft) -> dict[str, dict[str, Words]]:
    """What stands for the values of an area's columns, by field: found once for all its rows."""
    fields = (field for field in area.fields if field.key in area.columns)
    return {f.key: dict(_choices(f, draft)) for f in fields if f.kind in CHOSEN}


def _skills_of(counter: Content) -> dict[str, str]:
    """What a counter serves ("own") and could serve as well ("also"), by service."""
    also = dict.fromkeys(counter.get("also") or (), "also")
    return {**also, **dict.fromkeys(counter.get("services") or (), "own")}


def _place_of(wrong: Wrong, draft: Draft) -> Words:
    """Where a mistake is, in words."""
    area = LIST.get(wrong.area) or SINGLE.get(wrong.area)
    if area is None:
        return Words(zh=wrong.area, en=wrong.area)
    field = area.known(wrong.key)
    label = both(field.label) if field else Words(zh=wrong.key, en=wrong.key)
    thing = _thing(wrong, draft)
    if not wrong.key:
        return both(area.title)
    if thing is None:
        return both("{kind}, {label}", kind=both(area.title), label=label)
    name = name_of(area.name, thing)
    if not name.en:
        name = Words(zh=str((wrong.index or 0) + 1), en=str((wrong.index or 0) + 1))
    return both("{kind} {name}, {label}", kind=both(area.one), name=name, label=label)


def _way_to(wrong: Wrong, draft: Draft) -> str:
    """The page on which a mistake is put right."""
    if wrong.key == "at" or wrong.key.startswith("at."):
        return f"{ROOT}/floor"
    thing = _thing(wrong, draft)
    if thing is not None:
        return f"{ROOT}/{wrong.area}/{quote(str(thing[KEY]), safe='')}"
    return next((f"{ROOT}/{name}" for name, _, areas in _WAYS if wrong.area in areas), ROOT)


def _thing(wrong: Wrong, draft: Draft) -> Content | None:
    if wrong.area not in LIST or wrong.index is None:
        return None
    things = draft.things(wrong.area)
    return things[wrong.index] if wrong.index < len(things) else None


def _place_words(unit: Any) -> Words:
    """Where a unit stands."""
    if unit.role == "counter":
        return both("Counter {number}", number=unit.place)
    return placed_unit(unit.role, unit.place) if unit.role else both("nowhere")


_WORDS: Final = {
    "choices": _choices,
    "names_in": _names_in,
    "skills_of": _skills_of,
    "place_of": _place_of,
    "way_to": _way_to,
    "place_words": _place_words,
}
"""What the templates ask for."""


def _plan_in_force(transaction: Transaction) -> tuple[int, Plan]:
    return transaction.hall.plan_at, transaction.hall.plan


def ways(request: Request, found: Examined) -> list[Way]:
    """The pages, with what is wrong or changed in each."""
    made = []
    for name, text, sections in _WAYS:
        path = f"{ROOT}/{name}"
        here = request.url.path == path or request.url.path.startswith(f"{path}/")
        wrong = sum(found.checked.count(section) for section in sections)
        changed = not found.sections.isdisjoint(sections)
        made.append(Way(path, both(text), here, wrong, changed))
    return made


async def form_of(request: Request) -> Form:
    """The fields of a form that was sent. What cannot be read is empty."""
    text = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}


def first(form: Form, name: str) -> str:
    """A field's first value."""
    return (form.get(name) or ("",))[0].strip()


def whole(text: str) -> int | None:
    """A number that somebody typed; None for what is none, or so long that it means nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else None


def area_named(name: str) -> Area | None:
    """The list of this name."""
    return next((area for area in LISTS if area.name == name), None)
