"""The guard before every request that changes something."""

from __future__ import annotations

import asyncio
import re
from contextlib import nullcontext
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.accounts import Person
from hub.core.people import Role
from hub.web import guard
from hub.web.responses import problem
from hub.web.rights import declared
from tests.hub.web.conftest import House

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

ADMINISTRATOR = Person("anna", "Anna", frozenset({Role.ADMINISTRATOR}))
SCOPE = {"type": "http", "method": "POST", "path": "/take", "headers": []}


class _Inside:
    """What lies behind the guard."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        self.bodies.append((await receive())["body"])


def _told(_request: Request, status: int, code: str, reason: str) -> Response:
    return problem(status, code, reason)


def _run(*messages: Message, **scope: Any) -> tuple[list[bytes], list[int]]:
    """The bodies that came through and the statuses that were answered."""
    inside = _Inside()
    statuses, _ = _sent(guard.RequestGuard(inside, _told), {**SCOPE, **scope}, *messages)
    return inside.bodies, statuses


def _sent(app: ASGIApp, scope: Scope, *messages: Message) -> tuple[list[int], int]:
    """The statuses that were answered, and how many of the messages were read."""
    coming, statuses = list(messages), []

    async def receive() -> Message:
        if coming:
            return coming.pop(0)
        await asyncio.Event().wait()  # nothing ever comes
        raise AssertionError("it came")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def run() -> None:
        await app(scope, receive, send)

    asyncio.run(run())
    return statuses, len(messages) - len(coming)


def _part(body: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_page_takes_nothing_from_anywhere_else_and_nothing_that_stands_in_it() -> None:
    """Whatever is not named is forbidden, and what is named comes from the hall alone."""
    parts = [part.split() for part in guard.POLICY.split(";")]
    sources = {name: found for name, *found in parts}
    assert sources.pop("default-src") == ["'none'"]
    for name in ("base-uri", "frame-ancestors"):
        assert sources.pop(name) in (["'self'"], ["'none'"]), name
    assert sources.pop("form-action") == ["'self'"]
    assert all(found == ["'self'"] for found in sources.values())


def test_a_body_in_pieces_comes_through_whole() -> None:
    assert _run(_part(b"a", True), _part(b"b", False)) == ([b"ab"], [])


def test_a_wish_that_breaks_off_is_none() -> None:
    whole_but_cut = _part(b'{"service": "s1"}', True)
    assert _run(whole_but_cut, {"type": "http.disconnect"}) == ([], [])


def test_a_body_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_WITHIN_S", 0.01)
    assert _run(_part(b"{", True)) == ([], [408])


def test_a_plan_has_time_to_come_over_a_poor_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    within: list[float] = []

    def noted(patience_s: float) -> nullcontext[None]:
        within.append(patience_s)
        return nullcontext()

    monkeypatch.setattr(asyncio, "timeout", noted)
    length = [(b"content-length", b"1000000")]
    path, state = "/administration/file", {"person": ADMINISTRATOR}
    _run(_part(b"{}", False), path=path, state=state, headers=length)
    _run(_part(b"{}", False))
    assert within == [guard.BODY_WITHIN_S + 50, guard.BODY_WITHIN_S]


def test_people_are_told_in_a_page_why_nothing_was_done(house: House) -> None:
    """In words, in their language; programs as ever."""
    large = b"x" * (guard.MAX_PUBLIC_BYTES + 1)
    page = house.visitor.post("/take?lang=en", content=large)
    assert (page.status_code, "This is too much at once" in page.text) == (413, True)
    assert house.visitor.post("/api/tickets", content=large).json()["code"] == "too_large"
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    page = house.visitor.post("/take?lang=zh", headers=elsewhere)
    assert (page.status_code, "此操作不是从本系统页面发出的" in page.text) == (403, True)
    page = house.visitor.get("/take?kiosk=maybe&lang=en")
    assert (page.status_code, "This cannot be understood" in page.text) == (422, True)


def test_a_body_that_is_too_large_is_refused() -> None:
    signed_in = {"state": {"person": Person("wang", "Wang", frozenset({Role.CLERK}))}}
    large = _part(b"x" * guard.MAX_BODY_BYTES, True)
    assert _run(large, _part(b"", False), **signed_in)[1] == []
    assert _run(large, _part(b"x", False), **signed_in) == ([], [413])


LENGTHS = [str(guard.MAX_PUBLIC_BYTES + 1), "9" * 30, "-1", "x", "²", ""]


@pytest.mark.parametrize("length", LENGTHS)
def test_of_a_body_that_is_too_large_by_its_own_word_nothing_is_read(length: str) -> None:
    headers = [(b"content-length", length.encode())]
    found = _sent(
        guard.RequestGuard(_Inside(), _told), {**SCOPE, "headers": headers}, _part(b"x", True)
    )
    assert found == ([413], 0)


def test_on_every_route_the_public_sends_little_and_with_a_question_nothing(house: House) -> None:
    """Whether the length is told, or the body comes in pieces without end."""
    piece = b"x" * 1024
    pieces = [_part(piece, True)] * 100
    for route in declared(house.app):
        path = re.sub(r"{\w+}", "c1", route.path)
        asks = route.methods[0] == "GET"
        most = 0 if asks else guard.MAX_PUBLIC_BYTES
        scope = {
            **SCOPE,
            "http_version": "1.1",
            "method": route.methods[0],
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "client": ("10.0.0.9", 50_000),
            "scheme": "http",
            "server": ("hall", 80),
        }
        told = [(b"content-length", str(most + 1).encode())]
        in_pieces = [(b"transfer-encoding", b"chunked")]
        assert _sent(house.app, {**scope, "headers": told}, *pieces) == ([413], 0), path
        statuses, read = _sent(house.app, {**scope, "headers": in_pieces}, *pieces)
        assert (statuses, read) == ([413], 0 if asks else most // len(piece) + 1), path


def test_only_who_may_change_the_plan_sends_as_much_as_one(house: House) -> None:
    body = {"plan": "x" * (2 * guard.MAX_BODY_BYTES)}
    address = "/administration/file"
    known = [house.browser(house.person(role)) for role in ("operator", "administrator")]
    answers = [client.post(address, data=body).status_code for client in (house.visitor, *known)]
    assert answers[:2] == [413, 413]
    assert answers[2] != 413
    large = {"plan": "x" * guard.MAX_PLAN_BYTES}
    assert known[1].post(address, data=large).status_code == 413
