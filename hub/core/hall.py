"""The hall: what the events so far add up to.

`Hall.apply` is the only way in which it changes. It accepts every event that `decide` made
and raises on anything else, because a journal that does not fit the rules must not be
loaded as if it did. `version` counts the events, and is the journal's sequence number.
"""

from __future__ import annotations

from typing import Any

from hub.core import (
    accounts,
    counter_events,
    forks,
    grant_events,
    hub_events,
    snapshot,
    ticket_events,
)
from hub.core import events as e
from hub.core.state import HistoryError, News, State
from hub.core.tickets import IllegalStep

FEED_LENGTH = 60
"""How many lines of news the pages show."""

_HANDLERS = {
    **hub_events.HANDLERS,
    **ticket_events.HANDLERS,
    **counter_events.HANDLERS,
    **grant_events.HANDLERS,
    **accounts.HANDLERS,
    **forks.HANDLERS,
}


class Hall(State):
    """The whole state, and the only way to change it."""

    def apply(self, event: e.Event) -> None:
        """Let an event happen.

        Raises HistoryError if it cannot happen in this state.
        """
        handler = _HANDLERS.get(type(event))
        if handler is None:
            raise HistoryError(f"nobody knows how to apply {event}")
        strips = self.strips
        if event.at >= strips.until and self.configured:
            strips = strips.rolled(event.at, self.lines, self.plan.service)
        try:
            handler(self, event)
        except (LookupError, ValueError, TypeError, AttributeError, IllegalStep) as error:
            raise HistoryError(f"{event} does not fit version {self.version}: {error}") from error
        self.version += 1
        self.strips = strips
        if isinstance(event, _CHANGES_A_COUNTER) and not _is_presumed(event):
            counter = self.counters.get(event.counter or "")
            if counter is not None:
                counter.version = self.version
        if isinstance(event, _NEWS) and not _goes_by_itself(event):
            self.feed.append(News(self.version, event.at, type(event).__name__, event.content()))
            del self.feed[:-FEED_LENGTH]

    def dump(self) -> dict[str, Any]:
        """The whole state as plain data, for a snapshot."""
        return snapshot.dump(self)

    @classmethod
    def load(cls, data: dict[str, Any]) -> Hall:
        """The inverse of `dump`.

        Raises HistoryError for data that it did not make.
        """
        hall = cls()
        snapshot.restore(hall, data)
        return hall


def _is_presumed(event: e.Event) -> bool:
    # That a service is presumed to have begun changes nothing that a person decides on: what
    # was right to press a moment before is still right.
    return isinstance(event, e.ServiceStarted) and event.presumed


def _goes_by_itself(event: e.Event) -> bool:
    # Grants end all day long; that a person has ended one by their word is for others to know.
    return isinstance(event, e.GrantsEnded) and event.why != "not_called"


_CHANGES_A_COUNTER = (
    e.TicketCalled,
    e.TicketRecalled,
    e.CallVoided,
    e.ServiceStarted,
    e.TicketMissed,
    e.TicketHeld,
    e.TicketResumed,
    e.TicketTransferred,
    e.TicketDone,
    e.TicketExpired,
    e.StepUndone,
    e.ClerkSignedIn,
    e.ClerkSignedOut,
    e.CounterOpened,
    e.CounterClosed,
    e.CounterPaused,
    e.CounterResumed,
    e.ServedUnnumbered,
)
"""These change what a person at the counter decides on; a command must have seen them."""

_NEWS = (
    e.EpochStarted,
    e.DayBegan,
    e.HallOpened,
    e.HallClosed,
    e.NoticeSet,
    e.TicketIssued,
    e.TicketCheckedIn,
    e.TicketCalled,
    e.TicketRecalled,
    e.CallVoided,
    e.TicketMissed,
    e.TicketReturned,
    e.TicketHeld,
    e.TicketResumed,
    e.TicketReleased,
    e.TicketTransferred,
    e.TicketDone,
    e.TicketCancelled,
    e.StepUndone,
    e.ClerkSignedIn,
    e.ClerkSignedOut,
    e.CounterOpened,
    e.CounterClosed,
    e.CounterPaused,
    e.CounterResumed,
    e.AttendanceNoted,
    e.ServiceAdded,
    e.ServiceTakenBack,
    e.AdviceGiven,
    e.AdviceClosed,
    e.AdviceUndone,
    e.AlarmAcknowledged,
    e.Flagged,
    e.UnitJoined,
    e.UnitLost,
    e.UnitBack,
    e.RunPlaced,
    e.Rated,
    e.Unrated,
    e.RecordQuarantined,
    e.ForkReviewed,
    e.NumberSetAside,
    e.ServedUnnumbered,
    e.CalledApart,
    e.HealthNoted,
    e.RestoreBegan,
    e.UnitAnswered,
    e.AnotherAnswered,
    e.RestoreEnded,
    e.RecordsLost,
    e.GrantsDoubted,
    e.GrantsEnded,
)
