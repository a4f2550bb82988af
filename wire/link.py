"""The MQTT link: the only place that knows paho.

paho calls back from its network thread, and an exception there kills that thread without a
word while the client goes on claiming to be connected. So callbacks do nothing but hand a
`LinkEvent` to the inbox that the owner gave; everything else happens in the owner's thread.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from wire.errors import LinkError
from wire.topics import Publication

KEEPALIVE_S = 5
"""A silent end is noticed after one and a half times this."""

IN_FLIGHT = 90
"""Unacknowledged publications at once; iotcore's own window is 100."""


_QUICK_ACK = getattr(socket, "TCP_QUICKACK", None)  # Linux only


@dataclass(frozen=True)
class BrokerAddress:
    """Where a broker listens and how to get in.

    `url` is mqtt://host[:port] or mqtts://host[:port]; `ca` a certificate file for mqtts.
    """

    url: str
    user: str | None = None
    password: str | None = None
    ca: Path | None = None

    @property
    def host(self) -> str:
        """The host's name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port, 1883 or 8883 if none is given."""
        return urlsplit(self.url).port or (8883 if self.secure else 1883)

    @property
    def secure(self) -> bool:
        """Whether the link is encrypted."""
        return urlsplit(self.url).scheme == "mqtts"

    def check(self) -> None:
        """Raise LinkError if this is no usable address."""
        try:
            usable = urlsplit(self.url).scheme in {"mqtt", "mqtts"} and self.host and self.port
        except ValueError:
            usable = False
        if not usable:
            raise LinkError(f"broker {self.url!r}: expected mqtt://host[:port] or mqtts://…")


@dataclass(frozen=True)
class Connected:
    """The link is up. Deliveries of this connection carry the same generation."""

    generation: int


@dataclass(frozen=True)
class Disconnected:
    """The link is down, or could not come up; it is tried again for ever."""

    reason: str


@dataclass(frozen=True)
class Delivery:
    """A message that has arrived."""

    generation: int
    mid: int
    topic: str
    payload: bytes
    retained: bool


LinkEvent = Connected | Disconnected | Delivery


class Link:
    """One connection to the broker that comes back by itself.

    With `manual_ack` each delivery must be given to `acknowledge` in the order of arrival.
    """

    def __init__(
        self,
        broker: BrokerAddress,
        client_id: str,
        inbox: Callable[[LinkEvent], None],
        *,
        subscriptions: Sequence[str] = (),
        will: Publication | None = None,
        manual_ack: bool = False,
    ) -> None:
        broker.check()
        self._broker = broker
        self._inbox = inbox
        self._subscriptions = [(name, 1) for name in subscriptions]
        self._generation = 0
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=True,
            protocol=paho.MQTTv311,
            manual_ack=manual_ack,
        )
        self._client.reconnect_delay_set(1, 2)
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.on_socket_open = self._on_socket_open
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._prepare(will)

    def start(self) -> None:
        """Connect, now or as soon as the broker can be reached."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Say goodbye and end the network thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, publication: Publication) -> bool:
        """Hand a publication to the broker.

        False if the link is down: the publication is dropped, because an outbox or the next
        state decides what is sent then, not a queue in memory that dies with the process.
        """
        if not self._client.is_connected():
            return False
        sent = self._client.publish(
            publication.topic, publication.payload, publication.qos, publication.retain
        )
        return sent.rc == paho.MQTT_ERR_SUCCESS

    def acknowledge(self, delivery: Delivery) -> None:
        """Tell the broker that a delivery is safe.

        One of an earlier connection is ignored: its id means nothing now, and a stale one
        makes a broker drop the client.
        """
        if delivery.generation == self._generation:
            self._client.ack(delivery.mid, 1)

    def _prepare(self, will: Publication | None) -> None:
        if self._broker.user:
            self._client.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.secure:
            try:
                context = ssl.create_default_context(cafile=self._broker.ca)
            except (OSError, ssl.SSLError) as error:
                raise LinkError(f"certificate {self._broker.ca}: {error}") from error
            self._client.tls_set_context(context)
        if will is not None:
            self._client.will_set(will.topic, will.payload, will.qos, will.retain)

    # The parameters of paho's callbacks: it passes more than is needed here.
    def _on_socket_open(self, _client: paho.Client, _data: Any, connection: Any) -> None:
        # Without this the second of two small messages waits 40 ms for the first one's
        # acknowledgement by the other end's TCP: a state behind an answer, for instance.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _on_publish(self, client: paho.Client, _data: Any, _mid: int, _code: Any, _p: Any) -> None:
        # The other half of the same 40 ms: brokers leave Nagle's algorithm on, so whatever
        # follows a PUBACK waits until this end's TCP has acknowledged that. It does now.
        connection = client.socket()
        if isinstance(connection, socket.socket) and _QUICK_ACK is not None:
            connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, code: Any, _p: Any) -> None:
        if code.is_failure:
            self._inbox(Disconnected(str(code)))
            return
        self._generation += 1
        if self._subscriptions:
            client.subscribe(self._subscriptions)
        self._inbox(Connected(self._generation))

    def _on_connect_fail(self, _client: paho.Client, _data: Any) -> None:
        self._inbox(Disconnected("the broker cannot be reached"))

    def _on_disconnect(
        self, _client: paho.Client, _data: Any, _flags: Any, code: Any, _p: Any
    ) -> None:
        self._generation += 1
        self._inbox(Disconnected(str(code)))

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""  # no topic of ours: the owner sets it aside as unknown
        self._inbox(
            Delivery(self._generation, message.mid, topic, bytes(message.payload), message.retain)
        )
