"""Records a second: durable in the hub, beside the same messages carried and thrown away."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from bench.kit import HubProcess, Layout, running
from bench.report import Figure, times
from bench.wire_unit import WireUnit
from wire import messages as w
from wire import topics
from wire.chain import NO_HASH, chain_hash
from wire.clock import RealClock, rfc3339
from wire.ids import new_id
from wire.link import BrokerAddress, Connected, Delivery, Link, LinkEvent
from wire.topics import Publication

UNITS = 4
RECORDS = 5_000
IN_FLIGHT = 200


def measure(folder: Path) -> list[Figure]:
    """Ingest from a process of its own, once into the hub and once into nothing."""
    layout = Layout(folder, counters=UNITS)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        durable = _durable(layout.broker_url)
        bare = bare_rate(layout.broker_url)
    return [
        Figure(
            f"records ingested a second, durable ({UNITS} units × {RECORDS})",
            f"{durable:.0f}/s",
            f"{bare:.0f}/s (paho → broker → paho, no work)",
            times(durable, bare),
            "half",
        )
    ]


def _durable(url: str) -> float:
    command = [sys.executable, "-m", "bench.ingest", "hub", url]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=300)
    return float(done.stdout)


def bare_rate(url: str) -> float:
    """Messages of records a second from paho through the broker to paho, and no work."""
    total = UNITS * RECORDS
    count, first, last = [0], [0.0], [0.0]
    done, ready = threading.Event(), threading.Event()

    def on_event(event: LinkEvent) -> None:
        if isinstance(event, Connected):
            ready.set()
        elif isinstance(event, Delivery):
            last[0] = time.perf_counter()
            first[0] = first[0] or last[0]
            count[0] += 1
            if count[0] >= total:
                done.set()

    reader = Link(BrokerAddress(url), "bare-sink", on_event, subscriptions=["bare/+/record"])
    reader.start()
    ready.wait(5)
    time.sleep(0.3)
    publisher = subprocess.Popen(
        [sys.executable, "-m", "bench.ingest", "bare", url],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    complete = done.wait(120)
    publisher.communicate()  # closes its input, which ends it
    reader.stop()
    if not complete:
        raise RuntimeError(f"only {count[0]} of {total} bare messages have arrived")
    return (count[0] - 1) / (last[0] - first[0])


# --- the publishing process ----------------------------------------------------------------


def chain(count: int, counter: str) -> list[w.Record]:
    """Records of an outbox as one run of a unit would have written them."""
    outbox, run, previous = new_id(), new_id(), NO_HASH
    found = []
    for sequence in range(1, count + 1):
        body = w.RatingRecord(
            run=run,
            boot_ms=sequence,
            wall=rfc3339(RealClock().now()),
            synchronised=True,
            counter=counter,
            call_id=new_id(),
            ticket=new_id(),
            clerk="k1",
            level=w.Level.SATISFIED,
            after_ms=2500,
        ).model_dump_json()
        hash_ = chain_hash(previous, body)
        found.append(
            w.Record(outbox=outbox, sequence=sequence, previous=previous, hash=hash_, body=body)
        )
        previous = hash_
    return found


def _into_hub(url: str) -> float:
    units = []
    for n in range(1, UNITS + 1):
        records = chain(RECORDS, f"c{n}")
        unit = WireUnit(
            BrokerAddress(url), f"unit-{n}", f"c{n}", outbox=records[0].outbox, through=RECORDS
        )
        units.append((unit.start(), records))
    for unit, _ in units:
        unit.wait_state()
    start = time.perf_counter()
    threads = [
        threading.Thread(target=unit.send_all, args=(chain_, IN_FLIGHT)) for unit, chain_ in units
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    for unit, _ in units:
        unit.stop()
    return UNITS * RECORDS / took


def _into_nothing(url: str) -> float:
    links = []
    for n in range(1, UNITS + 1):
        link = Link(BrokerAddress(url), f"bare-{n}", lambda _event: None)
        link.start()
        packed = [
            topics.publication(topics.RECORD, record, "bare", f"unit-{n}").payload
            for record in chain(RECORDS, f"c{n}")
        ]
        links.append((link, f"bare/unit-{n}/record", packed))
    time.sleep(0.5)
    threads = [threading.Thread(target=_throw, args=item) for item in links]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdin.read()  # until the reader has all of them
    for link, _, _ in links:
        link.stop()
    return 0.0


def _throw(link: Link, topic: str, payloads: list[bytes]) -> None:
    for payload in payloads:
        link.publish(Publication(topic, payload, 1, retain=False))


if __name__ == "__main__":
    sys.stdout.write(str({"hub": _into_hub, "bare": _into_nothing}[sys.argv[1]](sys.argv[2])))
