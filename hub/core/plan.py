"""The hall as it is configured: services, counters, clerks, hours, rating scheme.

The plan is seeded from `hall.toml` and afterwards lives in the journal. It is checked by
`wire.settings`, so that every mistake is reported at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from hub.core.floor import Floor, Spot, floor_mistakes
from hub.core.hours import calendar_date, checked_spans, clock_time, known_zone
from hub.core.rules import Rules
from hub.core.tags import BAD_TAGS
from hub.core.tickets import APPOINTMENT, ORDINARY
from wire.ids import Id
from wire.messages import Level, Role, Text
from wire.settings import Mistake, Settings, doubles, tables, unknown_name

PinHash = Annotated[str, Field(pattern=r"^scrypt\$\d+\$\d+\$\d+\$[0-9a-f]+\$[0-9a-f]+$")]
"""A PIN's scrypt hash, as `hall-hub pin-hash` prints it."""

KEYPAD_DIGITS: Final = 16
"""So many digits a counter's keypad takes."""


def _digits(number: str) -> str:
    if not (number.isascii() and number.isdigit() and len(number) <= KEYPAD_DIGITS):
        raise ValueError(f"a keypad has digits only; use 1 to {KEYPAD_DIGITS} of them")
    return number


KeypadNumber = Annotated[str, AfterValidator(_digits)]
"""What a clerk types on a keypad to say who they are."""

Spans = Annotated[str, AfterValidator(checked_spans)]


class SpecialDay(Settings):
    """A date on which other hours hold than on its weekday: a holiday, or a day worked instead."""

    date: Annotated[str, AfterValidator(calendar_date)]
    hours: Spans = ""
    name: Text | None = None


class Hours(Settings):
    """When tickets are issued, for each weekday; an empty text is a closed day.

    `exceptions` are dates on which other hours hold.
    """

    monday: Spans = "08:30-17:00"
    tuesday: Spans = "08:30-17:00"
    wednesday: Spans = "08:30-17:00"
    thursday: Spans = "08:30-17:00"
    friday: Spans = "08:30-17:00"
    saturday: Spans = ""
    sunday: Spans = ""
    exceptions: tuple[SpecialDay, ...] = ()

    @cached_property
    def on(self) -> dict[str, str]:
        """The hours of the dates that are exceptions."""
        return {day.date: day.hours for day in self.exceptions}


class HallName(Settings):
    """Which hall this is, and its calendar."""

    id: Id
    name: Text
    time_zone: Annotated[str, AfterValidator(known_zone)] = "Asia/Shanghai"
    day_starts: Annotated[str, AfterValidator(clock_time)] = "04:00"


class Service(Settings):
    """What citizens come for. `prefix` begins its ticket numbers."""

    id: Id
    name: Text
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,2}$")]
    mean_s: Annotated[float, Field(gt=0, le=14_400)] = 600.0
    cv: Annotated[float, Field(gt=0, le=5)] = 0.8
    target_s: Annotated[float, Field(gt=0, le=28_800)] = 900.0


class Counter(Settings):
    """A place that serves. `number` is what people see, `unit` the Raspberry Pi at it.

    `services` is what it serves, its primary service first; `also` what it could serve as
    well, and does when the balance of the hall asks for it. `speed` is how long a service
    takes here as planned, against the service's mean (1.2: a fifth longer). `at` is where it
    stands on the floor plan.
    """

    id: Id
    number: Annotated[str, Field(min_length=1, max_length=6)]
    name: Text | None = None
    services: Annotated[tuple[Id, ...], Field(min_length=1)]
    also: tuple[Id, ...] = ()
    speed: Annotated[float, Field(gt=0, le=10)] = 1.0
    unit: Id | None = None
    at: Spot | None = None

    @property
    def skills(self) -> tuple[str, ...]:
        """All that it may ever call."""
        return (*self.services, *(s for s in self.also if s not in self.services))


class BoardPlace(Settings):
    """A hall board. It shows these services' calls and queues; with none named, all of them."""

    unit: Id
    services: tuple[Id, ...] = ()
    at: Spot | None = None


class KioskPlace(Settings):
    """A place where numbers are taken.

    It offers these services; with none named, all of them. While it is cut off it prints
    numbers of its own series, which begin with `prefix`, from a block of `block` numbers.
    """

    unit: Id
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,2}$")]
    services: tuple[Id, ...] = ()
    block: Annotated[int, Field(ge=10, le=5000)] = 500
    at: Spot | None = None


class Clerk(Settings):
    """A person who serves. `number` signs them in on a keypad, where an id has no letters."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=60)]
    number: KeypadNumber | None = None
    pin_hash: PinHash


class RatingTag(Settings):
    """A reason for a rating: its code in uploads, and the words for it."""

    code: Annotated[str, Field(min_length=1, max_length=12)]
    name: Text


class RatingOption(Settings):
    """One rating key: a named level, the words beside it, and the reasons asked for after it.

    Left out, the reasons are those in force for a bad level, and none for the others.
    """

    level: Level
    name: Text
    tags: Annotated[tuple[RatingTag, ...] | None, Field(max_length=12)] = None

    @property
    def asked(self) -> tuple[RatingTag, ...]:
        """The reasons that are asked for."""
        if self.tags is not None:
            return self.tags
        return tuple(
            RatingTag(code=code, name=Text(zh=zh, en=en))
            for code, zh, en in BAD_TAGS.get(self.level, ())
        )


def _five_levels() -> tuple[RatingOption, ...]:
    words = {
        Level.VERY_SATISFIED: ("非常满意", "Very satisfied"),
        Level.SATISFIED: ("满意", "Satisfied"),
        Level.FAIRLY_SATISFIED: ("基本满意", "Fairly satisfied"),
        Level.DISSATISFIED: ("不满意", "Dissatisfied"),
        Level.VERY_DISSATISFIED: ("非常不满意", "Very dissatisfied"),
    }
    return tuple(RatingOption(level=k, name=Text(zh=zh, en=en)) for k, (zh, en) in words.items())


class Rating(Settings):
    """The rating scheme: its keys, best first, and how long an invitation stays open.

    Who holds the ticket may rate on its page as well, until `phone_min` minutes after the
    service has ended (0: not at all).
    """

    invite_s: Annotated[float, Field(ge=3, le=120)] = 10.0
    phone_min: Annotated[float, Field(ge=0, le=1440)] = 30.0
    levels: Annotated[tuple[RatingOption, ...], Field(min_length=2, max_length=5)] = Field(
        default_factory=_five_levels
    )


class Plan(Rules):
    """The whole hall. Order of services and counters is the order on the screens."""

    hall: HallName
    hours: Hours = Hours()
    rating: Rating = Rating()
    services: Annotated[tuple[Service, ...], Field(min_length=1)]
    counters: Annotated[tuple[Counter, ...], Field(min_length=1)]
    clerks: tuple[Clerk, ...] = ()
    boards: tuple[BoardPlace, ...] = ()
    kiosks: tuple[KioskPlace, ...] = ()
    floor: Floor = Floor()

    @cached_property
    def service(self) -> dict[str, Service]:
        """Services by id."""
        return {service.id: service for service in self.services}

    @cached_property
    def counter(self) -> dict[str, Counter]:
        """Counters by id."""
        return {counter.id: counter for counter in self.counters}

    @cached_property
    def skilled(self) -> dict[str, tuple[Counter, ...]]:
        """The counters that may ever call a service, by service."""
        found: dict[str, list[Counter]] = {service: [] for service in self.service}
        for counter in self.counters:
            for service in found.keys() & counter.skills:
                found[service].append(counter)
        return {service: tuple(counters) for service, counters in found.items()}

    @cached_property
    def clerk(self) -> dict[str, Clerk]:
        """Clerks by id."""
        return {clerk.id: clerk for clerk in self.clerks}

    @cached_property
    def clerk_on_keypad(self) -> dict[str, Clerk]:
        """Clerks by what they may type on a keypad: their number, or their id."""
        return {**self.clerk, **{clerk.number: clerk for clerk in self.clerks if clerk.number}}

    @cached_property
    def counter_of_unit(self) -> dict[str, str]:
        """Counter ids by the unit that stands there."""
        return {counter.unit: counter.id for counter in self.counters if counter.unit}

    @cached_property
    def board(self) -> dict[str, BoardPlace]:
        """Boards by unit."""
        return {board.unit: board for board in self.boards}

    @cached_property
    def kiosk(self) -> dict[str, KioskPlace]:
        """Kiosks by unit."""
        return {kiosk.unit: kiosk for kiosk in self.kiosks}

    @cached_property
    def role_of_unit(self) -> dict[str, Role]:
        """What each unit is."""
        return {
            **dict.fromkeys(self.counter_of_unit, Role.COUNTER),
            **dict.fromkeys(self.board, Role.BOARD),
            **dict.fromkeys(self.kiosk, Role.KIOSK),
        }

    @cached_property
    def number_of_unit(self) -> dict[str, int]:
        """The place in the plan, from 1, of each board among the boards and kiosk among these."""
        return {unit: n for units in (self.board, self.kiosk) for n, unit in enumerate(units, 1)}

    @cached_property
    def credit_s(self) -> dict[str, float]:
        """What each class of tickets is given as wait behind it, in seconds."""
        given = {kind.id: 60 * kind.credit_min for kind in self.priorities}
        return {**given, ORDINARY: 0.0, APPOINTMENT: 60 * self.appointments.credit_min}

    @cached_property
    def zone(self) -> ZoneInfo:
        """The hall's time zone."""
        return ZoneInfo(self.hall.time_zone)


def plan_mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """What no single section can know: doubled ids, and names that stand for nothing."""
    yield from doubles(raw.get("priorities"), "priorities", "id")
    yield from _roster_mistakes(raw)
    for section in ("services", "counters", "clerks"):
        yield from doubles(raw.get(section), section, "id")
    yield from doubles(raw.get("services"), "services", "prefix")
    yield from doubles(raw.get("counters"), "counters", "number")
    yield from doubles(raw.get("counters"), "counters", "unit")
    yield from _number_mistakes(raw)
    yield from _place_mistakes(raw)
    yield from floor_mistakes(raw)
    hours = raw.get("hours")
    special = hours.get("exceptions") if isinstance(hours, Mapping) else None
    yield from doubles(special, "hours.exceptions", "date")
    rating = raw.get("rating")
    levels = rating.get("levels") if isinstance(rating, Mapping) else None
    yield from doubles(levels, "rating.levels", "level")
    known = {str(item["id"]) for _, item in tables(raw.get("services")) if "id" in item}
    used: set[str] = set()
    for index, item in tables(raw.get("counters")):
        for key in ("services", "also"):
            names = item.get(key)
            for name in names if isinstance(names, list) else []:
                used.add(str(name))
                if str(name) not in known:
                    yield unknown_name(f"counters[{index + 1}].{key}", name, known, "service")
    for index, item in tables(raw.get("services")):
        if "id" in item and str(item["id"]) not in used:
            place = f"services[{index + 1}].id"
            yield Mistake(place, item["id"], "no counter serves it; nobody could be called")


def _number_mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Of clerks: what is typed on a keypad names one person, also where it is an id."""
    yield from doubles(raw.get("clerks"), "clerks", "number")
    ids = {str(item["id"]): index for index, item in tables(raw.get("clerks")) if "id" in item}
    for index, item in tables(raw.get("clerks")):
        number = item.get("number")
        if isinstance(number, str) and ids.get(number, index) != index:
            place = f"clerks[{index + 1}].number"
            yield Mistake(place, number, f"it is the id of clerks[{ids[number] + 1}]")


def _place_mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Of boards and kiosks: a unit is one thing only, and a series of numbers has one source."""
    services = {str(item["id"]) for _, item in tables(raw.get("services")) if "id" in item}
    units = {str(i["unit"]): "a counter" for _, i in tables(raw.get("counters")) if "unit" in i}
    prefixes = {str(i["prefix"]) for _, i in tables(raw.get("services")) if "prefix" in i}
    for section in ("boards", "kiosks"):
        for index, item in tables(raw.get(section)):
            place = f"{section}[{index + 1}]"
            unit, prefix = item.get("unit"), item.get("prefix")
            if isinstance(unit, str):
                if unit in units:
                    yield Mistake(f"{place}.unit", unit, f"the unit already is {units[unit]}")
                units[unit] = f"one of the {section}"
            if isinstance(prefix, str) and section == "kiosks":
                if prefix in prefixes:
                    yield Mistake(f"{place}.prefix", prefix, "other numbers begin with it")
                prefixes.add(prefix)
            names = item.get("services")
            for name in names if isinstance(names, list) else []:
                if str(name) not in services:
                    yield unknown_name(f"{place}.services", name, services, "service")


def _roster_mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    for key in ("clerk", "counter"):
        known = {str(item["id"]) for _, item in tables(raw.get(f"{key}s")) if "id" in item}
        for index, item in tables(raw.get("roster")):
            name = item.get(key)
            if isinstance(name, str) and name not in known:
                yield unknown_name(f"roster[{index + 1}].{key}", name, known, key)
