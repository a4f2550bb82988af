"""axe, which finds what keeps people from using a page: contrast, names, order, roles."""

from __future__ import annotations

from functools import cache

from playwright.sync_api import Page

from tests.hall.npm import from_npm

PACKAGE = "axe-core@4.14.1"
GRAVE = ("serious", "critical")

_RUN = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
  .map((found) => [found.impact, found.id, found.nodes.map((node) => node.html.slice(0, 160))])"""


@cache
def _script() -> str:
    return from_npm(PACKAGE, "axe.min.js", "axe-core-4.14.1.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """What is serious or critical on a page as it stands, in words."""
    page.evaluate(_script())
    found: list[tuple[str, str, list[str]]] = page.evaluate(_RUN)
    return [f"{impact}: {rule}: {nodes}" for impact, rule, nodes in found if impact in GRAVE]
