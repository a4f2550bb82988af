"""The page of an emulated unit, served by the unit itself on the loopback address.

A press on the page drives a mock pin; from there on everything is what a real key goes
through. The picture is encoded only when somebody looks. The server answers no one but
this machine's own browser pages: a foreign Host is DNS rebinding, a foreign Origin a
forged request, and both are refused.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from device.drivers.ports import EmulatedFront
from wire.errors import HardwareError

HOLD_MS: Final = 80
HOLD_MS_RANGE: Final = (5, 2000)
HEARTBEAT_S: Final = 10.0
MAX_BODY_BYTES: Final = 65_536

_PORTS: Final = "/ports/"
_FOLDER: Final = Path(__file__).parent / "panel"
_FILES: Final = {
    "/": ("panel.html", "text/html; charset=utf-8"),
    "/panel.css": ("panel.css", "text/css; charset=utf-8"),
    "/panel.js": ("panel.js", "text/javascript; charset=utf-8"),
}
_BUTTON: Final = re.compile(r' *<button [^>]*data-key="([a-z0-9_-]+)".*?</button>\n', re.DOTALL)
_NO_KEYS: Final = re.compile(
    r' *<section class="(rating|staff)"[^>]*>\s*<h2[^<]*(<span[^<]*</span>)?</h2>'
    r'\s*<div class="keys">\s*</div>\s*</section>\n'
)
_NOTE: Final = re.compile(r'<p class="note">.*?</p>\n', re.DOTALL)
_LOOPBACK: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _disturb_nothing(section: str, _trouble: str) -> None:
    """There is nothing that could be made to fail."""
    raise KeyError(section)


def _nothing_spoken() -> Path | None:
    """There is no voice whose sound could be heard here."""
    return None


class Panel:
    """The page and its server. `changed` tells whoever looks that there is something new."""

    def __init__(
        self,
        front: EmulatedFront,
        screen_png: Callable[[], bytes],
        title: str,
        size: tuple[int, int],
        settle_s: float,
        readings: Callable[[], Mapping[str, str]] = dict,
        touch: Callable[[int, int], None] | None = None,
        disturb: Callable[[str, str], None] = _disturb_nothing,
        spoken: Callable[[], Path | None] = _nothing_spoken,
    ) -> None:
        """`readings` is what the other peripherals show, by their sections.

        `spoken` is the sound of the call that was spoken last, a WAV file, if there is one.
        `disturb` makes one of them fail: it is told its section and in which way, and raises
        KeyError for a section or ValueError for a way that is not there.
        `touch` is told of each pixel of the picture that is clicked; None: of none.
        """
        self.front = front
        self.touch = touch
        self.disturb = disturb
        self.screen_png = screen_png
        self.title = title
        self.size = size
        self.readings = readings
        self.spoken = spoken
        self.stopping = False
        self._settle_s = settle_s
        self._change = threading.Condition()
        self._version = 0
        self._holds: dict[str, threading.Lock] = {}
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where the page is, once started."""
        port = self._server.server_port if self._server else 0
        return f"http://127.0.0.1:{port}/"

    def start(self, port: int) -> None:
        """Serve from now on; port 0 takes a free one. Raises HardwareError."""
        try:
            self._server = _Server(("127.0.0.1", port), self)
        except OSError as error:
            raise HardwareError(f"panel.port = {port}: {error.strerror}") from error
        self._thread = threading.Thread(target=self._serve, args=[self._server], daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the server and every stream."""
        self.stopping = True
        self.changed()
        if self._server is not None and self._thread is not None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self._server.server_port), timeout=1).close()
            self._thread.join(timeout=5)
            self._server.server_close()

    def changed(self) -> None:
        """The screen or the lamps are not what they were."""
        with self._change:
            self._version += 1
            self._change.notify_all()

    def wait(self, seen: int, timeout_s: float) -> int | None:
        """The version of what is shown, as soon as it is not `seen` or the time is up.

        None once the panel is stopping.
        """
        with self._change:
            self._change.wait_for(lambda: self._version != seen or self.stopping, timeout_s)
            return None if self.stopping else self._version

    def press(self, key: str, hold_s: float) -> None:
        """Press a key as a finger does. Raises KeyError for a key that is not there."""
        hold = self._holds.setdefault(key, threading.Lock())
        with hold:
            self.front.press(key, hold_s)
            time.sleep(self._settle_s)  # so that the next press is not taken for chatter

    def _serve(self, server: _Server) -> None:
        while not self.stopping:
            server.handle_request()  # waits without looking up now and then


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], panel: Panel) -> None:
        self.panel = panel
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking any name server for the name of this machine."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle of an answer is nobody's mistake."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """The page, its parts, the picture, the stream of changes."""
        path = urlsplit(self.path).path
        if not self._is_local():
            return
        if path in _FILES:
            name, kind = _FILES[path]
            self._answer(HTTPStatus.OK, _page(name, self.server.panel), kind)
        elif path == "/screen.png":
            self._answer(HTTPStatus.OK, self.server.panel.screen_png(), "image/png")
        elif path == "/spoken.wav":
            self._play()
        elif path == "/events":
            self._stream()
        elif path == "/favicon.ico":
            self._answer(HTTPStatus.NO_CONTENT, b"", None)
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "no such page")

    def _play(self) -> None:
        spoken = self.server.panel.spoken()
        try:
            sound = spoken.read_bytes() if spoken is not None else None
        except FileNotFoundError:  # the oldest files go as new ones come
            sound = None
        if sound is None:
            self._refuse(HTTPStatus.NOT_FOUND, "nothing has been spoken")
        else:
            self._answer(HTTPStatus.OK, sound, "audio/wav")

    def do_POST(self) -> None:
        """Press a key, POST /keys/{name}?hold_ms=80, or touch the screen, POST /touch?x=1&y=2.

        POST /ports/{section}?trouble=silent makes an emulated peripheral fail.
        """
        self.close_connection = True
        self._swallow_body()
        if not self._is_local() or not self._is_same_origin():
            return
        target = urlsplit(self.path)
        if target.path == "/touch":
            self._touch(target.query)
        elif target.path.startswith(_PORTS):
            self._disturb(target.path.removeprefix(_PORTS), target.query)
        else:
            self._press(target)

    def _press(self, target: SplitResult) -> None:
        hold_ms = _hold_ms(target.query)
        if hold_ms is None:
            low, high = HOLD_MS_RANGE
            self._refuse(HTTPStatus.BAD_REQUEST, f"hold_ms is a number from {low} to {high}")
            return
        try:
            self.server.panel.press(target.path.removeprefix("/keys/"), hold_ms / 1000)
        except KeyError:
            self._refuse(HTTPStatus.NOT_FOUND, "no such key")
            return
        self._answer(HTTPStatus.NO_CONTENT, b"", None)

    def _disturb(self, section: str, query: str) -> None:
        trouble = parse_qs(query).get("trouble", [""])[-1]
        try:
            self.server.panel.disturb(section, trouble)
        except KeyError:
            self._refuse(HTTPStatus.NOT_FOUND, "no such peripheral")
        except ValueError:
            self._refuse(HTTPStatus.BAD_REQUEST, "no such trouble")
        else:
            self._answer(HTTPStatus.NO_CONTENT, b"", None)

    def _touch(self, query: str) -> None:
        panel, place = self.server.panel, _pixel(query, self.server.panel.size)
        if panel.touch is None:
            self._refuse(HTTPStatus.NOT_FOUND, "this screen is not one to be touched")
        elif place is None:
            self._refuse(HTTPStatus.BAD_REQUEST, "x and y are a pixel of the screen")
        else:
            panel.touch(*place)
            self._answer(HTTPStatus.NO_CONTENT, b"", None)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
        """Requests are no news."""

    def _swallow_body(self) -> None:
        """Read what is of no use: a connection closed on unread bytes loses the answer."""
        length = self.headers.get("Content-Length", "")
        if length.isdecimal():
            self.rfile.read(min(int(length), MAX_BODY_BYTES))

    def _is_local(self) -> bool:
        if _LOOPBACK.fullmatch(self.headers.get("Host", "")):
            return True
        self._refuse(HTTPStatus.FORBIDDEN, "this page answers to its loopback address only")
        return False

    def _is_same_origin(self) -> bool:
        origin = self.headers.get("Origin")
        site = self.headers.get("Sec-Fetch-Site", "same-origin")
        if site == "same-origin" and origin in {None, f"http://{self.headers['Host']}"}:
            return True
        self._refuse(HTTPStatus.FORBIDDEN, "this request comes from another page")
        return False

    def _stream(self) -> None:
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self._send_headers("text/event-stream")
        panel = self.server.panel
        version = -1
        while (latest := panel.wait(version, HEARTBEAT_S)) is not None:
            if latest == version:
                self.wfile.write(b": still here\n\n")
                continue
            version = latest
            self.wfile.write(f"event: changed\ndata: {_news(panel, version)}\n\n".encode())

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._answer(status, why.encode(), "text/plain; charset=utf-8")

    def _answer(self, status: HTTPStatus, body: bytes, kind: str | None) -> None:
        self.send_response(status)
        if status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self._send_headers(kind)
        self.wfile.write(body)

    def _send_headers(self, kind: str | None) -> None:
        if kind is not None:
            self.send_header("Content-Type", kind)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def version_string(self) -> str:
        """No word on what serves this."""
        return "panel"


def _news(panel: Panel, version: int) -> str:
    """What has changed, as JSON."""
    spoken = panel.spoken()
    news = {
        "version": version,
        "lit": sorted(panel.front.lit),
        "readings": dict(panel.readings()),
        "spoken": spoken.name if spoken is not None else None,
    }
    return json.dumps(news)


def _page(name: str, panel: Panel) -> bytes:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    if name.endswith(".html"):
        width, height = panel.size
        marks = {"TITLE": panel.title, "WIDTH": width, "HEIGHT": height}
        marks["TOUCH"] = "no" if panel.touch is None else "yes"
        for mark, value in marks.items():
            text = text.replace(f"{{{{{mark}}}}}", html.escape(str(value)))
        text = _BUTTON.sub(lambda found: found[0] if found[1] in panel.front.keys else "", text)
        text = _NO_KEYS.sub("", text)
        if not panel.front.keys:
            text = _NOTE.sub("", text)
    return text.encode()


def _pixel(query: str, size: tuple[int, int]) -> tuple[int, int] | None:
    """The pixel that was touched, or None if there is no such one."""
    fields = parse_qs(query)
    texts = [fields.get(name, [""])[-1] for name in ("x", "y")]
    if not all(re.fullmatch(r"[0-9]{1,5}", text) for text in texts):
        return None
    x, y = map(int, texts)
    return (x, y) if x < size[0] and y < size[1] else None


def _hold_ms(query: str) -> int | None:
    """How long to hold the key, or None if that is no usable number."""
    text = parse_qs(query).get("hold_ms", [str(HOLD_MS)])[-1]
    low, high = HOLD_MS_RANGE
    if not re.fullmatch(r"[0-9]{1,5}", text) or not low <= int(text) <= high:
        return None
    return int(text)
