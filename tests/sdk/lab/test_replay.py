# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Serving what was recorded."""

from __future__ import annotations

import pytest

from kamailio_binrpc import Client, Fault, FifoClient, MethodNotFound
from kamailio_binrpc.lab import LabServer, Recording, record_server


@pytest.mark.parametrize("protocol", ["unix", "udp", "fifo"])
def test_it_is_served(source, tmp_path, protocol):
    with Client(source.addresses[0]) as client:
        recording = record_server(client.call, [("pv.shvGet", "color")])
        address = {"unix": f"unix:{tmp_path}/s", "udp": "udp:127.0.0.1:0"}.get(protocol)
        fifo = "tcp:127.0.0.1:0" if protocol == "fifo" else None
        replayed = LabServer(address, fifo, recording=Recording.load(recording.dump()))
        with replayed.running_in_thread() as lab:
            if protocol == "fifo":
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
                assert again.call("lab.failures") == []
