"""The routes for programs about numbers and appointments: take, follow, come back, give up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from hub.answers import BookedTicket, IssuedTicket, RefusedTicket, WishAnswer
from hub.core.commands import ByPhone, RateByPhone, TagByPhone
from hub.core.tickets import ORDINARY
from hub.web.access import Access, Visit
from hub.web.bodies import (
    AppointmentWanted,
    GoOnWanted,
    IdInPath,
    Key,
    NotCalled,
    NumberWanted,
    RatingWanted,
    SlipInPath,
    SweepWanted,
    TagsWanted,
    TicketWanted,
    UnguessedKey,
)
from hub.web.models import TicketNow
from hub.web.responses import WRITING, problem, problems, stored
from hub.web.rights import Anybody, Needed, Right, Who, may, needs
from hub.web.views import View
from wire.clock import wall_seconds
from wire.slips import read_slip

WISHES: dict[int | str, dict[str, Any]] = {
    404: {"model": WishAnswer, "description": "There is no such thing"},
    409: {"model": WishAnswer, "description": "Refused; `code` and `reason` say why"},
    **problems(400, 429),
    **WRITING,
}
"""What a route answers that takes a wish."""


def add_tickets(router: APIRouter, access: Access) -> None:
    """Add the routes."""
    _add_taking(router, access)
    _add_following(router, access)
    _add_rating(router, access)
    _add_sweep(router, access)
    _add_going_on(router, access)


def _add_taking(router: APIRouter, access: Access) -> None:
    refused: dict[int | str, dict[str, Any]] = {
        409: {"model": RefusedTicket},
        **problems(429),
        **WRITING,
    }

    @router.post(
        "/api/tickets",
        status_code=201,
        response_model=IssuedTicket,
        responses=refused,
        dependencies=[needs(Right.FOLLOW)],
    )
    async def take(
        wanted: NumberWanted,
        request: Request,
        who: Anybody,
        idempotency_key: Annotated[UnguessedKey, Header()] = "",
    ) -> Response:
        """Take a number. The same key gives the same number again.

        A key of few letters is refused: somebody else might come upon the same.
        The end of `url` is the ticket's slip: only who knows it can act on the ticket.
        """
        if access.too_many(request.client, who):
            return _too_many()
        further = tuple(wanted.further)
        visit = Visit(wanted.service, wanted.kind or ORDINARY, further, wanted.identity)
        return stored(await access.issue(visit, idempotency_key or None, who))

    @router.post(
        "/api/appointments",
        status_code=201,
        response_model=BookedTicket,
        responses=refused,
        dependencies=[needs(Right.FOLLOW)],
    )
    async def book(
        wanted: AppointmentWanted,
        request: Request,
        who: Anybody,
        idempotency_key: Annotated[UnguessedKey, Header()] = "",
    ) -> Response:
        """Agree to come at a time. The number is given at check-in, from the ticket's page."""
        if access.too_many(request.client, who):
            return _too_many()
        due_at, key = wall_seconds(wanted.at), idempotency_key or None
        return stored(await access.book(wanted.service, due_at, wanted.identity, key, who))


def _too_many() -> Response:
    return problem(429, "too_many", "too many numbers were taken from this address just now")


def _no_slip() -> Response:
    return problem(403, "no_slip", "only who knows the end of the ticket's address can do this")


def _add_sweep(router: APIRouter, access: Access) -> None:
    @router.post(
        "/api/sweeps",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.OPERATE)],
    )
    async def sweep(
        wanted: SweepWanted, idempotency_key: Annotated[Key, Header()], who: Who
    ) -> Response:
        """Close the numbers that kiosks printed alone and whose people were served meanwhile."""
        return stored(await access.sweep(wall_seconds(wanted.before), idempotency_key, who))


def _add_going_on(router: APIRouter, access: Access) -> None:
    @router.post(
        "/api/restored/go-on",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.OPERATE)],
    )
    async def go_on(
        wanted: GoOnWanted, idempotency_key: Annotated[Key, Header()], who: Who
    ) -> Response:
        """Let a hall that was restored from a backup go on without units that do not answer."""
        return stored(await access.go_on(tuple(wanted.without), idempotency_key, who))


def _add_following(router: APIRouter, access: Access) -> None:
    @router.get(
        "/api/tickets/{ticket}",
        response_model=TicketNow,
        responses=problems(404, 422, 503),
        dependencies=[needs(Right.FOLLOW)],
    )
    async def ticket(ticket: SlipInPath, who: Anybody) -> Response:
        """Where a ticket stands. It is forgotten when the next business day begins."""
        staff = may(who, Right.OPERATE)

        def find(view: View) -> TicketNow | None:
            return view.ticket(ticket, staff=staff)

        found = await access.look(find)
        if found is None:
            return problem(404, "unknown_ticket", "there is no such ticket today")
        return Response(found.model_dump_json(), media_type="application/json")

    @router.post(
        "/api/tickets/{ticket}/wishes",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.FOLLOW)],
    )
    async def wish(
        ticket: SlipInPath,
        wanted: TicketWanted,
        idempotency_key: Annotated[Key, Header()],
        request: Request,
        who: Anybody,
    ) -> Response:
        """Do something with a ticket that is not called. A repeat of a key acts once.

        It takes the ticket's slip, or the right to operate the hall.
        """
        if wanted.wish == "release":  # a citizen's page has no such wish
            Needed(Right.OPERATE).check(request)
        held = read_slip(ticket)[0] if may(who, Right.OPERATE) else await access.holds(ticket)
        if held is None:
            return _no_slip()
        return stored(await access.on_ticket(held, wanted.wish, idempotency_key, who))

    @router.post(
        "/api/tickets/{ticket}/not-called",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.OPERATE)],
    )
    async def not_called(
        ticket: IdInPath,
        wanted: NotCalled,
        idempotency_key: Annotated[Key, Header()],
        who: Who,
    ) -> Response:
        """Give a ticket to all counters which one that is cut off keeps and did not call."""
        off = wanted.unit_off
        return stored(await access.not_called(ticket, idempotency_key, who, unit_off=off))


def _add_rating(router: APIRouter, access: Access) -> None:
    async def by_slip(slip: str, key: str, wanted: Callable[[str], ByPhone]) -> Response:
        """What the holder of a ticket wants of it, made sure of by its slip."""
        held = await access.holds(slip)
        return _no_slip() if held is None else stored(await access.rate(wanted(held), key))

    @router.post(
        "/api/tickets/{ticket}/ratings",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.FOLLOW)],
    )
    async def rate(
        ticket: SlipInPath, wanted: RatingWanted, idempotency_key: Annotated[Key, Header()]
    ) -> Response:
        """Rate a service that has ended, by the ticket's slip. A second rating does not count."""
        return await by_slip(
            ticket, idempotency_key, lambda held: RateByPhone(held, wanted.call_id, wanted.level)
        )

    @router.post(
        "/api/tickets/{ticket}/tags",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.FOLLOW)],
    )
    async def tag(
        ticket: SlipInPath, wanted: TagsWanted, idempotency_key: Annotated[Key, Header()]
    ) -> Response:
        """Give the reasons for that rating, once."""
        return await by_slip(
            ticket,
            idempotency_key,
            lambda held: TagByPhone(held, wanted.call_id, tuple(wanted.tags)),
        )
