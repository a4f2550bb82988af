"""From the session's facts to views: what stands where, and when it changes by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.events import (
    AnswerCame,
    DigitPressed,
    Event,
    Kept,
    LinkDown,
    LinkUp,
    NotKept,
    RatingPressed,
    StaffKey,
    StaffPressed,
    StateCame,
    TagTouched,
    Tick,
    Write,
)
from device.presenter import Presenter
from device.session import Session
from device.ui import texts, viewmodel
from tests.device.samples import (
    ASKING,
    RUN,
    TAGS,
    TRANSFERS,
    away,
    grant,
    invitation,
    moment,
    picture,
    state,
)
from wire.messages import Answer, CounterState, Level, LinkRefusal, Text

START_S = 100.0
LEAVE = Text(zh="请撤离", en="Leave now")


class Desk:
    """A session and what it looks like."""

    def __init__(self, touch: bool = False) -> None:
        self.session = Session(RUN, "c3")
        self.presenter = Presenter("unit-3", touch=touch)

    def give(self, event: Event, at_s: float = START_S, *, full: bool | None = None) -> None:
        for effect in self.session.handle(event, moment(at_s)):
            if isinstance(effect, Write):
                kept = Kept(effect.body) if full is None else NotKept(effect.body, full)
                self.give(kept, at_s)

    def view(self, at_s: float = START_S) -> viewmodel.View:
        return self.presenter.view(self.session, at_s)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.give(LinkUp())
    return desk


def called(asked: bool = False) -> StateCame:
    shown = picture(CounterState.CALLED, asked=invitation() if asked else None, recalls=2)
    return StateCame(state(shown))


def test_before_the_first_state_it_connects() -> None:
    view = Desk().view()
    assert isinstance(view, viewmodel.Connecting)
    assert view.frame.link == viewmodel.LinkConnecting()


def test_idle_shows_who_waits_and_the_hall_s_own_time(desk: Desk) -> None:
    desk.give(StateCame(state(picture())))
    view = desk.view()
    assert isinstance(view, viewmodel.Idle)
    assert view.waiting == 4
    assert (view.frame.counter, view.frame.clerk, view.frame.clock) == ("3", "王芳", "10:41")
    assert view.frame.services == ("居民身份证换领", "Renewal of an ID card")
    assert view.frame.link == viewmodel.LinkLive()


def test_the_clock_goes_on_between_states(desk: Desk) -> None:
    desk.give(StateCame(state(picture())))
    change_s = desk.presenter.next_change_s(desk.session, START_S)
    assert change_s == pytest.approx(START_S + 60 - 7.25)
    desk.give(LinkDown())
    assert desk.view(change_s + 0.001).frame.clock == "10:42"


def test_a_call_carries_the_open_invitation_beneath_it(desk: Desk) -> None:
    desk.give(called(asked=True))
    view = desk.view(START_S + 3.5)
    assert isinstance(view, viewmodel.Calling)
    assert (view.number, view.recalls) == ("A002", 2)
    assert view.invitation
    assert (view.invitation.number, view.invitation.seconds_left) == ("A001", 17)
    assert desk.presenter.next_change_s(desk.session, START_S + 3.5) == pytest.approx(104.0)


def test_serving_says_since_when(desk: Desk) -> None:
    desk.give(StateCame(state(picture(CounterState.SERVING))))
    view = desk.view(START_S + 5)
    assert isinstance(view, viewmodel.Serving)
    assert view.since == "10:41"


def paused(reason: str = "", back_in_s: float | None = None, asked: bool = False) -> StateCame:
    shown = picture(
        CounterState.PAUSED,
        asked=invitation() if asked else None,
        pause=away(reason, back_in_s),
    )
    return StateCame(state(shown))


@pytest.mark.parametrize(
    ("back_in_s", "after_s", "back_at", "overdue"),
    [
        (None, 0, None, False),
        (None, 9000, None, False),
        (240, 0, "10:45", False),
        (232.749, 0, "10:45", False),  # the hub rounds to a millisecond, either way
        (232.751, 0, "10:45", False),
        (292, 0, "10:45", False),
        (240, 239.9, "10:45", False),
        (240, 240, None, True),
        (0, 0, None, True),
        (-1, 0, None, True),
        (50_000, 0, "00:34", False),
    ],
)
def test_a_pause_says_when_the_clerk_is_back_until_that_is_over(
    desk: Desk, back_in_s: float | None, after_s: float, back_at: str | None, overdue: bool
) -> None:
    desk.give(paused(back_in_s=back_in_s))
    desk.give(LinkDown())  # who is cut off goes by what was said last
    view = desk.view(START_S + after_s)
    assert isinstance(view, viewmodel.Paused)
    assert (view.back_at, view.overdue) == (back_at, overdue)


def test_a_return_that_is_overdue_is_shown_in_time(desk: Desk) -> None:
    desk.give(paused(back_in_s=12.0))
    change_s = desk.presenter.next_change_s(desk.session, START_S)
    assert change_s == pytest.approx(START_S + 12)
    before, after = desk.view(change_s - 0.001), desk.view(change_s)
    assert isinstance(before, viewmodel.Paused)
    assert isinstance(after, viewmodel.Paused)
    assert (before.overdue, after.overdue) == (False, True)
    assert desk.presenter.next_change_s(desk.session, change_s) > change_s


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("", None),
        ("  ", None),
        ("Meal", ("用餐", "Meal")),
        ("开会", ("开会", "Meeting")),
        ("到二楼取档案", ("到二楼取档案", "")),
    ],
)
def test_a_usual_reason_is_told_in_both_languages_and_others_as_said(
    desk: Desk, said: str, shown: tuple[str, str] | None
) -> None:
    desk.give(paused(said))
    view = desk.view()
    assert isinstance(view, viewmodel.Paused)
    assert view.reason == shown


def test_a_pause_carries_the_open_invitation_beneath_it_and_then_its_thanks(desk: Desk) -> None:
    desk.give(paused(asked=True))
    view = desk.view(START_S + 3.5)
    assert isinstance(view, viewmodel.Paused)
    assert view.invitation
    assert (view.invitation.number, view.invitation.seconds_left) == ("A001", 17)
    assert desk.presenter.next_change_s(desk.session, START_S + 3.5) == pytest.approx(104.0)
    desk.give(RatingPressed(Level.SATISFIED))
    view = desk.view()
    assert isinstance(view, viewmodel.Paused)
    assert view.invitation is None
    assert view.frame.notice == texts.Notice.RATED.text


def test_the_rating_options_keep_the_numbers_of_their_keys(desk: Desk) -> None:
    desk.give(StateCame(state(picture(asked=invitation()))))
    view = desk.view()
    assert isinstance(view, viewmodel.Inviting)
    assert [(o.level, o.key, o.zh) for o in view.invitation.levels][::4] == [
        (5, 1, "非常满意"),
        (1, 5, "非常不满意"),
    ]


def test_thanks_name_what_was_pressed(desk: Desk) -> None:
    desk.give(StateCame(state(picture(asked=invitation()))))
    desk.give(RatingPressed(Level.DISSATISFIED))
    view = desk.view()
    assert isinstance(view, viewmodel.Thanks)
    assert view.level == ("不满意", "Dissatisfied")


def test_thanks_under_a_call_are_a_notice(desk: Desk) -> None:
    desk.give(called(asked=True))
    desk.give(RatingPressed(Level.SATISFIED))
    view = desk.view()
    assert isinstance(view, viewmodel.Calling)
    assert view.frame.notice == texts.Notice.RATED.text
    assert view.invitation is None


@pytest.mark.parametrize(
    ("full", "trouble"), [(True, texts.Trouble.DISK_FULL), (False, texts.Trouble.DISK_BROKEN)]
)
def test_a_rating_that_cannot_be_kept_is_said(
    desk: Desk, full: bool, trouble: texts.Trouble
) -> None:
    desk.give(StateCame(state(picture(asked=invitation()))))
    desk.give(RatingPressed(Level.SATISFIED), full=full)
    view = desk.view()
    assert isinstance(view, viewmodel.Fault)
    assert view.title == trouble.title("unit-3")


def test_a_call_stays_on_show_when_a_rating_cannot_be_kept(desk: Desk) -> None:
    desk.give(called(asked=True))
    desk.give(RatingPressed(Level.SATISFIED), full=True)
    view = desk.view()
    assert isinstance(view, viewmodel.Calling)
    assert view.frame.notice == texts.Trouble.DISK_FULL.title("unit-3")


def test_a_lost_link_tells_the_picture_s_age(desk: Desk) -> None:
    desk.give(StateCame(state(picture())))
    desk.give(LinkDown())
    assert desk.view(START_S + 7.4).frame.link == viewmodel.LinkAlone(7, "10:41")
    assert desk.presenter.next_change_s(desk.session, START_S + 7.4) == pytest.approx(108.0)


def test_silence_counts_as_lost(desk: Desk) -> None:
    desk.give(StateCame(state(picture())))
    assert desk.view(START_S + 5.9).frame.link == viewmodel.LinkLive()
    desk.give(Tick(), START_S + 6.0)
    assert desk.view(START_S + 6.0).frame.link == viewmodel.LinkAlone(6, "10:41")


def test_a_key_before_any_word_of_the_hub_is_answered(desk: Desk) -> None:
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    assert desk.view().frame.notice == texts.Notice.NOT_CONNECTED.text


def test_alone_and_without_a_number_to_call_it_says_how_to_go_on(desk: Desk) -> None:
    desk.give(StateCame(state(picture())))
    desk.give(LinkDown())
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    assert isinstance(desk.view(), viewmodel.Offering)
    desk.give(StaffPressed(StaffKey.NEXT, "k2"), START_S + 1)
    view = desk.view(START_S + 62)
    assert isinstance(view, viewmodel.Serving)
    assert (view.number, view.since) == ("", "10:41")
    assert view.frame.link == viewmodel.LinkAlone(60, "10:41")


def test_the_offer_is_a_notice_while_an_invitation_is_open(desk: Desk) -> None:
    desk.give(StateCame(state(picture(asked=invitation()))))
    desk.give(LinkDown())
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    assert isinstance(desk.view(), viewmodel.Inviting)
    assert desk.view().frame.notice == texts.Notice.OFFER.text


@pytest.mark.parametrize("touch", [True, False])
def test_reasons_stand_on_the_keys_and_lie_beneath_the_next_call(touch: bool) -> None:
    desk = Desk(touch)
    desk.give(LinkUp())
    desk.give(StateCame(state(picture(asked=invitation()), rating=ASKING)))
    desk.give(RatingPressed(Level.DISSATISFIED))
    desk.give(TagTouched(TAGS[1].code), START_S + 1)
    view = desk.view(START_S + 1)
    assert isinstance(view, viewmodel.Tags)
    assert [tag.key for tag in view.question.tags] == [1, 2, 3, 4, 5, *[None, None] * touch]
    assert [tag.code for tag in view.question.tags if tag.chosen] == [TAGS[1].code]
    assert view.question.seconds_left == 19
    assert desk.presenter.next_change_s(desk.session, START_S + 1) == pytest.approx(102.0)
    desk.give(StateCame(state(picture(CounterState.CALLED), version=2, rating=ASKING)), START_S + 1)
    called = desk.view(START_S + 1)
    assert isinstance(called, viewmodel.Calling)
    assert isinstance(called.invitation, viewmodel.TagQuestion)
    assert len(called.invitation.tags) == 5


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("busy", "Finish the present number first"),
        ("closed", "Counter closed"),
        ("nothing_in_hand", "No number is called"),
        ("not_signed_in", "Nobody is signed in"),
        ("nothing_on_hold", "No number is on hold"),
        ("nothing_to_undo", "There is nothing to take back"),
        ("too_late", "It is too late to take that back"),
        ("stale", "Too late: nothing was changed"),
    ],
)
def test_a_refused_key_is_answered_in_both_languages(desk: Desk, code: str, said: str) -> None:
    desk.give(StateCame(state(picture())))
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    answer = {"id": "k1", "outcome": "refused", "code": code, "counter": "c3"}
    more = {"ticket": None, "reason": None, "state": None}
    desk.give(AnswerCame(Answer.model_validate(answer | more)))
    notice = desk.view().frame.notice
    assert notice
    assert notice.en == said
    assert notice.zh != said


@pytest.mark.parametrize(
    ("code", "title"),
    [("twin", texts.Trouble.TWIN), ("unknown_unit", texts.Trouble.REFUSED)],
)
def test_a_refused_unit_says_why(desk: Desk, code: str, title: texts.Trouble) -> None:
    refusal = LinkRefusal.model_validate({"code": code, "detail": Text(zh="原因", en="Why")})
    desk.give(StateCame(state(None, refused=refusal)))
    view = desk.view()
    assert isinstance(view, viewmodel.Fault)
    assert view.title == title.title("unit-3")
    assert view.detail == ("原因", "Why")


def expected(desk: Desk) -> list[viewmodel.View]:
    return list(desk.presenter.expected(desk.session, START_S))


def test_thanks_are_expected_exactly_as_they_come(desk: Desk) -> None:
    desk.give(StateCame(state(picture(asked=invitation()))))
    ready = expected(desk)
    for level in Level:
        other = Desk()
        other.give(LinkUp())
        other.give(StateCame(state(picture(asked=invitation()))))
        other.give(RatingPressed(level))
        assert other.view() in ready


def test_a_call_is_expected_but_for_its_number(desk: Desk) -> None:
    desk.give(StateCame(state(picture())))
    (ready,) = expected(desk)
    desk.give(StateCame(state(picture(CounterState.CALLED), version=2)))
    view = desk.view()
    assert isinstance(ready, viewmodel.Calling)
    assert isinstance(view, viewmodel.Calling)
    assert view == replace(ready, number=view.number)


def test_a_call_is_expected_alone_as_well(desk: Desk) -> None:
    desk.give(StateCame(state(picture(), grants=[grant(1)])))
    desk.give(LinkDown())
    (ready,) = expected(desk)
    assert isinstance(ready, viewmodel.Calling)
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    assert desk.view() == replace(ready, number="B001")


def test_nothing_is_expected_at_a_closed_counter_or_before_the_hub_is_heard(desk: Desk) -> None:
    assert expected(desk) == []
    desk.give(StateCame(state(picture(CounterState.CLOSED))))
    assert expected(desk) == []


def test_a_pin_is_shown_as_its_length(desk: Desk) -> None:
    nobody = picture(CounterState.CLOSED).model_copy(update={"clerk": None})
    desk.give(StateCame(state(nobody)))
    desk.give(DigitPressed("9"))
    assert desk.view() == viewmodel.SigningIn(desk.view().frame, "9", None)
    desk.give(StaffPressed(StaffKey.NEXT, "k1"))
    for digit in "123":
        desk.give(DigitPressed(digit))
    assert desk.view() == viewmodel.SigningIn(desk.view().frame, "9", 3)


def test_the_places_a_number_may_go_to_are_named_with_the_chosen_one_in_sight(desk: Desk) -> None:
    shown = picture(CounterState.SERVING)
    desk.give(StateCame(state(shown, transfers=[*TRANSFERS, *TRANSFERS])))
    desk.give(StaffPressed(StaffKey.TRANSFER, "k1"))
    view = desk.view()
    assert isinstance(view, viewmodel.SendingOn)
    assert (view.number, view.count, len(view.places)) == ("A002", 6, 5)
    assert [place.name.en for place in view.places[:3]] == [
        "Social insurance",
        "Counter 5 · General counter",
        "Counter 8",
    ]
    for _ in range(5):
        desk.give(StaffPressed(StaffKey.TRANSFER, "k2"))
    view = desk.view()
    assert isinstance(view, viewmodel.SendingOn)
    assert [(p.place, p.chosen) for p in view.places][-2:] == [(5, False), (6, True)]
    asked = picture(CounterState.SERVING, asked=invitation())
    desk.give(StateCame(state(asked, transfers=TRANSFERS)))
    over = desk.view()
    assert isinstance(over, viewmodel.SendingOn)
    assert over.invitation
    assert len(over.places) == 3


def test_an_emergency_stands_over_every_picture_until_the_hub_says_that_it_is_over(
    desk: Desk,
) -> None:
    desk.give(StateCame(state(picture(), emergency=LEAVE)))
    assert desk.view().frame.emergency == ("请撤离", "Leave now")
    desk.give(LinkDown())
    desk.give(Tick(), START_S + 60)
    assert desk.view(START_S + 60).frame.emergency == ("请撤离", "Leave now")
    desk.give(LinkUp(), START_S + 61)
    desk.give(StateCame(state(picture(), n=2)), START_S + 61)
    assert desk.view(START_S + 61).frame.emergency is None
