"""Signing in and out, and who may: accounts, tokens, and who did what."""

from __future__ import annotations

from fastapi import APIRouter

from hub.web.access import Access
from hub.web.accounts.deeds import add_deeds
from hub.web.accounts.own import add_own
from hub.web.accounts.people import add_people
from hub.web.accounts.sign_in import add_sign_in
from hub.web.accounts.tokens import add_tokens


def make_accounts(access: Access) -> APIRouter:
    """All pages about people."""
    router = APIRouter(include_in_schema=False)
    add_sign_in(router, access)
    add_own(router, access)
    add_people(router, access)
    add_tokens(router, access)
    add_deeds(router, access)
    return router
