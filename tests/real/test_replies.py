# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Every reply of every read-only method, on every transport."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from kamailio_binrpc import Client, Fault, Struct, decode, encode
from kamailio_binrpc.core import wire as protocol
from kamailio_binrpc.core.catalogue.reading import is_read_only
from kamailio_binrpc.core.decoder import decode_records
from tests.real.calls import CALLS, TRANSPORTS, WRITING_SET, Scene
from tests.real.wire import Wire, head_size

pytestmark = pytest.mark.real

via = pytest.mark.parametrize("via", TRANSPORTS)

# Fixed, so that the same reply has the same bytes; each size of a cookie on the wire is there.
COOKIES = (0x05, 0x1234, 0xABCDEF, 0xDEADBEEF)


def outcome(client: Client, call: tuple[Any, ...]) -> list[Any]:
    """The values of the reply; a fault's are its code and text."""
    try:
        return list(client.call(*call))
    except Fault as fault:
        return [fault.code, fault.text]


def shape(value: Any) -> Any:
    """Names and types without the values."""
    if isinstance(value, Struct):
        return [(name, shape(member)) for name, member in value.items()]
    return type(value).__name__


@via
def test_every_reply_decodes_and_encodes_to_the_same_bytes(
    scene: Scene, via: str, tell: Callable[[str], None]
) -> None:
    wrong = []
    methods = set()
    kinds: Counter[int] = Counter()
    size = 0
    with Wire(scene.server.endpoints[via]) as server:
        for number, call in enumerate(scene.calls):
            cookie = COOKIES[number % len(COOKIES)]
            raw = server.ask(encode(call, protocol.REQUEST, cookie))
            message = decode(raw)
            # The decoder in use may be the compiled one.
            in_python = decode_records(raw, head_size(raw))
            again = encode(in_python, message.type, message.cookie)
            if not encode(message) == again == raw or message.anomalies or message.cookie != cookie:
                wrong.append((call, raw, message))
            kinds[message.type] += 1
            methods.add(call[0])
            size += len(raw)
    right = len(scene.calls) - len(wrong)
    tell(
        f"{via + ':':7}{right} of {len(scene.calls)} replies decode and encode to the same bytes "
        f"({len(methods & scene.methods)} methods, {kinds[protocol.FAULT]} faults, {size} bytes)"
    )
    assert wrong == []
    assert set(kinds) == {protocol.REPLY, protocol.FAULT}
    assert len(methods & scene.methods) > 100


@via
def test_the_client_gives_what_is_in_the_packet(scene: Scene, via: str) -> None:
    same = 0
    with Wire(scene.server.endpoints[via]) as server, Client(scene.server.endpoints[via]) as client:
        outcome(client, ("core.version",))  # connected, for ctl.who
        for call in scene.calls:
            request = encode(call, protocol.REQUEST, 1)
            before, values, after = server.ask(request), outcome(client, call), server.ask(request)
            expected = decode(before).values
            if before == after:
                assert values == expected, call
                same += 1
            else:  # a clock or a counter went on meanwhile
                assert shape(values) in (shape(expected), shape(decode(after).values)), call
    assert same > len(scene.calls) * 0.8


def test_the_transports_agree(scene: Scene) -> None:
    clients = [Client(scene.server.endpoints[name]) for name in TRANSPORTS]
    for client in clients:
        outcome(client, ("core.version",))
    for call in scene.calls:
        shapes = [[shape(value) for value in outcome(client, call)] for client in clients]
        assert shapes.count(shapes[0]) == len(clients), call
    for client in clients:
        client.close()


def test_every_listed_method_is_called_or_known_to_write(scene: Scene) -> None:
    called = {call[0] for call in CALLS}
    listed = scene.methods
    reading = {method for method in listed if is_read_only(method)}
    assert reading - called == set(), "a method that reads is missing in CALLS"
    assert listed - reading - WRITING_SET == set(), (
        "the server has a method no one has decided about: put it into core/catalogue and "
        "CALLS if it changes nothing, into WRITING otherwise"
    )


def test_the_catalogue_and_the_table_do_not_contradict_each_other() -> None:
    assert {method for method in WRITING_SET if is_read_only(method)} == set()
    doubtful = {call[0] for call in CALLS if not is_read_only(call[0], call[1:])}
    assert doubtful == {"no.such.method"}
