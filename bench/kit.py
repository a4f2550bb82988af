"""Real parts of a hall as processes of their own, on loopback and in a folder that is given.

Nothing here is a stand-in: the hub is `hall-hub run`, a unit is `counter-unit run`, the
broker the one that the hub starts, or Mosquitto. Only processes that were started here are
ended here, by their id.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bench.ports import free_port
from hub.accounts_offline import stopped_hub
from hub.configuration import HallFile
from hub.core.accounts import CONSOLE
from hub.core.commands_of_people import MakeToken
from hub.core.people import Role
from hub.passwords import digest
from hub.pins import hash_pin
from wire.settings import load

PIN = "1357"
TOKEN = "a-token-for-tests-and-benchmarks-only"
"""May do everything."""

_ZONE = "Asia/Shanghai"
PATIENCE_S = 90.0
"""For what has to come: long, because a busy machine is slow and waiting costs nothing."""

T = TypeVar("T")


def wait_for(question: Callable[[], T | None], what: str, within_s: float = PATIENCE_S) -> T:
    """Ask until there is an answer that is not None or False.

    Raises TimeoutError, naming `what`, if there is none in time.
    """
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        answer = question()
        if answer is not None and answer is not False:
            return answer
        time.sleep(0.01)
    raise TimeoutError(f"waited {within_s} s for {what}")


def _half_a_day_away() -> str:
    """When the hall's business day changes, so that it does not while somebody measures."""
    return f"{datetime.now(ZoneInfo(_ZONE)) + timedelta(hours=12):%H:%M}"


@dataclass(frozen=True)
class Layout:
    """A hall to start: its folder, ports, and how many counters and services it has.

    On a scaled clock the hall's time runs `speed` times as fast as the real one since `origin`.
    """

    folder: Path
    counters: int = 2
    services: int = 1
    invite_s: float = 10.0
    web_port: int = field(default_factory=free_port)
    broker_port: int = field(default_factory=free_port)
    broker: str = "embedded"
    day_starts: str = field(default_factory=_half_a_day_away)
    speed: float = 1.0
    origin: float | None = None

    @property
    def data(self) -> Path:
        """The journal's folder."""
        return self.folder / "hub"

    @property
    def broker_url(self) -> str:
        """Where units and the hub meet."""
        url = f"mqtt://127.0.0.1:{self.broker_port}"
        return url if self.broker == "embedded" else self.broker

    def unit_url(self, n: int) -> str:  # noqa: ARG002  for halls whose units have ways of their own
        """Where unit N finds the broker."""
        return self.broker_url

    def write_hall(self) -> Path:
        """Write hall.toml and return its path."""
        pin_hash = _pin_hash()
        names = [f"s{n}" for n in range(1, self.services + 1)]
        parts = [
            section(
                "hub",
                data=str(self.data),
                port=self.web_port,
                broker=self.broker,
                broker_port=self.broker_port,
                **self.scaled("clock_origin"),
            ),
            section(
                "hall",
                id="test",
                name={"zh": "测试大厅", "en": "Test hall"},
                time_zone=_ZONE,
                day_starts=self.day_starts,
            ),
            section("hours", **dict.fromkeys(_WEEKDAYS, "00:00-24:00")),
            section("rating", invite_s=self.invite_s),
        ]
        for n, name in enumerate(names):
            title = {"zh": f"事项{n + 1}", "en": f"Service {n + 1}"}
            parts.append(section("[services]", id=name, name=title, prefix=chr(65 + n)))
        for n in range(1, self.counters + 1):
            counter = f"c{n}"
            parts.append(
                section("[counters]", id=counter, number=str(n), services=names, unit=f"unit-{n}")
            )
            parts.append(section("[clerks]", id=f"k{n}", name=f"Clerk {n}", pin_hash=pin_hash))
        file = self.folder / "hall.toml"
        file.write_text("\n".join(parts), encoding="utf-8")
        return file

    def write_unit(self, n: int) -> Path:
        """Write unit-N.toml and return its path."""
        parts = [
            section(
                "unit",
                id=f"unit-{n}",
                hall="test",
                role="counter",
                counter=f"c{n}",
                state=str(self.folder / f"unit-{n}"),
            ),
            section("broker", url=self.unit_url(n)),
            section("hardware", kind="emulated"),
            section("display", mode="offscreen", size="1024x600"),
            section("panel", port=0),
            section("clock", **self.scaled("origin")),
        ]
        file = self.folder / f"unit-{n}.toml"
        file.write_text("\n".join(parts), encoding="utf-8")
        return file

    def scaled(self, origin: str) -> dict[str, float]:
        """The clock's settings; `origin` is what the program calls its beginning."""
        if self.origin is None:
            return {}
        return {"speed": self.speed, origin: self.origin}


@functools.cache
def _pin_hash() -> str:
    return hash_pin(PIN)  # with one salt, so that a hall that is started again is the same


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def section(header: str, /, **values: Any) -> str:
    """A section of a TOML file."""
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    return "\n".join([f"[{header}]", *lines, ""])


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}"
    return json.dumps(value, ensure_ascii=False)  # a JSON text, number or list is TOML, too


class Program:
    """A child process in a session of its own, ended with this one by the pipe to its stdin."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(log.parent)},  # what a kill leaves goes with the rest
        )
        self.lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            with contextlib.suppress(ValueError):
                self.lines.put(json.loads(line))

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def traced(self) -> list[dict[str, Any]]:
        """What it has printed since the last call; all of it once it has ended."""
        if not self.running:
            self._reader.join()
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self.lines.get_nowait())
        return found

    def kill(self) -> None:
        """SIGKILL, as a power cut does it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> int:
        """SIGTERM, and the exit code."""
        if self.running:
            self.process.terminate()
        try:
            code = self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self._log.close()
        return code


def script(name: str) -> str:
    """An installed script, or the module that it would start."""
    return str(Path(sys.executable).parent / name)


class HubProcess(Program):
    """`hall-hub run` and a client for its API."""

    def __init__(self, layout: Layout) -> None:
        file = layout.write_hall()
        _let_in(file, layout)
        super().__init__(
            [script("hall-hub"), "run", str(file), "--until-eof"], layout.folder / "hub.log"
        )
        self.layout = layout
        self.api = Api(layout.web_port, TOKEN)

    def wait_ready(self) -> HubProcess:
        """Wait until it answers and units can reach it."""
        wait_for(self._healthy, "the hub to be healthy")
        return self

    def _healthy(self) -> bool:
        if not self.running:
            log = (self.layout.folder / "hub.log").read_text(encoding="utf-8")
            raise RuntimeError(f"the hub has ended with {self.process.returncode}: {log[-2000:]}")
        try:
            return self.api.get("/healthz")[0] == 200
        except OSError:
            return False

    def broker_pid(self) -> int:
        """The process id of its embedded broker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            children = task / "children"
            for child in children.read_text(encoding="ascii").split():
                command = Path(f"/proc/{child}/cmdline").read_bytes()
                if b"hub.broker_child" in command:
                    return int(child)
        raise ProcessLookupError("the hub has no broker process")


def _let_in(file: Path, layout: Layout) -> None:
    """Give programs a token with every right, before the hub's first start."""
    if (layout.data / "journal.sqlite").exists():
        return
    with stopped_hub(load(file, HallFile)) as hub:
        hub.do(MakeToken("token-test", "test", tuple(Role), digest(TOKEN), None, CONSOLE))


class UnitProcess(Program):
    """`counter-unit run` with emulated hardware, and the keys of its panel.

    It is the unit of counter N, or what its `file` says.
    """

    def __init__(
        self, layout: Layout, n: int, file: Path | None = None, inside: Sequence[str] = ()
    ) -> None:
        """`inside` is what the command begins with, for a unit in a network of its own."""
        file = file or layout.write_unit(n)
        command = [*inside, script("counter-unit"), "run", str(file), "--until-eof", "--trace"]
        super().__init__(command, layout.folder / f"{file.stem}.log")
        self.n = n
        self.name = file.stem
        self.seen: list[dict[str, Any]] = []
        self.panel = ""

    def look(self) -> list[dict[str, Any]]:
        """Everything traced so far."""
        self.seen += self.traced()
        return self.seen

    def wait_panel(self) -> UnitProcess:
        """Wait until its panel can be pressed."""

        def found() -> str | None:
            return next((line["panel"] for line in self.look() if "panel" in line), None)

        self.panel = wait_for(found, f"the panel of {self.name}")
        return self

    def wait_drawn(
        self, screen: str, within_s: float = PATIENCE_S, **fields: Any
    ) -> dict[str, Any]:
        """Wait for a screen to have been drawn, newest first."""

        def found() -> dict[str, Any] | None:
            wanted = {"drawn": screen, **fields}
            lines = reversed(self.look())
            return next((x for x in lines if wanted.items() <= x.items()), None)

        return wait_for(found, f"{self.name} to draw {screen} {fields}", within_s)

    def press(self, key: str) -> None:
        """Press a key on the panel. Raises OSError if the unit is not there to be pressed."""
        self._ask_panel(f"/keys/{key}")

    def touch(self, place: tuple[int, int]) -> None:
        """Touch a pixel of the screen. Raises OSError if the unit is not there to be touched."""
        x, y = place
        self._ask_panel(f"/touch?x={x}&y={y}")

    def _ask_panel(self, path: str) -> None:
        if not self.panel:
            raise OSError(f"{self.name} has not said where its panel is")
        status, _ = Api(port_of(self.panel)).post(path, {})
        if status >= 300:
            raise OSError(f"{self.name}, {path}: {status}")


def port_of(url: str) -> int:
    """The port in an address like http://127.0.0.1:8600/."""
    return int(url.rsplit(":", 1)[1].strip("/"))


class Api:
    """A small HTTP client that keeps one connection for each thread."""

    def __init__(self, port: int, token: str = "") -> None:
        """`token` is what it signs in with; empty: not at all."""
        self._port = port
        self._known = {"Authorization": f"Bearer {token}"} if token else {}
        self._local = threading.local()

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON."""
        status, body = self.send("GET", path)
        return status, json.loads(body)

    def post(self, path: str, content: object, key: str | None = None) -> tuple[int, bytes]:
        """Status and body."""
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.send("POST", path, json.dumps(content).encode(), headers)

    def command(self, counter: str, key: str, **action: Any) -> tuple[int, dict[str, Any]]:
        """Command a counter."""
        status, body = self.post(f"/api/counters/{counter}/commands", action, key)
        return status, json.loads(body)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Any request. Raises OSError if nobody answers."""
        while True:
            connection = self._connection()
            kept_open = connection.sock is not None
            try:
                connection.request(method, path, body, {**self._known, **(headers or {})})
                answer = connection.getresponse()
                return answer.status, answer.read()
            except (http.client.HTTPException, OSError) as error:
                connection.close()
                # A server closes what has been idle for some seconds, maybe just now.
                if not (kept_open and isinstance(error, ConnectionResetError | BrokenPipeError)):
                    raise OSError(str(error)) from error

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
            self._local.connection = connection
        return connection


@contextlib.contextmanager
def running(*programs: Program) -> Iterator[None]:
    """End the programs at the end, whatever happens; the last one first."""
    try:
        yield
    finally:
        for program in reversed(programs):
            program.end()


def open_counter(api: Api, n: int, tag: str) -> None:
    """Sign clerk N in at counter N and open it."""
    for action in ({"action": "sign_in", "clerk": f"k{n}", "pin": PIN}, {"action": "open"}):
        status, answer = api.command(f"c{n}", f"{tag}-{action['action']}-{n}", **action)
        if status != 200:
            raise RuntimeError(f"counter {n} cannot {action['action']}: {answer}")


def rss_mb(pid: int) -> float:
    """Resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def cpu_s(pid: int) -> float:
    """Processor time of a process in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def written_bytes(pid: int) -> int:
    """Bytes that a process has caused to be written to disk."""
    for line in Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    raise OSError(f"no figures for process {pid}")
