"""Finds out who asks, before anything else does: from a token, or from a browser's session.

Plain ASGI like `hub.web.guard`, and for the same reason.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.accounts import Accounts, Asking
from hub.web.rights import COOKIE


class Identify:
    """Puts `person` and `asking` into the state of each request; None for the public."""

    def __init__(self, app: ASGIApp, accounts: Accounts) -> None:
        self._app = app
        self._accounts = accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http":
            files = scope["path"].startswith("/static/")
            asking = None if files else asking_of(Headers(scope=scope), self._accounts)
            state = scope.setdefault("state", {})
            state["asking"] = asking
            state["person"] = asking.person if asking is not None else None
        await self._app(scope, receive, send)


def asking_of(headers: Headers, accounts: Accounts) -> Asking | None:
    """Who asks. A token counts alone: a program with a wrong one is nobody."""
    authorization = headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        return accounts.by_token(token.strip()) if scheme.lower() == "bearer" else None
    secret = cookie_parser(headers.get("cookie", "")).get(COOKIE)
    return accounts.by_session(secret) if secret else None
