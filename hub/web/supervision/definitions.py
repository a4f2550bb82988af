"""What each figure means. `docs/reports.md` says the same, with where each rule comes from."""

from __future__ import annotations

from typing import Final

from hub.web.texts import marked

DEFINITIONS: Final = (
    (
        marked("Numbers taken"),
        marked(
            "Tickets given out in the period, and visits without a number. A transfer, a further "
            "service and a citizen who comes back are turns of the same ticket."
        ),
    ),
    (
        marked("Served"),
        marked("Turns that ended with “done”. What was taken back does not count."),
    ),
    (
        marked("Wait"),
        marked(
            "From the number, the transfer or the return to the call, for every turn that was "
            "called; for an appointment from its time, if that is later. Counted in the hour in "
            "which the wait began."
        ),
    ),
    (
        marked("Median and 90th percentile"),
        marked("Half, and nine of ten, of all waits are no longer; to a quarter of a minute."),
    ),
    (
        marked("Over target"),
        marked("Waits longer than the service's target when the wait began, of all waits."),
    ),
    (
        marked("Length of a service"),
        marked("From its start, or the call if nobody pressed start, to its end, without holds."),
    ),
    (
        marked("No-show share"),
        marked("Calls to which nobody came, of all turns that were called."),
    ),
    (
        marked("Rated"),
        marked(
            "Services with a first rating that counts. Each was pressed by a person: none is ever "
            "filled in. Counted for the day and hour of the call, however late it arrived."
        ),
    ),
    (
        marked("Unrated share"),
        marked("Services that could be rated and were not, of all that could be rated."),
    ),
    (
        marked("Satisfaction"),
        marked(
            "Ratings of the upper three levels (very satisfied, satisfied, fairly satisfied), of "
            "all ratings that count. Unrated services are in neither number."
        ),
    ),
    (
        marked("Bad rating"),
        marked("Dissatisfied or very dissatisfied."),
    ),
    (
        marked("Kept, not counted"),
        marked(
            "A second rating of a call, one from another counter, before the end of the service, "
            "or of a call that nobody knows. It is kept with the reason and is in no figure."
        ),
    ),
)
"""Name and meaning of each figure."""
