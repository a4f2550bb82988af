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
    "no_forecast": marked("—"),
    "back_in": marked("back in {age}"),
    "back_overdue": marked("should be back since {age}"),
    "back_unknown": marked("return not announced"),
    "sending": marked("Sending…"),
    "no_link": marked("No connection to the hall; trying again…"),
    "gave_up": marked("The hall cannot be reached. Nothing is lost: try again in a moment"),
    "refused": marked("The hall did not accept this: {code}"),
    "no_number": marked("No number"),
    "without_number": marked("a visitor without a number"),
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
    "alone_count": marked("{count} numbers were printed while kiosks were cut off"),
    "alone_up_to": marked("up to {number}, printed {time}"),
    "alone_swept": marked("Closed: those printed until {time}"),
    "none_open": marked("No counter is open"),
    "free_counters": marked("{count} of them free"),
    "taken": marked("Taken today: {count}"),
    "missed": marked("{count} did not come"),
    "content": marked("{share} satisfied"),
    "unrated_of": marked("{count} of {all} invitations"),
    "state_paused": marked("paused"),
    "paused_counters": marked("{count} paused"),
    "of_class": marked("{name}: {count}"),
    "on_hold": marked("{count} on hold: {numbers}"),
    "added": marked("(added)"),
    "hot_line": marked("hot line: {service}"),
    "for": marked("for {age}"),
    "gain": marked("{minutes} min less mean wait"),
    "gain_all": marked("{minutes} min less waiting in all within {within} min"),
    "last_known": marked("last known"),
    "advice_apply": marked("Apply"),
    "advice_dismiss": marked("Dismiss"),
    "advised_apply": marked("Applied: {text}"),
    "advised_dismiss": marked("Dismissed: {text}"),
    "refused_busy": marked("That counter is serving somebody; try again when it is free"),
    "refused_unknown_advice": marked("This advice is not given any more"),
    "refused_no_skill": marked("That counter does not have the skill for it"),
    "refused_not_added": marked("That counter serves this by the plan"),
    "told_nothing": marked("Nothing is told"),
    "told_notice": marked("The notice is on the boards"),
    "told_emergency": marked("An emergency text covers all boards"),
    "told_shown": marked("On the boards now"),
    "told_taken": marked("Taken off the boards"),
    "apart_also": marked("{count} more kept by cut-off counters"),
    "apart_waits": marked("waits {age}"),
    "apart_held": marked("held by counter {counter}, cut off since {time}"),
    "apart_left": marked("held by counter {counter}, whose unit has been replaced"),
    "apart_doubted": marked(
        "may have been called at counter {counter}: a record of its unit cannot be read"
    ),
    "apart_may_call": marked("It may be called there until {time}"),
    "apart_cannot_call": marked("It can no longer be called there"),
    "apart_give": marked("Not called: give it to the others"),
    "apart_given": marked("Every counter can call {number} now"),
    "apart_sure_title": marked("Is the unit at counter {counter} switched off?"),
    "apart_sure_text": marked(
        "Cut off as it is, it may call {number} by itself until {time}; two counters would then "
        "call the same person. Go on only if you have seen that the unit is off, and that "
        "{number} was not called there."
    ),
    "apart_sure_yes": marked("The unit is off: give {number} to the others"),
    "refused_not_granted": marked("Every counter can call this number already"),
    "restored_waits": marked("Nothing is called and no number is given. Waiting for: {units}"),
    "restored_instead": marked("{unit} (another disk answers in its place since {time})"),
    "restored_gone_on": marked("The hall goes on"),
    "refused_others_missing": marked("Another unit is missing too; look again"),
    "and_more": marked(", "),
    "no_forecast_yet": marked("no forecast"),
    "expected_note": marked("{most}; shortest {least}: {wait}"),
    "strip": marked(
        "Last {span}: {most} waited at most, {now} at the last look; longest wait {longest}"
    ),
    "tile_load": marked("{waiting} wait for it · {served} served"),
    "usual": marked("usually {usual}"),
    "usual_over": marked("long: usually {usual}"),
    "unit_faulty": marked("unit connected, something fails"),
    "unit_alone": marked("alone since {time} ({age})"),
    "sound_on": marked("Sound on"),
    "sound_off": marked("Sound off"),
    "sound_waits": marked("Sound: click once"),
    "alarm_see": marked("Seen"),
    "alarm_group": marked("{count} alarms like this: {first}, …"),
    "alarm_all": marked("All of these alarms"),
    "alarm_seen": marked("Acknowledged: {text}"),
    "alarm_seen_by": marked("seen by {name}, {time}"),
    "alarm_silent": marked("The hub is not heard"),
    "alarm_silent_why": marked("What stands here is old. Look at the network, and at the hub"),
    "advice_undo": marked("Undo"),
    "advised_applied": marked("Applied: {text}"),
    "advised_dismissed": marked("Dismissed: {text}"),
    "advised_undo": marked("Taken back: {text}"),
    "refused_undo_too_late": marked("It is too late to take that back"),
    "refused_unknown_alarm": marked("The cause of this alarm has gone"),
    "refused_stale": marked("It has come again; look once more"),
    "unit_board": marked("Board {unit}"),
    "unit_kiosk": marked("Kiosk {unit}"),
}

FLOOR = {
    "spot_counter": marked("Counter {number}"),
    "spot_waits": marked("{count} waiting"),
    "spot_apart": marked("cut off"),
    "heat_hot": marked("hot"),
    "heat_slow": marked("slow"),
    "heat_cold": marked("cold"),
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
    "nothing_waiting": marked("Nobody is waiting for this counter"),
    "done": marked("Done"),
    "why_open": marked("Open the counter first"),
    "why_busy": marked("{number} is still here"),
    "why_nobody": marked("Nobody is called"),
    "why_serving": marked("Already serving"),
    "why_old": marked("Waiting for the connection"),
    "state_paused": marked("Paused"),
    "further": marked("Afterwards: {services}"),
    "first": marked("Next: {why}"),
    "kept": marked("this counter alone"),
    "go_on": marked("Go on"),
    "usual": marked("usually {usual}"),
    "usual_over": marked("long: usually {usual}"),
    "undo_next": marked("the call of {number} ({age})"),
    "undo_no_show": marked("no-show of {number} ({age})"),
    "undo_done": marked("the end of {number} ({age})"),
    "undo_hold": marked("{number} on hold ({age})"),
    "undo_transfer": marked("sending {number} on ({age})"),
    "transfer_title": marked("Send {number} on"),
    "same_service": marked("{service} (as now)"),
    "any_counter": marked("Any counter that serves it"),
    "counter_named": marked("Counter {number} {name}"),
    "counter_closed": marked("{counter} (closed)"),
    "refused_nothing_on_hold": marked("This counter has no such ticket on hold"),
    "refused_nothing_to_undo": marked("There is nothing to take back here"),
    "refused_undo_too_late": marked("It is too late to take that step back"),
    "refused_transfer_closed": marked("That counter is closed"),
    "refused_no_skill": marked("That counter does not serve this"),
    "refused_nowhere": marked("Choose another service, or a counter."),
    "refused_restoring": marked(
        "The hall was restored from a backup: nobody is called before its units have answered"
    ),
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
    "cut_off": marked(
        "The unit at this counter is cut off since {time} and decides by itself. Look at its "
        "screen before you press anything here."
    ),
    "unheard": marked("The unit at this counter is not heard yet; it may be deciding by itself."),
}

TICKET = {
    "title_called": marked("{number}: go to counter {counter}"),
    "title": marked("{number} · your number"),
    "title_booked": marked("Your appointment"),
    "left": marked("{age} left"),
    "back_until": marked("You can come back until {time} and keep the time you have waited."),
    "signal_on": marked("Sound and vibration are on"),
    "signal_off": marked("Call me with sound and vibration"),
    "signal_note": marked("Keep this page open, and your phone's sound on."),
    "signal_page": marked("Keep this page open. It tells you when it is your turn."),
    "say_call": marked("{number}, please go to counter {counter}"),
    "rate_what": marked("{service}, counter {counter}"),
    "rate_until": marked("until {time}"),
    "apart_doubted": marked(
        "You may already have been called to counter {counter}: what it noted cannot be read."
    ),
    "apart_since": marked("Counter {counter} keeps your number and is cut off since {time}."),
    "apart_left": marked("Counter {counter} keeps your number and cannot be reached."),
    "apart_may_call": marked(
        "It may call you by itself until {time}: look at its sign. After that you can say here "
        "that you were not called."
    ),
    "apart_say_so": marked(
        "If you were not called there, say so: then every counter can call you."
    ),
}

TAKE = {
    "ahead": marked("{count} ahead"),
}


def script_texts(language: Language, *groups: dict[str, str]) -> dict[str, str]:
    """The texts of some groups, and the common ones, in a language."""
    translated = catalogue(language).gettext
    wanted = {name: text for group in (COMMON, *groups) for name, text in group.items()}
    return {name: translated(text) for name, text in wanted.items()}
