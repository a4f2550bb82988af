"""Whatever arrives, the hall goes on: bad input is counted or set aside, and that is all."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.ingest import chain
from bench.kit import HubProcess, Layout, UnitProcess, open_counter, running, wait_for
from bench.wire_unit import WireUnit, seen_in
from hub.core.audit import Audit
from hub.journal.store import Journal
from wire import messages as w
from wire import topics
from wire.chain import chain_hash
from wire.link import BrokerAddress, Link
from wire.topics import MAX_PAYLOAD_BYTES, TOPICS, Direction, Publication

UP = [topic.name for topic in TOPICS if topic.direction is Direction.UP]


class Stranger:
    """Somebody on the hall's network who publishes what they like."""

    def __init__(self, url: str) -> None:
        self.link = Link(BrokerAddress(url), "stranger", lambda _event: None)
        self.link.start()
        wait_for(lambda: self.say("hall/test/unit/unit-1/status", b"?"), "a connection")

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Publish anything anywhere."""
        return self.link.publish(Publication(topic, payload, 1, retain))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """One hub for all: whatever a test has sent it, it serves the next."""
    with _hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture
def stranger(hub: HubProcess) -> Iterator[Stranger]:
    with _stranger(hub) as stranger:
        yield stranger


@pytest.fixture(scope="module")
def neighbour(hub: HubProcess) -> Iterator[WireUnit]:
    with _neighbour(hub) as unit:
        yield unit


@contextmanager
def _hub(folder: Path) -> Iterator[HubProcess]:
    hub = HubProcess(Layout(folder, counters=10, services=3))
    with running(hub):
        yield hub.wait_ready()


@contextmanager
def _stranger(hub: HubProcess) -> Iterator[Stranger]:
    stranger = Stranger(hub.layout.broker_url)
    yield stranger
    stranger.link.stop()


@contextmanager
def _neighbour(hub: HubProcess) -> Iterator[WireUnit]:
    """A well-behaved unit whose counter must not notice anything."""
    open_counter(hub.api, 1, "neighbour")
    unit = WireUnit(BrokerAddress(hub.layout.broker_url), "unit-1", "c1").start()
    unit.wait_state()
    yield unit
    unit.stop()


def _rejected(hub: HubProcess) -> dict[str, int]:
    status, hall = hub.api.get("/api/hall")
    assert status == 200
    counts: dict[str, int] = hall["rejected"]
    return counts


def _counted(hub: HubProcess, code: str, least: int) -> None:
    wait_for(lambda: _rejected(hub).get(code, 0) >= least, f"{least} counted as {code}")


def _decided(unit: WireUnit, request: w.Action) -> w.Answer:
    """The answer to a press; on a busy machine the state it was made with may have been old."""
    answer = unit.command(request)
    while answer.code in {"stale", "too_late"}:
        answer = unit.command(request)
    return answer


def _undisturbed(hub: HubProcess, neighbour: WireUnit) -> None:
    """The neighbour is served as if nothing had happened."""
    status, body = hub.api.post("/api/tickets", {"service": "s1"})
    assert status == 201
    number = json.loads(body)["number"]
    answer = _decided(neighbour, w.Next(action="next"))
    assert answer.ticket is not None
    assert answer.ticket.number == number
    assert _decided(neighbour, w.Done(action="done")).outcome == "done"
    assert hub.api.get("/healthz")[0] == 200


UNREADABLE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe\x00",
    b'{"v":1}',
    b'{"v":"1","run":"r","online":true}',
    b'{"v":1,"run":5,"online":"yes"}',
    b"[" * 5_000 + b"]" * 5_000,
    b'{"v":1e400}',
    b'{"v":1,"run":"\\ud800"}',
]


HEARD = [name for name in UP if name != topics.CALL.name]
"""What units send to the hub; to a call that was made alone only boards listen."""


@pytest.mark.slow
def test_unreadable_payloads_are_counted_on_every_topic(
    hub: HubProcess, stranger: Stranger, neighbour: WireUnit
) -> None:
    for name in HEARD:
        before = _rejected(hub).get("unreadable", 0)
        for payload in UNREADABLE:
            stranger.say(f"hall/test/unit/unit-2/{name}", payload)
        _counted(hub, "unreadable", before + len(UNREADABLE))
        _undisturbed(hub, neighbour)


@pytest.mark.slow
def test_each_kind_of_bad_input_is_counted(
    hub: HubProcess, stranger: Stranger, neighbour: WireUnit
) -> None:
    record = chain(1, "c2")[0].model_dump_json().encode()
    for code, unit, payload in (
        ("oversized", "unit-2", b" " * (MAX_PAYLOAD_BYTES + 1)),
        ("newer_schema", "unit-2", b'{"v":2,"something":"new"}'),
        ("unknown_topic", "Not An Id", record),
        ("unknown_unit", "nobody", record),
    ):
        before = _rejected(hub).get(code, 0)
        stranger.say(f"hall/test/unit/{unit}/record", payload)
        _counted(hub, code, before + 1)
    stranger.say("hall/test/unit/unit-2/command", b"{}", retain=True)
    stranger.say("hall/elsewhere/unit/unit-2/record", record)  # nobody listens there
    stranger.say("hall/test/unit/unit-1/state", b'{"v":1}')  # only units listen there
    _undisturbed(hub, neighbour)


@pytest.mark.slow
def test_a_payload_beyond_the_broker_hurts_only_its_sender(
    hub: HubProcess, stranger: Stranger, neighbour: WireUnit
) -> None:
    stranger.say("hall/test/unit/unit-2/record", b"x" * 600_000)
    _undisturbed(hub, neighbour)


@pytest.mark.slow
def test_commands_that_name_what_is_not_there(
    hub: HubProcess, stranger: Stranger, neighbour: WireUnit
) -> None:
    for change in ({"counter": "c99"}, {"counter": "c2"}, {"seen": 999_999}, {"run": "other"}):
        state = neighbour.wait_state()
        command: dict[str, Any] = {
            "v": 1,
            "id": f"bad-{next(iter(change))}-{next(iter(change.values()))}",
            "run": neighbour.run,
            "n": state.n,
            "counter": "c1",
            "seen": seen_in(state),
            "request": {"action": "next"},
            **change,
        }
        stranger.say("hall/test/unit/unit-1/command", json.dumps(command).encode())
        assert neighbour.wait_answer(command["id"]).outcome == "refused"
    _undisturbed(hub, neighbour)


# On a busy machine the last of ten PINs is checked when its press is too old to act.
REFUSED = {"wrong_pin", "too_many_attempts", "too_late"}


@pytest.mark.slow
def test_slow_sign_ins_do_not_cost_the_hub_its_connection(
    hub: HubProcess, neighbour: WireUnit
) -> None:
    """A PIN takes long to check; what comes after it is still acknowledged after it."""
    for number in range(10):
        command = w.Command(
            id=f"guess-{number}",
            run=neighbour.run,
            n=neighbour.wait_state().n,
            counter="c1",
            seen=seen_in(neighbour.wait_state()),
            request=w.SignIn(action="sign_in", clerk="k1", pin="wrong"),
        )
        neighbour.publish(topics.COMMAND, command)
        for _ in range(5):
            neighbour.renew()
    for number in range(10):
        assert neighbour.wait_answer(f"guess-{number}").code in REFUSED
    log = (hub.layout.folder / "hub.log").read_text(encoding="utf-8")
    assert "the broker is gone" not in log
    _undisturbed(hub, neighbour)


@pytest.mark.slow
def test_record_of_a_newer_schema_is_kept_and_receipted(
    hub: HubProcess, neighbour: WireUnit
) -> None:
    before = _quarantined(hub)
    good = chain(1, "c1")[0]
    body = good.body.replace('"v":1', '"v":7')
    hash_ = chain_hash(good.previous, body)
    neighbour.outbox = good.outbox
    neighbour.record(good.model_copy(update={"body": body, "hash": hash_}))
    neighbour.wait_receipt(1)
    after = _quarantined(hub)
    assert after == [*before, ("newer_schema", body.encode())]
    assert hub.api.get("/api/hall")[1]["today"]["quarantined"] == len(after)


def _quarantined(hub: HubProcess) -> list[tuple[str, bytes]]:
    """What has been set aside so far."""
    address = f"file:{hub.layout.data / 'journal.sqlite'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as journal:
        found: list[tuple[str, bytes]] = journal.execute(
            "SELECT code, payload FROM quarantine ORDER BY rowid"
        ).fetchall()
    return found


def _mutants(rng: random.Random, count: int) -> Iterator[tuple[str, bytes]]:
    """Good messages, bent in one place."""
    record = chain(1, "c2")[0].model_dump_json().encode()
    hello = {"v": 1, "run": "r", "n": 1, "epoch": 0, "version": 0, "through": 0, "boot_ms": 1}
    seeds = [record, json.dumps(hello).encode(), b'{"v":1,"run":"r","online":true}']
    for _ in range(count):
        payload = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, 6)):
            place = rng.randrange(len(payload))
            action = rng.random()
            if action < 0.5:
                payload[place] = rng.randrange(256)
            elif action < 0.8:
                del payload[place : place + rng.randint(1, 20)]
            else:
                payload[place:place] = rng.randbytes(rng.randint(1, 20))
            if not payload:
                payload = bytearray(b"?")
        yield f"hall/test/unit/unit-{rng.randint(2, 12)}/{rng.choice(UP)}", bytes(payload)


def _flood(folder: Path, count: int) -> None:
    """Send so many to a hub of its own, whose journal is looked through when it has ended."""
    with _hub(folder) as hub:
        with _neighbour(hub) as neighbour, _stranger(hub) as stranger:
            _send(hub, stranger, neighbour, count)
        hub.end()
        with closing(Journal(hub.layout.data)) as journal:
            assert Audit().read(event for _, event in journal.events()) == []


def _send(hub: HubProcess, stranger: Stranger, neighbour: WireUnit, count: int) -> None:
    rng = random.Random(20261122)
    for number, (topic, payload) in enumerate(_mutants(rng, count), 1):
        stranger.say(topic, payload)
        if number % 200 == 0:
            _undisturbed(hub, neighbour)
        if number % 5_000 == 0:
            print(f"bad input: {number} of {count} bent messages")
    _undisturbed(hub, neighbour)
    # What is bad is counted; what happens to be good still counts for nothing.
    wait_for(lambda: sum(_rejected(hub).values()) > count // 2, "most of them to be counted")


@pytest.mark.slow
def test_bent_messages_tenth(tmp_path: Path) -> None:
    _flood(tmp_path, 2_000)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_bent_messages(tmp_path: Path) -> None:
    _flood(tmp_path, 20_000)


@pytest.mark.slow
def test_a_real_unit_takes_no_nonsense(tmp_path: Path) -> None:
    layout = Layout(tmp_path, counters=1)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        unit = UnitProcess(layout, 1)
        with running(unit):
            unit.wait_panel()
            open_counter(hub.api, 1, "real")
            unit.wait_drawn("idle")
            stranger = Stranger(layout.broker_url)
            for name in ("state", "answer", "receipt"):
                for payload in UNREADABLE:
                    stranger.say(f"hall/test/unit/unit-1/{name}", payload)
            foreign = {"outbox": "someone-else", "through": 10**9, "v": 1}
            stranger.say("hall/test/unit/unit-1/receipt", json.dumps(foreign).encode())
            hub.api.post("/api/tickets", {"service": "s1"})
            unit.press("next")
            assert unit.wait_drawn("calling")["number"] == "A001"
            stranger.link.stop()
            assert unit.running
