# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The kamailio-binrpc authors
"""A call through the test server, so that there is a dialog to look at.

`with Call(server): server.kamcmd("dlg.list")`
"""

from __future__ import annotations

import re
import socket
import threading
import uuid

from tests.support.kamailio import Kamailio


class Endpoint:
    """A UDP socket that answers every SIP request with 200 and keeps the responses."""

    def __init__(self, server_port: int) -> None:
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self._sock.settimeout(0.05)
        self._server = ("127.0.0.1", server_port)
        self.address = f"127.0.0.1:{self._sock.getsockname()[1]}"
        self._tag = uuid.uuid4().hex[:8]
        self._done = threading.Event()
        self._final = threading.Event()
        self.final = ""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._done.set()
        self._thread.join()
        self._sock.close()

    def request(self, message: str, timeout: float = 5.0) -> str:
        """Send a request and return its final response."""
        self._final.clear()
        self.send(message)
        if not self._final.wait(timeout):
            raise TimeoutError(f"no final response to {message.splitlines()[0]}")
        return self.final

    def send(self, message: str) -> None:
        self._sock.sendto(message.encode(), self._server)

    def _serve(self) -> None:
        while not self._done.is_set():
            try:
                data, sender = self._sock.recvfrom(65535)
            except TimeoutError:
                continue
            message = data.decode("utf-8", "replace")
            if message.startswith("SIP/2.0 "):
                if not message.startswith("SIP/2.0 1"):
                    self.final = message
                    self._final.set()
            elif not message.startswith("ACK "):
                self._sock.sendto(self._ok(message).encode(), sender)

    def _ok(self, request: str) -> str:
        kept = []
        for line in request.split("\r\n"):
            name = line.partition(":")[0].lower()
            if name in {"via", "from", "to", "call-id", "cseq", "record-route"}:
                new_tag = name == "to" and ";tag=" not in line
                kept.append(f"{line};tag={self._tag}" if new_tag else line)
        head = ["SIP/2.0 200 OK", *kept, f"Contact: <sip:{self.address}>", "Content-Length: 0"]
        return "\r\n".join(head) + "\r\n\r\n"


class Call:
    """An answered call between two endpoints; leaving the context hangs up."""

    def __init__(self, server: Kamailio) -> None:
        self.call_id = uuid.uuid4().hex
        self._from_tag = uuid.uuid4().hex[:8]
        self._server = server
        self._to = "<sip:callee@lab.example.com>"
        self._route = ""
        self._target = ""

    def __enter__(self) -> Call:
        self._caller = Endpoint(self._server.sip_port)
        self._callee = Endpoint(self._server.sip_port)
        self._target = f"sip:callee@{self._callee.address}"
        answer = self._caller.request(self._message("INVITE", 1))
        if not answer.startswith("SIP/2.0 200"):
            self._close()
            raise RuntimeError(f"the call failed: {answer.splitlines()[0]}")
        self._to = _header(answer, "To")
        self._route = f"Route: {_header(answer, 'Record-Route')}\r\n"
        self._caller.send(self._message("ACK", 1))
        return self

    def __exit__(self, *_other: object) -> None:
        try:
            # A dialog that the server has ended already gets an error response: fine too.
            self._caller.request(self._message("BYE", 2))
        finally:
            self._close()

    def _close(self) -> None:
        self._caller.close()
        self._callee.close()

    def _message(self, method: str, number: int) -> str:
        own = self._caller.address
        return (
            f"{method} {self._target} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{uuid.uuid4().hex}\r\n"
            f"{self._route}"
            f"From: <sip:caller@lab.example.com>;tag={self._from_tag}\r\n"
            f"To: {self._to}\r\n"
            f"Call-ID: {self.call_id}\r\n"
            f"CSeq: {number} {method}\r\n"
            f"Contact: <sip:caller@{own}>\r\n"
            "Max-Forwards: 10\r\n"
            "Content-Length: 0\r\n\r\n"
        )


def register(server: Kamailio, user: str, expires: int = 86400) -> None:
    """Bind a contact for sip:user@lab.example.com by a REGISTER request."""
    endpoint = Endpoint(server.sip_port)
    address = f"<sip:{user}@lab.example.com>"
    try:
        answer = endpoint.request(
            "REGISTER sip:lab.example.com SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {endpoint.address};branch=z9hG4bK{uuid.uuid4().hex}\r\n"
            f"From: {address};tag={uuid.uuid4().hex[:8]}\r\n"
            f"To: {address}\r\n"
            f"Call-ID: {uuid.uuid4().hex}\r\n"
            "CSeq: 1 REGISTER\r\n"
            f"Contact: <sip:{user}@{endpoint.address}>;expires={expires}\r\n"
            "User-Agent: lab\r\n"
            "Content-Length: 0\r\n\r\n"
        )
    finally:
        endpoint.close()
    if not answer.startswith("SIP/2.0 200"):
        raise RuntimeError(f"not registered: {answer.splitlines()[0]}")


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*?)\r?$", message, re.IGNORECASE | re.MULTILINE)
    if found is None:
        raise RuntimeError(f"no {name} header in {message.splitlines()[0]}")
    return found.group(1)
