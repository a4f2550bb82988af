"""What people call the ids and numbers of a report, in one language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.core.plan import Plan
from hub.journal.sums import LEVELS
from hub.web.texts import Language, Words, both, marked
from hub.web.words import WHY_NOT_COUNTED, why_set_aside

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


class Names:
    """Names by the plan in force; an id that has left the plan stands for itself."""

    def __init__(self, plan: Plan, language: Language) -> None:
        self.plan = plan
        self.language: Language = language

    def say(self, text: str, **values: Any) -> str:
        """A text of ours."""
        return self.own(both(text, **values))

    def own(self, words: Words | Any) -> str:
        """The side of our language."""
        return str(getattr(words, self.language))

    def service(self, id_: str) -> str:
        """A service by its name."""
        found = self.plan.service.get(id_)
        return self.own(found.name) if found else id_ or self.say(UNKNOWN_SERVICE)

    def counter(self, id_: str) -> str:
        """A counter by its number."""
        found = self.plan.counter.get(id_)
        return found.number if found else id_

    def clerk(self, id_: str | None) -> str:
        """A clerk by their name."""
        found = self.plan.clerk.get(id_ or "")
        return found.name if found else id_ or ""

    def level(self, level: str) -> str:
        """A level by the words of the hall's scheme."""
        options = {option.level.value: option.name for option in self.plan.rating.levels}
        return self.own(options[level]) if level in options else self.say(_LEVEL[level])

    def column(self, name: str) -> str:
        """A level by the name of its column."""
        return self.level(LEVELS[name])

    def tag(self, code: str) -> str:
        """A reason by its words."""
        for option in self.plan.rating.levels:
            for tag in option.asked:
                if tag.code == code:
                    return self.own(tag.name)
        return code

    def kind(self, kind: str) -> str:
        """A class of tickets."""
        if kind == "appointment":
            return self.say(marked("Appointment"))
        found = next((p.name for p in self.plan.priorities if p.id == kind), None)
        return self.own(found) if found else kind

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


_LEVEL = {
    "very_satisfied": marked("Very satisfied"),
    "satisfied": marked("Satisfied"),
    "fairly_satisfied": marked("Fairly satisfied"),
    "dissatisfied": marked("Dissatisfied"),
    "very_dissatisfied": marked("Very dissatisfied"),
}
