"""How fast a hub takes in the ratings that units have kept while it was away.

One real unit drains its outbox file, of which each receipt is read; sixty are simulated in a
process of their own, which sends as outboxes do. Either is over when every record is
receipted, which is to say durable in the hub. The limit is the same messages carried from
client to client through the same broker, and thrown away. Meanwhile a clerk at one more counter
goes on calling people.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from math import inf
from pathlib import Path

from bench.ingest import bare_rate, chain
from bench.kit import HubProcess, Layout, UnitProcess, open_counter, running, wait_for
from bench.report import Figure, percentile, times
from bench.wire_unit import WireUnit
from device.outbox import FILE_NAME, open_outbox
from wire import messages as w
from wire.clock import RealClock
from wire.ids import new_id
from wire.link import BrokerAddress

ALONE = 10_000
UNITS, EACH = 60, 1_000
WITHIN_S = 300.0


def measure(folder: Path) -> list[Figure]:
    """Let one unit, and then sixty, send what they have kept."""
    layout = Layout(folder, counters=UNITS + 1)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        bare = bare_rate(layout.broker_url)
        one_s = drain_one(layout, ALONE)
        with calling(hub, UNITS + 1) as waits:
            many_s = drain_many(layout.broker_url, UNITS, EACH)
    return [
        _figure(f"{ALONE} buffered ratings drained from one unit", ALONE, one_s, bare),
        _figure(f"{EACH} from each of {UNITS} units", UNITS * EACH, many_s, bare),
        Figure(
            f"… next at another counter → its answer, p50 / longest of {len(waits)}",
            f"{1000 * percentile(waits, 0.5):.0f} / {1000 * max(waits):.0f} ms",
            aim="well under 1 s",
        ),
    ]


def _figure(name: str, count: int, took_s: float | None, bare: float) -> Figure:
    if took_s is None:
        return Figure(name, f"not over after {WITHIN_S:.0f} s")
    value, limit = f"{took_s:.1f} s, {count / took_s:.0f}/s", f"{bare:.0f}/s (carried, no work)"
    return Figure(name, value, limit, times(count / took_s, bare))


def drain_one(layout: Layout, count: int) -> float:
    """Seconds from when a real unit shows the hall until all that it kept is receipted."""
    state = layout.folder / "unit-1"
    state.mkdir()
    with closing(open_outbox(state, new_id)) as outbox:
        for record in chain(count, "c1"):
            outbox.append(record.body, RealClock().now())
    unit = UnitProcess(layout, 1)
    with running(unit):
        unit.wait_drawn("closed", link="live")
        start = time.perf_counter()
        with closing(sqlite3.connect(f"file:{state / FILE_NAME}?mode=ro", uri=True)) as file:
            wait_for(lambda: _receipted(file) >= count, "the last receipt", WITHIN_S)
        return time.perf_counter() - start


def _receipted(file: sqlite3.Connection) -> int:
    return int(file.execute("SELECT receipted FROM outbox").fetchone()[0])


def drain_many(url: str, units: int, each: int) -> float | None:
    """Seconds from the first record of any of these units to the last receipt of all.

    None if that has not come in time, or a unit gave up.
    """
    command = [sys.executable, "-m", "bench.draining", url, str(units), str(each)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=WITHIN_S)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    return float(json.loads(done.stdout))


@contextmanager
def calling(hub: HubProcess, n: int) -> Iterator[list[float]]:
    """Have counter N call people; the seconds from each `next` to its answer."""
    open_counter(hub.api, n, "draining")
    unit = WireUnit(BrokerAddress(hub.layout.broker_url), f"unit-{n}", f"c{n}").start()
    waits: list[float] = []
    over = threading.Event()

    def call() -> None:
        while not over.wait(0.2):
            hub.api.post("/api/tickets", {"service": "s1"}, new_id())
            start = time.perf_counter()
            answer = unit.command(w.Next(action="next"))
            waits.append(time.perf_counter() - start if answer.outcome == "done" else inf)
            unit.command(w.Done(action="done"))

    clerk = threading.Thread(target=call)
    clerk.start()
    try:
        yield waits
    finally:
        over.set()
        clerk.join()
        unit.stop()


# --- the process of many units ---------------------------------------------------------------


def _drain(url: str, count: int, each: int) -> float:
    units = []
    for n in range(1, count + 1):
        records = chain(each, f"c{n}")
        outbox = records[0].outbox
        unit = WireUnit(BrokerAddress(url), f"unit-{n}", f"c{n}", outbox=outbox, through=each)
        units.append((unit.start(), records))
    for unit, _ in units:
        unit.wait_state()
    start = time.perf_counter()
    senders = [threading.Thread(target=unit.send_all, args=(kept,)) for unit, kept in units]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    took_s = time.perf_counter() - start
    if any(unit.receipted < each for unit, _ in units):
        raise RuntimeError("a unit has not got all of its receipts")
    for unit, _ in units:
        unit.stop()
    return took_s


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_drain(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
