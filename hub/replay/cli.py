"""`hall-hub replay` and `hall-hub simulate`: days under a policy, and days made from a seed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wire.errors import ConfigurationError, StorageError

if TYPE_CHECKING:
    from hub.replay.description import Description
    from hub.replay.sites import Site


DEFAULT_JOURNAL = Path("/var/lib/nextwindow-hub")

Out = Annotated[Path | None, typer.Option(dir_okay=False)]


def replay(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", help="A day, a folder of days, or with --journal the journal's folder."
        ),
    ] = None,
    policy: Annotated[str | None, typer.Option(help="fcfs, pressure, …; else the default.")] = None,
    mode: Annotated[str, typer.Option(help="pooled or assigned.")] = "pooled",
    priority_credit: Annotated[
        float, typer.Option(min=0, max=240, help="Minutes of wait that priority is worth.")
    ] = 10.0,
    skills: Annotated[
        str, typer.Option(help="recorded; primary: dedicated windows; all: each does all.")
    ] = "recorded",
    automatic: Annotated[
        bool, typer.Option("--automatic", help="Follow the balance's advice at once.")
    ] = False,
    journal: Annotated[
        str | None, typer.Option(help="A business day, 2026-03-02 or yesterday, of a journal.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    calls: Out = None,
    forecasts: Out = None,
    flags: Out = None,
    advice: Out = None,
) -> None:
    """Run days through the core that runs live, at full speed.

    The four files are CSV: every call, what each ticket was told at its issue, when lines and
    windows were flagged, and what was advised. With many days each has the day in front.
    """
    from hub.replay.replaying import replay_journal, replay_traces, setting_of

    setting = setting_of(policy, mode, priority_credit, skills, automatic)
    files = {"calls": calls, "forecasts": forecasts, "flags": flags, "advice": advice}
    wanted = {name: path for name, path in files.items() if path is not None}
    if journal is not None:
        replay_journal(folder or DEFAULT_JOURNAL, journal, setting, policy, wanted, as_json)
    elif folder is None:
        raise ConfigurationError(["give the folder of a trace, or --journal DAY"])
    else:
        replay_traces(folder, setting, wanted, as_json)


def simulate(
    out: Annotated[Path, typer.Option(help="The folder for the days; one folder a day in it.")],
    days: Annotated[int, typer.Option(min=1, max=10_000, help="How many days.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed makes the same days.")] = 0,
    scenario: Annotated[
        str | None,
        typer.Option(help="balanced, skewed, surge, breaks, slow, tiny or large."),
    ] = None,
    hall: Annotated[
        Path | None, typer.Option(help="A hall.toml: its services and counters.")
    ] = None,
    description: Annotated[
        Path | None, typer.Option(help="A TOML file: what happens there (docs/traces.md).")
    ] = None,
) -> None:
    """Make days of a hall for `hall-hub replay`: a scenario, or a hall of your own."""
    from rich.progress import track

    from hub.replay.generate import generate
    from hub.replay.trace import write_trace

    site, what = _chosen(scenario, hall, description)
    width = max(2, len(str(days - 1)))
    folders = [out / f"{what.name}-{day:0{width}d}" for day in range(days)]
    there = [folder for folder in folders if folder.exists()]
    if there:
        raise StorageError(f"{there[0]} exists already; traces are not written over")
    tickets = 0
    for day in track(range(days), description="Making days", disable=days < 2):
        trace = generate(site, what, seed, day)
        write_trace(trace, folders[day])
        tickets += len(trace.arrivals)
    typer.echo(f"{days} days, {tickets} tickets in {out}")


def _chosen(
    scenario: str | None, hall: Path | None, description: Path | None
) -> tuple[Site, Description]:
    """The site and what happens there. Raises ConfigurationError."""
    from hub.configuration import HallFile
    from hub.replay.description import Description
    from hub.replay.sites import SCENARIOS, check_names, site_of
    from wire.settings import load, unknown_name

    if (scenario is None) == (hall is None):
        raise ConfigurationError(["give --scenario NAME, or --hall FILE; one of both"])
    if hall is None:
        if description is not None:
            raise ConfigurationError(["--description goes with --hall, not with --scenario"])
        if scenario not in SCENARIOS:
            raise ConfigurationError(
                [str(unknown_name("--scenario", scenario, SCENARIOS, "scenario"))]
            )
        return SCENARIOS[scenario]
    site = site_of(load(hall, HallFile).plan())
    what = load(description, Description) if description else Description()
    check_names(what, site, str(description or hall))
    return site, what
