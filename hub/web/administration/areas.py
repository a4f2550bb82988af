"""The forms of the plan, one page for each list, thing and section."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.core.hours import WEEKDAYS
from hub.core.plan import Rating
from hub.core.plan_bounds import MOST
from hub.core.tags import BAD_TAGS
from hub.pins import hash_pin
from hub.web.administration.desk import ROOT, Desk, Form, area_named, first, form_of, whole
from hub.web.administration.drafts import KEY, Draft
from hub.web.administration.fields import Area, Content, Field, in_order
from hub.web.administration.sections import HALL, HOURS, RATING, SECTIONS
from hub.web.administration.sentences import LEVELS
from hub.web.pages import error_page
from hub.web.rights import Right, Who, needs
from hub.web.texts import both

PIN_DIGITS = range(4, 17)

TAGS_READ = 50
"""So many reasons of a level are read at most; the check says that there are too many."""

MINE = [needs(Right.ADMINISTER)]


def add_areas(router: APIRouter, desk: Desk) -> None:
    """Add the routes."""
    _add_sections(router, desk)
    _add_lists(router, desk)


# --- sections -------------------------------------------------------------------------------


def _add_sections(router: APIRouter, desk: Desk) -> None:
    @router.get(f"{ROOT}/hall", dependencies=MINE)
    async def hall(request: Request, who: Who) -> Response:
        """The hall's name, its calendar and its hours."""
        draft = await desk.seen(who)
        special = [*(draft.section("hours").get("exceptions") or ()), {}, {}, {}]
        shown: dict[str, Any] = {"areas": (HALL, HOURS), "special": special}
        return await desk.page(request, who, "hall.html", draft=draft, **shown)

    @router.post(f"{ROOT}/hall", dependencies=MINE)
    async def save_hall(request: Request, who: Who) -> Response:
        """Keep what was filled in."""
        draft, form = await desk.draft(who), await form_of(request)
        _read_sections(draft, form, (HALL, HOURS))
        draft.section("hours")["exceptions"] = _special_days(form)
        return _back(f"{ROOT}/hall")

    @router.get(f"{ROOT}/rules", dependencies=MINE)
    async def rules(request: Request, who: Who) -> Response:
        """How the hall is run."""
        return await desk.page(request, who, "rules.html", areas=SECTIONS)

    @router.post(f"{ROOT}/rules", dependencies=MINE)
    async def save_rules(request: Request, who: Who) -> Response:
        """Keep what was filled in."""
        draft, form = await desk.draft(who), await form_of(request)
        _read_sections(draft, form, SECTIONS)
        return _back(f"{ROOT}/rules")

    @router.get(f"{ROOT}/rating", dependencies=MINE)
    async def rating(request: Request, who: Who) -> Response:
        """The rating scheme."""
        draft = await desk.seen(who)
        levels = [_level_shown(level) for level in draft.section("rating").get("levels") or ()]
        shown: dict[str, Any] = {"area": RATING, "levels": levels}
        return await desk.page(request, who, "rating.html", draft=draft, **shown)

    @router.post(f"{ROOT}/rating", dependencies=MINE)
    async def save_rating(request: Request, who: Who) -> Response:
        """Keep what was filled in."""
        draft, form = await desk.draft(who), await form_of(request)
        _read_sections(draft, form, (RATING,))
        for level in draft.section("rating").get("levels") or ():
            _read_level(level, form)
        return _back(f"{ROOT}/rating")


def _back(path: str) -> Response:
    return RedirectResponse(f"{path}?saved=1", 303)


def _read_sections(draft: Draft, form: Form, areas: tuple[Area, ...]) -> None:
    for area in areas:
        section = draft.section(area.name)
        for field in area.fields:
            field.read(_inside(form, area.name), section)
            if field.kind == "text" and field.key in WEEKDAYS:
                section.setdefault(field.key, "")  # an empty text is a closed day


def _inside(form: Form, section: str) -> Form:
    """The fields of one section of a form that has several."""
    start = f"{section}:"
    return {name[len(start) :]: value for name, value in form.items() if name.startswith(start)}


def _special_days(form: Form) -> list[Content]:
    found: list[Content] = []
    rows = zip(
        *(form.get(f"special:{key}", ()) for key in ("date", "hours", "zh", "en")), strict=False
    )
    for date, hours, zh, en in rows:
        if date.strip() or hours.strip() or zh.strip() or en.strip():
            name = {"zh": zh.strip(), "en": en.strip()} if zh.strip() or en.strip() else None
            found.append({"date": date.strip(), "hours": hours.strip(), "name": name})
    return found[: MOST["hours.exceptions"] + 1]  # one too many, and the check says so


def _level_shown(level: Content) -> dict[str, Any]:
    name = str(level.get("level"))
    tags = level.get("tags")
    if tags is None:
        tags = _usual_tags(name)
    lines = [f"{t.get('code')} | {t['name'].get('zh')} | {t['name'].get('en')}" for t in tags]
    label = both(LEVELS[name]) if name in LEVELS else both("Ratings")
    return {
        "level": name,
        "label": label,
        "name": level.get("name") or {},
        "tags": "\n".join(lines),
    }


def _usual_tags(level: str) -> list[Content]:
    usual = BAD_TAGS.get(level, ())  # type: ignore[call-overload]
    return [{"code": code, "name": {"zh": zh, "en": en}} for code, zh, en in usual]


def _read_level(level: Content, form: Form) -> None:
    name = str(level.get("level"))
    level["name"] = {lang: first(form, f"{name}.{lang}") for lang in ("zh", "en")}
    tags = [_tag(line) for line in first(form, f"{name}.tags").splitlines() if line.strip()]
    tags = tags[:TAGS_READ]
    level["tags"] = None if tags == _usual_tags(name) else tags


def _tag(line: str) -> Content:
    code, _, rest = line.partition("|")
    zh, _, en = rest.partition("|")
    return {"code": code.strip(), "name": {"zh": zh.strip(), "en": en.strip()}}


def usual_levels() -> list[Content]:
    """The five levels as they are without a scheme of one's own."""
    levels: list[Content] = Rating().model_dump(mode="json")["levels"]
    return levels


# --- lists ----------------------------------------------------------------------------------


def _add_lists(router: APIRouter, desk: Desk) -> None:
    @router.get(ROOT + "/{name}", dependencies=MINE)
    async def things(request: Request, name: str, who: Who) -> Response:
        """All things of an area."""
        area = area_named(name)
        if area is None:
            return error_page(request, 404)
        return await desk.page(request, who, "list.html", area=area)

    @router.get(ROOT + "/{name}/{key}", dependencies=MINE)
    async def thing(request: Request, name: str, key: str, who: Who) -> Response:
        """One thing, or a new one."""
        area, draft = area_named(name), await desk.seen(who)
        found = {KEY: "new"} if key == "new" else draft.thing(name, key)
        if area is None or found is None:
            return error_page(request, 404)
        return await _thing_page(desk, request, who, draft, area, found)

    @router.post(ROOT + "/{name}/{key}", dependencies=MINE)
    async def save(request: Request, name: str, key: str, who: Who) -> Response:
        """Keep what was filled in, or take the thing out."""
        area, draft, form = area_named(name), await desk.draft(who), await form_of(request)
        if area is None:
            return error_page(request, 404)
        if key == "new" and len(draft.things(name)) > MOST[name]:
            return error_page(request, 422)  # the check has said already that it is too long
        found = draft.add(name) if key == "new" else draft.thing(name, key)
        if found is None:
            return error_page(request, 404)
        if first(form, "act") == "remove":
            draft.things(name).remove(found)
            return _back(f"{ROOT}/{name}")
        await _read_thing(area, found, form)
        _move(draft.things(name), found, first(form, "position"))
        index = draft.things(name).index(found)
        wrong = (await desk.examined(draft)).checked.count(name, index)
        here = f"/{quote(str(found[KEY]), safe='')}" if wrong else ""
        return _back(f"{ROOT}/{name}{here}")


async def _thing_page(
    desk: Desk, request: Request, who: Who, draft: Draft, area: Area, found: Content
) -> Response:
    found_things, checked = draft.things(area.name), (await desk.examined(draft)).checked
    index = found_things.index(found) if found in found_things else None
    shown: dict[str, Any] = {
        "area": area,
        "thing": found,
        "new": index is None,
        "position": len(found_things) + 1 if index is None else index + 1,
        "wrong": {} if index is None else checked.of(area, index),
    }
    return await desk.page(request, who, "thing.html", draft=draft, **shown)


async def _read_thing(area: Area, thing: Content, form: Form) -> None:
    for field in area.fields:
        if field.kind == "pin":
            await _read_pin(field, thing, first(form, field.key))
        elif area.name == "counters" and field.kind == "services":
            continue
        else:
            field.read(form, thing)
    if area.name == "counters":
        read_skills(thing, form)


async def _read_pin(field: Field, thing: Content, typed: str) -> None:
    """Keep a new PIN's hash; what was typed goes no further."""
    if not typed:
        return
    good = typed.isascii() and typed.isdigit() and len(typed) in PIN_DIGITS
    thing[field.key] = await asyncio.to_thread(hash_pin, typed) if good else "no PIN"


def read_skills(thing: Content, form: Form) -> None:
    """What a counter serves and could serve; what was there keeps its order, the primary leads."""
    start = "skill:"
    chosen = {n[len(start) :]: v[0] for n, v in form.items() if n.startswith(start) and v}
    for key, level in (("services", "own"), ("also", "also")):
        wanted = [service for service, at in chosen.items() if at == level]
        thing[key] = in_order(thing.get(key), wanted, MOST[f"counters.{key}"])
    primary = first(form, "primary")
    if primary in thing["services"]:
        thing["services"] = [primary, *(s for s in thing["services"] if s != primary)]


def _move(things: list[Content], thing: Content, position: str) -> None:
    """Put a thing at a place, counted from 1."""
    wanted = whole(position)
    if wanted is not None:
        things.remove(thing)
        things.insert(min(max(wanted, 1) - 1, len(things)), thing)
