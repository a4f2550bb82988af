"""A counter without its hub: who decides a press, what it writes, and when the hub is back."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from device.asking import SETTLE_S, TAGS_S, THANKS_S
from device.deciding import OFFER_S, OFFER_SETTLE_S, Remembered
from device.events import (
    AnswerCame,
    Body,
    Effect,
    Event,
    HealthCame,
    Kept,
    LinkDown,
    LinkUp,
    NotKept,
    RatingPressed,
    Send,
    StaffKey,
    StaffPressed,
    StateCame,
    TagsDone,
    TagTouched,
    Tell,
    Tick,
    Write,
)
from device.hearing import SILENCE_S
from device.notices import NoticeKind
from device.session import ANSWER_S, SECOND_PRESS_S, Session
from device.stages import Stage
from tests.device.samples import (
    ASKING,
    RUN,
    TAGS,
    grant,
    invitation,
    moment,
    picture,
    state,
)
from wire.messages import (
    Answer,
    AwayRecord,
    CalledRecord,
    CounterPicture,
    CounterState,
    HealthRecord,
    Level,
    LinkRefusal,
    RatingRecord,
    RatingTagsRecord,
    StepRecord,
    Text,
    UnratedRecord,
    WithoutNumberRecord,
)

DECISIONS = (CalledRecord, WithoutNumberRecord, StepRecord, AwayRecord)
TWIN = LinkRefusal(code="twin", detail=Text(zh="重名", en="Twin"))


class Counter:
    """A session with its outbox; `told` is every call it has told of."""

    def __init__(self, remembered: Remembered | None = None, second_s: float = 1.0) -> None:
        self.session = Session(RUN, "c3", (), second_s, remembered)
        self.now_s = 100.0
        self.disk_works = True
        self.version = 0
        self.presses = 0
        self.through = max((n for n, _ in remembered.decisions), default=0) if remembered else 0
        self.kept: list[Body] = []
        self.told: list[Tell] = []
        self.sent: list[Send] = []

    def give(self, event: Event) -> list[Effect]:
        events, all_effects = [event], []
        while events:
            effects = self.session.handle(events.pop(0), moment(self.now_s))
            for effect in effects:
                all_effects.append(effect)
                if isinstance(effect, Tell):
                    self.told.append(effect)
                if isinstance(effect, Send):
                    self.sent.append(effect)
                if isinstance(effect, Write):
                    events.append(self._write(effect))
        return all_effects

    def _write(self, write: Write) -> Event:
        if not self.disk_works:
            return NotKept(write.body, full=True)
        self.kept.append(write.body)
        self.through += 1
        return Kept(write.body, self.through)

    def stage(self) -> Stage:
        return self.session.stage

    def after(self, seconds: float) -> None:
        self.now_s += seconds
        self.give(Tick())

    def press(self, key: StaffKey) -> str:
        self.presses += 1
        fresh_id = f"k{self.presses}"
        self.give(StaffPressed(key, fresh_id))
        return fresh_id

    def news(self, counter: CounterPicture | None = None, **more: object) -> None:
        self.version += 1
        more = {"n": self.session.hearing.n, "committed": self.through, **more}
        shown = counter or picture(version=self.version)
        self.give(StateCame(state(shown, version=self.version, **more)))  # type: ignore[arg-type]

    @property
    def decisions(self) -> list[Body]:
        return [body for body in self.kept if isinstance(body, DECISIONS)]


def connected(*grants: int, counter: CounterPicture | None = None, **more: object) -> Counter:
    unit = Counter()
    unit.give(LinkUp())
    unit.news(counter, grants=[grant(number) for number in grants], **more)
    return unit


def cut_off(*grants: int, counter: CounterPicture | None = None, **more: object) -> Counter:
    unit = connected(*grants, counter=counter, **more)
    unit.give(LinkDown())
    return unit


# --- when it is alone --------------------------------------------------------------------


def test_silence_and_a_lost_link_leave_it_alone_since_the_last_word() -> None:
    silent, lost = connected(), connected()
    silent.after(SILENCE_S - 0.1)
    assert silent.session.alone is None
    silent.after(0.1)
    lost.give(LinkDown())
    for unit in (silent, lost):
        assert unit.session.alone
        assert unit.session.alone.since_s == 100.0


def test_a_press_without_an_answer_is_decided_here_and_names_its_command() -> None:
    unit = connected(1)
    command = unit.press(StaffKey.NEXT)
    assert [send.command.id for send in unit.sent] == [command]
    unit.after(ANSWER_S - 0.01)
    assert not unit.kept
    unit.after(0.01)
    (record,) = unit.decisions
    assert isinstance(record, CalledRecord)
    assert (record.ticket, record.command) == ("granted-1", command)
    assert unit.session.alone
    assert unit.session.alone.since_s == pytest.approx(101.0)
    assert unit.stage() is Stage.CALLING
    unit.press(StaffKey.DONE)
    step = unit.decisions[-1]
    assert isinstance(step, StepRecord)
    assert (step.step, step.command) == ("done", None)
    assert len(unit.sent) == 1


def test_a_press_that_waits_for_its_answer_is_not_pressed_again_by_a_lost_link() -> None:
    unit = connected(1, 2)
    unit.press(StaffKey.NEXT)
    unit.give(LinkDown())
    unit.press(StaffKey.NEXT)
    assert not unit.decisions
    unit.after(ANSWER_S)
    assert len(unit.decisions) == 1


def answered(command: str, outcome: str = "done") -> AnswerCame:
    content = {"id": command, "outcome": outcome, "code": None, "ticket": None}
    return AnswerCame(
        Answer.model_validate({**content, "reason": None, "counter": "c3", "state": None})
    )


def test_an_answered_press_is_not_decided_again() -> None:
    unit = connected(1)
    unit.give(answered(unit.press(StaffKey.NEXT)))
    unit.after(ANSWER_S)
    assert unit.session.alone is None
    assert not unit.kept


def test_a_later_picture_settles_a_press_whose_answer_is_lost() -> None:
    unit = connected(1)
    unit.press(StaffKey.NEXT)
    unit.news(picture(CounterState.CALLED, version=2))
    unit.after(ANSWER_S)
    assert unit.session.alone is None
    assert not unit.kept


def test_what_the_hub_called_and_nobody_saw_is_replaced_by_name() -> None:
    unit = connected(1)
    command = unit.press(StaffKey.NEXT)
    unit.give(answered(command))
    unit.give(LinkDown())
    unit.after(ANSWER_S)
    assert not unit.decisions
    unit.press(StaffKey.NEXT)
    (record,) = unit.decisions
    assert isinstance(record, CalledRecord)
    assert record.command == command


def test_a_refused_unit_decides_nothing() -> None:
    unit = connected(1)
    unit.news(refused=TWIN)
    unit.give(LinkDown())
    unit.press(StaffKey.NEXT)
    assert unit.session.alone is None
    assert not unit.kept
    assert unit.session.notice
    assert unit.session.notice.kind is NoticeKind.NOT_CONNECTED


def test_before_any_state_it_is_not_alone() -> None:
    unit = Counter()
    unit.after(3600)
    unit.press(StaffKey.NEXT)
    assert (unit.session.alone, unit.stage()) == (None, Stage.CONNECTING)


# --- what it calls -----------------------------------------------------------------------


def test_grants_are_called_in_order_kept_first_and_told() -> None:
    unit = cut_off(1, 2)
    effects = unit.session.handle(StaffPressed(StaffKey.NEXT, "k1"), moment(unit.now_s))
    (write,) = [effect for effect in effects if isinstance(effect, Write)]
    assert unit.stage() is Stage.IDLE
    (tell,) = [
        effect
        for effect in unit.session.handle(Kept(write.body, 1), moment(unit.now_s))
        if isinstance(effect, Tell)
    ]
    assert (tell.call.number, tell.call.kind, tell.call.counter_number) == ("B001", "called", "3")
    assert unit.stage() is Stage.CALLING
    unit.press(StaffKey.RECALL)
    assert [tell.call.kind for tell in unit.told] == ["recalled"]
    unit.press(StaffKey.NO_SHOW)
    unit.press(StaffKey.NEXT)
    assert unit.told[-1].call.number == "B002"


def test_a_lease_is_reckoned_from_the_sending_of_the_renew() -> None:
    unit = Counter()
    unit.give(LinkUp())
    unit.now_s += 30.0  # the hub was slow
    unit.news(grants=[grant(1), grant(2)], lease_s=60.0)
    unit.give(LinkDown())
    unit.after(29.9)
    unit.press(StaffKey.NEXT)
    assert len(unit.decisions) == 1
    unit.press(StaffKey.DONE)
    unit.after(0.2)
    unit.press(StaffKey.NEXT)
    assert unit.stage() is Stage.INVITING
    assert unit.session.offer
    assert [type(body) for body in unit.decisions] == [CalledRecord, StepRecord]


def test_without_a_grant_it_offers_and_a_second_press_serves_without_a_number() -> None:
    unit = cut_off()
    unit.press(StaffKey.NEXT)
    assert unit.stage() is Stage.OFFERING
    unit.after(OFFER_SETTLE_S / 2)
    unit.press(StaffKey.NEXT)
    assert not unit.kept, "a press twice is no confirmation"
    unit.after(OFFER_SETTLE_S)
    unit.press(StaffKey.NEXT)
    (record,) = unit.decisions
    assert isinstance(record, WithoutNumberRecord)
    assert unit.stage() is Stage.SERVING
    assert not unit.told
    unit.press(StaffKey.DONE)
    assert unit.stage() is Stage.INVITING
    unit.give(RatingPressed(Level.SATISFIED))
    rating = unit.kept[-1]
    assert isinstance(rating, RatingRecord)
    assert (rating.call_id, rating.ticket, rating.clerk) == (record.call_id, record.ticket, "wang")


def test_an_offer_runs_out_and_other_keys_take_it_away() -> None:
    unit = cut_off()
    unit.press(StaffKey.NEXT)
    unit.after(OFFER_S)
    assert unit.session.offer is None
    unit.press(StaffKey.NEXT)
    unit.press(StaffKey.PAUSE)
    assert unit.session.offer is None
    assert [type(body) for body in unit.kept] == [AwayRecord]


def test_the_service_without_a_number_names_the_press_that_had_no_answer() -> None:
    unit = connected()
    command = unit.press(StaffKey.NEXT)
    unit.after(ANSWER_S)
    assert unit.session.offer
    unit.after(OFFER_S)
    unit.press(StaffKey.NEXT)
    unit.after(OFFER_SETTLE_S)
    unit.press(StaffKey.NEXT)
    (record,) = unit.decisions
    assert isinstance(record, WithoutNumberRecord)
    assert record.command == command


def test_a_call_that_cannot_be_kept_is_not_made() -> None:
    unit = cut_off(1)
    unit.disk_works = False
    unit.press(StaffKey.NEXT)
    assert (unit.stage(), unit.told) == (Stage.IDLE, [])
    assert unit.session.notice
    assert unit.session.notice.kind is NoticeKind.DISK_FULL
    unit.disk_works = True
    unit.press(StaffKey.NEXT)
    assert unit.stage() is Stage.CALLING


def serving_alone(**more: object) -> Counter:
    """A counter that was cut off while it served, in a hall where `next` ends a service."""
    counter = Counter()
    counter.give(LinkUp())
    counter.news(picture(CounterState.SERVING), next_finishes=True, **more)
    return counter


def test_where_next_ends_the_service_at_hand_it_does_so_alone_too() -> None:
    counter = serving_alone(grants=[grant(1)])
    fresh_id = counter.press(StaffKey.NEXT)
    counter.after(ANSWER_S)
    done, called = counter.decisions
    assert isinstance(done, StepRecord)
    assert (done.step, done.call_id, done.command) == ("done", "call-2", None)
    assert isinstance(called, CalledRecord)
    assert (called.ticket, called.command) == ("granted-1", fresh_id)
    assert counter.stage() is Stage.CALLING
    assert counter.session.invitation
    assert counter.session.invitation.call_id == "call-2"


def test_the_service_is_ended_though_nobody_is_left_to_call() -> None:
    counter = serving_alone()
    counter.give(LinkDown())
    counter.press(StaffKey.NEXT)
    assert [getattr(body, "step", None) for body in counter.decisions] == ["done"]
    assert counter.session.offer
    counter.after(OFFER_SETTLE_S)
    counter.press(StaffKey.NEXT)
    assert isinstance(counter.decisions[-1], WithoutNumberRecord)
    counter.press(StaffKey.DONE)
    assert len(counter.decisions) == 3, "nothing of the press before is left to be decided"


def test_a_service_whose_end_cannot_be_kept_goes_on() -> None:
    counter = serving_alone(grants=[grant(1)])
    counter.give(LinkDown())
    counter.disk_works = False
    counter.press(StaffKey.NEXT)
    assert (counter.decisions, counter.stage()) == ([], Stage.SERVING)
    counter.disk_works = True
    counter.press(StaffKey.RECALL)
    assert [getattr(body, "step", None) for body in counter.decisions] == ["recall"]


def test_a_ticket_in_hand_when_the_link_goes_is_served_to_its_end() -> None:
    unit = cut_off(counter=picture(CounterState.SERVING, call_id="call-7"))
    assert unit.stage() is Stage.SERVING
    unit.press(StaffKey.DONE)
    (record,) = unit.decisions
    assert isinstance(record, StepRecord)
    assert (record.step, record.call_id) == ("done", "call-7")
    assert unit.session.invitation
    assert unit.session.invitation.ends_s - unit.session.invitation.opened_s == 20.0
    unit.after(20.0)
    assert isinstance(unit.kept[-1], UnratedRecord)


@pytest.mark.parametrize(
    ("key", "code"), [(StaffKey.UNDO, "cut_off"), (StaffKey.DONE, "nothing_in_hand")]
)
def test_what_cannot_be_done_alone_is_said(key: StaffKey, code: str) -> None:
    unit = cut_off(1)
    unit.press(key)
    assert unit.session.notice
    assert (unit.session.notice.kind, unit.session.notice.code) == (NoticeKind.REFUSED, code)


def test_a_pause_is_written_and_ends_with_the_key() -> None:
    unit = cut_off()
    unit.press(StaffKey.PAUSE)
    assert unit.stage() is Stage.PAUSED
    unit.press(StaffKey.PAUSE)  # a hasty hand's second press does not end what the first began
    assert unit.stage() is Stage.PAUSED
    unit.after(SECOND_PRESS_S)
    unit.press(StaffKey.PAUSE)
    assert unit.stage() is Stage.IDLE
    records = [body for body in unit.decisions if isinstance(body, AwayRecord)]
    assert [record.away for record in records] == [True, False]


# --- the hub is back ---------------------------------------------------------------------


def test_it_stays_alone_until_the_hub_has_its_last_record() -> None:
    unit = cut_off(1, 2)
    unit.press(StaffKey.NEXT)
    unit.give(LinkUp())
    unit.news(picture(version=9), committed=0, grants=[grant(2)])
    assert unit.session.alone
    assert unit.stage() is Stage.CALLING
    unit.press(StaffKey.DONE)
    assert not unit.sent
    unit.news(picture(version=10), committed=1)
    assert unit.session.alone
    unit.news(picture(CounterState.SERVING, version=11, call_id="call-9"), committed=2)
    assert unit.session.alone is None
    assert unit.session.picture
    assert unit.session.picture.ticket
    assert unit.session.picture.ticket.call_id == "call-9"
    unit.after(SECOND_PRESS_S)
    unit.press(StaffKey.DONE)
    assert len(unit.sent) == 1


def test_grants_that_come_while_alone_replace_those_before() -> None:
    unit = cut_off(1, 2)
    unit.press(StaffKey.NEXT)
    unit.press(StaffKey.NO_SHOW)
    unit.give(LinkUp())
    unit.news(committed=1, grants=[grant(1), grant(3)])
    unit.press(StaffKey.NEXT)
    called = [body.number for body in unit.decisions if isinstance(body, CalledRecord)]
    assert called == ["B001", "B003"]


def test_an_invitation_that_was_opened_alone_is_the_hub_s_as_well() -> None:
    unit = cut_off(1)
    unit.press(StaffKey.NEXT)
    unit.press(StaffKey.DONE)
    opened = unit.session.invitation
    assert opened
    unit.give(LinkUp())
    unit.news(picture(asked=invitation(opened.call_id, age_s=2.0), version=5))
    assert unit.session.alone is None
    assert unit.session.invitation == opened


def test_a_hub_that_forgot_the_decisions_gets_them_before_it_decides() -> None:
    unit = connected(1)
    unit.give(LinkDown())
    unit.press(StaffKey.NEXT)
    unit.give(LinkUp())
    unit.news(refused=TWIN, committed=0)
    assert unit.stage() is Stage.FAULT
    unit.news(committed=0)
    assert unit.session.alone
    assert unit.stage() is Stage.CALLING


# --- a restart ---------------------------------------------------------------------------


def remembered(sure: bool = True) -> Remembered:
    earlier = cut_off(1, 2, epoch=4)
    earlier.press(StaffKey.NEXT)
    (record,) = earlier.decisions
    assert isinstance(record, CalledRecord)
    return Remembered(earlier.session.state, 40.0, sure, [(3, record)])


def test_what_is_remembered_is_used_when_no_hub_comes_but_lends_nothing() -> None:
    unit = Counter(remembered())
    unit.after(0.0)
    unit.after(SILENCE_S - 0.1)
    assert unit.stage() is Stage.CONNECTING
    unit.after(0.1)
    assert unit.stage() is Stage.CALLING
    assert unit.session.picture
    assert unit.session.picture.ticket
    assert unit.session.picture.ticket.number == "B001"
    assert unit.session.alone
    assert (unit.session.alone.since_s, unit.session.told_s) == (40.0, 40.0)
    unit.press(StaffKey.DONE)
    unit.press(StaffKey.NEXT)
    assert unit.session.offer
    assert [type(body) for body in unit.decisions] == [StepRecord]


def test_a_restarted_unit_tells_the_epoch_it_remembers() -> None:
    unit = Counter(remembered())
    beat = unit.session.hearing.connect(100.0)
    assert (beat.hello, beat.epoch, beat.epoch_id, beat.version) == (True, 4, "epoch-4", 0)


def test_a_restarted_unit_is_alone_until_its_decisions_have_arrived() -> None:
    unit = Counter(remembered())
    unit.give(LinkUp())
    unit.news(committed=2, grants=[grant(1), grant(2)])
    assert unit.session.alone
    assert unit.stage() is Stage.CALLING
    unit.press(StaffKey.NO_SHOW)
    unit.press(StaffKey.NEXT)
    called = [body for body in unit.decisions if isinstance(body, CalledRecord)]
    assert [body.number for body in called] == ["B002"], "B001 was called by the run before"
    unit.news(committed=unit.through)
    assert unit.session.alone is None


def test_a_state_makes_what_is_remembered_needless() -> None:
    unit = Counter(remembered())
    unit.give(LinkUp())
    unit.news(committed=3)
    assert (unit.session.alone, unit.stage()) == (None, Stage.IDLE)
    assert unit.session.sure_of_time


def test_it_says_when_it_cannot_know_how_long_ago_that_was() -> None:
    unit = Counter(remembered(sure=False))
    unit.after(0.0)
    unit.after(SILENCE_S)
    assert not unit.session.sure_of_time


# --- reasons -----------------------------------------------------------------------------


def rated(level: Level = Level.DISSATISFIED, length_s: float = 20.0) -> Counter:
    unit = connected(rating=ASKING)
    unit.news(picture(asked=invitation(length_s=length_s), version=2), rating=ASKING)
    unit.after(2.0)
    unit.give(RatingPressed(level))
    return unit


def test_a_rating_is_complete_before_reasons_are_asked_for() -> None:
    unit = rated()
    assert [type(body) for body in unit.kept] == [RatingRecord]
    assert unit.stage() is Stage.TAGS
    assert unit.session.tags
    assert unit.session.tags.ends_s == 120.0
    assert rated(Level.SATISFIED).stage() is Stage.THANKS


def test_keys_choose_reasons_and_take_them_back() -> None:
    unit = rated()
    unit.give(RatingPressed(Level.DISSATISFIED))  # the same press twice
    unit.after(SETTLE_S)
    for level in (Level.VERY_SATISFIED, Level.SATISFIED, Level.VERY_SATISFIED):
        unit.give(RatingPressed(level))
    unit.give(TagTouched(TAGS[6].code))
    unit.give(TagTouched("999"))
    unit.after(20.0)
    tags = unit.kept[-1]
    assert isinstance(tags, RatingTagsRecord)
    assert (tags.call_id, tags.tags) == ("call-1", [TAGS[1].code, TAGS[6].code])
    assert len(unit.kept) == 2
    assert unit.stage() is Stage.THANKS
    unit.after(THANKS_S)
    assert unit.stage() is Stage.IDLE


def test_no_reason_given_is_no_record() -> None:
    unit = rated(length_s=3.0)
    assert unit.session.tags
    assert unit.session.tags.ends_s == pytest.approx(102.0 + TAGS_S)
    unit.after(TAGS_S)
    assert [type(body) for body in unit.kept] == [RatingRecord]


def test_whoever_is_done_is_thanked_at_once() -> None:
    unit = rated()
    unit.after(SETTLE_S)
    unit.give(TagTouched(TAGS[0].code))
    unit.give(TagsDone())
    assert unit.stage() is Stage.THANKS
    assert isinstance(unit.kept[-1], RatingTagsRecord)


def test_the_next_call_leaves_the_reasons_open_and_the_next_invitation_writes_them() -> None:
    unit = rated()
    unit.after(SETTLE_S)
    unit.news(picture(CounterState.CALLED, version=3), rating=ASKING)
    unit.give(TagTouched(TAGS[0].code))
    assert unit.stage() is Stage.CALLING
    assert unit.session.tags
    unit.news(picture(asked=invitation("call-2"), version=4), rating=ASKING)
    assert [type(body) for body in unit.kept] == [RatingRecord, RatingTagsRecord]
    assert unit.stage() is Stage.INVITING


def test_a_key_at_fault_is_a_record() -> None:
    unit = connected()
    unit.give(HealthCame("key-next", ok=False, code="stuck", detail="held down"))
    (record,) = unit.kept
    assert isinstance(record, HealthRecord)
    assert (record.peripheral, record.ok, record.code) == ("key-next", False, "stuck")


# --- any order of events -----------------------------------------------------------------


class AnyOrder(RuleBasedStateMachine):
    """A session under anything that may happen, beside a hub that only grows wiser."""

    def __init__(self) -> None:
        super().__init__()
        self.unit = Counter()
        self.grants = 0
        self.hub_has = 0
        self.lent: list[int] = []

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 3.0, 7.0, 40.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.unit.after(seconds)

    @rule()
    def link_up(self) -> None:
        self.unit.give(LinkUp())

    @rule()
    def link_down(self) -> None:
        self.unit.give(LinkDown())

    @rule(works=st.booleans())
    def disk(self, works: bool) -> None:
        self.unit.disk_works = works

    @rule(key=st.sampled_from([*StaffKey, StaffKey.NEXT, StaffKey.NEXT]))
    def press(self, key: StaffKey) -> None:
        unit = self.unit
        alone, before, records = unit.session.alone, len(unit.sent), len(unit.decisions)
        lease_runs = unit.session.hearing.may_call(unit.now_s)
        unit.press(key)
        if alone:
            assert len(unit.sent) == before, "a command while alone"
        assert len(unit.decisions) <= records + 1, "more than one record for a press"
        if unit.decisions[records:] and isinstance(unit.decisions[-1], CalledRecord):
            assert lease_runs

    @rule(level=st.sampled_from(Level))
    def rate(self, level: Level) -> None:
        self.unit.give(RatingPressed(level))

    @rule(outcome=st.sampled_from(["done", "nothing_waiting", "refused"]))
    def answer(self, outcome: str) -> None:
        if self.unit.sent:
            self.unit.give(answered(self.unit.sent[-1].command.id, outcome))

    @precondition(lambda self: self.unit.session.hearing.n > 0)
    @rule(
        shown=st.sampled_from(CounterState),
        catches_up=st.booleans(),
        fresh=st.integers(0, 2),
        lease_s=st.sampled_from([0.0, 5.0, 60.0]),
        late=st.booleans(),
        asked=st.booleans(),
    )
    def state_comes(
        self,
        shown: CounterState,
        catches_up: bool,
        fresh: int,
        lease_s: float,
        late: bool,
        asked: bool,
    ) -> None:
        unit = self.unit
        if catches_up:
            self.hub_has = unit.through
            gone = [body.ticket for body in unit.decisions if isinstance(body, CalledRecord)]
            self.lent = [number for number in self.lent if f"granted-{number}" not in gone]
        self.lent = [*self.lent, *range(self.grants, self.grants + fresh)][-4:]
        self.grants += fresh
        if late:
            unit.version -= 1
        version = unit.version + 1
        call = invitation(f"call-{version}") if asked else None
        unit.news(
            picture(shown, version=version, call_id=f"hub-{version}", asked=call),
            committed=self.hub_has,
            grants=[grant(number) for number in self.lent],
            lease_s=lease_s,
            rating=ASKING,
        )
        if self.hub_has >= unit.through and unit.session.hearing.hears(unit.now_s):
            assert unit.session.alone is None, "still alone though the hub has everything"

    @precondition(lambda self: self.unit.session.hearing.n > 0)
    @rule()
    def refusal(self) -> None:
        self.unit.news(refused=TWIN, committed=self.hub_has)

    @invariant()
    def a_grant_is_called_once(self) -> None:
        called = [body.ticket for body in self.unit.decisions if isinstance(body, CalledRecord)]
        assert len(called) == len(set(called))

    @invariant()
    def what_is_told_was_kept(self) -> None:
        kept = {getattr(body, "call_id", None) for body in self.unit.kept}
        recalled = {
            body.call_id
            for body in self.unit.decisions
            if isinstance(body, StepRecord) and body.step == "recall"
        }
        for tell in self.unit.told:
            assert tell.call.call_id in (kept if tell.call.kind == "called" else recalled)

    @invariant()
    def a_ticket_shown_alone_came_from_the_hub_or_is_on_disk(self) -> None:
        desk = self.unit.session.alone
        if desk is None or desk.picture.ticket is None:
            return
        kept = {getattr(body, "call_id", None) for body in self.unit.kept}
        call_id = desk.picture.ticket.call_id
        assert call_id in kept or call_id.startswith("hub-")

    @invariant()
    def never_two_in_hand(self) -> None:
        """Between two calls made here the one before was let go of, unless the hub decided."""
        held: str | None = None
        for body in self.unit.decisions:
            if isinstance(body, CalledRecord | WithoutNumberRecord):
                held = body.call_id
            elif isinstance(body, StepRecord) and body.step in {"done", "no_show", "hold"}:
                assert held in {None, body.call_id} or body.call_id.startswith("hub-")
                held = None
        shown = self.unit.session.picture
        if shown and shown.state in {CounterState.IDLE, CounterState.CLOSED}:
            assert shown.ticket is None

    @invariant()
    def ratings_are_single_and_follow_an_invitation(self) -> None:
        rated = [body.call_id for body in self.unit.kept if isinstance(body, RatingRecord)]
        named = [body.call_id for body in self.unit.kept if isinstance(body, RatingTagsRecord)]
        assert len(rated) == len(set(rated))
        assert len(named) == len(set(named))
        assert set(named) <= set(rated)


@pytest.mark.slow
def test_in_any_order_the_rules_of_a_counter_alone_hold() -> None:
    few = settings(max_examples=15, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(AnyOrder, settings=few)


@pytest.mark.long
def test_in_very_many_orders_they_hold() -> None:
    many = settings(max_examples=1000, stateful_step_count=60, deadline=None)
    run_state_machine_as_test(AnyOrder, settings=many)
