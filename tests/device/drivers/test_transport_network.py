"""A printer on the network: the same driver over TCP, and the ways a network fails."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from device.drivers import transport_network
from device.drivers.far_ends.printer import TicketPrinterMechanism
from device.drivers.ports import Slip
from device.drivers.ticket_printer import EscposPrinter
from device.drivers.transport_network import NetworkTransport
from wire.errors import BadAnswer, NoAnswer, PaperEnd, Unplugged

pytestmark = pytest.mark.slow  # real sockets

PATIENT_S = 20.0


class NetworkPrinter:
    """A mechanism that listens on a port of the loopback."""

    def __init__(self) -> None:
        self.mechanism = TicketPrinterMechanism()
        self.silent = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
                self._connection = connection
                with connection:
                    while data := connection.recv(4096):
                        connection.sendall(b"" if self.silent else self.mechanism.take(data))
            except ConnectionError:
                continue
            except OSError:
                return

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with contextlib.suppress(OSError):
            self.hang_up()
        self._thread.join(PATIENT_S)


@pytest.fixture
def far() -> Iterator[NetworkPrinter]:
    far = NetworkPrinter()
    yield far
    far.close()


@pytest.fixture
def transport(far: NetworkPrinter) -> Iterator[NetworkTransport]:
    transport = NetworkTransport("127.0.0.1", far.port)
    yield transport
    transport.close()


def test_a_ticket_is_printed_over_the_network(
    far: NetworkPrinter, transport: NetworkTransport
) -> None:
    printer = EscposPrinter(transport)
    assert printer.probe() == "it answers"
    printer.print_slip(Slip("A012", below=("前面还有3人",)))
    assert far.mechanism.reading() == "A012 | 前面还有3人"
    far.mechanism.rows = 0
    with pytest.raises(PaperEnd):
        printer.probe()


def test_silence_and_half_an_answer_are_two_errors(
    far: NetworkPrinter, transport: NetworkTransport
) -> None:
    transport.write(b"\x10\x04\x02")
    with pytest.raises(BadAnswer, match="broke off after 1 of 2 bytes"):
        transport.read(2, 1.0)
    far.silent = True
    transport.write(b"\x10\x04\x02")
    with pytest.raises(NoAnswer, match=rf"127\.0\.0\.1:{far.port}: no answer"):
        transport.read(1, 0.2)


def test_what_came_unasked_can_be_forgotten(transport: NetworkTransport) -> None:
    transport.write(b"\x10\x04\x02\x10\x04\x04")
    assert transport.read(1, PATIENT_S) == b"\x12"
    transport.write(b"\x10\x04\x04")
    assert transport.read(1, PATIENT_S) == b"\x12"
    transport.discard()


def test_a_connection_that_is_gone_is_seen_and_made_again(
    far: NetworkPrinter, transport: NetworkTransport
) -> None:
    printer = EscposPrinter(transport)
    printer.probe()
    far.hang_up()
    with pytest.raises(Unplugged, match=r"has hung up|reset"):
        transport.read(1, PATIENT_S)
    assert printer.probe() == "it answers"


def test_nobody_there_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unplugged, match="refused; check its network cable and its address"):
        NetworkTransport("127.0.0.1", port).check()


def test_one_that_takes_no_connection_is_not_waited_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport_network, "CONNECT_WITHIN_S", 0.05)
    # A listener whose queue is full lets connections hang, as a switched-off printer does.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [NetworkTransport("127.0.0.1", port) for _ in range(5)]

        def connect_all() -> None:
            for transport in waiting:
                transport.check()

        with pytest.raises(Unplugged, match="does not answer"):
            connect_all()
        for transport in waiting:
            transport.close()
