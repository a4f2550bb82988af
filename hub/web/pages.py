"""The pages for people, rendered here and kept up to date by their scripts."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import cache
from math import ceil, floor
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from hub.core.pictures import WaitRange
from hub.web import script_texts as st
from hub.web.access import Access
from hub.web.facts import Facts
from hub.web.frame import ROLE_WORDS, THEME_COOKIE, frame
from hub.web.ratings_told import AT_A_TIME
from hub.web.responses import problem, wants_json
from hub.web.rights import Right, may, needs, person_of, sees_ratings
from hub.web.texts import COOKIE, Language, both, catalogue, language_of
from hub.web.views import trouble
from hub.web.why import PAUSE_REASONS
from wire.messages import Part

FOLDER = Path(__file__).parent
LANGUAGE_KEPT_S = 365 * 86_400

PAUSE_MINUTES = (5, 10, 15, 30, 60)
"""How long a clerk who leaves most likely says to be away."""


@cache
def _templates(language: Language) -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translations = catalogue(language)
    made.install_gettext_callables(translations.gettext, translations.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(lang=language, minutes=_minutes, roles=tuple(ROLE_WORDS))
    made.filters.update(own=lambda text: getattr(text, language), clock=_clock, moment=_moment)
    made.filters["role"] = lambda role: getattr(both(ROLE_WORDS[role]), language)
    made.filters["when"] = _when
    return made


def _minutes(wait: WaitRange) -> tuple[int, int]:
    """A wait rounded outward to whole minutes, so that nobody is promised too much."""
    return floor(wait.p10 / 60), ceil(wait.p90 / 60)


def _clock(wall_time: str) -> str:
    return datetime.fromisoformat(wall_time).strftime("%H:%M:%S")


def _when(wall_s: float, zone: tzinfo) -> str:
    """Date, hour and minute of a time in wall seconds."""
    return datetime.fromtimestamp(wall_s, zone).strftime("%Y-%m-%d %H:%M")


def _moment(wall_time: str, now: str) -> str:
    """The time of day, and the date if it is not today's."""
    return (
        wall_time[11:16] if wall_time[:10] == now[:10] else f"{wall_time[5:10]} {wall_time[11:16]}"
    )


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in the language of who asks. `page` is what its script needs to begin with."""
    shown = framed(request, values)
    return sent(request, drawn(language_of(request), template, shown), status, shown)


def framed(request: Request, values: dict[str, Any]) -> dict[str, Any]:
    """What a page shows, with what stands round it."""
    facts: Facts = request.app.state.tell()
    # What this network can do to the hall is said on every page.
    exposed = [alert for alert in trouble(facts, None) if alert.code == "broker_exposed"]
    around = {"page": {}, "path": request.url.path, "exposed": exposed, **frame(request)}
    return {**around, **values}


def drawn(language: Language, template: str, values: dict[str, Any]) -> bytes:
    """A page of values. It knows of no request, so any thread may draw it."""
    return str(_templates(language).get_template(template).render(values)).encode()


def sent(request: Request, html: bytes, status: int, values: dict[str, Any]) -> HTMLResponse:
    """A page that was drawn, and what the address chose for all later ones."""
    language = language_of(request)
    response = HTMLResponse(html, status)
    if request.query_params.get("lang") == language:
        response.set_cookie(COOKIE, language, LANGUAGE_KEPT_S, httponly=True, samesite="lax")
    if request.query_params.get("theme") == values["theme"]:
        kept = values["theme"]
        response.set_cookie(THEME_COOKIE, kept, LANGUAGE_KEPT_S, httponly=True, samesite="lax")
    return response


def page_content(request: Request, picture: Part | None, *groups: dict[str, str]) -> dict[str, Any]:
    """What a page's script begins with: its language and texts, and the first picture."""
    language = language_of(request)
    return {
        "lang": language,
        "texts": st.script_texts(language, *groups),
        "picture": picture.model_dump(mode="json") if picture else None,
    }


def error_page(request: Request, status: int, why: str = "") -> HTMLResponse:
    """What a person sees instead of a page; `why` is what programs are told, if they are."""
    return render(request, "error.html", status, code=status, why=why)


def turned_away(request: Request, status: int, code: str, reason: str) -> Response:
    """Why nothing was done: programs are told the code and the reason, people get a page."""
    if wants_json(request):
        return problem(status, code, reason)
    return error_page(request, status, code)


def make_pages(access: Access) -> APIRouter:
    """All pages."""
    router = APIRouter(include_in_schema=False)
    _add_hall(router, access)
    _add_clerk(router, access)
    return router


def _add_hall(router: APIRouter, access: Access) -> None:
    @router.get("/", dependencies=[needs(Right.VIEW)])
    async def hall(request: Request) -> Response:
        """The operator's page."""
        facts, storage_error = access.facts, access.service.storage_error
        ratings = sees_ratings(person_of(request))
        view = await access.look(lambda view: view.hall(facts, storage_error, ratings=ratings))
        page = page_content(request, view, st.HALL)
        page["operate"] = may(person_of(request), Right.OPERATE)
        told = {"ratings": ratings, "at_a_time": AT_A_TIME}
        return render(request, "hall.html", view=view, page=page, **told)

    @router.get("/wall", dependencies=[needs(Right.VIEW)])
    async def wall(request: Request) -> Response:
        """The hall on a screen on the wall: nothing to press."""
        facts, storage_error = access.facts, access.service.storage_error
        ratings = sees_ratings(person_of(request))
        view = await access.look(lambda view: view.hall(facts, storage_error, ratings=ratings))
        page = {**page_content(request, view, st.HALL), "operate": False}
        return render(request, "wall.html", view=view, page=page)


def _add_clerk(router: APIRouter, access: Access) -> None:
    @router.get("/clerk", dependencies=[needs(Right.SERVE)])
    async def counters(request: Request) -> Response:
        """At which counter a clerk works."""
        plan = access.service.plan
        return render(request, "counters.html", plan=plan)

    @router.get("/clerk/{counter}", dependencies=[needs(Right.SERVE)])
    async def clerk(request: Request, counter: str) -> Response:
        """The page beside a clerk's work."""
        facts, storage_error = access.facts, access.service.storage_error
        view = await access.look(lambda view: view.desk(counter, facts, storage_error))
        plan = access.service.plan
        if view is None:
            # People know the number, programs the id.
            found = next((c.id for c in plan.counters if c.number == counter), None)
            return RedirectResponse(f"/clerk/{found}") if found else error_page(request, 404)
        # Ids and names alone: what else the plan knows of a clerk must not leave the hub.
        clerks = [(clerk.id, clerk.name) for clerk in plan.clerks]
        page = page_content(request, view, st.CLERK)
        page["next_finishes"] = plan.dispatch.next_finishes
        person = person_of(request)
        if person is not None and not may(person, Right.OPERATE):
            # Who serves signs in as nobody else.
            clerks = [found for found in clerks if found[0] == person.clerk]
        page["services"] = {s.id: getattr(s.name, language_of(request)) for s in plan.services}
        shown: dict[str, Any] = {
            "clerks": clerks,
            "plan": plan,
            "reasons": PAUSE_REASONS,
            "minutes": PAUSE_MINUTES,
        }
        return render(request, "clerk.html", view=view, page=page, **shown)
