"""What those who serve are told of ratings: citizens are promised that nobody there sees theirs.

Of so few ratings that a clerk could guess whose is whose, only the number is told; and what comes
after is told so many at a time, for who watches a sum grow by one knows what that one was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from hub.core.hall import Hall
from hub.web import models as m

AT_A_TIME: Final = 5
"""So many ratings at least are told together, to who may not see single ones."""

OF_RATINGS = frozenset({"Rated", "Unrated"})
"""The news that say who rated what, or did not."""


@dataclass(slots=True)
class _Told:
    """What was told last: of which day, at how many ratings, and their levels."""

    day: str | None
    rated: int
    levels: dict[str, int]


_TOLD: WeakKeyDictionary[Hall, _Told] = WeakKeyDictionary()
"""Touched in the state's thread only."""


def levels_told(hall: Hall) -> dict[str, int]:
    """How often each level was given today, as of a number of ratings that hides single ones.

    A hub that has just started cannot know what it told before, and begins with what it finds.
    """
    now, rated = hall.today.levels, sum(hall.today.levels.values())
    told = _TOLD.get(hall)
    if told is None:
        told = _TOLD[hall] = _Told(hall.day, rated, {})
    elif told.day != hall.day:
        told = _TOLD[hall] = _Told(hall.day, 0, {})
    if rated >= told.rated + AT_A_TIME:
        told.rated, told.levels = rated, dict(now)
    return dict(told.levels)


def without_ratings(view: m.HallView, levels: dict[str, int]) -> m.HallView:
    """The same hall for those who serve: citizens are promised that nobody there sees it."""
    news = tuple(line for line in view.news if line.kind not in OF_RATINGS)
    today = view.today.model_copy(update={"levels": levels})
    return view.model_copy(update={"news": news, "today": today})
