# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which spellings of a URI a real Kamailio takes for one destination, and that ours all do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.dispatcher import destinations
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.views import reply_to_json
from kamailio_binrpc.desired import KINDS, NotEnsured, ensure
from tests.load.proxy import SET, Proxy
from tests.support.kamailio import find_kamailio

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def proxy(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    if find_kamailio() is None:
        request.getfixturevalue("kamailio")  # skips or fails
    with Proxy(gateways=2, reload_delta=0) as server:
        yield server


@pytest.fixture
def client(proxy: Proxy) -> Iterator[Client]:
    with Client(proxy.endpoints["unix"]) as client:
        yield client


def listed(client: Client, number: int) -> dict[str, str]:
    reply = reply_to_json(client.call("dispatcher.list"), "dispatcher.list")
    return {row["uri"]: row["state"] for row in destinations(reply) if row["set_id"] == number}


def test_what_the_server_takes(client: Client) -> None:
    """It answers with success whatever it makes of a text; the list has what it took."""
    taken = {
        "127.0.9.1": "sip:127.0.9.1",
        "SIP:127.0.9.2:05060": "SIP:127.0.9.2:05060",
        "sip:127.000.009.003:0;transport=UDP": "sip:127.000.009.003:0;transport=UDP",
    }
    refused = [" sip:127.0.9.4", "<sip:127.0.9.5>", "sip:127.0.9.6:99999", "tel:+1", "gw1"]
    for text in [*taken, *refused]:
        assert str(client.call("dispatcher.add", 91, text).value).startswith("Ok")
    assert sorted(listed(client, 91)) == sorted(taken.values())


@pytest.mark.parametrize(
    "text, found",
    [
        ("SIP:ALICE@127.0.9.1;transport=udp", True),
        ("sip:Alice@127.0.9.1", False),
        ("sip:Alice@127.0.9.1:5060;transport=UDP", False),
        ("Alice@127.0.9.1;transport=UDP", False),
    ],
)
def test_how_the_server_looks_up_a_state(client: Client, text: str, found: bool) -> None:
    uri = "sip:Alice@127.0.9.1;transport=UDP"
    if uri not in listed(client, 92):
        client.call("dispatcher.add", 92, uri)
    if found:
        client.call("dispatcher.set_state", "A", 92, text)
    else:
        with pytest.raises(Fault, match="State Update Failed"):
            client.call("dispatcher.set_state", "A", 92, text)


def test_how_the_server_removes(client: Client) -> None:
    client.call("dispatcher.add", 93, "sip:127.0.9.1")
    for text in ("SIP:127.0.9.1", "sip:127.0.9.1:5060"):
        client.call("dispatcher.remove", 93, text)
        assert listed(client, 93) == {"sip:127.0.9.1": "active"}
    client.call("dispatcher.remove", 93, "127.0.9.1")
    assert listed(client, 93) == {}


def test_the_last_gateway_stays_however_it_is_written(client: Client, proxy: Proxy) -> None:
    first, second = proxy.uris(proxy.gateways)
    state = KINDS["dispatcher_state"]
    written = second[4:].upper() + ";transport=UDP"
    ensure(client, state.make({"set_id": SET, "uri": written, "state": "disabled"}))
    assert listed(client, SET) == {first: "active", second: "disabled"}
    for text in (first, first[4:], first.upper(), first + ";transport=udp", first + ";lr"):
        with pytest.raises(NotEnsured, match="only 0 active destinations would be left"):
            ensure(client, state.make({"set_id": SET, "uri": text, "state": "disabled"}))
    assert listed(client, SET) == {first: "active", second: "disabled"}
    gone = KINDS["dispatcher_destination"].make({"set_id": SET, "uri": written, "state": "absent"})
    ensure(client, gone)
    assert listed(client, SET) == {first: "active"}
