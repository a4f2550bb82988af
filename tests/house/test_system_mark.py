"""A missing system program: a skip that says so at a desk, a failure in CI."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # these start pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).parents[1] / "conftest.py"
USER = """
    import pytest

    @pytest.mark.system("python3", "no-such-program-7")
    def test_with_it():
        pass

    @pytest.mark.system("sh")
    def test_with_what_is_there():
        pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = system: needs a program\n")
    pytester.makepyfile(USER)
    return pytester


def test_at_a_desk_it_is_skipped_with_the_reason(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    result = suite.runpytest_inprocess("-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*not installed here: no-such-program-7*system-deps*"])


def test_in_ci_it_fails(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = suite.runpytest_inprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*not installed here: no-such-program-7*"])
