"""The pages for citizens: take a number, follow it, come back, rate. None of it needs a script."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from hub.answers import KEY_PATTERN
from hub.core.commands import ByPhone, RateByPhone, TagByPhone
from hub.transaction import IdReusedError
from hub.web import script_texts as st
from hub.web.access import Access, Visit
from hub.web.bodies import UNGUESSED_LETTERS, TicketWish
from hub.web.held_numbers import remember, slips_of
from hub.web.pages import page_content, render
from hub.web.qr import code_of
from hub.web.rights import Right, needs, person_of
from hub.web.ticket_views import WISHES
from wire.ids import new_id

KIOSK_SHOWS_S: Final = 20
"""So long a web kiosk shows a number before it begins again."""

KIOSK_WAITS_S: Final = 60
"""So long it keeps what somebody has chosen who then went away."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a page's form sent: its fields, each cut to a sensible length."""

    fields: dict[str, list[str]]

    def first(self, name: str) -> str:
        """A field's first value; empty if it has none."""
        return self.all(name)[0] if self.all(name) else ""

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return self.fields.get(name, [])

    @property
    def key(self) -> str | None:
        """What makes a repeat of this very form act once; None if it cannot be used."""
        key = self.first("key")
        made_here = len(key) >= UNGUESSED_LETTERS and re.fullmatch(KEY_PATTERN, key)
        return key if made_here else None


async def _form(request: Request) -> Form:
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    return Form({name: [value[:64] for value in values] for name, values in fields.items()})


def make_citizen_pages(access: Access) -> APIRouter:
    """All of them."""
    router = APIRouter(include_in_schema=False, dependencies=[needs(Right.FOLLOW)])
    pages = _Pages(access)
    router.add_api_route("/take", pages.services, methods=["GET"])
    router.add_api_route("/take", pages.take, methods=["POST"])
    router.add_api_route("/t/{slip}", pages.ticket, methods=["GET"])
    router.add_api_route("/t/{slip}", pages.wish, methods=["POST"])
    router.add_api_route("/t/{slip}/rating", pages.rate, methods=["POST"])
    router.add_api_route("/t/{slip}/tags", pages.tag, methods=["POST"])
    return router


Kiosk = Annotated[bool, Query()]


class _Pages:
    def __init__(self, access: Access) -> None:
        self._access = access

    # --- taking a number -------------------------------------------------------------------

    async def services(self, request: Request, kiosk: Kiosk = False) -> Response:
        """The services that a number can be taken for."""
        return await self._choose(request, kiosk)

    async def _choose(
        self, request: Request, kiosk: bool, code: str | None = None, status: int = 200
    ) -> Response:
        # A kiosk is everybody's: it remembers nobody's number.
        slips = () if kiosk else slips_of(request)
        view, held = await self._access.look(lambda view: (view.lines(), view.held(slips)))
        shown: dict[str, Any] = {
            "view": view,
            "held": held,
            # A double tap, or a press after a reload, gets the same number again.
            "key": new_id(),
            "code": code,
            "kiosk": kiosk,
            "waits_s": KIOSK_WAITS_S,
            "page": {**page_content(request, view, st.TAKE), "kiosk": kiosk},
        }
        return render(request, "take.html", status, **shown)

    async def take(self, request: Request, kiosk: Kiosk = False) -> Response:
        """Take a number."""
        form = await _form(request)
        if self._access.too_many(request.client, person_of(request)):
            return await self._choose(request, kiosk, "too_many", 429)
        service = form.first("service")
        visit = Visit(
            service=service,
            kind=form.first("kind"),
            further=tuple(other for other in form.all("further") if other != service),
            identity=form.first("identity").strip() or None,
        )
        # The key goes with what was chosen: another button on the same page is another wish.
        key = f"{form.key}-{service}"[:64] if form.key else None
        try:
            answer = await self._access.issue(visit, key, person_of(request))
        except IdReusedError:
            return RedirectResponse("/take?kiosk=1" if kiosk else "/take", 303)
        content = json.loads(answer.body)
        if answer.status != 201:
            return await self._choose(request, kiosk, content["code"], answer.status)
        slip = content["url"].rpartition("/")[2]
        if kiosk:
            return RedirectResponse(f"/t/{slip}?kiosk=1", 303)
        taken = RedirectResponse(f"/t/{slip}", 303)
        remember(request, taken, slip)
        return taken

    # --- following it ----------------------------------------------------------------------

    async def ticket(self, request: Request, slip: str, kiosk: Kiosk = False) -> Response:
        """Where a ticket stands, for the citizen who holds it."""
        return await self._follow(request, slip, kiosk=kiosk)

    async def _follow(
        self, request: Request, slip: str, code: str = "", status: int = 200, *, kiosk: bool = False
    ) -> Response:
        view = await self._access.look(lambda view: view.ticket(slip))
        if view is None:
            return render(request, "no_ticket.html", 404, kiosk=kiosk)
        levels = self._access.service.plan.rating.levels
        shown: dict[str, Any] = {"view": view, "key": new_id(), "code": code, "slip": slip}
        if kiosk:
            base = self._access.public_url or str(request.base_url).rstrip("/")
            shown |= {"qr": code_of(f"{base}/t/{slip}"), "shows_s": KIOSK_SHOWS_S}
            return render(request, "kiosk_ticket.html", status, **shown)
        page = {**page_content(request, view, st.TICKET), "slip": slip}
        return render(request, "ticket.html", status, page=page, levels=levels, **shown)

    async def wish(self, request: Request, slip: str) -> Response:
        """Check in, come back or give the ticket up."""
        form = await _form(request)
        wish: TicketWish | None = next((w for w in WISHES if w == form.first("wish")), None)
        ticket = await self._access.holds(slip)
        if ticket is None:
            return await self._follow(request, slip, "no_slip", 403)
        if wish is None or form.key is None:
            return _back(slip)
        try:
            answer = await self._access.on_ticket(ticket, wish, f"{form.key}-{wish}"[:64])
        except IdReusedError:
            return _back(slip)
        if answer.status != 200:
            code = json.loads(answer.body)["code"]
            return await self._follow(request, slip, code, answer.status)
        return _back(slip)

    # --- rating ----------------------------------------------------------------------------

    async def rate(self, request: Request, slip: str) -> Response:
        """Rate a service that has ended."""
        form = await _form(request)
        return await self._rated(
            request,
            slip,
            form,
            lambda ticket: RateByPhone(ticket, form.first("call"), form.first("level")),
        )

    async def tag(self, request: Request, slip: str) -> Response:
        """Give reasons for a rating."""
        form = await _form(request)
        return await self._rated(
            request,
            slip,
            form,
            lambda ticket: TagByPhone(ticket, form.first("call"), tuple(form.all("tag"))),
        )

    async def _rated(self, request: Request, slip: str, form: Form, wanted: Any) -> Response:
        ticket = await self._access.holds(slip)
        if ticket is None:
            return await self._follow(request, slip, "no_slip", 403)
        if form.key is None:
            return _back(slip)
        command: ByPhone = wanted(ticket)
        try:
            answer = await self._access.rate(command, f"{form.key}-rate"[:64])
        except IdReusedError:
            return _back(slip)
        if answer.status != 200:
            code = json.loads(answer.body)["code"]
            return await self._follow(request, slip, code, answer.status)
        return _back(slip, "#rate")


def _back(slip: str, place: str = "") -> Response:
    return RedirectResponse(f"/t/{slip}{place}", 303)
