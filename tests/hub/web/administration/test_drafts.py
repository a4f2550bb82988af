"""From forms to a plan in force: drafts, mistakes, preview, two at once, history, undo, import."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hub.core.commands_of_people import RemoveAccount
from hub.core.replanning import OBSTACLES
from hub.pins import pin_right
from hub.web.administration import effect
from tests.hub.web.conftest import MARKUP, House, plan

HOME = "/administration"
RESIDENCE = {
    "id": "residence",
    "name.zh": "户籍办理",
    "name.en": "Residence",
    "prefix": "A",
    "mean_s": "10",
    "cv": "0.8",
    "target_s": "15",
}


SELECT = re.compile(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', re.DOTALL)
TEXTAREA = re.compile(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', re.DOTALL)


def get(client: TestClient, path: str = "", lang: str = "en") -> str:
    sep = "&" if "?" in path else "?"
    answer = client.get(f"{HOME}{path}{sep}lang={lang}")
    assert answer.status_code == 200, (path, answer.status_code)
    return str(answer.text)


def post(client: TestClient, path: str, **fields: Any) -> Any:
    data = {name.replace("__", ":"): value for name, value in fields.items()}
    return client.post(f"{HOME}{path}", data=data, follow_redirects=False)


def save(client: TestClient, path: str, fields: dict[str, Any]) -> str:
    """Save a form; where the browser is sent then."""
    answer = client.post(f"{HOME}{path}", data=fields, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def apply(client: TestClient, reason: str = "") -> int:
    found = re.search(r'name="print" value="(\w+)"', get(client, "/preview"))
    answer = post(client, "/apply", print=found[1] if found else "", reason=reason)
    return int(answer.status_code)


@pytest.fixture
def other(house: House) -> Iterator[TestClient]:
    """A second administrator."""
    client = house.program(house.give_token("administrator"))
    yield client
    client.close()


# --- a change -------------------------------------------------------------------------------


def test_nothing_is_in_force_before_it_is_applied(house: House) -> None:
    where = save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "12.5"})
    assert where == f"{HOME}/services?saved=1"
    assert house.service.plan.service["residence"].mean_s == 600
    assert "Changes not yet in force: 1" in get(house.client)
    preview = get(house.client, "/preview")
    assert "Service Residence, Usual time of a service: 10 min → 12.5 min" in preview
    assert apply(house.client, "it takes longer") == 303
    assert house.service.plan.service["residence"].mean_s == 750
    assert "Changes not yet in force" not in get(house.client)
    history = get(house.client, "/history")
    assert "it takes longer" in history
    assert "Usual time of a service: 10 min → 12.5 min" in history


def test_a_form_that_changes_nothing_leaves_no_draft(house: House) -> None:
    save(house.client, "/services/residence", RESIDENCE)
    for path in ("hall", "rules", "rating", "texts"):
        form = fields_of(get(house.client, f"/{path}"))
        save(house.client, f"/{path}", form)
    for path in ("/counters/c1", "/counters/c2", "/clerks/wang", "/services/social"):
        save(house.client, path, fields_of(get(house.client, path)))
    assert "Changes not yet in force" not in get(house.client)


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser would send of the page's large form, as it was filled in."""
    begins = re.search(r'<form method="post"[^>]*class="[^"]*\bform\b', page)
    assert begins is not None
    form = page[begins.start() :]
    form = form[: form.index("</form>")]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)
        boxed = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name and (not boxed or " checked" in tag):
            value = re.search(r'value="([^"]*)"', tag)
            found.setdefault(name[1], []).append(unescaped(value[1] if value else ""))
    for name, options in re.findall(
        r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else ""]
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        found[name] = [unescaped(text)]
    return found


def unescaped(text: str) -> str:
    for code, letter in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'")):
        text = text.replace(code, letter)
    return text.replace("&amp;", "&")


def test_every_mistake_stands_beside_its_field_and_everything_typed_is_kept(house: House) -> None:
    bad = {**RESIDENCE, "prefix": "a1", "mean_s": "ten", "target_s": "900", "name.en": MARKUP}
    where = save(house.client, "/services/residence", bad)
    assert where.startswith(f"{HOME}/services/residence")
    page = get(house.client, "/services/residence")
    for text in ("one or two capital letters", "input should be a number", "equal to 480"):
        assert text in page
    assert 'value="a1"' in page
    assert 'value="ten"' in page
    assert MARKUP not in page
    assert "Mistakes: 3" in page
    chinese = get(house.client, "/services/residence", "zh")
    assert "应为一个或两个大写字母" in chinese
    assert "请填写数字" in chinese
    assert apply(house.client) == 409
    assert house.service.plan.service["residence"].prefix == "A"


def test_what_is_doubled_is_said_of_whom(house: House) -> None:
    form = {"id": "c9", "number": "2", "unit": "unit-1", "skill:social": "own"}
    save(house.client, "/counters/new", form)
    page = get(house.client, "/counters/new-1")
    assert "already used by Counter c2" in page  # both have this number
    assert "already used by Counter 1" in page
    chinese = get(house.client, "/counters/new-1", "zh")
    assert "已被“窗口 c2”使用" in chinese
    days = {"special:date": ["2026-10-01"] * 2, "special:hours": ["", ""]}
    languages = {"special:zh": ["", ""], "special:en": ["", ""]}
    save(house.client, "/hall", {**fields_of(get(house.client, "/hall")), **days, **languages})
    assert "another line has this date" in get(house.client, "/hall")


def test_a_name_that_stands_for_nothing_is_asked_about(house: House) -> None:
    shift = {"clerk": "wangg", "counter": "c1", "days": ["monday"], "hours": "08:30-17:00"}
    assert "/roster/new-1" in save(house.client, "/roster/new", shift)
    page = get(house.client, "/roster/new-1")
    assert "no such clerk; there are: li, wang. Did you mean wang?" in page


def test_what_stands_in_the_way_is_said_before_and_refused_after(house: House) -> None:
    house.open("c2")
    post(house.client, "/counters/c2", act="remove")
    preview = get(house.client, "/preview")
    assert "This cannot be applied right now" in preview
    assert "Counter 2 cannot go" in preview
    assert 'name="print"' not in preview
    assert apply(house.client) == 409


def test_a_draft_is_applied_as_it_was_seen_or_not_at_all(house: House) -> None:
    save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "11"})
    seen = re.search(r'name="print" value="(\w+)"', get(house.client, "/preview"))
    assert seen is not None
    save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "12"})
    answer = post(house.client, "/apply", print=seen[1])
    assert answer.status_code == 409
    assert house.service.plan.service["residence"].mean_s == 600


def test_discarded_is_gone(house: House) -> None:
    save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "11"})
    post(house.client, "/discard")
    assert "Nothing is changed" in get(house.client, "/preview")


def test_a_later_account_of_the_same_name_begins_anew(house: House) -> None:
    """Neither the draft nor the deeds of who has gone are theirs."""
    house.person("administrator")
    anna = house.browser(house.person("administrator", name="anna"))
    save(anna, "/services/residence", {**RESIDENCE, "mean_s": "11"})
    assert apply(anna) == 303
    save(anna, "/services/residence", {**RESIDENCE, "mean_s": "12"})
    assert "Changes not yet in force: 1" in get(anna)
    gone = RemoveAccount("anna", "console")
    assert house.service.command(None, gone).result(20).status == 200
    assert anna.get(HOME, follow_redirects=False).status_code == 303
    later = house.browser(house.person("administrator", name="anna"))
    assert "Changes not yet in force" not in get(later)
    for page in ("/administration/history", "/accounts/deeds?who=anna"):
        text = later.get(page).text
        assert "Anna</span>" not in text.split("</nav>")[-1]
        assert "anna</span>" in text


# --- two at once ----------------------------------------------------------------------------


def test_two_administrators_at_once(house: House, other: TestClient) -> None:
    save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "11"})
    assert "Changes not yet in force" not in get(other)
    save(other, "/services/residence", {**RESIDENCE, "mean_s": "12", "target_s": "20"})
    assert apply(other) == 303
    preview = get(house.client, "/preview")
    assert "Somebody else has changed the plan meanwhile" in preview
    assert "Usual time of a service: 10 min → 12 min" in preview
    assert "Changed by both of you" in preview
    assert apply(house.client) == 409
    assert post(house.client, "/carry-over").status_code == 303
    merged = get(house.client, "/preview")
    assert "Usual time of a service: 12 min → 11 min" in merged
    assert "Wait at most" not in merged.split("What changes")[1].split("</section>")[0]
    assert apply(house.client) == 303
    service = house.service.plan.service["residence"]
    assert (service.mean_s, service.target_s) == (660, 1200)


def test_a_draft_without_changes_follows_the_plan(house: House, other: TestClient) -> None:
    get(house.client, "/services")
    save(other, "/services/residence", {**RESIDENCE, "mean_s": "12"})
    assert apply(other) == 303
    assert "12 min" in get(house.client, "/services")


# --- history and undo -----------------------------------------------------------------------


def test_one_change_is_taken_back_and_later_ones_stay(house: House) -> None:
    save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "12"})
    assert apply(house.client) == 303
    first = house.service.ask(lambda t: t.hall.plan_at).result(20)
    save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "12", "target_s": "20"})
    assert apply(house.client) == 303
    where = post(house.client, f"/history/{first}/undo").headers["location"]
    assert where == f"{HOME}/preview"
    assert "12 min → 10 min" in get(house.client, "/preview")
    assert apply(house.client) == 303
    service = house.service.plan.service["residence"]
    assert (service.mean_s, service.target_s) == (600, 1200)
    history = get(house.client, "/history")
    assert f"Takes version {first} back" in history
    assert history.count('class="panel entry"') == 4


@pytest.mark.parametrize("spoilt", ["{}", '{"plan": {"hall": 3}}', "[]", "no json"])
def test_a_plan_that_cannot_be_read_stops_no_administration(house: House, spoilt: str) -> None:
    versions = [house.service.ask(lambda t: t.hall.plan_at).result(20)]
    for minutes in ("12", "13"):
        save(house.client, "/services/residence", {**RESIDENCE, "mean_s": minutes})
        assert apply(house.client) == 303
        versions.append(house.service.ask(lambda t: t.hall.plan_at).result(20))
    house.tell(lambda t: _spoil(t.books.journal.path, versions[0], spoilt))
    for path in ("", "/history"):
        page = get(house.client, path)
        assert page.count('class="panel entry"') == 3
        assert page.count("What changed cannot be said") == 2  # of the first, and of what followed
        assert "12 min → 13 min" in page
    told = get(house.client, "/history")
    assert [f"/history/{n}/undo" in told for n in versions] == [False, False, True]
    assert post(house.client, f"/history/{versions[1]}/undo").status_code == 404


def _spoil(path: Path, sequence: int, content: str) -> None:
    with closing(sqlite3.connect(path, timeout=20)) as journal, journal:
        journal.execute("UPDATE events SET content = ? WHERE sequence = ?", (content, sequence))


def test_nothing_is_taken_back_over_a_draft(house: House) -> None:
    save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "12"})
    assert apply(house.client) == 303
    at = house.service.ask(lambda t: t.hall.plan_at).result(20)
    save(house.client, "/services/residence", {**RESIDENCE, "mean_s": "13"})
    assert "busy=1" in post(house.client, f"/history/{at}/undo").headers["location"]
    assert "Changes not yet in force: 1" in get(house.client)
    post(house.client, "/discard")
    for nothing in (1, 2, 10**9):
        assert post(house.client, f"/history/{nothing}/undo").status_code == 404


# --- areas of their own ---------------------------------------------------------------------


def test_only_a_pin_s_hash_is_kept(house: House) -> None:
    clerk = {"id": "zhao", "name": "赵敏", "number": "17", "pin_hash": "8642"}
    save(house.client, "/clerks/new", clerk)
    assert apply(house.client) == 303
    assert pin_right("8642", house.service.plan.clerk["zhao"].pin_hash)
    before = house.service.plan.clerk["wang"].pin_hash
    save(house.client, "/clerks/wang", {"id": "wang", "name": "王芳", "pin_hash": "12"})
    page = get(house.client, "/clerks/wang")
    assert "a PIN of 4 to 16 digits" in page
    save(house.client, "/clerks/wang", {"id": "wang", "name": "王芳", "pin_hash": "135790"})
    preview = get(house.client, "/preview")
    assert "Clerk 王芳: another PIN" in preview
    assert apply(house.client) == 303
    now = house.service.plan.clerk["wang"].pin_hash
    assert now != before
    assert pin_right("135790", now)
    for page in ("/history", "/clerks/wang", "/clerks"):
        assert "scrypt" not in get(house.client, page)
    save(house.client, "/clerks/wang", {"id": "wang", "name": "王芳", "pin_hash": ""})
    assert house.service.plan.clerk["wang"].pin_hash == now


def test_a_counter_s_skills_keep_their_order_and_the_primary_leads(house: House) -> None:
    form = {"id": "c1", "number": "1", "unit": "unit-1", "speed": "1"}
    form |= {"skill:residence": "own", "skill:social": "own", "primary": "social"}
    save(house.client, "/counters/c1", form)
    assert apply(house.client) == 303
    assert house.service.plan.counter["c1"].services == ("social", "residence")
    save(house.client, "/skills", {"as": "own", "page": "1", "row": ["c1"], "k:c1": ["residence"]})
    save(house.client, "/skills", {"as": "also", "page": "1", "row": ["c1"], "k:c1": ["social"]})
    assert apply(house.client) == 303
    counter = house.service.plan.counter["c1"]
    assert (counter.services, counter.also) == (("residence",), ("social",))
    assert house.service.plan.counter["c2"].services == ("social",)


def test_special_days_and_reasons_are_read_line_by_line(house: House) -> None:
    form = fields_of(get(house.client, "/hall"))
    form["special:date"][0], form["special:hours"][0] = "2026-10-01", ""
    form["special:zh"][0], form["special:en"][0] = "国庆节", "National Day"
    save(house.client, "/hall", form)
    rating = fields_of(get(house.client, "/rating"))
    rating["satisfied.tags"] = ["9 | 态度好 | Friendly\n\n10 | 快 | Quick"]
    save(house.client, "/rating", rating)
    assert apply(house.client) == 303
    plan_now = house.service.plan
    assert plan_now.hours.on == {"2026-10-01": ""}
    tags = {option.level.value: option.tags for option in plan_now.rating.levels}
    assert [tag.code for tag in tags["satisfied"] or ()] == ["9", "10"]
    assert tags["dissatisfied"] is None


def test_texts_stand_side_by_side_and_what_is_missing_comes_first(house: House) -> None:
    save(house.client, "/texts", {"services.social.zh": "社保", "services.social.en": ""})
    page = get(house.client, "/texts")
    assert page.index('name="services.social.zh"') < page.index('name="hall.zh"')
    assert "A name is missing in one language: social" in get(house.client, "/preview")


def test_a_thing_is_moved_to_its_place(house: House) -> None:
    save(house.client, "/services/social", {**SOCIAL, "position": "1"})
    assert "Services: another order" in get(house.client, "/preview")
    assert apply(house.client) == 303
    assert [s.id for s in house.service.plan.services] == ["social", "residence"]


SOCIAL = {
    "id": "social",
    "name.zh": "社会保险",
    "name.en": "Insurance",
    "prefix": "B",
    "mean_s": "10",
    "cv": "0.8",
    "target_s": "15",
}


# --- export and import ----------------------------------------------------------------------


def test_what_is_exported_comes_in_again_after_a_look(house: House) -> None:
    exported = house.client.get(f"{HOME}/plan.json")
    content = json.loads(exported.text)
    assert content == house.service.plan.model_dump(mode="json")
    assert "attachment" in exported.headers["content-disposition"]
    save(house.client, "/import", {"plan": exported.text})
    assert "Nothing is changed" in get(house.client, "/preview")
    content["services"][0]["mean_s"] = 720
    save(house.client, "/import", {"plan": json.dumps(content)})
    assert "10 min → 12 min" in get(house.client, "/preview")
    assert apply(house.client) == 303
    assert house.service.plan.service["residence"].mean_s == 720


@pytest.mark.parametrize(
    "typed",
    ["", "[]", "{", '{"services": {}}', '{"services": [1]}', '{"hall": {}}', "[" * 5000],
)
def test_what_is_no_plan_is_not_taken(house: House, typed: str) -> None:
    answer = post(house.client, "/import", plan=typed)
    assert answer.status_code == 422
    assert "Changes not yet in force" not in get(house.client)


def test_a_plan_with_mistakes_comes_in_and_is_put_right_in_forms(house: House) -> None:
    content = house.service.plan.model_dump(mode="json")
    content["services"][0]["prefix"] = "a1"
    save(house.client, "/import", {"plan": json.dumps(content)})
    assert "one or two capital letters" in get(house.client, "/preview")


def test_a_plan_of_more_things_than_a_page_shows_is_not_taken(house: House) -> None:
    content = house.service.plan.model_dump(mode="json")
    shift = {"clerk": "wang", "counter": "c1", "days": ["monday"], "hours": "08:30-17:00"}
    content["roster"] = [shift] * 2001
    answer = post(house.client, "/import?lang=en", plan=json.dumps(content))
    assert answer.status_code == 422
    assert "roster : has 2001 entries; 2000 are the most that pages show" in answer.text
    assert "Changes not yet in force" not in get(house.client)


# --- every page, and who may see it -------------------------------------------------------

PAGES = (
    "",
    "/hall",
    "/services",
    "/services/residence",
    "/services/new",
    "/counters",
    "/counters/c1",
    "/counters/new",
    "/skills",
    "/skills?as=also&page=99",
    "/clerks",
    "/clerks/li",
    "/roster",
    "/roster/new",
    "/priorities/new",
    "/rating",
    "/texts",
    "/boards/new",
    "/kiosks/new",
    "/rules",
    "/units",
    "/units/unit-1",
    "/history",
    "/history?before=x",
    "/file",
    "/preview",
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_is_drawn_and_no_name_is_markup(house: House, lang: str) -> None:
    for path in PAGES:
        page = get(house.client, path, lang)
        assert MARKUP not in page, path
        assert "<script>alert" not in page, path


def test_what_there_is_not_is_not_found(house: House) -> None:
    for path in ("/nothing", "/services/nothing", "/units/nobody", "/nothing/new"):
        assert house.client.get(f"{HOME}{path}").status_code == 404
        assert post(house.client, path).status_code in {404, 405}


def test_only_administrators_see_any_of_it(house: House) -> None:
    for roles in (("clerk",), ("operator",), ("supervisor",)):
        client = house.program(house.give_token(*roles))
        for path in (*PAGES, "/plan.json"):
            assert client.get(f"{HOME}{path}", follow_redirects=False).status_code == 403
        assert post(client, "/apply", print="x").status_code == 403
        client.close()
    assert house.visitor.get(f"{HOME}/plan.json", follow_redirects=False).status_code == 303


def test_every_obstacle_has_words() -> None:
    assert effect.OBSTACLES == OBSTACLES


def test_a_hall_of_200_counters_and_60_services_fits_its_pages(folder: Path) -> None:
    names = [a + b for a in "ABC" for b in "ABCDEFGHIJKLMNOPQRST"]
    text = {"zh": "户籍办理与身份证", "en": "Household registration"}
    services = [{"id": f"s{n}", "name": text, "prefix": names[n]} for n in range(60)]
    counters = [
        {"id": f"c{n}", "number": str(n), "services": [f"s{(n + k) % 60}" for k in range(3)]}
        for n in range(200)
    ]
    house = House(folder, plan(services=services, counters=counters))
    try:
        for path in ("", "/counters", "/counters/c7", "/skills", "/texts", "/services"):
            size = len(get(house.client, path, "zh").encode())
            assert size < 200_000, (path, size)
        boxes = {f"k:c{n}": [f"s{n}"] for n in range(20)}
        rows = [f"c{n}" for n in range(20)]
        save(house.client, "/skills", {"as": "own", "page": "1", "row": rows, **boxes})
        assert "Changes not yet in force: 20" in get(house.client)
        exported = house.client.get(f"{HOME}/plan.json").text
        assert save(house.client, "/import", {"plan": exported}) == f"{HOME}/preview"
    finally:
        house.close()
