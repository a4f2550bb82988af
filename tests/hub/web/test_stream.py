"""The live streams, through a real server: the picture, then what changes, and a clean end."""

from __future__ import annotations

import asyncio
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from hub.core.commands import Issue
from hub.core.commands_of_people import OfPeople, RemoveAccount, SetPassword
from hub.web import access
from hub.web.stream import BACKLOG, BEAT_S, GZIP_HEAD, Live, Message, Topic, _Follower, changes
from hub.web.views import View
from tests.hub.web.conftest import PATIENCE_S, House
from tests.hub.web.serving import Event, Server, parsed
from wire.clock import ManualClock
from wire.ids import new_id

pytestmark = pytest.mark.slow

AT_ONCE_S = 10.0  # with what a busy machine takes; a stream that is not ended goes on for ever


def followers(live: Live) -> int:
    return sum(len(channel.followers) for channel in live._channels.values())


def changes_of(events: Iterator[Event]) -> Iterator[dict[str, Any]]:
    """What has changed; a busy hall may have said meanwhile that it is there."""
    return (data for name, data in events if name == "change")


def get(server: Server, address: str) -> httpx.Response:
    known = {"Authorization": f"Bearer {server.house.token}"}
    return httpx.get(server.url + address, headers=known, timeout=PATIENCE_S)


def test_a_snapshot_then_only_what_changed(server: Server) -> None:
    with server.events() as events:
        name, picture = next(events)
        assert name == "snapshot"
        assert {"services", "counters", "news", "today", "warnings", "version"} <= set(picture)
        server.house.take()
        change = next(changes_of(events))
        assert [service["id"] for service in change["services"]] == ["residence"]
        assert [counter["id"] for counter in change["counters"]] == ["c1"]
        assert [line["kind"] for line in change["news"]] == ["TicketIssued"]
        assert "hall" not in change
        assert change["version"] > picture["version"]


def test_changes_add_up_to_the_picture(server: Server) -> None:
    house = server.house
    with server.events() as events:
        _, picture = next(events)
        house.open()
        for _ in range(5):
            house.take("social")
            house.command("next")
            house.command("done")
        wanted = house.client.get("/api/hall").json()
        while picture["version"] < wanted["version"]:
            add(picture, next(changes_of(events)))
    for part in ("services", "counters", "today"):
        assert picture[part] == wanted[part], part


def add(picture: dict[str, Any], change: dict[str, Any]) -> None:
    for name, value in change.items():
        if name in {"services", "counters"}:
            by_id = {item["id"]: item for item in picture[name] + value}
            picture[name] = list(by_id.values())
        else:
            picture[name] = value


def test_a_quiet_hall_says_that_it_is_there(server: Server) -> None:
    with server.events() as events:
        assert next(events)[0] == "snapshot"
        waits: list[float] = []
        while not waits or (min(waits) >= BEAT_S + 1 and len(waits) < 5):
            began = time.monotonic()
            assert next(events)[0] == "heartbeat"
            waits.append(time.monotonic() - began)
    assert min(waits) < BEAT_S + 1  # one of them is late where the machine was busy


def test_a_ticket_s_stream_tells_of_that_ticket_alone(server: Server) -> None:
    house = server.house
    ticket = house.take()
    house.open()
    with server.events(f"?ticket={ticket['id']}") as events:
        _, picture = next(events)
        assert picture["ticket"]["state"] == "waiting"
        assert "counters" not in picture
        house.command("next")
        change = next(changes_of(events))
        assert (change["ticket"]["state"], change["ticket"]["counter_number"]) == ("called", "1")


def test_a_clerk_s_stream_holds_no_rating(server: Server) -> None:
    server.house.take()
    with server.events("?counter=c1") as events:
        _, picture = next(events)
    assert [waiting["number"] for waiting in picture["queue"]] == ["A001"]
    assert not {"news", "today", "rating"} & set(picture)


def test_the_lines_alone(server: Server) -> None:
    with server.events("?only=lines") as events:
        _, picture = next(events)
    assert {"hall", "services"} <= set(picture)
    assert "counters" not in picture


def test_nothing_unknown_is_followed(server: Server) -> None:
    for query, status in [
        ("?ticket=nobody", 404),
        ("?counter=c9", 404),
        ("?ticket=a&counter=c1", 422),
        ("?only=everything", 422),
    ]:
        assert get(server, f"/api/events{query}").status_code == status


def test_a_stop_ends_open_streams_at_once(server: Server) -> None:
    with server.events() as events, server.events("?only=lines") as lines:
        next(events)
        next(lines)
        assert server.stop() < AT_ONCE_S
        assert {name for name, _ in events} <= {"heartbeat"}  # one may have been on its way


def test_streams_are_forgotten_when_their_browser_leaves(server: Server) -> None:
    with server.events() as events:
        next(events)
        assert followers(server.house.app.state.live) == 1
    deadline = time.monotonic() + PATIENCE_S
    while followers(server.house.app.state.live) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert followers(server.house.app.state.live) == 0


def test_a_state_that_does_not_answer_is_never_called_the_present(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, ended = threading.Event(), threading.Event()

    def hang(_: Any) -> None:
        began.set()
        ended.wait(PATIENCE_S)

    with server.events() as events:
        next(events)
        monkeypatch.setattr(access, "PATIENCE_S", 0.2)
        hanging = server.house.service.ask(hang)
        assert began.wait(PATIENCE_S)
        for address in ("/api/events?only=lines", "/api/hall", "/healthz"):
            assert get(server, address).status_code == 503
        threading.Timer(3 * BEAT_S, ended.set).start()
        heard = [next(events)[0]]
        while not ended.is_set():
            heard.append(next(events)[0])
        # What was said before the state hung may have been on its way.
        assert len(heard) <= 2
        assert set(heard) == {"heartbeat"}
        hanging.result(PATIENCE_S)
    monkeypatch.undo()
    assert get(server, "/api/hall").status_code == 200


def test_a_browser_that_cannot_follow_is_dropped(house: House) -> None:
    async def lag() -> tuple[int, list[bytes]]:
        live = house.app.state.live
        stuck = await live.follow(Topic("lines"))
        for _ in range(BACKLOG + 5):
            await asyncio.wrap_future(house.service.command(None, Issue("social", new_id(), "web")))
            await asyncio.sleep(0)
            async with live._looking:
                await live._look(list(live._channels.values()))
        return followers(live), [message async for message in stuck]

    assert asyncio.run(lag()) == (0, [])


def test_what_waits_for_a_browser_is_sent_in_the_order_in_which_it_came() -> None:
    parts = [Message(b"a"), Message(b"b"), Message(b"c")]
    for packed in (False, True):
        follower = _Follower(packed=packed)
        for part in parts:
            follower.put(part)
        wanted = b"".join(part.packed if packed else part.plain for part in parts)
        assert follower.taken() == wanted
        assert follower.taken() == b""


def test_equal_pictures_have_no_changes(house: House) -> None:
    house.take()
    clock = ManualClock()

    def compare(transaction: Any) -> dict[str, Any]:
        before = View(transaction, clock).hall(house.facts, None)
        transaction.now += 60
        return changes(before, View(transaction, clock).hall(house.facts, None))

    assert house.service.ask(compare).result(PATIENCE_S) == {}


def test_packed_messages_are_one_stream_from_whichever_a_browser_begins() -> None:
    messages = [Message(f"data: {n} {'中' * n}\n\n".encode()) for n in range(1, 40)]
    for first in (0, 7, 38):
        reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
        assert reader.decompress(GZIP_HEAD) == b""
        for message in messages[first:]:  # each can be read at once
            assert reader.decompress(message.packed) == message.plain


def test_a_stream_ends_with_the_session_or_the_right_that_it_was_opened_by(server: Server) -> None:
    house = server.house
    ends: list[tuple[str, Callable[[str], object]]] = [
        ("leaver", house.accounts.end_others),
        ("forgetful", lambda name: _wish(house, SetPassword(name, "x", "console"))),
        ("removed", lambda name: _wish(house, RemoveAccount(name, "console"))),
    ]
    for name, end in ends:
        house.person("operator", name=name)
        known = {"Cookie": f"session={house.session(name)}"}
        address = f"{server.url}/api/events"
        with httpx.stream("GET", address, headers=known, timeout=PATIENCE_S) as response:
            lines = response.iter_lines()
            assert next(parsed(lines))[0] == "snapshot"
            end(name)
            house.take("social")
            for _, data in parsed(lines):  # until it ends
                assert "services" not in data


def _wish(house: House, command: OfPeople) -> None:
    assert house.service.command(None, command).result(PATIENCE_S).status == 200
