"""Signing in is slowed down, and nobody is ever locked out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.accounts_throttle import OF_ACCOUNT, OF_ADDRESS, Throttle

HERE, THERE = "10.0.0.5", "10.9.9.9"


def tries(throttle: Throttle, name: str, address: str, at: float, count: int) -> int:
    """How many of so many attempts at the same moment are let through."""
    return sum(throttle.begin(name, address, at) == 0 for _ in range(count))


def test_a_few_attempts_are_free_and_then_delays_grow() -> None:
    throttle, now, waits = Throttle(), 0.0, []
    for _ in range(OF_ACCOUNT.free + 8):
        wait_s = throttle.begin("anna", HERE, now)
        if wait_s:
            waits.append(wait_s)
            now += wait_s
            assert throttle.begin("anna", HERE, now) == 0  # … and not a moment longer
    assert waits[:4] == sorted(waits[:4])
    assert waits[0] == 1.0
    assert max(waits) <= OF_ACCOUNT.longest_s


def test_many_at_once_are_no_way_round() -> None:
    assert tries(Throttle(), "anna", HERE, 5.0, 500) == OF_ACCOUNT.free


def test_an_address_that_tries_many_names_is_slowed_down_too() -> None:
    throttle = Throttle()
    through = sum(throttle.begin(f"user{n}", HERE, 5.0) == 0 for n in range(500))
    assert through == OF_ADDRESS.free
    assert throttle.begin("anna", THERE, 5.0) == 0


def test_a_right_password_makes_the_account_free_again() -> None:
    throttle = Throttle()
    assert tries(throttle, "anna", HERE, 0.0, 4) == 4
    throttle.right("anna", HERE, 0.0)
    assert tries(throttle, "anna", HERE, 0.0, 4) == 4


def test_who_was_here_before_is_not_held_up_by_attempts_from_elsewhere() -> None:
    throttle = Throttle()
    throttle.knows("anna", HERE)
    tries(throttle, "anna", THERE, 0.0, 50)
    assert throttle.begin("anna", THERE, 0.0) > 0
    assert throttle.begin("anna", HERE, 0.0) == 0


@given(
    st.lists(
        st.tuples(
            st.floats(0, 30), st.sampled_from(["anna", "bob"]), st.sampled_from([HERE, THERE])
        ),
        max_size=60,
    )
)
def test_whatever_was_tried_the_next_attempt_is_never_further_than_the_longest_delay(
    attempts: list[tuple[float, str, str]],
) -> None:
    throttle, now = Throttle(), 1000.0
    for gap, name, address in attempts:
        now += gap
        throttle.begin(name, address, now)
    assert throttle.begin("anna", HERE, now) <= max(OF_ACCOUNT.longest_s, OF_ADDRESS.longest_s)
    assert throttle.begin("anna", HERE, now + OF_ACCOUNT.longest_s) == 0


@given(st.floats(-1e6, 0))
def test_a_clock_that_is_set_back_keeps_nobody_out_longer(step: float) -> None:
    throttle = Throttle()
    tries(throttle, "anna", HERE, 2e6, 50)
    assert throttle.begin("anna", HERE, 2e6 + step) <= OF_ACCOUNT.longest_s


def test_what_is_remembered_is_bounded() -> None:
    throttle = Throttle(remembered=100)
    for n in range(1000):
        throttle.begin(f"user{n}", f"10.0.{n // 256}.{n % 256}", 0.0)
        throttle.knows(f"user{n}", HERE)
    assert len(throttle) <= 200


def test_guessing_at_an_account_from_everywhere_is_slow() -> None:
    throttle, now, through = Throttle(), 0.0, 0
    while now < 3600:
        through += throttle.begin("anna", f"10.1.{through // 200}.{through % 200}", now) == 0
        now += 0.5
    assert through <= OF_ACCOUNT.free + 3600 / OF_ACCOUNT.longest_s + 3600 / OF_ACCOUNT.forget_s + 8


def test_a_household_of_ipv6_is_one_address() -> None:
    throttle = Throttle()
    through = sum(throttle.begin(f"user{n}", f"2001:db8:1:2::{n:x}", 5.0) == 0 for n in range(500))
    assert through == OF_ADDRESS.free
    assert throttle.begin("anna", "2001:db8:1:2:ffff::1", 5.0) > 0
    assert throttle.begin("anna", "2001:db8:1:3::1", 5.0) == 0
    tries(throttle, "bob", "::ffff:10.0.0.9", 5.0, OF_ACCOUNT.free)
    throttle.right("bob", "10.0.0.9", 5.0)
    assert ("bob", "10.0.0.9") in throttle._known
