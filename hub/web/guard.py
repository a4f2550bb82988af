"""What every request and every response goes through, whatever it is for.

Plain ASGI, because a wrapper that buffers responses would hold the live streams back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.web.rights import COOKIE, Right, may

MAX_PUBLIC_BYTES = 8_192
"""Who has not signed in has no more to say: a name and a password in Chinese have 2,500."""

MAX_BODY_BYTES = 16_384
"""Nor has anybody, but for a plan."""

MAX_PLAN_BYTES = 1_000_000
"""A plan of 200 counters and 60 services has some 100,000."""

LENGTH_DIGITS = 12
"""A length of more digits, or of other letters, is too much."""

BODY_WITHIN_S = 2.0
"""A body has arrived by then, or its sender is cut off: it must not hold up the hub's end."""

SLOWEST_BYTES_S = 20_000
"""A plan has so much more time as a poor connection takes for it (bytes/s)."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_SECURITY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: a form would then be sent with "Origin: null", which is refused below.
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

ENCRYPTED_S = 30 * 86_400
"""A browser that has met the hall over HTTPS asks for it in no other way for so long."""

Answer = Callable[[Request, int, str, str], Response]
"""What a request is answered with that is refused: a status, a code and a reason."""

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})


class SecurityHeaders:
    """Adds to each response what forbids a browser to do more than our pages need."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its response back with the headers."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # Of what a browser has already, it keeps the headers too.
                for name, value in _SECURITY.items() if message["status"] != 304 else ():
                    headers[name] = value
                headers.setdefault("cache-control", _keeping(scope["path"]))
                if scope["scheme"] == "https":
                    headers["strict-transport-security"] = f"max-age={ENCRYPTED_S}"
            await send(message)

        await self._app(scope, receive, send_guarded if scope["type"] == "http" else send)


def _keeping(path: str) -> str:
    """Pages are never shown from a cache; files that make them up are asked for again."""
    return "no-cache" if path.startswith("/static/") else "no-store"


class RequestGuard:
    """Refuses what other web sites make a browser send, and bodies that are too large."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await _taken(scope, receive)
        except ClientDisconnect:
            return  # whoever left before the end of their wish wanted nothing
        except _Refused as refused:
            answer = self._answer(Request(scope), refused.status, refused.code, str(refused))
            answer.headers["connection"] = "close"
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive if body is None else _replay(body, receive), send)


async def _taken(scope: Scope, receive: Receive) -> bytes | None:
    """The body of a request that changes something; None of one that only asks."""
    headers, most = Headers(scope=scope), most_bytes(scope)
    announced = _announced(headers)
    if announced > most:  # not a byte of it is kept
        raise _too_large(most)
    if scope["method"] in _HARMLESS:
        return None
    if from_another_site(headers):
        raise _Refused(403, "cross_site", "this came from a page of another web site")
    if _has_session(headers) and not says_whence(headers):
        raise _Refused(403, "no_origin", "a browser says where this comes from")
    within_s = BODY_WITHIN_S + (announced / SLOWEST_BYTES_S if most == MAX_PLAN_BYTES else 0)
    try:
        async with asyncio.timeout(within_s):
            return await _whole_body(receive, most)
    except TimeoutError as error:
        reason = f"the body took more than {within_s:.0f} s"
        raise _Refused(408, "too_slow", reason) from error


def _has_session(headers: Headers) -> bool:
    """Whether this may act in the name of somebody who has signed in, without knowing it."""
    cookies = cookie_parser(headers.get("cookie", ""))
    return COOKIE in cookies and "authorization" not in headers


def says_whence(headers: Headers) -> bool:
    """Whether a browser says which page wants this; that it is ours was seen before.

    Every browser does so that knows `SameSite` cookies.
    """
    return "sec-fetch-site" in headers or "origin" in headers


def from_another_site(headers: Headers) -> bool:
    """Whether a browser says that a page of another site wants this. Programs say nothing."""
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in _OWN_SITES
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != headers.get("host")
    except ValueError:
        return True


class _Refused(Exception):
    """A request goes no further: the status and the code of its answer, and why."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code


def _too_large(most: int) -> _Refused:
    return _Refused(413, "too_large", f"at most {most} bytes are accepted")


def most_bytes(scope: Scope) -> int:
    """How large a body may be: a whole plan is pasted, and a matrix of skills has many boxes.

    Nobody but who may change the plan makes the hub keep so much. What only asks has no body: an
    answer that goes on for hours would keep it for so long.
    """
    if scope["method"] in _HARMLESS:
        return 0
    person = scope.get("state", {}).get("person")
    if person is None:
        return MAX_PUBLIC_BYTES
    of_plans = scope["path"].startswith("/administration/") and may(person, Right.ADMINISTER)
    return MAX_PLAN_BYTES if of_plans else MAX_BODY_BYTES


def _announced(headers: Headers) -> int:
    """How many bytes will come, at least: a body in pieces does not say, but has one."""
    length = headers.get("content-length", "0")
    known = length.isascii() and length.isdigit() and len(length) <= LENGTH_DIGITS
    return max(int(length), "transfer-encoding" in headers) if known else 10**LENGTH_DIGITS


async def _whole_body(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > most:
            raise _too_large(most)
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
