"""Units on one side, the service on the other.

Deliveries are acknowledged after the round that took them in, in the order of arrival.
Records have a connection of their own: while units send what they have kept, a key press would
wait behind thousands of them. A third publishes: receipts on one that reads would slow it to a
third.
Nothing that arrives can stop the hall: what cannot be read is counted or set aside.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache, partial

from hub.core.plan import Plan
from hub.identity import Identities
from hub.mqtt.lane import Lane
from hub.pins import pin_right
from hub.service import Committed, Service
from hub.transaction import Transaction
from wire import messages as w
from wire import topics
from wire.errors import WireError
from wire.link import BrokerAddress, Connected, Delivery, Disconnected, Link, LinkEvent
from wire.topics import Topic

log = logging.getLogger(__name__)

_locate = lru_cache(maxsize=4096)(topics.locate)
"""Units say a few things again and again. What is no topic of ours is not remembered."""

_READER, _RECORDS, _WRITER = "reader", "records", "writer"

AT_ONCE = (topics.STATUS, topics.HELLO, topics.RENEW, topics.COMMAND, topics.TAKE)
"""What somebody waits for."""

RECORDS_AT_ONCE = 100
"""So many records at most lie in the service's inbox, ahead of whatever comes next."""


class MqttAdapter:
    """The hub's three connections to the broker."""

    def __init__(
        self, service: Service, broker: BrokerAddress, client_id: str, identities: Identities
    ) -> None:
        self._service = service
        self._identities = identities
        self._hall = service.plan.hall.id
        self._pins = ThreadPoolExecutor(1, thread_name_prefix="pins")
        self._logged: set[str] = set()
        self._connecting = threading.Lock()
        self._up: set[str] = set()
        self._stopping = False
        self._words = Lane(self._pass_on, partial(self._acknowledge, _READER))
        self._kept = Lane(self._pass_on, partial(self._acknowledge, _RECORDS), RECORDS_AT_ONCE)
        self._words.turn(open_=False)
        self._reader = self._reading(broker, f"{client_id}-r", _READER, AT_ONCE, self._words)
        self._records = self._reading(
            broker, f"{client_id}-s", _RECORDS, [topics.RECORD], self._kept
        )
        self._writer = Link(broker, f"{client_id}-w", partial(self._turned, _WRITER))
        service.watch(self._publish)

    def _reading(
        self,
        broker: BrokerAddress,
        client_id: str,
        name: str,
        up: Sequence[Topic],
        lane: Lane[Arrival],
    ) -> Link:
        """A connection that reads these topics."""
        return Link(
            broker,
            client_id,
            partial(self._arrived, name, lane),
            subscriptions=[topic.filter(self._hall) for topic in up],
            manual_ack=True,
        )

    @property
    def connected(self) -> bool:
        """Whether units can reach the hub, and it them."""
        return self._up == {_READER, _RECORDS, _WRITER}

    def start(self) -> None:
        """Connect, now or as soon as the broker can be reached."""
        self._writer.start()
        self._records.start()
        self._reader.start()

    def stop(self) -> None:
        """Disconnect."""
        self._stopping = True
        self._reader.stop()
        self._records.stop()
        self._writer.stop()
        self._pins.shutdown(cancel_futures=True)

    # --- in: paho's thread -----------------------------------------------------------------

    def _arrived(self, connection: str, lane: Lane[Arrival], event: LinkEvent) -> None:
        if isinstance(event, Delivery):
            arrived = self._service.clock.monotonic()
            arrival = Arrival(event, self._hall, arrived, lane.finished, self._note)
            arrival.hide_person(self._identities)
            lane.take(arrival)
        else:
            self._turned(connection, event)
            if connection == _RECORDS:
                # A unit that is answered sends records, and they must not go where nobody reads.
                self._words.turn(open_=isinstance(event, Connected))

    def _turned(self, connection: str, event: LinkEvent) -> None:
        """One of the connections is up or down; each tells from a thread of its own."""
        with self._connecting:
            before = self.connected
            if isinstance(event, Connected):
                self._up.add(connection)
            else:
                self._up.discard(connection)
            after = self.connected
        if after and not before:
            log.info("connected to the broker")
            self._service.reached()
        elif before and isinstance(event, Disconnected) and not self._stopping:
            log.warning("the broker is gone: %s", event.reason)

    def _acknowledge(self, connection: str, delivery: Delivery) -> None:
        link = self._records if connection == _RECORDS else self._reader
        link.acknowledge(delivery)

    def _pass_on(self, arrival: Arrival) -> None:
        if arrival.needs_pin:
            # scrypt takes long on purpose, and neither paho's thread nor the state's may wait
            self._pins.submit(self._check_pin, arrival)
        else:
            self._service.submit(arrival)

    def _check_pin(self, arrival: Arrival) -> None:
        arrival.check_pin(self._service.plan)
        self._service.submit(arrival)

    def _note(self, code: str, detail: str) -> None:
        if code not in self._logged:
            self._logged.add(code)
            log.warning("set aside (%s, further ones are only counted): %s", code, detail)

    # --- out: the state's thread -----------------------------------------------------------

    def _publish(self, news: Committed) -> None:
        for outbound in news.outbound:
            packed = topics.publication(outbound.topic, outbound.message, self._hall, outbound.unit)
            self._writer.publish(packed)


class Arrival:
    """One delivery, as work for the service. `arrived` is by the service's monotonic clock."""

    def __init__(
        self,
        delivery: Delivery,
        hall: str,
        arrived: float,
        tell_finished: Callable[[], None],
        note: Callable[[str, str], None],
    ) -> None:
        self.delivery = delivery
        self.finished = False
        self._arrived = arrived
        self._tell_finished = tell_finished
        self._note = note
        self._pin_right = False
        self._topic: topics.Topic | None = None
        self._unit = ""
        self._message: w.Message | None = None
        self._error: WireError | None = None
        try:
            self._topic, self._unit = _locate(delivery.topic, hall, topics.Direction.UP)
            self._message = topics.unpack(self._topic, delivery.payload)
        except WireError as error:
            self._error = error

    @property
    def needs_pin(self) -> bool:
        """Whether this is a sign-in, whose PIN has to be checked first."""
        return isinstance(self._message, w.Command) and isinstance(self._message.request, w.SignIn)

    def hide_person(self, identities: Identities) -> None:
        """Put the keyed hash in the place of an identity, which goes no further."""
        message = self._message
        if not isinstance(message, w.Take) or not isinstance(message.request, w.TakeNumber):
            return
        if message.request.person is not None:
            hashed = identities.hashed(message.request.person)
            request = message.request.model_copy(update={"person": hashed})
            self._message = message.model_copy(update={"request": request})
            self.delivery = replace(self.delivery, payload=b"")

    def check_pin(self, plan: Plan) -> None:
        """Find out who signs in, and whether the PIN is theirs.

        Both at once: whose PIN was checked is who signs in, whatever becomes of the plan.
        """
        message = self._message
        if not isinstance(message, w.Command) or not isinstance(message.request, w.SignIn):
            return
        clerk = plan.clerk_on_keypad.get(message.request.clerk)
        self._pin_right = pin_right(message.request.pin, clerk.pin_hash if clerk else None)
        if clerk is not None:
            request = message.request.model_copy(update={"clerk": clerk.id})
            self._message = message.model_copy(update={"request": request})

    def run(self, transaction: Transaction) -> None:
        """Let the message act, or set it aside."""
        if self._error is not None:
            self._set_aside(transaction, self._error)
        elif self.delivery.retained and self._topic is not topics.STATUS:
            transaction.reject("retained")  # old news, kept by somebody who should not
        else:
            self._act(transaction)

    def committed(self) -> None:
        """Tell the broker that the message is safe."""
        self._finish()

    def failed(self, error: Exception) -> None:
        """Nothing was kept; without a receipt the unit will send it again."""
        self._note("not_committed", str(error))
        self._finish()

    def _finish(self) -> None:
        if not self.finished:  # what was parked comes here twice
            self.finished = True
            self._tell_finished()

    def _act(self, transaction: Transaction) -> None:
        message = self._message
        if isinstance(message, w.Record):
            transaction.record(self._unit, message)
        elif isinstance(message, w.Hello):
            transaction.hello(self._unit, message, self._arrived)
        elif isinstance(message, w.Renew):
            transaction.renew(self._unit, message, self._arrived)
        elif isinstance(message, w.Command):
            transaction.unit_command(self._unit, message, self._pin_right, self._arrived)
        elif isinstance(message, w.Take):
            transaction.take(self._unit, message)
        elif isinstance(message, w.Status):
            transaction.status(self._unit, message)

    def _set_aside(self, transaction: Transaction, error: WireError) -> None:
        self._note(error.code, str(error))
        if self._topic is topics.RECORD:
            transaction.unreadable(self._unit, self.delivery.payload, error)
        else:
            transaction.reject(error.code)
