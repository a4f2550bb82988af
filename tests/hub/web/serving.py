"""A house's pages at an address, as a browser or a program finds them."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from hub.core.plan import Plan
from tests.hub.web.conftest import PATIENCE_S, House

Event = tuple[str, dict[str, Any]]
"""What one message of a stream is called, and what it says."""


class Server:
    """The house's application on a port of the loopback address."""

    def __init__(self, house: House) -> None:
        self.house = house
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(house.app, log_level="warning"))
        self._thread = threading.Thread(target=self._server.run, args=[[listening]])

    def __enter__(self) -> Server:
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)
        return self

    def stop(self) -> float:
        """Stop as the hub does; how long it took."""
        began = time.monotonic()
        self._server.should_exit = True
        self.house.app.state.close_streams()
        self._thread.join(PATIENCE_S)
        return time.monotonic() - began

    def __exit__(self, *_: object) -> None:
        self.stop()

    @contextmanager
    def events(self, query: str = "") -> Iterator[Iterator[Event]]:
        known = {"Authorization": f"Bearer {self.house.token}"}
        address = f"{self.url}/api/events{query}"
        with httpx.stream("GET", address, headers=known, timeout=PATIENCE_S) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            yield parsed(response.iter_lines())


@contextmanager
def served(folder: Path, hall: Plan) -> Iterator[Server]:
    """A house with this plan, and its pages; its journal lies in this folder."""
    house = House(folder, hall)
    with Server(house) as running:
        yield running
    house.close()


def parsed(lines: Iterator[str]) -> Iterator[Event]:
    name = ""
    for line in lines:
        key, _, value = line.partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            yield name, json.loads(value)
