"""From the session's facts to the view on the screen. PURE: no pygame, no clock."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from device.session import NoticeKind, OpenInvitation, Session
from device.stages import Stage
from device.ui import texts, viewmodel
from device.ui.texts import Trouble
from device.ui.viewmodel import (
    Bilingual,
    Frame,
    LanguageOrder,
    Link,
    LinkConnecting,
    LinkLive,
    View,
)
from wire.messages import CounterPicture, Level, Text, TicketInHand

_LEVEL_NUMBERS: Final[Mapping[Level, int]] = MappingProxyType(
    {level: 5 - index for index, level in enumerate(Level)}
)
_TROUBLES: Final = MappingProxyType(
    {NoticeKind.DISK_FULL: Trouble.DISK_FULL, NoticeKind.DISK_BROKEN: Trouble.DISK_BROKEN}
)
_NOTICES: Final = MappingProxyType(
    {
        NoticeKind.NOBODY_WAITING: texts.Notice.NOBODY_WAITING,
        NoticeKind.NOT_CONNECTED: texts.Notice.NOT_CONNECTED,
        NoticeKind.NO_ANSWER: texts.Notice.NOT_CONNECTED,
        NoticeKind.REFUSED: texts.Notice.TOO_LATE,
    }
)
_REFUSALS: Final = MappingProxyType(
    {
        "busy": texts.Notice.BUSY,
        "nothing_in_hand": texts.Notice.NOTHING_CALLED,
        "not_signed_in": texts.Notice.NOT_SIGNED_IN,
        "nothing_on_hold": texts.Notice.NOTHING_ON_HOLD,
        "nothing_to_undo": texts.Notice.NOTHING_TO_UNDO,
        "too_late": texts.Notice.UNDO_TOO_LATE,
    }
)

_SERVICES_EXPECTED: Final = 12


class Presenter:
    """Builds the views of one unit."""

    def __init__(self, unit: str, order: LanguageOrder = LanguageOrder.CHINESE_FIRST) -> None:
        self._unit = unit
        self._order = order

    def view(self, session: Session, now_s: float) -> View:
        """What the screen shows at `now_s`."""
        frame = self._frame(session, now_s)
        trouble = _trouble(session)
        if trouble and session.stage not in {Stage.CALLING, Stage.SERVING}:
            return self._fault(frame, trouble)
        if session.stage is Stage.CONNECTING:
            return viewmodel.Connecting(frame)
        if session.stage is Stage.FAULT:
            return self._refused(session, frame)
        return _picture(session, frame, now_s)

    def next_change_s(self, session: Session, now_s: float) -> float:
        """When the view changes though nothing happens: a second or a minute goes round."""
        heard_s = session.hearing.heard_s
        times = []
        if session.invitation:
            left_s = session.invitation.ends_s - now_s
            times.append(session.invitation.ends_s - (math.ceil(left_s) - 1))
        if heard_s is not None and not session.hearing.hears(now_s):
            times.append(heard_s + math.floor(now_s - heard_s) + 1)
        due_s = _back_s(session)
        if due_s is not None:
            times.append(due_s)
        if session.state and heard_s is not None:
            wall = _wall(session, now_s)
            times.append(now_s + 60 - wall.second - wall.microsecond / 1e6)
        return min((time for time in times if time > now_s), default=now_s + 60)

    def rehearsal(self) -> Iterator[View]:
        """Views that a counter will need, for a screen to be quick with them the first time."""
        frame = Frame("", Bilingual(""), Bilingual(""), "", order=self._order)
        options = texts.rating_options()
        invitation = viewmodel.Invitation("A001", options, 1, 1)
        yield viewmodel.Closed(frame)
        yield viewmodel.Idle(frame, 0)
        yield viewmodel.Paused(frame)
        yield viewmodel.Calling(frame, "A001", Bilingual(""), invitation=invitation)
        yield viewmodel.Serving(frame, "A001", Bilingual(""), "")
        yield viewmodel.Inviting(frame, invitation)
        for option in options:
            yield viewmodel.Thanks(frame, option.name)

    def expected(self, session: Session, now_s: float) -> Iterator[View]:
        """What may come next, as far as it is known, for a screen to make ready meanwhile."""
        frame, picture = replace(self._frame(session, now_s), notice=None), session.picture
        if session.stage is Stage.INVITING:
            for option in session.options:
                yield viewmodel.Thanks(frame, _both(option.name))
        if picture is None or not session.hearing.hears(now_s):
            return
        if picture.ticket:
            options = _options(session)
            invitation = viewmodel.Invitation(picture.ticket.number, options, 1, 1)
            yield viewmodel.Inviting(frame, invitation)
        elif session.stage is not Stage.CLOSED:
            for service in picture.services[:_SERVICES_EXPECTED]:
                yield viewmodel.Calling(frame, "", _both(service.name))

    def _frame(self, session: Session, now_s: float) -> Frame:
        picture, state = session.picture, session.state
        services = [service.name for service in picture.services] if picture else []
        return Frame(
            counter=picture.number if picture else "",
            hall=_both(state.hall) if state else Bilingual("", ""),
            services=Bilingual(
                " · ".join(name.zh for name in services), " · ".join(name.en for name in services)
            ),
            clock=f"{_wall(session, now_s):%H:%M}" if state else "",
            clerk=picture.clerk.name if picture and picture.clerk else None,
            link=_link(session, now_s),
            notice=self._notice(session),
            order=self._order,
        )

    def _notice(self, session: Session) -> Bilingual | None:
        notice = session.notice
        if notice is None:
            shown_elsewhere = session.stage is Stage.THANKS
            rated = session.thanked and not shown_elsewhere
            return texts.Notice.RATED.text if rated else None
        if notice.kind in _TROUBLES:
            return _TROUBLES[notice.kind].title(self._unit)
        if notice.code == "closed":
            return texts.both("Counter closed")
        return _REFUSALS.get(notice.code or "", _NOTICES[notice.kind]).text

    def _fault(self, frame: Frame, trouble: Trouble) -> View:
        return viewmodel.Fault(frame, trouble.title(self._unit), trouble.detail(self._unit))

    def _refused(self, session: Session, frame: Frame) -> View:
        refusal = session.state.refused if session.state else None
        if refusal is None:
            return self._fault(frame, Trouble.REFUSED)
        trouble = Trouble.TWIN if refusal.code == "twin" else Trouble.REFUSED
        return viewmodel.Fault(frame, trouble.title(self._unit), _both(refusal.detail))


def _trouble(session: Session) -> Trouble | None:
    return _TROUBLES.get(session.notice.kind) if session.notice else None


def _picture(session: Session, frame: Frame, now_s: float) -> View:
    asked, thanked, picture = session.invitation, session.thanked, session.picture
    match session.stage:
        case Stage.INVITING if asked:
            return viewmodel.Inviting(frame, _invitation(session, asked, now_s))
        case Stage.THANKS if thanked:
            return viewmodel.Thanks(frame, _level_name(session, thanked.level))
        case Stage.CALLING | Stage.SERVING if picture and picture.ticket:
            return _ticket(session, frame, picture.ticket, now_s)
        case Stage.IDLE if picture:
            return viewmodel.Idle(frame, picture.waiting)
        case Stage.PAUSED if picture:
            return _paused(session, frame, picture, now_s)
    return viewmodel.Closed(frame)


def _ticket(session: Session, frame: Frame, ticket: TicketInHand, now_s: float) -> View:
    service, strip = _both(ticket.service_name), _strip(session, now_s)
    if session.stage is Stage.CALLING:
        return viewmodel.Calling(frame, ticket.number, service, ticket.recalls, strip)
    heard_s = session.hearing.heard_s or now_s
    since = _wall(session, heard_s) - timedelta(seconds=ticket.since_s)
    return viewmodel.Serving(frame, ticket.number, service, f"{since:%H:%M}", strip)


def _paused(session: Session, frame: Frame, picture: CounterPicture, now_s: float) -> View:
    reason = texts.pause_reason(picture.pause.reason.strip()) if picture.pause else None
    due_s, strip = _back_s(session), _strip(session, now_s)
    if due_s is None:
        return viewmodel.Paused(frame, reason, invitation=strip)
    # What the hub rounds must not tell another minute with every state that comes.
    back_at = f"{_wall(session, due_s) + timedelta(seconds=0.5):%H:%M}"
    overdue = now_s >= due_s
    return viewmodel.Paused(frame, reason, None if overdue else back_at, overdue, strip)


def _back_s(session: Session) -> float | None:
    """When the clerk who is away said to be back, on this unit's clock."""
    pause = session.picture.pause if session.picture else None
    if pause is None or pause.back_in_s is None or session.hearing.heard_s is None:
        return None
    return session.hearing.heard_s + pause.back_in_s


def _strip(session: Session, now_s: float) -> viewmodel.Invitation | None:
    """The invitation that is open beneath what else the counter shows."""
    asked = session.invitation
    return _invitation(session, asked, now_s) if asked else None


def _invitation(session: Session, asked: OpenInvitation, now_s: float) -> viewmodel.Invitation:
    left_s = max(0, math.ceil(asked.ends_s - now_s))
    total_s = max(left_s, math.ceil(asked.ends_s - asked.opened_s))
    return viewmodel.Invitation(asked.number, _options(session), left_s, total_s)


def _options(session: Session) -> tuple[viewmodel.RatingOption, ...]:
    return tuple(
        viewmodel.RatingOption(number, option.name.zh, option.name.en, key=6 - number)
        for option in session.options
        for number in (_LEVEL_NUMBERS[option.level],)
    )


def _level_name(session: Session, level: Level) -> Bilingual:
    names = [_both(option.name) for option in session.options if option.level is level]
    return names[0] if names else texts.level_name(_LEVEL_NUMBERS[level])


def _link(session: Session, now_s: float) -> Link:
    heard_s = session.hearing.heard_s
    if session.state is None or heard_s is None:
        return LinkConnecting()
    if session.hearing.hears(now_s):
        return LinkLive()
    return viewmodel.stale(now_s - heard_s, f"{_wall(session, heard_s):%H:%M}")


def _wall(session: Session, at_s: float) -> datetime:
    """The hall's time of day, which the hub told with its last state."""
    state, heard_s = session.state, session.hearing.heard_s
    if state is None:
        raise ValueError("no state has told the time yet")
    told = datetime.fromisoformat(state.now)
    return told + timedelta(seconds=at_s - (at_s if heard_s is None else heard_s))


def _both(text: Text) -> Bilingual:
    return Bilingual(text.zh, text.en)
