"""Tokens of programs, for administrators: make, see when they were used, revoke."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.accounts import Person
from hub.core.accounts import TOKEN_PREFIX
from hub.core.commands_of_people import MakeToken, RevokeToken
from hub.core.people import Role
from hub.passwords import digest, new_secret
from hub.web.access import Access
from hub.web.accounts.forms import Form, form_of
from hub.web.pages import render
from hub.web.rights import Right, Who, needs
from wire.ids import new_id

MINE = [needs(Right.ADMINISTER)]
ROOT = "/accounts/tokens"


def add_tokens(router: APIRouter, access: Access) -> None:
    """Add the routes."""

    @router.get(ROOT, dependencies=MINE)
    async def tokens(request: Request) -> Response:
        """Which programs may sign in."""
        return _list(request, access)

    @router.post(ROOT, dependencies=MINE)
    async def make(request: Request, who: Who) -> Response:
        """Make a token. Its secret is on this one page and nowhere else."""
        form = await form_of(request)
        secret = new_secret()
        code = await _made(access, form, secret, who)
        if code:
            return _list(request, access, form, code, status=422)
        return _list(request, access, secret=secret)

    @router.post(ROOT + "/{token}/revoke", dependencies=MINE)
    async def revoke(request: Request, token: str, who: Who) -> Response:
        """Let a token count no more."""
        code = (await access.of_people(RevokeToken(token, who.id)))["code"]
        if code:
            return _list(request, access, code=code, status=422)
        return RedirectResponse(ROOT, 303)


async def _made(access: Access, form: Form, secret: str, who: Person) -> str:
    """Make a token; why not, or an empty text."""
    ends_at, last = None, form.one("until")
    if last:
        try:  # the last day is a whole one, where the hall is
            day = datetime.strptime(last, "%Y-%m-%d").replace(tzinfo=access.service.plan.zone)
            ends_at = (day + timedelta(days=1)).timestamp() - 1
        except (ValueError, OverflowError):
            return "no_day"
    token = f"{TOKEN_PREFIX}{new_id()[:12]}"
    wanted = MakeToken(token, form.one("name"), form.all("role"), digest(secret), ends_at, who.id)
    return (await access.of_people(wanted))["code"] or ""


def _list(
    request: Request,
    access: Access,
    form: Form | None = None,
    code: str = "",
    secret: str = "",
    status: int = 200,
) -> Response:
    found = sorted(access.accounts.people.tokens.values(), key=lambda token: token.made_at)
    return render(
        request,
        "tokens.html",
        status,
        plan=access.service.plan,
        tokens=found,
        used={token.id: access.accounts.used_at(token.id) for token in found},
        form=form or Form({}),
        code=code,
        secret=secret,
        all_roles=tuple(Role),
    )
