"""The pages: what they say in both languages, that they are safe, and work without a script."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from hub.core.pictures import WaitRange
from hub.web.facts import Facts
from hub.web.guard import POLICY
from hub.web.pages import FOLDER
from tests.hub.web.conftest import MARKUP, House, plan
from wire.errors import StorageError

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

PAGES = ["/", "/clerk", "/clerk/c1", "/take", "/t/nobody", "/nowhere"]


class Markup(HTMLParser):
    """The elements of a page and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page(house: House, address: str, **params: str) -> Markup:
    return Markup(house.client.get(address, params=params).text)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_stands_inline_and_nothing_comes_from_outside(
    house: House, address: str, lang: str
) -> None:
    answer = house.client.get(address, params={"lang": lang})
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    markup = Markup(answer.text)
    assert not markup.of("style")
    for script in markup.of("script"):
        src = script.get("src")
        assert script.get("type") == "application/json" or (src and src.startswith("/static/"))
    for tag, attributes in markup.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")], tag
        for name in ("src", "href", "action"):
            assert (attributes.get(name) or "/").startswith(("/", "#")), attributes


@pytest.mark.parametrize("address", PAGES)
def test_pages_speak_the_language_that_is_asked_for(house: House, address: str) -> None:
    for lang, tag in (("zh", "zh-CN"), ("en", "en")):
        markup = page(house, address, lang=lang)
        assert markup.of("html") == [{"lang": tag, "data-theme": "auto"}]
        title = re.search(r"<title>(.+?)</title>", house.client.get(address).text)
        assert title is not None
        assert (re.search("[一-鿿]", title[1]) is not None) == (lang == "zh")


def test_the_language_is_remembered_else_the_browser_s_else_chinese(house: House) -> None:
    def language(accept: str = "") -> str | None:
        answer = house.client.get("/take", headers={"Accept-Language": accept})
        return Markup(answer.text).of("html")[0]["lang"]

    assert language("fr") == "zh-CN"
    assert language("fr, en-GB;q=0.8, zh;q=0.5") == "en"
    assert language("en;q=junk, zh") == "zh-CN"
    page(house, "/take", lang="en")
    assert language("zh") == "en"


def followed(house: House) -> str:
    """The page of a number that is taken now, as its slip says."""
    return str(house.take()["url"])


def form_key(house: House, address: str = "/take") -> str:
    [key] = {str(f["value"]) for f in page(house, address).of("input") if f["name"] == "key"}
    return key


def posted(house: House, address: str = "/take", **fields: Any) -> Any:
    return house.client.post(address, data=fields, follow_redirects=False)


def test_a_number_is_taken_and_followed_without_a_script(house: House) -> None:
    house.open()
    wish = {"service": "residence", "key": form_key(house)}
    first, again = posted(house, **wish), posted(house, **wish)
    assert first.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    assert house.client.get("/api/hall").json()["today"]["issued"] == 1
    slip = house.client.get(first.headers["location"])
    assert "A001" in slip.text
    assert '<meta http-equiv="refresh"' in slip.text


def test_enter_in_a_field_gives_no_number(house: House) -> None:
    # The first button that submits is the one that Enter presses.
    buttons = Markup(house.visitor.get("/take").text).of("button")
    first = next(button for button in buttons if button["type"] == "submit")
    assert {"disabled", "hidden"} <= set(first)
    assert "name" not in first


def test_every_button_is_a_wish_of_its_own(house: House) -> None:
    key = form_key(house)
    taken = [posted(house, service=s, key=key) for s in ("residence", "social")]
    assert len({answer.headers["location"] for answer in taken}) == 2
    other = posted(house, service="residence", key=key, further="social")
    assert (other.status_code, other.headers["location"]) == (303, "/take")


def test_several_services_and_a_class_on_one_number(tmp_path: Path) -> None:
    classes = [{"id": "elderly", "name": {"zh": "老年人", "en": "Elderly"}}]
    house = House(tmp_path, plan(priorities=classes, limits={"per_person_day": 1}))
    try:
        text = house.client.get("/take", params={"lang": "en"}).text
        assert "Elderly" in text
        assert 'http-equiv="refresh"' not in text  # what was typed would be lost
        further = ["residence", "social"]
        wish: dict[str, Any] = {"service": "residence", "further": further, "kind": "elderly"}
        taken = posted(house, **wish, identity="11010119491231002X", key="k")
        slip = house.client.get(taken.headers["location"], params={"lang": "en"}).text
        assert "Elderly" in slip
        assert "Insurance" in slip
        again = posted(house, **wish, identity="1101 0119 4912 3100 2x", key="k2")
        assert again.status_code == 409
        assert "no more numbers can be taken today" in again.text
        assert "4912" not in again.text
    finally:
        house.close()


WHOLE = "waiting called recalled serving held done no_show cancelled expired"
SIGNAL = "booked waiting held"


def test_a_ticket_s_page_shows_each_state(house: House) -> None:
    house.open()
    address = followed(house)

    def shown() -> set[str]:
        sections = [a for _, a in page(house, address).elements if "data-when" in a]
        return {str(a["data-when"]) for a in sections if "hidden" not in a} - {WHOLE, SIGNAL}

    assert shown() == {"waiting"}
    house.command("next")
    assert shown() == {"called recalled"}
    house.command("recall")
    assert shown() == {"called recalled", "recalled"}
    house.command("hold")
    assert shown() == {"held"}
    house.command("resume")
    assert shown() == {"serving"}
    house.command("done")
    assert shown() == {"done", "done no_show cancelled expired"}


def offered(house: House, address: str) -> set[str]:
    forms = [a for tag, a in page(house, address).elements if tag == "form" and "data-wish" in a]
    return {str(a["data-wish"]) for a in forms if "hidden" not in a}


def test_who_missed_the_call_comes_back_and_gives_up_without_a_script(house: House) -> None:
    house.open()
    address = followed(house)
    assert offered(house, address) == {"cancel"}
    house.command("next")
    assert offered(house, address) == set()
    house.command("no_show")
    assert offered(house, address) == {"come_back"}

    key = form_key(house, address)
    for _ in range(2):  # a double tap acts once
        answer = posted(house, address, wish="come_back", key=key)
        assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert (
        house.client.get(f"/api{address.replace('/t/', '/tickets/')}").json()["ticket"]["state"]
        == "waiting"
    )
    posted(house, address, wish="cancel", key=form_key(house, address))
    assert offered(house, address) == set()
    refused = posted(house, address, wish="come_back", key="later-than-the-page")
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text


def test_a_wish_that_nobody_offers_changes_nothing(house: House) -> None:
    address = followed(house)
    for fields in ({"wish": "release", "key": "k"}, {"wish": "cancel"}, {"key": "k"}):
        assert posted(house, address, **fields).status_code == 303
    assert offered(house, address) == {"cancel"}
    assert posted(house, "/t/nobody", wish="cancel", key="k").status_code == 404


class Foretold:
    """A forecast that says the same of everybody."""

    def ticket(self, ticket: str, now: float) -> WaitRange:
        return self.service(ticket)

    def service(self, service: str) -> WaitRange:
        return WaitRange(p10=100.0, p50=150.0, p90=190.0)


def test_waits_are_rounded_outward(house: House) -> None:
    house.open()
    address = followed(house)
    # Open, and nothing is foretold yet: the place in line, and nothing else.
    assert 'data-slot="wait">—<' in house.client.get(address).text
    assert 'data-slot="wait"><' in house.client.get("/take").text
    house.service._books.waits = lambda _: Foretold()
    for place in (address, "/take"):
        assert "1–4分钟" in house.client.get(place).text
    house.command("close")
    assert "暂无窗口开放" in house.client.get(address).text


def test_a_closed_hall_gives_no_numbers(tmp_path: Path) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    house = House(tmp_path, plan(hours=dict.fromkeys(days, "")))
    try:
        buttons = Markup(house.visitor.get("/take").text).of("button")
        assert buttons
        assert all("disabled" in button for button in buttons)
        answer = house.client.post("/take", data={"service": "social", "key": "k"})
        assert answer.status_code == 409
        assert "现在不发号" in answer.text
    finally:
        house.close()


def test_unknown_things_have_a_page_of_their_own(house: House) -> None:
    assert house.client.get("/t/nobody").status_code == 404
    assert "没有找到此票号" in house.client.get("/t/nobody").text
    assert house.client.get("/clerk/c9").status_code == 404
    number = house.service.plan.counter["c1"].number
    moved = house.client.get(f"/clerk/{number}", follow_redirects=False)
    assert moved.headers["location"] == "/clerk/c1"
    assert "没有这个页面" in house.client.get("/nowhere").text


def test_a_disk_that_fails_has_a_page_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(batch: Any) -> None:
        if not batch.empty():
            raise StorageError("journal: disk full")

    monkeypatch.setattr(house.journal, "commit", full)
    answer = house.client.post("/take", data={"service": "social", "key": "k"})
    assert answer.status_code == 503
    assert "系统暂时无法完成此操作" in answer.text


def test_names_full_of_markup_are_only_text(tmp_path: Path) -> None:
    name = {"zh": MARKUP, "en": MARKUP}
    hall = plan(
        hall={"id": "civic", "name": name},
        services=[{"id": "residence", "name": name, "prefix": "A"}],
        counters=[{"id": "c1", "number": "<b>", "name": name, "services": ["residence"]}],
    )
    house = House(tmp_path, hall)
    try:
        house.open("c1", "li", "1357")
        slip = followed(house)
        house.command("next")
        for address in ("/", "/clerk", "/clerk/c1", "/take", slip):
            text = house.client.get(address).text
            assert "alert(1)" in text, address
            assert "<script>alert" not in text, address
            assert "<b>" not in text, address
    finally:
        house.close()


def test_no_hash_of_a_pin_is_on_a_page(house: House) -> None:
    house.open()
    for address in PAGES:
        assert "scrypt" not in house.client.get(address).text


def test_a_clerk_s_page_knows_no_ratings(house: House) -> None:
    text = house.client.get("/clerk/c1").text
    assert "satisfied" not in text
    assert "满意" not in text


def test_every_page_warns_of_an_open_broker(house: House) -> None:
    house.facts = Facts(broker_exposed=True)
    for address in ("/", "/clerk", "/clerk/c1", "/take", followed(house), "/nowhere"):
        assert "内置消息服务对本网络开放" in house.client.get(address).text, address


def test_pages_are_not_kept_and_their_files_are_asked_for_again(house: House) -> None:
    assert house.client.get("/take").headers["cache-control"] == "no-store"
    file = house.client.get("/static/hall.css")
    assert file.headers["cache-control"] == "no-cache"
    again = house.client.get("/static/hall.css", headers={"If-None-Match": file.headers["etag"]})
    assert again.status_code == 304


def test_a_form_of_ours_keeps_its_origin(house: House) -> None:
    # "no-referrer" would make browsers send "Origin: null", which the guard refuses.
    assert house.client.get("/take").headers["referrer-policy"] == "same-origin"
    assert house.client.get("/static/../app.py").status_code == 404


LATER = {
    "*.css": r"\b(?:padding|margin)-(?:inline|block):|[\s;{]inset(?:-\w+)?:|:(?:has|is|where)\(|"
    r"[\s;{](?:aspect-ratio|accent-color):|\d[dsl]v[hw]\b|color-mix\(|@(?:layer|container)\b",
    "*.js": r"\.at\(|structuredClone|Object\.hasOwn\b|\.(?:findLast|toSorted)\(",
}
"""What came after Chromium 86, which some halls' kiosks and counters have."""


@pytest.mark.parametrize("kind", LATER)
def test_nothing_is_used_that_an_old_browser_lacks(kind: str) -> None:
    files = [*(FOLDER / "static").rglob(kind)]
    assert files
    found = {f.name: re.findall(LATER[kind], f.read_text("utf-8")) for f in files}
    assert {name: uses for name, uses in found.items() if uses} == {}
    assert re.search(LATER["*.css"], ".a { inset: 0 }")
    assert not re.search(LATER["*.css"], ".inset { padding-left: 0; top: 0 }")
