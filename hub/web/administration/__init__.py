"""Administration: the plan of the hall, area by area; its history; and the units."""

from __future__ import annotations

from fastapi import APIRouter

from hub.web.access import Access
from hub.web.administration.areas import add_areas
from hub.web.administration.changes import add_changes
from hub.web.administration.desk import Desk
from hub.web.administration.floor import add_floor
from hub.web.administration.lasting import lasting
from hub.web.administration.skills import add_skills
from hub.web.administration.texts import add_texts
from hub.web.administration.units import add_units


def make_administration(access: Access) -> APIRouter:
    """All pages for administrators."""
    desk = Desk(access)
    router = APIRouter(include_in_schema=False, route_class=lasting(desk))
    add_changes(router, desk)
    add_skills(router, desk)
    add_texts(router, desk)
    add_units(router, desk)
    add_floor(router, desk)
    add_areas(router, desk)
    return router
