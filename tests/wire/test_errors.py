"""The error tree: every error is expected, named once, and drawn at the top of its file."""

from __future__ import annotations

import inspect

from wire import errors
from wire.errors import ConfigurationError, NextwindowError

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


def test_every_error_descends_from_one() -> None:
    assert len(ALL) > 10
    assert all(issubclass(kind, NextwindowError) for kind in ALL)


def test_the_drawing_names_every_error() -> None:
    assert [kind.__name__ for kind in ALL if kind.__name__ not in (errors.__doc__ or "")] == []


def test_a_configuration_error_carries_all_mistakes_one_a_line() -> None:
    error = ConfigurationError(["first", "second"])
    assert error.mistakes == ["first", "second"]
    assert str(error) == "first\nsecond"


def test_a_wrong_configuration_has_an_exit_code_of_its_own() -> None:
    assert (NextwindowError.exit_code, ConfigurationError.exit_code) == (1, 2)
