"""The texts that the pages' scripts say, by the names under which the scripts know them."""

from __future__ import annotations

from hub.web.texts import Language, catalogue, marked

COMMON = {
    "live": marked("Live"),
    "old": marked("Data {age} old"),
    "connecting": marked("Connecting"),
    "seconds": marked("{n} s"),
    "minutes": marked("{n} min"),
    "hours": marked("{h} h {m} min"),
    "no_wait": marked("no wait"),
    "within_minutes": marked("within {high} min"),
    "range_minutes": marked("{low}–{high} min"),
    "no_counter": marked("no counter open"),
}

HALL = {
    "open": marked("Hall open"),
    "closed": marked("Hall closed"),
    "opens_at": marked("Hall closed, opens {time}"),
    "none": marked("—"),
    "open_of": marked("{open} of {all}"),
    "longest_of_target": marked("longest {age}, target {target}"),
    "nobody_waits": marked("nobody waits"),
    "counters_open": marked("{open} of {all} counters open"),
    "load_quiet": marked("quiet"),
    "load_steady": marked("steady"),
    "load_busy": marked("busy"),
    "load_over": marked("over target"),
    "load_stuck": marked("nobody serves"),
    "state_closed": marked("closed"),
    "state_idle": marked("free"),
    "state_called": marked("called"),
    "state_recalled": marked("called again"),
    "state_serving": marked("serving"),
    "no_clerk": marked("no clerk"),
    "unit_heard": marked("unit connected"),
    "unit_lost": marked("unit lost since {time} ({age})"),
    "unit_unheard": marked("unit not heard yet"),
    "no_unit": marked("no unit"),
    "invited": marked("{number} may rate, {age} left"),
    "rejected": marked("{count} messages were rejected since the hub started"),
    "none_open": marked("No counter is open"),
    "free_counters": marked("{count} of them free"),
    "taken": marked("Taken today: {count}"),
    "missed": marked("{count} did not come"),
    "content": marked("{share} satisfied"),
    "unrated_of": marked("{count} of {all} invitations"),
}

CLERK = {
    "state_closed": marked("Counter closed"),
    "state_idle": marked("Counter free"),
    "state_called": marked("Called"),
    "state_recalled": marked("Called again"),
    "state_serving": marked("Serving"),
    "invited": marked("{number} may rate, {age} left"),
    "since": marked("for {age}"),
    "served": marked("{count} served today"),
    "waiting": marked("{count} waiting for this counter"),
    "sending": marked("Sending…"),
    "no_link": marked("No connection to the hall; trying again…"),
    "gave_up": marked("The hall cannot be reached. Nothing is lost: try again in a moment"),
    "nothing_waiting": marked("Nobody is waiting for this counter"),
    "done": marked("Done"),
    "why_open": marked("Open the counter first"),
    "why_busy": marked("{number} is still here"),
    "why_nobody": marked("Nobody is called"),
    "why_serving": marked("Already serving"),
    "why_old": marked("Waiting for the connection"),
    "open_counter": marked("Open counter"),
    "close_counter": marked("Close counter"),
    "refused_stale": marked("The counter had changed meanwhile; this is how it stands now"),
    "refused_busy": marked("Finish the ticket at this counter first"),
    "refused_not_signed_in": marked("Sign in first"),
    "refused_closed": marked("Open the counter first"),
    "refused_wrong_pin": marked("Clerk or PIN is wrong"),
    "refused_too_many_attempts": marked("Too many wrong PINs; wait five minutes"),
    "refused_signed_in_elsewhere": marked("This clerk is still serving at another counter"),
    "refused_nothing_in_hand": marked("Nobody is called at this counter"),
    "refused_illegal_step": marked("That is not possible in this state of the ticket"),
    "refused_unavailable": marked("The hall cannot store this right now; nothing has changed"),
    "refused": marked("The hall did not accept this: {code}"),
}

TICKET = {
    "title_called": marked("{number}: go to counter {counter}"),
    "title": marked("{number} · your number"),
}

TAKE = {
    "ahead": marked("{count} ahead"),
}


def script_texts(language: Language, *groups: dict[str, str]) -> dict[str, str]:
    """The texts of some groups, and the common ones, in a language."""
    translated = catalogue(language).gettext
    wanted = {name: text for group in (COMMON, *groups) for name, text in group.items()}
    return {name: translated(text) for name, text in wanted.items()}
