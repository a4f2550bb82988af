"""Figures against a plain reckoning of the same events, whatever days are added up already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from statistics import fmean
from typing import Any

import pytest

from hub.core.ratings import rated, tagged, unrated
from hub.journal import tables as t
from hub.journal.sums import WAIT_BIN_S
from hub.reports import lists
from hub.reports.figures import Figures, Group, Waits, overview
from hub.reports.period import Period
from hub.reports.story import story
from hub.reports.tables import every_turn, last_day_before
from tests.hub.core.examples import MONDAY, Driver, rating
from tests.hub.core.examples import unrated as unrated_record
from tests.hub.journal.projected import Projected, sizes
from wire import messages as w
from wire.messages import Level

FIRST = date.fromisoformat(MONDAY)
WEEK = Period(FIRST, FIRST + timedelta(8))
LEVELS = list(Level)


def two_mondays() -> Driver:
    """Two days, a week apart: visits with every end, and ratings of every kind."""
    chance, d = Random(7), Driver()
    counters = {"c1": "wang", "c2": "li", "c3": "zhao"}
    sequence = 0
    for day in range(2):
        if day:
            d.pass_time(7 * 86_400)
        for counter, clerk in counters.items():
            if d.counter(counter).clerk is None:
                d.open(counter, clerk)
        for _ in range(60):
            d.pass_time(chance.uniform(5, 200))
            d.issue(chance.choice("aabc"))
            counter = chance.choice(list(counters))
            if d.counter(counter).ticket is None:
                d.press(counter, "next")
                continue
            how = chance.choice(["done"] * 6 + ["no_show", "transfer"])
            if how == "transfer":
                d.at(counter, w.Transfer(action="transfer", service="b"))
            else:
                d.press(counter, how)
            if how == "done" and chance.random() < 0.8:
                sequence += 1
                _say(d, counter, chance.choice([*LEVELS, None]), sequence)
    return d


def _say(d: Driver, counter: str, level: Level | None, sequence: int) -> None:
    call, key = str(d.counter(counter).last_call), ("outbox", sequence)
    unit = f"unit-{counter[1:]}"
    if level is None:
        record = unrated_record(call, counter)
        d.apply(unrated(d.hall, unit, key, record, d.now, "run"))
        return
    d.apply(rated(d.hall, unit, key, rating(call, counter, level=level), d.now, "run"))
    if sequence % 3 == 0:  # pressed again: kept, and in no figure
        again = rating(call, counter, level=Level.VERY_DISSATISFIED)
        d.apply(rated(d.hall, unit, ("outbox", sequence + 2000), again, d.now, "run"))
    if level in {Level.DISSATISFIED, Level.VERY_DISSATISFIED} and sequence % 2:
        given = rating(call, counter).model_dump(exclude={"kind", "level", "after_ms"})
        tags = w.RatingTagsRecord(**given, tags=["207", "213"])
        d.apply(tagged(d.hall, unit, ("outbox", sequence + 1000), tags, d.now, "run"))


DRIVER = two_mondays()


@pytest.fixture(scope="module")
def made() -> Iterator[Projected]:
    found = Projected().feed(DRIVER.events, sizes(1))
    yield found
    found.close()


def plain(turns: list[dict[str, Any]]) -> Figures:
    """The figures of some turns, reckoned one by one."""
    waits = [x["wait_s"] for x in turns if x["wait_s"] is not None]
    count = Figures(
        taken=sum(x["first"] for x in turns),
        called=sum(x["call_id"] is not None for x in turns),
        missed=sum(x["state"] == "missed" for x in turns),
        given_up=sum(x["state"] == "cancelled" for x in turns),
        expired=sum(x["state"] == "expired" for x in turns),
        waits=len(waits),
        over=sum(x["wait_s"] is not None and x["wait_s"] > x["target_s"] for x in turns),
        targets=len(waits),
        served=sum(x["state"] == "done" for x in turns),
        invited=sum(x["invited"] for x in turns),
        unrated=sum(x["answer"] == "unrated" for x in turns),
        wait_s=sum(waits),
        longest_s=max(waits, default=0.0),
        service_s=sum(x["service_s"] for x in turns if x["state"] == "done"),
    )
    for n, level in enumerate(LEVELS):
        setattr(count, f"level_{5 - n}", sum(x["level"] == level.value for x in turns))
    return count


def same(found: Figures, expected: Figures) -> None:
    for name in Figures.__slots__:
        assert getattr(found, name) == pytest.approx(getattr(expected, name)), name


def every(made: Projected, period: Period = WEEK) -> list[dict[str, Any]]:
    with made.connection.begin():
        return list(every_turn(made.connection, period))


def look(made: Projected, period: Period = WEEK) -> Any:
    with made.connection.begin():
        return overview(made.connection, period)


def test_the_reckoning_has_something_of_everything(made: Projected) -> None:
    found = plain(every(made))
    for name in ("missed", "expired", "over", "served", "unrated", "level_5", "level_1"):
        assert getattr(found, name) > 0, name


def test_a_period_is_the_sum_of_its_turns(made: Projected) -> None:
    same(look(made).all.figures, plain(every(made)))


@pytest.mark.parametrize("by", ["service", "counter", "day"])
def test_each_part_is_the_sum_of_its_turns(made: Projected, by: str) -> None:
    found, turns = look(made), every(made)
    groups: dict[str, Group] = {
        "service": found.services,
        "counter": found.counters,
        "day": found.days,
    }[by]
    assert set(groups) == {x[by] for x in turns if x[by]}
    for key, group in groups.items():
        same(group.figures, plain([x for x in turns if x[by] == key]))


def test_waits_are_of_the_hour_they_began_in_and_ratings_of_the_hour_of_the_call(
    made: Projected,
) -> None:
    found, turns = look(made), every(made)
    for hour, group in found.hours.items():
        assert group.figures.waits == plain([x for x in turns if x["hour"] == hour]).waits
        assert group.figures.rated == plain([x for x in turns if x["call_hour"] == hour]).rated
    cells = found.cells
    assert sum(cell.figures.taken for cell in cells.values()) == found.all.figures.taken


def test_days_that_are_added_up_say_what_they_said_before(made: Projected) -> None:
    with made.connection.begin():
        summed = [row.summed for row in made.connection.execute(t.days.select())]
    assert sorted(summed) == sorted([True] * (len(summed) - 1) + [False])
    before = look(made)
    with made.connection.begin() as transaction:
        made.connection.execute(t.days.update().values(summed=False))
        live = overview(made.connection, WEEK)
        transaction.rollback()
    same(live.all.figures, before.all.figures)
    assert live.all.waits == before.all.waits
    assert live.all.waits.bins


def test_what_comes_late_is_in_the_figures_of_its_day() -> None:
    d = Driver()
    d.open("c1", "wang")
    call = d.serve("c1")
    d.pass_time(86_400)
    made = Projected().feed(d.events)
    day = Period(FIRST, FIRST)
    assert look(made, day).all.figures.rated == 0
    made.commit(
        [rated(d.hall, "unit-1", ("o", 1), rating(call, level=Level.DISSATISFIED), d.now, "run")]
    )
    assert look(made, day).all.figures.bad == 1
    made.commit(d.pass_time(86_400))
    assert look(made, day).all.figures.bad == 1
    made.close()


def test_a_period_without_anything_has_no_shares(made: Projected) -> None:
    found = look(made, Period(FIRST - timedelta(9), FIRST - timedelta(2)))
    figures = found.all.figures
    shares = (figures.satisfaction, figures.unrated_share, figures.missed_share)
    assert (*shares, figures.mean_wait_s, found.all.p50_s) == (None,) * 5
    assert found.days == {}


def test_shares_have_the_denominators_of_the_document() -> None:
    figures = Figures(called=10, missed=1, invited=8, level_5=2, level_3=1, level_1=1)
    assert figures.satisfaction == 3 / 4
    assert figures.unrated_share == 4 / 8
    assert figures.rated_share == 4 / 8
    assert figures.missed_share == 1 / 10
    assert (figures.good, figures.bad, figures.rated) == (3, 1, 4)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.0])
def test_percentiles_are_right_to_a_bin(share: float) -> None:
    chance = Random(3)
    waits, bins = sorted(chance.uniform(0, 3000) for _ in range(500)), Waits()
    for wait in waits:
        bins.add(int(wait / WAIT_BIN_S), 1)
    exact = waits[round(share * 500) - 1]
    assert bins.percentile(share) == pytest.approx(exact, abs=WAIT_BIN_S)
    assert fmean(waits) > 0


def test_nobody_waits_longer_than_the_longest(made: Projected) -> None:
    quick = Group(Figures(waits=2, longest_s=1.0), Waits({0: 2}))
    assert (quick.p50_s, quick.p90_s) == (1.0, 1.0)
    found = look(made)
    for group in (found.all, *found.services.values()):
        assert group.p50_s is not None
        assert group.p90_s is not None
        assert group.p50_s <= group.p90_s <= group.figures.longest_s


# --- lists -----------------------------------------------------------------------------------


def test_bad_ratings_are_listed_with_their_reasons_page_by_page(made: Projected) -> None:
    with made.connection.begin():
        page = lists.ratings(made.connection, WEEK, lists.Wanted(), limit=2)
        seen, total = list(page.rows), page.total
        while page.after is not None:
            after = lists.Wanted(before=page.after)
            page = lists.ratings(made.connection, WEEK, after, limit=2)
            assert page.total == total
            seen += page.rows
    assert len(seen) == total == len({said.id for said in seen})
    assert page.counted == sum(said.counted for said in seen)
    assert [said.id for said in seen] == sorted((said.id for said in seen), reverse=True)
    assert {said.level for said in seen} == {"dissatisfied", "very_dissatisfied"}
    assert {said.tags for said in seen} == {(), ("207", "213")}


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (lists.Wanted(service="a"), lambda said: said.service == "a"),
        (lists.Wanted(counter="c1"), lambda said: said.counter == "c1"),
        (lists.Wanted(tag="213"), lambda said: "213" in said.tags),
        (lists.Wanted(tag="21"), lambda _: False),
        (lists.Wanted(counted=False), lambda said: not said.counted),
        (lists.Wanted(levels=["satisfied"]), lambda said: said.level == "satisfied"),
    ],
)
def test_ratings_can_be_sifted(made: Projected, wanted: lists.Wanted, fits: Any) -> None:
    with made.connection.begin():
        levels = [level.value for level in LEVELS]
        everything = lists.ratings(made.connection, WEEK, lists.Wanted(levels), 1000).rows
        found = lists.ratings(made.connection, WEEK, wanted, 1000).rows
    assert list(found) == [s for s in everything if fits(s) and s.level in wanted.levels]


def test_what_the_overview_counts_is_what_its_links_list(made: Projected) -> None:
    with made.connection.begin():
        found = overview(made.connection, WEEK)
        for counter, group in found.counters.items():
            asked = lists.Wanted(counter=counter, counted=True)
            assert lists.ratings(made.connection, WEEK, asked).total == group.figures.bad
        nothing = lists.ratings(made.connection, WEEK, lists.Wanted(counter="none"))
        levels = [level.value for level in LEVELS]
        every = lists.ratings(made.connection, WEEK, lists.Wanted(levels), limit=1)
    assert (nothing.rows, nothing.total, nothing.counted) == ((), 0, 0)
    assert 0 < every.counted < every.total


def test_the_last_day_is_one_on_which_somebody_was_called(made: Projected) -> None:
    ahead = [(0, None), (1, 0), (7, 0), (8, 7), (99, 7)]
    with made.connection.begin():
        for days, last in ahead:
            found = last_day_before(made.connection, FIRST + timedelta(days))
            assert found == (None if last is None else (FIRST + timedelta(last)).isoformat()), days


def test_reasons_are_counted_once_for_each_rating(made: Projected) -> None:
    with made.connection.begin():
        reasons = lists.reasons_given(made.connection, WEEK)
        bad = lists.ratings(made.connection, WEEK, lists.Wanted(counted=True), 1000).rows
    tagged_ = sum(bool(said.tags) for said in bad)
    assert reasons == {"207": tagged_, "213": tagged_}


def test_a_story_has_every_event_of_its_ticket_and_nothing_of_a_person() -> None:
    d = Driver()
    d.open("c1", "wang")
    ticket = d.ticket("a", person="hash-of-a-person")
    d.ticket("b")
    d.press("c1", "next")
    d.press("c1", "done")
    call = str(d.counter("c1").last_call)
    d.pass_time(86_400)
    d.apply(rated(d.hall, "unit-1", ("o", 1), rating(call, level=Level.SATISFIED), d.now, "run"))
    made = Projected().feed(d.events)
    with made.connection.begin():
        found = story(made.connection, ticket.id)
        assert story(made.connection, "nobody") is None
    assert found is not None
    kinds = [told.kind for told in found.events if not told.kind.startswith("Grants")]
    assert kinds == ["TicketIssued", "TicketCalled", "TicketDone", "Rated"]
    assert "hash-of-a-person" not in str(found)
    made.close()
