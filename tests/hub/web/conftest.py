"""A real hall for the web: a service on a journal on disk, and a client without a browser."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from hub.accounts import Accounts
from hub.accounts_store import SignInStore
from hub.core import events as e
from hub.core.commands_of_people import MakeAccount, MakeToken
from hub.core.plan import Plan
from hub.core.state import State
from hub.identity import load_identities
from hub.journal.store import Journal
from hub.lookout import Lookout
from hub.passwords import digest, hash_password, new_secret
from hub.pins import hash_pin
from hub.service import Service
from hub.transaction import Transaction
from hub.web.app import create_app
from hub.web.facts import Facts
from hub.web.models import DeskView
from hub.web.views import View
from wire.clock import RealClock
from wire.ids import new_id

if TYPE_CHECKING:
    from tests.hub.web.serving import Server

PIN = "2468"
PATIENCE_S = 60.0
MORNING = 1_772_416_800.0
"""Monday 2 March 2026, ten o'clock in the hall: its day does not end while a test runs."""
MARKUP = "<script>alert(1)</script>&\"'"


@functools.cache
def _hashed(pin: str) -> str:
    return hash_pin(pin)  # slow on purpose, so once is enough


PASSWORD = "open sesame 12"


@functools.cache
def password_hash() -> str:
    return hash_password(PASSWORD)


HELPING: list[dict[str, Any]] = [
    {"id": "c1", "number": "1", "services": ["residence", "social"]},
    {"id": "c2", "number": "2", "services": ["social"], "also": ["residence"]},
]
"""Two counters of which the second may be asked to help the first."""


def plan(**changes: Any) -> Plan:
    """Two lines, two counters, open all day."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    content: dict[str, Any] = {
        "hall": {"id": "civic", "name": {"zh": "市民服务中心", "en": "Civic Service Centre"}},
        "hours": dict.fromkeys(days, "00:00-24:00"),
        "services": [
            {"id": "residence", "name": {"zh": "户籍办理", "en": "Residence"}, "prefix": "A"},
            {"id": "social", "name": {"zh": "社会保险", "en": "Insurance"}, "prefix": "B"},
        ],
        "counters": [
            {"id": "c1", "number": "1", "services": ["residence", "social"], "unit": "unit-1"},
            {"id": "c2", "number": "2", "services": ["social"], "unit": "unit-2"},
        ],
        "clerks": [
            {"id": "wang", "name": "王芳", "pin_hash": _hashed(PIN)},
            {"id": "li", "name": MARKUP, "pin_hash": _hashed("1357")},
        ],
    }
    return Plan.model_validate({**content, **changes})


class Morning(RealClock):
    """The machine's clock, but for the wall time: it was `MORNING` when this was made."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self._began = self.monotonic()

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead_s

    def pass_time(self, duration_s: float) -> None:
        """Let so much time be over at once."""
        self._ahead_s += duration_s

    def now(self) -> float:
        return MORNING + self.monotonic() - self._began

    def skip(self, duration_s: float) -> None:
        """Let the wall time be later by so much."""
        self._began -= duration_s


class Silent(Lookout):
    """Flags and advises nothing by itself: a test says what is flagged and advised."""

    def due(self, state: State, now: float, monotonic: float) -> list[e.Event]:
        return []


class House:
    """A running service and its web application."""

    def __init__(self, folder: Path, hall: Plan, *, lasting: bool = False) -> None:
        """`lasting`: what the web keeps outlives it, in the folder."""
        self.facts = Facts()
        self.journal = Journal(folder)
        self.clock = Morning()
        self.service = Service(self.journal, self.clock, new_id, lookout=Silent())
        self.service.begin(hall)
        people = load_identities(folder, known=self.service.knows_people)
        store = SignInStore(folder if lasting else None)
        kept = Accounts(self.service.people, store)
        self.app = create_app(self.service, lambda: self.facts, identities=people, accounts=kept)
        self.accounts: Accounts = self.app.state.accounts
        self.service.start()
        self.visitor = TestClient(self.app, raise_server_exceptions=False)
        self.token = self.give_token("administrator")
        self.client = self.program(self.token)

    def close(self) -> None:
        self.client.close()
        self.visitor.close()
        self.service.stop()
        self.accounts.close()
        self.journal.close()

    def give_token(self, *roles: str) -> str:
        """A new token with these roles."""
        secret = new_secret()
        wanted = MakeToken(new_id(), "test", roles, digest(secret), None, "console")
        assert self.service.command(None, wanted).result(PATIENCE_S).status == 200
        return secret

    def program(self, token: str) -> TestClient:
        """A client that signs in with a token."""
        headers = {"Authorization": f"Bearer {token}"}
        return TestClient(self.app, raise_server_exceptions=False, headers=headers)

    def person(self, *roles: str, name: str = "", clerk: str | None = None) -> str:
        """A new account with these roles, made if there is none; its name."""
        account = name or "-".join(roles)
        if account not in self.accounts.people.accounts:
            wanted = MakeAccount(account, account.title(), roles, clerk, password_hash(), "console")
            answer = self.service.command(None, wanted).result(PATIENCE_S)
            assert answer.status == 200, answer.body
        return account

    def session(self, account: str) -> str:
        """The secret of a new session, as if somebody had signed in at the page."""
        secret: str | None = self.accounts.begin_session(account, "testclient")
        assert secret is not None
        return secret

    def browser(self, account: str) -> TestClient:
        """A client that has signed in as a browser does, and says whence it asks."""
        client = TestClient(
            self.app, raise_server_exceptions=False, headers={"Sec-Fetch-Site": "same-origin"}
        )
        client.cookies.set("session", self.session(account))
        return client

    def tell(self, act: Callable[[Transaction], object]) -> None:
        """Do something in the state's thread, as an adapter's work would."""
        done: Future[object] = self.service.ask(act)
        done.result(PATIENCE_S)

    def take(self, service: str = "residence", **more: Any) -> dict[str, Any]:
        answer = self.client.post("/api/tickets", json={"service": service, **more})
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()
        return ticket

    def command(self, action: str, counter: str = "c1", key: str | None = None, **more: Any) -> Any:
        return self.client.post(
            f"/api/counters/{counter}/commands",
            json={"action": action, **more},
            headers={"Idempotency-Key": key or new_id()},
        )

    def open(self, counter: str = "c1", clerk: str = "wang", pin: str = PIN) -> None:
        assert self.command("sign_in", counter, clerk=clerk, pin=pin).status_code == 200
        assert self.command("open", counter).status_code == 200

    def wish(self, path: str, key: str | None = None, **content: Any) -> Any:
        """Wish something of a ticket, a counter's services or an advice."""
        headers = {"Idempotency-Key": key or new_id()}
        return self.client.post(f"/api/{path}", json=content, headers=headers)

    def slip(self, ticket: str) -> str:
        """What the address on a ticket's slip ends in."""
        found: str = self.service.ask(lambda t: t.books.links.slip(ticket)).result(PATIENCE_S)
        return found

    def ticket(self, ticket: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/api/tickets/{ticket}").json()["ticket"]
        return found

    def desk(self, counter: str = "c1") -> DeskView:
        """What the clerk's page shows."""
        view: DeskView | None = self.service.ask(
            lambda t: View(t, self.service.clock).desk(counter, self.facts, None)
        ).result(PATIENCE_S)
        assert view is not None
        return view

    def counter(self, counter: str = "c1") -> dict[str, Any]:
        counters = self.client.get("/api/hall").json()["counters"]
        found: dict[str, Any] = next(c for c in counters if c["id"] == counter)
        return found


@pytest.fixture
def hall_plan() -> Plan:
    """What the house is like; a file of tests may have a hall of its own."""
    return plan()


@pytest.fixture
def house(folder: Path, hall_plan: Plan) -> Iterator[House]:
    """A hall that has just started."""
    made = House(folder, hall_plan)
    yield made
    made.close()


@pytest.fixture
def server(house: House) -> Iterator[Server]:
    """The house's pages at an address."""
    from tests.hub.web.serving import Server  # noqa: PLC0415  it needs the house above

    with Server(house) as running:
        yield running
