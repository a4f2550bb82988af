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
from hub.config_cli import HallToml, config, existing
from hub.configuration import HallFile
from hub.core.audit import Audit
from hub.loading import load as load_journal
from hub.pins import hash_pin
from hub.replay.cli import replay, simulate
from wire.errors import NextwindowError
from wire.settings import effective, load

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="The hall's hub.")
app.add_typer(config, name="config")
app.add_typer(user, name="user")
app.add_typer(token, name="token")
app.command()(simulate)
app.command()(replay)


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
    settings = load(file, HallFile)
    settings.proposed()
    values = effective(settings)
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
    journal = existing(folder)
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


@app.command("rebuild-reports")
def rebuild_reports(
    folder: Annotated[Path, typer.Argument(help="The journal's folder.")],
) -> None:
    """Make the tables that reports read again from the events. The hub has to be stopped."""
    journal = existing(folder)
    try:
        journal.rebuild_reports()
        count = journal.last_sequence()
    finally:
        journal.close()
    typer.echo(f"made again from {count} events")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(package_version("nextwindow"))


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
