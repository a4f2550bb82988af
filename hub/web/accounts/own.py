"""One's own account: the password, and where one is signed in."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.accounts import TooManySignIns
from hub.core.commands_of_people import SetPassword
from hub.passwords import LONGEST, SHORTEST, WeakPassword, check_password, hash_password
from hub.web.access import Access
from hub.web.accounts.forms import Form, address_of, form_of
from hub.web.accounts.sign_in import keep_session
from hub.web.pages import render
from hub.web.rights import Right, Who, needs


def add_own(router: APIRouter, access: Access) -> None:
    """Add the routes."""

    @router.get("/account", dependencies=[needs(Right.VIEW)])
    async def account(request: Request, who: Who) -> Response:
        """One's own account."""
        said = "changed" if request.query_params.get("said") == "changed" else ""
        return _page(request, access, who.id, said)

    @router.post("/account/password", dependencies=[needs(Right.VIEW)])
    async def password(request: Request, who: Who) -> Response:
        """Another password. Every other session of this person ends."""
        form = await form_of(request)
        code = "program" if who.program else await _changed(request, access, who.id, form)
        if code:
            return _page(request, access, who.id, code, 422)
        answer = RedirectResponse("/account?said=changed", 303)
        secret = access.accounts.begin_session(who.id, address_of(request))
        if secret is not None:
            keep_session(request, answer, secret, stay=False)
        return answer

    @router.post("/account/end-others", dependencies=[needs(Right.VIEW)])
    async def end_others(request: Request, who: Who) -> Response:
        """End one's sessions elsewhere."""
        access.accounts.end_others(who.id, but=request.state.asking.key)
        return RedirectResponse("/account", 303)


async def _changed(request: Request, access: Access, account: str, form: Form) -> str:
    """Change a password; why not, or an empty text."""
    new = form.exact("new")
    if new != form.exact("again"):
        return "differ"
    try:
        check_password(new, account)
        right = await access.accounts.password_right(
            account, form.exact("password"), address_of(request)
        )
    except WeakPassword:
        return "weak"
    except TooManySignIns:
        return "busy"
    if not right:
        return "wrong"
    secret_hash = await asyncio.to_thread(hash_password, new)
    answer = await access.of_people(SetPassword(account, secret_hash, account))
    return answer["code"] or ""


def _page(
    request: Request, access: Access, account: str, said: str = "", status: int = 200
) -> Response:
    return render(
        request,
        "account.html",
        status,
        hall=access.service.plan.hall,
        plan=access.service.plan,
        account=access.accounts.people.accounts.get(account),
        sessions=access.accounts.sessions_of(account),
        said=said,
        shortest=SHORTEST,
        longest=LONGEST,
    )
