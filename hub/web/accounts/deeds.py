"""Who did what, for administrators: deeds from the journal, and who signed in or tried to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from hub.accounts import SIGNED_IN, SIGNED_OUT, THROTTLED, WRONG
from hub.accounts_history import NAMED, OF_PEOPLE, Asked, Deed, deeds
from hub.core.hall import Hall
from hub.core.people import Role
from hub.core.state import News
from hub.web.access import Access
from hub.web.frame import ROLE_WORDS
from hub.web.pages import render
from hub.web.rights import Right, needs
from hub.web.texts import Words, both, marked
from hub.web.words import news_text

ROOT = "/accounts/deeds"
A_PAGE = 50

SIGN_INS: Final = "sign-ins"

_OUTCOMES: Final = {
    SIGNED_IN: marked("signed in"),
    SIGNED_OUT: marked("signed out"),
    WRONG: marked("was not let in: wrong name or password"),
    THROTTLED: marked("was not let in: too many attempts"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page. `who` is an id, `name` what they are called, `times` how often."""

    at: float
    who: str
    name: str | None
    text: Words
    where: str = ""
    times: int = 1


def add_deeds(router: APIRouter, access: Access) -> None:
    """Add the route."""
    folder = access.service.folder

    @router.get(ROOT, dependencies=[needs(Right.ADMINISTER)])
    async def who_did_what(
        request: Request, who: str = "", what: str = "", before: str = ""
    ) -> Response:
        """What people did, newest first."""
        who, what = who[:64], what if what in {SIGN_INS, "people"} else ""
        if what == SIGN_INS:
            lines, following = await _sign_ins(access, who, before)
        else:
            lines, following = await _deeds(access, folder, who, what, before)
        people = access.accounts.people
        names = {a.id: a.name for a in people.accounts.values()}
        names |= {t.id: t.name for t in people.tokens.values()}
        query = urlencode({"who": who, "what": what, "before": following}) if following else ""
        return render(
            request,
            "deeds.html",
            plan=access.service.plan,
            lines=lines,
            names=names,
            who=who,
            what=what,
            following=query,
        )


async def _sign_ins(access: Access, who: str, before: str) -> tuple[list[Line], str]:
    found = await access.accounts.noted(A_PAGE, _number(before), who)
    accounts = access.accounts.people.accounts
    names = {account.id: account.name for account in accounts.values()}
    lines = [
        Line(
            s.last_at,
            s.account,
            names.get(s.account),
            both(_OUTCOMES[s.outcome]),
            s.address,
            s.count,
        )
        for s in found
    ]
    return lines, repr(found[-1].at) if len(found) == A_PAGE else ""


async def _deeds(
    access: Access, folder: Path, who: str, what: str, before: str
) -> tuple[list[Line], str]:
    account = access.accounts.people.accounts.get(who)
    of_plan = who if who in access.service.plan.clerk else ""
    clerk = account.clerk if account is not None else of_plan
    number = _number(before)
    asked = Asked(
        A_PAGE,
        int(number) if number is not None else None,
        who,
        clerk or "",
        OF_PEOPLE if what == "people" else NAMED,
    )
    found = await asyncio.to_thread(deeds, folder, asked)
    lines = await access.ask(lambda t: [_line(t.hall, deed) for deed in found])
    return lines, str(found[-1].sequence) if len(found) == A_PAGE else ""


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < 2**53 else None


def _line(hall: Hall, deed: Deed) -> Line:
    return Line(deed.at, deed.by, hall.people.name_of(deed.by, deed.at), deed_text(hall, deed))


def deed_text(hall: Hall, deed: Deed) -> Words:
    """A deed in words."""
    if deed.kind in _SAID:
        return both(_SAID[deed.kind], **_values(hall, deed.content))
    try:
        return news_text(hall, News(deed.sequence, deed.at, deed.kind, deed.content))
    except LookupError:  # it has no words, or is about what this day's hall no longer knows
        return Words(zh=deed.kind, en=deed.kind)


_SAID: Final = {
    "AccountMade": marked("made the account {account} ({name}): {roles}"),
    "AccountChanged": marked("changed the account {account} ({name}): {roles}"),
    "AccountRemoved": marked("removed the account {account}"),
    "PasswordSet": marked("set the password of {account}"),
    "TokenMade": marked("made the token {name}: {roles}"),
    "TokenRevoked": marked("revoked the token {token}"),
    "CommandGiven": marked("gave the command “{action}” {counter}"),
    "Configured": marked("changed the plan of the hall: {reason}"),
}

_ACTIONS: Final = {
    "sign_in": marked("Sign in"),
    "sign_out": marked("Sign out"),
    "open": marked("Open counter"),
    "close": marked("Close counter"),
    "next": marked("Next"),
    "recall": marked("Call again"),
    "no_show": marked("No-show"),
    "start": marked("Start"),
    "done": marked("Finish"),
    "hold": marked("Put on hold"),
    "resume": marked("Go on"),
    "transfer": marked("Send on"),
    "pause": marked("Pause"),
    "unpause": marked("End the pause"),
    "undo": marked("Undo"),
    "issue": marked("Take a number"),
    "book": marked("Book a time"),
    "check_in": marked("Check in"),
    "come_back": marked("Wait again"),
    "cancel": marked("Give up the number"),
    "release": marked("Free the number"),
    "not_called": marked("Was not called"),
}
"""What somebody who is not the counter's clerk can bring about, as the pages call it."""


def action_name(action: str) -> Words:
    """A command's name as the pages say it; its own if it is not known here."""
    known = _ACTIONS.get(action)
    return both(known) if known else Words(zh=action, en=action)


def _values(hall: Hall, content: Mapping[str, Any]) -> dict[str, object]:
    roles = [both(ROLE_WORDS[Role(role)]) for role in content.get("roles", ())]
    listed = Words(zh="、".join(r.zh for r in roles), en=", ".join(r.en for r in roles))
    values: dict[str, object] = {key: str(value)[:200] for key, value in content.items()}
    if "action" in values:
        values["action"] = action_name(str(content["action"]))
    if content.get("counter"):
        counter = hall.plan.counter.get(content["counter"])
        number = counter.number if counter is not None else content["counter"]
        at_counter: object = both("at counter {number}", number=number)
    else:
        at_counter = ""
    return {**values, "roles": listed, "counter": at_counter}
