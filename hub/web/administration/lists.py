"""The parts of the plan that are lists of things, each with pages of its own."""

from __future__ import annotations

from typing import Final

from hub.web.administration.fields import MINUTE_S, Area, Field
from hub.web.texts import marked

LISTS: Final = (
    Area(
        "services",
        marked("Services"),
        marked("Service"),
        marked("What citizens come for. Each has numbers that begin with letters of its own."),
        (
            Field("id", marked("Id"), hint=marked("Small letters, digits, hyphens"), needed=True),
            Field("name", marked("Name"), "both", needed=True),
            Field("prefix", marked("Numbers begin with"), hint=marked("A to ZZ"), needed=True),
            Field(
                "mean_s",
                marked("Usual time of a service"),
                "number",
                marked("What is learned from day to day counts more than this"),
                marked("min"),
                MINUTE_S,
            ),
            Field(
                "cv",
                marked("Spread of the times"),
                "number",
                marked("0.5: all take about as long; 1: some take much longer"),
            ),
            Field("target_s", marked("Wait at most"), "number", "", marked("min"), MINUTE_S),
        ),
        columns=("prefix", "name", "mean_s", "target_s"),
    ),
    Area(
        "counters",
        marked("Counters"),
        marked("Counter"),
        marked("The places that serve, what each serves, and the unit that stands there."),
        (
            Field("id", marked("Id"), hint=marked("Small letters, digits, hyphens"), needed=True),
            Field("number", marked("Number"), hint=marked("What people see and hear"), needed=True),
            Field("name", marked("Name"), "both", marked("May stay empty")),
            Field("services", marked("Serves"), "services", needed=True),
            Field("also", marked("Could serve as well"), "services"),
            Field(
                "speed",
                marked("Speed"),
                "number",
                marked("1.2: a service takes a fifth longer here"),
            ),
            Field("unit", marked("Unit"), hint=marked("The id in its unit.toml; empty: none")),
        ),
        columns=("number", "name", "services", "unit"),
    ),
    Area(
        "clerks",
        marked("Clerks"),
        marked("Clerk"),
        marked("Who serves. A PIN is never kept, only a hash from which nobody can read it."),
        (
            Field("id", marked("Id"), hint=marked("Small letters, digits, hyphens"), needed=True),
            Field("name", marked("Name"), needed=True),
            Field("number", marked("Number on the keypad"), hint=marked("Digits; may stay empty")),
            Field("pin_hash", marked("PIN"), "pin", needed=True),
        ),
        columns=("name", "number"),
    ),
    Area(
        "roster",
        marked("Duty roster"),
        marked("Shift"),
        marked("Who is to be where, when. Absent, late and elsewhere are noted, no more."),
        (
            Field("clerk", marked("Clerk"), "choice", needed=True, of="clerks"),
            Field("counter", marked("Counter"), "choice", needed=True, of="counters"),
            Field("days", marked("Days"), "days", needed=True),
            Field("hours", marked("Hours"), hint="08:30-17:00", needed=True),
        ),
        key="",
        columns=("clerk", "counter", "days", "hours"),
    ),
    Area(
        "priorities",
        marked("Priority classes"),
        marked("Priority class"),
        marked("People who need not wait so long: this much wait is counted as behind them."),
        (
            Field("id", marked("Id"), hint=marked("Small letters, digits, hyphens"), needed=True),
            Field("name", marked("Name"), "both", needed=True),
            Field("credit_min", marked("Counted as waited"), "number", "", marked("min")),
        ),
        columns=("name", "credit_min"),
    ),
    Area(
        "boards",
        marked("Boards"),
        marked("Board"),
        marked("The hall's big screens. One that names no services shows all of them."),
        (
            Field("unit", marked("Unit"), hint=marked("The id in its unit.toml"), needed=True),
            Field("services", marked("Shows"), "services"),
        ),
        key="unit",
        columns=("unit", "services"),
    ),
    Area(
        "kiosks",
        marked("Kiosks"),
        marked("Kiosk"),
        marked("Where numbers are taken. Cut off, a kiosk prints numbers of a series of its own."),
        (
            Field("unit", marked("Unit"), hint=marked("The id in its unit.toml"), needed=True),
            Field(
                "prefix",
                marked("Its own numbers begin with"),
                hint=marked("Letters that no service has"),
                needed=True,
            ),
            Field("services", marked("Offers"), "services"),
            Field("block", marked("Numbers it may print alone"), "number"),
        ),
        key="unit",
        columns=("unit", "prefix", "services"),
    ),
)

LIST: Final = {area.name: area for area in LISTS}
"""The areas that are lists, by name."""
