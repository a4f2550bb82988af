"""Who connects and says nothing is cut off, and no address crowds the others out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from hub.web.connections import HEAD_WITHIN_S, OF_ONE_ADDRESS, PatientProtocol


class Later:
    """A call that will be made, unless it is cancelled first."""

    def __init__(self, delay_s: float, act: Callable[[], None]) -> None:
        self.delay_s, self.act = delay_s, act
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """Of an event loop what the protocol uses to wait."""

    def __init__(self) -> None:
        self.later: list[Later] = []

    def call_later(self, delay_s: float, act: Callable[[], None]) -> Later:
        self.later.append(Later(delay_s, act))
        return self.later[-1]


class Transport:
    """The other end's address, and whether it was cut off."""

    def __init__(self, host: str) -> None:
        self._host = host
        self.aborted = False

    def get_extra_info(self, name: str) -> Any:
        return {"peername": (self._host, 50_000), "sockname": ("0.0.0.0", 80)}.get(name)

    def abort(self) -> None:
        self.aborted = True


class Cycle:
    """A request and its answer."""

    response_complete = False


class Here:
    """A server's connections."""

    def __init__(self) -> None:
        self.loop, self.state = Loop(), ServerState()
        self.config = uvicorn.Config(app=lambda: None)
        self.config.load()

    def connect(self, host: str = "192.0.2.7") -> tuple[PatientProtocol, Transport]:
        made: Any = PatientProtocol(self.config, self.state, {}, _loop=self.loop)  # type: ignore[arg-type]
        transport = Transport(host)
        made.connection_made(transport)
        return made, transport

    def look(self) -> None:
        last = self.loop.later[-1]
        assert last.delay_s == HEAD_WITHIN_S
        assert not last.cancelled
        last.act()


@pytest.fixture
def here() -> Here:
    return Here()


def test_who_says_nothing_is_cut_off(here: Here) -> None:
    _, transport = here.connect()
    assert not transport.aborted
    here.look()
    assert transport.aborted


def test_a_stream_that_is_open_for_hours_stays(here: Here) -> None:
    protocol, transport = here.connect()
    protocol.cycle = Cycle()  # type: ignore[assignment]
    for _ in range(5):
        here.look()
    assert not transport.aborted


def test_who_never_ends_their_second_request_is_cut_off(here: Here) -> None:
    protocol, transport = here.connect()
    protocol.cycle = cycle = Cycle()  # type: ignore[assignment]
    cycle.response_complete = True
    here.look()
    assert not transport.aborted
    here.look()
    assert transport.aborted


def test_one_address_has_its_share_of_connections_and_no_more(here: Here) -> None:
    crowd = [here.connect()[1] for _ in range(OF_ONE_ADDRESS + 1)]
    assert [t.aborted for t in crowd] == [False] * OF_ONE_ADDRESS + [True]
    assert not here.connect("192.0.2.8")[1].aborted
    assert not any(here.connect("127.0.0.1")[1].aborted for _ in range(OF_ONE_ADDRESS + 1))


def test_nobody_is_looked_after_who_has_gone(here: Here) -> None:
    protocol, _ = here.connect()
    protocol.transport = None  # type: ignore[assignment]
    protocol.connection_lost(OSError("gone"))
    assert here.loop.later[-1].cancelled
