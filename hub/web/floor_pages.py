"""The hall's floor plan: every counter where it stands, with what is going on there."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from hub.core.plan import Plan
from hub.web import script_texts as st
from hub.web.access import Access
from hub.web.floor_views import FloorPicture, picture_of
from hub.web.pages import page_content, render
from hub.web.rights import Right, may, needs, person_of, sees_ratings


def make_floor_pages(access: Access) -> APIRouter:
    """The floor plan for an operator, and for a screen on the wall."""
    router = APIRouter(include_in_schema=False)
    drawn = Drawn()

    @router.get("/floor", dependencies=[needs(Right.VIEW)])
    async def floor(request: Request) -> Response:
        """The operator's floor plan."""
        return await _page(access, drawn, request, "floor.html")

    @router.get("/floor/wall", dependencies=[needs(Right.VIEW)])
    async def wall(request: Request) -> Response:
        """The floor plan on a screen on the wall: nothing to press."""
        return await _page(access, drawn, request, "floor_wall.html", wall=True)

    return router


class Drawn:
    """The floor plan of the plan in force, worked out once for as long as it is in force."""

    def __init__(self) -> None:
        self._of: Plan | None = None
        self._picture: FloorPicture | None = None

    def picture(self, plan: Plan) -> FloorPicture:
        """The plan's floor, as it is drawn."""
        if self._picture is None or plan is not self._of:
            self._of, self._picture = plan, picture_of(plan)
        return self._picture


async def _page(
    access: Access, drawn: Drawn, request: Request, template: str, *, wall: bool = False
) -> Response:
    facts, storage_error, person = access.facts, access.service.storage_error, person_of(request)
    ratings = sees_ratings(person)
    view = await access.look(lambda view: view.hall(facts, storage_error, ratings=ratings))
    page = page_content(request, view, st.HALL, st.FLOOR)
    page["operate"] = may(person, Right.OPERATE) and not wall
    shown: dict[str, Any] = {"floor": drawn.picture(access.service.plan), "wall": wall}
    shown["administers"] = may(person, Right.ADMINISTER)
    return render(request, template, view=view, page=page, ratings=ratings, **shown)
