"""The parts of the plan that are one thing each: the hall, its hours, its rules, its ratings."""

from __future__ import annotations

from typing import Final

from hub.core.hours import WEEKDAYS
from hub.web.administration.fields import Area, Field
from hub.web.texts import marked

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

FLOOR: Final = Area(
    "floor",
    marked("Floor plan"),
    "",
    marked("Where everything stands, so that operators see on a plan where the hall is hot."),
    (
        Field(
            "width_m",
            marked("The floor's width"),
            "number",
            marked("Empty: as wide as it needs to be"),
            marked("m"),
        ),
        Field(
            "depth_m",
            marked("The floor's depth"),
            "number",
            marked("Empty: as deep as it needs to be"),
            marked("m"),
        ),
        Field(
            "counter_m",
            marked("Width of a counter"),
            "number",
            marked("From the middle of one to the middle of its neighbour"),
            marked("m"),
        ),
        Field("outlines", marked("Walls, areas, entrances"), "lines"),
    ),
)

SINGLE: Final = {area.name: area for area in (HALL, HOURS, RATING, FLOOR, *SECTIONS)}
"""The sections that are no lists, by name."""
