"""Configuration files: every mistake at once, each with its place, value and a suggestion."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pytest
from pydantic import Field, SecretStr, model_validator

from wire.errors import ConfigurationError
from wire.settings import (
    MOST_MISTAKES,
    FileSettings,
    Mistake,
    Settings,
    checked,
    doubles,
    effective,
    load,
    parse,
    tables,
    unknown_name,
)


class Service(Settings):
    id: str
    target_s: Annotated[int, Field(gt=0)] = 600


class Broker(Settings):
    url: str = "embedded"
    password: Annotated[SecretStr | None, Field(min_length=8)] = None


class Hall(FileSettings):
    name: str
    hardware: Literal["real", "emulated"] = "emulated"
    broker: Broker = Broker()
    services: Annotated[list[Service], Field(default_factory=list)]
    skills: Annotated[dict[str, Service], Field(default_factory=dict)]

    @classmethod
    def cross_check(cls, raw: Mapping[str, Any]) -> Iterator[Mistake]:
        yield from doubles(raw.get("services"), "services", "id")


def mistakes_in(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as told:
        parse(text, Hall, "hall.toml")
    return told.value.mistakes


def test_a_good_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text('name = "大厅"\n[[services]]\nid = "tax"\n', encoding="utf-8")
    hall = load(path, Hall)
    assert (hall.name, hall.hardware, hall.services[0].target_s) == ("大厅", "emulated", 600)


def test_every_mistake_is_reported_at_once() -> None:
    told = mistakes_in("""
        hardwear = "real"
        hardware = "emulatd"
        [broker]
        user = "x"
        [[services]]
        id = "tax"
        target_s = -5
        [[services]]
        id = "tax"
    """)
    assert sorted(told) == sorted(
        [
            "hall.toml: name: is missing.",
            "hall.toml: hardwear = 'real': no such key. Did you mean 'hardware'?",
            (
                "hall.toml: hardware = 'emulatd': input should be 'real' or 'emulated'."
                " Did you mean 'emulated'?"
            ),
            "hall.toml: broker.user = ***: no such key.",
            "hall.toml: services[1].target_s = -5: input should be greater than 0.",
            "hall.toml: services[2].id = 'tax': already used by services[1].",
        ]
    )


def test_a_key_of_a_list_is_suggested_from_its_own_section() -> None:
    assert mistakes_in('name = "x"\n[[services]]\nid = "tax"\ntarget = 5\n') == [
        "hall.toml: services[1].target = 5: no such key. Did you mean 'target_s'?"
    ]


def test_a_key_of_a_table_of_tables_is_suggested_too() -> None:
    assert mistakes_in('name = "x"\n[skills.lin]\nid = "tax"\ntarget = 5\n') == [
        "hall.toml: skills.lin.target = 5: no such key. Did you mean 'target_s'?"
    ]


def test_an_unreadable_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.toml: cannot be read: No such file"):
        load(tmp_path / "gone.toml", Hall)
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        load(tmp_path, Hall)


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_bytes('name = "大厅"'.encode("gb18030"))
    with pytest.raises(ConfigurationError, match="not UTF-8 text"):
        load(path, Hall)


def test_what_is_not_toml_says_where() -> None:
    assert len(told := mistakes_in('name = "x\n')) == 1
    assert told[0].startswith("hall.toml: not TOML: ")
    assert "line 1" in told[0]


def test_secrets_are_masked_in_the_effective_values() -> None:
    hall = parse('name = "x"\n[broker]\npassword = "correct horse"\n', Hall, "hall.toml")
    assert hall.broker.password is not None
    assert hall.broker.password.get_secret_value() == "correct horse"
    assert "correct horse" not in str(effective(hall))
    assert effective(hall)["broker"]["url"] == "embedded"


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2"',  # too short
        "password = 7755331",  # not a text
        'pasword = "hunter2 hunter2"',  # misspelt
    ],
)
def test_a_wrong_secret_is_not_shown_in_its_mistake(line: str) -> None:
    told = mistakes_in(f'name = "x"\n[broker]\n{line}\n')
    assert len(told) == 1
    assert "hunter2" not in told[0]
    assert "7755331" not in told[0]


def test_a_secret_is_not_shown_with_the_section_that_holds_it() -> None:
    told = mistakes_in('name = "x"\n[[broker]]\npassword = "hunter2 hunter2"\n')
    assert len(told) == 1
    assert "hunter2" not in told[0]


class Window(FileSettings):
    opens: int
    closes: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("it closes before it opens.")
        return self


def test_a_mistake_of_the_whole_file_is_told() -> None:
    with pytest.raises(ConfigurationError) as told:
        parse("opens = 17\ncloses = 9\n", Window, "window.toml")
    assert told.value.mistakes == ["window.toml: it closes before it opens."]


def test_a_long_value_is_cut() -> None:
    (told,) = mistakes_in(f'name = "x"\nhardware = "{"z" * 500}"\n')
    assert len(told) < 250


def test_an_unknown_name_lists_the_known_ones() -> None:
    told = str(unknown_name("counters[1].services", "taxs", ["tax", "land"], "service"))
    assert told == (
        "counters[1].services = 'taxs': no such service; there are: land, tax. Did you mean 'tax'?"
    )


def test_a_long_list_of_known_names_is_cut() -> None:
    told = str(unknown_name("x", "y", [f"name{n:02}" for n in range(40)], "service"))
    assert "name11, …" in told
    assert "name12" not in told


@pytest.mark.parametrize("items", [None, 7, "text", [1, None, "x"], {"id": "tax"}])
def test_the_checks_between_sections_bear_any_shape(items: object) -> None:
    assert list(tables(items)) == []
    assert list(doubles(items, "services", "id")) == []


def test_unknown_keys_are_mistakes_in_code_too() -> None:
    with pytest.raises(ValueError, match="no_such"):
        Service.model_validate({"id": "tax", "no_such": 1})


def test_no_more_mistakes_are_said_than_anybody_reads() -> None:
    raw = {f"key{number}": 1 for number in range(5 * MOST_MISTAKES)}
    assert len(checked(raw, FileSettings)[1]) == MOST_MISTAKES


def test_a_value_without_end_is_not_compared_to_its_end() -> None:
    assert unknown_name("place", "abcdef" + "x" * 10**6, ["abcdef"], "thing").suggestion is None


def test_among_many_like_names_few_are_compared_and_the_closest_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[str] = []
    whole = difflib.SequenceMatcher.ratio

    def counted(matcher: difflib.SequenceMatcher[str]) -> float:
        compared.append(matcher.a)  # type: ignore[attr-defined]
        return whole(matcher)

    monkeypatch.setattr(difflib.SequenceMatcher, "ratio", counted)
    known = [f"counter-in-the-east-wing-{number:03}" for number in range(400)]
    found = unknown_name("place", "counter-in-teh-east-wing-377", known, "counter")
    assert found.suggestion == "counter-in-the-east-wing-377"
    assert len(compared) < 50


def test_names_without_end_are_not_compared() -> None:
    known = ["x" * 10**6, "abcdef"]
    assert unknown_name("place", "abcdeg", known, "thing").suggestion == "abcdef"
    assert unknown_name("place", "x" * 60, known, "thing").suggestion is None
