# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Recording a server and serving what it said."""

from __future__ import annotations

import json

import pytest

from kamailio_binrpc.cli.main import main
from kamailio_binrpc.core.catalogue.reading import is_read_only
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.facts import PARTS, gather
from kamailio_binrpc.core.faults import Fault, MethodNotFound
from kamailio_binrpc.core.lab.methods.shv import SharedVariables
from kamailio_binrpc.core.lab.methods.uac import Registrations
from kamailio_binrpc.core.lab.recording import (
    MASKED,
    Recording,
    RecordingError,
    mask,
    read_recording,
    record,
)
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.core.values import Struct
from tests.support.facts import steady

ODD = [
    Struct(a=1, b=2.0, c="x"),
    Struct([("n", 1), ("n", 2), (None, Struct.of(1.5, "y"))]),
    Struct([("$members", 1)]),
    [-5, 4294967295, "\udcff\x00\n", "ä", 0.001, b"\x00\xff", []],
    Struct(),
]


def test_a_file_gives_back_what_was_recorded():
    recording = Recording("kamailio 5.6.3")
    recording.add("one", [], ODD)
    recording.add("one", ["x", 7, 1.5], [])
    recording.add("two", [], Fault(404, "none\n", "two"))
    recording.helps["one"] = "Counts."
    again = Recording.load(recording.dump())
    assert again.find("one", []) == ODD
    assert [type(value) for value in again.find("one", [])[3]] == [type(v) for v in ODD[3]]
    assert again.find("one", [])[0]["b"].__class__ is float
    assert again.find("one", ["x", "7", 1.5]) == []
    assert again.find("one", ["x"]) is None
    fault = again.find("two", [])
    assert (fault.code, fault.text) == (404, "none\n")
    assert (again.server, again.helps, len(again)) == ("kamailio 5.6.3", {"one": "Counts."}, 3)
    assert again.dump() == recording.dump()


@pytest.mark.parametrize(
    "text, match",
    [
        ("nonsense", "not JSON"),
        ("[]", "not a recording"),
        ('{"format": "kamailio-recording", "version": 9}', "version 9; this program reads 1"),
        ('{"format": "kamailio-recording", "version": 1}', '"calls" is not a list'),
        ('{"format": "kamailio-recording", "version": 1, "calls": [7]}', "call 1 is malformed"),
        (
            '{"format": "kamailio-recording", "version": 1, "calls": '
            '[{"method": "a", "reply": []}, {"method": "b", "reply": [null]}]}',
            "call 2 is malformed",
        ),
    ],
)
def test_files_that_are_none(text, match, tmp_path):
    (tmp_path / "file").write_text(text)
    with pytest.raises(RecordingError, match=match):
        read_recording(str(tmp_path / "file"))


def test_secrets_are_masked():
    reply = Struct(
        [
            ("auth_password", "hunter2"),
            ("auth_ha1", "0123456789abcdef0123456789abcdef"),
            ("auth_username", "alice"),
            ("password", ""),
            ("url", "mysql://kamailio:hunter2@db/kamailio"),
            ("item", Struct(name="api_token", value="hunter2", flags=0)),
            ("item", Struct(name="greeting", value="hello")),
        ]
    )
    masked = mask("uac.reg_dump", [reply])[0]
    assert "hunter2" not in repr(masked)
    assert masked["auth_ha1"] == MASKED
    assert (masked["auth_username"], masked["password"]) == ("alice", "")
    assert masked["url"] == f"mysql://kamailio:{MASKED}@db/kamailio"
    assert [each["value"] for each in masked.get_all("item")] == [MASKED, "hello"]
    assert mask("autheph.dump_secrets", ["ID 0: hunter2"]) == [MASKED]


@pytest.fixture
def source(tmp_path):
    modules = [SharedVariables({"color": "red", "limit": 5}), Registrations()]
    with LabServer(f"unix:{tmp_path}/source", modules=modules).running_in_thread() as lab:
        yield lab


def test_only_what_reads_is_called(source):
    with Client(source.addresses[0]) as client:
        recording = record(client.call)
        with pytest.raises(ValueError, match=r"pv\.shvSet is not known to change nothing"):
            record(client.call, [("pv.shvSet", "color", "str", "blue")])
    assert source.calls.total > 100
    assert all(is_read_only(call.method, call.params) for call in source.calls)
    assert recording.find("pv.shvGet", ()) is not None
    assert recording.find("cfg.get", ("core",)) is not None
    assert recording.find("htable.dump", ("t",)) is not None


@pytest.mark.parametrize("protocol", ["unix", "udp", "fifo"])
def test_it_is_served(source, tmp_path, protocol):
    with Client(source.addresses[0]) as client:
        recording = record(client.call, [("pv.shvGet", "color")])
        address = {"unix": f"unix:{tmp_path}/s", "udp": "udp:127.0.0.1:0"}.get(protocol)
        fifo = "tcp:127.0.0.1:0" if protocol == "fifo" else None
        replayed = LabServer(address, fifo, recording=Recording.load(recording.dump()))
        with replayed.running_in_thread() as lab:
            if protocol == "fifo":
                from kamailio_binrpc.core.fifo_client import FifoClient

                text = FifoClient(lab.fifo_addresses[0])
                assert text.call("core.version") == client.call("core.version")
                assert text.call("htable.dump", "t").text.lines
                with pytest.raises(Fault, match=r"Not in the recording: htable\.dump nope"):
                    text.call("htable.dump", "nope")
                return
            with Client(lab.addresses[0]) as again:
                for method in ("core.version", "core.psx", "uac.reg_dump", "system.listMethods"):
                    assert again.call(method) == recording.find(method, ())
                assert again.call("pv.shvGet", "color") == client.call("pv.shvGet", "color")
                help_text = again.call("system.methodHelp", "pv.shvSet")
                assert help_text == client.call("system.methodHelp", "pv.shvSet")
                with pytest.raises(Fault, match=r"Not in the recording: pv\.shvGet limit"):
                    again.call("pv.shvGet", "limit")
                with pytest.raises(Fault, match=r"Not in the recording: pv\.shvSet"):
                    again.call("pv.shvSet", "color", "str", "blue")
                with pytest.raises(MethodNotFound):
                    again.call("no.such")
                assert again.call("lab.faults") == []


# --- a real one


@pytest.mark.real
def test_a_recorded_kamailio_gives_the_same_facts(kamailio, tmp_path, capsys):
    file = tmp_path / "recording.json"
    assert main(["record", "-s", kamailio.endpoints["unix"], "-o", str(file)]) == 0
    assert "calls of kamailio" in capsys.readouterr().out
    text = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "not-secret-1" not in text  # the password of a registration
    assert len(json.loads(text)["calls"]) > 200
    with Client(kamailio.endpoints["unix"]) as client:
        live = gather(client.call, PARTS)
    recording = read_recording(str(file))
    with LabServer(f"unix:{tmp_path}/s", recording=recording).running_in_thread() as lab:
        with Client(lab.addresses[0]) as client:
            replayed = gather(client.call, PARTS)
            assert client.call("uac.reg_dump")[0]["auth_password"] == MASKED
    assert steady(replayed) == steady(live)
    assert len(live["methods"]) > 200
    assert set(replayed) == set(PARTS) | {"missing"}
