# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.hosts import is_host
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.modules.dispatcher import (
    Dispatcher,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.modules.dmq import Dmq
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.registry import Module, method
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.server import LabServer
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.values import Struct

SETS = {
    1: ["sip:192.0.2.11:5060", {"uri": "sip:gw.example.com", "flags": 4}],
    2: ["sip:192.0.2.11:5070", "sip:[2001:db8::1]:5060"],
}
CONFIG = """
[endpoints]
edge1 = %s
edge2 = udp:10.0.0.2:2050
media = unix:/run/kamailio/kamailio_ctl
[groups]
edge = edge1 edge2
every-one = edge media
"""


@pytest.fixture(scope="module")
def lab():
    # One module of a name: those given replace the default ones.
    modules = [Dispatcher(SETS, ipv6=True), Dmq(["sip:192.0.2.99:5090"])]
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=modules).running_in_thread() as server:
        yield server


@pytest.fixture
def config(lab, tmp_path):
    path = tmp_path / "config.ini"
    path.write_text(CONFIG % lab.addresses[0])
    return str(path)


@pytest.fixture
def parse(config, tmp_path):
    """Parse an inventory with these options; return its data and the plugin."""

    def run(read_cache=True, **options):
        source = tmp_path / "x.kamailio.yml"
        options = dict({"plugin": "kamailio.ctl.kamailio", "config": config}, **options)
        source.write_text(yaml.safe_dump(options))
        plugin = inventory_loader.get("kamailio.ctl.kamailio")
        assert plugin.verify_file(str(source))
        inventory = InventoryData()
        plugin.parse(inventory, DataLoader(), str(source), cache=read_cache)
        if options.get("cache"):
            plugin.update_cache_if_changed()
        inventory.reconcile_inventory()
        return inventory

    return run


def members(inventory, group):
    return sorted(host.name for host in inventory.groups[group].get_hosts())


def variables(inventory, host):
    return inventory.get_host(host).get_vars()


@pytest.mark.parametrize(
    "name,mine",
    [
        ("kamailio.yml", True),
        ("edge.kamailio.yaml", True),
        ("kamailio.yml.j2", False),
        ("other.yml", False),
        ("absent/kamailio.yml", False),
    ],
)
def test_which_files_are_its_own(tmp_path, name, mine):
    if "/" not in name:
        (tmp_path / name).write_text("plugin: kamailio.ctl.kamailio\n")
    plugin = inventory_loader.get("kamailio.ctl.kamailio")
    assert plugin.verify_file(str(tmp_path / name)) is mine


def test_endpoints_and_groups_of_the_file(parse, lab):
    before = len(lab.calls)
    inventory = parse()
    assert sorted(inventory.hosts) == ["edge1", "edge2", "media"]
    assert members(inventory, "kamailio_endpoints") == ["edge1", "edge2", "media"]
    assert members(inventory, "edge") == ["edge1", "edge2"]
    assert members(inventory, "every_one") == ["edge1", "edge2", "media"]
    assert [group.name for group in inventory.groups["every_one"].child_groups] == ["edge"]
    found = variables(inventory, "edge2")
    assert found["kamailio_endpoint"] == "udp:10.0.0.2:2050"
    assert (found["kamailio_protocol"], found["kamailio_host"]) == ("udp", "10.0.0.2")
    assert found["kamailio_port"] == 2050
    assert "kamailio_host" not in variables(inventory, "media")
    assert len(lab.calls) == before


def test_a_choice_of_endpoints(parse):
    inventory = parse(endpoints=["edge", "tcp:[::1]:2051"])
    assert members(inventory, "kamailio_endpoints") == ["edge1", "edge2", "tcp:[::1]:2051"]
    assert members(inventory, "every_one") == ["edge1", "edge2"]
    assert variables(inventory, "tcp:[::1]:2051")["kamailio_host"] == "::1"
    assert "edge" not in parse(endpoints=["media"]).groups
    assert not parse(endpoints=[]).hosts


def test_destinations_become_hosts(parse):
    inventory = parse(servers=["edge1"], endpoints=[])
    assert members(inventory, "kamailio_dispatcher_1") == ["192.0.2.11", "gw.example.com"]
    assert members(inventory, "kamailio_dispatcher_2") == ["192.0.2.11", "2001:db8::1"]
    assert len(members(inventory, "kamailio_dispatcher")) == 3
    both = variables(inventory, "192.0.2.11")["kamailio_destinations"]
    assert sorted(each["set_id"] for each in both) == [1, 2]
    (gateway,) = variables(inventory, "gw.example.com")["kamailio_destinations"]
    assert gateway == {
        "server": "edge1",
        "set_id": 1,
        "uri": "sip:gw.example.com",
        "state": "disabled",
        "probing": False,
        "priority": 0,
        "attrs": "",
        "duid": "",
    }
    assert "kamailio_dmq" not in inventory.groups


def test_dmq_nodes_become_hosts(parse):
    inventory = parse(servers=["edge1"], endpoints=[], gather=["dmq"], prefix="k_")
    assert members(inventory, "k_dmq") == ["127.0.0.1", "192.0.2.99"]
    (node,) = variables(inventory, "192.0.2.99")["kamailio_dmq"]
    assert (node["server"], node["port"], node["local"]) == ("edge1", "5090", 0)
    assert "k_dispatcher" not in inventory.groups


def test_constructed_groups_and_variables(parse):
    inventory = parse(
        servers=["edge1"],
        strict=False,
        compose={"ansible_host": "kamailio_host"},
        groups={"drained": "'disabled' in kamailio_destinations | map(attribute='state')"},
        keyed_groups=[{"key": "kamailio_protocol", "prefix": "by"}],
    )
    assert variables(inventory, "edge2")["ansible_host"] == "10.0.0.2"
    assert members(inventory, "drained") == ["gw.example.com"]
    assert members(inventory, "by_udp") == ["edge2"]


def test_a_server_that_is_not_there(parse, monkeypatch):
    with pytest.raises(AnsibleError, match=r"tcp:127\.0\.0\.1:1: cannot connect"):
        parse(servers=["edge1", "tcp:127.0.0.1:1"])
    warned = []
    display = "ansible.utils.display.Display.warning"
    monkeypatch.setattr(display, lambda _self, text, *_rest, **_more: warned.append(text))
    inventory = parse(servers=["edge1", "tcp:127.0.0.1:1"], unreachable="warn")
    assert "kamailio_dispatcher_1" in inventory.groups
    assert len(warned) == 1
    assert "cannot connect to tcp:127.0.0.1:1" in warned[0]
    parse(servers=["edge1", "tcp:127.0.0.1:1"], unreachable="ignore")
    assert len(warned) == 1


@pytest.mark.parametrize(
    "options,text",
    [
        ({"endpoints": ["nobody"]}, "no endpoint or group nobody"),
        ({"servers": ["nobody"]}, "no endpoint or group nobody"),
        ({"config": "/nonexistent"}, "/nonexistent"),
        ({"gather": ["other"]}, "other"),
        ({"timeout": -1}, "timeout"),
    ],
)
def test_what_is_wrong_is_named(parse, options, text):
    with pytest.raises(AnsibleError, match=text):
        parse(**dict({"servers": ["edge1"]}, **options))


def test_templates_of_servers_stay_text(parse, tmp_path, monkeypatch):
    attrs = {"uri": "sip:192.0.2.66", "attrs": "duid={{6*7}}"}
    with LabServer(
        binrpc="tcp:127.0.0.1:0", modules=[Dispatcher({6: [attrs]})]
    ).running_in_thread() as evil:
        inventory = parse(
            servers=[evil.addresses[0]],
            endpoints=[],
            compose={"copied": "kamailio_destinations[0].attrs"},
        )
    assert variables(inventory, "192.0.2.66")["copied"] == "duid={{6*7}}"


HOSTILE = [
    "-oProxyCommand=touch${IFS}x",
    "-oProxyCommand=touch$IFS'x'",
    "-F",
    "--help",
    "gw;touch x",
    "gw|id",
    "gw&id",
    "$(id)",
    "`id`",
    "{{ lookup('pipe','id') }}",
    "{% for a in b %}",
    "all",
    "ALL",
    "ungrouped",
    "localhost",
    "Localhost.",
    "kamailio_dispatcher",
    "kamailio_dispatcher_1",
    "kamailio_dispatcher_2",
    "../../etc/passwd",
    "/etc/passwd",
    "gw with blanks",
    "gw\n[all]",
    "gw\x1b[2J",
    "gw\u202eexe",
    "gw,other",
    "*",
    "!all",
    "~.*",
    "gw[0-9]",
    "1.2",
    "x" * 300,
]
GOOD = ["192.0.2.7", "gw.example.org", "my_gateway", "xn--bcher-kva.example"]


class AnyDestinations(Dispatcher):
    """Lists whatever it is given, unlike Kamailio, which would not load it."""

    def _load(self, rows):
        self._sets = {}
        for number, destination in rows:
            self._sets.setdefault(number, []).append(destination)


class AnyNodes(Module):
    name = "dmq"

    @method("dmq.list_nodes", "")
    def list_nodes(self):
        return [Struct(host=host, port="5090", local=0) for host in [*HOSTILE, *GOOD]]


@pytest.fixture
def warned(monkeypatch):
    texts = []
    display = "ansible.utils.display.Display.warning"
    monkeypatch.setattr(display, lambda _self, text, *_rest, **_more: texts.append(text))
    return texts


@pytest.mark.parametrize("part", ["dispatcher", "dmq"])
def test_hostile_names_become_no_hosts_and_cost_no_others(parse, warned, part):
    uris = ["sip:%s" % name for name in [*HOSTILE, *GOOD]]
    modules = [AnyDestinations({1: uris, 2: ["sip:192.0.2.8"]}), AnyNodes()]
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=modules).running_in_thread() as evil:
        inventory = parse(servers=[evil.addresses[0], "edge1"], endpoints=["edge1"], gather=[part])
    mine = set(inventory.hosts) - {"edge1"}
    assert set(GOOD) <= mine
    # What a URI parser makes of the rest is checked as well.
    assert all(is_host(host) for host in mine)
    assert not {host.rstrip(".").lower() for host in mine} & {"all", "ungrouped", "localhost"}
    assert not mine & set(inventory.groups)
    assert not {host for host in mine & set(HOSTILE) if not host.startswith("kamailio_")}
    assert len(warned) >= 20
    assert not [text for text in warned if set("\x1b\u202e\n") & set(text)]


@pytest.mark.parametrize("reply", [[], ["text"], [Struct(host=5)], [Struct(port=1)]])
def test_a_reply_of_another_shape_costs_its_server_alone(parse, warned, reply):
    class Odd(Module):
        name = "dmq"

        @method("dmq.list_nodes", "")
        def list_nodes(self):
            return list(reply)

    with LabServer(binrpc="tcp:127.0.0.1:0", modules=[Odd()]).running_in_thread() as odd:
        servers = [odd.addresses[0], "edge1"]
        inventory = parse(servers=servers, endpoints=[], gather=["dmq"], unreachable="warn")
    assert "192.0.2.99" in inventory.hosts
    assert len(warned) == bool(reply)


def test_the_cache(parse, lab, tmp_path, monkeypatch):
    options = {
        "servers": ["edge1"],
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
    }
    first = parse(**options)
    before = len(lab.calls)
    again = parse(**options)
    assert len(lab.calls) == before
    host = "192.0.2.11"
    assert (
        variables(again, host)["kamailio_destinations"]
        == (variables(first, host)["kamailio_destinations"])
    )
    parse(read_cache=False, **options)  # ansible-inventory --flush-cache
    assert len(lab.calls) == before + 1


@pytest.mark.parametrize("change", [{"servers": ["edge1", "edge2"]}, {"gather": ["dmq"]}])
def test_the_cache_is_that_of_the_question(parse, lab, tmp_path, change):
    options = {
        "servers": ["edge1"],
        "unreachable": "ignore",
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
    }
    parse(**options)
    before = len(lab.calls)
    parse(**dict(options, **change))
    assert len(lab.calls) > before


def test_a_misspelt_option_is_named(parse, warned):
    parse(server=["edge1"])
    assert warned[0].endswith("there is no option server; did you mean servers?")


def test_null_is_an_option_that_is_not_given(parse):
    assert not parse(servers=None).groups.get("kamailio_dispatcher_1")
    assert parse(servers=["edge1"], gather=None).groups["kamailio_dispatcher_1"]


def test_an_incomplete_answer_is_not_cached(parse, lab, tmp_path):
    options = {
        "servers": ["edge1", "tcp:127.0.0.1:1"],
        "unreachable": "ignore",
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
    }
    parse(**options)
    before = len(lab.calls)
    parse(**options)
    assert len(lab.calls) == before + 1


def test_a_running_event_loop_does_not_matter(parse):
    async def main():
        return parse(servers=["edge1"])

    assert members(asyncio.run(main()), "kamailio_dispatcher")
