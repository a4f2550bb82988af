"""What a request may do: every route declares the right that it needs.

Rights are given to roles; a person has one role or several. `request.state.person` is who asks,
or None; `Who` hands them to a route that acts in their name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.routing import Mount

from hub.accounts import Person
from hub.core.people import Hand, Role
from wire.errors import NextwindowError

COOKIE: Final = "session"
"""The cookie that keeps a session's secret."""


class Right(StrEnum):
    """What somebody may do."""

    FOLLOW = "follow"
    """Take a number and follow it: anybody may."""

    VIEW = "view"
    """See the hall: any role may."""

    SERVE = "serve"
    """Command a counter: a clerk their own, operators and administrators any."""

    OPERATE = "operate"
    """What an operator does: advice, notices, sweeps, what a counter serves."""

    SUPERVISE = "supervise"
    """Ratings, reports, replay, quarantine."""

    ADMINISTER = "administer"
    """The configuration, people, units and tokens."""


OF_ROLE: Final[Mapping[Role, frozenset[Right]]] = {
    Role.CLERK: frozenset({Right.FOLLOW, Right.VIEW, Right.SERVE}),
    Role.OPERATOR: frozenset({Right.FOLLOW, Right.VIEW, Right.SERVE, Right.OPERATE}),
    Role.SUPERVISOR: frozenset({Right.FOLLOW, Right.VIEW, Right.SUPERVISE}),
    Role.ADMINISTRATOR: frozenset(Right),
}
"""What each role may do."""


class NotAllowed(NextwindowError):
    """Whoever asks lacks a right; `person` is None for somebody who has not signed in."""

    def __init__(self, right: Right, person: Person | None) -> None:
        super().__init__(f"the right {right} is needed")
        self.right = right
        self.person = person


def may(person: Person | None, right: Right) -> bool:
    """Whether somebody has a right; None is the public."""
    if right is Right.FOLLOW:
        return True
    return person is not None and any(right in OF_ROLE[role] for role in person.roles)


def sees_ratings(person: Person | None) -> bool:
    """Whether somebody may see how single citizens rated: nobody who only serves may."""
    return any(may(person, right) for right in (Right.OPERATE, Right.SUPERVISE))


def person_of(request: Request) -> Person | None:
    """Who asks."""
    person: Person | None = getattr(request.state, "person", None)
    return person


def hand_of(person: Person) -> Hand:
    """How somebody commands counters."""
    return Hand(person.id, person.clerk, anywhere=may(person, Right.OPERATE))


class Needed:
    """A dependency of a route that refuses whoever lacks a right."""

    def __init__(self, right: Right) -> None:
        self.right = right

    def check(self, request: Request) -> None:
        """Let a request through, or raise NotAllowed."""
        person = person_of(request)
        if not may(person, self.right):
            raise NotAllowed(self.right, person)


class _Public(Needed):
    """A right that everybody has: the document for programs names no way to sign in."""

    async def __call__(self, request: Request) -> None:
        self.check(request)


_BEARER = HTTPBearer(auto_error=False, scheme_name="token", description="An API token.")
_SESSION = APIKeyCookie(
    name=COOKIE, auto_error=False, scheme_name="session", description="A browser's session."
)


class _SignedIn(Needed):
    """A right that only some have. Who asks was found out before (`hub.web.identify`)."""

    async def __call__(
        self,
        request: Request,
        _token: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
        _session: Annotated[str | None, Depends(_SESSION)],
    ) -> None:
        self.check(request)


def needs(right: Right) -> Any:
    """What a route or a router puts into its `dependencies` to need a right."""
    return Depends(_Public(right) if right is Right.FOLLOW else _SignedIn(right))


async def _who(request: Request) -> Person:
    person = person_of(request)
    if person is None:
        raise NotAllowed(Right.VIEW, None)
    return person


Who = Annotated[Person, Depends(_who)]
"""Who asks, in a route that acts in their name."""


async def _anybody(request: Request) -> Person | None:
    return person_of(request)


Anybody = Annotated[Person | None, Depends(_anybody)]
"""Who asks, or None, in a route that the public may use."""


class NoRightDeclared(NextwindowError):
    """A route that does not say what right it needs: it must not be served."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A route with the rights that it needs, all of them."""

    path: str
    methods: tuple[str, ...]
    rights: tuple[Right, ...]
    route: RouteContext


def declared(app: FastAPI) -> Iterator[Declared]:
    """Every route but the files of `/static`, which are for everybody."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount) and route.path in OPEN_MOUNTS:
            continue
        dependant = getattr(route, "dependant", None)
        rights = tuple(dict.fromkeys(_needed(dependant))) if dependant is not None else ()
        yield Declared(str(route.path), tuple(sorted(route.methods or ())), rights, route)


OPEN_MOUNTS = frozenset({"/static"})


def check_rights(app: FastAPI) -> None:
    """Raise NoRightDeclared if a route was forgotten."""
    bare = [found.path for found in declared(app) if not found.rights]
    if bare:
        listed = ", ".join(bare)
        raise NoRightDeclared(f"no right is declared for {listed}; add dependencies=[needs(…)]")


def _needed(dependant: Dependant) -> Iterator[Right]:
    if isinstance(dependant.call, Needed):
        yield dependant.call.right
    for inner in dependant.dependencies:
        yield from _needed(inner)
