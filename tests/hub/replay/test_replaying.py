"""`hall-hub replay`: what it prints and writes, and that a mistake leaves nothing behind."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli import app
from hub.replay.reading import read_trace
from tests.hub.replay.test_engine import DATA, measured
from wire.errors import NextwindowError

TINY = DATA / "tiny-00"


def replay(*options: str | Path) -> Result:
    return CliRunner().invoke(app, ["replay", *map(str, options)], catch_exceptions=False)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_figures_as_json_agree_with_the_reference() -> None:
    plain = ("--policy", "pressure", "--mode", "pooled", "--priority-credit", "0", "--json")
    found = json.loads(replay(TINY, *plain).stdout)
    assert list(found) == [
        "n",
        "mean_min",
        "p95_min",
        "over20_pct",
        "worst_service_mean_min",
        "longest_min",
        "abandoned_pct",
    ]
    expected = measured("tiny-00", "pool-press")
    assert found["n"] == expected["n"]
    assert found["mean_min"] <= 1.02 * expected["mean"]
    assert found["p95_min"] <= 1.02 * expected["p95"]
    assert found["longest_min"] <= expected["longest"] + 1e-4


def test_an_assigned_hall_is_no_worse_than_its_reference() -> None:
    found = json.loads(
        replay(TINY, "--mode", "assigned", "--priority-credit", "0", "--json").stdout
    )
    expected = measured("tiny-00", "lew+steal")
    assert found["mean_min"] <= 1.02 * expected["mean"]
    assert found["p95_min"] <= 1.02 * expected["p95"]


@pytest.mark.slow
def test_the_four_files(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.csv" for name in ("calls", "forecasts", "flags", "advice")}
    asked = [x for name, path in files.items() for x in (f"--{name}", str(path))]
    assert replay(TINY, "--skills", "primary", "--automatic", *asked).exit_code == 0
    trace = read_trace(TINY)
    calls = rows(files["calls"])
    assert list(calls[0]) == ["ticket", "window", "call_s", "end_s"]
    assert sorted(int(row["ticket"]) for row in calls) == [a.ticket for a in trace.arrivals]
    arrived = {str(a.ticket): a.arrive_s for a in trace.arrivals}
    assert all(
        arrived[row["ticket"]] <= float(row["call_s"]) + 1e-3 < float(row["end_s"]) for row in calls
    )
    told = rows(files["forecasts"])
    assert list(told[0]) == ["ticket", "t_s", "p10_s", "p50_s", "p90_s"]
    assert {row["ticket"] for row in told} == set(arrived)
    waits = [[float(row[q]) for q in ("p10_s", "p50_s", "p90_s")] for row in told if row["p10_s"]]
    assert all(0 <= p10 <= p50 <= p90 for p10, p50, p90 in waits)
    flags = rows(files["flags"])
    assert {row["kind"] for row in flags} <= {"hot", "cold", "slow"}
    assert {(row["target"][0], row["on"]) for row in flags} <= {
        (scope, on) for scope in "sw" for on in "01"
    }
    advice = rows(files["advice"])
    assert {"add", "take_back"} <= {row["action"] for row in advice}
    assert {row["outcome"] for row in advice} >= {"applied"}


@pytest.mark.slow
def test_many_days_carry_their_names(tmp_path: Path) -> None:
    days = tmp_path / "days"
    for name in ("one", "two"):
        shutil.copytree(TINY, days / name)
    out = tmp_path / "calls.csv"
    content = json.loads(replay(days, "--json", "--calls", out).stdout)
    assert list(content["days"]) == ["one", "two"]
    assert content["mean_min"] == content["days"]["one"]["mean_min"]
    assert content["n"] == 2 * content["days"]["one"]["n"]
    assert {row["day"] for row in rows(out)} == {"one", "two"}
    table = replay(days).stdout
    assert "all days" in table
    assert f"{content['mean_min']:.2f}" in table
    assert "…" not in table


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ((), "give the folder of a trace, or --journal DAY"),
        (("/nowhere",), "/nowhere: no trace here"),
        ((TINY, "--policy", "presure"), "no such policy.*Did you mean 'pressure'"),
        ((TINY, "--mode", "poled", "--skills", "non"), "(?s)--mode.*--skills"),
        ((TINY, "--calls", "/nowhere/calls.csv"), "/nowhere/calls.csv cannot be written"),
        ((TINY, "--journal", "today-ish"), "expected a day like 2026-03-02"),
        ((TINY, "--journal", "2026-03-02"), "no journal"),
    ],
)
def test_what_cannot_be_replayed_is_said(options: tuple[str | Path, ...], problem: str) -> None:
    with pytest.raises(NextwindowError, match=problem):
        replay(*options)


def test_a_mistake_in_the_last_day_is_found_before_anything_is_written(tmp_path: Path) -> None:
    days, out = tmp_path / "days", tmp_path / "calls.csv"
    for name in ("one", "two"):
        shutil.copytree(TINY, days / name)
    arrivals = days / "two" / "arrivals.csv"
    lines = arrivals.read_text().splitlines()
    lines[3] = lines[3].replace(",", ",x", 1)
    arrivals.write_text("\n".join(lines))
    with pytest.raises(NextwindowError, match=r"two/arrivals.csv.*4.*arrive_s"):
        replay(days, "--calls", out)
    assert not out.exists()
