"""Who serves what: all counters and services as a matrix, a part of the counters a page."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.core.plan_bounds import MOST
from hub.web.administration.desk import ROOT, Desk, Form, first, form_of, whole
from hub.web.administration.drafts import KEY, Content, Draft
from hub.web.administration.fields import in_order
from hub.web.rights import Right, Who, needs

BOXES: Final = 1200
"""So many boxes are on a page at most; a row is never divided."""

LEVELS: Final = {"own": "services", "also": "also"}

MINE = [needs(Right.ADMINISTER)]


def add_skills(router: APIRouter, desk: Desk) -> None:
    """Add the routes."""

    @router.get(f"{ROOT}/skills", dependencies=MINE)
    async def skills(request: Request, who: Who) -> Response:
        """The matrix."""
        draft, asked = await desk.seen(who), request.query_params
        shown = await desk.aside.do(_shown, draft, asked.get("as", ""), asked.get("page"))
        return await desk.page(request, who, "skills.html", draft=draft, **shown)

    @router.post(f"{ROOT}/skills", dependencies=MINE)
    async def save(request: Request, who: Who) -> Response:
        """Keep the boxes of one page."""
        draft, form = await desk.draft(who), await form_of(request)
        level = first(form, "as") if first(form, "as") in LEVELS else "own"
        for key in form.get("row", ()):
            counter = draft.thing("counters", key)
            if counter is not None:
                _read_row(counter, level, form, key)
        page = whole(first(form, "page")) or 1
        return RedirectResponse(f"{ROOT}/skills?as={level}&page={page}&saved=1", 303)


def _read_row(counter: Content, level: str, form: Form, key: str) -> None:
    """What a row has ticked."""
    name, other = LEVELS[level], LEVELS["also" if level == "own" else "own"]
    wanted = form.get(f"k:{key}", ())
    counter[name] = in_order(counter.get(name), wanted, MOST[f"counters.{name}"])
    if level == "own":
        own = set(counter[name])
        counter[other] = [s for s in counter.get(other) or () if s not in own]


def _shown(draft: Draft, level: str, page: str | None) -> dict[str, Any]:
    counters, services = draft.things("counters"), draft.things("services")
    rows = max(5, BOXES // max(1, len(services)))
    pages = max(1, ceil(len(counters) / rows))
    here = min(whole(page or "") or 1, pages)
    part = counters[(here - 1) * rows : here * rows]
    served = {str(s.get("id")): 0 for s in services}
    for counter in counters:
        for service in counter.get("services") or ():
            served[service] = served.get(service, 0) + 1
    return {
        "level": level if level in LEVELS else "own",
        "rows": part,
        "services": services,
        "served": served,
        "page_now": here,
        "pages": pages,
        "key": KEY,
    }
