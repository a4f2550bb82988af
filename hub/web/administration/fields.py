"""The areas of the plan and their fields: how each is shown in a form, and read from one.

What was typed and cannot be read is kept as it was typed, and the plan's own check says what is
wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from hub.core.hours import WEEKDAYS
from hub.web.texts import marked

Content = dict[str, Any]
Kind = Literal["text", "both", "number", "choice", "yes", "services", "days", "pin", "lines"]

MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. `scale`: so many of the plan's units are one of the form's.

    `needed`: empty is a mistake; else what is empty is left out. `options` are values with
    their words; `of` names the section whose things can be chosen.
    """

    key: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    unit: str = ""
    scale: float = 1.0
    needed: bool = False
    options: tuple[tuple[str, str], ...] = ()
    of: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its inputs."""
        return (f"{self.key}.zh", f"{self.key}.en") if self.kind == "both" else (self.key,)

    def shown(self, content: Content) -> Any:
        """What the form shows of a thing's content."""
        value = content.get(self.key)
        if self.kind == "both":
            both = value if isinstance(value, Mapping) else {}
            return {"zh": both.get("zh", ""), "en": both.get("en", "")}
        if self.kind == "number":
            return _number_shown(value, self.scale)
        if self.kind in {"services", "days"}:
            return [str(item) for item in value] if isinstance(value, list | tuple) else []
        if self.kind == "lines":
            return "\n".join(map(str, value or ()))
        if self.kind == "pin":
            return ""
        return bool(value) if self.kind == "yes" else "" if value is None else str(value)

    def told(self, content: Content) -> str:
        """A number as lists say it: minutes with one decimal at most."""
        value = content.get(self.key)
        if self.scale == 1.0 or isinstance(value, bool) or not isinstance(value, int | float):
            return str(self.shown(content))
        return f"{round(value / self.scale, 1):.10g}"

    def read(self, form: Mapping[str, Sequence[str]], content: Content) -> None:
        """Put what was filled in into a thing's content."""
        if self.kind == "pin":
            return  # its hash is made elsewhere: that takes long
        if self.kind == "number" and _first(form, self.key) == self.shown(content) != "":
            return  # what is shown may be rounded: unchanged, it stays as exact as it was
        value = self._value(form)
        if value is None:
            content.pop(self.key, None)
        else:
            content[self.key] = value

    def _value(self, form: Mapping[str, Sequence[str]]) -> Any:
        if self.kind == "both":
            zh, en = (_first(form, name) for name in self.names)
            return {"zh": zh, "en": en} if zh or en or self.needed else None
        if self.kind in {"services", "days"}:
            return [item for item in form.get(self.key, ()) if item]
        if self.kind == "yes":
            return bool(_first(form, self.key))
        typed = _first(form, self.key)
        if self.kind == "lines":
            return [line.strip() for line in typed.splitlines() if line.strip()]
        if not typed and not self.needed:
            return None
        return _number(typed, self.scale) if self.kind == "number" else typed


def _first(form: Mapping[str, Sequence[str]], name: str) -> str:
    return (form.get(name) or ("",))[0].strip()


def _number(typed: str, scale: float) -> float | str:
    try:
        found = float(typed.replace("，", ".").replace(",", "."))
    except ValueError:
        return typed
    return round(found * scale, 6) if abs(found) < 1e12 else typed


def _number_shown(value: Any, scale: float) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    return f"{value if scale == 1.0 else round(value / scale, 3):.10g}"


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the plan with a page of its own: a list of things, or one section."""

    name: str
    title: str
    one: str
    about: str
    fields: tuple[Field, ...]
    key: str = "id"
    columns: tuple[str, ...] = field(default=())

    def known(self, key: str) -> Field | None:
        """The field to which a place in a thing belongs."""
        for each in self.fields:
            if key == each.key or key.startswith((f"{each.key}.", f"{each.key}[")):
                return each
        return None


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

DAY_NAMES: Final = dict(
    zip(
        WEEKDAYS,
        (
            marked("Monday"),
            marked("Tuesday"),
            marked("Wednesday"),
            marked("Thursday"),
            marked("Friday"),
            marked("Saturday"),
            marked("Sunday"),
        ),
        strict=True,
    )
)

HALL: Final = Area(
    "hall",
    marked("Hall and opening hours"),
    marked("Hall"),
    marked("The hall's name, its calendar, and when numbers are given out."),
    (
        Field("name", marked("Name"), "both", needed=True),
        Field("time_zone", marked("Time zone"), hint="Asia/Shanghai", needed=True),
        Field(
            "day_starts",
            marked("The business day begins at"),
            hint=marked("When all numbers of the day before end"),
            needed=True,
        ),
    ),
    key="",
)

HOURS: Final = Area(
    "hours",
    marked("Opening hours"),
    marked("Opening hours"),
    marked("Like 08:30-12:00, 13:30-17:00. An empty text is a closed day."),
    tuple(Field(day, name) for day, name in DAY_NAMES.items()),
    key="",
)

SECTIONS: Final = (
    Area(
        "dispatch",
        marked("Calling"),
        "",
        marked("Which number a free counter calls."),
        (
            Field(
                "mode",
                marked("Numbers wait"),
                "choice",
                options=(
                    ("pooled", marked("in the line of their service")),
                    ("assigned", marked("for the counter printed on them")),
                ),
            ),
            Field(
                "policy",
                marked("Who is next"),
                "choice",
                options=(
                    ("relief", marked("whoever relieves the hall most")),
                    ("pressure", marked("whose line presses most")),
                    ("fcfs", marked("who came first")),
                ),
            ),
            Field(
                "priority_bound",
                marked("Priority calls in a row"),
                "number",
                marked("While somebody without priority waits in the line"),
            ),
            Field(
                "overdue_targets",
                marked("Goes first after so many targets"),
                "number",
            ),
            Field(
                "overdue_first",
                marked("Goes first in"),
                "choice",
                options=(("line", marked("the own line")), ("hall", marked("the whole hall"))),
            ),
            Field(
                "rescue_targets",
                marked("Any counter may call after so many targets"),
                "number",
                marked("Where a counter is printed on the numbers"),
            ),
            Field("next_finishes", marked("Next also ends the service at hand"), "yes"),
            Field("undo_s", marked("A step can be undone for"), "number", "", marked("s")),
            Field(
                "come_back_min",
                marked("Who missed the call may come back within"),
                "number",
                "",
                marked("min"),
            ),
        ),
    ),
    Area(
        "appointments",
        marked("Appointments"),
        "",
        marked("Who comes at an agreed time."),
        (
            Field("early_min", marked("Check-in opens before"), "number", "", marked("min")),
            Field("late_min", marked("Still in time after"), "number", "", marked("min")),
            Field("credit_min", marked("Counted as waited"), "number", "", marked("min")),
        ),
    ),
    Area(
        "limits",
        marked("Limits"),
        "",
        marked("Against people who trade in numbers."),
        (
            Field(
                "per_person_day",
                marked("Numbers a person and day"),
                "number",
                marked("0: no limit"),
            ),
            Field("identity_required", marked("An identity document is needed"), "yes"),
            Field(
                "per_address_10min",
                marked("Numbers to one network address in ten minutes"),
                "number",
                marked("0: no limit"),
            ),
            Field(
                "kiosk_addresses",
                marked("Addresses of web kiosks"),
                "lines",
                marked("One a line; they are not counted"),
            ),
        ),
    ),
    Area(
        "balance",
        marked("Balance"),
        "",
        marked("Advice on which counter should serve what."),
        (
            Field("automatic", marked("Services are added and taken back without a click"), "yes"),
            Field("dwell_min", marked("What was changed stays for"), "number", "", marked("min")),
            Field(
                "open_above_min",
                marked("A counter more is advised above a wait of"),
                "number",
                "",
                marked("min"),
            ),
            Field(
                "close_below_min",
                marked("One may close below a wait of"),
                "number",
                "",
                marked("min"),
            ),
        ),
    ),
    Area(
        "alone",
        marked("Cut off"),
        "",
        marked("What a counter may do while it cannot reach the hub."),
        (
            Field(
                "grants",
                marked("Numbers kept ready at each counter"),
                "number",
                marked("0: it serves without numbers"),
            ),
            Field("lease_min", marked("It may call them for"), "number", "", marked("min")),
        ),
    ),
    Area(
        "alarms",
        marked("Alarms"),
        "",
        marked("When the operator's page calls somebody."),
        (Field("late_targets", marked("When somebody has waited so many targets"), "number"),),
    ),
)
"""Sections of one value each, which share the page of the rules."""

RATING: Final = Area(
    "rating",
    marked("Ratings"),
    "",
    marked("The five levels are fixed by rule; their names and reasons are yours."),
    (
        Field("invite_s", marked("The keys stay open for"), "number", "", marked("s")),
        Field(
            "phone_min",
            marked("On the ticket's page for"),
            "number",
            marked("0: not at all"),
            marked("min"),
        ),
    ),
)

LIST: Final = {area.name: area for area in LISTS}
"""The areas that are lists, by name."""

SINGLE: Final = {area.name: area for area in (HALL, HOURS, RATING, *SECTIONS)}
"""The sections that are no lists, by name."""
