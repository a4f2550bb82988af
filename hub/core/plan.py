"""The hall as it is configured: services, counters, clerks, hours, rating scheme.

The plan is seeded from `hall.toml` and afterwards lives in the journal. It is checked by
`wire.settings`, so that every mistake is reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import time
from functools import cache, cached_property
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from wire.ids import Id
from wire.messages import Level, Text
from wire.settings import Mistake, Settings, doubles, tables, unknown_name

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SPAN = re.compile(r"^(\d\d):(\d\d)-(\d\d):(\d\d)$")
_DAY_MINUTES = 24 * 60


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks through the whole time zone database


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("no such time zone; write it like Asia/Shanghai")
    return name


def _clock_time(text: str) -> str:
    try:
        time.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a time like 04:00") from None
    return text


def _spans(text: str) -> str:
    before = 0
    for start, end in spans(text):
        if not before <= start < end <= _DAY_MINUTES:
            raise ValueError("spans go from earlier to later and do not overlap")
        before = end
    return text


def spans(text: str) -> list[tuple[int, int]]:
    """Opening spans like "08:30-12:00, 13:30-17:00" as minutes of the day.

    Raises ValueError if a span is not written so.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _SPAN.match(part)
        if match is None or int(match[2]) > 59 or int(match[4]) > 59:
            raise ValueError("expected spans like 08:30-12:00, 13:30-17:00")
        found.append((int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])))
    return found


PinHash = Annotated[str, Field(pattern=r"^scrypt\$\d+\$\d+\$\d+\$[0-9a-f]+\$[0-9a-f]+$")]
"""A PIN's scrypt hash, as `hall-hub pin-hash` prints it."""

Spans = Annotated[str, AfterValidator(_spans)]


class Hours(Settings):
    """When tickets are issued, for each weekday; an empty text is a closed day."""

    monday: Spans = "08:30-17:00"
    tuesday: Spans = "08:30-17:00"
    wednesday: Spans = "08:30-17:00"
    thursday: Spans = "08:30-17:00"
    friday: Spans = "08:30-17:00"
    saturday: Spans = ""
    sunday: Spans = ""


class HallName(Settings):
    """Which hall this is, and its calendar."""

    id: Id
    name: Text
    time_zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    day_starts: Annotated[str, AfterValidator(_clock_time)] = "04:00"


class Service(Settings):
    """What citizens come for. `prefix` begins its ticket numbers."""

    id: Id
    name: Text
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,2}$")]
    mean_s: Annotated[float, Field(gt=0, le=14_400)] = 600.0
    cv: Annotated[float, Field(gt=0, le=5)] = 0.8
    target_s: Annotated[float, Field(gt=0, le=28_800)] = 900.0


class Counter(Settings):
    """A place that serves. `number` is what people see, `unit` the Raspberry Pi at it."""

    id: Id
    number: Annotated[str, Field(min_length=1, max_length=6)]
    name: Text | None = None
    services: Annotated[tuple[Id, ...], Field(min_length=1)]
    unit: Id | None = None


class Clerk(Settings):
    """A person who serves."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=60)]
    pin_hash: PinHash


class RatingOption(Settings):
    """One rating key: a named level and the words beside it."""

    level: Level
    name: Text


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
    """The rating scheme: its keys, best first, and how long an invitation stays open."""

    invite_s: Annotated[float, Field(ge=3, le=120)] = 10.0
    levels: Annotated[tuple[RatingOption, ...], Field(min_length=2, max_length=5)] = Field(
        default_factory=_five_levels
    )


class Plan(Settings):
    """The whole hall. Order of services and counters is the order on the screens."""

    hall: HallName
    hours: Hours = Hours()
    rating: Rating = Rating()
    services: Annotated[tuple[Service, ...], Field(min_length=1)]
    counters: Annotated[tuple[Counter, ...], Field(min_length=1)]
    clerks: tuple[Clerk, ...] = ()

    @cached_property
    def service(self) -> dict[str, Service]:
        """Services by id."""
        return {service.id: service for service in self.services}

    @cached_property
    def counter(self) -> dict[str, Counter]:
        """Counters by id."""
        return {counter.id: counter for counter in self.counters}

    @cached_property
    def clerk(self) -> dict[str, Clerk]:
        """Clerks by id."""
        return {clerk.id: clerk for clerk in self.clerks}

    @cached_property
    def counter_of_unit(self) -> dict[str, str]:
        """Counter ids by the unit that stands there."""
        return {counter.unit: counter.id for counter in self.counters if counter.unit}

    @cached_property
    def zone(self) -> ZoneInfo:
        """The hall's time zone."""
        return ZoneInfo(self.hall.time_zone)


def plan_mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """What no single section can know: doubled ids, and names that stand for nothing."""
    for section in ("services", "counters", "clerks"):
        yield from doubles(raw.get(section), section, "id")
    yield from doubles(raw.get("services"), "services", "prefix")
    yield from doubles(raw.get("counters"), "counters", "number")
    yield from doubles(raw.get("counters"), "counters", "unit")
    rating = raw.get("rating")
    levels = rating.get("levels") if isinstance(rating, Mapping) else None
    yield from doubles(levels, "rating.levels", "level")
    known = {str(item["id"]) for _, item in tables(raw.get("services")) if "id" in item}
    used: set[str] = set()
    for index, item in tables(raw.get("counters")):
        services = item.get("services")
        for name in services if isinstance(services, list) else []:
            used.add(str(name))
            if str(name) not in known:
                yield unknown_name(f"counters[{index + 1}].services", name, known, "service")
    for index, item in tables(raw.get("services")):
        if "id" in item and str(item["id"]) not in used:
            place = f"services[{index + 1}].id"
            yield Mistake(place, item["id"], "no counter serves it; nobody could be called")
