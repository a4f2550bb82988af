"""Every text of the plan in both languages, side by side, with what is missing first."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.web.administration.desk import ROOT, Desk, first, form_of
from hub.web.administration.drafts import KEY, Content, Draft
from hub.web.administration.effect import lacks
from hub.web.administration.lists import LIST
from hub.web.administration.sentences import LEVELS
from hub.web.rights import Right, Who, needs
from hub.web.texts import Words, both

MINE = [needs(Right.ADMINISTER)]


@dataclass(frozen=True, slots=True)
class TextRow:
    """One text: what it names, its two languages, and in which it is missing."""

    field: str
    what: Words
    zh: str
    en: str
    lacks: str | None


def add_texts(router: APIRouter, desk: Desk) -> None:
    """Add the routes."""

    @router.get(f"{ROOT}/texts", dependencies=MINE)
    async def texts(request: Request, who: Who) -> Response:
        """All texts."""
        draft = await desk.seen(who)
        rows = await desk.aside.do(_rows, draft)
        return await desk.page(request, who, "texts.html", draft=draft, rows=rows)

    @router.post(f"{ROOT}/texts", dependencies=MINE)
    async def save(request: Request, who: Who) -> Response:
        """Keep what was filled in."""
        draft, form = await desk.draft(who), await form_of(request)
        for field, _, owner in _owners(draft):
            if f"{field}.zh" in form:
                owner["name"] = {lang: first(form, f"{field}.{lang}") for lang in ("zh", "en")}
        return RedirectResponse(f"{ROOT}/texts?saved=1", 303)


def _owners(draft: Draft) -> list[tuple[str, Words, Content]]:
    """Whatever has a name in two languages: its field, what it is, and itself."""
    found = [("hall", both("Hall"), draft.section("hall"))]
    for section in ("services", "counters", "priorities"):
        one = both(LIST[section].one)
        for thing in draft.things(section):
            if isinstance(thing.get("name"), dict):
                name = thing.get("number") or thing.get("id")
                what = both("{kind} {name}", kind=one, name=name)
                found.append((f"{section}.{thing[KEY]}", what, thing))
    for level in draft.section("rating").get("levels") or ():
        name = str(level.get("level"))
        what = both(LEVELS[name]) if name in LEVELS else both("Ratings")
        found.append((f"rating.{name}", what, level))
    return found


def _rows(draft: Draft) -> list[TextRow]:
    """All texts, those that lack a language first."""
    rows = []
    for field, what, owner in _owners(draft):
        name = owner.get("name")
        texts = name if isinstance(name, dict) else {}
        zh, en = str(texts.get("zh") or ""), str(texts.get("en") or "")
        rows.append(TextRow(field, what, zh, en, lacks(texts)))
    return sorted(rows, key=lambda row: row.lacks is None)
