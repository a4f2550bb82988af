"""Work for the state's thread that comes from within the program."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from hub.transaction import Transaction

T = TypeVar("T")


class Asked(Generic[T]):
    """Work with an answer that somebody waits for, unless they have gone before it began."""

    def __init__(self, act: Callable[[Transaction], T], *, reads: bool = False) -> None:
        self.future: Future[T] = Future()
        self.reads = reads
        self._act = act
        self._result: list[T] = []

    def run(self, transaction: Transaction) -> None:
        if self.future.cancelled():
            return
        if self.future.running() or self.future.set_running_or_notify_cancel():
            self._result = []  # of a run before this one nothing was kept
            self._result = [self._act(transaction)]

    def committed(self) -> None:
        if self._result:
            self.future.set_result(self._result[0])

    def failed(self, error: Exception) -> None:
        if self.future.running():
            self.future.set_exception(error)


class Foretold:
    """Word of a new forecast."""

    def run(self, transaction: Transaction) -> None:
        transaction.foretold = True

    def committed(self) -> None:
        """Nothing was to be made durable."""

    def failed(self, error: Exception) -> None:
        """The next forecast comes soon."""
