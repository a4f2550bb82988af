"""Every text of ours is there in both languages, with the same values in it, and compiled."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from hub.core.hall import _NEWS
from hub.web.script_texts import CLERK, COMMON, FLOOR, HALL, TAKE, TICKET, script_texts
from hub.web.texts import LOCALE_DIR, both
from hub.web.words import _SAY

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

WEB = LOCALE_DIR.parent
PO = LOCALE_DIR / "zh_CN" / "LC_MESSAGES" / "hub.po"
STATIC = WEB / "static"
GROUPS = {
    "hall.js": HALL,
    "wall.js": HALL,
    "floor.js": {**HALL, **FLOOR},
    "floor_wall.js": {**HALL, **FLOOR},
    "clerk.js": CLERK,
    "take.js": TAKE,
    "ticket.js": TICKET,
}
"""What a page's script is given to say."""

IMPORTED = re.compile(r"(?:from|import) '\./(\w+\.js)'")
SAID = re.compile(r"\bsay\(([^,()]*)")


def loaded(script: str) -> set[str]:
    """A script, and all that it loads."""
    found, coming = set(), [script]
    while coming:
        name = coming.pop()
        if name not in found:
            found.add(name)
            coming += IMPORTED.findall((STATIC / name).read_text())
    return found


def catalogue() -> Catalog:
    return read_po(io.BytesIO(PO.read_bytes()))


def used() -> set[str]:
    found: set[str] = set()
    for path in WEB.rglob("*.py"):
        found |= messages("python", path, {"both": None, "marked": None})
    for path in (WEB / "templates").rglob("*.html"):
        found |= messages("jinja2.ext:babel_extract", path, {"_": None})
    return found


def messages(method: str, path: Path, keywords: dict[str, None]) -> set[str]:
    with path.open("rb") as file:
        return {str(found[1]) for found in extract(method, file, keywords=keywords)}


def test_nothing_is_missing_and_nothing_is_left_over() -> None:
    translated = {str(entry.id) for entry in catalogue() if entry.id and entry.string}
    assert used() == translated


def test_both_languages_hold_the_same_values() -> None:
    def values(text: str) -> list[str]:
        return sorted(re.findall(r"\{\w+\}", text))

    for entry in catalogue():
        if entry.id:
            assert values(str(entry.string)) == values(str(entry.id)), entry.id
            assert not entry.fuzzy


def test_the_compiled_catalogue_is_up_to_date() -> None:
    compiled = read_mo(io.BytesIO(PO.with_suffix(".mo").read_bytes()))
    assert {e.id: e.string for e in compiled if e.id} == {
        e.id: e.string for e in catalogue() if e.id
    }


@pytest.mark.parametrize("script", GROUPS)
def test_scripts_say_only_what_they_are_given(script: str) -> None:
    known = set(script_texts("en", GROUPS[script]))
    for name in loaded(script):
        asked = SAID.findall((STATIC / name).read_text())
        said = {text for words in asked for text in re.findall(r"'(\w+)'", words)}
        assert {text for text in said if not text.endswith("_")} <= known, name


def test_every_script_that_speaks_belongs_to_a_page() -> None:
    speaking = {path.name for path in STATIC.glob("*.js") if SAID.search(path.read_text())}
    own = {"supervision.js", "records.js"}  # their words are in the page
    assert speaking - own <= set().union(*(loaded(script) for script in GROUPS))


def test_no_script_text_is_unused() -> None:
    source = "".join(path.read_text() for path in STATIC.glob("*.js"))
    computed = re.findall(r"'(\w+_)' \+", source)
    for name in {**COMMON, **HALL, **FLOOR, **CLERK, **TAKE, **TICKET}:
        assert f"'{name}'" in source or name.startswith(tuple(computed)), name


def test_every_kind_of_news_has_words() -> None:
    assert {kind.__name__ for kind in _NEWS} == set(_SAY)


def test_values_with_two_languages_go_where_they_belong() -> None:
    inner = both("closed")
    assert both("{text} (kept, not counted: {why})", text="x", why=inner).zh.endswith("未开放）")
    assert both("{text} (kept, not counted: {why})", text="x", why=inner).en.endswith("closed)")
