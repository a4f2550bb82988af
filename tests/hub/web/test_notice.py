"""What an operator tells the whole hall."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.web.words import _SAY, _Names
from tests.hub.web.conftest import House

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

TEXT = {"zh": "三号窗口暂停服务", "en": "Counter 3 is closed"}


def told(house: House) -> tuple[Any, Any]:
    view = house.client.get("/api/hall").json()
    return view["notice"], view["emergency"]


def test_a_notice_is_told_and_taken_away(house: House) -> None:
    assert house.wish("notice", notice=TEXT, emergency=None).status_code == 200
    assert told(house) == (TEXT, None)
    news = house.client.get("/api/hall").json()["news"][0]
    assert news["text"]["en"] == "Notice on the boards: Counter 3 is closed"
    assert house.wish("notice", notice=None, emergency=None).status_code == 200
    assert told(house) == (None, None)


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "while the hall shows an emergency"), ("zh", "正在发布紧急通知")]
)
def test_whoever_wants_a_number_in_an_emergency_is_told_why_there_is_none(
    house: House, lang: str, words: str
) -> None:
    assert words not in house.client.get("/take", params={"lang": lang}).text
    house.wish("notice", notice=None, emergency=TEXT)
    form = {"service": "residence", "key": "one"}
    answer = house.client.post("/take", params={"lang": lang}, data=form)
    assert answer.status_code == 409
    assert words in answer.text


def test_one_language_is_enough(house: House) -> None:
    house.wish("notice", notice=None, emergency={"zh": " ", "en": "Leave the building"})
    assert told(house) == (None, {"zh": "Leave the building", "en": ""})


@pytest.mark.parametrize(
    "content",
    [
        {"notice": {"zh": " ", "en": ""}, "emergency": None},
        {"notice": {"zh": "x" * 201, "en": ""}, "emergency": None},
        {"notice": None},
        {"notice": {"zh": "x"}, "emergency": None},
    ],
)
def test_what_says_nothing_or_too_much_is_not_taken(house: House, content: Any) -> None:
    assert house.wish("notice", **content).status_code == 422
    assert told(house) == (None, None)


def test_another_site_can_tell_nothing(house: House) -> None:
    answer = house.client.post(
        "/api/notice",
        json={"notice": TEXT, "emergency": None},
        headers={"Idempotency-Key": "k", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_the_news_say_what_is_told_in_an_emergency() -> None:
    content = e.NoticeSet(0.0, TEXT, {"zh": "请撤离", "en": "Leave"}, "operator").content()
    hall: Any = None
    assert _SAY["NoticeSet"](_Names(hall, content)).zh == "所有大屏显示紧急通知：请撤离"
