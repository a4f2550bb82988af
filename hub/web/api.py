"""The routes for programs, and for our own pages' scripts. Answers are as the design says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from hub.accounts import Accounts, Asking
from hub.web.access import Access
from hub.web.api_alarms import add_alarms
from hub.web.api_counters import add_counters
from hub.web.api_quarantine import add_quarantine
from hub.web.api_tickets import add_tickets
from hub.web.models import HallView, Health, Problem
from hub.web.responses import READING, problem, problems
from hub.web.rights import Needed, Right, needs, person_of, sees_ratings
from hub.web.stream import Live, Topic
from hub.web.views import trouble
from wire.errors import NextwindowError
from wire.ids import ID_PATTERN
from wire.slips import SLIP_PATTERN


class EventStream(StreamingResponse):
    """Server-sent events, encoded already.

    FastAPI's own class encodes each event once for every browser and adds a ping every 15 s;
    ours are encoded once for all, beat faster, and drop a browser that cannot follow.
    """

    media_type = "text/event-stream"


def make_router(access: Access, live: Live) -> APIRouter:
    """All routes for programs."""
    router = APIRouter()
    _add_health(router, access)
    _add_hall(router, access, live)
    add_tickets(router, access)
    add_counters(router, access)
    add_alarms(router, access)
    add_quarantine(router, access)
    return router


def _add_health(router: APIRouter, access: Access) -> None:
    @router.get(
        "/healthz",
        response_model=Health,
        responses={503: {"model": Health}},
        dependencies=[needs(Right.FOLLOW)],
    )
    async def healthz(response: Response) -> Health:
        """Whether the hub does its work."""
        found = [
            Problem(code=alert.code, reason=alert.text.en)
            for alert in trouble(access.facts, access.service.storage_error)
            if alert.code != "broker_exposed"
        ]
        try:
            await access.look(lambda _: None)
        except NextwindowError as error:
            found.append(Problem(code="state", reason=str(error)))
        response.status_code = 503 if found else 200
        return Health(status="unwell" if found else "ok", problems=tuple(found))


def _add_hall(router: APIRouter, access: Access, live: Live) -> None:
    @router.get(
        "/api/hall",
        response_model=HallView,
        responses=READING,
        dependencies=[needs(Right.VIEW)],
    )
    async def hall(request: Request) -> Response:
        """The whole hall as it stands. Only operators and supervisors see single ratings."""
        facts, storage_error = access.facts, access.service.storage_error
        ratings = sees_ratings(person_of(request))
        view = await access.look(lambda view: view.hall(facts, storage_error, ratings=ratings))
        return Response(view.model_dump_json(), media_type="application/json")

    @router.get(
        "/api/events",
        response_class=EventStream,
        responses={200: {"description": _EVENTS}, **READING, **problems(404, 422)},
        dependencies=[needs(Right.FOLLOW)],
    )
    async def events(
        request: Request,
        ticket: Annotated[str | None, Query(pattern=SLIP_PATTERN)] = None,
        counter: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
        only: Annotated[Literal["lines"] | None, Query()] = None,
    ) -> Response:
        """Follow the hall, its lines alone, one counter, or one ticket."""
        topics = [Topic("ticket", ticket)] if ticket is not None else []
        topics += [Topic("counter", counter)] if counter is not None else []
        topics += [Topic("lines")] if only is not None else []
        if len(topics) > 1:
            return problem(422, "invalid", "only one of ticket, counter and only can be followed")
        whole = Topic("hall" if sees_ratings(person_of(request)) else "hall_for_clerks")
        topic = topics[0] if topics else whole
        public = topic.kind in {"ticket", "lines"}
        if not public:
            Needed(Right.VIEW).check(request)
        packed = "gzip" in request.headers.get("accept-encoding", "")
        messages = await live.follow(topic, packed=packed)
        if messages is None:
            return problem(404, "unknown", "there is no such ticket or counter")
        followed = messages if public else while_signed_in(messages, access.accounts, request)
        headers = {"x-accel-buffering": "no", "vary": "Accept-Encoding"}
        return EventStream(
            followed, headers=headers | ({"content-encoding": "gzip"} if packed else {})
        )


async def while_signed_in(
    messages: AsyncIterator[bytes], accounts: Accounts, request: Request
) -> AsyncIterator[bytes]:
    """The messages of a stream, until who asked for them has signed out or lost the right."""
    asking: Asking = request.state.asking
    async for message in messages:
        if not accounts.still(asking):
            return
        yield message


_EVENTS = (
    "`snapshot`: the whole picture, like that of `GET /api/hall`. `change`: the fields that are "
    "new; of services and counters those that changed, of news the new lines. `heartbeat`: "
    "nothing has changed. Each carries now, epoch and version. The hall and a counter need a "
    "session or a token; the lines and a ticket are for everybody. Only operators and supervisors "
    "are told of single ratings."
)
