# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client, Struct
from kamailio_binrpc.lab import RtpEngine
from tests.sdk.lab.modules.support import ODD, Pair, fault, lab


def test_rtpengine_refuses_a_reload_after_the_start():
    engine, clock = lab()
    assert fault(engine, "rtpengine.reload")[1] == "Too short reload interval - try later"
    clock.now += 10
    assert engine.call("rtpengine.reload") == ["Ok. Reload successful."]


def test_rtpengine_shows_activity_later():
    nodes = [{"url": "udp:192.0.2.1:1", "disabled": True}]
    old = lab(RtpEngine(nodes))[0].call("rtpengine.show", "all")[0]
    new = lab(RtpEngine(nodes), version="6.1")[0].call("rtpengine.show", "all")[0]
    assert (old["disabled"], old["recheck_ticks"]) == ("1(permanent)", "N/A")
    assert (new["disabled"], new["active"], new["recheck_ticks"]) == (1, 0, -1)


def test_a_node_that_answers_can_be_enabled():
    engine, clock = lab(RtpEngine([{"url": "a"}, {"url": "b", "reachable": False}], 60))
    assert engine.call("rtpengine.enable", "a", 0) == [Struct(url="a", status="disable")]
    assert engine.call("rtpengine.enable", "a", 1) == [Struct(url="a", status="enable")]
    assert engine.call("rtpengine.enable", "b", 1) == [Struct(url="b", status="fail")]
    clock.now += 20
    shown = engine.call("rtpengine.show", "all")
    assert [(node["disabled"], node["recheck_ticks"]) for node in shown] == [(0, 0), (1, 40)]


@pytest.mark.real
def test_rtpengine(real: Client) -> None:
    engines = [
        {"url": node["url"], "set": node["set"], "weight": node["weight"], "reachable": False}
        for node in real.call("rtpengine.show", "all")
    ]
    pair = Pair(real, RtpEngine(engines, disable_tout=3600))
    pair.same_methods("rtpengine.")
    pair.same("rtpengine.get_hash_total")
    urls = [engines[0]["url"], engines[1]["url"], "all", "allx", "al", "nope", ""]
    for name in ("show", "ping", "enable"):
        pair.each("rtpengine." + name, *ODD, ("all", "1"), *((url,) for url in urls))
    for url in urls:
        for switch in (0, 1, 0, 5):
            pair.steadily("rtpengine.enable", url, switch)
            pair.steadily("rtpengine.show", "all")
