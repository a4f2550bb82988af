"""What happens in a hall on a simulated day: the file that `hall-hub simulate` is given.

Times of the day are the hall's ("09:45"); what is generated counts seconds from the opening.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from wire.settings import FileSettings, Mistake, Settings, tables

_SHAPE = (1.0, *[1.4] * 4, *[1.1] * 2, *[0.5] * 3, *[1.1] * 4, *[0.75] * 2)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise ValueError("expected a time like 09:45")
    return text


def seconds_of_day(clock: str) -> float:
    """Seconds after midnight of a time like "09:45"."""
    return int(clock[:2]) * 3600.0 + int(clock[3:]) * 60.0


Clock = Annotated[str, AfterValidator(_clock)]
Share = Annotated[float, Field(ge=0, le=1)]
Times = Annotated[float, Field(gt=0, le=20)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
SomeWindows = Annotated[int, Field(ge=0, le=1000)]


class Surge(Settings):
    """A service gets `times` its arrivals between two times of the day."""

    service: str
    times: Times
    start: Clock
    end: Clock


class Break(Settings):
    """Windows are away between two times, unannounced unless `planned`.

    They are named in `windows`, or `number` of them are drawn, all of one primary service.
    """

    windows: tuple[str, ...] = ()
    number: SomeWindows = 0
    start: Clock
    end: Clock
    planned: bool = False


class Slow(Settings):
    """Windows need `times` as long as the hub believes, all day.

    They are named in `windows`, or `number` of them are drawn.
    """

    windows: tuple[str, ...] = ()
    number: SomeWindows = 0
    times: Times


class Description(FileSettings):
    """What happens in a hall on a day. Times of the day are the hall's.

    `load` is the day's work over the windows' time (1 = all windows busy all the time);
    `shape` the arrival rate over equal parts of the day, relative; `weights` multiply a
    service's work, the others having so much less that the load stays; `per_day` gives a
    service's tickets outright. Lunches go round the windows of a service; a service's
    only one has none.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")] = "day"
    opens: Clock = "08:30"
    closes: Clock = "16:30"
    load: Annotated[float, Field(gt=0, le=5)] = 0.76
    shape: Annotated[
        tuple[Annotated[float, Field(ge=0, le=1000)], ...], Field(min_length=1, max_length=288)
    ] = _SHAPE
    weights: dict[str, Annotated[float, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    per_day: dict[str, Annotated[float, Field(ge=0, le=20_000)]] = Field(default_factory=dict)
    no_show: Share = 0.05
    call_timeout_s: Annotated[float, Field(ge=0, le=3600)] = 60.0
    priority: Share = 0.07
    patience_median_s: Seconds = 5400.0
    patience_sigma: Annotated[float, Field(ge=0, le=3)] = 0.6
    speed_sd: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    pauses_per_day: Annotated[float, Field(ge=0, le=50)] = 2.0
    pause_mean_s: Seconds = 360.0
    lunches: tuple[Clock, ...] = ("11:45", "12:35")
    lunch_s: Seconds = 2700.0
    surges: tuple[Surge, ...] = ()
    breaks: tuple[Break, ...] = ()
    slow: tuple[Slow, ...] = ()

    @classmethod
    def cross_check(cls, raw: Mapping[str, Any]) -> Iterator[Mistake]:
        """Times that are in the wrong order or outside the day, and a day without arrivals."""
        opens, closes = (
            str(raw.get(key, cls.model_fields[key].default)) for key in ("opens", "closes")
        )
        if _both_clocks(opens, closes) and opens >= closes:
            yield Mistake("closes", closes, f"is not after it opens at {opens}")
        for section in ("surges", "breaks"):
            for index, item in tables(raw.get(section)):
                yield from _span_mistakes(f"{section}[{index + 1}]", item, opens, closes)
        for section in ("breaks", "slow"):
            for index, item in tables(raw.get(section)):
                if bool(item.get("windows")) == bool(item.get("number")):
                    place = f"{section}[{index + 1}]"
                    yield Mistake(place, None, "names windows, or a number of them; one of both")
        shape = raw.get("shape")
        if isinstance(shape, list) and shape and not any(shape):
            yield Mistake("shape", shape, "nobody would come")

    @property
    def day_s(self) -> float:
        """How long numbers are issued, in seconds."""
        return seconds_of_day(self.closes) - seconds_of_day(self.opens)

    def after_opening(self, clock: str) -> float:
        """Seconds after the opening."""
        return seconds_of_day(clock) - seconds_of_day(self.opens)


def _both_clocks(*texts: object) -> bool:
    return all(isinstance(text, str) and _CLOCK.fullmatch(text) for text in texts)


def _span_mistakes(
    place: str, item: Mapping[str, Any], opens: str, closes: str
) -> Iterator[Mistake]:
    start, end = item.get("start"), item.get("end")
    if not _both_clocks(start, end, opens, closes):
        return  # said by the schema
    if not str(start) < str(end):
        yield Mistake(f"{place}.end", end, f"is not after its start at {start}")
    elif not opens <= str(start) < str(end) <= closes:
        yield Mistake(place, f"{start}-{end}", f"lies outside the day, {opens} to {closes}")
