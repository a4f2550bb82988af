"""What people call the ids and numbers of a report, in one language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import inf, nextafter
from typing import Any

from hub.core.plan import Plan
from hub.core.tickets import APPOINTMENT
from hub.journal.sums import LEVELS
from hub.reports.past_names import Kind, PastNames, Unread
from hub.web.supervision.details import detail_words
from hub.web.texts import Language, Words, both, marked
from hub.web.words import WHY_NOT_COUNTED, why_set_aside
from wire.messages import Text

UNKNOWN_SERVICE = marked("Unknown service")
NO_NUMBER = marked("No number")
UNIT = marked("unit {unit}")
BY_PHONE = marked("on the ticket's page")

STATES = {
    "booked": marked("booked"),
    "waiting": marked("waiting"),
    "called": marked("called"),
    "serving": marked("being served"),
    "held": marked("on hold"),
    "done": marked("served"),
    "transferred": marked("transferred"),
    "released": marked("back in line"),
    "missed": marked("did not come"),
    "cancelled": marked("given up"),
    "expired": marked("expired"),
}

CHANNELS = {
    "web": marked("web page"),
    "kiosk": marked("kiosk"),
    "kiosk-alone": marked("kiosk, cut off"),
    "without_number": marked("without a number"),
}

SURE = {
    "run": marked("known exactly"),
    "wall": marked("by the unit's own clock"),
    "interval": marked("known within an interval only"),
    "guess": marked("nothing but the unit's word"),
}
"""How a time is known."""

BEFORE = marked("{now} (before: {before})")
"""Over a period in which it was called two things."""


UNREAD = marked(
    "Stored plans of the hall cannot be read. Names are those of before, or else the first that "
    "are known, for: {times}."
)
UNREAD_BETWEEN = marked("{since} to {until} (event {events})")
UNREAD_SINCE = marked("{since} and later (event {events})")


@dataclass(frozen=True, slots=True)
class Then:
    """What things were called, and the period that a report is about, in wall seconds."""

    names: PastNames
    since: float
    until: float

    def of(self, kind: Kind, id_: str, at: float | None) -> list[Text]:
        """The name at a moment; without one every name of the period, the last first."""
        if at is None:
            return self.names.during(kind, id_, self.since, self.until)
        found = self.names.then(kind, id_, at)
        return [] if found is None else [found]


class Names:
    """Names as they were: at a moment, or over the period where what is named is a sum over it.

    An id that never was in a plan stands for itself.
    """

    def __init__(self, plan: Plan, language: Language, then: Then) -> None:
        self.plan = plan
        self.language: Language = language
        self._then = then

    def say(self, text: str, **values: Any) -> str:
        """A text of ours."""
        return self.own(both(text, **values))

    def own(self, words: Words | Any) -> str:
        """The side of our language."""
        return str(getattr(words, self.language))

    def joined(self, names: Iterable[str]) -> str:
        """Several names, one after the other."""
        return ("、" if self.language == "zh" else ", ").join(names)

    def hall(self) -> str:
        """The hall's name."""
        return self._called("hall", "", None)

    def service(self, id_: str, at: float | None = None) -> str:
        """A service by its name."""
        return self._called("service", id_, at) if id_ else self.say(UNKNOWN_SERVICE)

    def counter(self, id_: str, at: float | None = None) -> str:
        """A counter by its number."""
        return self._called("counter", id_, at)

    def clerk(self, id_: str | None, at: float | None = None) -> str:
        """A clerk by their name."""
        return self._called("clerk", id_ or "", at)

    def level(self, level: str, at: float | None = None) -> str:
        """A level by the words of the hall's scheme."""
        words = self._called("level", level, at)
        return self.say(_LEVEL[level]) if words == level and level in _LEVEL else words

    def column(self, name: str) -> str:
        """A level by the name of its column."""
        return self.level(LEVELS[name])

    def tag(self, code: str, at: float | None = None) -> str:
        """A reason by its words."""
        return self._called("tag", code, at)

    def kind(self, kind: str, at: float | None = None) -> str:
        """A class of tickets."""
        if kind == APPOINTMENT:
            return self.say(marked("Appointment"))
        return self._called("class", kind, at)

    def _called(self, kind: Kind, id_: str, at: float | None) -> str:
        """A name, or the id itself; with the names whose place it took in the period."""
        names = list(dict.fromkeys(self.own(name) for name in self._then.of(kind, id_, at)))
        if len(names) < 2:
            return names[0] if names else id_
        return self.say(BEFORE, now=names[0], before=self.joined(names[1:]))

    def unread(self, since: float | None = None, until: float | None = None) -> str:
        """That names of the period, or of these moments, are not those of then; "" if they are.

        `until` is the last moment. Known, as names are, once the journal has been looked at.
        """
        past, then = self._then.names, self._then
        found = (
            past.unread(then.since, then.until)
            if since is None or until is None
            else past.unread(since, nextafter(until, inf))
        )
        return self.say(UNREAD, times=self.joined(map(self._stretch, found))) if found else ""

    def _stretch(self, unread: Unread) -> str:
        events = self.joined(map(str, unread.events))
        since, until = self.moment(unread.since), unread.until
        if until == inf:
            return self.say(UNREAD_SINCE, since=since, events=events)
        return self.say(UNREAD_BETWEEN, since=since, until=self.moment(until), events=events)

    def state(self, state: str) -> str:
        """What has become of a turn."""
        return self.say(STATES[state]) if state in STATES else state

    def channel(self, channel: str) -> str:
        """Where a number was taken."""
        return self.say(CHANNELS[channel]) if channel in CHANNELS else channel

    def sure(self, sure: str) -> str:
        """How a time is known."""
        word = sure.partition(" ")[0]
        return self.say(SURE[word]) if word in SURE else sure

    def why_not(self, why: str | None) -> str:
        """Why a rating does not count."""
        if why is None:
            return ""
        return self.say(WHY_NOT_COUNTED[why]) if why in WHY_NOT_COUNTED else why

    def aside(self, code: str) -> str:
        """Why a record was set aside."""
        return self.own(why_set_aside(code))

    def detail(self, detail: str) -> str:
        """What stands beside a record that was set aside."""
        return self.own(detail_words(detail))

    def source(self, unit: str) -> str:
        """What took a rating: a unit, or somebody's phone."""
        return self.say(UNIT, unit=unit) if unit else self.say(BY_PHONE)

    def number(self, number: str) -> str:
        """A ticket's number, or that there is none."""
        return number or self.say(NO_NUMBER)

    # --- numbers and times ------------------------------------------------------------------

    def minutes(self, seconds: float | None) -> str:
        """A duration in minutes with one decimal; a dash for none."""
        return "–" if seconds is None else f"{seconds / 60:.1f}"

    def percent(self, share: float | None) -> str:
        """A share in percent with one decimal; a dash for none."""
        return "–" if share is None else f"{share:.1%}"

    def count(self, number: int) -> str:
        """A count with its thousands apart."""
        return f"{number:,}"

    def moment(self, wall_s: float | None) -> str:
        """A time in the hall."""
        if wall_s is None:
            return ""
        return datetime.fromtimestamp(wall_s, self.plan.zone).strftime("%Y-%m-%d %H:%M:%S")

    def hour(self, hour: int) -> str:
        """An hour of the day."""
        return f"{hour:02d}:00"

    def in_order(self, hours: Iterable[int]) -> list[int]:
        """Hours as they follow each other in a business day, which may end after midnight."""
        first = int(self.plan.hall.day_starts[:2])
        return sorted(hours, key=lambda hour: (hour - first) % 24)


_LEVEL = {
    "very_satisfied": marked("Very satisfied"),
    "satisfied": marked("Satisfied"),
    "fairly_satisfied": marked("Fairly satisfied"),
    "dissatisfied": marked("Dissatisfied"),
    "very_dissatisfied": marked("Very dissatisfied"),
}
