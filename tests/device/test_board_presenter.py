"""From what a hall board knows to what it shows."""

from __future__ import annotations

from datetime import datetime

import pytest

from device.board_events import Announced, BoardEvent, PictureCame, Voiced
from device.board_presenter import (
    AFTER_CLOSING_S,
    FLASH_S,
    HALF_S,
    TURN_S,
    BoardPresenter,
)
from device.board_session import BoardSession
from device.events import LinkDown, LinkUp, StateCame
from device.hearing import SILENCE_S
from device.ui.viewmodel import (
    BoardConnecting,
    BoardFault,
    BoardView,
    Emergency,
    HallBoard,
    LanguageOrder,
    LinkConnecting,
    LinkLive,
    LinkStale,
)
from tests.device.board_samples import announce, board, call, queue, wall
from tests.device.samples import RUN, moment, state
from wire.messages import LinkRefusal, Text

T0 = 1000.0
NOTICE = Text(zh="通知", en="Notice")
PRESENTER = BoardPresenter("board-1")


@pytest.fixture
def session() -> BoardSession:
    made = BoardSession(RUN)
    tell(made, 0.0, LinkUp(), StateCame(state(n=1).model_copy(update={"now": wall(0.0)})))
    tell(made, 0.0, PictureCame(board(0.0, call("c1", -60.0)), retained=False))
    return made


def tell(session: BoardSession, at_s: float, *events: BoardEvent) -> None:
    for event in events:
        session.handle(event, moment(T0 + at_s))


def view(session: BoardSession, at_s: float) -> BoardView:
    return PRESENTER.view(session, T0 + at_s)


def shown(session: BoardSession, at_s: float) -> HallBoard:
    found = view(session, at_s)
    assert isinstance(found, HallBoard)
    return found


def test_calls_and_lines_as_people_read_them(session: BoardSession) -> None:
    found = shown(session, 1.0)
    assert found.frame.hall.zh == "临江市政务服务大厅"
    assert (found.frame.clock, found.frame.link, found.as_of) == ("09:00", LinkLive(), None)
    assert [(one.number, one.counter, one.lit) for one in found.calls] == [("A001", "3", False)]
    [line] = found.queues
    assert (line.prefix, line.waiting, line.counters, line.wait_min) == ("A", 4, 2, (1, 10))


def test_before_anything_is_known_it_connects() -> None:
    made = BoardSession(RUN)
    assert isinstance(view(made, 0.0), BoardConnecting)
    tell(made, 0.0, LinkUp(), Announced(announce("c1", 0.0)))
    assert [one.number for one in shown(made, 0.0).calls] == ["A001"]


def test_old_pictures_say_how_old_and_whether_calls_still_come(session: BoardSession) -> None:
    old = shown(session, 120.0)
    assert old.frame.link == LinkStale(120, "09:00")
    assert (old.as_of, old.linked, old.frame.clock) == ("09:00", True, "09:02")
    tell(session, 121.0, LinkDown())
    assert not shown(session, 121.0).linked


def test_a_picture_that_the_broker_kept_says_when_it_was_drawn() -> None:
    made = BoardSession(RUN)
    tell(made, 0.0, LinkUp(), PictureCame(board(0.0, call("c1", -60.0)), retained=True))
    found = shown(made, 0.0)
    assert (found.frame.link, found.frame.clock) == (LinkConnecting(), "")
    assert found.as_of == "03-02 09:00"  # who knows of which day


def test_a_call_flashes_by_halves_and_then_rests(session: BoardSession) -> None:
    tell(session, 5.0, Announced(announce("c2", 5.0, number="A002")))
    halves = [
        shown(session, 5.0 + n * HALF_S + 0.01).calls[0].lit for n in range(int(FLASH_S / HALF_S))
    ]
    assert halves == [n % 2 == 0 for n in range(len(halves))]
    assert not shown(session, 5.0 + FLASH_S + 0.01).calls[0].lit
    assert PRESENTER.next_change_s(session, T0 + 5.1) == pytest.approx(T0 + 5.0 + HALF_S)


def test_what_the_voice_says_stands_first_and_flashes_on(session: BoardSession) -> None:
    tell(session, 5.0, Announced(announce("c2", 5.0, number="A002")))
    tell(session, 6.0, Announced(announce("c3", 6.0, number="A003")))
    assert [one.number for one in shown(session, 6.0).calls] == ["A003", "A002", "A001"]
    tell(session, 6.5, Voiced("c2"))
    assert [one.number for one in shown(session, 6.5).calls] == ["A002", "A003", "A001"]
    late = 5.0 + FLASH_S + 2 * HALF_S + 0.01
    assert shown(session, late).calls[0].lit
    tell(session, late, Voiced(None))
    assert [one.number for one in shown(session, late).calls] == ["A003", "A002", "A001"]


def test_an_emergency_goes_over_everything_and_a_notice_does_not(session: BoardSession) -> None:
    tell(session, 1.0, PictureCame(board(1.0, notice=NOTICE), retained=False))
    assert shown(session, 1.0).notice == ("通知", "Notice")
    urgent = board(2.0, notice=NOTICE, emergency=Text(zh="请撤离", en="Leave"))
    tell(session, 2.0, PictureCame(urgent, retained=False))
    found = view(session, 2.0)
    assert isinstance(found, Emergency)
    assert found.text == ("请撤离", "Leave")


def test_a_refused_board_says_why(session: BoardSession) -> None:
    detail = Text(zh="重名", en="Somebody else has this name")
    refusal = LinkRefusal(code="twin", detail=detail)
    tell(session, 1.0, StateCame(state(refused=refusal)))
    found = view(session, 1.0)
    assert isinstance(found, BoardFault)
    assert "board-1" in found.title.en
    assert found.detail.en == detail.en


def test_a_closed_hall_shows_its_last_calls_until_everybody_has_gone(session: BoardSession) -> None:
    def closed(at_s: float, waiting: int) -> HallBoard:
        drawn = board(at_s, call("c1", -60.0), open=False, queues=[queue(waiting=waiting)])
        tell(session, at_s, PictureCame(drawn, retained=False))
        return shown(session, at_s)

    assert closed(10.0, 1).calls
    assert not closed(20.0, 0).open
    assert closed(20.0, 0).calls
    assert closed(AFTER_CLOSING_S, 2).calls
    gone = closed(AFTER_CLOSING_S, 0)
    assert (gone.calls, gone.queues) == ((), ())


def test_lines_take_turns(session: BoardSession) -> None:
    turns = {shown(session, n * TURN_S).turn for n in range(5)}
    assert len(turns) == 5


def test_it_says_when_it_looks_different_by_itself(session: BoardSession) -> None:
    """Between now and the time that it names, nothing changes; after that, something may."""
    tell(session, 3.3, Announced(announce("c2", 3.3, number="A002")))
    at_s, changes = 3.3, 0
    while at_s < 150.0:
        change_s = PRESENTER.next_change_s(session, T0 + at_s) - T0
        assert change_s > at_s
        before = view(session, at_s)
        assert view(session, (at_s + change_s) / 2) == before
        assert view(session, change_s - 1e-3) == before
        changes += view(session, change_s + 1e-3) != before
        at_s = change_s + 1e-6
    assert changes > 2 * FLASH_S
    assert at_s > SILENCE_S


def test_the_first_language_is_the_unit_s() -> None:
    english = BoardPresenter("board-1", LanguageOrder.ENGLISH_FIRST)
    frame = english.view(BoardSession(RUN), T0).frame
    assert frame.order is LanguageOrder.ENGLISH_FIRST


def test_the_clock_is_the_hall_s(session: BoardSession) -> None:
    assert session.wall(T0 + 90.0) == datetime.fromisoformat(wall(90.0))
    assert shown(session, 90.0).frame.clock == "09:01"
