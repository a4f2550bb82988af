"""Sending a ticket on with the staff keys alone."""

from __future__ import annotations

import pytest

from device.dialogue import CHOICE_S, LATE_S
from device.events import (
    DigitPressed,
    Effect,
    LinkDown,
    RatingPressed,
    Send,
    StaffKey,
    StaffPressed,
)
from device.notices import NoticeKind
from device.stages import Stage
from tests.device.samples import TRANSFERS, invitation, picture
from tests.device.test_session import Desk, answer, only
from wire.messages import CounterState, Level, Transfer


@pytest.fixture
def desk() -> Desk:
    """A counter that serves, and whose ticket may be sent on to three places."""
    desk = Desk()
    desk.connect()
    desk.news(picture(CounterState.SERVING), transfers=TRANSFERS)
    return desk


def press(desk: Desk, key: StaffKey) -> list[Effect]:
    return desk.give(StaffPressed(key, f"k-{key.value.replace(chr(95), chr(45))}"))


def wait(desk: Desk, seconds: float) -> None:
    """Let time pass in which the hub is heard."""
    for _ in range(5):
        desk.after(seconds / 5)
        desk.news(picture(CounterState.SERVING), transfers=TRANSFERS)


def sent(effects: list[Effect]) -> Transfer:
    [send] = only(effects, Send)
    assert isinstance(send, Send)
    assert isinstance(send.command.request, Transfer)
    return send.command.request


@pytest.mark.parametrize("confirm", [StaffKey.NEXT, StaffKey.DONE])
@pytest.mark.parametrize(
    ("presses", "service", "counter"),
    [(1, "social", None), (2, None, "c5"), (3, None, "c8"), (4, "social", None)],
)
def test_transfer_goes_through_the_places_and_next_or_done_sends(
    desk: Desk, presses: int, service: str | None, counter: str | None, confirm: StaffKey
) -> None:
    for _ in range(presses):
        assert not only(press(desk, StaffKey.TRANSFER), Send)
        assert desk.stage() is Stage.SENDING_ON
    found = sent(press(desk, confirm))
    assert (found.service, found.counter) == (service, counter)
    assert desk.stage() is Stage.SERVING


@pytest.mark.parametrize(
    "key", sorted(set(StaffKey) - {StaffKey.TRANSFER, StaffKey.NEXT, StaffKey.DONE}, key=str)
)
def test_any_other_key_leaves_it_and_does_nothing_else(desk: Desk, key: StaffKey) -> None:
    press(desk, StaffKey.TRANSFER)
    assert not only(press(desk, key), Send)
    assert (desk.stage(), desk.session.notice) == (Stage.SERVING, None)
    assert only(press(desk, key), Send)


@pytest.mark.parametrize(
    ("typed", "counter"), [("2", "c5"), ("23", "c8"), ("9", None), ("29", "c5")]
)
def test_a_digit_chooses_the_place_of_that_number(
    desk: Desk, typed: str, counter: str | None
) -> None:
    press(desk, StaffKey.TRANSFER)
    for digit in typed:
        desk.give(DigitPressed(digit))
    assert sent(press(desk, StaffKey.NEXT)).counter == counter


def test_two_digits_choose_among_more_than_nine(desk: Desk) -> None:
    desk.news(picture(CounterState.SERVING), transfers=[*TRANSFERS[:1] * 11, TRANSFERS[2]])
    press(desk, StaffKey.TRANSFER)
    for digit in "12":
        desk.give(DigitPressed(digit))
    assert sent(press(desk, StaffKey.DONE)).counter == "c8"


def test_without_a_key_it_ends_and_says_so(desk: Desk) -> None:
    press(desk, StaffKey.TRANSFER)
    wait(desk, CHOICE_S - 1)
    press(desk, StaffKey.TRANSFER)
    wait(desk, CHOICE_S - 1)
    assert desk.stage() is Stage.SENDING_ON
    desk.after(1.1)
    assert desk.stage() is Stage.SERVING
    assert desk.session.notice
    assert desk.session.notice.kind is NoticeKind.NOT_SENT_ON


def test_a_done_that_comes_too_late_for_it_ends_no_service(desk: Desk) -> None:
    press(desk, StaffKey.TRANSFER)
    wait(desk, CHOICE_S)
    assert desk.session.onward is None
    assert not only(press(desk, StaffKey.DONE), Send)
    desk.after(LATE_S)
    assert only(press(desk, StaffKey.DONE), Send)


def test_it_ends_with_the_link_and_is_not_possible_while_cut_off(desk: Desk) -> None:
    press(desk, StaffKey.TRANSFER)
    desk.give(LinkDown())
    assert (desk.stage(), desk.session.onward) == (Stage.SERVING, None)
    assert desk.session.notice
    assert desk.session.notice.code == "cut_off"
    desk.after(5)
    press(desk, StaffKey.TRANSFER)
    assert desk.stage() is Stage.SERVING
    assert desk.session.notice.code == "cut_off"


def test_it_ends_without_a_word_when_somebody_else_has_taken_the_ticket_on(desk: Desk) -> None:
    press(desk, StaffKey.TRANSFER)
    desk.news(picture(version=2))
    assert (desk.stage(), desk.session.notice) == (Stage.IDLE, None)
    assert not only(press(desk, StaffKey.NEXT), Send)


def test_nobody_is_asked_where_to_without_a_ticket_or_a_place_to_go(desk: Desk) -> None:
    desk.news(picture(CounterState.SERVING, version=2))
    assert sent(press(desk, StaffKey.TRANSFER)) == Transfer(action="transfer")
    assert desk.stage() is Stage.SERVING
    desk.give(answer("k-transfer", "refused", "nowhere"))
    assert desk.session.notice
    assert desk.session.notice.code == "not_there"


def test_a_counter_that_has_closed_meanwhile_is_not_said_to_be_this_one(desk: Desk) -> None:
    press(desk, StaffKey.TRANSFER)
    press(desk, StaffKey.NEXT)
    desk.give(answer("k-next", "refused", "closed"))
    assert desk.session.notice
    assert desk.session.notice.code == "not_there"


def test_the_ticket_before_may_be_rated_meanwhile(desk: Desk) -> None:
    shown = picture(CounterState.SERVING, asked=invitation())
    desk.news(shown, transfers=TRANSFERS)
    press(desk, StaffKey.TRANSFER)
    desk.give(RatingPressed(Level.SATISFIED))
    assert len(desk.kept) == 1
    assert desk.stage() is Stage.SENDING_ON
