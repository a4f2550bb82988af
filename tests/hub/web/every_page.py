"""Every page there is, read off the application: a new one is looked at without being named.

Unless its address needs something that has no sample yet, and then the tests fail that ask.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

from hub.core.commands_of_people import MakeAccount
from hub.web.rights import Declared, declared
from tests.hub.web.conftest import PATIENCE_S, House, plan

LONG_ZH, LONG_EN = (
    "不动产统一登记与二手房交易网签备案综合受理",
    "Unified Real Estate Registration and Second-hand Housing Transactions",
)
NO_PAGES = re.compile(r"\.(csv|xlsx|json|toml)$|^/(api/|static|metrics|healthz)|/replay/run$")
"""Addresses that answer with a file, figures or lines for programs."""

AREAS = {
    "services": "residence",
    "counters": "c1",
    "clerks": "wang",
    "roster": "new",
    "priorities": "new",
    "boards": "new",
    "kiosks": "new",
}
"""Lists of the administration, and something that stands in each; `new` is yet to be."""


def long_plan() -> Any:
    """A hall whose names are as long as names are."""
    names = {"zh": LONG_ZH, "en": LONG_EN}
    services = [
        {"id": "residence", "name": names, "prefix": "A"},
        {"id": "social", "name": {"zh": "社会保险", "en": "Insurance"}, "prefix": "B"},
    ]
    return plan(services=services, hall={"id": "civic", "name": names})


def routes(house: House) -> list[Declared]:
    """The routes that answer with a page."""
    return [
        route
        for route in declared(house.app)
        if "GET" in route.methods and not NO_PAGES.search(route.path)
    ]


def addresses(route: Declared, samples: Mapping[str, str]) -> list[str]:
    """The addresses of a page, one for each kind of thing that it can show."""
    if "{name}" not in route.path:
        return [re.sub(r"\{(\w+)(:\w+)?\}", lambda found: samples[found[1]], route.path)]
    named = AREAS.items()
    return [route.path.replace("{name}", area).replace("{key}", key) for area, key in named]


def all_of(house: House) -> list[str]:
    """The addresses of all pages, of a hall in which something of everything has happened."""
    slip = _a_day(house)
    samples = {"slip": slip, "ticket": slip.partition(".")[0], "account": _account(house)}
    samples |= {"counter": "c1", "unit": "unit-1"}
    found = {"/take?kiosk=1", f"/t/{slip}?kiosk=1"}
    for route in routes(house):
        found |= set(addresses(route, samples))
    return sorted(found)


def _a_day(house: House) -> str:
    house.open()
    house.open("c2", "li", "1357")
    first = house.take()
    for _ in range(3):
        house.take("social")
    house.command("next")
    house.command("done")
    house.take()
    house.command("next")
    house.command("next", "c2")
    house.command("hold", "c2")
    return str(first["url"]).rsplit("/", 1)[1]


def _account(house: House) -> str:
    wanted = MakeAccount("chen", LONG_EN[:60], ("operator", "supervisor"), None, "x", "console")
    assert house.service.command(None, wanted).result(PATIENCE_S).status == 200
    return wanted.account


def settled(page: Page) -> None:
    """Wait until a page that lives has been told the present."""
    page.wait_for_function(
        "() => (document.getElementById('live') || { dataset: { live: 'live' } })"
        ".dataset.live === 'live'"
    )
