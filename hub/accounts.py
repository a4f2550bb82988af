"""Who is signed in: accounts from the journal, sessions and tokens, and how one comes to be.

Everything here belongs to the web's event loop, but `noticed`, which the state's thread calls;
what the disk has to do waits in a thread of its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from hub.accounts_store import Key, Session, SignIn, SignInStore, refused
from hub.accounts_throttle import Throttle
from hub.core.accounts import CHANGES
from hub.core.people import Account, People, Role, Token
from hub.passwords import digest, new_secret, password_right
from hub.service import Committed
from wire.errors import NextwindowError, StorageError

log = logging.getLogger(__name__)

IDLE_S = 2 * 3600.0
"""A session that nobody uses is over after so long. An open page that follows the hall uses it."""

LASTS_S = 16 * 3600.0
"""No session is longer than a long day …"""

STAYS_S = 31 * 86_400.0
"""… but for screens on a wall, which nobody can configure the hall from."""

SESSIONS_EACH = 20
"""So many at once for an account; the one that was used least lately ends."""

CHECKS_AT_ONCE, CHECKS_WAITING = 2, 32
"""Passwords that are checked at once, each 19 MiB and 45 ms of a core, and those that wait."""

WRITTEN_EVERY_S = 60.0
"""That something is used is written down so often at most."""


class TooManySignIns(NextwindowError):
    """More people sign in at once than can be checked."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: somebody who has signed in, or a program with a token.

    `since` is when the account or token was made: with it an id is never another's later.
    """

    id: str
    name: str
    roles: frozenset[Role]
    clerk: str | None = None
    program: bool = False
    since: float = 0.0

    @property
    def key(self) -> Key:
        """Under this what is theirs is kept."""
        return self.id, self.since


@dataclass(frozen=True, slots=True)
class Asking:
    """A request's person, and the session or token that says so, by its hash."""

    person: Person
    key: str


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """Why somebody was not let in; `wait_s` is when to try again."""

    code: str
    wait_s: float = 0.0


class Accounts:
    """Everybody who may use the pages, and who does."""

    def __init__(
        self,
        people: People,
        store: SignInStore,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`people` is who there is at the start; `noticed` has to be told of every change."""
        self._people = People(dict(people.accounts), dict(people.tokens))
        self._tokens = {token.secret_hash: token for token in people.tokens.values()}
        self._store = store
        self._now = now
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="sign-ins")
        self._throttle = Throttle()
        self._checks = asyncio.Semaphore(CHECKS_AT_ONCE)
        self._waiting = 0
        self._uses = store.uses()
        self._written: dict[str, float] = {}
        self._sessions = {session.hash: session for session in store.sessions()}
        for line in store.noted(1000):
            if line.outcome == SIGNED_IN:
                self._throttle.knows(line.account, line.address)
        living = _keys(people)
        self.drafts = {key: text for key, text in store.drafts().items() if key in living}
        self._write(lambda: store.keep_drafts_of(living))

    def close(self) -> None:
        """Write what waits, and close the store."""
        self._disk.shutdown()
        self._store.close()

    def noticed(self, news: Committed) -> None:
        """Follow what happens to accounts and tokens. Called in the state's thread."""
        changes = [happened for happened in news.events if type(happened) in CHANGES]
        if not changes:
            return
        people = People(dict(self._people.accounts), dict(self._people.tokens))
        for happened in changes:
            CHANGES[type(happened)](people, happened)
        self._tokens = {token.secret_hash: token for token in people.tokens.values()}
        self._people = people
        self._write(lambda: self._store.keep_drafts_of(_keys(people)))

    @property
    def people(self) -> People:
        """Everybody who may sign in, as it was committed last. Not to be changed."""
        return self._people

    @property
    def administered(self) -> bool:
        """Whether there is an administrator yet."""
        return any(Role.ADMINISTRATOR in a.roles for a in self._people.accounts.values())

    # --- who asks --------------------------------------------------------------------------

    def by_session(self, secret: str) -> Asking | None:
        """Who keeps this secret of a session that is not over."""
        return self._of_session(digest(secret))

    def by_token(self, secret: str) -> Asking | None:
        """Which program has this token."""
        return self._of_token(digest(secret))

    def still(self, asking: Asking) -> bool:
        """Whether who began to ask may go on: nothing was signed out, revoked or changed."""
        found = (self._of_token if asking.person.program else self._of_session)(asking.key)
        return found is not None and found.person == asking.person

    def _of_session(self, key: str) -> Asking | None:
        session, now = self._sessions.get(key), self._now()
        if session is None:
            return None
        account = self._people.accounts.get(session.account)
        if account is None or not _lasts(session, account, now):
            self._end([key])
            return None
        self._use(session, now)
        return Asking(person_of(account), key)

    def _of_token(self, key: str) -> Asking | None:
        token, now = self._tokens.get(key), self._now()
        if token is None or (token.ends_at is not None and now >= token.ends_at):
            return None
        self._uses[token.id] = now
        if self._is_due(token.id, now):
            self._write(lambda: self._store.used(token.id, now))
        return Asking(program_of(token), key)

    def _use(self, session: Session, now: float) -> None:
        used = replace(session, used_at=now)
        self._sessions[session.hash] = used
        if self._is_due(session.hash, now):
            self._write(lambda: self._store.keep(used))

    def _is_due(self, key: str, now: float) -> bool:
        if abs(now - self._written.get(key, 0.0)) < WRITTEN_EVERY_S:
            return False
        self._written[key] = now
        return True

    # --- signing in and out ----------------------------------------------------------------

    async def sign_in(
        self, name: str, password: str, address: str, *, stay: bool = False
    ) -> str | NotSignedIn:
        """The secret of a new session, or why there is none.

        Raises TooManySignIns.
        """
        account, now = name.strip().lower()[:64], self._now()
        known = self._people.accounts.get(account)
        wait_s = self._throttle.begin(account, address, now)
        if wait_s > 0.0:
            self._note(refused(account if known else "", address, now, THROTTLED))
            return NotSignedIn(THROTTLED, wait_s)
        right = await self._checked(password, known.secret_hash if known else None)
        if not right or known is None or self._gone(known):
            self._note(refused(account if known else "", address, now, WRONG))
            return NotSignedIn(WRONG)
        self._throttle.right(account, address, self._now())
        return self._begin(known, address, stay=stay)

    def _gone(self, account: Account) -> bool:
        """Whether an account has changed its password or gone while it was checked."""
        now = self._people.accounts.get(account.id)
        return now is None or now.secret_hash != account.secret_hash

    async def password_right(self, account: str, password: str, address: str) -> bool:
        """Whether somebody who is signed in knows their password.

        Raises TooManySignIns, also for who tries too often.
        """
        now = self._now()
        if self._throttle.begin(account, address, now) > 0.0:
            raise TooManySignIns("too many wrong passwords; wait a minute")
        known = self._people.accounts.get(account)
        right = await self._checked(password, known.secret_hash if known else None)
        if right:
            self._throttle.right(account, address, now)
        return right

    async def _checked(self, password: str, secret_hash: str | None) -> bool:
        if self._waiting >= CHECKS_WAITING:
            raise TooManySignIns("too many people sign in at once; try again")
        self._waiting += 1
        try:
            async with self._checks:
                return await asyncio.to_thread(password_right, password, secret_hash)
        finally:
            self._waiting -= 1

    def begin_session(self, account: str, address: str) -> str | None:
        """The secret of a session for somebody who has just proved who they are otherwise."""
        known = self._people.accounts.get(account)
        return self._begin(known, address, stay=False) if known else None

    def _begin(self, account: Account, address: str, *, stay: bool) -> str:
        secret, now = new_secret(), self._now()
        stays = stay and Role.ADMINISTRATOR not in account.roles
        ends_at = now + (STAYS_S if stays else LASTS_S)
        session = Session(
            digest(secret), account.id, account.secret_at, now, now, ends_at, stays, address
        )
        self._end(self._superfluous(account.id, now))
        self._sessions[session.hash] = session
        self._written[session.hash] = now
        self._write(lambda: self._store.keep(session))
        self._note(SignIn(now, now, account.id, address, SIGNED_IN))
        return secret

    def _superfluous(self, account: str, now: float) -> list[str]:
        """Sessions that are over, and those too many of an account."""
        over = [s.hash for s in self._sessions.values() if not self._of_use(s, now)]
        mine = [s for s in self._sessions.values() if s.account == account]
        mine.sort(key=lambda session: session.used_at, reverse=True)
        return [*over, *(s.hash for s in mine[SESSIONS_EACH - 1 :] if s.hash not in over)]

    def _of_use(self, session: Session, now: float) -> bool:
        account = self._people.accounts.get(session.account)
        return account is not None and _lasts(session, account, now)

    def sign_out(self, asking: Asking, address: str) -> None:
        """End a session."""
        now = self._now()
        if self._end([asking.key]):
            self._note(SignIn(now, now, asking.person.id, address, SIGNED_OUT))

    def end_others(self, account: str, but: str | None = None) -> int:
        """End the sessions of an account, but for one; how many there were."""
        mine = [s.hash for s in self._sessions.values() if s.account == account and s.hash != but]
        return self._end(mine)

    def sessions_of(self, account: str) -> list[Session]:
        """The sessions of an account that are not over, newest first."""
        now = self._now()
        mine = [s for s in self._sessions.values() if s.account == account]
        return sorted((s for s in mine if self._of_use(s, now)), key=lambda s: -s.began_at)

    def used_at(self, token: str) -> float | None:
        """When a token was used last, in wall seconds."""
        return self._uses.get(token)

    def _end(self, keys: list[str]) -> int:
        ended = [key for key in keys if self._sessions.pop(key, None) is not None]
        for key in ended:
            self._written.pop(key, None)
        if ended:
            self._write(lambda: self._store.drop(ended))
        return len(ended)

    # --- what is remembered ----------------------------------------------------------------

    async def keep_draft(self, key: Key, content: str | None) -> None:
        """Have somebody's draft outlive a restart, where `drafts` has it. Raises StorageError."""
        await asyncio.wrap_future(self._disk.submit(self._store.keep_draft, key, content))

    async def noted(self, limit: int, before: float | None, account: str) -> list[SignIn]:
        """Who signed in or tried to, newest first. Raises StorageError."""
        work = self._disk.submit(self._store.noted, limit, before, account)
        return await asyncio.wrap_future(work)

    def _note(self, what: SignIn) -> None:
        self._write(lambda: self._store.note(what))

    def _write(self, work: Callable[[], None]) -> None:
        self._disk.submit(work).add_done_callback(_say_failed)


SIGNED_IN, SIGNED_OUT, WRONG, THROTTLED = "signed_in", "signed_out", "wrong", "throttled"
"""What may come of signing in, and its end."""


def person_of(account: Account) -> Person:
    """An account as a person who asks."""
    roles = frozenset(account.roles)
    return Person(account.id, account.name, roles, account.clerk, since=account.made_at)


def program_of(token: Token) -> Person:
    """A token as somebody who asks."""
    roles = frozenset(token.roles)
    return Person(token.id, token.name, roles, program=True, since=token.made_at)


def _keys(people: People) -> frozenset[Key]:
    accounts, tokens = people.accounts.values(), people.tokens.values()
    return frozenset((*((a.id, a.made_at) for a in accounts), *((t.id, t.made_at) for t in tokens)))


def _lasts(session: Session, account: Account, now: float) -> bool:
    # Whoever was made an administrator since has no screen that stays: the usual ends apply.
    stays = session.stays and Role.ADMINISTRATOR not in account.roles
    ends_at = session.ends_at if stays else min(session.ends_at, session.began_at + LASTS_S)
    idle = not stays and now >= session.used_at + IDLE_S
    return session.secret_at == account.secret_at and now < ends_at and not idle


def _say_failed(done: Future[None]) -> None:
    error = done.exception()
    if isinstance(error, StorageError):
        # The session goes on in memory: better a new sign-in after a restart than none now.
        log.error("a sign-in was not written down: %s", error)
    elif error is not None:
        log.error("a sign-in was not written down", exc_info=error)
