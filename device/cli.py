"""The command line of a unit: `counter-unit`."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from device import configuration
from wire.errors import ConfigurationError, NextwindowError
from wire.settings import effective

app = typer.Typer(
    name="counter-unit",
    help="A unit of a public-service hall: at a counter, its keys, lamps and screen.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ConfigFile = Annotated[Path, typer.Argument(metavar="CONFIG", help="The unit's unit.toml.")]


@app.command()
def run(
    config: ConfigFile,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="End when standard input is closed.")
    ] = False,
    trace: Annotated[
        bool, typer.Option("--trace", help="Say on standard output what is drawn and pressed.")
    ] = False,
) -> None:
    """Run the unit until a signal ends it."""
    settings = configuration.read(config)
    from device.run import run as run_unit

    run_unit(settings, until_eof=until_eof, trace=trace)


@app.command("check-config")
def check_config(config: ConfigFile) -> None:
    """Print every mistake in a configuration file, or the values in force."""
    for line in _lines(effective(configuration.read(config))):
        typer.echo(line)


@app.command()
def say(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The ticket's number: A012.")],
    counter: Annotated[str, typer.Option("--counter", help="The counter's number.")],
    lang: Annotated[
        list[str] | None, typer.Option("--lang", help="zh or en; given twice, both in turn.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.wav", help="Write the sound here.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="A unit.toml, for its [voice].")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="As a recall.")] = False,
) -> None:
    """Say a call as the unit would: to a file, or aloud through the sound card."""
    from device.voice.rehearsal import rehearse, section_for

    configured = configuration.read(config).voice if config else None
    for line in rehearse(section_for(configured, lang), number, counter, out, again=again):
        typer.echo(line)


@app.command()
def doctor(
    config: ConfigFile,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Look at everything the unit needs, and say what to do about what is missing."""
    from device.doctor import examine, is_well, json_of, lines_of

    findings = []
    for finding in examine(configuration.read(config)):
        findings.append(finding)
        if not as_json:
            typer.echo("\n".join(lines_of([finding])))
    if as_json:
        typer.echo(json_of(findings))
    if not is_well(findings):
        raise typer.Exit(1)


@app.command()
def screenshot(
    name: Annotated[
        str | None, typer.Option("--screen", metavar="NAME", help="Which screen; see --list.")
    ] = None,
    size: Annotated[
        str, typer.Option("--size", metavar="WxH", help="How large, in pixels.")
    ] = "1024x600",
    lang: Annotated[
        str, typer.Option("--lang", help="zh or en: which stands first and large.")
    ] = "zh",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.png", help="Write the picture here.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Print the names of all screens.")] = False,
) -> None:
    """Draw a screen of any role, with sample content, into a file."""
    from device.ui import catalogue
    from device.ui.viewmodel import LanguageOrder

    if list_:
        for known in catalogue.screens().values():
            typer.echo(f"{known.role:8} {known.name}")
        return
    if name is None or out is None:
        raise ConfigurationError(["--screen and --out are needed, or --list."])
    if lang not in {order.value for order in LanguageOrder}:
        raise ConfigurationError([f"--lang = {lang!r}: expected zh or en."])
    pixels = configuration.size_in_pixels(size)
    drawn = catalogue.screen(name).drawn(pixels, LanguageOrder(lang))
    try:
        out.write_bytes(drawn)
    except OSError as error:
        raise ConfigurationError([f"--out = {str(out)!r}: {error.strerror}."]) from error


@app.command()
def version() -> None:
    """Print the version."""
    from device.run import software

    typer.echo(software())


def main() -> None:
    """Run the command line; an expected error is one line and an exit code."""
    logging.basicConfig(
        stream=sys.stderr,
        level=os.environ.get("NEXTWINDOW_LOG", "INFO"),
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        app()
    except NextwindowError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(error.exit_code) from None


def _lines(sections: dict[str, Any]) -> Iterator[str]:
    for section, values in sections.items():
        if values is None:
            continue
        yield f"[{section}]"
        for key, value in values.items():
            if value is not None:
                yield f"{key} = {json.dumps(value, ensure_ascii=False)}"
        yield ""


if __name__ == "__main__":
    main()
