"""What the citizen is asked: the invitation to rate, the thanks, the reasons. PURE.

At most one invitation is open, and the first press within it is the rating: a record of its
own, complete before anything is thanked for. Reasons are another record that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from device.events import Effect, Remark, Write
from device.moment import Moment
from device.stamps import stamps
from wire.messages import (
    CounterPicture,
    Level,
    RatingOption,
    RatingRecord,
    RatingTag,
    RatingTagsRecord,
    UnratedRecord,
)

THANKS_S: Final = 3.0
TAGS_S: Final = 8.0
"""Reasons may be given for what is left of the invitation's time, and for this long at least."""
SETTLE_S: Final = 0.7
"""A key pressed again so soon after the rating, in real seconds, is the same press twice."""

TAG_KEYS: Final = tuple(Level)
"""The rating keys stand for the first reasons, in their order."""

_REMEMBERED_CALLS: Final = 500


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation with its times on this unit's clock. `number` is "" for none."""

    call_id: str
    ticket: str
    number: str
    clerk: str | None
    opened_s: float
    ends_s: float
    answered: bool = False


@dataclass(frozen=True)
class Thanked:
    """A rating that has been kept, thanked for until `until_s`."""

    call_id: str
    number: str
    level: Level
    until_s: float


@dataclass(frozen=True)
class OpenTags:
    """The reasons that may be given for a rating, from `opens_s` until `ends_s`."""

    invitation: OpenInvitation
    tags: tuple[RatingTag, ...]
    opens_s: float
    ends_s: float
    chosen: tuple[str, ...] = ()


class Asking:
    """One run's invitations.

    `closed_calls` are the calls whose invitation has ended before this run, by a rating or
    by its time; they are not invited again. `second_s` is how far the clock advances in a real
    second.
    """

    def __init__(
        self, run: str, counter: str, closed_calls: Iterable[str], second_s: float
    ) -> None:
        self.invitation: OpenInvitation | None = None
        self.thanked: Thanked | None = None
        self.tags: OpenTags | None = None
        self.writing: tuple[OpenInvitation, Level] | None = None
        self._run = run
        self._counter = counter
        self._settle_s = SETTLE_S * second_s
        self._closed_calls = dict.fromkeys(closed_calls)

    @property
    def times(self) -> list[float]:
        """When something here runs out."""
        times = [self.invitation.ends_s] if self.invitation and not self.writing else []
        times += [self.tags.ends_s] if self.tags else []
        return [*times, self.thanked.until_s] if self.thanked else times

    def expire(self, at: Moment) -> list[Effect]:
        """What has run out by now."""
        effects = self.finish_tags(at) if self.tags and at.boot_s >= self.tags.ends_s else []
        if self.thanked and at.boot_s >= self.thanked.until_s:
            self.thanked = None
        if self.invitation and not self.writing and at.boot_s >= self.invitation.ends_s:
            effects += self._end_unanswered(self.invitation, at)
        return effects

    # --- opening and closing ---

    def follow(self, picture: CounterPicture, at: Moment) -> list[Effect]:
        """Open, keep or withdraw the invitation as the hub's picture says.

        One that has merely gone from the picture keeps its time here: the hub's own timer may
        be a moment ahead, and the citizen is still reading.
        """
        asked = picture.invitation
        mine = self.invitation
        if mine and picture.ticket and picture.ticket.call_id == mine.call_id:
            self.invitation = None  # the end of the service was taken back
            return []
        if asked is None or asked.age_s >= asked.length_s:
            return []
        opened_s = at.boot_s - asked.age_s
        opened = OpenInvitation(
            asked.call_id,
            asked.ticket,
            asked.number,
            asked.clerk,
            opened_s,
            opened_s + asked.length_s,
        )
        return self.invite(opened, at)

    def invite(self, asked: OpenInvitation, at: Moment) -> list[Effect]:
        """Open an invitation, once for a call; what the one before was asked has had its time."""
        if asked.call_id in self._closed_calls:
            return []
        mine = self.invitation
        if mine and mine.call_id == asked.call_id:
            return []
        effects = self.finish_tags(at)
        if mine:
            effects += self._end_unanswered(mine, at)
        self.thanked = None
        self.invitation = asked
        return effects

    def _end_unanswered(self, invitation: OpenInvitation, at: Moment) -> list[Effect]:
        self.invitation = None
        self._close_call(invitation.call_id)
        if invitation.answered:
            return []  # there was an answer, which could not be kept
        body = UnratedRecord(
            **stamps(self._run, self._counter, at),
            call_id=invitation.call_id,
            ticket=invitation.ticket,
            clerk=invitation.clerk,
        )
        return [Write(body)]

    def _close_call(self, call_id: str) -> None:
        self._closed_calls[call_id] = None
        while len(self._closed_calls) > _REMEMBERED_CALLS:
            del self._closed_calls[next(iter(self._closed_calls))]

    # --- the rating ---

    def press(self, level: Level, levels: frozenset[Level], at: Moment) -> list[Effect]:
        """A rating key: the rating of the open invitation, or else a reason for the last one."""
        invitation = self.invitation
        if invitation is None:
            return self._press_for_tag(level, at)
        if self.writing or level not in levels:
            return [Remark(f"rating key {level.value}: not counted")]
        self.writing = (invitation, level)
        self.invitation = replace(invitation, answered=True)
        after_s = max(0.0, at.boot_s - invitation.opened_s)
        body = RatingRecord(
            **stamps(self._run, self._counter, at),
            call_id=invitation.call_id,
            ticket=invitation.ticket,
            clerk=invitation.clerk,
            level=level,
            after_ms=int(after_s * 1000),
        )
        return [Write(body)]

    def kept(self, body: RatingRecord, options: Sequence[RatingOption], at: Moment) -> None:
        """A rating is on disk: thank for it, and ask for reasons where the hall wants them."""
        if self.writing is None or body.call_id != self.writing[0].call_id:
            return
        invitation, level = self.writing
        self.writing = None
        self._close_call(body.call_id)
        if self.invitation and self.invitation.call_id == body.call_id:
            self.invitation = None
        until_s = at.boot_s + THANKS_S
        tags = [tuple(option.tags) for option in options if option.level is level]
        if tags and tags[0]:
            opens_s = at.boot_s + self._settle_s
            ends_s = max(invitation.ends_s, at.boot_s + TAGS_S)
            self.tags = OpenTags(invitation, tags[0], opens_s, ends_s)
            until_s = ends_s + THANKS_S
        self.thanked = Thanked(body.call_id, invitation.number, level, until_s)

    def not_kept(self) -> None:
        """The rating is not on disk; the key may be pressed again while there is time."""
        self.writing = None

    # --- reasons ---

    def choose(self, code: str, at: Moment) -> list[Effect]:
        """Take a reason, or take it back."""
        tags = self.tags
        if tags is None or code not in {tag.code for tag in tags.tags}:
            return [Remark(f"reason {code}: not asked for")]
        if at.boot_s < tags.opens_s:
            return [Remark(f"reason {code} together with the rating: not counted")]
        if code in tags.chosen:
            chosen = tuple(one for one in tags.chosen if one != code)
        else:
            chosen = (*tags.chosen, code)
        self.tags = replace(tags, chosen=chosen)
        return []

    def finish_tags(self, at: Moment) -> list[Effect]:
        """No more reasons are asked for; those given are written down."""
        tags, self.tags = self.tags, None
        if tags is None:
            return []
        if self.thanked:
            self.thanked = replace(self.thanked, until_s=at.boot_s + THANKS_S)
        if not tags.chosen:
            return []
        body = RatingTagsRecord(
            **stamps(self._run, self._counter, at),
            call_id=tags.invitation.call_id,
            ticket=tags.invitation.ticket,
            clerk=tags.invitation.clerk,
            tags=list(tags.chosen),
        )
        return [Write(body)]

    def _press_for_tag(self, level: Level, at: Moment) -> list[Effect]:
        place = TAG_KEYS.index(level)
        if self.tags is None:
            return [Remark(f"rating key {level.value} outside an invitation: not counted")]
        if place >= len(self.tags.tags):
            return [Remark(f"rating key {level.value}: no reason stands there")]
        return self.choose(self.tags.tags[place].code, at)

    # --- lamps ---

    def lit(self, levels: frozenset[Level]) -> frozenset[Level]:
        """The rating keys that are lit: those that do something, or the one thanked for."""
        if self.invitation and not self.writing:
            return levels
        if self.tags:
            return frozenset(TAG_KEYS[: len(self.tags.tags)])
        return frozenset({self.thanked.level}) if self.thanked else frozenset()
