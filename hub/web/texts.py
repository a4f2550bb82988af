"""Texts in both languages, from gettext. A message's id is its English.

After a change, run `pybabel compile -d hub/web/locale -D hub`; a test finds what was forgotten.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

from starlette.requests import Request

from wire.messages import Part, Text

LOCALE_DIR: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "hub"
COOKIE: Final = "lang"

Language = Literal["zh", "en"]


class Words(Part):
    """A text of ours in both languages."""

    zh: str
    en: str


def marked(msgid: str) -> str:
    """The id itself: says that it is to be translated, later."""
    return msgid


def both(msgid: str, **values: object) -> Words:
    """The text in both languages; a value that has two languages itself is put in by language.

    Raises KeyError when the text names a value that is not given.
    """
    said = (_sayable(value) for value in values.values())
    return _both(msgid, tuple(zip(values, said, strict=True)))


def _sayable(value: object) -> str | Text | Words:
    """As it is said: 1 and 1.0 are the same to a cache."""
    return value if isinstance(value, Text | Words) else str(value)


@lru_cache(maxsize=4096)
def _both(msgid: str, named: tuple[tuple[str, str | Text | Words], ...]) -> Words:
    """The same, said once: a picture says mostly what the one before it said."""
    values: Mapping[str, object] = dict(named)
    return Words(
        zh=catalogue("zh").gettext(msgid).format_map(_side("zh", values)),
        en=msgid.format_map(_side("en", values)),
    )


def _side(language: Language, values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: getattr(value, language) if isinstance(value, Text | Words) else value
        for name, value in values.items()
    }


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The translations into a language; English needs none."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=["zh_CN"])


def language_of(request: Request) -> Language:
    """What the address asks for, or was asked for before, or the browser prefers; else Chinese."""
    for asked in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if asked in {"zh", "en"}:
            return "en" if asked == "en" else "zh"
    return _preferred(request.headers.get("accept-language", ""))


def _preferred(header: str) -> Language:
    """The first of our languages in an Accept-Language, by weight and then by place."""
    weighed: list[tuple[float, int, Language]] = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().lower().partition(";q=")
        found = tag.split("-")[0]
        if found in {"zh", "en"}:
            weighed.append((-_weight(weight), place, "en" if found == "en" else "zh"))
    return min(weighed)[2] if weighed else "zh"


def _weight(text: str) -> float:
    try:
        return float(text or "1")
    except ValueError:
        return 0.0
