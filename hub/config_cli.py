"""`hall-hub config`: the plan in the journal, out and in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hub.configuration import HallFile
from hub.core import events as e
from hub.core.commands_of_plans import Configure, Proposal
from hub.core.hall import Hall
from hub.core.passing import due
from hub.core.plan import Plan
from hub.core.plan_changes import Change, Content, carried_over, changes, digest
from hub.core.replanning import as_content, obstacles, propose, put_into_force
from hub.journal.store import Batch, Journal
from hub.loading import load as load_journal
from hub.plan_toml import to_toml
from wire.clock import make_clock
from wire.errors import ConfigurationError, NextwindowError, StorageError
from wire.settings import load

config = typer.Typer(no_args_is_help=True, help="The plan in the journal.")

HallToml = Annotated[Path, typer.Argument(help="The hall's configuration, hall.toml.")]

ONLINE_ONLY = "hall_id"
"""What stands in the way of a running hall alone."""


@config.command()
def export(
    file: HallToml,
    toml: Annotated[bool, typer.Option("--toml", help="As a hall.toml, without [hub].")] = False,
) -> None:
    """Print the plan in the journal of the hub that FILE configures, as JSON."""
    journal = existing(load(file, HallFile).hub.data)
    try:
        plan = load_journal(journal)[0].plan
    finally:
        journal.close()
    content = as_content(plan)
    typer.echo(to_toml(content) if toml else json.dumps(content, ensure_ascii=False, indent=2))


@config.command()
def apply(
    file: HallToml,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep what the pages have changed meanwhile.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Take back what the pages have changed meanwhile.")
    ] = False,
) -> None:
    """Put the plan of FILE into force. The hub has to be stopped."""
    settings = load(file, HallFile)
    journal = existing(settings.hub.data)
    now = make_clock(settings.hub.speed, settings.hub.clock_origin).now()
    try:
        done = apply_file(journal, settings.plan(), now, keep=keep, overwrite=overwrite)
    finally:
        journal.close()
    for change in done:
        typer.echo(line_of(change))
    typer.echo(f"{len(done)} changes are in force from the next start.")


def existing(folder: Path) -> Journal:
    """The journal in a folder. Raises StorageError if there is none."""
    if not (folder / "journal.sqlite").exists():
        raise StorageError(f"there is no journal in {folder}")
    return Journal(folder)


def apply_file(
    journal: Journal, file: Plan, now: float, *, keep: bool = False, overwrite: bool = False
) -> list[Change]:
    """Put a file's plan into force in the journal of a hub that is stopped.

    Raises ConfigurationError if the pages have changed the plan since the file was used last, and
    nobody has said what is to become of that, or if the two together make no plan;
    NextwindowError for what stands in the way.
    """
    hall, _ = load_journal(journal)
    batch = Batch(hall.version + 1, at=now)
    _happen(hall, batch, due(hall, now))
    before = as_content(hall.plan)
    base = _last_file(journal, hall) or before
    wanted = as_content(file)
    meanwhile = changes(base, before)
    if keep:
        wanted = carried_over(base, wanted, before).content
    elif meanwhile and not overwrite and changes(before, wanted):
        raise ConfigurationError(_undecided(meanwhile))
    _configure(hall, batch, propose(wanted, hall.plan_at, before), digest(file), now)
    journal.commit(batch)
    return changes(before, wanted)


def _undecided(meanwhile: list[Change]) -> list[str]:
    return [
        "the pages have changed the plan since this file was used last:",
        *map(line_of, meanwhile),
        "`--keep` puts the file's own changes on top of these, `--overwrite` takes them back.",
    ]


def _configure(hall: Hall, batch: Batch, proposal: Proposal, file: str, now: float) -> None:
    if proposal.plan == hall.plan:
        if file != hall.plan_file:
            _happen(hall, batch, [e.PlanFileSeen(now, file)])
        return
    found = [o for o in obstacles(hall, proposal.plan, now) if o.code != ONLINE_ONLY]
    if found:
        raise NextwindowError(". ".join(map(str, found)))
    command = Configure(proposal, "")
    _happen(hall, batch, list(put_into_force(hall, command, now, file)))


def _happen(hall: Hall, batch: Batch, events: list[e.Event]) -> None:
    for event in events:
        hall.apply(event)
        batch.events.append(event)


def _last_file(journal: Journal, hall: Hall) -> Content | None:
    """The plan of the file that was used last, if the journal has it."""
    for _, event in journal.latest("Configured", 1000, hall.version + 1):
        if isinstance(event, e.Configured):
            plan = Plan.model_validate(event.plan)
            if digest(plan) == hall.plan_file:
                return as_content(plan)
    return None


def line_of(change: Change) -> str:
    """A change as the command line says it, without any hash of a PIN."""
    if change.key == "pin_hash":
        return f"{change.place}: another PIN"
    if not change.key and change.item:
        return f"{change.place}: {'new' if change.before is None else 'removed'}"
    return f"{change.place}: {_shown(change.before)} -> {_shown(change.after)}"


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
