"""`hall-hub simulate`: what it makes, and what it refuses before it makes anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import hub
from hub.cli import app
from hub.replay.reading import read_trace
from hub.replay.trace import find_days
from wire.errors import NextwindowError

HALL = Path(hub.__file__).parent / "example.hall.toml"


def simulate(*options: str | Path) -> str:
    result = CliRunner().invoke(app, ["simulate", *map(str, options)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_days_of_a_scenario(tmp_path: Path) -> None:
    out = tmp_path / "days"
    told = simulate("--scenario", "tiny", "--out", out, "--days", "3", "--seed", "4")
    found = find_days(out)
    assert [path.name for path in found] == ["tiny-00", "tiny-01", "tiny-02"]
    traces = [read_trace(path) for path in found]
    assert f"3 days, {sum(len(trace.arrivals) for trace in traces)} tickets" in told
    assert [trace.meta.seed for trace in traces] == [(4, 0), (4, 1), (4, 2)]


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for out in ("a", "b"):
        simulate("--scenario", "tiny", "--out", tmp_path / out)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / out / "tiny-00").iterdir()}
        for out in ("a", "b")
    )
    assert first == second


def test_days_of_a_configured_hall(tmp_path: Path) -> None:
    file = tmp_path / "day.toml"
    file.write_text('name = "calm"\nload = 0.3\n')
    simulate("--hall", HALL, "--description", file, "--out", tmp_path)
    trace = read_trace(tmp_path / "calm-00")
    assert trace.meta.extra["services"] == ["residence", "social"]
    assert {arrival.service for arrival in trace.arrivals} == {0, 1}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ([], "give --scenario NAME, or --hall FILE"),
        (["--scenario", "tiny", "--hall", str(HALL)], "one of both"),
        (["--scenario", "tinny"], "there are: balanced, .* Did you mean 'tiny'"),
        (["--scenario", "tiny", "--description", "x"], "goes with --hall"),
        (["--hall", "nowhere.toml"], "nowhere.toml: cannot be read"),
    ],
)
def test_a_wrong_choice_is_told(options: list[str], problem: str, tmp_path: Path) -> None:
    with pytest.raises(NextwindowError, match=problem):
        simulate("--out", tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()


def test_a_day_that_is_there_is_not_written_over_nor_are_the_others_made(tmp_path: Path) -> None:
    (tmp_path / "tiny-01").mkdir()
    with pytest.raises(NextwindowError, match="tiny-01 exists already"):
        simulate("--scenario", "tiny", "--out", tmp_path, "--days", "3")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny-01"]
