"""Load and balance on the web: flags with their evidence, advice that is followed or not."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.transaction import Transaction
from tests.hub.web.conftest import HELPING, House, plan

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

ADD = {"line_min": 11.5, "own_min": 0.0, "waiting": 8}
WEIGHED = {"line_now_min": 12.5, "waiting": 9, "line_gains_min": 22.0, "saved_min": 17.8}
HOT = {"expected_wait_min": 18.2, "expected_wait_hall_min": 6.4, "waiting": 9}


@pytest.fixture
def wide(folder: Any) -> Any:
    """A hall in which counter 2 could serve both lines."""
    made = House(folder, plan(counters=HELPING))
    yield made
    made.close()


def happen(house: House, *made: Any) -> None:
    def act(transaction: Transaction) -> None:
        now = transaction.now
        transaction.happen([kind(now, *content) for kind, *content in made])

    house.tell(act)


def hall(house: House) -> dict[str, Any]:
    view: dict[str, Any] = house.client.get("/api/hall").json()
    return view


def test_flags_carry_their_evidence_in_words(house: House) -> None:
    house.open()
    happen(
        house,
        (e.Flagged, "hot", "line", "residence", True, HOT),
        (e.Flagged, "hot", "line", "social", True, {**HOT, "expected_wait_min": 21.5}),
        (e.Flagged, "cold", "counter", "c1", True, {"idle_share": 0.62, **HOT}),
        (e.Flagged, "slow", "counter", "c2", True, {"because": "of something new"}),
    )
    seen = hall(house)
    [hot] = seen["services"][0]["flags"]
    assert (hot["kind"], hot["evidence"]) == ("hot", HOT)
    assert hot["text"] == {"zh": "过热", "en": "hot"}
    assert "18:12 to be expected" in hot["why"]["en"]
    first, second = seen["counters"]
    assert first["hottest"]["target"] == "social"  # the longer wait of its two lines
    assert first["flags"][0]["why"]["en"].startswith("When raised: idle 62% of the time")
    assert second["hottest"] is None  # it is closed
    [slow] = second["flags"]
    assert (slow["text"]["en"], slow["why"]) == ("slow", None)  # evidence of a later version

    happen(house, (e.Flagged, "hot", "line", "social", False, {}))
    assert hall(house)["counters"][0]["hottest"]["target"] == "residence"
    assert hall(house)["services"][1]["flags"] == []


def test_advice_is_applied(wide: House) -> None:
    happen(
        wide,
        (e.AdviceGiven, "a1", "open", "c1", None, 0.5, {}),
        (e.AdviceGiven, "a2", "add", "c2", "residence", 2.4, ADD),
    )
    first, second = hall(wide)["advice"]
    assert (first["id"], first["gain_min"]) == ("a2", 2.4)  # the greatest gain first
    assert first["text"]["en"] == "Counter 2 should also serve Residence"
    assert first["why"]["en"].startswith(
        "When advised: that line needed 11.5 min for the 8 who waited"
    )
    assert second["why"] is None
    applied = [wide.wish("advice/a2", "k", wish="apply") for _ in range(2)]
    assert [answer.status_code for answer in applied] == [200, 200]
    assert applied[0].content == applied[1].content
    counter = wide.counter("c2")
    assert (counter["services"], counter["added"]) == (["social", "residence"], ["residence"])
    assert hall(wide)["services"][0]["counters"] == 2
    assert [advice["id"] for advice in hall(wide)["advice"]] == ["a1"]

    assert wide.wish("advice/a1", wish="dismiss").status_code == 200
    gone = wide.wish("advice/a1", wish="apply")
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_advice")


@pytest.mark.parametrize(
    ("action", "service", "reason", "words"),
    [
        ("take_back", "social", {"why": "quiet", "line_min": 1.25}, "needs 1.2 min only"),
        (
            "take_back",
            "social",
            {"why": "own_hotter", "line_min": 2.0, "own_min": 6.0},
            "own lines need 6.0 min, that line 2.0 min",
        ),
        (
            "take_back",
            "social",
            {"why": "quiet", "line_min": 1.25, "line_gains_min": -3.8, "own_lose_min": -4.0},
            "needs 1.2 min only; those in it then wait 4 min longer in all",
        ),
        (
            "add",
            "social",
            {**WEIGHED, "own_lose_min": 4.2},
            "needs 12.5 min for the 9 who wait; those of the counter's own lines wait 4 min longer",
        ),
        ("add", "social", {**WEIGHED, "own_lose_min": 0.0}, "own lines lose nothing by it"),
        ("open", None, {"hall_min": 7.5, "signed_in": True}, "needs 7.5 min for all who wait"),
        ("open", None, {"hall_min": 7.5, "signed_in": False}, "has to sign in there first"),
        ("close", None, {"hall_min": 1.0, "idle_min": 6.5}, "Free for 6.5 min"),
    ],
)
def test_each_advice_says_why(
    house: House, action: str, service: str | None, reason: dict[str, Any], words: str
) -> None:
    happen(house, (e.AdviceGiven, "a1", action, "c2", service, 0.0, reason))
    [advice] = hall(house)["advice"]
    assert words in advice["why"]["en"]
    assert advice["why"]["zh"] != advice["why"]["en"]


def test_advice_is_shown_as_of_its_last_weighing_and_not_while_it_gains_next_to_nothing(
    house: House,
) -> None:
    said = {**WEIGHED, "own_lose_min": 4.2}
    happen(house, (e.AdviceGiven, "a1", "add", "c2", "social", 1.2, said))
    [advice] = hall(house)["advice"]
    assert (advice["gain_min"], advice["saved_min"], advice["within_min"]) == (1.2, 17.8, 15.0)
    [news] = [line for line in hall(house)["news"] if line["kind"] == "AdviceGiven"]
    assert "(18 min less waiting in all)" in news["text"]["en"]

    less = {**said, "waiting": 4, "saved_min": 6.5}
    happen(house, (e.AdviceWeighed, "a1", 0.4, less))
    [advice] = hall(house)["advice"]
    assert (advice["gain_min"], advice["saved_min"], advice["reason"]) == (0.4, 6.5, less)
    assert "for the 4 who wait" in advice["why"]["en"]
    assert "AdviceWeighed" not in {line["kind"] for line in hall(house)["news"]}

    happen(house, (e.AdviceWeighed, "a1", 0.1, {**less, "saved_min": 1.4}))
    assert hall(house)["advice"] == []
    happen(house, (e.AdviceWeighed, "a1", 0.4, less))
    assert [advice["id"] for advice in hall(house)["advice"]] == ["a1"]


def test_an_operator_changes_what_a_counter_serves(wide: House) -> None:
    def change(wish: str, service: str = "residence", counter: str = "c2") -> tuple[int, Any]:
        answer = wide.wish(f"counters/{counter}/services", service=service, wish=wish)
        assert set(answer.json()) == {"outcome", "code", "reason", "ticket"}
        return answer.status_code, answer.json()["code"]

    assert change("add") == (200, None)
    assert wide.counter("c2")["added"] == ["residence"]
    assert change("add") == (200, None)  # it does already
    assert change("take_back") == (200, None)
    assert wide.counter("c2")["added"] == []
    assert change("take_back", "social") == (409, "not_added")
    assert change("add", "nothing") == (409, "unknown_service")
    assert change("add", counter="c9") == (404, "unknown_counter")


def test_a_counter_without_the_skill_adds_nothing(house: House) -> None:
    answer = house.wish("counters/c2/services", service="residence", wish="add")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_skill")


def test_the_desk_says_who_is_next_and_why(house: House) -> None:
    house.take("residence")
    house.take("social")
    assert house.desk().next is None  # nobody is signed in
    house.open()
    view = house.desk()
    assert view.next is not None
    assert view.next.number == view.queue[0].number
    other = view.queue[1].number
    assert view.next.why.en == f"Most urgent of 2 lines, before {other}"
    assert house.command("next").json()["ticket"]["number"] == view.next.number
    assert [(c.id, c.open) for c in view.others] == [("c2", False)]


def test_pictures_of_load_do_not_age(house: House) -> None:
    happen(house, (e.Flagged, "hot", "line", "residence", True, HOT))
    assert hall(house)["services"] == hall(house)["services"]
