"""From the session's facts to the view on the screen. PURE: no pygame, no clock."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from device.asking import TAG_KEYS, OpenInvitation, OpenTags
from device.bilingual import bilingual
from device.dialogue import Onward
from device.notices import NoticeKind
from device.session import Session
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
from wire.messages import (
    CounterPicture,
    Level,
    RatingOption,
    RatingTag,
    TicketInHand,
    TransferTarget,
)

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
        NoticeKind.REFUSED: texts.Notice.TOO_LATE,
        NoticeKind.NOT_SENT_ON: texts.Notice.NOT_SENT_ON,
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
        "wrong_pin": texts.Notice.WRONG_PIN,
        "too_many_attempts": texts.Notice.PIN_TRIES,
        "signed_in_elsewhere": texts.Notice.ELSEWHERE,
        "cut_off": texts.Notice.CUT_OFF,
        "no_service": texts.Notice.CUT_OFF,
        "not_there": texts.Notice.NOT_THERE,
        "no_number": texts.Notice.NO_NUMBER,
        "restoring": texts.Notice.RESTORING,
    }
)

_SERVICES_EXPECTED: Final = 12
_TAGS_SHOWN: Final = 8
_PLACES_SHOWN: Final = 5
_PLACES_OVER_STRIP: Final = 3
_IN_HAND: Final = frozenset({Stage.CALLING, Stage.SERVING, Stage.SENDING_ON})


class Presenter:
    """Builds the views of one unit."""

    def __init__(
        self,
        unit: str,
        order: LanguageOrder = LanguageOrder.CHINESE_FIRST,
        *,
        touch: bool = False,
    ) -> None:
        """`touch`: the screen can be touched, so there may be more reasons than keys."""
        self._touch = touch
        self._unit = unit
        self._order = order

    def view(self, session: Session, now_s: float) -> View:
        """What the screen shows at `now_s`."""
        frame = self._frame(session, now_s)
        trouble = _trouble(session)
        if trouble and session.stage not in _IN_HAND:
            return self._fault(frame, trouble)
        if session.stage is Stage.CONNECTING:
            return viewmodel.Connecting(frame)
        if session.stage is Stage.FAULT:
            return self._refused(session, frame)
        view = _picture(session, frame, now_s)
        return view if self._touch else _for_keys(view)

    def next_change_s(self, session: Session, now_s: float) -> float:
        """When the view changes though nothing happens: a second or a minute goes round."""
        asked = [question for question in (session.invitation, session.tags) if question]
        times = [one.ends_s - (math.ceil(one.ends_s - now_s) - 1) for one in asked]
        since_s = _cut_off_s(session, now_s)
        if since_s is not None:
            times.append(since_s + math.floor(now_s - since_s) + 1)
        due_s = _back_s(session)
        if due_s is not None:
            times.append(due_s)
        if session.state:
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
                view = _after_rating(frame, option)
                yield view if self._touch else _for_keys(view)
        if picture is None:
            return
        if picture.ticket:
            options = _options(session)
            invitation = viewmodel.Invitation(picture.ticket.number, options, 1, 1)
            yield viewmodel.Inviting(frame, invitation)
        elif session.stage is not Stage.CLOSED:
            for service in picture.services[:_SERVICES_EXPECTED]:
                yield viewmodel.Calling(frame, "", bilingual(service.name))

    def _frame(self, session: Session, now_s: float) -> Frame:
        picture, state = session.picture, session.state
        services = [service.name for service in picture.services] if picture else []
        return Frame(
            counter=picture.number if picture else "",
            hall=bilingual(state.hall) if state else Bilingual("", ""),
            services=Bilingual(
                " · ".join(name.zh for name in services), " · ".join(name.en for name in services)
            ),
            clock=f"{_wall(session, now_s):%H:%M}" if state and session.sure_of_time else "",
            clerk=picture.clerk.name if picture and picture.clerk else None,
            link=_link(session, now_s),
            notice=self._notice(session),
            order=self._order,
            emergency=bilingual(state.emergency) if state and state.emergency else None,
        )

    def _notice(self, session: Session) -> Bilingual | None:
        notice = session.notice
        if notice is None:
            shown_elsewhere = session.stage is Stage.THANKS
            rated = session.thanked and not shown_elsewhere
            if session.offer and session.stage is not Stage.OFFERING:
                return texts.Notice.OFFER.text
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
        return viewmodel.Fault(frame, trouble.title(self._unit), bilingual(refusal.detail))


def _trouble(session: Session) -> Trouble | None:
    return _TROUBLES.get(session.notice.kind) if session.notice else None


def _picture(session: Session, frame: Frame, now_s: float) -> View:
    picture = session.picture
    match session.stage:
        case stage if stage in _IN_HAND and picture and picture.ticket:
            return _ticket(session, frame, picture.ticket, now_s)
        case Stage.IDLE if picture:
            return viewmodel.Idle(frame, picture.waiting)
        case Stage.PAUSED if picture:
            return _paused(session, frame, picture, now_s)
        case Stage.OFFERING:
            return viewmodel.Offering(frame)
        case Stage.SIGNING_IN if session.entry:
            pin = session.entry.pin
            digits = None if pin is None else len(pin)
            return viewmodel.SigningIn(frame, session.entry.clerk, digits)
    return _asked(session, frame, now_s) or viewmodel.Closed(frame)


def _asked(session: Session, frame: Frame, now_s: float) -> View | None:
    """What the citizen is asked, or thanked for."""
    asked, thanked, tags = session.invitation, session.thanked, session.tags
    match session.stage:
        case Stage.INVITING if asked:
            return viewmodel.Inviting(frame, _invitation(session, asked, now_s))
        case Stage.TAGS if thanked and tags:
            level = _level_name(session, thanked.level)
            return viewmodel.Tags(frame, level, _tags(tags, now_s))
        case Stage.THANKS if thanked:
            return viewmodel.Thanks(frame, _level_name(session, thanked.level))
    return None


def _ticket(session: Session, frame: Frame, ticket: TicketInHand, now_s: float) -> View:
    service, strip = bilingual(ticket.service_name), _strip(session, now_s)
    if session.onward:
        return _sending_on(frame, ticket.number, session.onward, strip)
    if session.stage is Stage.CALLING:
        return viewmodel.Calling(frame, ticket.number, service, ticket.recalls, strip)
    as_of_s = now_s if session.as_of_s is None else session.as_of_s
    since = _wall(session, as_of_s) - timedelta(seconds=ticket.since_s)
    return viewmodel.Serving(frame, ticket.number, service, f"{since:%H:%M}", strip)


def _sending_on(
    frame: Frame, number: str, onward: Onward, strip: viewmodel.Question | None
) -> View:
    """The places to go that are shown, the chosen one in their middle where it can be."""
    count = len(onward.targets)
    room = _PLACES_OVER_STRIP if strip else _PLACES_SHOWN
    first = max(0, min(onward.place - room // 2, count - room))
    places = tuple(
        viewmodel.Destination(place + 1, _target(target), place == onward.place)
        for place, target in enumerate(onward.targets)
        if first <= place < first + room
    )
    return viewmodel.SendingOn(frame, number, places, count, strip)


def _target(target: TransferTarget) -> Bilingual:
    if not target.number:
        return bilingual(target.name) if target.name else Bilingual(target.service or "")
    counter = texts.both("Counter {counter}", counter=target.number)
    if target.name is None:
        return counter
    return Bilingual(f"{counter.zh} · {target.name.zh}", f"{counter.en} · {target.name.en}")


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
    if pause is None or pause.back_in_s is None or session.as_of_s is None:
        return None
    return session.as_of_s + pause.back_in_s


def _strip(session: Session, now_s: float) -> viewmodel.Question | None:
    """The question that is open beneath what else the counter shows."""
    if session.invitation:
        return _invitation(session, session.invitation, now_s)
    if session.tags:
        tags = _tags(session.tags, now_s)
        return replace(tags, tags=tags.tags[: len(TAG_KEYS)])
    return None


def _tags(asked: OpenTags, now_s: float) -> viewmodel.TagQuestion:
    left_s = max(0, math.ceil(asked.ends_s - now_s))
    total_s = max(left_s, math.ceil(asked.ends_s - asked.opens_s))
    shown = enumerate(asked.tags[:_TAGS_SHOWN], 1)
    tags = tuple(_tag(tag, place, asked.chosen) for place, tag in shown)
    return viewmodel.TagQuestion(asked.invitation.number, tags, left_s, total_s)


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


def _after_rating(frame: Frame, option: RatingOption) -> View:
    """What a rating is answered with."""
    if not option.tags:
        return viewmodel.Thanks(frame, bilingual(option.name))
    shown = enumerate(option.tags[:_TAGS_SHOWN], 1)
    tags = tuple(_tag(tag, place) for place, tag in shown)
    return viewmodel.Tags(frame, bilingual(option.name), viewmodel.TagQuestion("", tags, 1, 1))


def _for_keys(view: View) -> View:
    """The same without the reasons that no key takes."""
    if not isinstance(view, viewmodel.Tags):
        return view
    question = view.question
    return replace(view, question=replace(question, tags=question.tags[: len(TAG_KEYS)]))


def _tag(tag: RatingTag, place: int, chosen: Collection[str] = ()) -> viewmodel.TagOption:
    key = place if place <= len(TAG_KEYS) else None
    return viewmodel.TagOption(tag.code, bilingual(tag.name), key, tag.code in chosen)


def _level_name(session: Session, level: Level) -> Bilingual:
    names = [bilingual(option.name) for option in session.options if option.level is level]
    return names[0] if names else texts.level_name(_LEVEL_NUMBERS[level])


def _link(session: Session, now_s: float) -> Link:
    since_s = _cut_off_s(session, now_s)
    if since_s is None:
        return LinkLive() if session.state and session.told_s is not None else LinkConnecting()
    since, age_s = f"{_wall(session, since_s):%H:%M}", now_s - since_s
    if session.alone is None:
        return viewmodel.stale(age_s, since)
    return viewmodel.alone(age_s if session.sure_of_time else None, since)


def _cut_off_s(session: Session, now_s: float) -> float | None:
    """Since when the hub is not heard, or the counter decides alone; None if it is with the hub."""
    if session.alone:
        return session.alone.since_s
    if session.state is None or session.hearing.hears(now_s):
        return None
    return session.told_s


def _wall(session: Session, at_s: float) -> datetime:
    """The hall's time of day, which the hub told with its last state."""
    state, told_s = session.state, session.told_s
    if state is None:
        raise ValueError("no state has told the time yet")
    told = datetime.fromisoformat(state.now)
    return told + timedelta(seconds=at_s - (at_s if told_s is None else told_s))
