"""From an event in the hub to a changed pixel in a browser, with others who follow beside it.

One page is measured, in the system's Chromium; the others are plain streams from a second
process (`bench.web_clients`). Both ways begin when a number is asked for over HTTP. The page's
ends after the frame that shows the number was drawn (a task that follows its animation frame),
the bare one when the message has reached a plain client of this process.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.counting import CountingWay
from bench.kit import TOKEN, HubProcess, Layout, Program, cpu_s, rss_mb, running, wait_for
from bench.report import Figure, percentile, times
from wire.ids import new_id

COUNTERS, SERVICES = 60, 15
BESIDE = (0, 49, 199)
NUMBERS = 40
APART_S = 0.25
"""Between two numbers: further than the streams' own rounds."""

CPU_OVER_S = 10.0
CHROMIUM = "/usr/bin/chromium"

WATCH = """() => {
  window.seen = [];
  const known = new Set();
  const list = document.getElementById('news');
  new MutationObserver(() => {
    const fresh = [...list.children].filter((line) => !known.has(line.dataset.sequence));
    for (const line of fresh) known.add(line.dataset.sequence);
    requestAnimationFrame(() => {
      const drawn = new MessageChannel();
      drawn.port1.onmessage = () => {
        const at = performance.timeOrigin + performance.now();
        for (const line of fresh) window.seen.push([line.textContent, at]);
      };
      drawn.port2.postMessage(0);
    });
  }).observe(list, { childList: true });
}"""

NOW = "() => performance.timeOrigin + performance.now()"


def measure(folder: Path) -> list[Figure]:
    """Measure with nobody, 49 and 199 beside the page; then what a load costs in bytes."""
    layout = Layout(folder, counters=COUNTERS, services=SERVICES)
    hub = HubProcess(layout)
    figures: list[Figure] = []
    with running(hub), sync_playwright() as playwright:
        hub.wait_ready()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for count in BESIDE:
            figures += _beside(hub, browser, count)
        figures += _loads(hub, browser)
        browser.close()
    return figures


def _beside(hub: HubProcess, browser: Browser, count: int) -> list[Figure]:
    with _followers(hub, count):
        drawn, bare = _numbers(hub, browser)
        figures = [
            _figure(f"event → pixel, {count} streams beside, {name} of {NUMBERS}", drawn, bare, at)
            for name, at in (("p50", 0.5), ("p95", 0.95))
        ]
        if count == max(BESIDE):
            figures += _cost(hub, count)
    return figures


def _figure(name: str, drawn: list[float], bare: list[float], share: float) -> Figure:
    value, limit = percentile(drawn, share), percentile(bare, share)
    aim = "p95 under 250 ms at 199, under 3× at none" if share > 0.5 else ""
    return Figure(name, f"{value:.0f} ms", f"{limit:.0f} ms", times(value, limit), aim)


@contextmanager
def _followers(hub: HubProcess, count: int) -> Iterator[None]:
    if count == 0:
        yield
        return
    command = [sys.executable, "-m", "bench.web_clients", str(hub.layout.web_port), TOKEN]
    others = Program([*command, str(count)], hub.layout.folder / "followers.log")
    with running(others):
        wait_for(lambda: bool(others.traced()), f"{count} streams to be open")
        yield


class Bare:
    """A plain client of the stream: when each message had come, by the wall clock."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._connection.request("GET", "/api/events", headers={"Authorization": f"Bearer {TOKEN}"})
        self._answer = self._connection.getresponse()
        self.came: list[tuple[float, bytes]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for line in self._answer:
            self.came.append((time.time(), line))

    def of(self, number: str) -> float | None:
        """When the news of a number had come."""
        wanted = f"{number} taken".encode()
        return next((at for at, line in self.came if wanted in line), None)


def _numbers(hub: HubProcess, browser: Browser) -> tuple[list[float], list[float]]:
    """Take numbers; how long until each was drawn, and until it had come, in milliseconds."""
    bare = Bare(hub.layout.web_port)
    page = _page(hub.layout.web_port, browser)
    ahead_s = _ahead_s(page)
    page.evaluate(WATCH)
    began: dict[str, float] = {}
    for _ in range(NUMBERS):
        at = time.time()
        number = _take(hub)
        began[number] = at
        time.sleep(APART_S)
    found = wait_for(lambda: _all_drawn(page, began), "all numbers to be drawn")
    drawn = [1000 * (found[number] - ahead_s - at) for number, at in began.items()]
    came = [1000 * ((bare.of(number) or 0.0) - at) for number, at in began.items()]
    page.context.close()
    return drawn, came


def _take(hub: HubProcess) -> str:
    status, body = hub.api.post("/api/tickets", {"service": "s1"}, new_id())
    if status != 201:
        raise RuntimeError(f"no number: {body!r}")
    return str(json.loads(body)["number"])


def _all_drawn(page: Page, began: dict[str, float]) -> dict[str, float] | None:
    found: dict[str, float] = {}
    for text, at in page.evaluate("() => window.seen"):
        for number in began:
            if number in text:
                found.setdefault(number, at / 1000)
    return found if len(found) == len(began) else None


def _page(port: int, browser: Browser) -> Page:
    context = browser.new_context(
        viewport={"width": 1920, "height": 1080},
        locale="en-GB",
        extra_http_headers={"Authorization": f"Bearer {TOKEN}"},
    )
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/", wait_until="domcontentloaded")
    page.wait_for_selector("#live[data-live='live']")
    return page


def _ahead_s(page: Page) -> float:
    """How far the page's clock is ahead of ours: by the quickest of some answers."""
    looks = []
    for _ in range(20):
        before = time.time()
        theirs = page.evaluate(NOW) / 1000
        after = time.time()
        looks.append((after - before, theirs - (before + after) / 2))
    ahead_s: float = min(looks)[1]
    return ahead_s


def _cost(hub: HubProcess, count: int) -> list[Figure]:
    """What the hub needs while so many follow and nothing but time passes."""
    pid = hub.process.pid
    before = cpu_s(pid)
    time.sleep(CPU_OVER_S)
    share = (cpu_s(pid) - before) / CPU_OVER_S
    streams = f"with {count + 1} streams open"
    return [
        Figure(f"hub's memory {streams}", f"{rss_mb(pid):.0f} MB"),
        Figure(f"hub's processor {streams}, an idle hall", f"{share:.1%} of a core"),
    ]


def _loads(hub: HubProcess, browser: Browser) -> list[Figure]:
    """What a first load of the operator's page takes on the wire, and the next.

    All that comes until the page is live counts: headers, and the first picture of its stream.
    """
    way = CountingWay(hub.layout.web_port)
    page = _page(way.port, browser)
    first = way.came
    page.reload(wait_until="domcontentloaded")
    page.wait_for_selector("#live[data-live='live']")
    found = (first / 1000, (way.came - first) / 1000)
    page.context.close()
    way.close()
    return [
        Figure("bytes of a first load, 60 counters", f"{found[0]:.0f} kB", aim="under 150 kB"),
        Figure("bytes of a next load", f"{found[1]:.0f} kB", aim="under 20 kB"),
    ]
