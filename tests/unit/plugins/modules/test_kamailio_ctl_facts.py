# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import Fault
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.values import Struct
from ansible_collections.kamailio.ctl.plugins.modules import (
    kamailio_ctl_facts,
    kamailio_ctl_info,
)

from .conftest import LOST


@pytest.fixture
def gather(server, run):
    def gather(script, *subset, **options):
        server.script[:] = script
        module = options.pop("module", kamailio_ctl_info)
        return run(module, endpoint=server.endpoint, gather_subset=["!all", "!min", *subset])

    return gather


@pytest.mark.parametrize("module", [kamailio_ctl_facts, kamailio_ctl_info])
def test_the_twins_differ_in_the_place_only(gather, module):
    result = gather([("core.modules", [], ["kex", "ctl"])], "modules", module=module)
    expected = {"kamailio_ctl": {"modules": ["ctl", "kex"], "missing": {}}}
    if module is kamailio_ctl_facts:
        expected = {"ansible_facts": expected}
    assert result == expected


@pytest.mark.parametrize(
    "text, number, suffix",
    [
        ("kamailio 5.6.3 (x86_64/linux) ", "5.6.3", ""),
        ("kamailio 6.1.0-dev2 (aarch64/linux) a1b2c3", "6.1.0-dev2", "-dev2"),
    ],
)
def test_versions(gather, text, number, suffix):
    fault = Fault(500, "command core.info not found")
    result = gather([("core.version", [], [text]), ("core.info", [], fault)], "version")
    facts = result["kamailio_ctl"]
    assert facts["version"]["number"] == number
    assert facts["version"]["suffix"] == suffix
    assert facts["version"]["major"] == int(number[0])
    assert facts["version"]["flags"] == []
    assert facts["version"]["compiler"] is None
    assert facts["missing"] == {"core.info": "fault 500: command core.info not found"}


@pytest.mark.parametrize(
    "total, expected", [(67108864, 67108864), (-2147483648, 2**31), (8589934592.0, 2**33)]
)
def test_memory_is_in_whole_bytes_in_every_version(gather, total, expected):
    reply = Struct(total=total, free=1)
    result = gather([("core.shmmem", [], [reply])], "shared_memory")
    memory = result["kamailio_ctl"]["shared_memory"]
    assert memory["total"] == expected
    assert isinstance(memory["total"], int)
    assert memory["fragments"] is None


def test_flat_lists_are_grouped(gather):
    listeners = ["binrpc", "unix_stream", "/run/a:b", "", "fifo", "udp", "127.0.0.1", "2049"]
    who = ["binrpc", "tcp", "127.0.0.1", "43840", "127.0.0.1", "2049"]
    script = [
        ("ctl.listen", [], listeners),
        ("ctl.connections", [], [1]),
        ("ctl.who", [], who),
    ]
    facts = gather(script, "listeners", "connections")["kamailio_ctl"]
    assert facts["listeners"] == [
        {
            "protocol": "binrpc",
            "transport": "unix_stream",
            "address": "/run/a:b",
            "port": None,
            "endpoint": "unixs:/run/a\\:b",
        },
        {
            "protocol": "fifo",
            "transport": "udp",
            "address": "127.0.0.1",
            "port": 2049,
            "endpoint": None,
        },
    ]
    assert facts["connections"]["clients"][0]["peer_port"] == 43840


def test_without_stream_connections_no_one_is_asked(gather):
    facts = gather([("ctl.connections", [], [0])], "connections")["kamailio_ctl"]
    assert facts == {"connections": {"count": 0, "clients": []}, "missing": {}}


def test_a_fault_leaves_the_shape_alone(gather):
    fault = Fault(500, "tcp support disabled")
    facts = gather([("core.tcp_info", [], fault)], "tcp")["kamailio_ctl"]
    assert facts["tcp"]["readers"] is None
    assert len(facts["tcp"]) == 6
    assert facts["missing"] == {"core.tcp_info": "fault 500: tcp support disabled"}


def test_a_lost_connection_is_a_failure(gather):
    result = gather([("core.modules", [], LOST)], "modules", "tcp")
    assert result["failed"]
    assert "kamailio_ctl" not in result


def test_an_unknown_subset_is_named(gather):
    result = gather([], "hardware")
    assert result["failed"]
    assert "hardware" in result["msg"]
