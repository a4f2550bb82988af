"""What a hall board makes of what it hears: each call once, and nothing old for new."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.board_calls import APART_S, MOST, RECENT_S
from device.board_events import (
    Announced,
    BoardEffect,
    BoardEvent,
    CalledAlone,
    Forget,
    PictureCame,
    Speak,
    Voiced,
)
from device.board_session import NEWS_S, BoardSession
from device.events import Anomaly, Heard, LinkDown, LinkUp, Say, StateCame, Tick
from device.hearing import BEAT_S, SILENCE_S
from tests.device.board_samples import alone, announce, board, call, queue, wall
from tests.device.samples import OUTBOX, RUN, moment, state
from wire.messages import LinkRefusal, Text

T0 = 1000.0
"""The board's clock at nine."""


@dataclass
class Told:
    """A session, told things at times in seconds after nine."""

    session: BoardSession = field(default_factory=lambda: BoardSession(RUN))
    done: list[BoardEffect] = field(default_factory=list)

    def __call__(self, at_s: float, *events: BoardEvent) -> list[BoardEffect]:
        effects = [
            effect for event in events for effect in self.session.handle(event, moment(T0 + at_s))
        ]
        self.done += effects
        return effects

    def picture(self, at_s: float, *calls: object, **fields: object) -> list[BoardEffect]:
        drawn = board(at_s, *calls, **fields)  # type: ignore[arg-type]
        return self(at_s, PictureCame(drawn, retained=False))

    @property
    def numbers(self) -> list[str]:
        return [shown.number for shown in self.session.calls.newest_first()]

    @property
    def ids(self) -> list[str]:
        return [shown.call_id for shown in self.session.calls.newest_first()]

    @property
    def spoken(self) -> list[tuple[str, str]]:
        calls = [effect.call for effect in self.done if isinstance(effect, Speak)]
        return [(one.call_id, one.kind) for one in calls]


@pytest.fixture
def told() -> Told:
    """Linked, answered, with a picture drawn at nine."""
    made = Told()
    made(0.0, LinkUp(), StateCame(state(n=1).model_copy(update={"now": wall(0.0)})))
    made.picture(0.0, call("c1", -60.0))
    return made


# --- the hub is heard ---------------------------------------------------------------------


def test_it_says_hello_hears_the_answer_and_renews() -> None:
    made = Told()
    [hello] = made(0.0, LinkUp())
    assert isinstance(hello, Say)
    assert hello.beat.hello
    answer = state(n=1, committed=3)
    heard, renew = made(0.1, StateCame(answer))
    assert heard == Heard(1, OUTBOX, 3)
    assert isinstance(renew, Say)
    assert not renew.beat.hello
    [beat] = made(0.1 + BEAT_S, Tick())
    assert isinstance(beat, Say)


def test_a_state_for_another_run_is_not_used(told: Told) -> None:
    [anomaly] = told(1.0, StateCame(state(run="run-2")))
    assert isinstance(anomaly, Anomaly)


def test_a_refusal_is_known_until_it_is_put_right() -> None:
    made = Told()
    text = Text(zh="重名", en="twin")
    refused = state(refused=LinkRefusal(code="twin", detail=text, twin_run="run-9"))
    made(0.0, LinkUp(), StateCame(refused))
    assert made.session.refusal is not None
    assert not [effect for effect in made.done if isinstance(effect, Heard)]
    made(1.0, StateCame(state(n=1)))
    assert made.session.refusal is None


# --- how old a picture is -----------------------------------------------------------------


def test_a_picture_is_of_now_until_silence(told: Told) -> None:
    session = told.session
    assert session.is_live(T0 + SILENCE_S - 0.1)
    assert not session.is_live(T0 + SILENCE_S)
    told.picture(SILENCE_S + 1.0)
    assert session.is_live(T0 + SILENCE_S + 1.5)
    told(SILENCE_S + 2.0, LinkDown())
    assert not session.is_live(T0 + SILENCE_S + 2.0)


def test_states_alone_do_not_make_a_picture_young(told: Told) -> None:
    told(SILENCE_S, StateCame(state(n=2, version=2)))
    assert not told.session.is_live(T0 + SILENCE_S)


def test_what_the_broker_kept_is_of_unknown_age() -> None:
    made = Told()
    made(0.0, LinkUp(), PictureCame(board(-5000.0, call("c1", -5060.0)), retained=True))
    assert made.session.picture is not None
    assert made.numbers == ["A001"]
    assert made.session.picture_s is None
    assert not made.session.is_live(T0)
    assert made.session.wall(T0) is None  # it does not tell the time either
    made.picture(1.0, call("c2", 0.0, "A002"))
    assert made.session.is_live(T0 + 1.0)
    assert made.numbers == ["A002"]


def test_what_the_broker_kept_replaces_nothing(told: Told) -> None:
    told(1.0, PictureCame(board(-50.0), retained=True))
    assert told.numbers == ["A001"]
    assert told.session.is_live(T0 + 1.0)


def test_an_older_picture_replaces_no_newer_one(told: Told) -> None:
    told.picture(1.0, version=7)
    [anomaly] = told(2.0, PictureCame(board(2.0, version=6), retained=False))
    assert isinstance(anomaly, Anomaly)
    assert told.picture(3.0, epoch=2, version=1) == []


def test_on_a_fast_clock_silence_lasts_real_seconds() -> None:
    made = Told(BoardSession(RUN, second_s=10.0))
    made(0.0, LinkUp())
    made.picture(0.0)
    assert made.session.is_live(T0 + 10 * SILENCE_S - 1)
    assert not made.session.is_live(T0 + 10 * SILENCE_S)


# --- calls --------------------------------------------------------------------------------


def test_a_call_flashes_is_spoken_and_stands_first(told: Told) -> None:
    told(5.0, Announced(announce("c2", 4.9, number="A002")))
    first = told.session.calls.newest_first()[0]
    assert (first.number, first.flash_s) == ("A002", T0 + 5.0)
    assert told.spoken == [("c2", "called")]


def test_an_old_announcement_is_neither_flashed_nor_spoken(told: Told) -> None:
    told(60.0, Announced(announce("c2", 60.0 - NEWS_S - 0.5)))
    shown = {one.call_id: one for one in told.session.calls.newest_first()}
    assert shown["c2"].flash_s is None
    assert told.spoken == []


def test_without_the_hall_s_time_nothing_is_known_to_be_new() -> None:
    made = Told()
    made(0.0, LinkUp(), Announced(announce("c2", 0.0)))
    assert made.ids == ["c2"]
    assert made.spoken == []


def test_an_announcement_of_an_earlier_start_of_the_hub_is_not_used(told: Told) -> None:
    told.picture(1.0, epoch=2)
    told(1.5, Announced(announce("c9", 1.4, epoch=1)))
    assert told.ids == []
    assert told.spoken == []


def test_a_call_again_moves_up_and_flashes_again(told: Told) -> None:
    told(5.0, Announced(announce("c2", 5.0, number="A002")))
    told(20.0, Announced(announce("c1", 20.0, "recalled")))
    first = told.session.calls.newest_first()[0]
    assert (first.call_id, first.recalls, first.flash_s) == ("c1", 1, T0 + 20.0)
    told.picture(21.0, call("c1", 20.0, recalls=1), call("c2", 5.0, "A002"))
    assert told.session.calls.newest_first()[0].recalls == 1


def test_what_is_delivered_twice_happens_once(told: Told) -> None:
    for at_s in (5.0, 5.5):
        told(at_s, Announced(announce("c1", 5.0, "recalled")))
    assert told.session.calls.newest_first()[0].recalls == 1
    assert told.spoken == [("c1", "recalled")]


def test_a_call_taken_back_is_gone_and_does_not_come_again(told: Told) -> None:
    told(5.0, Announced(announce("c2", 5.0)))
    told(6.0, Announced(announce("c2", 6.0, "voided")))
    assert told.ids == ["c1"]
    told(6.5, Announced(announce("c2", 5.0)))
    told.picture(7.0, call("c2", 5.0), call("c1", -60.0))  # drawn before
    assert told.ids == ["c1"]
    assert told.spoken == [("c2", "called"), ("c2", "voided")]


def test_a_call_that_is_over_is_not_to_be_spoken_any_more_which_is_said_once(told: Told) -> None:
    told(5.0, Announced(announce("c2", 5.0)))
    over = call("c2", 5.0).model_copy(update={"over": True})
    assert told.picture(6.0, call("c2", 5.0), call("c1", -60.0)) == []
    assert told.picture(7.0, over, call("c1", -60.0)) == [Forget("c2")]
    assert told.picture(8.0, over, call("c1", -60.0)) == []
    assert told.ids == ["c2", "c1"]  # it stays in sight


def test_a_picture_drawn_before_a_call_does_not_hide_it(told: Told) -> None:
    told(5.0, Announced(announce("c2", 5.0)))
    told.picture(5.2, call("c1", -60.0))
    assert told.ids == ["c2", "c1"]
    told.picture(5.0 + RECENT_S, call("c1", -60.0))
    assert told.ids == ["c1"]


def test_a_counter_that_decides_alone_is_believed_whatever_its_clock_says(told: Told) -> None:
    told(100.0, CalledAlone(alone("x1", 100.0)))
    assert told.ids == ["x1", "c1"]
    assert told.spoken == [("x1", "called")]
    told(110.0, CalledAlone(alone("x1", 110.0, "recalled")))
    assert told.session.calls.newest_first()[0].recalls == 1


def test_a_call_that_the_hub_learns_of_later_is_the_same_call(told: Told) -> None:
    told(100.0, CalledAlone(alone("x1", 100.0)))
    told.picture(160.0, call("x1", 100.0, "A002"), call("c1", -60.0))
    assert told.ids == ["x1", "c1"]
    told.picture(170.0, call("c1", -60.0))
    assert told.ids == ["c1"]  # the hub knew it, and says it is over


def test_a_counter_s_own_call_stays_while_the_hub_knows_nothing_of_it(told: Told) -> None:
    told(100.0, CalledAlone(alone("x1", 100.0)))
    told.picture(100.0 + APART_S - 1)
    assert told.ids == ["x1"]
    told.picture(100.0 + APART_S)
    assert told.ids == []


def test_a_board_is_silent_about_services_that_are_not_its_own(told: Told) -> None:
    told.picture(1.0, queues=[queue("tax")])
    told(2.0, Announced(announce("c2", 2.0)), CalledAlone(alone("x1", 2.0)))
    told(2.5, Announced(announce("c2", 2.5, "voided")))
    assert told.ids == []
    assert told.spoken == []
    told(3.0, Announced(announce("c3", 3.0, service="tax")))
    assert told.spoken == [("c3", "called")]


def test_what_the_voice_says_is_known(told: Told) -> None:
    told(1.0, Voiced("c1"))
    assert told.session.voiced == "c1"
    told(2.0, Voiced(None))
    assert told.session.voiced is None


CALLS = st.sampled_from(["c1", "c2", "c3"])
WORDS = st.one_of(
    st.builds(
        lambda i, k, s: Announced(announce(i, s, k)),
        CALLS,
        st.sampled_from(["called", "recalled", "voided"]),
        st.floats(0, 30),
    ),
    st.builds(lambda i, s: CalledAlone(alone(i, s)), CALLS, st.floats(0, 30)),
    st.builds(
        lambda ids, s: PictureCame(board(s, *(call(i, s) for i in ids)), retained=False),
        st.lists(CALLS, unique=True),
        st.floats(0, 30),
    ),
)


@settings(max_examples=30)
@given(st.lists(WORDS, max_size=12))
def test_in_any_order_each_call_stands_once_and_none_that_was_taken_back(
    words: list[BoardEvent],
) -> None:
    made = Told()
    made(0.0, LinkUp(), PictureCame(board(0.0), retained=False))
    voided: set[str] = set()
    for index, word in enumerate(words):
        made(float(index), word)
        if isinstance(word, Announced) and word.announce.kind == "voided":
            voided.add(word.announce.call_id)
        assert len(set(made.ids)) == len(made.ids)
        assert not voided & set(made.ids)
        times = [shown.at_s for shown in made.session.calls.newest_first()]
        assert times == sorted(times, reverse=True)


def test_it_does_not_grow_without_end(told: Told) -> None:
    for n in range(3 * MOST):
        told(float(n), CalledAlone(alone(f"x{n}", n)))
    assert len(told.ids) == MOST
    assert told.ids[0] == f"x{3 * MOST - 1}"
