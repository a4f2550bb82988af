"""A running service on a real journal, with the time in the test's hands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from hub.core import events as e
from hub.core.audit import Audit
from hub.core.commands import AtCounter, Issue
from hub.core.hall import Hall
from hub.core.plan import Plan
from hub.journal.store import Journal, StoredAnswer
from hub.loading import load
from hub.outgoing import Outbound
from hub.rounds import LAST_S
from hub.rounds import PATIENCE_S as GIVE_BACK_S
from hub.service import Committed, Service
from hub.transaction import Transaction
from tests.hub.core.examples import MORNING, make_plan, request, sign_in, through_json
from wire import messages as w
from wire.clock import ManualClock

PATIENCE_S = 20.0
"""How long a test waits for the state's thread before it gives up."""

T = TypeVar("T")
AnyMessage = TypeVar("AnyMessage", bound=w.Message)


class Doing:
    """Work that notes what became of it."""

    def __init__(self, act: Callable[[Transaction], Any]) -> None:
        self._act = act
        self.story: list[str] = []
        self.over: Future[Exception | None] = Future()

    def run(self, transaction: Transaction) -> None:
        self.story.append("run")
        self._act(transaction)

    def committed(self) -> None:
        self.story.append("committed")
        if not self.over.done():  # what was parked is committed twice
            self.over.set_result(None)

    def failed(self, error: Exception) -> None:
        self.story.append("failed")
        self.over.set_result(error)

    def end(self) -> Exception | None:
        return self.over.result(PATIENCE_S)


class Running:
    """A hub without its adapters. `restart` is an orderly one unless it is a crash."""

    def __init__(self, folder: Path, plan: Plan | None = None, now: float = MORNING) -> None:
        self.folder = folder
        self.clock = ManualClock(now)
        self.plan = plan or make_plan()
        self.news: list[Committed] = []
        self.deaths = 0
        self._ids = Counter[str]()
        self.open()

    def open(self) -> None:
        """Open journal and service, and begin; the thread does not run yet."""
        self.journal = Journal(self.folder)
        self.service = Service(self.journal, self.clock, self.new_id, public_url="http://hall")
        self.service.watch(self.news.append)
        self.service.on_death = self._died
        self.service.begin(self.plan)

    def _died(self) -> None:
        self.deaths += 1

    def new_id(self) -> str:
        # epochs and calls of later starts must not meet those of earlier ones
        self._ids["id"] += 1
        return f"id-{self._ids['id']}"

    def start(self) -> Running:
        self.service.start()
        return self

    def close(self) -> None:
        if self.service.alive:
            self.service.stop()
        self.journal.close()

    def restart(self, *, reached: bool = True) -> None:
        """Start again; without `reached` units cannot reach the hub yet."""
        self.close()
        self.open()
        self.start()
        if reached:
            self.reach()

    def reach(self) -> None:
        """Units can reach the hub from now on."""
        self.service.reached()
        self.look(lambda _: None)

    # --- asking ---------------------------------------------------------------------------

    def do(self, act: Callable[[Transaction], Any]) -> Exception | None:
        """Have work done in the state's thread; returns the error with which it failed."""
        work = Doing(act)
        self.service.submit(work)
        return work.end()

    def look(self, question: Callable[[Hall], T]) -> T:
        """What the state says, after everything before has been watched."""
        return self.service.ask(lambda t: question(t.hall)).result(PATIENCE_S)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.look(lambda _: None)

    def command(self, key: str, counter: str, action: w.Action, seen: int | None = None) -> Any:
        command = AtCounter(counter, action, seen, self.new_id(), pin_right=True)
        return self.service.command(key, command)

    def press(self, counter: str, action: str, key: str | None = None) -> w.Answer:
        future = self.command(key or self.new_id(), counter, request(action))
        self.look(lambda _: None)
        if not future.done():  # a unit is to give a ticket back, and none is there to do so
            self.pass_time(1.5 * GIVE_BACK_S)
            self.pass_time(LAST_S)
        stored = future.result(PATIENCE_S)
        return w.Answer.model_validate_json(stored.body)

    def staff(self, counter: str, clerk: str) -> None:
        self.command(self.new_id(), counter, sign_in(clerk)).result(PATIENCE_S)
        assert self.press(counter, "open").outcome == "done"

    def issue(self, service: str = "a", key: str | None = None) -> StoredAnswer:
        wish = Issue(service, self.new_id(), "web")
        return self.service.command(key, wish).result(PATIENCE_S)

    # --- what came of it ------------------------------------------------------------------

    def outbound(self, kind: type[AnyMessage], unit: str | None = None) -> list[AnyMessage]:
        """Messages of a kind that went out so far."""
        self.look(lambda _: None)  # a round's watchers are told after its work
        sent: list[Outbound] = [out for news in self.news for out in news.outbound]
        mine = [out.message for out in sent if unit is None or out.unit == unit]
        return [message for message in mine if isinstance(message, kind)]

    def events(self, *kinds: type[e.Event]) -> list[Any]:
        """What the journal holds."""
        # While it runs, the journal belongs to the state's thread.
        found = self.look(self.journaled) if self.service.alive else self.journaled()
        return [event for event in found if not kinds or isinstance(event, kinds)]

    def journaled(self, _hall: Hall | None = None) -> list[e.Event]:
        return [event for _, event in self.journal.events()]

    def state(self) -> dict[str, Any]:
        """The state in memory."""
        dump: dict[str, Any] = self.look(lambda hall: through_json(hall.dump()))
        return dump

    def verify(self) -> None:
        """The state in memory is what the journal adds up to, and breaks no rule."""
        state = self.state()
        hall, _ = load(self.journal)
        assert through_json(hall.dump()) == state
        replayed = Hall()
        for _, event in self.journal.events():
            replayed.apply(event)
        assert through_json(replayed.dump()) == state
        assert Audit().read(self.events()) == []
