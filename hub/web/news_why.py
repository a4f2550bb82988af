"""Why something happened, as far as the event itself keeps it: its reason, and who did it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.core.arrangement import AUTOMATIC
from hub.core.hall import Hall
from hub.core.state import Flag, News
from hub.web.texts import Words, both
from hub.web.why import person_name, why_called, why_flagged, why_then_advised

Content = dict[str, Any]


def why_news(hall: Hall, news: News) -> Words | None:
    """The reason of a line of news; None if there is nothing to say beyond the line."""
    found = [
        said
        for said in (_reason(news), _by(hall, news.content), _clerk(hall, news.content))
        if said is not None
    ]
    if not found:
        return None
    return Words(zh="；".join(said.zh for said in found), en="; ".join(said.en for said in found))


def _reason(news: News) -> Words | None:
    said = _REASONS.get(news.kind)
    return said(news.content) if said else None


def _called(content: Content) -> Words | None:
    return why_called(content.get("reason") or {})


def _flagged(content: Content) -> Words | None:
    if not content["on"]:
        return None  # the evidence that it came on is not why it went out
    return why_flagged(Flag(content["kind"], "", "", 0.0, content["evidence"]))


def _advised(content: Content) -> Words | None:
    return _why_advised(content["action"], content)


def _added(content: Content) -> Words | None:
    return _why_advised("add", content)


def _taken_back(content: Content) -> Words | None:
    return _why_advised("take_back", content)


def _why_advised(action: str, content: Content) -> Words | None:
    return why_then_advised(action, content.get("reason") or {})


def _by(hall: Hall, content: Content) -> Words | None:
    by = content.get("by")
    if not by:
        return None
    if by == AUTOMATIC:
        return both("the hub did it by itself")
    return both("by {name}", name=person_name(hall, by))


def _clerk(hall: Hall, content: Content) -> Words | None:
    if "call_id" not in content:
        return None  # other lines name the clerk themselves
    clerk = hall.plan.clerk.get(content.get("clerk") or "")
    return both("clerk: {name}", name=clerk.name) if clerk else None


_REASONS: dict[str, Callable[[Content], Words | None]] = {
    "TicketCalled": _called,
    "Flagged": _flagged,
    "AdviceGiven": _advised,
    "ServiceAdded": _added,
    "ServiceTakenBack": _taken_back,
}
