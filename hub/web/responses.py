"""How the routes for programs answer, whatever became of the request."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from hub.journal.store import StoredAnswer
from hub.web.models import Problem

_SAID = {
    400: "The Idempotency-Key is missing",
    401: "Nobody has signed in, or a token is not known",
    403: "The right to do this is missing, or a page of another web site asked for it",
    404: "There is no such thing",
    408: "The body took too long to arrive",
    413: "The body is too large",
    429: "Too much was asked for just now; later it may be done",
    422: "The request cannot be understood, or its key was used for something else",
    503: "The hub cannot do its work right now; nothing has changed",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer beside what it is for, as the OpenAPI document says it."""
    return {status: {"model": Problem, "description": _SAID[status]} for status in statuses}


READING = problems(401, 403, 503)
"""What every route that shows something may answer."""

WRITING = problems(401, 403, 408, 413, 422, 503)
"""What every route that changes something may answer."""


def stored(answer: StoredAnswer) -> Response:
    """A stored answer, byte for byte."""
    return Response(answer.body, answer.status, media_type="application/json")


def problem(status: int, code: str, reason: str) -> Response:
    """Why a request was not done."""
    body = Problem(code=code, reason=reason).model_dump_json()
    return Response(body, status, media_type="application/json")


def wants_json(request: Request) -> bool:
    """Whether a request is for one of these routes, and not for a page."""
    path = request.url.path
    return path in {"/healthz", "/metrics"} or path.startswith("/api/")
