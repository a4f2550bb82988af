"""The web application: routes, errors and guards put together for the composition root."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from hub.accounts import Accounts
from hub.accounts_store import SignInStore
from hub.identity import KEY_BYTES, Identities
from hub.service import Service
from hub.transaction import IdReusedError
from hub.web.access import Access, StateSilent, TooOften
from hub.web.accounts import make_accounts
from hub.web.accounts.sign_in import refusal
from hub.web.administration import make_administration
from hub.web.api import make_router
from hub.web.citizen_pages import make_citizen_pages
from hub.web.facts import Facts, Tell
from hub.web.floor_pages import make_floor_pages
from hub.web.guard import RequestGuard, SecurityHeaders
from hub.web.identify import Identify
from hub.web.metrics import make_metrics
from hub.web.pages import FOLDER, error_page, make_pages, turned_away
from hub.web.responses import problem, wants_json
from hub.web.rights import NotAllowed, Right, check_rights, needs
from hub.web.stream import Live
from hub.web.supervision import make_supervision
from hub.web.unforeseen import Unforeseen
from wire.errors import NextwindowError
from wire.ids import new_id as random_id

log = logging.getLogger(__name__)


def create_app(
    service: Service,
    facts: Tell = Facts,
    new_id: Callable[[], str] = random_id,
    identities: Identities | None = None,
    accounts: Accounts | None = None,
) -> FastAPI:
    """The hall's web application. Make it before the service is started.

    Without `identities` people are known, and without `accounts` they are signed in, until the
    end of this process only. Raises NoRightDeclared for a route that says nothing of rights.

    `app.state.close_streams()` ends the live streams; call it when the server is asked to
    stop, because a server waits for open responses before it ends. Safe from any thread.
    """
    identities = identities or Identities(secrets.token_bytes(KEY_BYTES))
    accounts = accounts or Accounts(service.people, SignInStore(None))
    service.watch(accounts.noticed)
    access = Access(service, facts, new_id, identities, accounts)
    service.sign_slips(identities.for_slips())
    live = Live(access)
    app = FastAPI(
        title="Nextwindow hall",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.live = live
    app.state.accounts = accounts
    app.state.tell = facts
    app.state.close_streams = live.close
    for router in (
        make_router(access, live),
        make_pages(access),
        make_floor_pages(access),
        make_citizen_pages(access),
        make_accounts(access),
        make_supervision(access),
        make_metrics(access, lambda: live.open, app.version),
        make_administration(access),
    ):
        # Each route as it is: `include_router` would work it out a second time, and that is
        # half of what making the application costs.
        app.router.routes.extend(router.routes)
    _add_document(app)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    check_rights(app)
    app.add_exception_handler(NotAllowed, refusal)
    _add_errors(app)
    _add_troubles(app)
    app.add_middleware(Unforeseen)
    # A phone on a poor Wi-Fi loads a third of it; live streams are left as they are.
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)
    app.add_middleware(RequestGuard, answer=turned_away)
    app.add_middleware(Identify, accounts=accounts)  # how large a body may be depends on whose
    app.add_middleware(SecurityHeaders)
    return app


def _version() -> str:
    try:
        return version("nextwindow")
    except PackageNotFoundError:
        return "0"


def _add_document(app: FastAPI) -> None:
    @app.get("/api/openapi.json", include_in_schema=False, dependencies=[needs(Right.FOLLOW)])
    async def document() -> JSONResponse:
        """What programs may ask for."""
        return JSONResponse(app.openapi())


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        # What was sent is not repeated: it may hold a PIN, or bytes that are no text.
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        if first["loc"] == ("header", "idempotency-key") and first["type"] == "missing":
            return problem(400, "no_key", "a command needs an Idempotency-Key")
        return turned_away(request, 422, "invalid", f"{place}: {first['msg']}")

    @app.exception_handler(IdReusedError)
    async def reused(_request: Request, error: IdReusedError) -> Response:
        return problem(422, "id_reused", str(error))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if not wants_json(request):
            return error_page(request, error.status_code)
        if error.status_code == 400:  # how FastAPI says that a body is not even text
            return problem(422, "invalid", "the body is not JSON in UTF-8")
        response = problem(error.status_code, "http", str(error.detail))
        response.headers.update(error.headers or {})
        return response


def _add_troubles(app: FastAPI) -> None:
    @app.exception_handler(TooOften)
    async def too_often(request: Request, error: TooOften) -> Response:
        return turned_away(request, 429, "too_many", str(error))

    @app.exception_handler(NextwindowError)
    async def unwell(request: Request, error: NextwindowError) -> Response:
        log.error("a request could not be served: %s", error)
        if isinstance(error, StateSilent):
            reason = "the hub does not answer; ask again with the same key"
            return turned_away(request, 503, "silent", reason)
        reason = "the hub cannot do this right now; nothing has changed"
        return turned_away(request, 503, "unavailable", reason)
