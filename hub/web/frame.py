"""What stands round every page: where one may go, who is signed in, and light or dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.routing import Match

from hub.accounts import Person
from hub.core.people import Role
from hub.web.rights import Right, may, person_of
from hub.web.texts import Words, both, marked

THEME_COOKIE: Final = "theme"

Theme = Literal["auto", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Place:
    """An area of the pages. `inside` is what the addresses of its pages begin with."""

    path: str
    text: str
    right: Right
    inside: str = ""


PLACES: Final = (
    Place("/", marked("Hall"), Right.VIEW, "/floor"),
    Place("/clerk", marked("Counters"), Right.SERVE, "/clerk"),
    Place("/supervision", marked("Supervision"), Right.SUPERVISE, "/supervision"),
    Place("/administration", marked("Administration"), Right.ADMINISTER, "/administration"),
    Place("/accounts", marked("People"), Right.ADMINISTER, "/accounts"),
)
"""Where somebody may go who has signed in, in the order of the bar."""

ROLE_WORDS: Final = {
    Role.CLERK: marked("Clerk"),
    Role.OPERATOR: marked("Operator"),
    Role.SUPERVISOR: marked("Supervisor"),
    Role.ADMINISTRATOR: marked("Administrator"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A way from here to a place; `here`: it is where one is."""

    path: str
    text: Words
    here: bool


def theme_of(request: Request) -> Theme:
    """What the address asks for, or was asked for before; else what the browser prefers."""
    for asked in (request.query_params.get("theme"), request.cookies.get(THEME_COOKIE)):
        if asked == "light":
            return "light"
        if asked == "dark":
            return "dark"
        if asked == "auto":
            return "auto"
    return "auto"


def frame(request: Request) -> dict[str, Any]:
    """What the frame of a page is drawn from."""
    person = person_of(request)
    return {
        "places": places_for(request, person),
        "person": person,
        "theme": theme_of(request),
        "again": again(request),
    }


def again(request: Request) -> str:
    """The address of this page, to be followed by another language or theme.

    It stays one of ours whatever was asked for: two slashes would begin another site's.
    """
    path = quote("/" + request.url.path.lstrip("/\\"))
    asked = [(k, v) for k, v in request.query_params.multi_items() if k not in {"lang", "theme"}]
    return f"{path}?{urlencode(asked)}&" if asked else f"{path}?"


def places_for(request: Request, person: Person | None) -> tuple[Link, ...]:
    """Where somebody may go from a page; nowhere without having signed in."""
    if person is None:
        return ()
    found = [p for p in PLACES if may(person, p.right) and leads_somewhere(request, p.path)]
    return tuple(Link(p.path, both(p.text), _is_in(request.url.path, p)) for p in found)


def _is_in(path: str, place: Place) -> bool:
    inside = place.inside
    return path in {place.path, inside} or (bool(inside) and path.startswith(f"{inside}/"))


def home_of(person: Person) -> str:
    """The page that somebody's work begins with."""
    if person.roles == {Role.CLERK}:
        return "/clerk"
    return "/"


def leads_somewhere(request: Request, path: str) -> bool:
    """Whether a page of ours has this path."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def own_path(request: Request, wanted: str) -> str | None:
    """An address to go on to, if it is one of our own pages; None for anything else.

    Everything that a browser could take for another site begins otherwise than with one slash.
    """
    path, _, query = wanted.partition("?")
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and "#" not in wanted
    if not plain or len(wanted) > 500 or not path.startswith("/") or path.startswith("//"):
        return None
    if path.startswith(("/api/", "/static/", "/sign-")) or not leads_somewhere(request, path):
        return None
    return f"{path}?{query}" if query else path
