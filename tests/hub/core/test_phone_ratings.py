"""Ratings by phone: one first rating a call, from whichever side; nothing lost or made up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core import events as e
from hub.core.commands import Decision, RateByPhone, TagByPhone
from hub.core.hall import Hall
from hub.core.phone_ratings import ratable, tags_of, until
from hub.core.ratings import rated, tagged, unrated
from tests.hub.core.examples import LEVELS, Driver, make_plan, rating
from tests.hub.core.examples import unrated as unrated_record
from wire.messages import Level, RatingTagsRecord

BAD, GOOD = Level.DISSATISFIED.value, Level.SATISFIED.value


@pytest.fixture
def d() -> Driver:
    driver = Driver()
    driver.open("c1", "wang")
    return driver


def served(d: Driver) -> tuple[str, str]:
    """A service that has ended: its ticket and its call."""
    call = d.serve("c1")
    return d.hall.calls[call].ticket, call


def rate(d: Driver, of: tuple[str, str], level: str = GOOD) -> Decision:
    return d.do(RateByPhone(*of, level))


def counted(d: Driver) -> list[str]:
    return [x.level for x in d.events if isinstance(x, e.Rated) and x.counted]


def press(d: Driver, call: str, sequence: int = 1, **fields: Any) -> e.Rated:
    """The counter's own unit delivers a rating."""
    event = rated(d.hall, "unit-1", ("outbox-1", sequence), rating(call, **fields), d.now, "run")
    d.apply(event)
    return event


def ran_out(d: Driver, call: str, sequence: int = 1) -> e.Unrated:
    key = ("outbox-1", sequence)
    event = unrated(d.hall, "unit-1", key, unrated_record(call), d.now, "run")
    d.apply(event)
    return event


def test_the_first_rating_by_phone_counts_and_an_additional_one_is_kept(d: Driver) -> None:
    of = served(d)
    d.pass_time(60)
    assert rate(d, of).outcome == "done"
    assert rate(d, of, BAD).outcome == "done"
    first, second = [x for x in d.events if isinstance(x, e.Rated)]
    assert (first.counted, first.why_not, first.channel, first.unit) == (True, None, "phone", "")
    assert (first.clerk, first.counter, first.after_ms) == ("wang", "c1", 60_000)
    assert (second.counted, second.why_not) == (False, "second")
    assert (second.outbox, second.sequence) == (of[1], first.sequence + 1)
    assert rate(d, of).code == "rated_twice"
    assert d.hall.today.levels == {GOOD: 1}


def test_an_invitation_that_ran_out_takes_nothing_from_the_phone(d: Driver) -> None:
    of = served(d)
    assert ran_out(d, of[1]).counted
    assert d.hall.today.unrated == 1
    rate(d, of)
    assert (d.hall.today.unrated, d.hall.today.levels) == (0, {GOOD: 1})


def test_the_word_that_nobody_rated_may_come_after_the_rating(d: Driver) -> None:
    of = served(d)
    rate(d, of)
    late = ran_out(d, of[1])
    assert (late.counted, late.why_not) == (False, "answered")
    assert (d.hall.today.unrated, d.hall.today.levels) == (0, {GOOD: 1})


@pytest.mark.parametrize("phone_first", [True, False])
def test_of_phone_and_counter_the_one_that_is_committed_first_counts(
    d: Driver, phone_first: bool
) -> None:
    of = served(d)
    if phone_first:
        rate(d, of, BAD)
    press(d, of[1], level=Level.SATISFIED)
    if not phone_first:
        rate(d, of, BAD)
    assert counted(d) == [BAD if phone_first else GOOD]
    assert d.hall.today.not_counted == 1
    assert d.hall.calls[of[1]].phone_level == (BAD if phone_first else "")


@pytest.mark.parametrize("action", [None, "recall", "start", "no_show", "hold", "undo"])
def test_only_a_service_that_has_ended_can_be_rated(d: Driver, action: str | None) -> None:
    ticket = d.ticket("a")
    d.press("c1", "next")
    if action == "undo":  # its end is taken back
        d.press("c1", "done")
    if action:
        d.press("c1", action)
    call = str(ticket.call_id)
    assert rate(d, (ticket.id, call)).code == "not_ended"
    assert ratable(d.hall, ticket, d.now) is None


def test_the_time_to_rate_ends_when_it_was_said_to(d: Driver) -> None:
    of = served(d)
    call = d.hall.calls[of[1]]
    left_s = until(d.hall, call) - d.now
    assert left_s == 60 * d.hall.plan.rating.phone_min
    d.now += left_s - 1
    assert ratable(d.hall, d.hall.tickets[of[0]], d.now) is call
    d.now += 1
    assert ratable(d.hall, d.hall.tickets[of[0]], d.now) is None
    assert rate(d, of).code == "rating_over"


def test_a_hall_may_want_no_ratings_by_phone() -> None:
    d = Driver(make_plan(rating={"phone_min": 0}))
    d.open("c1", "wang")
    of = served(d)
    assert rate(d, of).code == "rating_over"


def test_who_goes_on_to_another_service_may_rate_the_first_meanwhile(d: Driver) -> None:
    ticket = d.ticket("a", further=("b",))
    d.press("c1", "next")
    call = str(ticket.call_id)
    d.press("c1", "done")
    assert rate(d, (ticket.id, call)).outcome == "done"


@pytest.mark.parametrize(
    ("of", "level", "code"),
    [
        (("nobody", "call"), GOOD, "unknown_ticket"),
        (("mine", "invented"), GOOD, "unknown_call"),
        (("mine", "other"), GOOD, "unknown_call"),
        (("mine", "call"), "splendid", "unknown_level"),
    ],
)
def test_a_rating_is_of_a_call_of_this_very_ticket(
    d: Driver, of: tuple[str, str], level: str, code: str
) -> None:
    mine, other = served(d), served(d)
    names = {"mine": mine[0], "call": mine[1], "other": other[1]}
    wanted = (names.get(of[0], of[0]), names.get(of[1], of[1]))
    assert rate(d, wanted, level).code == code
    assert counted(d) == []


def test_reasons_are_asked_once_of_whoever_rated_badly(d: Driver) -> None:
    of = served(d)

    def tag(*tags: str) -> Decision:
        return d.do(TagByPhone(*of, tags))

    assert tag("207").code == "not_asked"  # nobody has rated yet
    rate(d, of, BAD)
    assert tags_of(d.hall, d.hall.calls[of[1]]) is not None
    for wrong in ((), ("115",), ("207", "115")):
        assert tag(*wrong).code == "unknown_tag"
    assert tag("207", "207").outcome == "done"
    given_ = [x for x in d.events if isinstance(x, e.RatingTagged)]
    assert [x.tags for x in given_] == [("207",)]
    assert tag("208").code == "not_asked"
    assert len({(x.unit, x.outbox, x.sequence) for x in given_ + _ratings(d)}) == 2


def _ratings(d: Driver) -> list[Any]:
    return [x for x in d.events if isinstance(x, e.Rated)]


def test_no_reasons_are_asked_by_phone_for_a_rating_at_the_counter(d: Driver) -> None:
    of = served(d)
    press(d, of[1], level=Level.DISSATISFIED)
    assert d.do(TagByPhone(*of, ("207",))).code == "not_asked"


def test_a_snapshot_knows_what_was_said_by_phone(d: Driver) -> None:
    of = served(d)
    rate(d, of, BAD)
    again = Hall.load(d.hall.dump())
    assert again.calls[of[1]] == d.hall.calls[of[1]]
    assert again.calls[of[1]].phone_level == BAD


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["phone", "press", "ran_out", "tags", "unit_tags", "later", "undo"]),
        st.integers(0, 2),
        st.sampled_from([level.value for level in LEVELS]),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(_STEPS)
def test_in_any_order_each_call_counts_once_and_is_rated_or_unrated(
    steps: list[tuple[str, int, str]],
) -> None:
    d = Driver()
    d.open("c1", "wang")
    calls = [served(d) for _ in range(3)]
    for sequence, (what, which, level) in enumerate(steps, 1):
        ticket, call = calls[which]
        if what == "phone":
            rate(d, (ticket, call), level)
        elif what == "press":
            press(d, call, sequence, level=Level(level))
        elif what == "ran_out":
            ran_out(d, call, sequence)
        elif what == "tags":
            d.do(TagByPhone(ticket, call, ("207",)))
        elif what == "unit_tags":
            _unit_tags(d, call, sequence)
        elif what == "undo":
            d.press("c1", "undo")
        else:
            d.pass_time(700)
    _check(d, [call for _, call in calls])


def _unit_tags(d: Driver, call: str, sequence: int) -> None:
    fields = rating(call).model_dump(exclude={"kind", "level", "after_ms"})
    record = RatingTagsRecord(kind="rating_tags", tags=["207"], **fields)
    d.apply(tagged(d.hall, "unit-1", ("outbox-1", sequence), record, d.now, "run"))


def _check(d: Driver, calls: list[str]) -> None:
    ratings = _ratings(d)
    first = [x.call_id for x in ratings if x.counted]
    assert len(first) == len(set(first))
    assert sorted(first) == sorted(call for call in calls if d.hall.calls[call].rated)
    ran = {x.call_id for x in d.events if isinstance(x, e.Unrated) and x.counted}
    assert d.hall.today.unrated == len(ran - set(first))
    assert sum(d.hall.today.levels.values()) == len(first)
    said = [x for x in d.events if isinstance(x, e.Rated | e.RatingTagged | e.Unrated)]
    keys = [(x.unit, x.outbox, x.sequence) for x in said]
    assert len(keys) == len(set(keys))
    tags = [x.call_id for x in d.events if isinstance(x, e.RatingTagged) and x.counted]
    assert len(tags) == len(set(tags))
