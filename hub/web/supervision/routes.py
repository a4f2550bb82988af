"""The supervisor's routes. Each reads the journal beside the state, in a thread of its own."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.core.plan import Plan
from hub.reports import lists
from hub.reports.figures import overview
from hub.reports.story import story
from hub.web.access import Access
from hub.web.pages import error_page
from hub.web.rights import Right, needs
from hub.web.supervision import charts
from hub.web.supervision.asking import key_of, wanted
from hub.web.supervision.definitions import DEFINITIONS
from hub.web.supervision.desk import Desk
from hub.web.supervision.downloads import add_downloads
from hub.web.supervision.telling import Teller
from hub.web.supervision.what_if import add_what_if


def make_supervision(access: Access) -> APIRouter:
    """All of the supervisor's pages and files."""
    router = APIRouter(
        prefix="/supervision", include_in_schema=False, dependencies=[needs(Right.SUPERVISE)]
    )
    desk = Desk(access)
    _add_overview(router, desk)
    _add_ratings(router, desk)
    _add_visit(router, desk)
    _add_records(router, desk)
    add_downloads(router, desk)
    add_what_if(router, desk)
    return router


def _add_overview(router: APIRouter, desk: Desk) -> None:
    @router.get("")
    async def supervision(request: Request) -> Response:
        """What a period came to."""
        about = desk.asked(request)
        names = desk.names(request, about.period)
        found, reasons, odd = await desk.read(
            lambda c: (
                overview(c, about.period),
                lists.reasons_given(c, about.period),
                lists.not_counted(c, about.period),
            )
        )
        plan = names.plan
        labels, groups = charts.by_day(found)
        hour_labels, hour_groups = charts.by_hour(found, names)
        return desk.page(
            request,
            "supervision.html",
            "overview",
            about,
            found=found,
            figures=found.all.figures,
            labels=labels,
            groups=groups,
            plots=charts.plots(labels, groups, names),
            hour_labels=hour_labels,
            hour_groups=hour_groups,
            hour_plots=charts.plots(hour_labels, hour_groups, names),
            services=charts.rows(found.services, [s.id for s in plan.services], names.service),
            counters=charts.rows(found.counters, [c.id for c in plan.counters], names.counter),
            heat=charts.heat(found, names),
            levels=charts.levels(found.all.figures, names),
            reasons=list(reasons.items())[:8],
            odd=sum(odd.values()),
            definitions=DEFINITIONS,
        )


def _add_ratings(router: APIRouter, desk: Desk) -> None:
    @router.get("/ratings")
    async def ratings(request: Request) -> Response:
        """Bad ratings, or those that are asked for."""
        about, which = desk.asked(request), wanted(request.query_params)
        page = await desk.read(lambda c: lists.ratings(c, about.period, which))
        plan = desk.access.service.plan
        return desk.page(
            request,
            "supervision_ratings.html",
            "ratings",
            about,
            page_of=page,
            which=which,
            choices=_choices(plan, which),
        )


def _choices(plan: Plan, which: lists.Wanted) -> dict[str, list[str]]:
    """What may be chosen: what is in the plan, and what is asked for and has left it.

    Of reasons only the latter: those of the plan stand under their levels.
    """
    tags = {tag.code for option in plan.rating.levels for tag in option.asked}
    return {
        "services": _and(list(plan.service), which.service),
        "counters": _and(list(plan.counter), which.counter),
        "tags": [which.tag] if which.tag and which.tag not in tags else [],
    }


def _and(ids: list[str], asked: str | None) -> list[str]:
    return ids if asked is None or asked in ids else [*ids, asked]


def _add_visit(router: APIRouter, desk: Desk) -> None:
    @router.get("/visits/{ticket}")
    async def visit(request: Request, ticket: str) -> Response:
        """The whole story of a visit."""
        about = desk.asked(request)
        found = await desk.read(lambda c: story(c, ticket[:64]))
        if found is None:
            return error_page(request, 404)
        names = desk.names(request, about.period)
        told = await desk.work(lambda: Teller(names, found).lines())
        return desk.page(
            request, "supervision_visit.html", "ratings", about, story=found, lines=told
        )


def _add_records(router: APIRouter, desk: Desk) -> None:
    @router.get("/records")
    async def records(request: Request) -> Response:
        """Records that nobody could read or believe."""
        given = request.query_params
        unread, code = given.get("state") != "all", given.get("code", "")[:40] or None
        before = key_of(given, "before")
        page, codes = await desk.read(
            lambda c: (
                lists.set_aside(c, unread=unread, code=code, before=before),
                lists.codes_set_aside(c),
            )
        )
        return desk.page(
            request,
            "supervision_records.html",
            "records",
            desk.asked(request),
            page_of=page,
            codes=codes,
            unread=unread,
            code=code,
            shown=[(row, *_bytes(row.payload)) for row in page.rows],
        )


SHOWN_BYTES = 2_000


def _bytes(payload: bytes) -> tuple[str, bool]:
    """What bytes say, with what is no printable text as codes; and whether that is all of them."""
    text = payload[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
    safe = "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in text)
    return safe, len(payload) <= SHOWN_BYTES
