"""A period as an Excel workbook with its own charts, written row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from hub.journal.sums import LEVELS
from hub.reports.figures import Figures, Group, Overview
from hub.web.supervision.definitions import DEFINITIONS
from hub.web.supervision.names import Names
from hub.web.texts import marked

BLUE, RED, GREEN, AMBER = "#0a4ea8", "#b0241e", "#14764a", "#b97700"

HEADS: Final = (
    marked("Numbers taken"),
    marked("Called"),
    marked("Did not come"),
    marked("No-show share"),
    marked("Served"),
    marked("Mean wait, minutes"),
    marked("Longest wait, minutes"),
    marked("Over target"),
    marked("Mean service, minutes"),
    marked("Could be rated"),
    marked("Rated"),
    marked("Unrated share"),
    marked("Satisfaction"),
    marked("Bad ratings"),
)

_SHARES = frozenset({3, 7, 11, 12})
_MINUTES = frozenset({5, 6, 8})

MEAN_WAIT, UNRATED, BAD = 5, 11, 13
"""Places in HEADS of what is drawn."""


SERVICE_ID: Final = marked("Service id")
COUNTER_ID: Final = marked("Counter id")
"""Heads of what stands beside a name: names change, ids do not."""

MIDNIGHT: Final = "00:00"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a workbook is written from. `bad_total` may be more than the rows."""

    found: Overview
    reasons: Mapping[str, int]
    bad_heads: Sequence[str]
    bad_rows: Sequence[Sequence[object]]
    bad_total: int


def write_workbook(path: Path, contents: Contents, n: Names) -> None:
    """Write the workbook."""
    # No text is taken for a formula, a number or a link, whatever it begins with.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        _Writer(book, n).write(contents)


class _Writer:
    """Writes the sheets, one after the other."""

    def __init__(self, book: Any, n: Names) -> None:
        self._book = book
        self._n = n
        self._bold = book.add_format({"bold": True})
        self._head = book.add_format(
            {"bold": True, "bg_color": "#e3edfb", "text_wrap": True, "valign": "top", "border": 1}
        )
        self._share = book.add_format({"num_format": "0.0%"})
        self._minutes = book.add_format({"num_format": "0.0"})
        self._count = book.add_format({"num_format": "#,##0"})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._title = book.add_format({"bold": True, "font_size": 16})

    def write(self, contents: Contents) -> None:
        """All sheets."""
        n, found = self._n, contents.found
        self._summary(contents)
        services = [s.id for s in n.plan.services]
        counters = [c.id for c in n.plan.counters]
        self._groups(
            n.say(marked("By service")),
            (n.say(marked("Service")), n.say(SERVICE_ID)),
            found.services,
            services,
            n.service,
        )
        self._groups(
            n.say(marked("By counter")),
            (n.say(marked("Counter")), n.say(COUNTER_ID)),
            found.counters,
            counters,
            n.counter,
        )
        hours = {n.hour(hour): found.hours[hour] for hour in n.in_order(found.hours)}
        self._groups(
            n.say(marked("By hour")), (n.say(marked("Hour")),), hours, list(hours), str, line=True
        )
        days = {day: found.days[day] for day in sorted(found.days)}
        self._groups(
            n.say(marked("By day")), (n.say(marked("Day")),), days, list(days), str, line=True
        )
        self._bad(contents)
        self._definitions()

    def _summary(self, contents: Contents) -> None:
        n, found = self._n, contents.found
        sheet = self._book.add_worksheet(n.say(marked("Summary")))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 16)
        sheet.write_string(0, 0, n.hall(), self._title)
        period = found.period
        sheet.write_string(1, 0, f"{period.first} – {period.last}", self._bold)
        starts = n.plan.hall.day_starts
        if starts != MIDNIGHT:
            said = marked(
                "A business day begins at {time}; what is earlier belongs to the day before."
            )
            sheet.write_string(2, 0, n.say(said, time=starts))
        row = 3
        if unread := n.unread():
            sheet.write_string(row, 0, unread, self._wrap)
            row += 1
        for place, value in enumerate(_values(found.all.figures)):
            sheet.write_string(row, 0, n.say(HEADS[place]))
            self._put(sheet, row, 1, value, place)
            row += 1
        for name, value in (
            (n.say(marked("Median wait, minutes")), found.all.p50_s),
            (n.say(marked("90th percentile of waits, minutes")), found.all.p90_s),
        ):
            sheet.write_string(row, 0, name)
            self._put(sheet, row, 1, None if value is None else value / 60, MEAN_WAIT)
            row += 1
        row = self._levels(sheet, row + 1, found.all.figures)
        sheet.write_string(row + 1, 0, n.say(marked("Reasons given for bad ratings")), self._head)
        sheet.write_string(row + 1, 1, n.say(marked("Times given")), self._head)
        for k, (tag, count) in enumerate(contents.reasons.items(), row + 2):
            sheet.write_string(k, 0, f"{tag} {n.tag(tag)}")
            sheet.write_number(k, 1, count, self._count)

    def _levels(self, sheet: Any, row: int, figures: Figures) -> int:
        n = self._n
        sheet.write_string(row, 0, n.say(marked("Level")), self._head)
        sheet.write_string(row, 1, n.say(marked("Ratings")), self._head)
        for k, column in enumerate(LEVELS, row + 1):
            sheet.write_string(k, 0, n.column(column))
            sheet.write_number(k, 1, getattr(figures, column), self._count)
        last = row + len(LEVELS)
        chart = self._book.add_chart({"type": "bar"})
        where = sheet.get_name()
        chart.add_series(
            {
                "categories": [where, row + 1, 0, last, 0],
                "values": [where, row + 1, 1, last, 1],
                "fill": {"color": BLUE},
                "data_labels": {"value": True},
            }
        )
        chart.set_title({"name": n.say(marked("Ratings by level"))})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        sheet.insert_chart(3, 3, chart, {"x_scale": 1.2})
        return last + 1

    def _groups(
        self,
        title: str,
        heads: tuple[str, ...],
        groups: Mapping[str, Group],
        order: Sequence[str],
        name: Callable[[str], str],
        *,
        line: bool = False,
    ) -> None:
        """A line for each group. Two heads: of its name and of its id; one: of its name alone."""
        sheet = self._book.add_worksheet(title)
        first = len(heads)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, first + len(HEADS) - 1, 12)
        sheet.freeze_panes(1, first)
        for place, text in enumerate((*heads, *(self._n.say(h) for h in HEADS))):
            sheet.write_string(0, place, text, self._head)
        ids = [*(i for i in order if i in groups), *sorted(set(groups) - set(order))]
        for row, id_ in enumerate(ids, 1):
            for place, text in enumerate((name(id_), id_)[:first]):
                sheet.write_string(row, place, text)
            for place, value in enumerate(_values(groups[id_].figures)):
                self._put(sheet, row, first + place, value, place)
        if ids:
            drawn = ((MEAN_WAIT, BLUE), (UNRATED, AMBER), (BAD, RED))
            for k, (place, colour) in enumerate(drawn):
                chart = self._chart(sheet, (len(ids), first + place), place, colour, line=line)
                sheet.insert_chart(len(ids) + 2, 1 + 5 * k, chart, {"x_scale": 0.85})

    def _chart(
        self, sheet: Any, ends: tuple[int, int], place: int, colour: str, *, line: bool
    ) -> Any:
        """A chart of the column that `ends` in this row and column."""
        chart = self._book.add_chart({"type": "line" if line else "column"})
        title, (last, column) = sheet.get_name(), ends
        series: dict[str, Any] = {
            "categories": [title, 1, 0, last, 0],
            "values": [title, 1, column, last, column],
        }
        paint = {"color": colour}
        series |= {"line": paint, "marker": {"type": "circle"}} if line else {"fill": paint}
        chart.add_series(series)
        chart.set_title({"name": self._n.say(HEADS[place]), "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"min": 0})
        return chart

    def _put(self, sheet: Any, row: int, column: int, value: float | None, place: int) -> None:
        if value is None:
            sheet.write_string(row, column, "–")
            return
        formats = self._share if place in _SHARES else self._minutes
        sheet.write_number(
            row, column, value, formats if place in _SHARES | _MINUTES else self._count
        )

    def _bad(self, contents: Contents) -> None:
        sheet = self._book.add_worksheet(self._n.say(marked("Bad ratings")))
        sheet.set_column(0, len(contents.bad_heads) - 1, 16)
        sheet.freeze_panes(1, 0)
        for place, head in enumerate(contents.bad_heads):
            sheet.write_string(0, place, head, self._head)
        for row, fields in enumerate(contents.bad_rows, 1):
            for place, field in enumerate(fields):
                sheet.write_string(row, place, str(field))
        left = contents.bad_total - len(contents.bad_rows)
        if left > 0:
            said = self._n.say(marked("{count} more are in the CSV file"), count=left)
            sheet.write_string(len(contents.bad_rows) + 1, 0, said)

    def _definitions(self) -> None:
        sheet = self._book.add_worksheet(self._n.say(marked("Definitions")))
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 90)
        for row, (name, meaning) in enumerate(DEFINITIONS):
            sheet.write_string(row, 0, self._n.say(name), self._bold)
            sheet.write_string(row, 1, self._n.say(meaning), self._wrap)


def _values(f: Figures) -> tuple[float | None, ...]:
    return (
        f.taken,
        f.called,
        f.missed,
        f.missed_share,
        f.served,
        _minutes(f.mean_wait_s),
        _minutes(f.longest_s if f.waits else None),
        f.over_share,
        _minutes(f.mean_service_s),
        f.invited,
        f.rated,
        f.unrated_share,
        f.satisfaction,
        f.bad,
    )


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60
