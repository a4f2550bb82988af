"""A hall on a scaled clock whose clerks and citizens go on whatever is cut off.

A day of this hall begins at eight. Clerks press the keys of their units, citizens rate and
touch the kiosk, and what the units have drawn is remembered, for `reconciling` to judge.
"""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.kit import HubProcess, UnitProcess, open_counter, port_of, wait_for
from bench.ports import free_port
from bench.roles import PERIPHERALS, PlacedLayout
from tests.hall.proxy import Proxy
from wire.ids import new_id

SERVICES = 3
INVITE_S = 120.0
"""The longest there is: on a fast clock it is a second or less for those who rate."""

CARDS = ((300, 300), (950, 300), (300, 600))
"""Where the kiosk's services are, in pixels."""

_READING_S = 0.5
"""Nobody touches what has not stood there so long; a kiosk takes it for the end of a double tap."""

_LOOK_S = 0.02
_REACTION_S = 1.5
"""A press that has changed nothing on the screen by then has had no effect."""


def origin_for(speed: float, begins: str = "08:00") -> float:
    """From when on a clock has to run so fast that it is now this time of today."""
    now = time.time()
    hour, minute = map(int, begins.split(":"))
    zone = ZoneInfo("Asia/Shanghai")
    wanted = datetime.fromtimestamp(now, zone).replace(hour=hour, minute=minute, second=0)
    return now + (now - wanted.timestamp()) / (speed - 1)


@dataclass(frozen=True)
class DayLayout(PlacedLayout):
    """A hall with a kiosk and a board, whose units have their own ways to the broker, if any."""

    ways: tuple[Proxy, ...] = ()

    def unit_url(self, n: int) -> str:
        """Unit N's own way to the broker."""
        return self.ways[n - 1].url if self.ways else self.broker_url


# --- who works in it -----------------------------------------------------------------------


@dataclass
class Watched:
    """A unit's process, and what it says it has drawn."""

    layout: DayLayout
    unit: UnitProcess
    shown: dict[str, Any] = field(default_factory=dict)
    drawings: int = 0

    def replace(self, unit: UnitProcess) -> None:
        """Another process is the unit from now on."""
        self.unit, self.shown = unit.wait_panel(), {}

    def look(self) -> dict[str, Any]:
        """What stands on the screen, and remember what stood there since the last look."""
        for line in self.unit.traced():
            if "drawn" in line:
                self.shown = line
                self.drawings += 1
                self.note(line)
        return self.shown

    def note(self, line: dict[str, Any]) -> None:
        """Something has been drawn."""

    def until_drawn(self, stop: threading.Event) -> None:
        """Wait until the screen has changed, or it is plain that it will not."""
        before, deadline = self.drawings, time.monotonic() + _REACTION_S
        while self.drawings == before and time.monotonic() < deadline and not stop.is_set():
            self.look()
            stop.wait(_LOOK_S)


@dataclass
class Desk(Watched):
    """A counter: its clerk, and the citizens who are served there."""

    rng: random.Random = field(default_factory=random.Random)
    pace_s: float = 0.3
    thanked: set[str] = field(default_factory=set)
    called: set[tuple[str, str]] = field(default_factory=set)
    unnumbered: set[str] = field(default_factory=set)
    screens: set[str] = field(default_factory=set)

    def note(self, line: dict[str, Any]) -> None:
        """Remember ratings that were thanked for, and calls that somebody could see."""
        self.screens.add(line["drawn"])
        if line.get("thanked"):
            self.thanked.add(line["thanked"])
        if line["drawn"] in {"calling", "serving"}:
            if line["number"]:
                self.called.add((line["number"], line["call_id"]))
            else:
                self.unnumbered.add(line["call_id"])

    def work(self, stop: threading.Event) -> None:
        """Serve, until it is enough."""
        while not stop.is_set():
            key = self._choose(self.look())
            if key is None:
                stop.wait(_LOOK_S)
                continue
            with suppress(OSError):  # the unit is off for a while
                self.unit.press(key)
                self.until_drawn(stop)
            if self.look().get("drawn") != "inviting":  # who shall rate does it at once
                stop.wait(self.rng.uniform(0.3, 1.7) * self.pace_s)

    def _choose(self, shown: dict[str, Any]) -> str | None:
        """The key that somebody presses now, the clerk's or the citizen's."""
        dice = self.rng.random()
        match shown.get("drawn"):
            case "idle" | "offering" | "thanks" | "tags":
                return "next"
            case "calling":
                return "no_show" if dice < 0.1 else "recall" if dice < 0.2 else "done"
            case "serving":
                return "done"
            case "inviting":
                return "next" if dice < 0.1 else f"rating-{self.rng.randint(1, 5)}"
        return None

    def records(self) -> list[tuple[str, int, dict[str, Any]]]:
        """Outbox, sequence and content of every record that this unit has kept."""
        with closing(_reading(self._outbox())) as outbox:
            (outbox_id,) = outbox.execute("SELECT id FROM outbox").fetchone()
            rows = outbox.execute("SELECT sequence, body FROM record").fetchall()
        return [(outbox_id, sequence, json.loads(body)) for sequence, body in rows]

    def receipted(self) -> bool:
        """Whether the hub has all of them."""
        with closing(_reading(self._outbox())) as outbox:
            query = "SELECT receipted, (SELECT coalesce(max(sequence), 0) FROM record) FROM outbox"
            receipted, last = outbox.execute(query).fetchone()
        return bool(receipted >= last)

    def _outbox(self) -> Path:
        return self.layout.folder / f"unit-{self.unit.n}" / "outbox.sqlite3"


@dataclass
class Kiosk(Watched):
    """The kiosk, and those who touch it."""

    rng: random.Random = field(default_factory=random.Random)
    given: dict[str, str] = field(default_factory=dict)
    stages: list[tuple[float, str, bool]] = field(default_factory=list)

    def note(self, line: dict[str, Any]) -> None:
        """Remember the stages, and the numbers that somebody was given, by their tickets."""
        if not self.stages or self.stages[-1][1:] != (line["stage"], line["alone"]):
            self.stages.append((round(time.monotonic(), 2), line["stage"], line["alone"]))
        if line.get("number"):
            self.given[line["ticket"]] = line["number"]

    def work(self, stop: threading.Event) -> None:
        """Take numbers, until it is enough."""
        while not stop.is_set():
            if self.look().get("stage") == "home":
                stop.wait(_READING_S)
                with suppress(OSError):
                    self.unit.touch(self.rng.choice(CARDS))
                    self.until_drawn(stop)
            stop.wait(self.rng.uniform(0.2, 1.0))


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro", uri=True)


# --- the hall ------------------------------------------------------------------------------


class Mosquitto:
    """A broker outside of the hub, without any memory."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        command = ["mosquitto", "-p", str(self._port)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Hall:
    """The programs of a hall, and everybody who works in it."""

    def __init__(self, layout: DayLayout, rng: random.Random, pace_s: float) -> None:
        self.layout = layout
        self.hub = HubProcess(layout).wait_ready()
        units = [
            UnitProcess(layout, n, inside=layout.ways[n - 1].inside if layout.ways else ())
            for n in range(1, layout.counters + 1)
        ]
        printer = PERIPHERALS["kiosk"]["printer"]
        kiosk = UnitProcess(layout, 0, layout.write_placed("kiosk", printer=printer))
        self.board = Watched(layout, UnitProcess(layout, 0, layout.write_placed("board")))
        self.kiosk = Kiosk(layout, kiosk, rng=random.Random(rng.random()))
        self.desks = [
            Desk(layout, unit, rng=random.Random(rng.random()), pace_s=pace_s) for unit in units
        ]
        for watched in self.everything:
            watched.unit.wait_panel()
        for unit, way in zip(units, layout.ways, strict=False):
            unit.panel = f"http://127.0.0.1:{way.reached(port_of(unit.panel))}/"

    @property
    def everything(self) -> list[Watched]:
        """All units."""
        return [*self.desks, self.kiosk, self.board]

    def end(self) -> None:
        """End everything, units first."""
        for watched in self.everything:
            watched.unit.end()
        self.hub.end()

    # --- the day ---

    def open(self, waiting: int) -> None:
        """Sign everybody in, let people take numbers, and wait until each counter has grants."""
        for desk in self.desks:
            open_counter(self.hub.api, desk.unit.n, "day")
        wait_for(self._ready, "every counter to be open")
        for n in range(waiting):
            self.take_number(f"s{n % SERVICES + 1}")
        wait_for(self._granted, "grants for every counter")
        wait_for(lambda: self.kiosk.look().get("stage") == "home", "the kiosk's services")

    def _ready(self) -> bool:
        return all(desk.look().get("drawn") == "idle" for desk in self.desks)

    def take_number(self, service: str) -> None:
        """Somebody takes a number on a phone."""
        status, body = self.hub.api.post("/api/tickets", {"service": service}, new_id())
        assert status == 201, body

    def _granted(self) -> bool:
        given: dict[str, set[str]] = defaultdict(set)
        for content in self._journalled("GrantsGiven"):
            given[content["counter"]].update(content["tickets"])
        return len(given) == len(self.desks)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Clerks serve, citizens rate and take numbers, whatever happens meanwhile."""
        stop = threading.Event()
        works = [desk.work for desk in self.desks] + [self.kiosk.work]
        threads = [threading.Thread(target=work, args=[stop], daemon=True) for work in works]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def busy(self) -> bool:
        """Whether each counter has called somebody."""
        return all(desk.called for desk in self.desks)

    def live(self) -> bool:
        """Whether every counter shows what the hub says."""
        return all(desk.shown.get("link") == "live" for desk in self.desks)

    def settle(self) -> None:
        """Wait until every unit is heard, nobody is asked to rate, and the hub has all records."""

        def still(desk: Desk) -> bool:
            shown = desk.look()
            return shown.get("link") == "live" and shown["drawn"] != "inviting" and desk.receipted()

        wait_for(lambda: all(still(desk) for desk in self.desks), "the counters to be back")
        wait_for(lambda: self.kiosk.look().get("stage") == "home", "the kiosk to be free")
        wait_for(lambda: not self.kiosk.shown["alone"], "the kiosk to be back")
        wait_for(lambda: self.board.look().get("link") == "live", "the board to be back")

    def waiting_alone(self) -> list[dict[str, Any]]:
        """The numbers that the kiosk printed by itself, as the operator sees them."""
        found: list[dict[str, Any]] = self.hub.api.get("/api/hall")[1]["alone"]
        return found

    def waiting(self) -> int:
        """How many people wait."""
        return sum(service["waiting"] for service in self.hub.api.get("/api/hall")[1]["services"])

    def rated(self) -> set[str]:
        """The calls whose rating counts."""
        return {rated["call_id"] for rated in self._journalled("Rated") if rated["counted"]}

    def tell_what_was_called(self, desk: Desk, called: set[str]) -> int:
        """Close what a counter whose unit is off has called, and free what else is kept for it.

        How many numbers have been freed.
        """
        numbers = {x["ticket"]: x["number"] for x in self._journalled("TicketIssued")}
        given = [x for x in self._journalled("GrantsGiven") if x["unit"] == f"unit-{desk.unit.n}"]
        freed = 0
        for ticket in dict.fromkeys(ticket for grants in given for ticket in grants["tickets"]):
            if numbers[ticket] in called:
                self._say(ticket, "wishes", {"wish": "cancel"})
            else:
                freed += self._say(ticket, "not-called", {"unit_off": True})
        return freed

    def _say(self, ticket: str, what: str, wish: dict[str, Any]) -> bool:
        """Whether the hub has done what somebody says of a ticket."""
        return self.hub.api.post(f"/api/tickets/{ticket}/{what}", wish, new_id())[0] == 200

    def finish_service(self, desk: Desk) -> None:
        """Its clerk says on the page that whoever the hub believes at a counter has gone."""
        self.hub.api.command(f"c{desk.unit.n}", new_id(), action="done")

    def sweep(self) -> int:
        """Close what was served meanwhile, as an operator does; how many numbers that were."""
        printed = self.waiting_alone()
        if printed:
            status, body = self.hub.api.post(
                "/api/sweeps", {"before": printed[-1]["before"]}, new_id()
            )
            assert status == 200, body
        assert self.waiting_alone() == []
        return len(printed)

    def _journalled(self, kind: str) -> list[dict[str, Any]]:
        with closing(_reading(self.layout.data / "journal.sqlite")) as journal:
            rows = journal.execute("SELECT content FROM events WHERE kind = ?", (kind,))
            return [json.loads(content) for (content,) in rows]


# --- starting one --------------------------------------------------------------------------


@contextmanager
def running_hall(
    folder: Path,
    rng: random.Random,
    counters: int,
    speed: float,
    *,
    broker: str = "embedded",
    ways: tuple[Proxy, ...] = (),
    pace_s: float = 0.3,
) -> Iterator[Hall]:
    """A hall at eight in the morning, ended whatever happens."""
    layout = DayLayout(
        folder,
        counters=counters,
        services=SERVICES,
        invite_s=INVITE_S,
        broker=broker,
        broker_port=ways[0].target if ways else free_port(),
        day_starts="04:00",
        speed=speed,
        origin=origin_for(speed),
        ways=ways,
    )
    hall = Hall(layout, rng, pace_s)
    try:
        yield hall
    finally:
        hall.end()
