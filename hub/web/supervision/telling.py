"""The story of a visit in words, each event with its why: as the operator's news say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.core.hall import Hall
from hub.core.plan import Plan
from hub.core.state import Call, News
from hub.core.tickets import Ticket, TicketState
from hub.reports.story import Story, Told
from hub.web.news_why import why_news
from hub.web.supervision.names import Names
from hub.web.texts import Words, both, marked
from hub.web.words import news_text

_ALSO = {
    "TicketBooked": marked("An appointment was agreed"),
    "ServiceStarted": marked("The service began"),
    "TicketExpired": marked("The day ended: the number has expired"),
    "EndedApart": marked("The service ended"),
    "GrantsGiven": marked("Lent to counter {counter}, which may call it if it is cut off"),
    "GrantsWithdrawn": marked("Asked back from counter {counter}"),
    "GrantsEnded": marked("No longer lent to counter {counter}"),
    "RatingTagged": marked("Reasons were given: {tags}"),
}
"""What the operator's news leave out."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a story."""

    sequence: int
    at: float
    kind: str
    text: str
    why: str


class Teller:
    """Says what happened in a visit, each event by the plan that was in force then."""

    def __init__(self, names: Names, story: Story) -> None:
        self._names = names
        self._story = story
        plans = story.plans or ((0, names.plan),)  # none can be read: today's has words, at least
        self._halls = [(since, self._hall(plan)) for since, plan in plans]

    def _hall(self, plan: Plan) -> Hall:
        """What the words are made from: a hall of which nothing is known but the visit."""
        hall = Hall()
        hall.set_plan(plan)
        for turn in self._story.turns:
            _know(hall, turn)
        return hall

    def _at(self, sequence: int) -> Hall:
        """The hall as it was arranged at an event."""
        halls = (hall for since, hall in reversed(self._halls) if since <= sequence)
        return next(halls, self._halls[0][1])

    def lines(self) -> list[Line]:
        """Every event in words."""
        return [self._line(told) for told in self._story.events]

    def _line(self, told: Told) -> Line:
        news = News(told.sequence, told.at, told.kind, told.content)
        hall = self._at(told.sequence)
        text = self._text(hall, told, news)
        why = why_news(hall, news)
        said = self._names.own(why) if why else ""
        return Line(told.sequence, told.at, told.kind, text, said)

    def _text(self, hall: Hall, told: Told, news: News) -> str:
        also = _ALSO.get(told.kind)
        if also is not None:
            tags = self._names.joined(
                self._names.tag(tag, told.at) for tag in told.content.get("tags", ())
            )
            counter = self._names.counter(told.content.get("counter") or "", told.at)
            return self._names.own(both(also, counter=counter, tags=tags or "–"))
        try:
            return self._names.own(news_text(hall, news))
        except (KeyError, LookupError):  # an event of a kind that has no words
            return self._names.own(Words(zh=told.kind, en=told.kind))


def _know(hall: Hall, turn: Any) -> None:
    ticket = Ticket(
        turn.ticket, turn.number, turn.service, 0.0, 0.0, turn.channel, TicketState.WAITING, 0.0, 0
    )
    hall.tickets[turn.ticket] = ticket
    if turn.call_id:
        who = (turn.number, turn.service, turn.counter or "", turn.clerk or "")
        hall.calls[turn.call_id] = Call(turn.call_id, turn.ticket, *who, turn.called_at or 0.0)
