"""The routes for programs, and for our own pages' scripts. Answers are as the design says."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from hub.answers import CommandAnswer, IssuedTicket, RefusedTicket
from hub.journal.store import StoredAnswer
from hub.web.access import Access
from hub.web.models import HallView, Health, Problem, TicketNow
from hub.web.stream import Live, Topic
from hub.web.views import View, trouble
from wire import messages as w
from wire.errors import NextwindowError
from wire.ids import ID_PATTERN, Id


def _whole(value: object) -> object:
    # 7.0 is an integer to JSON, and so to the document that describes this.
    return int(value) if isinstance(value, float) and value.is_integer() else value


Key = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Version = Annotated[int, Field(ge=0, le=2**53), BeforeValidator(_whole)]
CounterPath = Annotated[str, Path(pattern=ID_PATTERN)]
TicketPath = Annotated[str, Path(pattern=ID_PATTERN)]


class TicketWish(BaseModel):
    """What to take a number for."""

    model_config = ConfigDict(strict=True, extra="forbid")

    service: Id


class Seen(BaseModel):
    """The version of the counter that the person saw; left out by a program that shows none."""

    model_config = ConfigDict(strict=True, extra="forbid")

    seen: Version | None = None


class SignIn(w.SignIn, Seen):
    """A clerk takes the counter."""


class SignOut(w.SignOut, Seen):
    """The clerk leaves the counter, which closes with it."""


class Open(w.Open, Seen):
    """The counter begins to serve."""


class Close(w.Close, Seen):
    """The counter stops serving; the clerk stays signed in."""


class Next(w.Next, Seen):
    """Call the ticket that the hub thinks best for this counter."""


class Recall(w.Recall, Seen):
    """Call the same ticket once more."""


class NoShow(w.NoShow, Seen):
    """The person called did not come."""


class Start(w.Start, Seen):
    """The person is here and the service begins. Optional before `done`."""


class Done(w.Done, Seen):
    """The service has ended; the rating is invited."""


class Hold(w.Hold, Seen):
    """Interrupt the service (a copy, a form); the counter may serve others meanwhile."""


class Resume(w.Resume, Seen):
    """Go on with a ticket on hold."""


class Transfer(w.Transfer, Seen):
    """Send the person on to another service, to another counter, or both."""


class Pause(w.Pause, Seen):
    """The clerk is away for a while."""


class Unpause(w.Unpause, Seen):
    """The clerk is back."""


class Undo(w.Undo, Seen):
    """Take the last step with a ticket back."""


CounterCommand = Annotated[
    SignIn
    | SignOut
    | Open
    | Close
    | Next
    | Recall
    | NoShow
    | Start
    | Done
    | Hold
    | Resume
    | Transfer
    | Pause
    | Unpause
    | Undo,
    Body(discriminator="action"),
]


class EventStream(StreamingResponse):
    """Server-sent events, encoded already.

    FastAPI's own class encodes each event once for every browser and adds a ping every 15 s;
    ours are encoded once for all, beat faster, and drop a browser that cannot follow.
    """

    media_type = "text/event-stream"


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Problem, "description": _SAID[status]} for status in statuses}


_SAID = {
    400: "The Idempotency-Key is missing",
    403: "A page of another web site asked for this",
    404: "There is no such thing",
    408: "The body took too long to arrive",
    413: "The body is too large",
    422: "The request cannot be understood, or its key was used for something else",
    503: "The hub cannot do its work right now; nothing has changed",
}


def make_router(access: Access, live: Live) -> APIRouter:
    """All routes for programs."""
    router = APIRouter()
    _add_health(router, access)
    _add_hall(router, access, live)
    _add_tickets(router, access)
    _add_commands(router, access)
    return router


def _add_health(router: APIRouter, access: Access) -> None:
    @router.get("/healthz", response_model=Health, responses={503: {"model": Health}})
    async def healthz(response: Response) -> Health:
        """Whether the hub does its work."""
        problems = [
            Problem(code=alert.code, reason=alert.text.en)
            for alert in trouble(access.facts, access.service.storage_error)
            if alert.code != "broker_exposed"
        ]
        try:
            await access.look(lambda _: None)
        except NextwindowError as error:
            problems.append(Problem(code="state", reason=str(error)))
        response.status_code = 503 if problems else 200
        return Health(status="unwell" if problems else "ok", problems=tuple(problems))


def _add_hall(router: APIRouter, access: Access, live: Live) -> None:
    @router.get("/api/hall", response_model=HallView, responses=_problems(503))
    async def hall() -> Response:
        """The whole hall as it stands."""
        facts, storage_error = access.facts, access.service.storage_error
        view = await access.look(lambda view: view.hall(facts, storage_error))
        return Response(view.model_dump_json(), media_type="application/json")

    @router.get(
        "/api/events",
        response_class=EventStream,
        responses={200: {"description": _EVENTS}, **_problems(404, 422, 503)},
    )
    async def events(
        ticket: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
        counter: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
        only: Annotated[Literal["lines"] | None, Query()] = None,
    ) -> Response:
        """Follow the hall, its lines alone, one counter, or one ticket."""
        topics = [Topic("ticket", ticket)] if ticket is not None else []
        topics += [Topic("counter", counter)] if counter is not None else []
        topics += [Topic("lines")] if only is not None else []
        if len(topics) > 1:
            return problem(422, "invalid", "only one of ticket, counter and only can be followed")
        messages = await live.follow(topics[0] if topics else Topic("hall"))
        if messages is None:
            return problem(404, "unknown", "there is no such ticket or counter")
        return EventStream(messages, headers={"x-accel-buffering": "no"})


_EVENTS = (
    "`snapshot`: the whole picture, like that of `GET /api/hall`. `change`: the fields that are "
    "new; of services and counters those that changed, of news the new lines. `heartbeat`: "
    "nothing has changed. Each carries now, epoch and version."
)


def _add_tickets(router: APIRouter, access: Access) -> None:
    @router.post(
        "/api/tickets",
        status_code=201,
        response_model=IssuedTicket,
        responses={409: {"model": RefusedTicket}, **_problems(403, 408, 413, 422, 503)},
    )
    async def take(wish: TicketWish, idempotency_key: Annotated[Key, Header()] = "") -> Response:
        """Take a number. The same key gives the same number again."""
        return stored(await access.issue(wish.service, idempotency_key or None))

    @router.get(
        "/api/tickets/{ticket}", response_model=TicketNow, responses=_problems(404, 422, 503)
    )
    async def ticket(ticket: TicketPath) -> Response:
        """Where a ticket stands. It is forgotten when the next business day begins."""

        def find(view: View) -> TicketNow | None:
            return view.ticket(ticket)

        found = await access.look(find)
        if found is None:
            return problem(404, "unknown_ticket", "there is no such ticket today")
        return Response(found.model_dump_json(), media_type="application/json")


def _add_commands(router: APIRouter, access: Access) -> None:
    @router.post(
        "/api/counters/{counter}/commands",
        response_model=CommandAnswer,
        response_model_exclude={"v"},
        responses={
            404: {"model": CommandAnswer, "description": "There is no such counter"},
            409: {"model": CommandAnswer, "description": "Refused; `state` is the present state"},
            **_problems(400, 403, 408, 413, 422, 503),
        },
    )
    async def command(
        counter: CounterPath, wanted: CounterCommand, idempotency_key: Annotated[Key, Header()]
    ) -> Response:
        """Command a counter. A repeat of a key gets the first answer, byte for byte."""
        action = wanted.model_dump(exclude={"seen"})
        return stored(await access.at_counter(counter, action, wanted.seen, idempotency_key))


def stored(answer: StoredAnswer) -> Response:
    """A stored answer, byte for byte."""
    return Response(answer.body, answer.status, media_type="application/json")


def problem(status: int, code: str, reason: str) -> Response:
    """Why a request was not done."""
    body = Problem(code=code, reason=reason).model_dump_json()
    return Response(body, status, media_type="application/json")


def wants_json(request: Request) -> bool:
    """Whether a request is for one of these routes, and not for a page."""
    return request.url.path == "/healthz" or request.url.path.startswith("/api/")
