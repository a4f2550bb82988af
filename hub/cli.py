"""`hall-hub`: the hub's command line. An expected error is one line and an exit code."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from hub.accounts_cli import token, user
from hub.configuration import HallFile, differences
from hub.core import events as e
from hub.core.audit import Audit
from hub.core.plan import Plan
from hub.journal.store import Batch, Journal
from hub.pins import hash_pin
from hub.replay.cli import replay, simulate
from hub.service import load as load_journal
from wire.clock import RealClock
from wire.errors import NextwindowError, StorageError
from wire.settings import effective, load

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="The hall's hub.")
config = typer.Typer(no_args_is_help=True, help="The plan in the journal.")
app.add_typer(config, name="config")
app.add_typer(user, name="user")
app.add_typer(token, name="token")
app.command()(simulate)
app.command()(replay)

HallToml = Annotated[Path, typer.Argument(help="The hall's configuration, hall.toml.")]


@app.command()
def run(
    file: HallToml,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="End when standard input closes.")
    ] = False,
) -> None:
    """Run the hub."""
    from hub.run import run as run_hub

    run_hub(load(file, HallFile), until_eof=until_eof)


@app.command()
def demo(
    speed: Annotated[
        float, typer.Option(min=1, max=60, help="How fast the hall's clock runs.")
    ] = 1.0,
) -> None:
    """Run a whole hall on this machine: hub, broker, six units, citizens and clerks.

    DEMO_PORT sets the port of the pages (8600), DEMO_AUTO=0 leaves out the simulated people.
    """
    from hub.demo.run import run as run_demo

    port = os.environ.get("DEMO_PORT", "8600")
    if not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65_535:
        raise NextwindowError(f"DEMO_PORT={port[:20]!r} is no port")
    run_demo(int(port), speed, people=os.environ.get("DEMO_AUTO", "1") != "0")


@app.command("check-config")
def check_config(file: HallToml) -> None:
    """Check a configuration, and print the values in force with secrets masked."""
    values = effective(load(file, HallFile))
    for clerk in values["clerks"]:
        clerk["pin_hash"] = "***"
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2))


@app.command("pin-hash")
def pin_hash() -> None:
    """Ask for a clerk's PIN and print what belongs into hall.toml as pin_hash."""
    typer.echo(hash_pin(typer.prompt("PIN", hide_input=True, confirmation_prompt=True)))


@app.command()
def audit(folder: Annotated[Path, typer.Argument(help="The journal's folder.")]) -> None:
    """Check what must always hold over a whole journal. The hub has to be stopped."""
    journal = _existing(folder)
    try:
        hall, _ = load_journal(journal)
        reader = Audit()
        found = track(journal.events(), description="Reading", total=hall.version)
        violations = reader.read(event for _, event in found)
    finally:
        journal.close()
    for violation in violations:
        typer.echo(violation)
    typer.echo(
        f"{hall.version} events, {reader.calls} calls, {reader.ratings} ratings counted, "
        f"{len(violations)} violations"
    )
    if violations:
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(package_version("nextwindow"))


@config.command()
def export(file: HallToml) -> None:
    """Print the plan in the journal of the hub that FILE configures, as JSON."""
    journal = _existing(load(file, HallFile).hub.data)
    try:
        plan = load_journal(journal)[0].plan
    finally:
        journal.close()
    typer.echo(json.dumps(plan.model_dump(mode="json"), ensure_ascii=False, indent=2))


@config.command()
def apply(file: HallToml) -> None:
    """Put the plan of FILE into force. The hub has to be stopped."""
    settings = load(file, HallFile)
    journal = _existing(settings.hub.data)
    try:
        changed = _apply(journal, settings.plan())
    finally:
        journal.close()
    for line in changed:
        typer.echo(line)
    typer.echo(f"{len(changed)} changes are in force from the next start.")


def _apply(journal: Journal, plan: Plan) -> list[str]:
    hall, _ = load_journal(journal)
    changed = differences(plan, hall.plan)
    gone = [t.number for t in hall.tickets.values() if t.service not in plan.service]
    if gone:
        raise NextwindowError(f"tickets of a service that would go: {', '.join(gone)}")
    held = [c.id for c in hall.counters.values() if c.id not in plan.counter and c.clerk]
    if held:
        raise NextwindowError(f"somebody is still signed in at {', '.join(held)}, which would go")
    if changed:
        batch = Batch(hall.version + 1)
        event = e.Configured(RealClock().now(), plan.model_dump(mode="json"))
        hall.apply(event)
        batch.events.append(event)
        journal.commit(batch)
    return changed


def _existing(folder: Path) -> Journal:
    if not (folder / "journal.sqlite").exists():
        raise StorageError(f"there is no journal in {folder}")
    return Journal(folder)


def main() -> None:
    """Run the command line."""
    logging.basicConfig(
        level=os.environ.get("NEXTWINDOW_LOG", "INFO"),
        format="%(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        app()
    except NextwindowError as error:
        sys.stderr.write(f"hall-hub: {error}\n")
        sys.exit(error.exit_code)
