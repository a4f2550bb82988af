"""The composition root of the hub: build, start in order, stop in reverse.

Nobody else constructs adapters. A start ends in an error line, not a traceback, when a port
is taken, the journal is in use, or the file differs from the journal's plan.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from hub.accounts import Accounts
from hub.accounts_store import SignInStore
from hub.broker import EmbeddedBroker
from hub.configuration import HallFile, check_file
from hub.forecast.worker import Forecaster
from hub.identity import Identities, load_identities
from hub.journal.store import Journal
from hub.lookout import Lookout
from hub.memory import settle
from hub.mqtt.adapter import MqttAdapter
from hub.service import Service
from hub.web.app import create_app
from hub.web.connections import PatientProtocol
from hub.web.facts import Facts, Tell
from wire.clock import make_clock
from wire.errors import LinkError, NextwindowError
from wire.ids import new_id
from wire.link import BrokerAddress
from wire.sdnotify import Notifier

log = logging.getLogger(__name__)


CONNECTIONS = 800
"""Open connections to the pages at most. paho waits with select(), which is deaf beyond 1,024
open files; so many visitors must not cut the hub off from its units."""


RESTORED = "restored"
"""Who puts the data folder back from a backup makes a file of this name in it."""


class HubDied(NextwindowError):
    """The state's thread has ended; what led to it is in the log."""


def run(settings: HallFile, *, until_eof: bool = False) -> None:
    """Run the hub until SIGINT, SIGTERM or, with `until_eof`, the end of standard input.

    Raises NextwindowError if it cannot start, or cannot go on.
    """
    with contextlib.ExitStack() as stack:
        notifier = Notifier()
        forecaster = Forecaster(lambda _: service.foretold())
        service = _service(stack, settings, notifier, Lookout(forecaster))
        identities = load_identities(settings.hub.data, known=service.knows_people)
        broker, address = _broker(stack, settings)
        mqtt = MqttAdapter(service, address, f"hub-{settings.hall.id}-{new_id()[:8]}", identities)
        accounts = Accounts(service.people, SignInStore(settings.hub.data))
        stack.callback(accounts.close)
        facts = _facts(mqtt, broker, settings)
        web = _Web(settings, service, facts, notifier, identities, accounts)
        service.on_death = web.end
        forecaster.start()
        stack.callback(forecaster.stop)
        service.start()
        stack.callback(service.stop)
        mqtt.start()
        stack.callback(mqtt.stop)
        settle()
        if until_eof:
            threading.Thread(target=_wait_for_eof, args=(web,), daemon=True).start()
        asyncio.run(web.serve())
        notifier.stopping()
        if not service.alive:
            raise HubDied("the hub cannot go on; its log says why")


def _service(
    stack: contextlib.ExitStack, settings: HallFile, notifier: Notifier, lookout: Lookout
) -> Service:
    journal = Journal(settings.hub.data)
    stack.callback(journal.close)
    clock = make_clock(settings.hub.speed, settings.hub.clock_origin)
    service = Service(journal, clock, new_id, notifier, settings.hub.public_url, lookout)
    plan = settings.plan() if service.configured else settings.proposed()
    if service.configured:
        check_file(plan, service.plan, service.plan_file)
    marker = settings.hub.data / RESTORED
    service.begin(plan, restored=marker.exists())
    with contextlib.suppress(OSError):  # the journal knows by now
        marker.unlink(missing_ok=True)
    return service


def _broker(
    stack: contextlib.ExitStack, settings: HallFile
) -> tuple[EmbeddedBroker | None, BrokerAddress]:
    outside = settings.hub.outside_broker()
    if outside is not None:
        return None, outside
    broker = EmbeddedBroker(settings.hub.broker_host, settings.hub.broker_port, settings.hub.data)
    broker.start()
    stack.callback(broker.stop)
    return broker, broker.address


def _facts(mqtt: MqttAdapter, broker: EmbeddedBroker | None, settings: HallFile) -> Tell:
    url = "" if broker is not None else settings.hub.broker
    port = settings.hub.broker_port
    return lambda: Facts(mqtt.connected, _exposed(broker), broker_port=port, broker_url=url)


def _exposed(broker: EmbeddedBroker | None) -> bool:
    return broker is not None and broker.exposed


def _wait_for_eof(web: _Web) -> None:
    # Not through sys.stdin: a thread that waits inside its buffer breaks the interpreter's end.
    while os.read(0, 4096):
        pass
    web.end()


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port), backlog=512)
    except OSError as error:
        raise LinkError(
            f"the pages cannot be served on {host}:{port}: {error.strerror}; "
            "end what listens there, or set [hub] port"
        ) from error
    # asyncio forgets this for a socket that it is handed; without it an answer's body waits
    # 40 ms for the acknowledgement of its head. What is accepted inherits it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Server(uvicorn.Server):
    """uvicorn without its signal handling: ours also closes the open streams."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, and say so."""
        await super().startup(sockets)
        self._tell_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `_Web`."""
        yield


class _Web:
    """The web server in the main thread's event loop."""

    def __init__(
        self,
        settings: HallFile,
        service: Service,
        facts: Tell,
        notifier: Notifier,
        identities: Identities,
        accounts: Accounts,
    ) -> None:
        self._socket = _listen(settings.hub.host, settings.hub.port)
        self._app = create_app(service, facts, identities=identities, accounts=accounts)
        config = uvicorn.Config(
            self._app,
            host=settings.hub.host,
            port=settings.hub.port,
            log_config=None,
            access_log=False,
            server_header=False,
            http=PatientProtocol,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=3,
        )
        self._server = _Server(config, self._started)
        self._notifier = notifier
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = threading.Event()

    async def serve(self) -> None:
        """Serve until `end` is called."""
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, self._end)
        if self._ended.is_set():
            self._socket.close()
            return
        await self._server.serve(sockets=[self._socket])

    def _started(self) -> None:
        host, port = self._socket.getsockname()[:2]
        self._notifier.ready(f"pages at http://{host}:{port}/")
        log.info("pages at http://%s:%s/", host, port)

    def end(self) -> None:
        """End the server, from any thread, even before it serves."""
        self._ended.set()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self._app.state.close_streams()
        self._server.should_exit = True
