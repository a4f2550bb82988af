"""A click on the panel page's picture is a finger on the screen."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest

from device.drivers.keyless import Keyless
from device.drivers.panel import Panel


class Rig:
    """A panel of a unit without keys, and a client for it."""

    def __init__(self, touch: bool = True) -> None:
        self.touched: list[tuple[int, int]] = []
        told = (lambda x, y: self.touched.append((x, y))) if touch else None
        self.panel = Panel(Keyless(), lambda: b"PNG", "kiosk-1", (800, 1280), 0.0, touch=told)
        self.panel.start(0)

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, str]:
        port = int(self.panel.url.rstrip("/").rsplit(":", 1)[1])
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        client.request(method, path, headers=headers)
        answer = client.getresponse()
        return answer.status, answer.read().decode()


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.panel.stop()


def test_a_click_is_told_by_its_pixel(rig: Rig) -> None:
    assert rig.ask("POST", "/touch?x=799&y=1279") == (204, "")
    assert rig.ask("POST", "/touch?x=0&y=0")[0] == 204
    assert rig.touched == [(799, 1279), (0, 0)]


@pytest.mark.parametrize(
    "query", ["", "?x=1", "?x=-1&y=1", "?x=800&y=1", "?x=1&y=1280", "?x=a&y=1", "?x=1.5&y=1"]
)
def test_what_is_no_pixel_is_refused(rig: Rig, query: str) -> None:
    assert rig.ask("POST", f"/touch{query}")[0] == 400
    assert rig.touched == []


def test_a_click_from_another_page_is_refused(rig: Rig) -> None:
    status, _ = rig.ask("POST", "/touch?x=1&y=1", Origin="http://evil.example")
    assert status == 403
    assert rig.touched == []


def test_the_page_says_whether_its_picture_can_be_touched(rig: Rig) -> None:
    assert 'data-touch="yes"' in rig.ask("GET", "/")[1]
    other = Rig(touch=False)
    try:
        assert 'data-touch="no"' in other.ask("GET", "/")[1]
        assert other.ask("POST", "/touch?x=1&y=1")[0] == 404
    finally:
        other.panel.stop()
