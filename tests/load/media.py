# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Media nodes that answer rtpengine's pings, and nothing else."""

from __future__ import annotations

import selectors
import socket
from threading import Thread


class MediaNodes:
    """Nodes that are up.

    :param addresses: hosts and ports to listen on, by UDP.
    """

    def __init__(self, addresses: list[tuple[str, int]]) -> None:
        self.pings = 0
        self._stop, stopped = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(stopped, selectors.EVENT_READ)
        for address in addresses:
            node = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            node.bind(address)
            self._selector.register(node, selectors.EVENT_READ, node)
        self._thread = Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        while True:
            for key, _events in self._selector.select():
                if key.data is None:
                    return
                request, sender = key.data.recvfrom(65536)
                # A cookie, a blank and a dictionary in bencode: the same goes back with the answer.
                cookie, _blank, command = request.partition(b" ")
                self.pings += b"4:ping" in command
                key.data.sendto(cookie + b" d6:result4:ponge", sender)

    def close(self) -> None:
        """Stop answering."""
        self._stop.close()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()
