"""`hall-hub demo`: starts a whole hall as processes of its own, and peoples it.

Children sit in sessions of their own, so that Ctrl-C reaches only this program, which ends
them in order. Each of them also ends when the pipe to its standard input closes, so that
even a killed demonstration leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from hub.broker import free_port
from hub.demo import client
from hub.demo.accounts import NAMES, DemoAccounts
from hub.demo.people import KEY_PREFIX, Act, ComeBack, People, Press, Rate, TakeNumber
from wire.clock import make_clock
from wire.errors import NextwindowError
from wire.ids import new_id

log = logging.getLogger(__name__)

PIN = "2468"
LOOK_EVERY_S = 0.4
START_S = 90.0  # a busy machine is slow
END_S = 20.0


class Stop:
    """Says that the demonstration shall end, even from a signal's handler.

    A handler runs between any two steps of the main thread: it must not take a lock, as
    `threading.Event` does, which the same thread may hold just then.
    """

    def __init__(self) -> None:
        self._told, self._tell = os.pipe()
        os.set_blocking(self._tell, False)  # a full pipe has said it often enough

    def set(self) -> None:
        """Say it."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._tell, b".")

    def wait(self, timeout_s: float) -> bool:
        """Wait so long at most; whether it was said."""
        return bool(select.select([self._told], [], [], timeout_s)[0])


def run(port: int, speed: float, *, people: bool) -> None:
    """Run the demonstration until Ctrl-C or SIGTERM.

    Raises NextwindowError if a part of it cannot start, or ends by itself.
    """
    _check_port(port)
    stop = Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    with tempfile.TemporaryDirectory(prefix="nextwindow-demo-") as folder:
        hall = DemoHall(Path(folder), port, speed)
        try:
            hall.start(stop)
            hall.live(stop, people=people, welcome=lambda: _welcome(hall, people))
        finally:
            hall.stop()
    sys.stdout.write("The hall is closed; nothing is left running.\n")


def _check_port(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise NextwindowError(
            f"port {port}: {error.strerror}; end what listens there, or set DEMO_PORT"
        ) from error


def _welcome(hall: DemoHall, people: bool) -> None:
    lines = [
        "",
        "A hall is running.",
        f"  Operator        {hall.address}",
        f"  Take a number   {hall.address}take",
        f"  Clerk           {hall.address}clerk",
        *(f"  Unit, counter {n}  {hall.panels[n]}" for n in hall.numbers),
        *(f"  Hall board      {hall.panels[unit]}" for unit in hall.boards),
        *(f"  Ticket kiosk    {hall.panels[unit]}" for unit in hall.kiosks),
        f"  Sign in as      {', '.join(NAMES)} or a clerk; password {hall.accounts.password}",
        f"  Clerks          {', '.join(hall.clerks.values())}; everybody's PIN is {PIN}",
        "  People          " + ("simulated" if people else "none but you (DEMO_AUTO=0)"),
        "Ctrl-C ends all of it.",
        "",
    ]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()


class DemoHall:
    """The processes of the demonstration."""

    def __init__(self, folder: Path, port: int, speed: float) -> None:
        self._folder = folder
        self._port = port or free_port("127.0.0.1")
        self._speed = speed
        self._origin = time.time()
        self._clock = make_clock(speed, self._origin)
        self._broker_port = free_port("127.0.0.1")
        self._children: list[subprocess.Popen[str]] = []
        self._plan = (Path(__file__).parent / "hall.toml").read_text(encoding="utf-8")
        plan = tomllib.loads(self._plan)
        self._counters: list[dict[str, Any]] = plan["counters"]
        self._means = {s["id"]: float(s["mean_s"]) for s in plan["services"]}
        self._clerks: list[dict[str, Any]] = plan["clerks"]
        self.accounts = DemoAccounts()
        names = [clerk["id"] for clerk in self._clerks]
        self.clerks = dict(zip((c["id"] for c in self._counters), names, strict=True))
        self.boards: list[str] = [board["unit"] for board in plan.get("boards", ())]
        self.kiosks: list[str] = [kiosk["unit"] for kiosk in plan.get("kiosks", ())]
        self.panels: dict[str, str] = {}
        self._random = random.Random()

    @property
    def numbers(self) -> list[str]:
        """The counters, by the numbers that people know."""
        return sorted(counter["number"] for counter in self._counters)

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self._port}/"

    def start(self, stop: Stop) -> None:
        """Start the hub, then the units.

        Raises NextwindowError if one of them does not come up.
        """
        sys.stdout.write("Starting the hub, six counters, a board and a kiosk …\n")
        sys.stdout.flush()
        file = self._hub_file()
        self.accounts.make(file, self._clerks)
        self._spawn("hall-hub", file, "hub")
        self._wait_for_hub(stop)
        for counter in self._counters:
            self._spawn("counter-unit", self._unit_file(counter), counter["number"], "--trace")
        for unit in self.boards:
            self._spawn("counter-unit", self._board_file(unit), unit, "--trace")
        for unit in self.kiosks:
            self._spawn("counter-unit", self._kiosk_file(unit), unit, "--trace")

    def live(self, stop: Stop, *, people: bool, welcome: Callable[[], None]) -> None:
        """Let people come and go until `stop` is set; `welcome` when every unit is there.

        Raises NextwindowError if a process ends by itself, or a unit does not come up.
        """
        crowd = People(self._random, self._means, self.clerks, PIN)
        deadline, waiting = time.monotonic() + START_S, True
        units = len(self._counters) + len(self.boards) + len(self.kiosks)
        while not stop.wait(LOOK_EVERY_S):
            self._check()
            if waiting and len(self.panels) == units:
                waiting = False
                welcome()
            if waiting and time.monotonic() > deadline:
                raise NextwindowError("a unit did not start in time; its messages say why")
            if people:
                with contextlib.suppress(client.Unreachable):
                    self._let_act(crowd)

    def stop(self) -> None:
        """End every process, units first."""
        for child in reversed(self._children):
            if child.poll() is None:
                child.terminate()
        for child in reversed(self._children):
            try:
                child.wait(END_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()

    # --- people ----------------------------------------------------------------------------

    def _let_act(self, crowd: People) -> None:
        hall = client.get(f"{self.address}api/hall", self.accounts.token)
        for act in crowd.act(hall, self._clock.monotonic(), time.monotonic()):
            self._do(act, crowd)

    def _do(self, act: Act, crowd: People) -> None:
        if isinstance(act, TakeNumber):
            wish = {"service": act.service, "further": list(act.further)}
            status, taken = self._post("tickets", {**wish, "kind": act.kind or None})
            if status < HTTPStatus.BAD_REQUEST:
                crowd.own.add(taken["id"])
        elif isinstance(act, ComeBack):
            self._post(f"tickets/{act.ticket}/wishes", {"wish": "come_back"})
        elif isinstance(act, Press):
            content = {**act.action, "seen": act.seen}
            self._post(f"counters/{act.counter}/commands", content)
        elif isinstance(act, Rate):
            self._press_rating(act)

    def _post(self, path: str, content: object) -> tuple[int, Any]:
        key = f"{KEY_PREFIX}{new_id()}"
        return client.post(f"{self.address}api/{path}", content, key, self.accounts.token)

    def _press_rating(self, act: Rate) -> None:
        number = next(c["number"] for c in self._counters if c["id"] == act.counter)
        panel = self.panels.get(number)
        if panel is not None:
            client.post(f"{panel}keys/{act.key}", {})

    # --- processes -------------------------------------------------------------------------

    def _spawn(self, program: str, file: Path, name: str, *options: str) -> None:
        path = Path(sys.executable).parent / program
        child = subprocess.Popen(
            [str(path), "run", str(file), "--until-eof", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=_quiet_environment(),
        )
        self._children.append(child)
        threading.Thread(target=self._read, args=(child, name), daemon=True).start()

    def _read(self, child: subprocess.Popen[str], name: str) -> None:
        for line in child.stdout or ():
            with contextlib.suppress(ValueError):
                panel = json.loads(line).get("panel")
                if panel:
                    self.panels[name] = panel

    def _check(self) -> None:
        for child in self._children:
            if child.poll() is not None:
                raise NextwindowError(f"{child.args!r} has ended with {child.returncode}")

    def _wait_for_hub(self, stop: Stop) -> None:
        deadline = time.monotonic() + START_S
        while not stop.wait(0.1):
            self._check()
            with contextlib.suppress(client.Unreachable):
                client.get(f"{self.address}healthz")
                return
            if time.monotonic() > deadline:
                raise NextwindowError("the hub did not start in time; its messages say why")

    # --- configuration ---------------------------------------------------------------------

    def _hub_file(self) -> Path:
        settings = {
            "data": str(self._folder / "hub"),
            "port": self._port,
            "public_url": self.address.rstrip("/"),
            "broker_port": self._broker_port,
            "speed": self._speed,
            "clock_origin": self._origin,
        }
        return self._write("hall.toml", _section("hub", settings) + self._plan)

    def _unit_file(self, counter: dict[str, Any]) -> Path:
        own = {"role": "counter", "counter": counter["id"]}
        keys = {"hold": 24, "transfer": 9, "resume": 10, "pause": 18, "undo": 4}
        return self._unit(counter["unit"], own, "1024x600", {"keys": keys})

    def _board_file(self, unit: str) -> Path:
        voice = {"output": "file", "languages": ["zh", "en"], "repeat": 1}
        return self._unit(unit, {"role": "board"}, "1280x800", {"voice": voice})

    def _kiosk_file(self, unit: str) -> Path:
        printer = {"kind": "escpos", "transport": "serial"}
        return self._unit(unit, {"role": "kiosk"}, "1280x800", {"printer": printer})

    def _unit(
        self, unit: str, own: dict[str, str], size: str, further: dict[str, dict[str, Any]]
    ) -> Path:
        """Write the file of a unit; `own` says what it is, `further` are sections beside."""
        state = str(self._folder / unit)
        sections: dict[str, dict[str, Any]] = {
            "unit": {"id": unit, "hall": "demo", "state": state, **own},
            "broker": {"url": f"mqtt://127.0.0.1:{self._broker_port}"},
            "hardware": {"kind": "emulated"},
            "display": {"mode": "offscreen", "size": size},
            "panel": {"port": 0},
            **further,
        }
        if self._speed != 1:
            sections["clock"] = {"speed": self._speed, "origin": self._origin}
        text = "".join(_section(name, values) for name, values in sections.items())
        return self._write(f"{unit}.toml", text)

    def _write(self, name: str, text: str) -> Path:
        file = self._folder / name
        file.write_text(text, encoding="utf-8")
        return file


def _section(name: str, values: dict[str, Any]) -> str:
    # A JSON text or number is a TOML text or number.
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join([f"[{name}]", *lines, "", ""])


def _quiet_environment() -> dict[str, str]:
    return {**os.environ, "NEXTWINDOW_LOG": os.environ.get("NEXTWINDOW_LOG", "WARNING")}
