"""Reports to take away: CSV as it is written, and an Excel workbook with charts."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from hub.reports import lists
from hub.reports.figures import overview
from hub.reports.period import Period
from hub.reports.tables import turns
from hub.web.supervision.asking import wanted
from hub.web.supervision.desk import Desk
from hub.web.supervision.names import Names
from hub.web.supervision.workbook import COUNTER_ID, SERVICE_ID, Contents, write_workbook
from hub.web.texts import marked

BOM: Final = "\ufeff"
"""Without it Excel takes the file for one in the machine's own code page."""

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
"""What a formula may begin with; in full width too, as Chinese keyboards write it."""

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_BAD = 20_000
"""So many bad ratings are in a workbook at most; the CSV has all."""

RATING_HEADS = (
    marked("Time of the rating"),
    marked("How sure the time is"),
    marked("Where it was given"),
    marked("Level"),
    marked("Reasons"),
    marked("Number"),
    marked("Service"),
    SERVICE_ID,
    marked("Counter"),
    COUNTER_ID,
    marked("Clerk"),
    marked("Business day"),
    marked("Counts"),
    marked("Why not"),
    marked("Ticket"),
)

TURN_HEADS = (
    marked("Business day"),
    marked("Number"),
    marked("Service"),
    SERVICE_ID,
    marked("Class"),
    marked("Taken at"),
    marked("Waits since"),
    marked("Called at"),
    marked("Served from"),
    marked("Ended at"),
    marked("Waited, seconds"),
    marked("Service, seconds"),
    marked("Counter"),
    COUNTER_ID,
    marked("Clerk"),
    marked("Outcome"),
    marked("Rating"),
    marked("Ticket"),
)

_RATING = {"rated": marked("rated"), "unrated": marked("not rated")}


def safe(value: object) -> str:
    """A field that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def line(fields: Iterable[object]) -> str:
    """A line of CSV. Numbers are written as they are: only texts can be formulas."""
    out = io.StringIO()
    plain = [f if isinstance(f, int | float) else safe(f) for f in fields]
    csv.writer(out, lineterminator="\r\n").writerow(plain)
    return out.getvalue()


def rating_row(said: lists.Said, n: Names) -> tuple[object, ...]:
    """A rating as a line, by the names of the time of its call."""
    return (
        n.moment(said.at),
        n.sure(said.sure),
        n.source(said.source),
        n.level(said.level, said.at),
        n.joined(n.tag(tag, said.at) for tag in said.tags),
        said.number,
        n.service(said.service, said.called_at),
        said.service,
        n.counter(said.counter, said.called_at),
        said.counter,
        n.clerk(said.clerk, said.called_at),
        said.day,
        n.say(marked("yes")) if said.counted else n.say(marked("no")),
        n.why_not(said.why_not),
        said.ticket,
    )


def turn_row(turn: dict[str, Any], n: Names) -> tuple[object, ...]:
    """A turn as a line, by the names of its time.

    Of who came nothing is told: no hash of an identity is in the table.
    """
    level, answer = turn["level"], turn["answer"]
    called_at = turn["called_at"]
    began_at = called_at if turn["began_at"] is None else turn["began_at"]
    return (
        turn["day"],
        turn["number"],
        n.service(turn["service"], began_at),
        turn["service"],
        n.kind(turn["kind"], began_at),
        n.channel(turn["channel"]),
        n.moment(turn["began_at"]),
        n.moment(called_at),
        n.moment(turn["started_at"]),
        n.moment(turn["ended_at"]),
        _seconds(turn["wait_s"]),
        _seconds(turn["service_s"]),
        n.counter(turn["counter"] or "", called_at),
        turn["counter"] or "",
        n.clerk(turn["clerk"], called_at),
        n.state(turn["state"]),
        n.level(level, called_at) if level else n.say(_RATING[answer]) if answer else "",
        turn["ticket"],
    )


def _seconds(duration_s: float | None) -> object:
    return "" if duration_s is None else round(duration_s, 1)


def add_downloads(router: APIRouter, desk: Desk) -> None:
    """Add the files."""

    @router.get("/ratings.csv")
    async def ratings(request: Request) -> Response:
        """Every rating that is asked for."""
        about, which = desk.asked(request), wanted(request.query_params)
        n = desk.names(request, about.period)

        def page(after: int) -> tuple[list[tuple[object, ...]], int | None]:
            asked = lists.from_key(which, after or which.before)
            with desk.look() as connection:
                found = lists.ratings(connection, about.period, asked, 1_000)
            return [rating_row(said, n) for said in found.rows], found.after

        return _csv(desk, n, ("ratings", about.period), RATING_HEADS, page)

    @router.get("/visits.csv")
    async def visits(request: Request) -> Response:
        """Every turn of the period."""
        about = desk.asked(request)
        n = desk.names(request, about.period)

        def page(after: int) -> tuple[list[tuple[object, ...]], int | None]:
            with desk.look() as connection:
                found = turns(connection, about.period, after)
            return [turn_row(turn, n) for turn in found], found[-1]["id"] if found else None

        return _csv(desk, n, ("visits", about.period), TURN_HEADS, page)

    @router.get("/report.xlsx")
    async def report(request: Request) -> Response:
        """The period as a workbook."""
        about = desk.asked(request)
        n = desk.names(request, about.period)
        made = await desk.work(lambda: _workbook(desk, about.period, n))
        headers = _named("report", about.period, "xlsx")
        return Response(made, media_type=WORKBOOK, headers=headers)


_Page = Callable[[int], tuple[list[tuple[object, ...]], int | None]]


def _csv(
    desk: Desk, n: Names, about: tuple[str, Period], heads: Sequence[str], page: _Page
) -> Response:
    """Written as it is sent, a page at a time: nobody holds a year in memory.

    The last line says what is not as it was then.
    """

    async def content() -> AsyncIterator[bytes]:
        yield (BOM + line(n.say(head) for head in heads)).encode()
        after: int | None = 0
        while after is not None:
            rows, after = await desk.work(partial(page, after))
            yield "".join(map(line, rows)).encode()
        if said := n.unread():
            yield line([said]).encode()

    headers = _named(*about, "csv")
    return StreamingResponse(content(), media_type="text/csv; charset=utf-8", headers=headers)


def _named(name: str, period: Period, kind: str) -> dict[str, str]:
    days = f"{period.first}" if period.days == 1 else f"{period.first}_{period.last}"
    return {"content-disposition": f'attachment; filename="{name}-{days}.{kind}"'}


def _workbook(desk: Desk, period: Period, n: Names) -> bytes:
    with desk.look() as connection:
        found = overview(connection, period)
        reasons = lists.reasons_given(connection, period)
        bad = lists.ratings(connection, period, lists.Wanted(), MOST_BAD)
    rows = [rating_row(said, n) for said in bad.rows]
    contents = Contents(found, reasons, [n.say(head) for head in RATING_HEADS], rows, bad.total)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        write_workbook(path, contents, n)
        return path.read_bytes()
