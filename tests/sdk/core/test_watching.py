# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from typing import Any

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.errors import ConnectError, ProtocolError
from kamailio_binrpc.core.watching import WatchedMethod, WatchedServer, plain
from kamailio_binrpc.lab import Dispatcher, HashTables, LabServer

ADDRESS = "tcp:127.0.0.1:2049"
GATEWAY = "sip:127.0.0.1:5081"


@pytest.fixture
def client(lab_with: Any) -> Client:
    return lab_with(HashTables({"t": {"a": 1}}), Dispatcher({1: [GATEWAY]}, reload_delta=0))


@pytest.fixture
def lab_with() -> Any:
    opened: list[Any] = []

    def start(*modules: Any) -> Client:
        server = LabServer(binrpc="tcp:127.0.0.1:0", modules=list(modules))
        running = server.running_in_thread()
        running.__enter__()
        client = Client(server.addresses[0])
        opened.extend((client.close, lambda: running.__exit__(None, None, None)))
        return client

    yield start
    for close in opened:
        close()


def watch(*methods: Any) -> WatchedServer:
    return WatchedServer("edge1", ADDRESS, methods)


def looked(server: WatchedServer, client: Client, *, initial: bool = False) -> list[Any]:
    return drive(server.round(initial), client)


def test_the_first_round_only_learns_unless_told_otherwise(client: Client) -> None:
    server = watch("htable.dump", {"method": "htable.dump", "params": ["t"]})
    told = looked(server, client)
    # htable.dump without a table is a fault of Kamailio's.
    assert [each["type"] for each in told] == ["fault"]
    assert looked(server, client) == []
    (added,) = looked(watch({"method": "htable.dump", "params": ["t"]}), client, initial=True)
    assert (added["type"], added["endpoint"], added["address"]) == ("added", "edge1", ADDRESS)
    assert added["new"]["value"] == 1


def test_a_change_is_told_once_with_both_rows(client: Client) -> None:
    server = watch("dispatcher.list")
    assert looked(server, client) == []
    client.call("dispatcher.set_state", "ip", 1, GATEWAY)
    (event,) = looked(server, client)
    assert event["type"] == "changed"
    assert (event["old"]["state"], event["new"]["state"]) == ("active", "inactive")
    assert looked(server, client) == []


class Broken:
    """A server that answers each method as told; an exception is raised."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {name.replace("__", "."): answer for name, answer in answers.items()}

    def call(self, method: str, *_params: Any) -> Any:
        answer = self.answers[method]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_unreachable_and_reachable_are_told_once(client: Client) -> None:
    gone = Broken(core__uptime=ConnectError("connection refused"))
    server = watch("dispatcher.list")
    assert looked(server, client) == []
    (event,) = drive(server.round(False), gone)
    assert (event["type"], event["error"]) == ("unreachable", "connection refused")
    assert drive(server.round(False), gone) == []
    assert [each["type"] for each in looked(server, client)] == ["reachable"]
    assert looked(server, client) == []


def test_a_damaged_reply_ends_neither_the_round_nor_the_watching(client: Client) -> None:
    class Odd:
        def to_json(self) -> Any:
            return [{"up_since": "x"}]

    odd = Broken(core__uptime=Odd(), dispatcher__list=ProtocolError("cut"))
    server = watch("dispatcher.list")
    (event,) = drive(server.round(False), odd)
    assert (event["type"], event["error"]) == ("invalid", "cut")
    # "x" is another start than the client's.
    assert [each["type"] for each in looked(server, client)] == ["restarted"]


@pytest.mark.parametrize(
    "options, why",
    [
        (5, "a name or a mapping"),
        ({"params": []}, "a name or a mapping"),
        ({"method": "core.psx", "parms": []}, "has no parms"),
        ({"method": "core.psx", "params": "t"}, "params is a list"),
        ({"method": "core.psx", "mutates": "no"}, "auto or never"),
        ("htable.flush", "not known to change nothing"),
    ],
)
def test_what_is_wrong_is_named(options: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        WatchedMethod(options)


def test_a_method_that_nobody_knows_is_watched_on_request() -> None:
    assert WatchedMethod({"method": "my.method", "mutates": "never"}).method == "my.method"


def test_texts_are_valid_utf_8() -> None:
    assert plain({"a\udce9": ["\udcff", 1]}) == {"a\\xe9": ["\\xff", 1]}
