# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import RtpProxy
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_rtpproxy(real: Client) -> None:
    proxies = [
        {"url": node["url"], "set": node["setid"], "weight": node["weight"], "reachable": False}
        for node in real.call("rtpproxy.list")
    ]
    pair = Pair(real, RtpProxy(proxies))
    pair.same_methods("rtpproxy.")
    pair.each("rtpproxy.list", ())
    pair.each("rtpproxy.enable", *ODD)
    for url in (proxies[0]["url"], "nope", ""):
        for switch in (0, 1, "1", 7):
            pair.each("rtpproxy.enable", (url, switch), then="rtpproxy.list")
