"""What a unit may take for news, and when it says hello or renews."""

from __future__ import annotations

from device.hearing import BEAT_S, SILENCE_S, Hearing
from tests.device.samples import RUN, picture, state


def connected() -> Hearing:
    hearing = Hearing(RUN)
    hearing.connect(0.0)
    return hearing


def test_hello_is_repeated_until_a_state_answers() -> None:
    hearing = Hearing(RUN)
    assert hearing.due(0.0) is None
    assert hearing.connect(0.0).hello
    assert hearing.due(BEAT_S - 0.1) is None
    again = hearing.due(BEAT_S)
    assert again is not None
    assert (again.hello, again.n) == (True, 2)
    hearing.accept(state(picture(), n=2), BEAT_S)
    renew = hearing.due(2 * BEAT_S)
    assert renew is not None
    assert (renew.hello, renew.version, renew.epoch) == (False, 1, 1)


def test_the_same_state_again_is_not_renewed_at_once() -> None:
    hearing = connected()
    assert hearing.accept(state(picture()), 0.0) is not None
    assert hearing.accept(state(picture()), 0.5) is None


def test_a_silent_hub_gets_hello_again() -> None:
    hearing = connected()
    hearing.accept(state(picture()), 0.0)
    assert hearing.due(4.0) is not None
    assert hearing.deadline_s == SILENCE_S
    beat = hearing.due(SILENCE_S)
    assert beat is not None
    assert beat.hello
    assert not hearing.hears(SILENCE_S)


def test_a_lost_link_has_no_deadline_and_hears_nothing() -> None:
    hearing = connected()
    hearing.accept(state(picture()), 0.0)
    assert hearing.hears(1.0)
    hearing.lose()
    assert not hearing.hears(1.0)
    assert hearing.deadline_s is None
    assert hearing.due(100.0) is None


def test_a_later_epoch_may_begin_at_a_lower_version() -> None:
    hearing = connected()
    hearing.accept(state(picture(), version=50), 0.0)
    assert not hearing.usable(state(picture(), version=49))
    assert hearing.usable(state(picture(), version=50))
    assert hearing.usable(state(picture(), version=1, epoch=2))


def test_on_a_scaled_clock_the_beat_and_silence_last_real_seconds() -> None:
    hearing = Hearing(RUN, second_s=20.0)
    hearing.connect(0.0)
    hearing.accept(state(picture(), n=1), 0.0)
    assert hearing.deadline_s == 20 * BEAT_S
    assert hearing.hears(20 * SILENCE_S - 1)
    assert not hearing.hears(20 * SILENCE_S)
