"""Who is heard: runs, twins, wills and commands in time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.core.presence import COMMAND_WITHIN_S, DECIDED_WITHIN_S, LOST_AFTER_S, Heard, Presence
from tests.hub.core.units import hello, renew, status


def heard(presence: Presence) -> Heard:
    found = presence.get("u")
    assert found is not None
    return found


def test_a_unit_is_heard_for_a_while_after_each_word() -> None:
    presence = Presence()
    assert not presence.heard("u", 0.0)
    assert presence.hello("u", hello("r1"), 0.0) is None
    assert presence.heard("u", LOST_AFTER_S - 0.1)
    assert not presence.heard("u", LOST_AFTER_S)
    assert presence.renew("u", renew("r1", 1), LOST_AFTER_S + 3)
    assert presence.heard("u", LOST_AFTER_S + 3.1)


def test_the_second_of_two_living_runs_is_refused_and_the_first_goes_on() -> None:
    presence = Presence()
    presence.hello("u", hello("r1"), 0.0)
    refusal = presence.hello("u", hello("r2"), 1.0)
    assert refusal is not None
    assert (refusal.code, refusal.twin_run) == ("twin", "r1")
    assert not presence.renew("u", renew("r2", 1), 1.1)
    assert presence.renew("u", renew("r1", 1), 1.2)
    assert heard(presence).run == "r1"


def test_a_later_run_takes_over_when_the_older_is_silent_or_gone() -> None:
    presence = Presence()
    presence.hello("u", hello("r1"), 0.0)
    assert presence.hello("u", hello("r2"), LOST_AFTER_S) is None
    presence.status("u", status("r2", online=False))
    assert presence.hello("u", hello("r3"), LOST_AFTER_S + 0.1) is None
    assert not presence.renew("u", renew("r2", 1), LOST_AFTER_S + 0.2)


def test_the_same_run_may_say_hello_again() -> None:
    presence = Presence()
    presence.hello("u", hello("r1"), 0.0)
    assert presence.hello("u", hello("r1", 4), 1.0) is None
    assert heard(presence).n == 4


def test_a_will_of_an_earlier_run_means_nothing() -> None:
    presence = Presence()
    presence.status("u", status("r0", online=False))  # before anybody was heard
    presence.hello("u", hello("r1"), 0.0)
    presence.status("u", status("r0", online=False))
    assert presence.heard("u", 0.1)
    presence.status("u", status("r1", online=True))
    assert presence.heard("u", 0.1)
    presence.status("u", status("r1", online=False))
    assert not presence.heard("u", 0.1)
    presence.renew("u", renew("r1", 1), 0.2)
    assert presence.heard("u", 0.3)


def test_n_never_goes_back() -> None:
    presence = Presence()
    presence.hello("u", hello("r1", 5), 0.0)
    presence.renew("u", renew("r1", 3), 0.1)
    assert heard(presence).n == 5


# --- commands -----------------------------------------------------------------------------


def test_a_command_is_in_time_while_its_renew_is_fresh() -> None:
    presence = Presence()
    presence.hello("u", hello("r1", 0), 0.0)
    presence.renew("u", renew("r1", 1), 2.0)
    assert presence.in_time("u", "r1", 0, COMMAND_WITHIN_S)
    assert not presence.in_time("u", "r1", 0, COMMAND_WITHIN_S + 0.1)
    assert presence.in_time("u", "r1", 1, 2.0 + COMMAND_WITHIN_S)
    assert not presence.in_time("u", "r1", 1, 2.1 + COMMAND_WITHIN_S)


def test_a_command_that_has_waited_with_the_hub_is_not_decided_any_more() -> None:
    presence = Presence(second_s=2.0)
    presence.hello("u", hello("r1", 0), 0.0)
    assert presence.in_time("u", "r1", 0, 1.0, 1.0 + 2 * DECIDED_WITHIN_S)
    assert not presence.in_time("u", "r1", 0, 1.0, 1.1 + 2 * DECIDED_WITHIN_S)


def test_what_counts_of_a_renew_is_when_it_came_not_when_it_was_taken_in() -> None:
    presence = Presence()
    presence.hello("u", hello("r1", 0), 3.0, arrived=1.0)
    presence.renew("u", renew("r1", 1), 5.0, arrived=2.0)
    for n, came in ((0, 1.0), (1, 2.0)):
        assert presence.in_time("u", "r1", n, came + COMMAND_WITHIN_S)
        assert not presence.in_time("u", "r1", n, came + COMMAND_WITHIN_S + 0.1)
    assert presence.heard("u", 5.0 + LOST_AFTER_S - 0.1), "it is heard as long as its words are"
    presence.adopt("v", "r1", "outbox-1", renew("r1", 7), 5.0, arrived=2.0)
    assert not presence.in_time("v", "r1", 7, 2.1 + COMMAND_WITHIN_S)


def test_a_command_of_another_run_an_unknown_renew_or_a_stranger_is_too_late() -> None:
    presence = Presence()
    presence.hello("u", hello("r1", 0), 0.0)
    assert not presence.in_time("u", "r0", 0, 0.1)
    assert not presence.in_time("u", "r1", 1, 0.1)
    assert not presence.in_time("v", "r1", 0, 0.1)


def test_a_renew_delivered_again_does_not_make_its_commands_fresh_again() -> None:
    presence = Presence()
    presence.hello("u", hello("r1", 0), 0.0)
    for n, at in ((1, 2.0), (2, 4.0), (1, 9.0), (2, 9.0)):
        presence.renew("u", renew("r1", n), at)
    assert not presence.in_time("u", "r1", 1, 9.1)
    assert not presence.in_time("u", "r1", 2, 9.1)


def test_a_hub_that_starts_again_takes_over_a_run_that_it_knows() -> None:
    presence = Presence()
    presence.adopt("u", "r1", "outbox-1", renew("r1", 77), 0.0)
    assert presence.heard("u", 0.1)
    assert presence.in_time("u", "r1", 77, 0.1)
    assert (heard(presence).outbox, heard(presence).n) == ("outbox-1", 77)
    assert presence.get("v") is None


def test_on_a_scaled_clock_a_unit_is_heard_for_real_seconds() -> None:
    presence = Presence(second_s=20.0)
    presence.hello("u", hello("r1"), 0.0)
    assert presence.heard("u", 20 * LOST_AFTER_S - 1)
    assert not presence.heard("u", 20 * LOST_AFTER_S)
    assert presence.in_time("u", "r1", 0, 20 * COMMAND_WITHIN_S)
    assert not presence.in_time("u", "r1", 0, 20 * COMMAND_WITHIN_S + 1)


# --- leases -------------------------------------------------------------------------------


def lease_end(presence: Presence, run: str = "r1") -> float:
    return presence.lease_end("u", run, LEASE_S)


LEASE_S = 1000.0
MARGIN_S = 3.0  # two seconds, and one in a thousand for the drift of clocks


def test_a_lease_is_counted_from_the_start_of_the_hub_or_the_first_state_that_answers() -> None:
    presence = Presence(since=10.0)
    assert lease_end(presence) == 10.0 + LEASE_S + MARGIN_S
    presence.hello("u", hello("r1", 3), 20.0)
    assert lease_end(presence) == 10.0 + LEASE_S + MARGIN_S
    presence.answered("u", 21.0)
    assert lease_end(presence) == 21.0 + LEASE_S + MARGIN_S
    presence.renew("u", renew("r1", 4), 30.0)
    presence.answered("u", 31.0)
    assert lease_end(presence) == 31.0 + LEASE_S + MARGIN_S


def test_a_state_that_answers_nothing_new_makes_no_lease_longer() -> None:
    """A counter that is cut off is used from a page, and with each event a state goes out."""
    presence = Presence()
    presence.hello("u", hello("r1", 3), 20.0)
    for at in (21.0, 500.0, 900.0):
        presence.answered("u", at)
    presence.renew("u", renew("r1", 2), 950.0)  # delivered again, out of order
    presence.answered("u", 951.0)
    assert lease_end(presence) == 21.0 + LEASE_S + MARGIN_S


def test_the_lease_of_a_run_outlasts_its_place_in_the_presence() -> None:
    """Cut off, it may still call, though another run has come, or the hub has forgotten both."""
    for forget in (Presence.forget_ungreeted, lambda presence: presence.moved("u")):
        presence = Presence()
        presence.adopt("u", "r1", "outbox-1", renew("r1", 4), 5000.0)
        presence.answered("u", 5001.0)
        forget(presence)
        assert presence.get("u") is None
        assert lease_end(presence) == 5001.0 + LEASE_S + MARGIN_S
        presence.hello("u", hello("r2"), 6000.0)
        presence.answered("u", 6001.0)
        assert lease_end(presence, "r1") == 5001.0 + LEASE_S + MARGIN_S
        presence.hello("u", hello("r1", 5), 7000.0)
        assert lease_end(presence, "r1") == 6001.0 + LEASE_S + MARGIN_S, "later, never earlier"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["says", "arrives", "state", "state", "other", "moved"]),
            st.floats(0.0, 3 * LOST_AFTER_S),
        ),
        max_size=40,
    )
)
def test_no_run_lends_longer_than_the_hub_believes(steps: list[tuple[str, float]]) -> None:
    """Whatever is said, delayed, answered, replaced or forgotten: its lease ends before ours."""
    presence, now = Presence(), 0.0
    sent: list[float] = []  # when r1 said its n-th word
    lent = -LEASE_S
    for what, passes in steps:
        now += passes
        found = presence.get("u")
        if what == "says":
            sent.append(now)
        elif what == "arrives" and sent:
            presence.hello("u", hello("r1", len(sent) - 1), now)
        elif what == "state":
            before = lease_end(presence)
            answers = found is not None and found.run == "r1" and found.n > found.answered_n
            presence.answered("u", now)
            assert answers or lease_end(presence) == before
            if found is not None and found.run == "r1":
                lent = max(lent, sent[found.n])
        elif what == "other":
            presence.hello("u", hello("r2"), now)
        elif what == "moved":
            presence.moved("u")
        assert lent + LEASE_S < lease_end(presence)
