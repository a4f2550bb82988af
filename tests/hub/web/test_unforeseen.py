"""A fault of the hub's own code is answered as everything else is."""

from __future__ import annotations

import pytest

from hub.web.administration import skills
from hub.web.guard import POLICY
from tests.hub.web.conftest import House


def _broken(*_: object) -> None:
    raise RuntimeError("nobody thought of this: <secret>")


def test_a_page_that_fails_is_a_page(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(skills, "_shown", _broken)
    answer = house.client.get("/administration/skills?lang=en")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert "The hall cannot do this right now" in answer.text
    assert "secret" not in answer.text
    assert "nobody thought of this" in caplog.text


def test_a_program_is_told_in_json(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.web.views.View.hall", _broken)
    answer = house.client.get("/api/hall")
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert answer.headers["content-security-policy"] == POLICY
