"""Recorded, made or lived days under a policy, and what they come to: `hall-hub replay`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any, get_args

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import track
from rich.table import Table

from hub.core.policies import POLICIES
from hub.core.rules import Dispatching, Mode
from hub.forecast.at_issue import AtIssue
from hub.forecast.calibration import shipped
from hub.journal.reading import read_events
from hub.replay.advice import AdviceWatcher
from hub.replay.engine import OPENING, Replay, Served, Setting, Skills, Watcher
from hub.replay.figures import Figures, figures, over_days
from hub.replay.journal_day import read_day
from hub.replay.reading import read_trace
from hub.replay.trace import Trace, find_days
from hub.replay.watchers import LoadWatcher
from wire.clock import RealClock
from wire.errors import ConfigurationError, StorageError
from wire.settings import unknown_name


def setting_of(
    policy: str | None, mode: str, credit_min: float, skills: str, automatic: bool
) -> Setting:
    """What was asked for. Raises ConfigurationError with every name that nobody knows."""
    chosen = policy or Dispatching().policy
    asked: list[tuple[str, str, Iterable[str], str]] = [
        ("--policy", chosen, POLICIES, "policy"),
        ("--mode", mode, [m.value for m in Mode], "mode"),
        ("--skills", skills, get_args(Skills), "choice"),
    ]
    mistakes = [unknown_name(*each) for each in asked if each[1] not in each[2]]
    if mistakes:
        raise ConfigurationError([str(mistake) for mistake in mistakes])
    return Setting(chosen, mode, credit_min, skills, automatic)  # type: ignore[arg-type]


def replay_traces(folder: Path, setting: Setting, wanted: dict[str, Path], as_json: bool) -> None:

    days = find_days(folder)
    traces = [read_trace(day) for day in days]  # all mistakes before the first file is written
    found: dict[str, Figures] = {}
    with ExitStack() as stack:
        tables = _Tables(stack, wanted, many=len(days) > 1)
        shown = track(
            range(len(days)),
            description="Replaying",
            disable=len(days) < 2,
            console=Console(stderr=True),
            transient=True,
        )
        for place in shown:
            trace = traces[place]
            watchers = _watchers(trace, wanted, automatic=setting.automatic)
            run = Replay(trace, setting, watchers.all)
            served = run.run()
            found[days[place].name] = figures(served)
            tables.write(days[place].name, run, served, watchers)
    total = over_days(list(found.values()))
    if as_json:
        content: dict[str, Any] = dict(total.rounded())
        if len(found) > 1:
            content["days"] = {name: day.rounded() for name, day in found.items()}
        typer.echo(json.dumps(content, indent=1))
    else:
        _show({**found, "all days": total} if len(found) > 1 else found, setting)


@dataclass(slots=True)
class _Watchers:
    """Who looks on, by what they write."""

    all: list[Watcher]
    by_file: dict[str, Callable[[Replay], Iterable[Sequence[object]]]]


def _watchers(trace: Trace, wanted: dict[str, Path], *, automatic: bool) -> _Watchers:

    found = _Watchers([], {})
    if "forecasts" in wanted:
        planned = (
            (f"w{p.window}", OPENING + p.start_s, p.duration_s) for p in trace.pauses if p.planned
        )
        told = AtIssue(shipped(), planned)
        found.all.append(told)
        found.by_file["forecasts"] = lambda _: _forecast_rows(told)
    if "flags" in wanted:
        load = LoadWatcher()
        found.all.append(load)
        found.by_file["flags"] = lambda run: load.flag_rows(run.names)
    if "advice" in wanted or automatic:
        advice = AdviceWatcher()
        found.all.append(advice)
        found.by_file["advice"] = lambda run: advice.advice_rows(run.names)
    return found


def _forecast_rows(told: AtIssue) -> Iterable[Sequence[object]]:

    for each in told.told:
        wait = each.wait
        quantiles = ("", "", "") if wait is None else (wait.p10, wait.p50, wait.p90)
        at = f"{each.issued_at - OPENING:.3f}"
        yield (each.ticket[1:], at, *(q if q == "" else f"{q:.1f}" for q in quantiles))


def _call_rows(served: Sequence[Served]) -> Iterable[Sequence[object]]:
    for call in served:
        yield call.arrival.ticket, call.window, f"{call.call_s:.3f}", f"{call.end_s:.3f}"


_HEADS = {
    "calls": ("ticket", "window", "call_s", "end_s"),
    "forecasts": ("ticket", "t_s", "p10_s", "p50_s", "p90_s"),
    "flags": ("t_s", "kind", "target", "on"),
    "advice": ("t_s", "advice", "action", "window", "service", "gain_min", "outcome"),
}


class _Tables:
    """The CSV files that were asked for."""

    def __init__(self, stack: ExitStack, wanted: dict[str, Path], *, many: bool) -> None:
        self._many = many
        self._writers: dict[str, Any] = {}
        for name, path in wanted.items():
            try:
                file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            except OSError as error:
                raise StorageError(f"{path} cannot be written: {error.strerror}") from error
            self._writers[name] = csv.writer(file, lineterminator="\n")
            self._writers[name].writerow([*(["day"] if many else []), *_HEADS[name]])

    def write(self, day: str, run: Replay, served: Sequence[Served], watchers: _Watchers) -> None:
        """Write the rows of one day."""
        for name, writer in self._writers.items():
            rows = _call_rows(served) if name == "calls" else watchers.by_file[name](run)
            writer.writerows([day, *row] if self._many else row for row in rows)


def replay_journal(
    folder: Path,
    day: str,
    setting: Setting,
    policy: str | None,
    wanted: dict[str, Path],
    as_json: bool,
) -> None:
    """What if a day had run under another policy, beside the same day under its own."""
    lived = read_day(read_events(folder), _day(day))
    own = lived.plan.dispatch.policy
    found: dict[str, Figures] = {}
    with ExitStack() as stack:
        tables = _Tables(stack, wanted, many=False)
        for name in dict.fromkeys((own, policy or own)):
            dispatch = lived.plan.dispatch.model_copy(update={"policy": name})
            balance = lived.plan.balance.model_copy(update={"automatic": setting.automatic})
            chosen = lived.plan.model_copy(update={"dispatch": dispatch, "balance": balance})
            watchers = _watchers(lived.trace, wanted, automatic=setting.automatic)
            run = Replay(lived.trace, setting, watchers.all, (chosen, lived.names))
            served = run.run()
            found[name] = figures(served)
            if name == (policy or own):
                tables.write(day, run, served, watchers)
    really = round(fmean(lived.waits_s) / 60, 4) if lived.waits_s else 0.0
    if as_json:
        content = {name: each.rounded() for name, each in found.items()}
        typer.echo(json.dumps({"day": _day(day), "was_mean_min": really, **content}, indent=1))
        return
    typer.echo(f"{_day(day)}: waited {really:.1f} min on average. Replayed from its journal:")
    _show(found, setting)


def _day(text: str) -> str:
    if text == "yesterday":
        today = datetime.fromtimestamp(RealClock().now(), UTC).astimezone().date()
        return (today - timedelta(days=1)).isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigurationError(
            [f"--journal {text!r}: expected a day like 2026-03-02, or yesterday"]
        ) from None


def _show(found: dict[str, Figures], setting: Setting) -> None:

    table = Table(
        box=SIMPLE, pad_edge=False, title=f"{setting.policy}, {setting.mode}", title_justify="left"
    )
    heads = ("", "tickets", "mean", "p95", ">20 min", "worst", "longest", "left")
    for head in heads:
        table.add_column(head, justify="left" if head == "" else "right", no_wrap=True)
    for name, day in found.items():
        table.add_row(
            name,
            str(day.n),
            f"{day.mean_min:.2f}",
            f"{day.p95_min:.1f}",
            f"{day.over20_pct:.1f} %",
            f"{day.worst_service_mean_min:.1f}",
            f"{day.longest_min:.1f}",
            f"{day.abandoned_pct:.1f} %",
        )
    Console().print(table)
    typer.echo("Waits in minutes; worst: the mean of the service that waits longest.")
