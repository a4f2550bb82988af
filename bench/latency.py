"""From a key to the screen: the rating key with its commit, and the staff key through the hub."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pygame

from bench.kit import HubProcess, Layout, UnitProcess, open_counter, running
from bench.report import Figure, percentile, times
from wire.ids import new_id
from wire.link import BrokerAddress, Connected, Delivery, Link, LinkEvent
from wire.topics import Publication

SERVICES = 150
SIZE = (1024, 600)


def measure(folder: Path) -> list[Figure]:
    """Serve many citizens at one counter and compare with the bare parts."""
    layout = Layout(folder, counters=1)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        unit = UnitProcess(layout, 1)
        with running(unit):
            unit.wait_panel()
            open_counter(hub.api, 1, "bench")
            pressed, called = _serve(hub, unit)
            bare = _bare_delivery_ms(layout.broker_url)
    commit = _bare_commit_ms(folder / "bare.sqlite")
    blit = _bare_blit_ms()
    thanks_limit = percentile(commit, 0.5) + percentile(blit, 0.5)
    call_limit = 2 * percentile(bare, 0.5) + 2 * percentile(commit, 0.5) + percentile(blit, 0.5)
    return [
        _figure("rating key → committed → thank-you drawn", pressed, thanks_limit, "3× at p50"),
        Figure("… p99", f"{percentile(pressed, 0.99):.2f} ms", aim="under 50 ms"),
        _figure("staff key → called number drawn", called, call_limit, "2× at p50"),
        Figure("… p99", f"{percentile(called, 0.99):.2f} ms"),
    ]


def _figure(name: str, values: list[float], limit: float, aim: str) -> Figure:
    p50 = percentile(values, 0.5)
    return Figure(
        f"{name}, p50 of {len(values)}", f"{p50:.2f} ms", f"{limit:.2f} ms", times(p50, limit), aim
    )


def _serve(hub: HubProcess, unit: UnitProcess) -> tuple[list[float], list[float]]:
    pressed: list[float] = []
    called: list[float] = []
    for n in range(SERVICES):
        number = f"A{n + 1:03d}"
        hub.api.post("/api/tickets", {"service": "s1"}, new_id())
        time.sleep(0.02)
        unit.press("next")
        called.append(_until_drawn(unit, "next", "calling", number))
        unit.press("done")
        unit.wait_drawn("inviting", number=number)
        unit.press("rating-5")
        pressed.append(_until_drawn(unit, "rating-5", "thanks", number))
    return pressed, called


def _until_drawn(unit: UnitProcess, key: str, screen: str, number: str) -> float:
    """From the last press of a key to the first drawing of a screen for a number.

    The same screen may be drawn again by the time that it is looked for, with a new minute.
    """
    unit.wait_drawn(screen, number=number)
    traced = unit.look()
    wanted = {"drawn": screen, "number": number}
    first = next(line for line in traced if wanted.items() <= line.items())
    start = next(line for line in reversed(traced) if line.get("key") == key)
    return float(first["boot_ms"]) - float(start["boot_ms"])


def _bare_commit_ms(file: Path) -> list[float]:
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE record (sequence INTEGER PRIMARY KEY, body TEXT)")
    found = []
    for _ in range(500):
        start = time.perf_counter()
        database.execute("INSERT INTO record (body) VALUES (?)", ("x" * 400,))
        found.append((time.perf_counter() - start) * 1000)
    database.close()
    return found


def _bare_blit_ms() -> list[float]:
    screen, ready = pygame.Surface(SIZE), pygame.Surface(SIZE)
    ready.fill((200, 30, 60))
    found = []
    for _ in range(500):
        start = time.perf_counter()
        screen.blit(ready, (0, 0))
        found.append((time.perf_counter() - start) * 1000)
    return found


def _bare_delivery_ms(url: str) -> list[float]:
    """One small message from one paho client to another through the same broker, QoS 1."""
    arrived, ready = threading.Event(), threading.Event()

    def on_event(event: LinkEvent) -> None:
        if isinstance(event, Delivery):
            arrived.set()
        elif isinstance(event, Connected):
            ready.set()

    reader = Link(BrokerAddress(url), "bare-reader", on_event, subscriptions=["bare/one"])
    writer = Link(BrokerAddress(url), "bare-writer", lambda _event: None)
    reader.start()
    writer.start()
    ready.wait(5)
    time.sleep(0.3)
    found = []
    for _ in range(300):
        arrived.clear()
        start = time.perf_counter()
        writer.publish(Publication("bare/one", b"x" * 400, 1, retain=False))
        arrived.wait(5)
        found.append((time.perf_counter() - start) * 1000)
        time.sleep(0.005)
    writer.stop()
    reader.stop()
    return found
