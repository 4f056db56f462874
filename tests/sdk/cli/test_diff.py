# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc diff``: servers, files and releases, compared row by row."""

from __future__ import annotations

import io
import json

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.lab import Dispatcher, HashTables, Registrations

pytestmark = pytest.mark.usefixtures("surroundings")
SAME, DIFFERENT, TROUBLE = 0, 1, 2


@pytest.fixture
def pair(make_gateways):
    """Two servers with the same gateways; the second has one more."""
    one, two = make_gateways(), make_gateways()
    with Client(two) as client:
        client.call("dispatcher.add", 1, "sip:127.0.0.1:5099")
        client.call("dispatcher.set_state", "ip", 1, "sip:127.0.0.1:5082")
    return one, two


def test_replies_of_two_servers(kamrpc, pair):
    status, out, err = kamrpc("diff", *pair, "dispatcher.list")
    assert (status, err) == (DIFFERENT, "")
    head, heads, *lines = out.splitlines()
    assert (head, heads) == (f"--- {pair[0]}", f"+++ {pair[1]}")
    assert len(lines) == 2
    assert "~ SET.ID=1 DEST.URI=sip:127.0.0.1:5082: DEST.FLAGS AX -> IP" in lines
    assert any(line.startswith("+ SET.ID=1 DEST.URI=sip:127.0.0.1:5099: ") for line in lines)
    assert kamrpc("diff", pair[0], pair[0], "dispatcher.list") == (SAME, "", "")
    assert kamrpc("diff", "-q", *pair, "dispatcher.list") == (DIFFERENT, "", "")


def test_a_reply_of_before(kamrpc, pair, tmp_path, monkeypatch):
    one, two = pair
    kept = tmp_path / "before.json"
    _status, text, _err = kamrpc("call", "-s", one, "--json", "dispatcher.list")
    kept.write_text(text)
    assert kamrpc("diff", str(kept), one, "dispatcher.list") == (SAME, "", "")
    status, out, _err = kamrpc("diff", "--json", str(kept), two, "dispatcher.list")
    assert status == DIFFERENT
    assert {each["kind"] for each in json.loads(out)} == {"added", "changed"}
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert kamrpc("diff", "-", one, "dispatcher.list")[0] == SAME
    for form in ("jsonl", "yaml"):
        _status, text, _err = kamrpc("call", "-s", one, "-o", form, "dispatcher.list")
        kept = tmp_path / f"before.{form}"
        kept.write_text(text)
        assert kamrpc("diff", str(kept), one, "dispatcher.list")[0] == SAME


def test_every_form(kamrpc, pair):
    yaml = pytest.importorskip("yaml")
    shown = {
        form: kamrpc("diff", "-o", form, *pair, "dispatcher.list")
        for form in ("table", "json", "jsonl", "yaml")
    }
    assert {status for status, _out, _err in shown.values()} == {DIFFERENT}
    data = json.loads(shown["json"][1])
    assert [json.loads(line) for line in shown["jsonl"][1].splitlines()] == data
    assert yaml.safe_load(shown["yaml"][1]) == data
    table = shown["table"][1].splitlines()
    assert table[0].split() == ["CHANGE", "ROW", "MEMBER", "A", "B"]
    changed = next(line for line in table if line.startswith("changed"))
    assert changed.split()[-3:] == ["DEST.FLAGS", "AX", "IP"]


def test_what_does_not_count(kamrpc, pair):
    status, out, _err = kamrpc("diff", "--ignore", "FLAGS,PRIORITY", *pair, "dispatcher.list")
    assert status == DIFFERENT
    assert [line[0] for line in out.splitlines()[2:]] == ["+"]


def test_snapshots(kamrpc, pair, tmp_path):
    one, two = pair
    status, out, _err = kamrpc("diff", one, two)
    assert status == DIFFERENT
    assert any(line.startswith("+") and "5099" in line for line in out.splitlines())
    for name, form in (("monday.yml", "yaml"), ("monday.json", "json")):
        _status, text, _err = kamrpc(
            *("snapshot", "-s", one, "-o", form, "--name", "monday", "dispatcher")
        )
        (tmp_path / name).write_text(text)
        assert kamrpc("diff", str(tmp_path / name), one) == (SAME, "", "")
        assert kamrpc("diff", str(tmp_path / name), two)[0] == DIFFERENT


def test_a_recording(kamrpc, pair, tmp_path):
    one, two = pair
    kept = str(tmp_path / "one.json")
    assert kamrpc("record", "-s", one, "-o", kept)[0] == 0
    status, out, _err = kamrpc("diff", kept, two)
    assert status == DIFFERENT
    assert "dispatcher.list" in out
    assert kamrpc("diff", kept, one, "dispatcher.list") == (SAME, "", "")
    status, _out, err = kamrpc("diff", kept, one, "core.echo", "x")
    assert status == TROUBLE
    assert "--call 'core.echo x'" in err


def test_catalogues(kamrpc, lab):
    status, out, _err = kamrpc("diff", "--json", "catalogue@5.6", "catalogue@6.1")
    assert status == DIFFERENT
    found = {(each["kind"], each["keys"].get("name")) for each in json.loads(out)}
    assert ("added", "dispatcher.set_duid_state") not in found
    assert ("removed", "core.version") not in found
    assert any(kind == "added" for kind, _name in found)
    assert kamrpc("diff", "catalogue", "catalogue") == (SAME, "", "")
    _status, out, _err = kamrpc("diff", "catalogue", lab.addresses[0])
    assert "+ name=test.nothing" in out.splitlines()
    status, _out, err = kamrpc("diff", "catalogue", "catalogue@5.6", "core.version")
    assert status == TROUBLE
    assert "leave the method out" in err


def test_endpoints_by_name(kamrpc, config):
    status, out, _err = kamrpc("diff", "one", "two", "test.where")
    assert (status, out.splitlines()[:2]) == (DIFFERENT, ["--- one", "+++ two"])


def test_trouble_is_no_difference(kamrpc, config, tmp_path):
    assert kamrpc("diff", "one", "gone", "core.version")[0] == exit_codes.CONNECT
    assert kamrpc("diff", "one", "two", "htable.get", "a", "b")[0] == TROUBLE  # a fault
    assert kamrpc("diff", "one", "two", "no.such")[0] == exit_codes.METHOD_NOT_FOUND
    assert kamrpc("diff", "one")[0] == TROUBLE
    status, _out, err = kamrpc("diff", "one", str(tmp_path / "gone.json"), "core.version")
    assert status == TROUBLE
    assert "gone.json: no such file" in err
    (tmp_path / "broken.json").write_text("[1,")
    status, _out, err = kamrpc("diff", "one", str(tmp_path / "broken.json"), "core.version")
    assert status == TROUBLE
    assert "is not JSON" in err


def test_a_write_is_guarded(kamrpc, config):
    config.write_text(config.read_text() + "[guards]\none = read_only\n")
    status, _out, err = kamrpc("diff", "one", "two", "htable.flush", "t")
    assert status == exit_codes.REFUSED
    assert "read_only" in err


def test_secrets_are_hidden(kamrpc, tmp_path):
    labs = [
        LabServer(
            f"unix:{tmp_path}/{password}",
            modules=[Registrations([{"l_uuid": "a", "auth_password": password}])],
        )
        for password in ("hunter2", "swordfish")
    ]
    with labs[0].running_in_thread() as one, labs[1].running_in_thread() as two:
        both = (one.addresses[0], two.addresses[0])
        shown = [
            kamrpc("diff", "-o", form, *both, "uac.reg_dump")[1]
            for form in ("text", "json", "table")
        ]
        shown = [text.replace(str(tmp_path), "").replace("/hunter2", "") for text in shown]
        revealed = kamrpc("diff", "--reveal", *both, "uac.reg_dump")[1]
    for text in shown:
        assert "swordfish" not in text.replace("+++ unix:/swordfish", "").replace("/swordfish", "")
    assert "hunter2 -> swordfish" in revealed


def test_tables_by_a_key_of_ones_own(kamrpc, tmp_path):
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    files[0].write_text('[{"kind": "x", "n": 1}, {"kind": "y", "n": 2}]')
    files[1].write_text('[{"kind": "y", "n": 3}, {"kind": "x", "n": 1}]')
    status, out, _err = kamrpc("diff", "--key", "kind", *map(str, files))
    assert status == DIFFERENT
    assert out.splitlines()[2:] == ["~ kind=y: n 2 -> 3"]


def test_many_rows_are_compared_in_their_number(kamrpc, tmp_path):
    tables = HashTables({"t": {f"k{number}": number for number in range(500)}})
    with LabServer(f"unix:{tmp_path}/s", modules=[tables]).running_in_thread() as lab:
        address = lab.addresses[0]
        before = kamrpc("call", "-s", address, "--json", "htable.dump", "t")[1]
        (tmp_path / "t.json").write_text(before)
        with Client(address) as client:
            client.call("htable.seti", "t", "k250", 7)
        status, out, _err = kamrpc("diff", str(tmp_path / "t.json"), address, "htable.dump", "t")
    assert status == DIFFERENT
    assert len(out.splitlines()) == 3
    assert "k250" in out


def test_a_dispatcher_of_another_order_is_the_same(kamrpc, tmp_path):
    uris = ["sip:192.0.2.1", "sip:192.0.2.2"]
    labs = [
        LabServer(f"unix:{tmp_path}/{number}", modules=[Dispatcher({1: order})])
        for number, order in enumerate((uris, uris[::-1]))
    ]
    with labs[0].running_in_thread() as one, labs[1].running_in_thread() as two:
        status, out, _err = kamrpc("diff", one.addresses[0], two.addresses[0], "dispatcher.list")
    assert (status, out) == (SAME, "")
