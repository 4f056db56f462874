# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.hosts import is_host

LABEL = "a" * 63


@pytest.mark.parametrize(
    "text",
    [
        "gw",
        "gw.example.com",
        "gw.example.com.",
        "GW-1.Example.COM",
        "xn--bcher-kva.example",
        "my_gateway",
        "_sip._udp.example.com",
        "1gw.example.com",
        "10.0.0.1.example",
        "192.0.2.11",
        "2001:db8::1",
        "::ffff:192.0.2.1",
        LABEL,
        ".".join([LABEL] * 3 + ["a" * 61]),
    ],
)
def test_a_host(text):
    assert is_host(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        b"gw",
        "",
        ".",
        "a..b",
        ".example.com",
        "-gw",
        "gw-",
        "gw.-x.com",
        "-oProxyCommand=touch${IFS}/tmp/x",
        "gw;id",
        "gw id",
        "gw\n",
        "gw\x00",
        "gw\x1b[2J",
        "gw\u202e",
        "\u212agw",  # the sign for kelvin, whose lower case is k
        "b\u00fccher.example",
        "{{ 1 }}",
        "$(id)",
        "`id`",
        "../etc",
        "a/b",
        "a,b",
        "a:b",
        "a@b",
        "!gw",
        "gw[0:9]",
        "*",
        "~gw",
        "[::1]",
        "fe80::1%eth0",
        "fe80::1%$(id)",
        "1.2",
        "127.1",
        "2130706433",
        "0x7f000001",
        "192.0.2.256",
        "\u0661.\u0662.\u0663.\u0664",
        LABEL + "a",
        ".".join([LABEL] * 3 + ["a" * 62]),
        "a" * 100000,
    ],
)
def test_no_host(text):
    assert not is_host(text)
