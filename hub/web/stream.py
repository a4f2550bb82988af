"""The live streams: what has changed, built once, encoded once, and sent to all who look.

A topic is what somebody looks at: the hall, its lines, one counter, one ticket. Each has one
channel, however many browsers follow it. A round of changes is looked at as soon as it is
committed, but not more often than every `ROUND_S`; a channel that has nothing to tell says
that it is still there. Nothing is sent when the state does not answer, so that a page can
trust that what it hears is the present.
"""

from __future__ import annotations

import asyncio
import logging
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from fastapi.sse import format_sse_event
from pydantic_core import to_json

from hub.service import Committed
from hub.web.access import Access
from hub.web.models import Moment
from hub.web.views import View
from wire.errors import NextwindowError

log = logging.getLogger(__name__)

ROUND_S = 0.05
"""Changes closer together than this are told together."""

REST = 4
"""Looking takes the state's time; this many times as long is left for commands after it."""

FAILED_S = 0.5
"""How long to wait before looking again at a state that did not answer."""

BEAT_S = 2.0
"""A page hears from us at least this often; it calls its picture old after 3 s."""

FRESH_S = 0.25
"""Who begins to follow a channel is shown a picture no older than this."""

RETRY_MS = 1000
"""After so long a browser comes back to a stream that broke off."""

BACKLOG = 64
"""A browser that is so many messages behind is dropped; it will come back for a new picture."""

Kind = Literal["hall", "hall_for_clerks", "lines", "counter", "ticket"]
"""What a picture shows. `hall_for_clerks` is the hall without single ratings."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a stream is about. `id` names the counter or the ticket."""

    kind: Kind
    id: str = ""


@dataclass(frozen=True)
class Message:
    """A message, ready to send: as it is, or packed, which is done once for all who follow."""

    plain: bytes

    @cached_property
    def packed(self) -> bytes:
        """As blocks of deflate that need nothing before them: any sequence of them is a stream."""
        packer = zlib.compressobj(PACKED_HARD, zlib.DEFLATED, -zlib.MAX_WBITS)
        return packer.compress(self.plain) + packer.flush(zlib.Z_FULL_FLUSH)


PACKED_HARD = 6

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""How a packed stream begins (RFC 1952): deflate, no name, no time. It never ends."""


class StreamsClosed(NextwindowError):
    """The hub is on its way down."""


@dataclass(eq=False, slots=True)
class _Follower:
    """One browser, and what it has not been sent yet."""

    packed: bool = False
    pending: list[Message] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    dropped: bool = False

    def put(self, message: Message) -> None:
        self.pending.append(message)
        if len(self.pending) > BACKLOG:
            self.drop()
        self.news.set()

    def taken(self) -> bytes:
        """All that is pending, as it is sent."""
        parts = [each.packed if self.packed else each.plain for each in self.pending]
        self.pending.clear()
        return b"".join(parts)

    def drop(self) -> None:
        self.dropped = True
        self.pending.clear()
        self.news.set()


@dataclass(eq=False, slots=True)
class _Channel:
    """One topic: its last picture, and who follows it."""

    topic: Topic
    view: Moment | None = None
    looked_at: float = 0.0
    sent_at: float = 0.0
    followers: set[_Follower] = field(default_factory=set)
    first: Message | None = None

    def show(self, view: Moment | None, at: float) -> None:
        """Tell the followers what has changed, or that nothing has."""
        before, self.view, self.looked_at = self.view, view, at
        self.first = None
        if view is None:
            self.drop_all()
        elif before is None:
            self.sent_at = at
        else:
            self._tell(before, view, at)

    def _tell(self, before: Moment, view: Moment, at: float) -> None:
        changed = changes(before, view)
        if changed:
            message = encoded("change", view, changed)
        elif at >= self.sent_at + BEAT_S:
            message = encoded("heartbeat", view, {})
        else:
            return
        self.sent_at = at
        for follower in self.followers:
            follower.put(message)
        self.followers = {follower for follower in self.followers if not follower.dropped}

    def join(self, *, packed: bool) -> _Follower:
        """A new follower, whose first message is the whole picture."""
        follower = _Follower(packed)
        if self.view is not None:
            if self.first is None:
                self.first = encoded("snapshot", self.view, contents(self.view))
            follower.put(self.first)
        self.followers.add(follower)
        return follower

    def drop_all(self) -> None:
        for follower in self.followers:
            follower.drop()


class Live:
    """All streams of the hub. Belongs to the web's event loop; `close` may come from any thread."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._channels: dict[Topic, _Channel] = {}
        self._looking = asyncio.Lock()
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pump: asyncio.Task[None] | None = None
        self._took_s = 0.0
        self._closed = False
        access.service.watch(self._noticed)

    async def follow(self, topic: Topic, *, packed: bool = False) -> AsyncIterator[bytes] | None:
        """The messages about a topic, as bytes to send; None if there is no such thing.

        `packed`: as a stream of gzip. Raises StreamsClosed, StorageError or StateSilent.
        """
        if self._closed:
            raise StreamsClosed("the hub is being stopped")
        self._loop = asyncio.get_running_loop()
        async with self._looking:
            channel = self._channels.get(topic) or _Channel(topic)
            if channel.view is None or self._loop.time() > channel.looked_at + FRESH_S:
                await self._look([channel])
            if channel.view is None:
                return None
            self._channels[topic] = channel
            follower = channel.join(packed=packed)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run(), name="streams")
        return self._messages(channel, follower)

    @property
    def open(self) -> int:
        """How many browsers follow something."""
        return sum(len(channel.followers) for channel in self._channels.values())

    def close(self) -> None:
        """End every stream, and open no more. Safe from any thread."""
        self._closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._drop_all)

    def _drop_all(self) -> None:
        for channel in self._channels.values():
            channel.drop_all()
        self._news.set()

    def _noticed(self, news: Committed) -> None:
        # In the state's thread. Renewals of units come without events and are no news here.
        if self._loop is not None and news.events and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    async def _messages(self, channel: _Channel, follower: _Follower) -> AsyncIterator[bytes]:
        head = GZIP_HEAD if follower.packed else b""
        try:
            while not follower.dropped:
                await follower.news.wait()
                follower.news.clear()
                message = follower.taken()
                if message:
                    yield head + message
                    head = b""
        finally:
            channel.followers.discard(follower)
            self._forget_unfollowed()

    def _forget_unfollowed(self) -> None:
        for topic in [topic for topic, c in self._channels.items() if not c.followers]:
            del self._channels[topic]

    async def _run(self) -> None:
        try:
            while self._channels and not self._closed:
                await self._wait()
                await self._round()
                self._forget_unfollowed()
                await asyncio.sleep(max(ROUND_S, self._took_s * REST))
        finally:
            self._drop_all()  # whatever ended this, nobody is left with a stream that is silent

    async def _round(self) -> None:
        try:
            async with self._looking:
                await self._look(list(self._channels.values()))
        except NextwindowError as error:
            # The streams stay silent, which tells every page that its picture is old.
            log.warning("no picture of the hall: %s", error)
            await asyncio.sleep(FAILED_S)

    async def _wait(self) -> None:
        oldest = min((channel.sent_at for channel in self._channels.values()), default=0.0)
        patience = max(0.0, oldest + BEAT_S - asyncio.get_running_loop().time())
        try:
            await asyncio.wait_for(self._news.wait(), patience)
        except TimeoutError:
            return
        self._news.clear()

    async def _look(self, channels: list[_Channel]) -> None:
        build = self._builder([channel.topic for channel in channels])
        views = await self._access.look(build)
        at = asyncio.get_running_loop().time()
        for channel, view in zip(channels, views, strict=True):
            channel.show(view, at)

    def _builder(self, topics: Iterable[Topic]) -> Callable[[View], list[Moment | None]]:
        facts, storage_error = self._access.facts, self._access.service.storage_error

        def view_of(view: View, topic: Topic) -> Moment | None:
            if topic.kind == "hall":
                return view.hall(facts, storage_error)
            if topic.kind == "hall_for_clerks":
                return view.hall(facts, storage_error, ratings=False)
            if topic.kind == "lines":
                return view.lines()
            if topic.kind == "counter":
                return view.desk(topic.id, facts, storage_error)
            return view.ticket(topic.id)

        def views(view: View) -> list[Moment | None]:
            began = time.perf_counter()
            found = [view_of(view, topic) for topic in topics]
            self._took_s = time.perf_counter() - began
            return found

        return views


def contents(view: Moment) -> dict[str, Any]:
    """The fields of a picture, without when it was taken."""
    return {name: getattr(view, name) for name in type(view).model_fields if name not in _MOMENT}


_MOMENT = frozenset(Moment.model_fields)


def changes(before: Moment, after: Moment) -> dict[str, Any]:
    """The fields that differ; of things with an id only those that do, of news only the new."""
    old = contents(before)
    return {
        name: _part(name, old[name], value)
        for name, value in contents(after).items()
        if value != old[name]
    }


def _part(name: str, old: Any, new: Any) -> Any:
    if name == "news":
        known = max((line.sequence for line in old), default=0)
        return [line for line in new if line.sequence > known]
    if name in {"services", "counters"}:
        before = {item.id: item for item in old}
        return [item for item in new if item != before.get(item.id)]
    return new


def encoded(event: str, view: Moment, fields: dict[str, Any]) -> Message:
    """A message of the stream, ready to send."""
    when = {name: getattr(view, name) for name in _MOMENT}
    data = to_json({**when, **fields}).decode()
    return Message(format_sse_event(data_str=data, event=event, retry=RETRY_MS))
