"""The emulated panel over real HTTP, as a browser and as an attacker use it."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from device.drivers import panel as panel_module
from device.drivers.far_ends.line import CUT, UNPLUGGED, Fault
from device.drivers.gpio import MockedFront
from device.drivers.panel import Panel
from device.drivers.ports import KeyEdge, Wiring
from device.events import StaffKey
from device.peripherals import SECTIONS
from device.unit import RATING_KEYS

pytestmark = pytest.mark.slow  # a real HTTP server

WIRING = Wiring(keys={"rating-5": 5, "next": 17}, lamps={"rating-5": 12})
PNG = b"\x89PNG of the screen"
FOLDER = Path(panel_module.__file__).with_name("panel")


class Rig:
    """A panel on mock pins, and a client for it."""

    def __init__(self) -> None:
        self.edges: list[KeyEdge] = []
        self.encoded = 0
        self.readings: dict[str, str] = {}
        self.spoken: Path | None = None
        self.troubles: dict[str, str] = {"sign": "none"}
        self.front = MockedFront(WIRING)
        self.front.start(self.edges.append)
        self.panel = Panel(
            self.front,
            self._png,
            "unit-3 <c3>",
            (1024, 600),
            settle_s=0.0,
            readings=lambda: self.readings,
            disturb=self._disturb,
            spoken=lambda: self.spoken,
        )
        self.panel.start(0)
        self.port = int(self.panel.url.rstrip("/").rsplit(":", 1)[1])

    def _disturb(self, section: str, trouble: str) -> None:
        if not trouble:
            raise ValueError(trouble)
        if section not in self.troubles:
            raise KeyError(section)
        self.troubles[section] = trouble

    def _png(self) -> bytes:
        self.encoded += 1
        return PNG

    def ask(self, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        client.request(method, path, headers={n.replace("_", "-"): v for n, v in headers.items()})
        return client.getresponse()

    def close(self) -> None:
        self.panel.stop()
        self.front.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.close()


@pytest.mark.parametrize("path", ["/", "/panel.css", "/panel.js", "/screen.png"])
def test_each_part_comes_with_a_strict_policy(rig: Rig, path: str) -> None:
    response = rig.ask("GET", path)
    assert response.status == 200
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_names_the_unit_and_every_key_and_nothing_from_outside() -> None:
    page = (FOLDER / "panel.html").read_text(encoding="utf-8")
    keys = re.findall(r'data-key="([^"]+)"', page)
    assert keys == [*RATING_KEYS, *(key.value for key in StaffKey)]
    for path in FOLDER.iterdir():
        assert not re.search(r"https?://|style=|onclick", path.read_text(encoding="utf-8")), path


def test_each_key_says_the_letter_that_presses_it() -> None:
    page = (FOLDER / "panel.html").read_text(encoding="utf-8")
    script = (FOLDER / "panel.js").read_text(encoding="utf-8")
    told = re.findall(r'data-key="([^"]+)".*aria-keyshortcuts="(.)".*<kbd[^>]*>(.)</kbd>', page)
    table = script.partition("const shortcuts = {")[2].partition("}")[0]
    pressed = re.findall(r'(\w): "([^"]+)"', table)
    assert [(letter, key) for key, letter, _ in told] == pressed
    assert [cap.lower() for *_, cap in told] == [letter for letter, _ in pressed]
    assert len(dict(pressed)) == len(pressed)


def test_a_key_without_a_pin_is_not_on_the_page(rig: Rig) -> None:
    page = rig.ask("GET", "/").read().decode()
    assert re.findall(r'data-key="([^"]+)"', page) == ["rating-5", "next"]
    assert page.count("<button") == page.count("</button>") == 2
    assert page.count("</div>") == 2


def test_the_title_is_escaped(rig: Rig) -> None:
    page = rig.ask("GET", "/").read().decode()
    assert "unit-3 &lt;c3&gt;" in page
    assert "{{" not in page


def test_the_picture_is_encoded_only_when_somebody_looks(rig: Rig) -> None:
    rig.panel.changed()
    rig.ask("GET", "/").read()
    assert rig.encoded == 0
    assert rig.ask("GET", "/screen.png?v=1").read() == PNG
    assert rig.encoded == 1


def test_a_press_goes_through_the_pin(rig: Rig) -> None:
    assert rig.ask("POST", "/keys/next?hold_ms=10").status == 204
    assert [(edge.name, edge.closed) for edge in rig.edges] == [("next", True), ("next", False)]
    assert rig.edges[1].at_ms - rig.edges[0].at_ms >= 10


@pytest.mark.parametrize("length", ["2", "nonsense", "-1", "0"])
def test_a_body_does_not_matter(rig: Rig, length: str) -> None:
    client = http.client.HTTPConnection("127.0.0.1", rig.port, timeout=5)
    client.request("POST", "/keys/next?hold_ms=5", b"{}", {"Content-Length": length})
    assert client.getresponse().status == 204


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/keys/transfer", 404),
        ("/keys/", 404),
        ("/nothing", 404),
        ("/keys/next?hold_ms=4", 400),
        ("/keys/next?hold_ms=2001", 400),
        ("/keys/next?hold_ms=long", 400),
        ("/keys/next?hold_ms=-5", 400),
    ],
)
def test_a_bad_press_is_refused(rig: Rig, path: str, status: int) -> None:
    assert rig.ask("POST", path).status == status
    assert not rig.edges


@pytest.mark.parametrize("path", ["/nothing", "/../panel.py", "/panel/panel.html"])
def test_there_is_nothing_else(rig: Rig, path: str) -> None:
    assert rig.ask("GET", path).status == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:80", ""])
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/keys/next")])
def test_another_host_is_refused(rig: Rig, host: str, method: str, path: str) -> None:
    assert rig.ask(method, path, Host=host).status == 403
    assert not rig.edges


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_press_from_another_page_is_refused(rig: Rig, headers: dict[str, str]) -> None:
    assert rig.ask("POST", "/keys/next", **headers).status == 403
    assert not rig.edges


def test_its_own_page_may_press(rig: Rig) -> None:
    origin = rig.panel.url.rstrip("/")
    response = rig.ask("POST", "/keys/next?hold_ms=5", Origin=origin, Sec_Fetch_Site="same-origin")
    assert response.status == 204


def test_the_stream_tells_the_present_and_then_each_change(rig: Rig) -> None:
    response = rig.ask("GET", "/events")
    assert response.headers["Content-Type"] == "text/event-stream"
    first = _event(response)
    rig.front.light(frozenset({"rating-5"}))
    rig.panel.changed()
    second = _event(response)
    assert second["version"] == first["version"] + 1
    assert (first["lit"], second["lit"]) == ([], ["rating-5"])


def test_the_call_spoken_last_can_be_heard(rig: Rig, tmp_path: Path) -> None:
    assert rig.ask("GET", "/spoken.wav").status == 404
    response = rig.ask("GET", "/events")
    assert _event(response)["spoken"] is None
    rig.spoken = tmp_path / "000001-call.wav"
    assert rig.ask("GET", "/spoken.wav").status == 404  # it has gone by now
    rig.spoken.write_bytes(b"RIFF")
    rig.panel.changed()
    assert _event(response)["spoken"] == "000001-call.wav"
    sound = rig.ask("GET", "/spoken.wav?v=000001-call.wav")
    assert (sound.getheader("Content-Type"), sound.read()) == ("audio/wav", b"RIFF")


def test_the_stream_tells_what_the_peripherals_show(rig: Rig) -> None:
    response = rig.ask("GET", "/events")
    first = _event(response)
    rig.readings = {"sign": "请A012号"}
    rig.panel.changed()
    second = _event(response)
    assert (first["readings"], second["readings"]) == ({}, {"sign": "请A012号"})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("sign?trouble=silent", 204),
        ("lamp?trouble=silent", 404),
        ("?trouble=silent", 404),
        ("sign", 400),
    ],
)
def test_a_peripheral_can_be_made_to_fail(rig: Rig, path: str, status: int) -> None:
    assert rig.ask("POST", f"/ports/{path}").status == status
    assert rig.troubles == {"sign": "silent" if status == 204 else "none"}


def test_another_page_cannot_make_a_peripheral_fail(rig: Rig) -> None:
    path = "/ports/sign?trouble=silent"
    assert rig.ask("POST", path, Origin="http://example.com").status == 403
    assert rig.troubles == {"sign": "none"}


def test_where_nothing_can_fail_no_peripheral_is_found(rig: Rig) -> None:
    rig.panel.disturb = Panel(rig.front, rig._png, "", (1, 1), 0.0).disturb
    assert rig.ask("POST", "/ports/sign?trouble=silent").status == 404


def test_the_page_has_a_name_for_every_peripheral() -> None:
    script = (FOLDER / "panel.js").read_text(encoding="utf-8")
    table = script.partition("const peripherals = {")[2].partition("};")[0]
    assert tuple(re.findall(r"(\w+): \[", table)) == SECTIONS


def test_the_page_has_a_name_for_every_trouble() -> None:
    script = (FOLDER / "panel.js").read_text(encoding="utf-8")
    table = script.partition("const troubles = {")[2].partition("};")[0]
    known = {*(fault.value for fault in Fault), UNPLUGGED, CUT}
    assert set(re.findall(r"(\w+): \[", table)) == known


def _event(response: http.client.HTTPResponse) -> dict[str, Any]:
    assert response.readline() == b"event: changed\n"
    data = response.readline().removeprefix(b"data: ")
    assert response.readline() == b"\n"
    news: dict[str, Any] = json.loads(data)
    return news


def test_stopping_ends_open_streams_and_frees_the_port(rig: Rig) -> None:
    response = rig.ask("GET", "/events")
    _event(response)
    rig.panel.stop()
    assert response.read() == b""
    with pytest.raises(ConnectionRefusedError):
        rig.ask("GET", "/")
