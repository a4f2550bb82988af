"""A counter that is cut off keeps tickets: who sees that, and whose word frees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.core import events as e
from hub.web.models import KeptApart
from tests.hub.core.units import hello, renew, status
from tests.hub.web.conftest import House, plan

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

LEASE_S = 3600.0
LOST_S = 7.0


class CutOff(House):
    """A house that keeps a ticket apart."""

    ticket_id = ""


@pytest.fixture
def cut_off(folder: Path) -> Iterator[CutOff]:
    """Counters 1 and 2 are open; the unit at 1 was granted A001 and is cut off."""
    house = CutOff(folder, plan())
    house.tell(lambda t: t.hello("unit-1", hello("run-1", board="board")))
    house.open()
    house.open("c2", "li", "1357")
    house.ticket_id = house.take()["id"]
    house.tell(lambda t: t.status("unit-1", status("run-1", online=False)))
    house.clock.pass_time(LOST_S)
    house.tell(lambda t: t.missed_units())
    yield house
    house.close()


def kept(house: CutOff) -> list[Any]:
    found: list[Any] = house.counter()["kept_apart"]
    return found


def test_the_operator_sees_who_is_kept_by_whom_and_until_when(cut_off: CutOff) -> None:
    (only,) = kept(cut_off)
    assert (only["id"], only["number"]) == (cut_off.ticket_id, "A001")
    assert KeptApart.model_validate(only).callable_until == "2026-03-02T11:01:00.000+08:00"
    unit = cut_off.counter()["unit"]
    assert unit["lost_since"] is not None
    assert cut_off.counter("c2")["kept_apart"] == []


def test_of_a_doubted_one_it_is_said_that_a_record_cannot_be_read(cut_off: CutOff) -> None:
    assert [ticket["doubted"] for ticket in kept(cut_off)] == [False]
    unread = ("unit-1", "outbox-1", 1, "newer_frame", "")
    cut_off.tell(lambda t: t.happen([e.RecordQuarantined(t.now, *unread)]))
    cut_off.tell(lambda t: t.happen([e.GrantsDoubted(t.now, "c1", (cut_off.ticket_id,))]))
    (only,) = kept(cut_off)
    assert (only["doubted"], only["callable_until"]) == (True, None)


def test_an_operators_word_counts_when_the_unit_is_off(cut_off: CutOff) -> None:
    ticket = cut_off.ticket_id
    early = cut_off.wish(f"tickets/{ticket}/not-called", unit_off=False)
    assert (early.status_code, early.json()["code"]) == (409, "may_be_called")
    assert len(kept(cut_off)) == 1
    sure = cut_off.wish(f"tickets/{ticket}/not-called", "sure", unit_off=True)
    assert (sure.status_code, sure.json()["outcome"]) == (200, "done")
    assert cut_off.wish(f"tickets/{ticket}/not-called", "sure", unit_off=True).text == sure.text
    assert kept(cut_off) == []
    again = cut_off.wish(f"tickets/{ticket}/not-called", unit_off=True)
    assert (again.status_code, again.json()["code"]) == (409, "not_granted")


def test_an_operators_word_counts_when_the_lease_is_over(cut_off: CutOff) -> None:
    cut_off.clock.pass_time(LEASE_S + 60)
    assert [ticket["callable_until"] for ticket in kept(cut_off)] == [None]
    answer = cut_off.wish(f"tickets/{cut_off.ticket_id}/not-called", unit_off=False)
    assert answer.status_code == 200
    assert kept(cut_off) == []


@pytest.mark.parametrize("content", [{}, {"unit_off": "yes"}, {"unit_off": True, "by": "me"}])
def test_a_word_that_is_not_clear_does_not_count(cut_off: CutOff, content: Any) -> None:
    assert cut_off.wish(f"tickets/{cut_off.ticket_id}/not-called", **content).status_code == 422
    assert len(kept(cut_off)) == 1


def test_another_site_cannot_say_that_somebody_was_not_called(cut_off: CutOff) -> None:
    answer = cut_off.client.post(
        f"/api/tickets/{cut_off.ticket_id}/not-called",
        json={"unit_off": True},
        headers={"Idempotency-Key": "k", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert cut_off.wish("tickets/nobody/not-called", unit_off=True).status_code == 404


# --- the citizen ------------------------------------------------------------------------------


def test_the_citizen_sees_it_and_may_say_so_once_the_lease_is_over(cut_off: CutOff) -> None:
    address = f"/t/{cut_off.slip(cut_off.ticket_id)}"
    ticket = cut_off.ticket(cut_off.ticket_id)
    assert ticket["held_apart"]["counter_number"] == "1"
    assert "not_called" not in ticket["wishes"]
    assert "cut off since 10:00" in cut_off.client.get(address, params={"lang": "en"}).text
    cut_off.clock.pass_time(LEASE_S + 60)
    assert "not_called" in cut_off.ticket(cut_off.ticket_id)["wishes"]
    form = {"wish": "not_called", "key": "one-of-this-page"}
    said = cut_off.client.post(address, data=form, follow_redirects=False)
    assert said.status_code == 303
    ticket = cut_off.ticket(cut_off.ticket_id)
    assert (ticket["state"], ticket["held_apart"]) == ("waiting", None)
    assert "not_called" not in ticket["wishes"]


def test_a_citizen_cannot_say_that_the_unit_is_off(cut_off: CutOff) -> None:
    ticket = cut_off.ticket_id
    early = cut_off.wish(f"tickets/{ticket}/wishes", wish="not_called")
    assert (early.status_code, early.json()["code"]) == (409, "may_be_called")
    more: dict[str, Any] = {"wish": "not_called", "unit_off": True}
    assert cut_off.wish(f"tickets/{ticket}/wishes", **more).status_code == 422
    form = {"wish": "not_called", "key": "one-of-this-page", "unit_off": "true"}
    page = cut_off.client.post(f"/t/{cut_off.slip(ticket)}", data=form, params={"lang": "en"})
    assert page.status_code == 409
    assert "The counter may still call you by itself" in page.text
    assert len(kept(cut_off)) == 1


# --- the clerk --------------------------------------------------------------------------------


def test_the_clerks_page_says_whom_this_counter_would_call(cut_off: CutOff) -> None:
    desk = cut_off.desk()
    assert desk.next is not None
    assert (desk.next.number, desk.next.why.en) == ("A001", "Kept for this counter alone")
    assert [(ticket.number, ticket.kept) for ticket in desk.queue] == [("A001", True)]
    assert (desk.counter.waiting, cut_off.desk("c2").counter.waiting) == (1, 0)
    assert desk.counter.unit is not None
    assert desk.counter.unit.lost_since is not None
    assert cut_off.desk("c2").queue == ()
    answer = cut_off.command("next").json()
    assert answer["ticket"]["number"] == "A001"
    assert answer["reason"].endswith("kept for this counter alone")
    held = cut_off.counter()["ticket"]
    assert held["why"]["en"].endswith("kept for this counter alone")


# --- what a counter did alone, and what does not work ------------------------------------------


def test_news_of_the_counter_do_not_break_on_who_had_no_number(cut_off: CutOff) -> None:
    who = ("visit-1", "call-9", "c1", "wang")
    cut_off.tell(lambda t: t.happen([e.ServedUnnumbered(t.now, *who, "residence")]))
    assert cut_off.counter()["ticket"]["number"] == ""
    assert cut_off.command("no_show").status_code == 200
    texts = [line["text"] for line in cut_off.client.get("/api/hall").json()["news"][:2]]
    assert texts[0]["en"] == "A visitor without a number did not come to counter 1"
    assert texts[1]["zh"] == "1号窗口断线期间办理无号业务：户籍办理"


def test_a_unit_that_can_keep_no_record_says_so_with_its_renew(folder: Path) -> None:
    house = House(folder, plan())

    def faults() -> list[str]:
        return [fault["text"]["en"] for fault in house.counter()["unit"]["faults"]]

    def says(n: int, trouble: str | None) -> int:
        said = renew("run-1", n).model_copy(update={"trouble": trouble})
        house.tell(lambda t: t.renew("unit-1", said))
        version: int = house.client.get("/api/hall").json()["version"]
        return version

    house.tell(lambda t: t.hello("unit-1", hello("run-1")))
    assert faults() == []
    first = says(1, "disk_full")
    assert faults() == ["Storage is full: ratings cannot be kept"]
    assert says(2, "disk_full") == first
    assert says(3, None) == first + 1
    says(1, "disk_full")  # delivered again, late
    assert faults() == []
    house.close()
