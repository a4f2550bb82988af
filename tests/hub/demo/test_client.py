"""The simulated people's way to the hall."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from hub.demo import client

pytestmark = pytest.mark.slow  # a real HTTP server


class Busy(BaseHTTPRequestHandler):
    """A hall whose state does not answer right now."""

    def do_GET(self) -> None:
        body = b'{"code": "unavailable", "reason": "the state is silent"}'
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def busy() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_what_is_no_picture_of_the_hall_is_none(busy: str) -> None:
    with pytest.raises(client.Unreachable, match="503"):
        client.get(busy)


def test_nobody_there() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and does not listen
        with pytest.raises(client.Unreachable):
            client.get(f"http://127.0.0.1:{deaf.getsockname()[1]}/")
