"""The supervisor's pages and files, over HTTP, on a journal with a morning in it."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from hub.core import events as e
from hub.journal.store import Quarantined
from hub.transaction import Transaction
from hub.web.supervision.definitions import DEFINITIONS
from hub.web.supervision.what_if import OneAtATime
from tests.hub.web.conftest import MARKUP, House, plan

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

PAGES = ("", "/ratings", "/ratings?level=all", "/records", "/records?state=all", "/replay")
DAYS = "from=2026-03-01&to=2026-03-02"
BYTES = b"\xff\x1b[31m<b>" + b"x" * 3000


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One visit that was rated badly, twice, and records that nobody can read."""
    house = House(tmp_path_factory.mktemp("supervision"), plan())
    house.open("c1", "li", "1357")  # a name full of markup
    house.take()
    assert house.command("next").status_code == 200
    assert house.command("done").status_code == 200
    house.tell(_rate)
    house.tell(_set_aside)
    yield house
    house.close()


def _rate(t: Transaction) -> None:
    call = t.hall.calls[str(t.hall.counters["c1"].last_call)]
    key = ("unit-1", "o", 1, "c1", "li", call.call_id, call.ticket)
    t.happen([e.Rated(t.now, *key, "dissatisfied", 2500, "run", counted=True, why_not=None)])
    tags = ("unit-1", "o", 2, "c1", call.call_id, call.ticket, ("213",), "run")
    t.happen([e.RatingTagged(t.now, *tags, counted=True, why_not=None)])
    again = ("unit-1", "o", 3, "c1", "li", call.call_id, call.ticket)
    t.happen([e.Rated(t.now, *again, "satisfied", 900, "run", counted=False, why_not="second")])


def _set_aside(t: Transaction) -> None:
    for code in ("unreadable", "fork"):
        t.batch.quarantine.append(Quarantined(t.now, "unit-1", "o", 9, code, MARKUP, BYTES))


def get(house: House, path: str, language: str = "en") -> Any:
    return house.client.get(f"/supervision{path}", headers={"Accept-Language": language})


def ticket_of(house: House) -> str:
    return house.service.ask(lambda t: next(iter(t.hall.tickets))).result(20)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_drawn_in_both_languages(morning: House, path: str, language: str) -> None:
    answer = get(morning, path, language)
    assert answer.status_code == 200, answer.text
    assert MARKUP not in answer.text
    assert "style=" not in answer.text  # the policy would not have it


def test_the_overview_says_what_happened(morning: House) -> None:
    page = get(morning, f"?{DAYS}").text
    for said in ("0 of 1 ratings", "0 of 1 services", "1 served", "The staff did not know"):
        assert said in page, said
    for name, _meaning in DEFINITIONS:
        assert name in page


@pytest.mark.parametrize("query", ["period=ever", "from=a&to=b", "from=1900-01-01&to=2026-03-02"])
def test_days_that_cannot_be_are_said_and_this_month_is_shown(morning: House, query: str) -> None:
    answer = get(morning, f"?{query}")
    assert answer.status_code == 200
    assert "These are no days" in answer.text


def test_a_period_without_anything_says_so(morning: House) -> None:
    assert "Nothing happened in the hall" in get(morning, "?from=2026-01-01&to=2026-01-31").text


def test_a_bad_rating_leads_to_the_story_of_its_visit(morning: House) -> None:
    page, ticket = get(morning, "/ratings").text, ticket_of(morning)
    assert "Ratings: 1" in page
    assert f"/supervision/visits/{ticket}" in page
    story = get(morning, f"/visits/{ticket}").text
    for said in ("A001 taken", "Counter 1 calls A001", "first in line", "Reasons were given"):
        assert said in story, said
    assert get(morning, "/visits/nobody").status_code == 404


def test_what_does_not_count_is_listed_with_its_reason(morning: House) -> None:
    assert "this call was rated before" in get(morning, "/ratings?level=all&counted=no").text


def test_bytes_are_shown_safely(morning: House) -> None:
    page = get(morning, "/records").text
    assert "\\xff\\u001b[31m&lt;b&gt;" in page
    assert "Only the first 2000 bytes" in page
    assert "waits for a person" in page


def rows(text: str) -> list[dict[str, str]]:
    """The lines of a file by their headings, of which each stands once."""
    assert text.startswith("\ufeff")
    read = csv.DictReader(io.StringIO(text[1:]), restkey="too much", restval="too little")
    heads = read.fieldnames or []
    assert len(set(heads)) == len(heads)
    found = list(read)
    assert not any("too much" in row or "too little" in row.values() for row in found)
    return found


def cell(sheet: Any, head: str, row: int = 2) -> Any:
    """What stands in a row of a sheet under a heading."""
    heads = [each.value for each in sheet[1]]
    return sheet.cell(row, heads.index(head) + 1).value


def test_ratings_as_csv(morning: House) -> None:
    answer = get(morning, f"/ratings.csv?{DAYS}&level=all")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    second, first = rows(answer.content.decode())
    assert (first["Level"], first["Reasons"], first["Clerk"]) == (
        "Dissatisfied",
        "The staff did not know the matter well",
        MARKUP,
    )
    assert (first["Service id"], first["Counter id"]) == ("residence", "c1")
    assert (second["Counts"], second["Why not"]) == ("no", "this call was rated before")


def test_visits_as_csv_hold_no_hash_of_a_person(morning: House) -> None:
    morning.take(identity="330100199001011234")
    answer = get(morning, f"/visits.csv?{DAYS}", "zh")
    visits = rows(answer.content.decode())
    assert [visit["号码"] for visit in visits] == ["A001", "A002"]
    ids = [(visit["事项编号"], visit["窗口编号"]) for visit in visits]
    assert ids == [("residence", "c1"), ("residence", "")]
    hashed = morning.service.ask(lambda t: list(t.hall.today.persons)).result(20)
    assert hashed
    assert hashed[0] not in answer.text


@pytest.mark.parametrize(("language", "summary"), [("en", "Summary"), ("zh", "汇总")])
def test_the_workbook_opens_again(morning: House, language: str, summary: str) -> None:
    answer = get(morning, f"/report.xlsx?{DAYS}", language)
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[0] == summary
    assert len(book.sheetnames) == 7
    assert "04:00" in str(book.worksheets[0].cell(3, 1).value)  # when a business day begins
    values = [row[0].value for row in book.worksheets[-1].iter_rows()]
    assert len(values) == len(DEFINITIONS)
    served, ids = {"en": ("Served", "id"), "zh": ("已办理", "编号")}[language]
    assert cell(book.worksheets[1], served) == 1
    for sheet, id_ in zip(book.worksheets[1:3], ("residence", "c1"), strict=True):
        assert str(sheet.cell(1, 2).value).endswith(ids)
        assert sheet.cell(2, 2).value == id_
    bad = book.worksheets[5]
    assert [bad.cell(2, k).data_type for k in range(1, 12)] == ["s"] * 11
    assert all(getattr(sheet, "_charts") for sheet in book.worksheets[:5])  # noqa: B009


@pytest.fixture(scope="module")
def renumbered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A bad rating at counter 1; then that is counter X7, and all else has other names too."""
    house = House(tmp_path_factory.mktemp("renumbered"), plan())
    house.open()
    house.take()
    assert house.command("next").status_code == 200
    assert house.command("done").status_code == 200
    house.tell(_rate)
    house.clock.skip(600)
    content = plan().model_dump(mode="json")
    for counter, number in zip(content["counters"], ("X7", "1"), strict=True):
        counter["number"] = number
    content["services"][0]["name"] = {"zh": "落户", "en": "Settling"}
    content["clerks"][0]["name"], content["clerks"][1]["name"] = "王小芳", "Li Na"
    house.tell(lambda t: t.happen([e.Configured(t.now, content)]))
    yield house
    house.close()


def test_what_happened_keeps_the_names_of_its_time(renumbered: House) -> None:
    ratings = get(renumbered, "/ratings").text
    assert "Residence · Counter 1 · " in ratings
    story = get(renumbered, f"/visits/{ticket_of(renumbered)}").text
    assert "Counter 1 calls A001" in story
    for page in (ratings.split("said-list")[1], story):
        for name in ("X7", "Settling", "王小芳", "Li Na"):
            assert name not in page, name
    [turn] = rows(get(renumbered, f"/visits.csv?{DAYS}").text)
    [rating] = rows(get(renumbered, f"/ratings.csv?{DAYS}").text)
    for row, clerk in ((turn, "王芳"), (rating, MARKUP)):
        assert (row["Service"], row["Counter"], row["Clerk"]) == ("Residence", "1", clerk)
        assert (row["Service id"], row["Counter id"]) == ("residence", "c1")


def test_sums_over_a_change_of_names_say_both(renumbered: House) -> None:
    page = get(renumbered, f"?{DAYS}").text
    assert '<th scope="row">X7 (before: 1)</th>' in page
    assert "Settling (before: Residence)" in page
    zh = load_workbook(io.BytesIO(get(renumbered, f"/report.xlsx?{DAYS}", "zh").content))
    assert zh.worksheets[1].cell(2, 1).value == "落户（原 户籍办理）"
    assert zh.worksheets[2].cell(2, 1).value == "X7（原 1）"
    later = get(renumbered, "/ratings?from=2026-03-09&to=2026-03-09").text
    assert '<option value="c1">X7</option>' in later  # the change was before this period


UNREAD = "Stored plans of the hall cannot be read."


def test_a_plan_that_cannot_be_read_stops_no_report_and_is_said_once(tmp_path: Path) -> None:
    house = House(tmp_path, plan())
    house.open()
    house.take()
    assert house.command("next").status_code == 200
    assert house.command("done").status_code == 200
    house.tell(_rate)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", timeout=20)) as journal, journal:
        spoilt = "UPDATE events SET content = '{}' WHERE kind = 'Configured'"
        assert journal.execute(spoilt).rowcount == 1
    for path in (f"?{DAYS}", f"/ratings?{DAYS}", f"/visits/{ticket_of(house)}"):
        page = get(house, path).text
        assert page.count(UNREAD) == 1, path
        assert "and later (event 1)" in page
    assert UNREAD not in get(house, "?from=2026-01-01&to=2026-01-31").text
    assert "A001" in page  # the visit's story is told, in today's words
    for name in ("ratings", "visits"):
        *told, last = csv.reader(io.StringIO(get(house, f"/{name}.csv?{DAYS}").text))
        assert last[0].startswith(UNREAD)
        assert len(told) == 2
    sheet = load_workbook(io.BytesIO(get(house, f"/report.xlsx?{DAYS}").content)).worksheets[0]
    first = [str(sheet.cell(row, 1).value) for row in range(2, 6)]
    assert first[1].startswith("A business day begins")
    assert first[2].startswith(UNREAD)
    assert first[3] == "Numbers taken"
    house.close()


def test_past_midnight_the_pages_say_which_business_day_it_is(renumbered: House) -> None:
    said = "the business day 2026-03-02 goes on until 04:00"
    assert said not in get(renumbered, "").text
    renumbered.clock.skip(15 * 3600)  # one in the morning
    try:
        assert said in get(renumbered, "").text
        assert said in get(renumbered, "/ratings").text
    finally:
        renumbered.clock.skip(-15 * 3600)


def test_what_is_asked_for_and_has_left_the_plan_stays_chosen(renumbered: House) -> None:
    page = get(renumbered, "/ratings?counter=c9&service=gone&tag=99").text
    for id_ in ("c9", "gone", "99"):
        assert f'<option value="{id_}" selected>{id_}</option>' in page


def test_nobody_else_sees_any_of_it(morning: House) -> None:
    for role in ("operator", "clerk"):
        program = morning.program(morning.give_token(role))
        for path in (*PAGES, "/report.xlsx", "/visits.csv", "/replay/run"):
            assert program.get(f"/supervision{path}").status_code == 403, (role, path)
    assert morning.program(morning.give_token("supervisor")).get("/supervision").status_code == 200


# --- what if ---------------------------------------------------------------------------------


def told(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(text) for text in answer.text.splitlines()]


def test_a_day_is_replayed_in_a_process_of_its_own(morning: House) -> None:
    lines = told(get(morning, "/replay/run?day=2026-03-02&policy=fcfs"))
    assert {line.get("step") for line in lines[:-1]} >= {"reading", "lived"}
    result = lines[-1]["result"]
    assert result["day"] == "2026-03-02"
    assert result["figures"]["fcfs"]["n"] >= 1


def test_a_day_that_is_not_there_is_said(morning: House) -> None:
    [*_, last] = told(get(morning, "/replay/run?day=2020-01-01&policy=fcfs"))
    assert "no day 2020-01-01" in last["error"]


@pytest.mark.parametrize("query", ["day=x&policy=fcfs", "day=2026-03-02&policy=odd", ""])
def test_nonsense_starts_nothing(morning: House, query: str) -> None:
    assert get(morning, f"/replay/run?{query}").status_code == 422


SLEEPS = 'import sys, time; print(\'{"step": "reading", "part": 0}\', flush=True); time.sleep(60)'


async def _left() -> int | None:
    """The end of a process whose listener has gone after its first line."""
    runs = OneAtATime((sys.executable, "-c", SLEEPS))
    runs.busy = True
    lines = runs.lines()
    assert json.loads(await anext(lines))["step"] == "reading"
    assert runs.busy
    await lines.aclose()
    assert runs.last is not None
    assert not runs.busy
    return runs.last.returncode


def test_whoever_leaves_ends_the_replay() -> None:
    assert asyncio.run(_left()) == -9
