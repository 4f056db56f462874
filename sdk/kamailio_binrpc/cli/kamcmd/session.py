# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One command after the other over one connection: aliases, built-ins, calls, their output."""

from __future__ import annotations

import os

from ...core import wire
from ...core.encoder import Encoder
from ...core.errors import EncodeError
from ...core.packet import build_header
from . import arguments, commands
from .errors import Failure
from .records import BadRecord, walk
from .template import Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...core.packet import Header
    from .link import Link
    from .options import Options
    from .output import Output

_LARGEST_REQUEST = 128 * 1024


class Leave(Exception):
    """``quit`` or ``exit`` was asked for."""


class Session:
    """Runs commands.

    :raises Failure: the template of ``-f`` is wrong.
    """

    def __init__(self, link: Link, options: Options, output: Output) -> None:
        self._link = link
        self._output = output
        self._verbosity = options.verbosity
        self._template = None if options.template is None else Template(options.template)
        self._methods: list[bytes] | None = None

    def run(self, words: Sequence[str]) -> bool:
        """Run one command; True if the server answered it with a fault.

        :raises Failure: there is no usable answer.
        :raises Leave: the command was to leave.
        """
        name = words[0]
        values = arguments.parse_all(words[1:])
        alias = commands.find_alias(name)
        if alias is not None:
            method, template = alias
            return self.call(method, values, Template(template) if template else None)
        if name in commands.BUILTINS:
            return self._builtin(name, values)
        return self.call(name, values)

    def call(
        self,
        method: str,
        values: Sequence[arguments.Value] = (),
        template: Template | None = None,
    ) -> bool:
        """Call a method and print the reply; True for a fault.

        :raises Failure: there is no usable answer.
        """
        header, packet = self.ask(method, values)
        if header.type == wire.FAULT:
            self._output.add(b"error: ")
            self._fill(Template("%v - %v\\n"), packet, header.size)
        else:
            wanted = self._template or template
            if wanted is None:
                self._print(packet, header.size)
            else:
                self._fill(wanted, packet, header.size)
        if self._verbosity:
            self._output.add(b".\n")
        return header.type == wire.FAULT

    def ask(self, method: str, values: Sequence[arguments.Value] = ()) -> tuple[Header, bytes]:
        """Call a method; return the answer's header and bytes.

        :raises Failure: there is no usable answer.
        """
        cookie = (int.from_bytes(os.urandom(4), "big") >> 1) or 1
        header, packet = self._link.ask(_build(method, values, cookie))
        if self._verbosity > 1:
            self._show_packet(header, packet)
        if header.cookie != cookie:
            self._link.close()
            raise Failure(
                f"bad reply, cookie doesn't match: sent {cookie:x} and received  "
                f"{header.cookie:x}\nERROR: cookie does not match",
            )
        if header.type == wire.REQUEST:
            self._link.close()
            raise Failure("ERROR: not a reply", "is this another client's socket?")
        return header, packet

    def strings(self, method: str, *values: arguments.Value) -> list[bytes]:
        """Return the values of a reply as texts, none for a fault.

        :raises Failure: there is no usable answer.
        """
        header, packet = self.ask(method, values)
        if header.type == wire.FAULT:
            return []
        return [text for _depth, _name, text in walk(packet, header.size)]

    def methods(self) -> list[bytes]:
        """Return the names of the server's methods; asks once.

        :raises Failure: there is no usable answer.
        """
        if self._methods is None:
            self._methods = self.strings("system.listMethods")
        return self._methods

    def _print(self, packet: bytes, start: int) -> None:
        add = self._output.add
        for depth, name, text in walk(packet, start):
            add(b"\t" * depth, name, text, b"\n")

    def _fill(self, template: Template, packet: bytes, start: int) -> None:
        try:
            for piece in template.fill(walk(packet, start)):
                self._output.add(piece)
        except BadRecord:
            self._output.add(b"\n")
            raise

    def _show_packet(self, header: Header, packet: bytes) -> None:
        if self._verbosity > 2:
            self._output.line(f"received {len(packet)} bytes in reply (@offset 0):")
            for start in range(0, len(packet), 16):
                row = packet[start : start + 16]
                shown = bytes(byte if 32 <= byte < 127 else 46 for byte in row)
                self._output.add(b"%-48s %s\n" % (row.hex(" ").encode(), shown))
        self._output.line(
            f"new packet: type {header.type:02x}, len {header.body}, cookie {header.cookie:02x}"
        )

    def _builtin(self, name: str, values: Sequence[arguments.Value]) -> bool:
        if name in ("quit", "exit"):
            raise Leave
        if name not in ("?", "help"):
            from .texts import LICENCE

            self._output.line(LICENCE)
            return False
        topic = values[0] if values else None
        if isinstance(topic, str):
            return self._explain(topic)
        for method in self.methods():
            self._output.add(method, b"\n")
        for known in commands.ALIASES:
            self._output.line(f"alias: {known}")
        for known in commands.BUILTINS:
            self._output.line(f"builtin: {known}")
        return False

    def _explain(self, topic: str) -> bool:
        alias = commands.find_alias(topic)
        if alias is not None:
            method, template = alias
            form = f' with reply formatting: "{template}"' if template else ""
            self._output.line(f"{topic} is an alias for {method}{form}")
            return False
        if topic in commands.BUILTINS:
            self._output.line(f"builtin command: {commands.BUILTINS[topic]}")
            return False
        # Help is printed plainly, whatever -f says.
        own, self._template = self._template, None
        try:
            return self.call("system.methodHelp", [topic])
        finally:
            self._template = own


def _build(method: str, values: Sequence[arguments.Value], cookie: int) -> bytes:
    encoder = Encoder()
    try:
        encoder.add(method)
        encoder.add_all(values)
    except EncodeError as error:
        raise Failure(f"ERROR while building the packet: {error}") from None
    packet = build_header(wire.REQUEST, cookie, len(encoder.out)) + encoder.out
    if len(packet) > _LARGEST_REQUEST:
        raise Failure(
            "ERROR while building the packet: buffer too small (overflow)",
            "the server takes less than 64 KiB anyway",
        )
    return packet
