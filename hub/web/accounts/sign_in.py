"""Signing in and out, and what somebody sees who lacks a right."""

from __future__ import annotations

from math import ceil
from typing import Literal, TypedDict
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.accounts import Accounts, Asking, NotSignedIn, TooManySignIns
from hub.web.access import Access
from hub.web.accounts.forms import Form, address_of, form_of
from hub.web.frame import home_of, own_path
from hub.web.guard import says_whence
from hub.web.pages import error_page, render
from hub.web.responses import problem, wants_json
from hub.web.rights import COOKIE, NotAllowed, Right, needs, person_of


def refusal(request: Request, error: Exception) -> Response:
    """The answer to whoever lacks a right: first sign in, or it is not for them."""
    if not isinstance(error, NotAllowed):
        raise error
    if wants_json(request):
        if error.person is not None:
            return problem(403, "not_allowed", f"this needs the right {error.right}")
        answer = problem(401, "not_signed_in", "sign in, or send a token that is known")
        answer.headers["www-authenticate"] = "Bearer"
        return answer
    if error.person is not None:
        return error_page(request, 403)
    return RedirectResponse(_sign_in_first(request), 303)


def _sign_in_first(request: Request) -> str:
    """The address of the sign-in page, and from there of what was wanted."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET" or wanted == "/" or own_path(request, wanted) is None:
        return "/sign-in"
    return f"/sign-in?next={quote(wanted, safe='')}"


def add_sign_in(router: APIRouter, access: Access) -> None:
    """Add the routes."""
    accounts = access.accounts

    @router.get("/sign-in", dependencies=[needs(Right.FOLLOW)])
    async def sign_in_page(request: Request) -> Response:
        """Ask who somebody is."""
        person, wanted = person_of(request), request.query_params.get("next", "")
        if person is not None:
            return RedirectResponse(own_path(request, wanted) or home_of(person), 303)
        return _page(request, access, wanted)

    @router.post("/sign-in", dependencies=[needs(Right.FOLLOW)])
    async def sign_in(request: Request) -> Response:
        """Begin a session; one that this browser had before ends."""
        if not says_whence(request.headers):
            return error_page(request, 403)
        return await _signed_in(request, access, await form_of(request))

    @router.post("/sign-out", dependencies=[needs(Right.FOLLOW)])
    async def sign_out(request: Request) -> Response:
        """End the session."""
        end_session(request, accounts)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE, **_kept(request))
        # What this browser keeps of us was meant for who has just left.
        answer.headers["clear-site-data"] = '"cache"'
        return answer


async def _signed_in(request: Request, access: Access, form: Form) -> Response:
    accounts, name, wanted = access.accounts, form.one("name"), form.one("next")
    try:
        found = await accounts.sign_in(
            name, form.exact("password"), address_of(request), stay=bool(form.one("stay"))
        )
    except TooManySignIns:
        return _page(request, access, wanted, name, code="busy", status=429)
    if isinstance(found, NotSignedIn):
        status = 429 if found.wait_s else 401
        answer = _page(request, access, wanted, name, found.code, status, ceil(found.wait_s))
        if found.wait_s:
            answer.headers["retry-after"] = str(ceil(found.wait_s))
        return answer
    end_session(request, accounts)
    asking = accounts.by_session(found)
    home = home_of(asking.person) if asking is not None else "/"
    answer = RedirectResponse(own_path(request, wanted) or home, 303)
    keep_session(request, answer, found, stay=bool(form.one("stay")))
    return answer


def end_session(request: Request, accounts: Accounts) -> None:
    """End the session that a request came with, if any."""
    asking: Asking | None = request.state.asking
    if asking is not None and not asking.person.program:
        accounts.sign_out(asking, address_of(request))


def keep_session(request: Request, answer: Response, secret: str, *, stay: bool) -> None:
    """Have the browser keep a session: until it is closed, or as long as the session lasts."""
    lasts = 31 * 86_400 if stay else None
    answer.set_cookie(COOKIE, secret, max_age=lasts, **_kept(request))


class _Kept(TypedDict):
    """How a cookie of ours is kept, and so how it is deleted."""

    httponly: bool
    samesite: Literal["strict"]
    path: str
    secure: bool


def _kept(request: Request) -> _Kept:
    secure = request.url.scheme == "https"
    return {"httponly": True, "samesite": "strict", "path": "/", "secure": secure}


def _page(
    request: Request,
    access: Access,
    wanted: str,
    name: str = "",
    code: str = "",
    status: int = 200,
    wait_s: int = 0,
) -> Response:
    return render(
        request,
        "sign_in.html",
        status,
        hall=access.service.plan.hall,
        wanted=own_path(request, wanted) or "",
        name=name,
        code=code,
        wait_s=wait_s,
        administered=access.accounts.administered,
    )
