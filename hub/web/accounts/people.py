"""Accounts, for administrators: make, change, a new password, end sessions, remove."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.accounts import Person
from hub.core.commands_of_people import ChangeAccount, MakeAccount, RemoveAccount, SetPassword
from hub.core.people import Role
from hub.passwords import LONGEST, SHORTEST, WeakPassword, check_password, hash_password
from hub.web.access import Access
from hub.web.accounts.forms import Form, form_of
from hub.web.pages import error_page, render
from hub.web.rights import Right, Who, needs

MINE = [needs(Right.ADMINISTER)]
ROOT = "/accounts"


def add_people(router: APIRouter, access: Access) -> None:
    """Add the routes."""
    _add_list(router, access)
    _add_one(router, access)


def _add_list(router: APIRouter, access: Access) -> None:
    @router.get(ROOT, dependencies=MINE)
    async def everybody(request: Request) -> Response:
        """Who may sign in."""
        return _list(request, access)

    @router.post(ROOT, dependencies=MINE)
    async def make(request: Request, who: Who) -> Response:
        """Make an account."""
        form = await form_of(request)
        code = await _made(access, form, who)
        if code:
            return _list(request, access, form, code, 422)
        return RedirectResponse(f"{ROOT}/people/{quote(form.one('account'))}?said=made", 303)


async def _made(access: Access, form: Form, who: Person) -> str:
    account, password = form.one("account").lower(), form.exact("password")
    try:
        check_password(password, account)
    except WeakPassword:
        return "weak"
    secret_hash = await asyncio.to_thread(hash_password, password)
    name, clerk = form.one("name") or account, form.one("clerk") or None
    wanted = MakeAccount(account, name, form.all("role"), clerk, secret_hash, who.id)
    return (await access.of_people(wanted))["code"] or ""


def _add_one(router: APIRouter, access: Access) -> None:
    @router.get(ROOT + "/people/{account}", dependencies=MINE)
    async def one(request: Request, account: str) -> Response:
        """One account."""
        return _one(request, access, account, request.query_params.get("said", ""))

    @router.post(ROOT + "/people/{account}", dependencies=MINE)
    async def change(request: Request, account: str, who: Who) -> Response:
        """Another name, other roles, another clerk."""
        form = await form_of(request)
        name, clerk = form.one("name"), form.one("clerk") or None
        wanted = ChangeAccount(account, name, form.all("role"), clerk, who.id)
        code = (await access.of_people(wanted))["code"]
        return _answer(request, access, account, code, "changed")

    @router.post(ROOT + "/people/{account}/password", dependencies=MINE)
    async def password(request: Request, account: str, who: Who) -> Response:
        """Set a password for somebody who has forgotten theirs."""
        new = (await form_of(request)).exact("password")
        try:
            check_password(new, account)
        except WeakPassword:
            return _answer(request, access, account, "weak", "")
        secret_hash = await asyncio.to_thread(hash_password, new)
        code = (await access.of_people(SetPassword(account, secret_hash, who.id)))["code"]
        return _answer(request, access, account, code, "password")

    @router.post(ROOT + "/people/{account}/sign-out", dependencies=MINE)
    async def sign_out(request: Request, account: str) -> Response:
        """End all that somebody has signed in to."""
        access.accounts.end_others(account)
        return _answer(request, access, account, None, "ended")

    @router.post(ROOT + "/people/{account}/remove", dependencies=MINE)
    async def remove(request: Request, account: str, who: Who) -> Response:
        """Remove an account."""
        code = (await access.of_people(RemoveAccount(account, who.id)))["code"]
        if code:
            return _answer(request, access, account, code, "")
        access.accounts.end_others(account)
        return RedirectResponse(ROOT, 303)


def _answer(
    request: Request, access: Access, account: str, code: str | None, said: str
) -> Response:
    if code:
        return _one(request, access, account, code, 422)
    return RedirectResponse(f"{ROOT}/people/{quote(account, safe='')}?said={said}", 303)


def _list(
    request: Request, access: Access, form: Form | None = None, code: str = "", status: int = 200
) -> Response:
    accounts = access.accounts
    found = sorted(accounts.people.accounts.values(), key=lambda account: account.id)
    return render(
        request,
        "accounts.html",
        status,
        plan=access.service.plan,
        accounts=found,
        open={account.id: len(accounts.sessions_of(account.id)) for account in found},
        form=form or Form({}),
        code=code,
        all_roles=tuple(Role),
        shortest=SHORTEST,
        longest=LONGEST,
    )


def _one(request: Request, access: Access, name: str, said: str, status: int = 200) -> Response:
    account = access.accounts.people.accounts.get(name)
    if account is None:
        return error_page(request, 404)
    return render(
        request,
        "accounts_one.html",
        status,
        plan=access.service.plan,
        account=account,
        sessions=access.accounts.sessions_of(name),
        said=said,
        all_roles=tuple(Role),
        shortest=SHORTEST,
        longest=LONGEST,
    )
