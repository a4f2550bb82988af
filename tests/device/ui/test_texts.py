"""Both languages are whole: every id is translated, compiled, and fills the same places."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from device.ui import texts
from device.ui.texts import (
    Notice,
    Trouble,
    age,
    both,
    level_name,
    pause_reason,
    rating_options,
)
from device.ui.viewmodel import Bilingual

DEVICE = Path(texts.__file__).parents[1]
PO = texts.LOCALE_DIR / "zh_CN" / "LC_MESSAGES" / "device.po"
MARKS = {"both", "marked"}


def used_ids() -> set[str]:
    return {text for path in DEVICE.rglob("*.py") for text in marked_in(path)}


def marked_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and called(node.func) in MARKS:
            match node.args[0]:
                case ast.Constant(value=str() as text):
                    yield text


def called(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def translations() -> dict[str, str]:
    with PO.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_id_used_is_translated_and_none_is_left_over() -> None:
    assert len(used_ids()) > 30
    assert used_ids() == set(translations())


@pytest.mark.parametrize(("msgid", "chinese"), translations().items())
def test_a_translation_is_chinese_and_has_the_same_places(msgid: str, chinese: str) -> None:
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert places(chinese) == places(msgid)


def test_the_compiled_texts_are_those_of_the_source() -> None:
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = {str(message.id): str(message.string) for message in read_mo(file) if message.id}
    assert compiled == translations(), "run: pybabel compile -d device/ui/locale -D device"


def test_a_value_in_two_languages_goes_to_its_side() -> None:
    rated = both("Your rating: {level}", level=level_name(2))
    assert rated == ("您的评价：不满意", "Your rating: Dissatisfied")


def test_a_value_without_english_stands_in_chinese() -> None:
    assert both("Clerk: {name}", name=Bilingual("王芳")) == ("窗口人员：王芳", "Clerk: 王芳")


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        both("Clerk: {name}")


def test_the_levels_are_those_of_the_standard_on_their_keys() -> None:
    assert [(o.level, o.key, o.zh) for o in rating_options()] == [
        (5, 1, "非常满意"),
        (4, 2, "满意"),
        (3, 3, "基本满意"),
        (2, 4, "不满意"),
        (1, 5, "非常不满意"),
    ]
    assert rating_options()[2].name == ("基本满意", "Fairly satisfied")
    with pytest.raises(KeyError):
        level_name(0)


@pytest.mark.parametrize("reason", ["Short break", "Meal", "Papers to fetch", "Meeting"])
def test_the_usual_reasons_of_a_pause_are_named_as_on_the_hub_s_pages(reason: str) -> None:
    """The hub's file is read as text: a unit carries none of the hub."""
    path = DEVICE.parent / "hub" / "web" / "locale" / "zh_CN" / "LC_MESSAGES" / "hub.po"
    with path.open("rb") as file:
        hub = {str(message.id): str(message.string) for message in read_po(file)}
    assert pause_reason(reason) == pause_reason(hub[reason]) == (hub[reason], reason)


def test_notices_and_troubles_speak_both_languages() -> None:
    assert Notice.NOBODY_WAITING.text == ("没有等候的号票", "Nobody is waiting")
    assert Trouble.TWIN.title("c3") == ("两台设备使用同一编号 c3", "Two units carry the name c3")
    assert Trouble.REFUSED.detail("c3").en == "Enrol unit c3 on the hall's server"


@pytest.mark.parametrize(
    ("age_s", "text"), [(59, ("59秒", "59 s")), (60, ("1分钟", "1 min")), (7200, ("2小时", "2 h"))]
)
def test_an_age_is_told_in_its_largest_unit(age_s: int, text: tuple[str, str]) -> None:
    assert age(age_s) == text
