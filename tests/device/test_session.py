"""The counter's session: its rules one by one, and under any order of events."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.asking import THANKS_S
from device.entry import ENTRY_S
from device.events import (
    Anomaly,
    AnswerCame,
    Body,
    DigitPressed,
    Effect,
    Event,
    Heard,
    Kept,
    Light,
    LinkDown,
    LinkUp,
    NotKept,
    RatingPressed,
    Remark,
    Say,
    Send,
    StaffKey,
    StaffPressed,
    StateCame,
    Tick,
    Write,
)
from device.notices import NoticeKind
from device.session import ANSWER_S, SECOND_PRESS_S, Session
from device.stages import TABLE, Cue, IllegalCue, Stage, step
from tests.device.samples import RUN, invitation, moment, picture, state
from wire.messages import (
    Answer,
    CallRecord,
    CounterPicture,
    CounterState,
    Level,
    LinkRefusal,
    RatingRecord,
    SignIn,
    State,
    Text,
    UnratedRecord,
)


class Desk:
    """A session whose clock and outbox a test holds in its hand."""

    def __init__(self, closed_calls: tuple[str, ...] = (), second_s: float = 1.0) -> None:
        self.session = Session(RUN, "c3", closed_calls, second_s)
        self.now_s = 100.0
        self.disk_works = True
        self.version = 0
        self.kept: list[Body] = []
        self.lit: frozenset[Level] = frozenset()

    def stage(self) -> Stage:
        return self.session.stage

    def give(self, event: Event) -> list[Effect]:
        events: list[Event] = [event]
        effects: list[Effect] = []
        while events:
            for effect in self.session.handle(events.pop(0), moment(self.now_s)):
                effects.append(effect)
                if isinstance(effect, Light):
                    self.lit = effect.levels
                if isinstance(effect, Write):
                    events.append(self._write(effect))
        return effects

    def _write(self, write: Write) -> Event:
        if not self.disk_works:
            return NotKept(write.body, full=True)
        self.kept.append(write.body)
        return Kept(write.body, len(self.kept))

    def after(self, seconds: float) -> list[Effect]:
        self.now_s += seconds
        return self.give(Tick())

    def connect(self) -> None:
        self.give(LinkUp())

    def news(self, counter: CounterPicture | None, **more: object) -> list[Effect]:
        self.version += 1
        n = self.session.hearing.n
        return self.give(StateCame(state(counter, version=self.version, n=n, **more)))  # type: ignore[arg-type]

    def invite(self, call_id: str = "call-1", **more: float) -> list[Effect]:
        return self.news(picture(asked=invitation(call_id, **more)))


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.connect()
    return desk


def answer(command_id: str, outcome: str = "done", code: str | None = None) -> AnswerCame:
    return AnswerCame(
        Answer.model_validate(
            {
                "id": command_id,
                "outcome": outcome,
                "code": code,
                "ticket": None,
                "reason": None,
                "counter": "c3",
                "state": None,
            }
        )
    )


def calls_of(desk: Desk) -> list[str]:
    return [record.call_id for record in desk.kept if isinstance(record, CallRecord)]


def only(effects: list[Effect], kind: type[Effect]) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, kind)]


def test_every_stage_but_connecting_can_be_reached_from_every_stage() -> None:
    for steps in TABLE.values():
        news = {Stage.CLOSED, Stage.IDLE, Stage.PAUSED, Stage.CALLING, Stage.SERVING}
        assert news <= set(steps.values())
    assert [stage for stage, steps in TABLE.items() if Stage.CONNECTING in steps.values()] == [
        Stage.CONNECTING
    ]


def test_a_step_that_the_table_lacks_names_stage_and_cue() -> None:
    with pytest.raises(IllegalCue, match="idle when no state has been used yet"):
        step(Stage.IDLE, Cue.NO_NEWS)


def test_it_connects_until_a_state_comes() -> None:
    desk = Desk()
    assert desk.stage() is Stage.CONNECTING
    says = only(desk.give(LinkUp()), Say)
    assert isinstance(says[0], Say)
    assert says[0].beat.hello
    desk.news(picture())
    assert desk.stage() is Stage.IDLE


@pytest.mark.parametrize(
    ("shown", "stage"),
    [
        (CounterState.CLOSED, Stage.CLOSED),
        (CounterState.IDLE, Stage.IDLE),
        (CounterState.CALLED, Stage.CALLING),
        (CounterState.SERVING, Stage.SERVING),
        (CounterState.PAUSED, Stage.PAUSED),
    ],
)
def test_the_stage_follows_the_picture(desk: Desk, shown: CounterState, stage: Stage) -> None:
    desk.news(picture(shown))
    assert desk.stage() is stage


def test_a_new_state_is_heard_and_renewed_at_once(desk: Desk) -> None:
    effects = desk.news(picture(), committed=7)
    assert Heard(1, "outbox-1", 7) in effects
    (say,) = only(effects, Say)
    assert isinstance(say, Say)
    assert (say.beat.hello, say.beat.n, say.beat.version) == (False, 2, 1)


@pytest.mark.parametrize(
    "foreign",
    [
        state(picture(), run="run-of-another"),
        state(picture(), n=0),
        state(picture(), n=99),
        state(picture(), n=1, version=0),
        state(picture(), n=1, version=9, epoch=0),
    ],
)
def test_a_state_that_is_not_for_it_changes_nothing(desk: Desk, foreign: State) -> None:
    desk.news(picture(CounterState.CALLED))
    before = desk.session.state
    (effect,) = desk.give(StateCame(foreign))
    assert isinstance(effect, Anomaly)
    assert desk.session.state is before


def test_a_refused_unit_shows_why_and_goes_on_saying_hello(desk: Desk) -> None:
    twin = LinkRefusal(code="twin", detail=Text(zh="重名", en="Twin"), twin_run="run-2")
    desk.news(None, refused=twin)
    assert desk.stage() is Stage.FAULT
    (say,) = only(desk.after(2.0), Say)
    assert isinstance(say, Say)
    assert say.beat.hello
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    assert desk.session.notice
    assert desk.session.notice.kind is NoticeKind.NOT_CONNECTED
    desk.news(picture())
    assert desk.stage() is Stage.IDLE


def test_an_invitation_lights_the_keys_and_one_press_is_kept_then_thanked(desk: Desk) -> None:
    desk.invite()
    assert desk.stage() is Stage.INVITING
    assert desk.lit == frozenset(Level)
    desk.now_s += 3
    desk.give(RatingPressed(Level.DISSATISFIED))
    (record,) = desk.kept
    assert isinstance(record, RatingRecord)
    assert (record.call_id, record.ticket, record.clerk) == ("call-1", "ticket-call-1", "wang")
    assert (record.level, record.after_ms) == (Level.DISSATISFIED, 3000)
    assert desk.stage() is Stage.THANKS
    assert desk.lit == {Level.DISSATISFIED}
    desk.after(THANKS_S)
    assert desk.stage() is Stage.IDLE
    assert not desk.lit


def test_later_presses_are_logged_and_not_counted(desk: Desk) -> None:
    desk.invite()
    desk.give(RatingPressed(Level.SATISFIED))
    effects = desk.give(RatingPressed(Level.VERY_DISSATISFIED))
    assert isinstance(effects[0], Remark)
    assert len(desk.kept) == 1


def test_no_thanks_before_the_commit(desk: Desk) -> None:
    desk.invite()
    effects = desk.session.handle(RatingPressed(Level.SATISFIED), moment(desk.now_s))
    (write,) = only(effects, Write)
    assert isinstance(write, Write)
    assert desk.stage() is Stage.INVITING
    desk.session.handle(Kept(write.body), moment(desk.now_s))
    assert desk.stage() is Stage.THANKS


def test_the_next_invitation_takes_the_place_of_the_thanks_at_once(desk: Desk) -> None:
    desk.invite("call-1")
    desk.give(RatingPressed(Level.SATISFIED))
    assert desk.stage() is Stage.THANKS
    desk.now_s += 0.1
    desk.invite("call-2")
    assert desk.stage() is Stage.INVITING
    assert desk.session.thanked is None
    assert desk.lit == frozenset(Level)
    desk.give(RatingPressed(Level.DISSATISFIED))
    assert calls_of(desk) == ["call-1", "call-2"]
    assert desk.session.thanked
    assert desk.session.thanked.call_id == "call-2"


def test_a_call_takes_the_place_of_the_thanks_at_once(desk: Desk) -> None:
    desk.invite("call-1")
    desk.give(RatingPressed(Level.SATISFIED))
    desk.news(picture(CounterState.CALLED, call_id="call-2"))
    assert desk.stage() is Stage.CALLING


def test_an_invitation_that_is_over_when_it_comes_leaves_the_thanks(desk: Desk) -> None:
    desk.invite("call-1")
    desk.give(RatingPressed(Level.SATISFIED))
    desk.invite("call-2", age_s=20.0, length_s=20.0)
    assert desk.stage() is Stage.THANKS


def test_a_rating_that_cannot_be_kept_is_not_thanked_for_and_may_be_tried_again(
    desk: Desk,
) -> None:
    desk.invite()
    desk.disk_works = False
    desk.give(RatingPressed(Level.SATISFIED))
    assert desk.stage() is Stage.INVITING
    assert desk.session.notice
    assert desk.session.notice.kind is NoticeKind.DISK_FULL
    assert only(desk.give(StaffPressed(StaffKey.NEXT, "k1")), Send)
    desk.disk_works = True
    desk.give(RatingPressed(Level.SATISFIED))
    assert desk.stage() is Stage.THANKS


def test_an_answer_that_could_not_be_kept_is_not_unrated(desk: Desk) -> None:
    desk.invite(length_s=10)
    desk.disk_works = False
    desk.give(RatingPressed(Level.SATISFIED))
    desk.disk_works = True
    desk.after(10)
    assert not desk.kept


def test_an_invitation_that_runs_out_is_unrated_once(desk: Desk) -> None:
    desk.invite(age_s=5.0, length_s=20.0)
    desk.after(14.9)
    assert desk.stage() is Stage.INVITING
    desk.after(0.2)
    (record,) = desk.kept
    assert isinstance(record, UnratedRecord)
    assert desk.stage() is Stage.IDLE
    desk.invite(age_s=19.0)
    assert desk.stage() is Stage.IDLE


def test_next_during_an_invitation_leaves_it_open_under_the_call(desk: Desk) -> None:
    desk.invite()
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    desk.news(picture(CounterState.CALLED, call_id="call-2"))
    assert desk.stage() is Stage.CALLING
    assert desk.session.invitation
    desk.give(RatingPressed(Level.SATISFIED))
    assert calls_of(desk) == ["call-1"]
    assert desk.stage() is Stage.CALLING
    assert desk.session.thanked


def test_a_pause_leaves_the_invitation_open_under_it(desk: Desk) -> None:
    desk.invite()
    desk.news(picture(CounterState.PAUSED))
    assert desk.stage() is Stage.PAUSED
    assert desk.session.invitation
    assert desk.lit == frozenset(Level)
    desk.give(RatingPressed(Level.SATISFIED))
    assert calls_of(desk) == ["call-1"]
    assert desk.stage() is Stage.PAUSED
    assert desk.session.thanked
    assert desk.lit == {Level.SATISFIED}


def test_an_invitation_that_runs_out_during_a_pause_is_unrated(desk: Desk) -> None:
    desk.invite(length_s=20.0)
    desk.news(picture(CounterState.PAUSED))
    desk.after(19.9)
    assert not desk.kept
    desk.after(0.2)
    assert [type(record) for record in desk.kept] == [UnratedRecord]
    assert desk.stage() is Stage.PAUSED


def test_an_invitation_that_is_first_heard_of_during_a_pause_is_opened(desk: Desk) -> None:
    desk.news(picture(CounterState.PAUSED, asked=invitation()))
    assert desk.stage() is Stage.PAUSED
    assert desk.lit == frozenset(Level)
    desk.give(RatingPressed(Level.DISSATISFIED))
    assert [type(record) for record in desk.kept] == [RatingRecord]


def test_the_clerk_s_return_ends_the_pause_and_not_the_invitation(desk: Desk) -> None:
    desk.news(picture(CounterState.PAUSED, asked=invitation()))
    desk.news(picture())
    assert desk.stage() is Stage.INVITING


def test_an_invitation_goes_on_when_the_link_is_cut(desk: Desk) -> None:
    desk.invite()
    desk.give(LinkDown())
    desk.after(10)
    assert desk.stage() is Stage.INVITING
    desk.give(RatingPressed(Level.SATISFIED))
    assert len(desk.kept) == 1


def test_an_invitation_that_was_taken_back_is_neither_rated_nor_unrated(desk: Desk) -> None:
    desk.invite("call-1")
    desk.news(picture(CounterState.SERVING, call_id="call-1"))
    assert desk.session.invitation is None
    desk.after(60)
    assert not desk.kept


def test_a_second_invitation_ends_the_first(desk: Desk) -> None:
    desk.invite("call-1")
    desk.invite("call-2")
    assert [type(record) for record in desk.kept] == [UnratedRecord]
    assert desk.session.invitation
    assert desk.session.invitation.call_id == "call-2"


def test_a_call_that_was_rated_before_a_restart_is_not_invited_again() -> None:
    desk = Desk(closed_calls=("call-1",))
    desk.connect()
    desk.invite("call-1")
    assert desk.stage() is Stage.IDLE
    desk.invite("call-2")
    assert desk.stage() is Stage.INVITING


def test_a_staff_key_sends_what_the_person_saw(desk: Desk) -> None:
    desk.news(picture(version=17))
    (send,) = only(desk.give(StaffPressed(StaffKey.NEXT, "k1")), Send)
    assert isinstance(send, Send)
    command = send.command
    assert (command.id, command.run, command.n) == ("k1", RUN, 1)  # answered, not only sent
    assert (command.counter, command.seen, command.request.action) == ("c3", 17, "next")


TOGGLED = {
    (StaffKey.NEXT, CounterState.CLOSED, False): "open",
    (StaffKey.NEXT, CounterState.CLOSED, True): "open",
    (StaffKey.PAUSE, CounterState.PAUSED, False): "unpause",
    (StaffKey.PAUSE, CounterState.PAUSED, True): "unpause",
    (StaffKey.HOLD, CounterState.CLOSED, True): "resume",
    (StaffKey.HOLD, CounterState.IDLE, True): "resume",
    (StaffKey.HOLD, CounterState.PAUSED, True): "resume",
}


@pytest.mark.parametrize("on_hold", [False, True])
@pytest.mark.parametrize("shown", CounterState)
@pytest.mark.parametrize("key", StaffKey)
def test_a_key_asks_for_what_is_printed_on_it_unless_it_toggles(
    desk: Desk, key: StaffKey, shown: CounterState, on_hold: bool
) -> None:
    desk.news(picture(shown, on_hold=["ticket-8", "ticket-9"] if on_hold else []))
    (send,) = only(desk.give(StaffPressed(key, "k1")), Send)
    assert isinstance(send, Send)
    asked = TOGGLED.get((key, shown, on_hold), key.value)
    assert send.command.request.model_dump(exclude_defaults=True) == {"action": asked}


def test_a_second_press_before_the_answer_or_the_new_state_sends_nothing(desk: Desk) -> None:
    desk.news(picture(version=17))
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    assert not only(desk.give(StaffPressed(StaffKey.NEXT, "k2")), Send)
    desk.give(answer("k1"))
    assert not only(desk.give(StaffPressed(StaffKey.NEXT, "k3")), Send)
    desk.news(picture(CounterState.CALLED, version=18))
    assert only(desk.give(StaffPressed(StaffKey.RECALL, "k4")), Send)


@pytest.mark.parametrize(
    ("outcome", "code", "kind"),
    [
        ("nothing_waiting", None, NoticeKind.NOBODY_WAITING),
        ("refused", "busy", NoticeKind.REFUSED),
    ],
)
def test_a_refusal_is_a_notice_and_frees_the_key(
    desk: Desk, outcome: str, code: str | None, kind: NoticeKind
) -> None:
    desk.news(picture())
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    desk.give(answer("k1", outcome, code))
    assert desk.session.notice
    assert (desk.session.notice.kind, desk.session.notice.code) == (kind, code)
    assert only(desk.give(StaffPressed(StaffKey.NEXT, "k2")), Send)


@pytest.mark.parametrize("key", [StaffKey.NEXT, StaffKey.HOLD, StaffKey.PAUSE])
def test_a_hasty_second_press_asks_nothing_of_what_the_first_has_become(
    desk: Desk, key: StaffKey
) -> None:
    """Where next finishes, the second press would send A001 away who was never served."""
    desk.news(picture(version=17))
    assert only(desk.give(StaffPressed(key, "k1")), Send)
    desk.give(answer("k1"))
    desk.news(picture(CounterState.CALLED, version=18))
    for hasty_id in ("k2", "k2b", "k2c"):
        assert not only(desk.give(StaffPressed(key, hasty_id)), Send)
        desk.after(SECOND_PRESS_S / 2)
    assert only(desk.give(StaffPressed(StaffKey.RECALL, "k3")), Send)  # another key is no haste
    desk.give(answer("k3"))
    desk.news(picture(CounterState.CALLED, version=19))
    desk.after(SECOND_PRESS_S)
    assert only(desk.give(StaffPressed(StaffKey.RECALL, "k4")), Send)


def test_on_a_scaled_clock_an_answer_has_a_real_second_to_come() -> None:
    desk = Desk(second_s=20.0)
    desk.connect()
    desk.news(picture())
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    desk.after(20 * ANSWER_S - 1)
    assert desk.session.alone is None
    desk.after(1)
    assert desk.session.alone


def test_the_deadline_is_the_first_thing_that_runs_out(desk: Desk) -> None:
    desk.invite(length_s=1.5)
    assert desk.session.deadline_s == pytest.approx(101.5)
    desk.give(RatingPressed(Level.SATISFIED))
    assert desk.session.deadline_s == pytest.approx(102.0)  # the next renew


# --- any order of events -----------------------------------------------------------------

CALLS = st.sampled_from(["call-1", "call-2", "call-3"])
INVITATIONS = st.none() | st.builds(
    invitation, CALLS, st.floats(0, 30), st.sampled_from([10.0, 20.0])
)
PICTURES = st.builds(
    picture,
    st.sampled_from(CounterState),
    st.integers(0, 4),
    CALLS,
    INVITATIONS,
    on_hold=st.sampled_from([(), ("ticket-9",)]),
)
STATES = st.builds(
    state,
    PICTURES | st.none(),
    version=st.integers(0, 4),
    epoch=st.integers(0, 2),
    n=st.integers(0, 9),
    run=st.sampled_from([RUN, RUN, RUN, "run-of-another"]),
)
EVENTS = st.one_of(
    st.builds(StateCame, STATES),
    st.builds(RatingPressed, st.sampled_from(Level)),
    st.builds(StaffPressed, st.sampled_from(StaffKey), st.sampled_from(["k1", "k2", "k3"])),
    st.builds(answer, st.sampled_from(["k1", "k2"]), st.sampled_from(["done", "refused"])),
    st.just(LinkUp()),
    st.just(LinkDown()),
    st.just(Tick()),
)
STEPS = st.lists(st.tuples(EVENTS, st.sampled_from([0.0, 0.1, 1.0, 5.0]), st.booleans()))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_in_any_order_a_rating_is_invited_single_and_thanked_after_its_commit(
    steps: list[tuple[Event, float, bool]],
) -> None:
    desk = Desk()
    for event, pause_s, disk_works in steps:
        desk.now_s += pause_s
        desk.disk_works = disk_works
        session = desk.session
        before, asked, used = len(desk.kept), session.invitation, session.state
        last = (used.epoch, used.version) if used else (0, 0)
        sent_n = session.hearing.n
        desk.give(event)
        new = [record for record in desk.kept[before:] if isinstance(record, RatingRecord)]
        if new:
            assert isinstance(event, RatingPressed)
            assert asked is not None
            assert [record.call_id for record in new] == [asked.call_id]
            assert desk.now_s < asked.ends_s
        if isinstance(event, StateCame) and session.state is not used:
            assert event.state.run == RUN
            assert 1 <= event.state.n <= sent_n
            assert (event.state.epoch, event.state.version) >= last
        if session.thanked:
            assert session.thanked.call_id in set(calls_of(desk))
        assert (session.stage is Stage.THANKS) <= (session.thanked is not None)
        assert not (session.stage is Stage.THANKS and session.invitation)
        assert (session.stage is Stage.INVITING) <= (session.invitation is not None)
        shown = session.picture.state if session.picture else None
        assert (session.stage is Stage.PAUSED) == (shown is CounterState.PAUSED)
    calls = calls_of(desk)
    assert len(calls) == len(set(calls))


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_in_any_order_no_picture_is_commanded_on_twice(
    steps: list[tuple[Event, float, bool]],
) -> None:
    desk = Desk()
    open_for: tuple[int, float] | None = None
    for event, pause_s, _ in steps:
        desk.now_s += min(pause_s, 0.1)
        if isinstance(event, AnswerCame):
            continue
        for effect in desk.give(event):
            if isinstance(effect, Send):
                seen, until_s = effect.command.seen, desk.now_s + ANSWER_S
                assert open_for is None or open_for[0] != seen or desk.now_s >= open_for[1]
                open_for = (seen, until_s)


# --- signing in on a keypad --------------------------------------------------------------

NOBODY = picture(CounterState.CLOSED).model_copy(update={"clerk": None})


def type_in(desk: Desk, digits: str) -> list[Effect]:
    for digit in digits:
        desk.give(DigitPressed(digit))
    return desk.give(StaffPressed(StaffKey.NEXT, f"k{digits}"))


def test_a_clerk_signs_in_with_a_number_and_a_pin(desk: Desk) -> None:
    desk.news(NOBODY)
    assert not only(type_in(desk, "1024"), Send)
    assert desk.stage() is Stage.SIGNING_IN
    (send,) = only(type_in(desk, "4711"), Send)
    assert isinstance(send, Send)
    assert send.command.request == SignIn(action="sign_in", clerk="1024", pin="4711")
    assert desk.session.entry is None
    desk.give(answer("k4711", "refused", "wrong_pin"))
    assert desk.session.notice
    assert desk.session.notice.code == "wrong_pin"


def test_what_was_typed_is_taken_back_or_forgotten_and_a_pin_is_in_no_log(desk: Desk) -> None:
    desk.news(NOBODY)
    type_in(desk, "1")
    for digit in "4711":
        desk.give(DigitPressed(digit))
    assert desk.session.entry
    assert desk.session.entry.pin == "4711"
    assert "4711" not in repr(desk.session.entry)
    desk.give(StaffPressed(StaffKey.UNDO, "k1"))
    assert desk.session.entry is None
    desk.give(DigitPressed("1"))
    desk.after(ENTRY_S)
    assert (desk.session.entry, desk.stage()) == (None, Stage.CLOSED)


def test_an_empty_number_or_pin_signs_nobody_in(desk: Desk) -> None:
    desk.news(NOBODY)
    type_in(desk, "1")
    assert not only(desk.give(StaffPressed(StaffKey.NEXT, "k2")), Send)
    assert desk.stage() is Stage.SIGNING_IN


@pytest.mark.parametrize("alone", [True, False])
def test_digits_mean_nothing_to_a_counter_with_a_clerk_or_without_a_hub(
    desk: Desk, alone: bool
) -> None:
    desk.news(NOBODY if alone else picture())
    if alone:
        desk.give(LinkDown())
    desk.give(DigitPressed("1"))
    assert desk.session.entry is None


def test_an_entry_ends_when_the_counter_is_taken_or_the_link_is_lost(desk: Desk) -> None:
    desk.news(NOBODY)
    desk.give(DigitPressed("1"))
    desk.give(LinkDown())
    desk.give(Tick())
    assert desk.session.entry is None
