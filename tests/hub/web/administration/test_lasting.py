"""Drafts over a restart of the hub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.accounts_store import DRAFT_LETTERS, DRAFTS_KEPT, FILE, SignInStore
from hub.core.commands_of_people import RemoveAccount
from hub.core.plan_bounds import MOST
from hub.core.replanning import as_content
from hub.web.administration.drafts import NO_VERSION, Draft, keyed
from hub.web.administration.lasting import UnreadableDraft, read_back, written
from tests.hub.web.administration.test_drafts import RESIDENCE, apply, get, post, save
from tests.hub.web.conftest import House, plan
from wire.errors import StorageError

CHANGED = {**RESIDENCE, "mean_s": "11"}
ONE = "Changes not yet in force: 1"
UNREAD = "cannot be read by this version of the hub"
KEY = ("anna", 1_772_416_800.123456)


@pytest.fixture
def restart(folder: Path) -> Iterator[Callable[[], House]]:
    """Begins a house, or ends it and begins it again."""
    running: list[House] = []

    def begin() -> House:
        while running:
            running.pop().close()
        running.append(House(folder, plan(), lasting=True))
        return running[0]

    yield begin
    running[0].close()


def tokened(house: House, token: str) -> Any:
    return house.program(token)


# --- pages ----------------------------------------------------------------------------------


def test_a_draft_goes_on_after_a_restart_and_is_applied(restart: Callable[[], House]) -> None:
    token = (house := restart()).token
    bad = {**CHANGED, "prefix": "a1"}
    save(house.client, "/services/residence", bad)
    house = restart()
    client = tokened(house, token)
    assert 'value="a1"' in get(client, "/services/residence")
    assert ONE not in get(house.client)  # the draft is nobody else's
    save(client, "/services/residence", CHANGED)
    assert apply(client) == 303
    assert house.service.plan.service["residence"].mean_s == 660
    client = tokened(restart(), token)
    assert "Nothing is changed" in get(client, "/preview")


def test_discarded_is_gone_after_a_restart_too(restart: Callable[[], House]) -> None:
    token = (house := restart()).token
    save(house.client, "/services/residence", CHANGED)
    client = tokened(restart(), token)
    post(client, "/discard")  # before any page has shown it
    assert "Nothing is changed" in get(client, "/preview")
    assert "Nothing is changed" in get(tokened(restart(), token), "/preview")


def test_a_draft_on_a_plan_of_before_is_carried_over(restart: Callable[[], House]) -> None:
    token = (house := restart()).token
    save(house.client, "/services/residence", CHANGED)
    other = house.program(house.give_token("administrator"))
    save(other, "/counters/c2", {"id": "c2", "number": "7", "skill:social": "own"})
    assert apply(other) == 303
    house = restart()
    client = tokened(house, token)
    assert "carry-over" in get(client, "/preview")
    assert apply(client) == 409
    assert post(client, "/carry-over").status_code == 303
    assert apply(client) == 303
    assert house.service.plan.counter["c2"].number == "7"
    assert house.service.plan.service["residence"].mean_s == 660


def test_the_draft_of_a_removed_account_goes(restart: Callable[[], House], folder: Path) -> None:
    house = restart()
    house.person("administrator")
    save(house.browser(house.person("administrator", name="anna")), "/services/residence", CHANGED)
    assert [who for who, _ in kept(folder)] == ["anna"]
    gone = RemoveAccount("anna", "console")
    assert house.service.command(None, gone).result(20).status == 200
    house = restart()
    assert kept(folder) == {}
    later = house.browser(house.person("administrator", name="anna"))
    assert ONE not in get(later)


def kept(folder: Path) -> dict[tuple[str, float], str]:
    store = SignInStore(folder)
    try:
        return store.drafts()
    finally:
        store.close()


@pytest.mark.parametrize("text", ["", "[]", '[{"hall": 1}, {}, null, 0]'])
def test_what_cannot_be_read_is_said_until_something_is_saved(
    restart: Callable[[], House], folder: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = (house := restart()).token
    save(house.client, "/services/residence", CHANGED)
    (key,) = kept(folder)
    house.close()
    store = SignInStore(folder)
    store.keep_draft(key, text)
    store.close()
    client = tokened(restart(), token)
    page = get(client)
    assert UNREAD in page
    assert ONE not in page
    assert "is put aside" in caplog.text
    assert "无法读取" in get(client, lang="zh")
    save(client, "/services/residence", CHANGED)
    page = get(client)
    assert UNREAD not in page
    assert ONE in page


def test_a_form_that_was_open_meanwhile_does_not_hide_it(
    restart: Callable[[], House], folder: Path
) -> None:
    token = (house := restart()).token
    save(house.client, "/services/residence", CHANGED)
    (key,) = kept(folder)
    store = SignInStore(folder)
    store.keep_draft(key, "{}")
    store.close()
    client = tokened(restart(), token)
    save(client, "/services/residence", CHANGED)
    assert UNREAD in get(client)


def test_what_could_not_be_written_is_said_and_kept(
    restart: Callable[[], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house = restart()

    def full(*_: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(SignInStore, "keep_draft", full)
        save(house.client, "/services/residence", CHANGED)
        page = get(house.client)
        assert "could not be written down" in page
        assert ONE in page
    save(house.client, "/services/residence", CHANGED)
    assert "could not be written down" not in get(house.client)


# --- what is written down -------------------------------------------------------------------


def test_what_is_written_is_read_and_knows_whether_its_plan_is_in_force() -> None:
    base = as_content(plan())
    draft = Draft(7, base, keyed(base), undoes=3)
    draft.add("services")["id"] = ""
    draft.section("limits")["per_address_10min"] = "ten"
    assert read_back(written(draft), 7, base) == draft
    assert read_back(written(draft), 9, base).base_at == 9
    other = {**base, "services": base["services"][:1]}
    assert read_back(written(draft), 7, other).base_at == NO_VERSION  # of the same number, even


@pytest.mark.parametrize(
    ("place", "wrong"),
    [(0, {}), (1, []), (1, {"services": {}}), (1, {"services": [{"id": "a"}]}), (2, "x"), (3, [])],
)
def test_what_no_page_could_show_is_no_draft(place: int, wrong: object) -> None:
    base = as_content(plan())
    parts: list[object] = json.loads(written(Draft(7, base, keyed(base))))
    parts[place] = wrong
    with pytest.raises(UnreadableDraft):
        read_back(json.dumps(parts), 7, base)


def test_a_draft_has_one_entry_too_many_after_a_restart_and_no_more() -> None:
    base = as_content(plan())
    for spare, kept in ((1, True), (2, False)):
        draft = Draft(7, base, keyed(base))
        count = MOST["priorities"] - len(base["priorities"]) + spare
        for n in range(count):
            draft.add("priorities")["id"] = f"p{n}"
        if kept:
            assert read_back(written(draft), 7, base) == draft
        else:
            with pytest.raises(UnreadableDraft):
                read_back(written(draft), 7, base)


# --- the store ------------------------------------------------------------------------------


def test_the_store_keeps_the_newest_drafts_and_none_without_bounds(tmp_path: Path) -> None:
    store = SignInStore(tmp_path)
    store.keep_draft(KEY, "old")
    store.keep_draft(KEY, "new")
    with pytest.raises(StorageError):
        store.keep_draft(KEY, "x" * (DRAFT_LETTERS + 1))
    store.keep_draft(("anna", 2.0), "hers who came later")
    store.close()
    store = SignInStore(tmp_path)
    assert store.drafts() == {KEY: "new", ("anna", 2.0): "hers who came later"}
    store.keep_drafts_of(frozenset({KEY}))
    assert store.drafts() == {KEY: "new"}
    for number in range(DRAFTS_KEPT):
        store.keep_draft((f"a{number}", 1.0), "x")
    assert len(store.drafts()) == DRAFTS_KEPT
    assert KEY not in store.drafts()
    store.keep_draft(("a3", 1.0), None)
    assert len(store.drafts()) == DRAFTS_KEPT - 1
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    store.close()
