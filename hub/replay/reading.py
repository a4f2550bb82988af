"""Reads a trace, taking nothing on trust.

Every mistake of every file is found before the day is refused, each with its file, line, column
and value. A file that is broken in itself is not asked about by the others, so that one mistake
does not look like a thousand.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hub.replay.trace import (
    COLUMNS,
    EVENT_KINDS,
    Arrival,
    Meta,
    Pause,
    Trace,
    TraceError,
    TraceService,
    TraceWindow,
    TruthEvent,
)

_LONGEST_S = 1e9  # no time in a trace is longer; patience may be "for ever"
_MOST_ID = 10**9
_SHOWN_CHARS = 40

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
_TARGET = re.compile(r"[sw][0-9]{1,9}", re.ASCII)

_Row = Mapping[str, Any]
_Rows = list[tuple[int, _Row]]


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise ValueError("is no whole number")
        if not low <= (value := int(text)) <= high:
            raise ValueError(f"must be from {low} to {high}")
        return value

    return read


def _number(low: float, *, more: bool = False, high: float = _LONGEST_S) -> Callable[[str], float]:
    """A reader of numbers from `low` (with `more`: above it) to `high`."""

    def read(text: str) -> float:
        if not _DECIMAL.fullmatch(text):
            raise ValueError("is no finite decimal number")
        value = float(text)
        if not math.isfinite(value) or value > high:
            raise ValueError(f"must be at most {high:g}")
        if value < low or (more and value == low):
            raise ValueError(f"must be {'more than' if more else 'at least'} {low:g}")
        return value

    return read


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError("must be 0 or 1")
    return text == "1"


def _kind(text: str) -> str:
    if text not in EVENT_KINDS:
        raise ValueError(f"must be one of {', '.join(EVENT_KINDS)}")
    return text


def _target(text: str) -> str:
    if not _TARGET.fullmatch(text):
        raise ValueError("must be s7 for service 7 or w7 for window 7")
    return text


_ID = _whole(0, _MOST_ID)
_TIME = _number(0.0)
_LENGTH = _number(0.0, more=True)
_FACTOR = _number(0.0, more=True, high=1000.0)

_FIELDS: dict[str, Callable[[str], Any]] = {
    "ticket": _ID,
    "service": _ID,
    "window": _ID,
    "primary_service": _ID,
    "mean_s": _LENGTH,
    "cv": _FACTOR,
    "target_s": _LENGTH,
    "planned_speed": _FACTOR,
    "true_speed": _FACTOR,
    "open_s": _TIME,
    "close_s": _TIME,
    "arrive_s": _TIME,
    "priority": _whole(0, 9),
    "service_draw_s": _LENGTH,
    "no_show": _flag,
    "patience_s": _TIME,
    "start_s": _TIME,
    "duration_s": _LENGTH,
    "end_s": _TIME,
    "planned": _flag,
    "kind": _kind,
    "target": _target,
}


class _Reading:
    """One folder being read; collects mistakes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mistakes: list[str] = []
        self.rows: dict[str, _Rows] = {}
        self.sound: set[str] = set()

    def wrong(self, file: str, line: int, column: str, value: object, problem: str) -> None:
        shown = str(value)
        shown = shown if len(shown) <= _SHOWN_CHARS else shown[: _SHOWN_CHARS - 1] + "…"
        place = f"{self.folder / file}, line {line}, {column} = {shown!r}"
        self.mistakes.append(f"{place}: {problem}")

    def text(self, file: str, *, optional: bool = False) -> str | None:
        """A file's text, or None if it cannot be read (a mistake unless it is optional)."""
        path = self.folder / file
        try:
            with path.open(encoding="utf-8-sig", newline="") as opened:
                return opened.read()
        except FileNotFoundError:
            if not optional:
                self.mistakes.append(f"{path}: is missing")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            self.mistakes.append(f"{path}: cannot be read: {reason}")
        return None

    def table(self, file: str, *, optional: bool = False) -> None:
        """Read a file into `rows`; `sound` notes it if nothing in it is wrong by itself."""
        before = len(self.mistakes)
        text = self.text(file, optional=optional)
        found: _Rows = []
        if text is not None:
            try:
                found = list(self._parse(file, text))
            except csv.Error as error:
                self.mistakes.append(f"{self.folder / file}: not CSV: {error}")
        self.rows[file] = found
        if len(self.mistakes) == before:
            self.sound.add(file)

    def _parse(self, file: str, text: str) -> Iterator[tuple[int, _Row]]:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        head = [name.strip() for name in next(reader, [])]
        columns = COLUMNS[file]
        for name in columns:
            if head.count(name) != 1:
                problem = "is missing" if name not in head else "stands there twice"
                self.mistakes.append(f"{self.folder / file}, line 1: column {name} {problem}")
        if any(head.count(name) != 1 for name in columns):
            return
        at = {name: head.index(name) for name in columns}  # further columns are not ours
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(head):
                problem = f"{len(cells)} values, but the file has {len(head)} columns"
                self.mistakes.append(f"{self.folder / file}, line {reader.line_num}: {problem}")
                continue
            row = self._row(file, reader.line_num, {name: cells[i] for name, i in at.items()})
            if row is not None:
                yield reader.line_num, row

    def _row(self, file: str, line: int, cells: Mapping[str, str]) -> _Row | None:
        row: dict[str, Any] = {}
        for name in COLUMNS[file]:
            try:
                row[name] = _FIELDS[name](cells[name].strip())
            except ValueError as error:
                self.wrong(file, line, name, cells[name], str(error))
        return row if len(row) == len(cells) else None

    def ids(self, file: str, column: str) -> set[int]:
        """The ids of a file, each of which may stand there once."""
        lines: dict[int, int] = {}
        for line, row in self.rows[file]:
            if (first := lines.setdefault(row[column], line)) != line:
                self.wrong(file, line, column, row[column], f"already stands in line {first}")
        return set(lines)

    def known(self, file: str, column: str, ids: set[int], source: str) -> None:
        """Every id of a column stands in `source`; not asked while that is broken itself."""
        if source not in self.sound:
            return
        for line, row in self.rows[file]:
            if row[column] not in ids:
                self.wrong(file, line, column, row[column], f"is not in {source}")


def read_trace(folder: Path) -> Trace:
    """Read a day. events.csv and meta.json may be missing; further columns are ignored.

    Raises TraceError with every mistake found, each with file, line, column and value.
    """
    reading = _Reading(folder)
    for file in COLUMNS:
        reading.table(file, optional=file == "events.csv")
    meta = _read_meta(reading)
    _check_hall(reading)
    _check_arrivals(reading, meta)
    _check_pauses_and_events(reading)
    if reading.mistakes:
        raise TraceError(reading.mistakes)
    return _build(reading.rows, meta)


def _build(rows: Mapping[str, _Rows], meta: Meta) -> Trace:
    skills: dict[int, list[int]] = {}
    for _, row in rows["skills.csv"]:
        skills.setdefault(row["window"], []).append(row["service"])
    return Trace(
        tuple(
            TraceService(row["service"], row["mean_s"], row["cv"], row["target_s"])
            for _, row in rows["services.csv"]
        ),
        tuple(
            TraceWindow(
                row["window"],
                row["primary_service"],
                row["planned_speed"],
                row["true_speed"],
                row["open_s"],
                row["close_s"],
                tuple(skills[row["window"]]),
            )
            for _, row in rows["windows.csv"]
        ),
        tuple(Arrival(**row) for _, row in rows["arrivals.csv"]),
        tuple(Pause(**row) for _, row in rows["pauses.csv"]),
        tuple(TruthEvent(**row) for _, row in rows["events.csv"]),
        meta,
    )


def _check_hall(reading: _Reading) -> None:
    services = reading.ids("services.csv", "service")
    windows = reading.ids("windows.csv", "window")
    for file in ("services.csv", "windows.csv"):
        if file in reading.sound and not reading.rows[file]:
            reading.mistakes.append(f"{reading.folder / file}: holds no line")
    reading.known("windows.csv", "primary_service", services, "services.csv")
    reading.known("skills.csv", "service", services, "services.csv")
    reading.known("skills.csv", "window", windows, "windows.csv")
    skills: dict[tuple[int, int], int] = {}
    for line, row in reading.rows["skills.csv"]:
        pair = (row["window"], row["service"])
        if (first := skills.setdefault(pair, line)) != line:
            problem = f"window {pair[0]} has it already in line {first}"
            reading.wrong("skills.csv", line, "service", pair[1], problem)
    for line, row in reading.rows["windows.csv"]:
        if row["close_s"] <= row["open_s"]:
            problem = f"closes before it opens at {row['open_s']:g}"
            reading.wrong("windows.csv", line, "close_s", row["close_s"], problem)
        pair = (row["window"], row["primary_service"])
        if "skills.csv" in reading.sound and pair not in skills:
            reading.wrong("windows.csv", line, "primary_service", pair[1], "is not in skills.csv")


def _check_arrivals(reading: _Reading, meta: Meta) -> None:
    file = "arrivals.csv"
    tickets = reading.ids(file, "ticket")
    served = {row["service"] for _, row in reading.rows["skills.csv"]}
    listed = {row["service"] for _, row in reading.rows["services.csv"]}
    reading.known(file, "service", listed, "services.csv")
    if "services.csv" in reading.sound:
        served |= {row["service"] for _, row in reading.rows[file]} - listed  # said already
    reading.known(file, "service", served, "skills.csv")
    before = 0.0
    for line, row in reading.rows[file]:
        if row["arrive_s"] < before:
            reading.wrong(file, line, "arrive_s", row["arrive_s"], f"is earlier than {before:g}")
        before = max(before, row["arrive_s"])
        if row["arrive_s"] >= meta.close_s:
            problem = f"is after the last number at {meta.close_s:g}"
            reading.wrong(file, line, "arrive_s", row["arrive_s"], problem)
    counted = meta.extra.get("tickets", len(tickets))
    if file in reading.sound and counted != len(tickets):
        problem = f"{len(tickets)} tickets, but meta.json counts {counted!r}: cut off?"
        reading.mistakes.append(f"{reading.folder / file}: {problem}")


def _check_pauses_and_events(reading: _Reading) -> None:
    windows = {row["window"] for _, row in reading.rows["windows.csv"]}
    services = {row["service"] for _, row in reading.rows["services.csv"]}
    reading.known("pauses.csv", "window", windows, "windows.csv")
    starts: dict[tuple[int, float], int] = {}
    for line, row in reading.rows["pauses.csv"]:
        key = (row["window"], row["start_s"])
        if (first := starts.setdefault(key, line)) != line:
            problem = f"window {key[0]} goes away then already in line {first}"
            reading.wrong("pauses.csv", line, "start_s", row["start_s"], problem)
    for line, row in reading.rows["events.csv"]:
        file, ids = (
            ("services.csv", services) if row["target"][0] == "s" else ("windows.csv", windows)
        )
        if file in reading.sound and int(row["target"][1:]) not in ids:
            reading.wrong("events.csv", line, "target", row["target"], f"is not in {file}")
        if row["end_s"] <= row["start_s"]:
            problem = f"ends before it starts at {row['start_s']:g}"
            reading.wrong("events.csv", line, "end_s", row["end_s"], problem)


def _read_meta(reading: _Reading) -> Meta:
    text = reading.text("meta.json", optional=True)
    path = reading.folder / "meta.json"
    if text is None:
        return Meta(reading.folder.name)
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        reading.mistakes.append(f"{path}: not JSON: {error}")
        return Meta()
    if not isinstance(raw, dict):
        reading.mistakes.append(f"{path}: must be an object")
        return Meta()
    checks: dict[str, tuple[Callable[[object], bool], str]] = {
        "name": (lambda v: isinstance(v, str), "must be a text"),
        "seed": (lambda v: isinstance(v, list) and all(map(_is_int, v)), "must be whole numbers"),
        "close_s": (_is_length, "must be a number above 0"),
        "call_timeout_s": (lambda v: v == 0 or _is_length(v), "must be a number, 0 or more"),
    }
    bad = [name for name, (good, _) in checks.items() if name in raw and not good(raw[name])]
    for name in bad:
        shown = repr(raw[name])[:_SHOWN_CHARS]
        reading.mistakes.append(f"{path}, {name} = {shown}: {checks[name][1]}")
    given = {name: raw[name] for name in checks if name in raw and name not in bad}
    given["seed"] = tuple(given.get("seed", ()))
    return Meta(**given, extra={name: raw[name] for name in raw if name not in checks})


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_length(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 < float(str(value)) <= _LONGEST_S
