"""The web application: routes, errors and guards put together for the composition root."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from hub.service import Service
from hub.transaction import IdReusedError
from hub.web.access import Access
from hub.web.api import make_router, problem
from hub.web.facts import Facts, Tell
from hub.web.guard import RequestGuard, SecurityHeaders
from hub.web.stream import Live
from wire.errors import NextwindowError
from wire.ids import new_id as random_id

log = logging.getLogger(__name__)


def create_app(
    service: Service, facts: Tell = Facts, new_id: Callable[[], str] = random_id
) -> FastAPI:
    """The hall's web application. Make it before the service is started.

    `app.state.close_streams()` ends the live streams; call it when the server is asked to
    stop, because a server waits for open responses before it ends. Safe from any thread.
    """
    access = Access(service, facts, new_id)
    live = Live(access)
    app = FastAPI(
        title="Nextwindow hall",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.live = live
    app.state.close_streams = live.close
    app.include_router(make_router(access, live))
    _add_errors(app)
    app.add_middleware(RequestGuard)
    app.add_middleware(SecurityHeaders)
    return app


def _version() -> str:
    try:
        return version("nextwindow")
    except PackageNotFoundError:
        return "0"


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        # What was sent is not repeated: it may hold a PIN, or bytes that are no text.
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        if first["loc"] == ("header", "idempotency-key") and first["type"] == "missing":
            return problem(400, "no_key", "a command needs an Idempotency-Key")
        return problem(422, "invalid", f"{place}: {first['msg']}")

    @app.exception_handler(IdReusedError)
    async def reused(_request: Request, error: IdReusedError) -> Response:
        return problem(422, "id_reused", str(error))

    @app.exception_handler(NextwindowError)
    async def unwell(_request: Request, error: NextwindowError) -> Response:
        log.error("a request could not be served: %s", error)
        return problem(503, "unavailable", "the hub cannot do this right now; nothing has changed")

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> Response:
        if error.status_code == 400:  # how FastAPI says that a body is not even text
            return problem(422, "invalid", "the body is not JSON in UTF-8")
        response = problem(error.status_code, "http", str(error.detail))
        response.headers.update(error.headers or {})
        return response
