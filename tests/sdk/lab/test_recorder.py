# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which calls a recording makes."""

from __future__ import annotations

import json

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.cli.main import main
from kamailio_binrpc.core.catalogue.reading import is_read_only
from kamailio_binrpc.core.facts import PARTS, gather
from kamailio_binrpc.core.masking import HIDDEN
from kamailio_binrpc.lab import LabServer, read_recording, record_server
from tests.support.facts import steady


def test_only_what_reads_is_called(source):
    with Client(source.addresses[0]) as client:
        recording = record_server(client.call)
        with pytest.raises(ValueError, match=r"pv\.shvSet is not known to change nothing"):
            record_server(client.call, [("pv.shvSet", "color", "str", "blue")])
    assert source.calls.total > 100
    assert all(is_read_only(call.method, call.params) for call in source.calls)
    assert recording.find("pv.shvGet", ()) is not None
    assert recording.find("cfg.get", ("core",)) is not None
    assert recording.find("htable.dump", ("t",)) is not None


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
            assert client.call("uac.reg_dump")[0]["auth_password"] == HIDDEN
    assert steady(replayed) == steady(live)
    assert len(live["methods"]) > 200
    assert set(replayed) == set(PARTS) | {"missing"}
