"""What is said for a call. PURE.

A template with named places becomes one of three texts:

- the caption, as people read it:            请A012号到3号窗口
- the reading, as people say it, and as a    请A零一二号到三号窗口
  speech module is given it
- the same for eSpeak NG, which has to be    请A·零壹二号到三号窗口
  written some letters and figures otherwise

Ticket numbers are read digit by digit. Counters are read as a numeral up to 99 (十二号窗口) and
digit by digit from 100 on (一零一号窗口); so are figures anywhere else in a text.
"""

from __future__ import annotations

import difflib
import re
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from device.voice.calls import Call, Kind

Language: TypeAlias = Literal["zh", "en"]
One: TypeAlias = Literal["一", "幺"]
Pace: TypeAlias = Literal["slow", "normal", "fast"]

PLACES: Final = ("counter", "number", "service")
"""What a template may name."""

_LONGEST_TEMPLATE: Final = 80
_NUMERAL_BELOW: Final = 100
_TOKENS: Final = re.compile(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]+")
_SILENT_SIGNS: Final = re.compile(r"[\W_]+")
_PLAIN: Final = string.ascii_letters + string.digits
_NARROW: Final = {ord(sign) + 0xFEE0: sign for sign in _PLAIN}
"""Full-width letters and figures, as some systems print them, to plain ones."""


@dataclass(frozen=True)
class Wording:
    """Which languages are spoken, in which order, and with which templates."""

    languages: tuple[Language, ...]
    templates: Mapping[tuple[Kind, Language], str]
    one: One = "一"

    def template(self, call: Call, language: Language) -> str:
        """What is said of a call of this kind."""
        return self.templates[call.kind, language]


@dataclass(frozen=True)
class ModuleKind:
    """What a make of speech module can say, and how it counts volume and pace.

    `loudest` is the number of its loudest volume, `paces` are the numbers of its speeds.
    """

    name: str
    languages: frozenset[Language]
    loudest: int
    paces: Mapping[Pace, int]

    def volume(self, percent: int) -> int:
        """The module's number for a volume of 0 to 100 per cent."""
        return round(percent * self.loudest / 100)


SYN6288: Final = ModuleKind(
    "SYN6288", frozenset({"zh"}), 16, MappingProxyType({"slow": 2, "normal": 4, "fast": 5})
)
XFS5152CE: Final = ModuleKind(
    "XFS5152CE", frozenset({"zh", "en"}), 10, MappingProxyType({"slow": 3, "normal": 5, "fast": 7})
)
SIMULATED: Final = ModuleKind("simulated module", XFS5152CE.languages, 10, XFS5152CE.paces)

MODULE_KINDS: Final = MappingProxyType(
    {"syn6288": SYN6288, "xfs5152": XFS5152CE, "simulated": SIMULATED}
)
"""The makes by the names that the configuration gives their drivers."""


def check_template(template: str, needed: tuple[str, ...] = ("number", "counter")) -> str:
    """A template that can be filled and names the places that are `needed`.

    Raises ValueError naming a place that there is not, or one that is missing.
    """
    try:
        named = [place for _, place in _pieces(template) if place is not None]
    except ValueError as error:
        raise ValueError(f"{error}; write a place as {{number}}") from error
    for place in named:
        if place not in PLACES:
            raise ValueError(_unknown(place))
    if len(template) > _LONGEST_TEMPLATE:
        raise ValueError(f"longer than {_LONGEST_TEMPLATE} characters")
    missing = [place for place in needed if place not in named]
    if missing:
        raise ValueError(f"{{{missing[0]}}} is missing")
    return template


def caption(call: Call, language: Language, wording: Wording) -> str:
    """What is said, as people read it."""
    values = _values(call, language)
    pieces = _pieces(wording.template(call, language))
    return "".join(literal + (values[place] if place else "") for literal, place in pieces)


def reading(call: Call, language: Language, wording: Wording) -> str:
    """What is said, as people say it: figures in words, which a speech module reads alike."""
    return _spoken(call, language, wording, _speller(language, wording.one))


def for_espeak(call: Call, language: Language, wording: Wording) -> str:
    """What is said, written so that eSpeak NG 1.52 says it as people do."""
    return _spoken(call, language, wording, _espeak_speller(language, wording.one))


@dataclass(frozen=True)
class _Speller:
    """How letters and figures are written for a reader.

    `digits` writes a row of digits, `numeral` a number below 100, `letters` a row of capital
    letters; `gap` stands between such groups.
    """

    digits: Callable[[str], str]
    numeral: Callable[[int], str]
    letters: Callable[[str], str]
    gap: str = ""
    spells_words: bool = True

    def number(self, text: str) -> str:
        """A ticket's number, digit by digit; signs between its parts are not read."""
        return self.gap.join(self._parts(text, self.digits))

    def counter(self, text: str) -> str:
        """A counter's number."""
        return self.gap.join(self._parts(text, self._figure))

    def running(self, text: str) -> str:
        """Any other text: figures as a counter's, abbreviations letter by letter."""
        return "".join(self._written(token) for token in _tokens(text))

    def _parts(self, text: str, figure: Callable[[str], str]) -> Iterator[str]:
        for token in _tokens(text):
            if token[0] in string.digits:
                yield figure(token)
            elif token[0] in string.ascii_letters:
                yield self.letters(token.upper())
            elif spoken := _SILENT_SIGNS.sub("", token):
                yield spoken

    def _figure(self, digits: str) -> str:
        value = int(digits)
        return self.numeral(value) if value < _NUMERAL_BELOW else self.digits(digits)

    def _written(self, token: str) -> str:
        if token[0] in string.digits:
            return self._figure(token)
        if self.spells_words and token.isascii() and token.isalpha() and token.isupper():
            return self.letters(token)
        return token


def _speller(language: Language, one: One) -> _Speller:
    if language == "en":
        return _Speller(" ".join, str, " ".join, gap=" ", spells_words=False)
    return _Speller(lambda digits: _mandarin_digits(digits, one), _mandarin_numeral, str)


def _espeak_speller(language: Language, one: One) -> _Speller:
    """The same for eSpeak NG 1.52, each difference for something heard wrong.

    - English: a lone A is read as the article, unless a hyphen or a pause follows.
    - Mandarin: 一 before 号 changes its tone, as in a running text; in a number it stays yī. 壹
      is read alike and keeps its tone.
    - Mandarin: letters in a row are read as an English word (AB, IT) unless a dot parts them.
    """
    if language == "en":
        return _Speller(" ".join, str, _hyphened, gap=" ", spells_words=False)
    ear = "壹" if one == "一" else one
    return _Speller(
        lambda digits: _mandarin_digits(digits, ear),
        lambda value: _mandarin_numeral(value).replace("一", "壹"),
        lambda letters: "".join(f"{letter}·" for letter in letters),
    )


def _hyphened(letters: str) -> str:
    return "- ".join(letters) + ";"


def _mandarin_digits(digits: str, one: str) -> str:
    return "".join("零一二三四五六七八九"[int(digit)] for digit in digits).replace("一", one)


def _mandarin_numeral(value: int) -> str:
    """A number below 100 as it is said: 十, 十二, 二十, 二十一."""
    tens, ones = divmod(value, 10)
    if not tens:
        return _mandarin_digits(str(ones), "一")
    head = "" if tens == 1 else _mandarin_digits(str(tens), "一")
    return f"{head}十{_mandarin_digits(str(ones), '一') if ones else ''}"


def _spoken(call: Call, language: Language, wording: Wording, speller: _Speller) -> str:
    values = _values(call, language)
    said = {
        None: "",
        "number": speller.number(values["number"]),
        "counter": speller.counter(values["counter"]),
        "service": speller.running(values["service"]),
    }
    pieces = _pieces(wording.template(call, language))
    return "".join(speller.running(literal) + said[place] for literal, place in pieces)


def _values(call: Call, language: Language) -> dict[str, str]:
    service = call.service_zh if language == "zh" else call.service_en
    return {"number": call.number, "counter": call.counter, "service": service}


def _pieces(template: str) -> Iterator[tuple[str, str | None]]:
    """Each literal with the place after it. Raises ValueError for braces that do not pair."""
    for literal, place, form, conversion in string.Formatter().parse(template):
        if form or conversion:
            raise ValueError(f"{{{place}}} takes no format")
        yield literal, place


def _tokens(text: str) -> list[str]:
    return _TOKENS.findall(text.translate(_NARROW))


def _unknown(place: str) -> str:
    close = difflib.get_close_matches(place, PLACES, n=1, cutoff=0.5)
    hint = f". Did you mean {{{close[0]}}}?" if close else ""
    return f"no such place {{{place}}}; there are: {', '.join(PLACES)}{hint}"
