"""Traces: recorded days are read and written back byte for byte; every mistake is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.replay.reading import read_trace
from hub.replay.trace import TraceError, find_days, write_trace
from wire.errors import StorageError

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A copy of the small recorded day, to break."""
    return Path(shutil.copytree(DATA / "tiny-00", tmp_path / "day"))


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(TraceError) as told:
        read_trace(folder)
    return [mistake.replace(f"{folder}/", "") for mistake in told.value.mistakes]


def edit(file: Path, line: int, old: str, new: str) -> None:
    """Replace once in a line, counted from 1."""
    lines = file.read_bytes().decode().split("\r\n")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    file.write_bytes("\r\n".join(lines).encode())


@pytest.mark.parametrize("name", ["tiny-00", "balanced-00"])
def test_a_recorded_day_is_written_back_byte_for_byte(name: str, tmp_path: Path) -> None:
    write_trace(read_trace(DATA / name), tmp_path / name)
    written = {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
    recorded = {path.name: path.read_bytes() for path in (DATA / name).iterdir()}
    del recorded["expected.json"]
    assert written == recorded


def test_what_a_day_holds() -> None:
    trace = read_trace(DATA / "tiny-00")
    assert len(trace.arrivals) == 147
    assert (trace.services[2].mean_s, trace.services[2].target_s) == (840.0, 1500.0)
    assert [window.skills for window in trace.windows] == [(0, 1), (0, 2), (0, 1), (1, 2)]
    assert [window.primary_service for window in trace.windows] == [0, 0, 1, 2]
    first = trace.arrivals[0]
    assert (first.ticket, first.arrive_s, first.service_draw_s) == (0, 100.885, 138.226)
    assert not first.no_show
    assert [pause.start_s for pause in trace.pauses if pause.planned] == [11_700.0, 14_700.0]
    assert (trace.meta.name, trace.meta.seed) == ("tiny", (20240601, 5, 0))


def test_events_and_meta_may_be_missing_and_columns_may_be_added(day: Path) -> None:
    whole = read_trace(day)
    (day / "events.csv").unlink()
    (day / "meta.json").unlink()
    text = (day / "skills.csv").read_bytes().decode()
    (day / "skills.csv").write_text(text.replace("\r\n", ",remark\r\n"), newline="")
    read = read_trace(day)
    assert (read.windows, read.arrivals) == (whole.windows, whole.arrivals)
    assert (read.meta.name, read.meta.close_s, read.meta.call_timeout_s) == ("day", 28_800, 60)


def test_columns_may_stand_in_another_order_with_a_mark_and_other_line_ends(day: Path) -> None:
    rows = [line.split(",") for line in (day / "pauses.csv").read_text().splitlines()]
    text = "\n".join(",".join(reversed(row)) for row in rows)
    (day / "pauses.csv").write_text("\ufeff" + text, encoding="utf-8")
    assert read_trace(day).pauses == read_trace(DATA / "tiny-00").pauses


# file, line, what stands there, what comes in its place, the mistake
BAD = [
    ("services.csv", 2, "420.000", "x", "mean_s = 'x': is no finite decimal number"),
    ("services.csv", 2, "420.000", "nan", "mean_s = 'nan': is no finite decimal number"),
    ("services.csv", 2, "420.000", "inf", "mean_s = 'inf': is no finite decimal number"),
    ("services.csv", 2, "420.000", "1e999", "mean_s = '1e999': must be at most 1e+09"),
    ("services.csv", 2, "420.000", "4_2", "mean_s = '4_2': is no finite decimal number"),
    ("services.csv", 2, "420.000", "-1", "mean_s = '-1': must be more than 0"),
    ("services.csv", 2, "420.000", "0", "mean_s = '0': must be more than 0"),
    ("services.csv", 3, "1,", "0,", "service = '0': already stands in line 2"),
    ("windows.csv", 2, "1.043471", "", "planned_speed = '': is no finite decimal number"),
    ("windows.csv", 2, ",28800", ",0", "close_s = '0.0': closes before it opens at 0"),
    ("windows.csv", 2, "0,0", "0,9", "primary_service = '9': is not in services.csv"),
    ("windows.csv", 2, "0,0", "0,2", "primary_service = '2': is not in skills.csv"),
    ("windows.csv", 3, "1,", "0,", "window = '0': already stands in line 2"),
    ("skills.csv", 2, "0,0", "7,0", "window = '7': is not in windows.csv"),
    ("skills.csv", 2, "0,0", "0,7", "service = '7': is not in services.csv"),
    ("skills.csv", 2, "0,0", "0,1", "service = '1': window 0 has it already in line 2"),
    ("arrivals.csv", 2, "100.885", "-0.1", "arrive_s = '-0.1': must be at least 0"),
    ("arrivals.csv", 3, "333.535", "99", "arrive_s = '99.0': is earlier than 100.885"),
    (
        "arrivals.csv",
        148,
        "28794.425",
        "28800",
        "arrive_s = '28800.0': is after the last number at 28800",
    ),
    ("arrivals.csv", 2, ",0,0,", ",3,0,", "service = '3': is not in services.csv"),
    ("arrivals.csv", 3, "1,", "0,", "ticket = '0': already stands in line 2"),
    ("arrivals.csv", 2, "0,138", "10,138", "priority = '10': must be from 0 to 9"),
    ("arrivals.csv", 2, ",0,4242", ",2,4242", "no_show = '2': must be 0 or 1"),
    ("arrivals.csv", 2, "0,100", "1.5,100", "ticket = '1.5': is no whole number"),
    ("arrivals.csv", 2, "0,100", f"{'9' * 5000},100", "ticket = '999"),
    ("pauses.csv", 2, "0,", "4,", "window = '4': is not in windows.csv"),
    ("pauses.csv", 2, "267.688", "0", "duration_s = '0': must be more than 0"),
    ("pauses.csv", 3, "4416.075", "1918.851", "window 0 goes away then already in line 2"),
]


@pytest.mark.parametrize(("file", "line", "old", "new", "problem"), BAD)
def test_a_mistake_is_told_with_file_line_column_and_value(
    file: str, line: int, old: str, new: str, problem: str, day: Path
) -> None:
    edit(day / file, line, old, new)
    told = mistakes(day)
    at = line + 1 if file == "skills.csv" and "already" in problem else line
    assert any(
        mistake.startswith(f"{file}, line {at}, ") and problem in mistake for mistake in told
    )


def test_a_service_that_no_window_serves_is_told_at_its_first_ticket(day: Path) -> None:
    with (day / "services.csv").open("a", newline="") as file:
        file.write("3,60,0.5,600\r\n")
    edit(day / "arrivals.csv", 2, ",0,0,", ",3,0,")
    assert mistakes(day) == ["arrivals.csv, line 2, service = '3': is not in skills.csv"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("hot,s1,0,60,", None),
        ("warm,s1,0,60,", "kind = 'warm': must be one of surge, break, slow, hot"),
        ("hot,1,0,60,", "target = '1': must be s7 for service 7 or w7 for window 7"),
        ("hot,s3,0,60,", "target = 's3': is not in services.csv"),
        ("hot,w4,0,60,", "target = 'w4': is not in windows.csv"),
        ("hot,s1,60,60,", "end_s = '60.0': ends before it starts at 60"),
    ],
)
def test_the_truth_is_checked_too(line: str, problem: str | None, day: Path) -> None:
    (day / "events.csv").write_text(f"kind,target,start_s,end_s,note\n{line}\n")
    if problem is None:
        assert [event.kind for event in read_trace(day).events] == ["hot"]
    else:
        assert mistakes(day) == [f"events.csv, line 2, {problem}"]


def test_all_mistakes_of_all_files_are_told_at_once(day: Path) -> None:
    edit(day / "services.csv", 2, "420.000", "-1")
    edit(day / "pauses.csv", 2, "267.688", "soon")
    (day / "skills.csv").unlink()
    assert mistakes(day) == [
        "services.csv, line 2, mean_s = '-1': must be more than 0",
        "skills.csv: is missing",
        "pauses.csv, line 2, duration_s = 'soon': is no finite decimal number",
    ]


def test_a_long_list_is_cut_where_it_is_shown(day: Path) -> None:
    text = (day / "arrivals.csv").read_text().replace(",0,0,", ",0,-1,")
    (day / "arrivals.csv").write_text(text)
    with pytest.raises(TraceError) as told:
        read_trace(day)
    assert len(told.value.mistakes) > 50
    assert str(told.value).count("\n") == 20
    assert str(told.value).endswith("more mistakes")


def broken_csv(day: Path) -> None:
    (day / "pauses.csv").write_text('window,start_s,duration_s,planned\n0,"1,2,3\n')


def not_text(day: Path) -> None:
    (day / "pauses.csv").write_bytes(b"\xff\xfe\x00")


def without_column(day: Path) -> None:
    edit(day / "pauses.csv", 1, "planned", "plan")


def doubled_column(day: Path) -> None:
    edit(day / "pauses.csv", 1, "duration_s", "start_s")


def short_row(day: Path) -> None:
    edit(day / "pauses.csv", 4, ",0", "")


def empty_file(day: Path) -> None:
    (day / "pauses.csv").write_bytes(b"")


def cut_off(day: Path) -> None:
    lines = (day / "arrivals.csv").read_bytes().split(b"\r\n")
    (day / "arrivals.csv").write_bytes(b"\r\n".join(lines[:100]))


def no_windows(day: Path) -> None:
    (day / "windows.csv").write_bytes((day / "windows.csv").read_bytes().split(b"\r\n")[0])


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (broken_csv, "pauses.csv: not CSV: unexpected end of data"),
        (not_text, "pauses.csv: cannot be read: not UTF-8 text"),
        (without_column, "pauses.csv, line 1: column planned is missing"),
        (doubled_column, "pauses.csv, line 1: column start_s stands there twice"),
        (short_row, "pauses.csv, line 4: 3 values, but the file has 4 columns"),
        (empty_file, "pauses.csv, line 1: column window is missing"),
        (cut_off, "arrivals.csv: 99 tickets, but meta.json counts 147: cut off?"),
        (no_windows, "windows.csv: holds no line"),
    ],
)
def test_a_spoilt_file_is_told(spoil: Callable[[Path], None], problem: str, day: Path) -> None:
    spoil(day)
    assert problem in mistakes(day)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"close_s": "late"}, "meta.json, close_s = 'late': must be a number above 0"),
        ({"close_s": float("nan")}, "meta.json, close_s = nan: must be a number above 0"),
        ({"close_s": True}, "meta.json, close_s = True: must be a number above 0"),
        ({"call_timeout_s": -1}, "meta.json, call_timeout_s = -1: must be a number, 0 or more"),
        ({"seed": [1.5]}, "meta.json, seed = [1.5]: must be whole numbers"),
        ({"name": 7}, "meta.json, name = 7: must be a text"),
    ],
)
def test_meta_is_checked(changed: dict[str, object], problem: str, day: Path) -> None:
    meta = json.loads((day / "meta.json").read_text())
    (day / "meta.json").write_text(json.dumps(meta | changed))
    assert mistakes(day) == [problem]


@pytest.mark.parametrize("text", ["[]", "{", "[" * 100_000])
def test_meta_that_is_no_object_is_told(text: str, day: Path) -> None:
    (day / "meta.json").write_text(text)
    assert mistakes(day)[0].startswith("meta.json: ")


def test_nothing_is_written_over(day: Path, tmp_path: Path) -> None:
    trace = read_trace(day)
    before = (day / "arrivals.csv").stat().st_mtime_ns
    with pytest.raises(StorageError, match="exists already"):
        write_trace(trace, day)
    assert (day / "arrivals.csv").stat().st_mtime_ns == before
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        write_trace(trace, tmp_path / "file" / "day")


def test_days_are_found_by_name(tmp_path: Path) -> None:
    assert [path.name for path in find_days(DATA)] == ["balanced-00", "tiny-00"]
    assert find_days(DATA / "tiny-00") == [DATA / "tiny-00"]
    with pytest.raises(TraceError, match=r"no arrivals\.csv"):
        find_days(tmp_path)
