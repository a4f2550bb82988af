"""What the hall's boards show of the state."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core.boards import CALLS_SHOWN, board_picture
from hub.core.commands import SetNotice
from hub.core.hall import Hall
from hub.core.plan import BoardPlace
from hub.forecast.waits import Forecast, Wait
from tests.hub.core.examples import Driver, make_plan, through_json
from wire import messages as w

EVERYTHING = BoardPlace(unit="board-1")
ZH_EN = {"zh": "闭馆通知", "en": "We close early"}


@pytest.fixture
def d() -> Driver:
    driver = Driver(make_plan(boards=[{"unit": "board-1"}]))
    driver.open("c1", "wang")
    driver.open("c3", "li")
    return driver


def board(d: Driver, place: BoardPlace = EVERYTHING, waits: Any = None) -> w.Board:
    return board_picture(d.hall, place, d.now, waits)


def numbers(d: Driver, place: BoardPlace = EVERYTHING) -> list[str]:
    return [call.number for call in board(d, place).calls]


def call(d: Driver, counter: str, service: str) -> None:
    d.ticket(service)
    d.pass_time(10)
    assert d.press(counter, "next").outcome == "done"


def test_the_newest_call_is_the_first_and_says_where_to_go(d: Driver) -> None:
    call(d, "c1", "a")
    call(d, "c3", "b")
    first, second = board(d).calls
    assert (first.number, first.counter_number, first.service_name.en) == ("B001", "3", "b")
    assert (second.number, second.counter_number) == ("A001", "1")
    assert first.at > second.at


@pytest.mark.parametrize("step", ["done", "no_show", "hold"])
def test_a_call_is_over_once_nobody_is_in_hand_by_it(d: Driver, step: str) -> None:
    call(d, "c1", "a")
    d.press("c1", "start")
    assert [one.over for one in board(d).calls] == [False]
    d.press("c1", step)
    assert [one.over for one in board(d).calls] == [True]


def test_what_is_called_again_is_new_and_stays_so_when_its_service_begins(d: Driver) -> None:
    call(d, "c1", "a")
    call(d, "c3", "b")
    d.pass_time(5)
    d.press("c1", "recall")
    assert [(c.number, c.recalls) for c in board(d).calls] == [("A001", 1), ("B001", 0)]
    d.press("c1", "start")
    assert numbers(d) == ["A001", "B001"]


def test_a_call_that_was_taken_back_is_gone(d: Driver) -> None:
    call(d, "c3", "b")
    call(d, "c1", "a")
    assert d.press("c1", "undo").outcome == "done"
    assert numbers(d) == ["B001"]


def test_the_list_has_an_end_and_begins_anew_each_day(d: Driver) -> None:
    for _ in range(CALLS_SHOWN + 3):
        d.serve("c1")
    assert len(numbers(d)) == CALLS_SHOWN
    assert numbers(d)[0] == f"A{CALLS_SHOWN + 3:03}"
    d.pass_time(86_400)
    assert numbers(d) == []


def test_a_board_shows_the_services_it_is_for(d: Driver) -> None:
    call(d, "c1", "a")
    call(d, "c3", "b")
    only = BoardPlace(unit="board-1", services=("b", "c"))
    assert numbers(d, only) == ["B001"]
    assert [queue.service for queue in board(d, only).queues] == ["b", "c"]


def test_queues_say_how_many_wait_and_how_long_in_whole_minutes(d: Driver) -> None:
    d.ticket("a")
    d.ticket("a")
    waits = Forecast(d.now, {}, {"a": Wait(70.0, 130.0, 301.0), "b": Wait(0.0, 10.0, 59.0)})
    first, second, third = board(d, waits=waits).queues
    assert (first.waiting, first.counters, first.prefix) == (2, 2, "A")
    assert first.wait_s == w.Wait(p10=60.0, p50=120.0, p90=360.0)
    assert second.wait_s == w.Wait(p10=0.0, p50=0.0, p90=60.0)
    assert third.wait_s is None


def test_a_notice_is_told_until_it_is_taken_away(d: Driver) -> None:
    told = d.do(SetNotice(ZH_EN, None, "operator"))
    assert board(d).notice == w.Text(zh="闭馆通知", en="We close early")
    assert len(told.events) == 1
    assert d.do(SetNotice(ZH_EN, None, "operator")).events == ()  # it is told already
    d.do(SetNotice(None, ZH_EN, "operator"))
    assert (board(d).notice, board(d).emergency) == (None, w.Text(**ZH_EN))
    assert Hall.load(through_json(d.hall.dump())).emergency == ZH_EN


def test_a_snapshot_from_before_there_were_notices_is_still_read(d: Driver) -> None:
    dump = through_json(d.hall.dump())
    del dump["notice"], dump["emergency"]
    assert Hall.load(dump).notice is None
