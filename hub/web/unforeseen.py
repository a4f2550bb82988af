"""The answer to a request on which the hub's own code failed.

The framework answers such a one outside of everything else, with a bare text and none of the
headers that our pages have. Plain ASGI like `hub.web.guard`, and for the same reason.
"""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.web.pages import turned_away

log = logging.getLogger(__name__)


class Unforeseen:
    """Answers 500 in our own words, and writes down what happened; the hub goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on. Whatever fails once a response has begun is raised as it is."""
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception:
            if begun or scope["type"] != "http":
                raise
            log.exception("a request could not be served: %r", scope["path"])
            reason = "the hub could not do this; it is in its log"
            await turned_away(Request(scope), 500, "failed", reason)(scope, receive, send)
