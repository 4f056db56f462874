# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The way to the host breaks at any step of look, write and read back: nothing is written twice,
and no result says more than is known.

The server counts what it is asked, so the truth of each run is known.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.desired.call import Call
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.desired.engine import apply
from kamailio_binrpc.core.desired.htable import HashTableItem
from kamailio_binrpc.core.lab.modules.htable import HashTables
from kamailio_binrpc.core.lab.observer import Observer
from kamailio_binrpc.core.packet import decode
from kamailio_binrpc.core.relay.client import RelayClient
from kamailio_binrpc.lab import LabServer

from . import hosts

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SECONDS = 60


class Endpoint:
    """As the modules have it, with retries of what only reads."""

    def __init__(self, client):
        self._client = client
        self.address = str(client.address)
        self.server = "none"
        self.soon = client.soon

    def call(self, method, *params, read_only=True):
        return self._client.call(method, *params, repeatable=read_only)

    def once(self, method, *params):
        return self._client.call(method, *params)


class Way:
    """Runs relays, and cuts one of them.

    :param number: which one, from 1 on.
    :param breaks: gets a started relay and its input, and returns what arrived of its output.
    """

    def __init__(self, path, number, breaks):
        self._path = path
        self._number = number
        self._breaks = breaks
        self.trips = 0

    def run(self, command, text, changes):
        self.trips += 1
        if self.trips != self._number:
            return hosts.run(command, text, self._path), ""
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PATH": self._path},
        )
        with process:
            return self._breaks(process, text), "the connection to the host broke"


def killed_after(count):
    """The interpreter is killed after that many lines."""

    def breaks(process, text):
        process.stdin.write(text)
        process.stdin.close()
        lines = [process.stdout.readline() for _number in range(count)]
        process.send_signal(signal.SIGKILL)
        return "".join(lines)

    return breaks


def lost_after(count):
    """The relay does all that it has to do, and only that many lines of it arrive."""

    def breaks(process, text):
        output = process.communicate(text)[0]
        return "".join(output.splitlines(keepends=True)[:count])

    return breaks


def input_cut_at(share):
    """Only a part of the input arrives, and then its end."""

    def breaks(process, text):
        return process.communicate(text[: int(len(text) * share)])[0]

    return breaks


def never_started(process, text):
    process.kill()
    return ""


BREAKS = {
    "never started": never_started,
    **{"killed after %d" % count: killed_after(count) for count in (0, 1, 2, 3, 4, 6)},
    **{"lost after %d" % count: lost_after(count) for count in (0, 2, 3, 4, 5, 6, 7)},
    **{"input cut at %g" % share: input_cut_at(share) for share in (0.1, 0.6, 0.95)},
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return hosts.path_with(tmp_path_factory.mktemp("bin"), "perl")


class Server:
    """A lab server with one item, and how many times a call wrote a value into it."""

    def __init__(self):
        self.writes = Counter()
        tables = HashTables({"t": {"k": "old"}})
        self.lab = LabServer("tcp:127.0.0.1:0", modules=[tables], observer=Counting(self.writes))

    def reset(self):
        with Client(self.lab.addresses[0], SECONDS) as client:
            client.call("htable.sets", "t", "k", "old")
        self.writes.clear()

    def value(self):
        with Client(self.lab.addresses[0], SECONDS) as client:
            return client.call("htable.get", "t", "k")[0]["item"]["value"]

    def endpoint(self, way, interpreter):
        client = RelayClient(self.lab.addresses[0], way.run, SECONDS, interpreter=interpreter)
        return Endpoint(client)


class Counting(Observer):
    def __init__(self, writes):
        self._writes = writes

    def received(self, caller, data):
        method, *params = decode(data).values
        if method == "htable.sets":
            self._writes[params[-1]] += 1


@pytest.fixture
def server():
    server = Server()
    with server.lab.running_in_thread():
        yield server


@pytest.mark.parametrize("number", [1, 2])
def test_a_state_is_written_once_and_its_result_is_true(number, server, path):
    outcomes = Counter()
    for name, breaks in BREAKS.items():
        server.reset()
        way = Way(path, number, breaks)
        result = apply(HashTableItem("t", "k", "new"), server.endpoint(way, "perl"))
        value = server.value()
        said = (name, result)
        assert server.writes["new"] <= 1, said
        if not result["failed"]:
            assert value == "new", said
            assert result["changed"], said
        else:
            assert result["changed"] or value == "old", said
        outcomes["failed" if result["failed"] else "changed", value] += 1
    print(number, dict(outcomes))
    assert sum(outcomes.values()) == len(BREAKS)
    if number == 1:
        assert outcomes["failed", "new"] == 0  # it broke before anything was written


@pytest.mark.parametrize("number", [1, 2])
def test_a_call_says_whether_it_ran_as_far_as_that_is_known(number, server, path):
    options = {
        "method": "htable.sets",
        "params": ["t", "k", "new"],
        "mutates": "auto",
        "probe": None,
        "ignore_faults": None,
    }
    outcomes = Counter()
    for name, breaks in BREAKS.items():
        server.reset()
        way = Way(path, number, breaks)
        result = drive(Call(options).run(check_mode=False), server.endpoint(way, ""))
        server.value()  # all that arrived before has been read
        said = (name, result)
        assert (
            server.writes["new"] in {"no": (0,), "yes": (1,), "unknown": (0, 1)}[result["executed"]]
        ), said
        outcomes[result["executed"], server.writes["new"]] += 1
    print(number, dict(outcomes))
    assert sum(outcomes.values()) == len(BREAKS)
    if number == 1:
        assert outcomes["no", 0] == len(BREAKS) - outcomes["yes", 1]
