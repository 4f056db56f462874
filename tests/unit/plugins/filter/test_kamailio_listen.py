# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.kamailio.ctl.plugins.filter.kamailio_listen import FilterModule

listen = FilterModule().filters()["kamailio_listen"]


@pytest.mark.parametrize(
    "text, fifo, transport, address, port, local, endpoint",
    [
        ("unix:/run/x", False, "unix_stream", "/run/x", None, True, "unixs:/run/x"),
        ("unixd:/run/x", False, "unix_dgram", "/run/x", None, True, "unixd:/run/x"),
        ("/run/x", True, "fifo", "/run/x", None, True, "fifo:/run/x"),
        ("/run/x", False, "unix_stream", "/run/x", None, True, "unixs:/run/x"),
        ("tcp:127.0.0.1:1", False, "tcp", "127.0.0.1", 1, True, "tcp:127.0.0.1:1"),
        ("tcp:127.9.9.9", False, "tcp", "127.9.9.9", 2049, True, "tcp:127.9.9.9:2049"),
        ("udp:localhost:9", False, "udp", "localhost", 9, True, "udp:localhost:9"),
        ("udp:[::1]:9", False, "udp", "[::1]", 9, True, "udp:[::1]:9"),
        ("udp:[2001:db8::1]:9", False, "udp", "[2001:db8::1]", 9, False, "udp:[2001:db8::1]:9"),
        ("3012", False, "udp", "*", 3012, False, "udp:127.0.0.1:3012"),
        ("tcp::3012", False, "tcp", "", 3012, False, "tcp:127.0.0.1:3012"),
        ("tcp:0.0.0.0:5", False, "tcp", "0.0.0.0", 5, False, "tcp:0.0.0.0:5"),
        ("tcp:proxy.example:5", False, "tcp", "proxy.example", 5, False, "tcp:proxy.example:5"),
    ],
)
def test_an_address(text, fifo, transport, address, port, local, endpoint):
    (found,) = listen([text], fifo=fifo)
    assert found["text"] == text
    assert (found["transport"], found["address"], found["port"]) == (transport, address, port)
    assert (found["local"], found["endpoint"]) == (local, endpoint)
    assert found["path"] == (address if address.startswith("/") else None)


@pytest.mark.parametrize("text", ["", "tcp:a:b:c", "tcp://x", "udp:x:99999", "unix:"])
def test_a_wrong_address_is_named(text):
    with pytest.raises(AnsibleFilterError, match=r"^here\[1\]: "):
        listen(["udp:localhost", text], label="here")
