"""When boards are told what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.boards import AGAIN_S, APART_S, Boards
from hub.outgoing import Outbound
from tests.hub.core.examples import Driver, make_plan
from tests.hub.core.running import Running
from tests.hub.core.units import hello
from wire import messages as w
from wire import topics
from wire.messages import Role

PLAN = {"boards": [{"unit": "board-1"}, {"unit": "board-2", "services": ["b"]}]}


@pytest.fixture
def d() -> Driver:
    driver = Driver(make_plan(**PLAN))
    driver.open("c1", "wang")
    return driver


def due(boards: Boards, d: Driver, now_s: float) -> list[Outbound]:
    return boards.due(d.hall, lambda _: None, d.now, now_s)


def told(boards: Boards, d: Driver, now_s: float) -> list[str]:
    return [out.unit for out in due(boards, d, now_s)]


def test_every_board_is_told_at_the_start(d: Driver) -> None:
    sent = due(Boards(), d, 100.0)
    assert [(out.topic, out.unit) for out in sent] == [
        (topics.BOARD, "board-1"),
        (topics.BOARD, "board-2"),
    ]


def test_a_change_is_told_to_those_who_see_it_and_not_too_soon(d: Driver) -> None:
    boards = Boards()
    due(boards, d, 100.0)
    d.ticket("a")  # board-2 shows nothing of this line
    boards.changed()
    assert told(boards, d, 100.1) == []
    assert boards.wait_s(d.hall, 100.1) == pytest.approx(APART_S - 0.1)
    assert told(boards, d, 100.0 + APART_S) == ["board-1"]


def test_what_looks_the_same_is_told_again_only_now_and_then(d: Driver) -> None:
    boards = Boards()
    due(boards, d, 100.0)
    boards.changed()
    assert told(boards, d, 101.0) == []
    assert boards.wait_s(d.hall, 101.0) == pytest.approx(AGAIN_S - 1.0)
    assert told(boards, d, 100.0 + AGAIN_S) == ["board-1", "board-2"]


def test_a_board_that_asks_is_told_at_once(d: Driver) -> None:
    boards = Boards()
    due(boards, d, 100.0)
    boards.ask("board-2")
    assert told(boards, d, 100.1) == ["board-2"]
    assert told(boards, d, 100.2) == []


def test_on_a_fast_clock_the_rhythm_is_that_of_real_seconds(d: Driver) -> None:
    boards = Boards(second_s=60.0)
    due(boards, d, 100.0)
    assert told(boards, d, 100.0 + 59 * AGAIN_S) == []
    assert told(boards, d, 100.0 + 60 * AGAIN_S) == ["board-1", "board-2"]


def test_a_hall_without_boards_has_nothing_to_do() -> None:
    boards, plain = Boards(), Driver()
    assert boards.wait_s(plain.hall, 100.0) is None
    assert due(boards, plain, 100.0) == []


def test_a_hall_of_endless_names_still_has_a_board() -> None:
    name = {"zh": "登" * 200, "en": "x" * 200}
    keys = [f"s{n}" for n in range(120)]
    prefixes = [f"{a}{b}" for a in "ABCDEFGHIJKL" for b in "ABCDEFGHIJ"]
    services = [
        {"id": key, "name": name, "prefix": prefix}
        for key, prefix in zip(keys, prefixes, strict=True)
    ]
    counters = [{"id": "c1", "number": "1", "services": keys, "unit": "unit-1"}]
    driver = Driver(make_plan(services=services, counters=counters, boards=[{"unit": "board-1"}]))
    driver.open("c1", "wang")
    for _ in range(30):
        driver.serve("c1", "s0")
    [out] = due(Boards(), driver, 100.0)
    packed = topics.publication(out.topic, out.message, "civic", out.unit)
    assert len(packed.payload) <= topics.MAX_PAYLOAD_BYTES
    assert isinstance(out.message, w.Board)
    assert len(out.message.calls) == 6
    assert len(out.message.queues) > 30


# --- in a running hub ---------------------------------------------------------------------


@pytest.fixture
def hub(folder: Path) -> Iterator[Running]:
    running = Running(folder, make_plan(**PLAN)).start()
    yield running
    running.close()


@pytest.mark.slow
def test_a_board_hears_of_calls_and_of_those_that_are_taken_back(hub: Running) -> None:
    said = hello("run-1", role=Role.BOARD, counter=None)
    assert hub.do(lambda t: t.hello("board-1", said)) is None
    assert hub.outbound(w.State, "board-1")[-1].counter is None
    hub.staff("c1", "wang")
    hub.issue("a")
    hub.press("c1", "next")
    hub.press("c1", "undo")
    called, voided = hub.outbound(w.Announce)
    assert (called.kind, voided.kind) == ("called", "voided")
    assert called.call_id == voided.call_id
    hub.pass_time(AGAIN_S)
    board = hub.outbound(w.Board, "board-1")[-1]
    assert (board.calls, board.queues[0].waiting) == ([], 1)
    hub.verify()
