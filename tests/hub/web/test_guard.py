"""The guard before every request that changes something."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from hub.web import guard
from tests.hub.web.conftest import House

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

SCOPE = {"type": "http", "method": "POST", "path": "/take", "headers": []}


class _Inside:
    """What lies behind the guard."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        self.bodies.append((await receive())["body"])


def _run(*messages: Message) -> tuple[list[bytes], list[int]]:
    """The bodies that came through and the statuses that were answered."""
    inside, coming, statuses = _Inside(), list(messages), []

    async def receive() -> Message:
        if coming:
            return coming.pop(0)
        await asyncio.Event().wait()  # nothing ever comes
        raise AssertionError("it came")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(guard.RequestGuard(inside)(dict(SCOPE), receive, send))
    return inside.bodies, statuses


def _part(body: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_in_pieces_comes_through_whole() -> None:
    assert _run(_part(b"a", True), _part(b"b", False)) == ([b"ab"], [])


def test_a_wish_that_breaks_off_is_none() -> None:
    whole_but_cut = _part(b'{"service": "s1"}', True)
    assert _run(whole_but_cut, {"type": "http.disconnect"}) == ([], [])


def test_a_body_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_WITHIN_S", 0.01)
    assert _run(_part(b"{", True)) == ([], [408])


def test_a_body_that_is_too_large_is_refused() -> None:
    assert _run(_part(b"x" * (guard.MAX_BODY_BYTES + 1), False)) == ([], [413])


def test_only_who_may_change_the_plan_sends_as_much_as_one(house: House) -> None:
    body = {"plan": "x" * (2 * guard.MAX_BODY_BYTES)}
    address = "/administration/file"
    known = [house.browser(house.person(role)) for role in ("operator", "administrator")]
    answers = [client.post(address, data=body).status_code for client in (house.visitor, *known)]
    assert answers[:2] == [413, 413]
    assert answers[2] != 413
    large = {"plan": "x" * guard.MAX_PLAN_BYTES}
    assert known[1].post(address, data=large).status_code == 413
