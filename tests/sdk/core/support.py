# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Scripted ctl servers in threads, with real sockets."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import threading

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.packet import decode, encode, parse_header

TRANSPORTS = ("unixs", "unixd", "tcp", "udp")
STREAMS = ("unixs", "tcp")
PATIENCE = 60
"""Seconds after which a test gives up; nothing is expected to come near."""


class Gone(Exception):
    """The client has closed, or the test is over."""


class Peer:
    """The server's end of one connection, or of all clients of a datagram socket."""

    def __init__(self, server, sock):
        self.is_datagram = server.is_datagram
        self._server = server
        self._socket = sock
        self._client = None  # where the last datagram came from
        self._buffer = b""

    def request(self):
        """Return the next request.

        :raises Gone: there is none.
        """
        if self.is_datagram:
            self._server.wait_for(self._socket)
            data, self._client = self._socket.recvfrom(wire.MAX_DATAGRAM)
            message = decode(data)
        else:
            message = decode(self._read_packet())
        self._server.requests.append(message)
        return message

    def _read_packet(self):
        while True:
            header = parse_header(self._buffer)
            if header is not None and len(self._buffer) >= header.total:
                packet, self._buffer = self._buffer[: header.total], self._buffer[header.total :]
                return packet
            self._server.wait_for(self._socket)
            data = self._socket.recv(65536)
            if not data:
                raise Gone
            self._buffer += data

    def send(self, data):
        if self.is_datagram:
            self._socket.sendto(data, self._client)
        else:
            self._socket.sendall(data)

    def reply(self, request, *values):
        self.send(reply_to(request, *values))

    def close(self):
        self._socket.close()

    def reset(self):
        """Close a TCP connection with a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


def reply_to(request, *values):
    return encode(values, wire.REPLY, request.cookie)


def fault_to(request, code, text):
    return encode([code, text], wire.FAULT, request.cookie)


def echo(peer):
    """Script: answer each request with its parameters."""
    while True:
        request = peer.request()
        peer.reply(request, *request.values[1:])


def once(script):
    """Script: run another for the first connection, or the first datagrams, then echo."""
    peers = []

    def run(peer):
        peers.append(peer)
        if len(peers) == 1:
            script(peer)
        if len(peers) > 1 or peer.is_datagram:
            echo(peer)

    return run


class Server:
    """Listens at once; runs ``script(peer)`` for each stream connection in turn, or once.

    Leaving the context re-raises what went wrong in the script.

    :param folder: where unix sockets go.
    :param at: instead of a new address, that of an earlier server.
    :ivar requests: all that were received.
    :ivar connections: how many stream connections were accepted.
    :ivar closed: set while no connection is open, after the first.
    """

    def __init__(self, protocol, script, folder, at=None):
        self.is_datagram = protocol in ("unixd", "udp")
        self.is_path = protocol in ("unixs", "unixd")
        self.requests = []
        self.connections = 0
        self.closed = threading.Event()
        self._script = script
        self._error = None
        self._stop, self._wake = socket.socketpair()
        kind = socket.SOCK_DGRAM if self.is_datagram else socket.SOCK_STREAM
        self._socket = socket.socket(socket.AF_UNIX if self.is_path else socket.AF_INET, kind)
        if self.is_path:
            self.path = at.path if at else os.path.join(folder, protocol)
            self._socket.bind(self.path)
            self.address = "%s:%s" % (protocol, self.path)
        else:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(("127.0.0.1", at.port if at else 0))
            self.port = self._socket.getsockname()[1]
            self.address = "%s:127.0.0.1:%d" % (protocol, self.port)
        if not self.is_datagram:
            self._socket.listen(200)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *exc_info):
        self.stop()
        if self._error is not None and kind is None:
            raise self._error

    def stop(self):
        """End the script, close everything and remove the socket file, as ctl does."""
        self._wake.close()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        self._stop.close()
        self._socket.close()
        if self.is_path and os.path.exists(self.path):
            os.unlink(self.path)

    def wait_for(self, sock):
        """Wait until ``sock`` can be read.

        :raises Gone: the test is over.
        """
        ready, _other, _other = select.select([sock, self._stop], [], [])
        if self._stop in ready:
            raise Gone

    def _serve(self):
        try:
            if self.is_datagram:
                self._script(Peer(self, self._socket))
                return
            while True:
                self.wait_for(self._socket)
                connection, _other = self._socket.accept()
                self.connections += 1
                self.closed.clear()
                with connection, contextlib.suppress(Gone, ConnectionError):
                    self._script(Peer(self, connection))
                self.closed.set()
        except Gone:
            pass
        except Exception as error:  # noqa: BLE001 - raised again where the test can see it
            self._error = error
